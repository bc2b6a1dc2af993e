"""Texts, letters and signed news: what they say, and what can never get into them."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.domain.escalation import Level
from adapter.domain.terms import TERMS
from adapter.notices import letters, texts, webhooks

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
NUMBER = "20260302-7K3M9-QFD2X"
ID = "0194f3a0-0000-7000-8000-000000000001"
SNILS = re.compile(r"\d{3}-\d{3}-\d{3}[ -]\d{2}|\d{11}")
DIAGNOSIS = re.compile(r"\b[A-Z]\d\d(\.\d)?\b")
COMMON = settings(max_examples=80, deadline=None, derandomize=True)
anything = st.text(max_size=60)


def told(number: str = NUMBER, code: str = "MO_REWORK") -> texts.ToldTerm:
    """Return one line of a letter."""
    return texts.ToldTerm(number, code, dt.datetime(2026, 3, 2, 21, 30, tzinfo=dt.UTC), MOSCOW)


def made(**changes: object) -> bytes:
    """Return a letter, with something changed."""
    facts: dict[str, object] = {
        "identifier": ID,
        "sender": "mse@больница.рф",
        "to": ["head@hospital.ru", "op@hospital.ru"],
        "subject": "МСЭ: сроки истекли (3)",
        "body": "строка\n" * 3,
        "now": NOW,
    }
    return letters.letter(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("alarm", [False, True])
def test_every_level_has_words_for_both_occasions(level: Level, alarm: bool) -> None:
    """Subject with the count, a line for each term with its day in the zone, what was left out."""
    subject, body = texts.written(level, [told()], 7, alarm=alarm)
    assert "(7)" in subject
    assert ("истекли" in subject) is alarm
    assert f"{NUMBER}  до 03.03.2026  доработка направления" in body.splitlines()
    assert "и ещё 6." in body.splitlines()


@pytest.mark.parametrize(
    ("number", "code"), [("Иванов", "MO_REWORK"), (NUMBER, "G35"), (f"{NUMBER}\n", "MO_REWORK")]
)
def test_a_letter_names_nothing_but_numbers_and_terms(number: str, code: str) -> None:
    """What is no number or code of ours is refused, and the refusal does not repeat it."""
    with pytest.raises(texts.UnspeakableError) as caught:
        texts.written(Level.HEAD, [told(number, code)], 1, alarm=True)
    assert number not in str(caught.value)


@COMMON
@given(
    st.lists(
        st.tuples(anything | st.just(NUMBER), anything | st.sampled_from([row.code for row in TERMS])),
        max_size=3,
    ),
    st.integers(0, 10**6),
    st.sampled_from(Level),
    st.booleans(),
)
def test_nothing_personal_gets_into_a_letter(
    lines: list[tuple[str, str]], count: int, level: Level, alarm: bool
) -> None:
    """Whatever stands in the place of number and code: refused, or a text without СНИЛС and diagnoses."""
    try:
        subject, body = texts.written(level, [told(*line) for line in lines], count, alarm=alarm)
    except texts.UnspeakableError:
        return
    said = (subject + body).replace(NUMBER, "")
    assert not SNILS.search(said)
    assert not DIAGNOSIS.search(said)
    assert all(number == NUMBER for number, _ in lines)


def test_a_letter_has_fixed_headers_and_reads_back() -> None:
    """Addresses as the wire has them, a Message-ID made of the identifier, the text whole."""
    content = made()
    parsed = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert parsed.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    ]
    assert re.fullmatch(f"<{ID}@xn--[a-z0-9]+\\.xn--p1ai>", parsed["Message-ID"])
    assert parsed["Subject"] == "МСЭ: сроки истекли (3)"
    assert parsed.get_content().splitlines() == ["строка"] * 3
    content.decode("ascii")
    assert letters.envelope_of(content)[1] == ("head@hospital.ru", "op@hospital.ru")
    assert letters.envelope_of(content)[0].startswith("mse@xn--")
    assert made() == content


@pytest.mark.parametrize(
    "changes",
    [
        {"to": []},
        {"to": ["a@x.ru\r\nBcc: b@x.ru"]},
        {"to": ["a@x.ru", "b@x.ru, c@x.ru"]},
        {"sender": "a@x.ru\nX: y"},
        {"subject": "a\r\nBcc: b@x.ru"},
        {"subject": "a\x00b"},
        {"identifier": "x>\r\nBcc: b@x.ru"},
    ],
)
def test_no_header_can_be_smuggled_in(changes: dict[str, object]) -> None:
    """Lines, controls, further addresses in any field refuse the letter."""
    with pytest.raises(letters.LetterUnusableError):
        made(**changes)


@COMMON
@given(anything, anything, anything, anything)
def test_a_letter_has_its_headers_whatever_comes(to: str, subject: str, body: str, sender: str) -> None:
    """A letter that is made at all has the nine headers and one part, and gives the text back."""
    try:
        content = made(to=[f"{to}@x.ru"], subject=subject, body=body, sender=f"{sender}@x.ru")
    except letters.LetterUnusableError:
        content = made(subject="МСЭ", body=body)
    parsed = email.message_from_bytes(content, policy=email.policy.SMTP)
    assert len(parsed.keys()) == 9
    assert not parsed.is_multipart()
    assert len(letters.envelope_of(content)[1]) <= 2


def news() -> bytes:
    """Return the body of one piece of news."""
    return webhooks.body(
        identifier=ID,
        number=NUMBER,
        version=2,
        revision=5,
        state="RETURNED",
        public_status="Отклонено",
        since=NOW,
    )


def test_news_say_where_a_referral_is_and_nothing_of_whom() -> None:
    """The body has these fields and no other."""
    assert json.loads(news()) == {
        "id": ID,
        "type": "referral.status",
        "timestamp": "2026-03-02T09:00:00+00:00",
        "data": {
            "referralNumber": NUMBER,
            "versionNumber": 2,
            "revision": 5,
            "state": "RETURNED",
            "publicStatus": "Отклонено",
            "since": "2026-03-02T09:00:00+00:00",
        },
    }
