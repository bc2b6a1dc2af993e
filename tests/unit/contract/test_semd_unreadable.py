"""Bytes that are no СЭМД: refused with a code, never expanded, never guessed, never another exception."""

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapter.contract.semd import SemdUnreadable, read_semd
from adapter.domain.errors import Problem
from tests.unit.contract.semd_examples import DEMO, ROOT, edited


def refused(data: bytes, limit: int = 5 * 2**20) -> list[str]:
    """Return the codes with which the bytes are refused."""
    with pytest.raises(SemdUnreadable) as caught:
        read_semd(data, limit)
    return [one.code for one in caught.value.problems]


MALFORMED = {
    "empty": b"",
    "not XML": b"%PDF-1.7 something",
    "truncated": DEMO[: len(DEMO) // 2],
    "two roots": DEMO + b"<a/>",
    "control character": edited("Бюро № 1", "Бюро \x0b"),
    "undefined entity": edited("Бюро № 1", "Бюро &unknown;"),
    "very deep": b"<a>" * 100_000 + b"</a>" * 100_000,
}


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_what_is_not_xml_is_unreadable(name: str) -> None:
    """Markup that does not parse is refused as a whole, with the place and without a word of the document."""
    with pytest.raises(SemdUnreadable) as caught:
        read_semd(MALFORMED[name])
    (one,) = caught.value.problems
    assert one.code == "MSE-1001"
    assert "Бюро" not in one.message


def test_the_place_of_a_break_in_the_markup_is_told() -> None:
    """The line of a mismatched tag stands in the message."""
    with pytest.raises(SemdUnreadable) as caught:
        read_semd(b'<ClinicalDocument xmlns="urn:hl7-org:v3">\n\n<a></b></ClinicalDocument>')
    assert "строка 3" in caught.value.problems[0].message


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "plain": "<!DOCTYPE ClinicalDocument>",
    "billion laughs": f'<!DOCTYPE ClinicalDocument [<!ENTITY l0 "ха">{LAUGHS}]>',
    "external entity": '<!DOCTYPE ClinicalDocument [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "after a comment": "<!-- a > b --><?pi <a ?>\n<!DOCTYPE ClinicalDocument>",
    "parameter entity": '<!DOCTYPE ClinicalDocument [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
}


@pytest.mark.parametrize("name", sorted(DOCTYPES))
def test_a_doctype_is_refused(name: str) -> None:
    """A DOCTYPE is refused before the parser sees it, wherever in the prolog it stands."""
    assert refused(edited("<ClinicalDocument", f"{DOCTYPES[name]}<ClinicalDocument")) == ["MSE-1002"]


def test_the_word_doctype_in_a_comment_or_cdata_is_only_text() -> None:
    """What merely looks like a DOCTYPE is no reason to refuse."""
    data = edited("<realmCode", "<!-- <!DOCTYPE a> --><realmCode")
    assert read_semd(data).problems == ()
    assert read_semd(edited("Бюро № 1", "<![CDATA[<!DOCTYPE a>]]>")).problems == ()


BODY = DEMO.decode().partition("?>")[2]
ENCODINGS = {
    "UTF-16 with mark": BODY.encode("utf-16"),
    "UTF-16 without mark": BODY.encode("utf-16-be"),
    "EBCDIC": BODY.encode("cp500", errors="replace"),
    "UTF-32": BODY.encode("utf-32-le"),
    "declared windows-1251": b'<?xml version="1.0" encoding="windows-1251"?>' + BODY.encode("cp1251"),
    "declared UTF-8, bytes of windows-1251": b'<?xml version="1.0" encoding="UTF-8"?>'
    + BODY.encode("cp1251"),
    "declared UTF-7": b"<?xml version='1.0' encoding='UTF-7'?>" + BODY.encode("utf-7"),
}


@pytest.mark.parametrize("name", sorted(ENCODINGS))
def test_another_encoding_is_refused(name: str) -> None:
    """Only UTF-8 is read, whatever the document declares or is."""
    assert refused(ENCODINGS[name]) == ["MSE-1003"]


def test_a_byte_order_mark_is_read() -> None:
    """UTF-8 with a mark, as Windows programs write it, is UTF-8."""
    assert read_semd(b"\xef\xbb\xbf" + DEMO) == read_semd(DEMO)


def test_the_limit_of_the_size_is_exact() -> None:
    """A document of exactly the limit is read; one byte more is refused."""
    assert read_semd(DEMO, len(DEMO)).document_kind == "121"
    assert refused(DEMO, len(DEMO) - 1) == ["MSE-1004"]


@pytest.mark.parametrize(
    "data", [b"<a/>", b"<ClinicalDocument/>", b'<Referral xmlns="urn:x-mse:document:1"/>']
)
def test_another_root_is_no_semd(data: bytes) -> None:
    """Well-formed XML with another root, or the right name in no namespace, is refused."""
    assert refused(data) == ["MSE-1105"]


def outcome(data: bytes) -> tuple[tuple[Problem, ...], str]:
    """Return the problems and with what their paths begin: nothing when there is no document at all."""
    try:
        return read_semd(data).problems, ROOT
    except SemdUnreadable as refusal:
        return refusal.problems, ""


Mutation = Callable[[bytearray, random.Random], None]


def _flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 200)]


def _double(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = data[start : start + chance.randrange(1, 400)]


def _spoil_a_value(data: bytearray, chance: random.Random) -> None:
    values = list(re.finditer(rb'"[^"]*"', bytes(data)))
    start, end = chance.choice(values).span()
    data[start:end] = chance.choice([b'""', b'"-1"', b'"99999999999999999999999"', '"ё"'.encode()])


def _drop_an_element(data: bytearray, chance: random.Random) -> None:
    root = etree.fromstring(bytes(data))
    victim = chance.choice([one for one in root.iter("*") if one is not root])
    parent = victim.getparent()
    assert parent is not None
    parent.remove(victim)
    data[:] = etree.tostring(root)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.sampled_from([_flip, _cut, _double, _spoil_a_value, _drop_an_element]))
def test_a_damaged_document_is_read_or_refused(seed: int, mutate: Mutation) -> None:
    """Whatever is damaged, the answer is a СЭМД with its problems or a refusal that says why."""
    data = bytearray(DEMO)
    mutate(data, random.Random(seed))  # noqa: S311 -- damage for a test, not a secret
    problems, root = outcome(bytes(data))
    assert problems or root
    assert all(one.path.startswith(root) for one in problems)
