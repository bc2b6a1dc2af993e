"""`validate`: judgement, output forms and exit statuses."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from adapter.app.validating import (
    CERTIFICATES_NOT_CHECKED,
    REGISTERS_NOT_ASKED,
)
from adapter.contract.namespaces import document_tag
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import (
    DAY,
    ON_DATE,
    Site,
    referral_bytes,
    with_snils,
    without,
)

Put = Callable[[bytes], Path]
MANDATORY = {"code", "class", "severity", "path", "title", "message", "correlationId"}
KEYS = MANDATORY | {"actual", "limit", "excess", "howToFix", "remdCode"}
WRONG_SNILS = "112-233-445 96"


def codes(errors: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Return path and code of each error."""
    return [(one["path"], one["code"]) for one in errors]


@pytest.mark.parametrize("kind", ["referral", "signed", "semd", "message"])
def test_a_good_document_of_every_kind_is_accepted(
    invoke: Invoke, site: Site, write_file: Put, kind: str
) -> None:
    """A referral, a signed one, a СЭМД and a whole envelope are accepted with status 0 and no errors."""
    contents = {
        "referral": referral_bytes(site.referral),
        "signed": site.signed,
        "semd": site.semd.content,
        "message": site.message(),
    }

    ended = invoke("validate", write_file(contents[kind]), "--json", "--config", site.config, *ON_DATE)

    assert ended.status == 0
    assert ended.json["accepted"] is True
    assert ended.json["errors"] == []


def test_the_answer_on_an_accepted_document_has_no_further_keys(
    invoke: Invoke, site: Site, write_file: Put
) -> None:
    """A program gets `accepted` and `errors`; notes come only with something that was not checked."""
    ended = invoke("validate", write_file(site.semd.content), "--json", *ON_DATE)

    assert ended.json == {"accepted": True, "errors": [], "notes": [REGISTERS_NOT_ASKED]}


def test_errors_have_the_keys_of_the_contract(invoke: Invoke, site: Site, write_file: Put) -> None:
    """Every error has the mandatory keys, others only when filled, and none beside those of the contract."""
    broken = without(referral_bytes(with_snils(site.referral, WRONG_SNILS)), "issueDate")

    ended = invoke("validate", write_file(broken), "--json", *ON_DATE)

    assert ended.status == 1
    assert ended.json["accepted"] is False
    for one in ended.json["errors"]:
        assert set(one) >= MANDATORY
        assert set(one) <= KEYS
        assert all(one[key] for key in set(one) - {"path", "title"})


def test_schema_errors_and_domain_errors_come_in_one_answer_sorted_by_path(
    invoke: Invoke, site: Site, write_file: Put
) -> None:
    """A missing field does not hide a wrong check digit elsewhere; the order is that of the paths."""
    broken = without(referral_bytes(with_snils(site.referral, WRONG_SNILS)), "issueDate")

    found = codes(invoke("validate", write_file(broken), "--json", *ON_DATE).json["errors"])

    assert ("Referral/issueDate", "MSE-1101") in found
    assert ("Referral/citizen/snils", "MSE-1202") in found
    assert found == sorted(found)


def test_the_same_file_gets_the_same_answer(invoke: Invoke, site: Site, write_file: Put) -> None:
    """Two runs print the same bytes (R69), the correlation identifier included."""
    path = write_file(referral_bytes(with_snils(site.referral, WRONG_SNILS)))

    first, second = (invoke("validate", path, "--json", *ON_DATE) for _ in range(2))

    assert first.out == second.out
    assert first.json["errors"]


def test_no_personal_data_in_the_answer(invoke: Invoke, site: Site, write_file: Put) -> None:
    """A wrong СНИЛС is shown masked, and nothing else of the person at all."""
    path = write_file(without(referral_bytes(with_snils(site.referral, WRONG_SNILS)), "issueDate"))

    for ended in (invoke("validate", path, "--json", *ON_DATE), invoke("validate", path, *ON_DATE)):
        assert "***" in ended.out
        assert WRONG_SNILS not in ended.out
        assert site.referral.citizen.family_name not in ended.out


def test_people_read_code_path_words_and_advice(invoke: Invoke, site: Site, write_file: Put) -> None:
    """Without --json a refusal is told in words, with the place and what to do."""
    path = write_file(without(referral_bytes(site.referral), "issueDate"))

    ended = invoke("validate", path, *ON_DATE)

    assert ended.status == 1
    assert "отказ, замечаний: 1" in ended.words
    assert "MSE-1101 Referral/issueDate" in ended.words
    assert "Заполните поле «Дата выдачи направления»." in ended.words


def test_people_read_that_a_good_document_has_no_errors(invoke: Invoke, site: Site, write_file: Put) -> None:
    """Without --json an accepted document is one line that says what it is."""
    ended = invoke("validate", write_file(referral_bytes(site.referral)), *ON_DATE)

    assert ended.status == 0
    assert "направление без подписей: ошибок нет" in ended.words


def test_several_files_get_one_list_and_the_worst_status(
    invoke: Invoke, site: Site, write_file: Put, tmp_path: Path
) -> None:
    """Several files: a list with their names in their order; one unreadable file makes the status 2."""
    good, bad = write_file(site.semd.content), write_file(without(site.signed, "issueDate"))

    two = invoke("validate", good, bad, "--json", *ON_DATE)
    three = invoke("validate", good, tmp_path / "absent.xml", bad, "--json", *ON_DATE)

    assert (two.status, three.status) == (1, 2)
    assert [one["file"] for one in two.json] == [str(good), str(bad)]
    assert [one["accepted"] for one in three.json] == [True, False, False]
    assert all(set(one) >= {"file", "accepted", "errors"} for one in three.json)


def test_the_day_of_receipt_is_turned_by_on_date(invoke: Invoke, site: Site, write_file: Put) -> None:
    """Before its kind was introduced a СЭМД of kind 121 gets MSE-1020, today it does not."""
    path = write_file(site.semd.content)

    early = invoke("validate", path, "--json", "--on-date", "2022-06-01")

    assert [one["code"] for one in early.json["errors"]] == ["MSE-1020"]
    assert invoke("validate", path, "--json", *ON_DATE).json["errors"] == []


def test_the_day_is_the_same_in_all_zones_of_russia(invoke: Invoke, site: Site, write_file: Put) -> None:
    """A referral issued on the day of --on-date is not in the future, wherever the computer stands."""
    path = write_file(referral_bytes(site.referral))

    assert invoke("validate", path, "--on-date", DAY.isoformat()).status == 0
    late = invoke("validate", path, "--json", "--on-date", "2026-03-01").json["errors"]
    assert "MSE-1121" in {one["code"] for one in late}


def test_without_trust_signatures_are_checked_but_not_called_good(
    invoke: Invoke, site: Site, write_file: Put
) -> None:
    """Without a configuration the answer says that certificates were not checked; with one it does not."""
    path = write_file(site.signed)

    alone = invoke("validate", path, "--json", *ON_DATE)
    trusting = invoke("validate", path, "--json", "--config", site.config, *ON_DATE)

    assert CERTIFICATES_NOT_CHECKED in alone.json["notes"]
    assert CERTIFICATES_NOT_CHECKED not in trusting.json["notes"]
    assert CERTIFICATES_NOT_CHECKED in invoke("validate", path, *ON_DATE).words


def test_a_changed_document_is_refused_even_without_trust(
    invoke: Invoke, site: Site, write_file: Put
) -> None:
    """One changed word breaks all signatures: MSE-2010."""
    root = etree.fromstring(site.signed)
    next(root.iter(document_tag("anamnesisMorbi"))).text = "Подменённый анамнез, который никто не подписывал."

    ended = invoke("validate", write_file(etree.tostring(root)), "--json", *ON_DATE)

    assert ended.status == 1
    assert {one["code"] for one in ended.json["errors"]} == {"MSE-2010"}


def test_a_missing_signature_is_refused(invoke: Invoke, site: Site, write_file: Put) -> None:
    """Without the seal of the organisation the answer is MSE-2025."""
    root = etree.fromstring(site.signed)
    root.remove(root[-1])

    ended = invoke("validate", write_file(etree.tostring(root)), "--json", *ON_DATE)

    assert codes(ended.json["errors"]) == [("SignedReferral/Signature", "MSE-2025")]


def test_a_foreign_authority_is_refused_where_trust_is_configured(
    invoke: Invoke, site: Site, write_file: Put, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A referral signed with certificates of another authority gets MSE-2012."""
    stranger = Site(tmp_path_factory.mktemp("stranger"))

    ended = invoke("validate", write_file(stranger.signed), "--json", "--config", site.config, *ON_DATE)

    assert {one["code"] for one in ended.json["errors"]} == {"MSE-2012"}


def test_the_configuration_of_the_folder_is_used(
    invoke: Invoke, site: Site, write_file: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --config the file config.toml of the current folder gives limits and trust."""
    path = write_file(site.signed)
    monkeypatch.chdir(site.folder)

    ended = invoke("validate", path, "--json", *ON_DATE)

    assert (ended.json["accepted"], ended.json["errors"]) == (True, [])
    assert CERTIFICATES_NOT_CHECKED not in ended.json["notes"]


@pytest.mark.parametrize("name", ["absent.xml", ".", "no/such/folder/x.xml", "x" * 300])
def test_a_file_that_cannot_be_opened_gets_a_code(invoke: Invoke, name: str) -> None:
    """No file, a folder, an impossible name: status 2 and MSE-1001 with the reason, never a crash."""
    ended = invoke("validate", name, "--json")

    assert ended.status == 2
    assert [one["code"] for one in ended.json["errors"]] == ["MSE-1001"]
    assert "Файл не прочитан" in ended.json["errors"][0]["message"]


def test_a_device_is_not_read(invoke: Invoke, tmp_path: Path) -> None:
    """A pipe without a writer would hold the program for ever; it is refused unopened."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    ended = invoke("validate", pipe, "--json")

    assert ended.status == 2
    assert "не обычный файл" in ended.json["errors"][0]["message"]


def test_a_name_that_would_steer_the_terminal_is_shown_harmless(invoke: Invoke, tmp_path: Path) -> None:
    """Control characters and broken encodings of a file name are replaced in both forms of output."""
    for name in (b"\x1b[31mred.xml", b"caf\xe9.xml"):
        path = os.fsdecode(os.path.join(os.fsencode(tmp_path), name))  # noqa: PTH118 - bytes, not text
        Path(path).write_bytes(b"<a/>")

        text, both = invoke("validate", path), invoke("validate", path, path, "--json")

        assert "\x1b" not in text.out
        assert (text.status, both.status) == (2, 2)
        assert both.json[0]["file"].endswith(".xml")
