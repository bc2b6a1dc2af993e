"""`submit` and `status` against a real adapter over HTTP."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from adapter.app import in_process, submitting
from adapter.contract.exchange.referral import GetReferralStatusRequest, ValidateReferralRequest
from tests.unit.cli.conftest import Ended, Invoke
from tests.unit.cli.examples import (
    ON_DATE,
    SIGNERS,
    Site,
    envelope_of,
    referral_bytes,
    with_snils,
    without,
)

Put = Callable[[bytes], Path]
KEYS = tuple(part for name in SIGNERS for part in ("--key", name))
NUMBER = re.compile(r"20260302-[0-9A-Z]{5}-[0-9A-Z]{5}")


@pytest.fixture
def submit(invoke: Invoke, site: Site, write_file: Put) -> Callable[..., Ended]:
    """Submit bytes to an adapter inside the process, with JSON as the answer."""

    def call(content: bytes, *options: str) -> Ended:
        return invoke("submit", write_file(content), "--json", "--config", site.config, *ON_DATE, *options)

    return call


def test_a_signed_referral_gets_a_receipt(submit: Callable[..., Ended], site: Site) -> None:
    """What is signed is sent as it is; the receipt has number, state, version and hash."""
    ended = submit(site.signed)

    assert ended.status == 0
    assert ended.json["accepted"] is True
    assert {one["code"] for one in ended.json["errors"]} == {"MSE-5013"}  # no lists, no registers there
    receipt = ended.json["receipt"]
    assert NUMBER.fullmatch(receipt["referralNumber"])
    assert receipt["state"] == "SUBMITTED"
    assert receipt["versionNumber"] == 1
    assert receipt["documentId"]["extension"] == site.referral.document_id.extension
    assert re.fullmatch("[0-9a-f]{64}", receipt["contentHash"])


def test_people_read_the_receipt(invoke: Invoke, site: Site, write_file: Put) -> None:
    """Without --json the receipt is told in Russian, times in the zone of the configuration."""
    ended = invoke("submit", write_file(site.signed), "--config", site.config, *ON_DATE)

    assert ended.status == 0
    assert "Принято, квитанция подписана адаптером" in ended.words
    assert NUMBER.search(ended.out)
    assert "получено: 02.03.2026 12:" in ended.words
    assert "состояние: принято адаптером" in ended.words


def test_an_unsigned_referral_is_signed_with_the_named_keys(submit: Callable[..., Ended], site: Site) -> None:
    """Author, chairman, members and seal, each named once, make the referral acceptable."""
    ended = submit(referral_bytes(site.referral), *KEYS)

    assert ended.status == 0
    assert ended.json["receipt"]["state"] == "SUBMITTED"


def test_too_few_keys_are_refused_by_the_adapter(submit: Callable[..., Ended], site: Site) -> None:
    """Signed by the author alone, the referral lacks the commission and the seal."""
    ended = submit(referral_bytes(site.referral), "--key", "doctor")

    assert ended.status == 1
    assert {"MSE-2001", "MSE-2025"} <= {one["code"] for one in ended.json["errors"]}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ((), "Есть ключи: adapter, bureau"),
        (("--key", "doctor", "--as", "XXXX00000"), "нет ключа системы XXXX00000"),
        (("--key", "doctor", "--to", "http://127.0.0.1:9"), "не сочетается с --on-date"),
    ],
)
def test_a_command_that_cannot_be_carried_out_ends_with_64(
    submit: Callable[..., Ended], site: Site, options: tuple[str, ...], text: str
) -> None:
    """No keys for an unsigned referral, an unknown system, two adapters at once: wrong use."""
    ended = submit(referral_bytes(site.referral), *options)

    assert ended.status == 64
    assert ended.out == ""
    assert text in ended.words


def test_an_unknown_key_is_refused(submit: Callable[..., Ended], site: Site) -> None:
    """A key that is not in the folder of the stand is named."""
    ended = submit(referral_bytes(site.referral), "--key", "nobody")

    assert ended.status == 1
    assert "nobody.key.pem" in ended.words


def test_keys_do_not_sign_what_is_signed(submit: Callable[..., Ended], site: Site) -> None:
    """A signed document goes out unchanged, and the answer says that the keys were not used."""
    ended = submit(site.signed, "--key", "doctor")

    assert ended.status == 0
    assert ended.json["notes"] == [submitting.ALREADY_SIGNED]


def test_a_semd_is_sent_alone(submit: Callable[..., Ended], site: Site) -> None:
    """A СЭМД is accepted with signatures made by the named keys; without any key it is not sent at all."""
    signed, unsigned = submit(site.semd.content, *KEYS), submit(site.semd.content)

    assert (signed.status, unsigned.status) == (0, 64)
    assert "notes" not in signed.json
    assert "документ не подписан; назовите ключи тех, кто подписывает СЭМД" in unsigned.words


def test_the_clock_of_the_adapter_inside_is_turned(invoke: Invoke, site: Site, write_file: Put) -> None:
    """The same СЭМД is refused on a day before its kind was introduced."""
    ended = invoke(
        "submit",
        write_file(site.semd.content),
        *KEYS,
        "--json",
        "--config",
        site.config,
        "--on-date",
        "2022-06-01",
    )

    assert ended.status == 1
    assert "MSE-1020" in {one["code"] for one in ended.json["errors"]}


def test_envelopes_are_sent_signed_and_unsigned(submit: Callable[..., Ended], site: Site) -> None:
    """A whole envelope is sent as it is; without its signature it is signed with the system's key."""
    for message in (site.message(), site.message(signed=False)):
        ended = submit(message)
        assert ended.status == 0
        assert NUMBER.fullmatch(ended.json["receipt"]["referralNumber"])


def test_validate_referral_leaves_no_receipt(submit: Callable[..., Ended], site: Site) -> None:
    """An envelope of ValidateReferral is answered with the judgement only."""
    good = ValidateReferralRequest(request_id="r-1", signed_referral=site.package.holder())
    semd = replace(site.semd, content=site.semd.content + b" ").packed()
    bad = ValidateReferralRequest(request_id="r-2", semd=replace(semd, size=1))

    accepted, refused = submit(site.message(good)), submit(site.message(bad))

    assert (accepted.json.keys(), accepted.json["accepted"]) == ({"accepted", "errors"}, True)
    assert {one["code"] for one in accepted.json["errors"]} == {"MSE-5013"}
    assert refused.status == 1
    assert [one["code"] for one in refused.json["errors"]] == ["MSE-4005"]


def test_other_envelopes_are_wrong_use(submit: Callable[..., Ended]) -> None:
    """Submit sends submissions; any other operation ends with 64."""
    request = GetReferralStatusRequest(request_id="r-1", referral_number="20260302-00000-00000")

    assert submit(etree.tostring(envelope_of(request))).status == 64


def test_errors_of_the_adapter_are_those_of_validate(
    submit: Callable[..., Ended], invoke: Invoke, site: Site, write_file: Put
) -> None:
    """Validate foretells the answer of the adapter: the same codes at the same paths."""
    broken = without(referral_bytes(with_snils(site.referral, "112-233-445 96")), "issueDate")

    answered = submit(broken, *KEYS).json["errors"]
    foretold = invoke("validate", write_file(broken), "--json", *ON_DATE).json["errors"]

    assert foretold
    assert [(one["path"], one["code"]) for one in answered] == [
        (one["path"], one["code"]) for one in foretold
    ]


def test_a_file_that_is_no_document_is_not_sent(submit: Callable[..., Ended]) -> None:
    """Bytes that nobody could take end with 2 and their code."""
    ended = submit(b"<!DOCTYPE a><a/>")

    assert ended.status == 2
    assert [one["code"] for one in ended.json["errors"]] == ["MSE-1002"]


def test_a_referral_travels_to_a_running_adapter_and_has_a_status(
    invoke: Invoke, site: Site, write_file: Put, adapter_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was submitted over HTTP has a status with its history; another system is told "not found"."""
    clock = in_process.clock_from(site.referral.issue_date)
    monkeypatch.setattr(submitting, "utc_now", clock)
    common = ("--config", site.config, "--to", adapter_url)

    number = invoke("submit", write_file(site.signed), "--json", *common).json["receipt"]["referralNumber"]
    program = invoke("status", number, "--json", *common)
    people = invoke("status", number, *common)
    stranger = invoke("status", number, "--json", "--as", "MISB01001", *common)

    assert program.status == 0
    assert program.json["status"]["state"] == "SUBMITTED"
    assert [one["to"] for one in program.json["status"]["history"]] == ["SUBMITTED"]
    assert people.status == 0
    assert f"{number}: принято адаптером с 02.03.2026" in people.words
    assert "SUBMIT" in people.words
    assert stranger.status == 1
    assert [one["code"] for one in stranger.json["errors"]] == ["MSE-5003"]


def test_the_same_document_twice_is_one_referral(
    invoke: Invoke, site: Site, write_file: Put, adapter_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that was accepted gets its first number again (MSE-3001, a safe repeat)."""
    clock = in_process.clock_from(site.referral.issue_date)
    monkeypatch.setattr(submitting, "utc_now", clock)
    path = write_file(site.signed)

    numbers = {
        invoke("submit", path, "--json", "--config", site.config, "--to", adapter_url).json["receipt"][
            "referralNumber"
        ]
        for _ in range(2)
    }

    assert len(numbers) == 1


@pytest.mark.parametrize("command", ["submit", "status"])
def test_no_answer_ends_with_2(invoke: Invoke, site: Site, write_file: Put, command: str) -> None:
    """Where nobody listens there is no answer: status 2 and a sentence, in both forms of output."""
    what = write_file(site.signed) if command == "submit" else "20260302-00000-00000"
    options = ("--config", site.config, "--to", "http://127.0.0.1:9")

    people, program = invoke(command, what, *options), invoke(command, what, "--json", *options)

    assert (people.status, program.status) == (2, 2)
    assert "не ответил" in people.words
    assert program.json["accepted"] is False
    assert "не ответил" in program.json["notes"][0]
