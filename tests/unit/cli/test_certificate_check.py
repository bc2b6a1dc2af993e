"""`certificate check` through the real program."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import Site
from tests.unit.cli.signature_site import Trusted, put
from tests.unit.signing.inspection.signed_files import HOLDER, MAKERS

CHECK = ("certificate", "check")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trusted:
    """An authority that is trusted, with its signer, who has neither СНИЛС nor ОГРН."""
    return Trusted(tmp_path_factory.mktemp("trusted") / "trust")


def outcomes(answer: dict[str, list[dict[str, list[dict[str, str]]]]]) -> dict[str, set[str]]:
    """How the checks of the first certificate ended, by their names."""
    found: dict[str, set[str]] = {}
    for one in answer["certificates"][0]["checks"]:
        found.setdefault(one["check"], set()).add(one["outcome"])
    return found


def test_a_good_certificate_ends_with_0(invoke: Invoke, site: Site) -> None:
    """Each check has its sentence: algorithm, owner, chain, dates, revocation, key usage, clock."""
    ended = invoke(*CHECK, site.keys / "doctor.cert.pem", "--trust", site.keys, "--offline")

    assert (ended.status, ended.err) == (0, "")
    for words in (
        "Цепочка построена",
        "не отозван",
        "Ключом разрешено подписывать",
        "Часы показывают",
        "хорошо",
    ):
        assert words in ended.words


def test_the_answer_for_programs(invoke: Invoke, site: Site) -> None:
    """All checks by name, with outcome, sentence and advice."""
    ended = invoke(*CHECK, site.keys / "doctor.cert.pem", "--config", site.config, "--offline", "--json")

    assert ended.status == 0
    assert set(ended.json) == {"good", "file", "certificates"}
    assert outcomes(ended.json) == {
        name: {"GOOD"}
        for name in ("ALGORITHM", "OWNER", "CHAIN", "DATES", "REVOCATION", "KEY_USAGE", "CLOCK")
    }
    assert set(ended.json["certificates"][0]["checks"][0]) == {
        "check",
        "title",
        "outcome",
        "text",
        "howToFix",
    }


def test_the_form_of_the_file_does_not_matter(invoke: Invoke, tmp_path: Path, trusted: Trusted) -> None:
    """DER, base64, PEM, a signed message, a container: the same certificate."""
    der = trusted.certificate.der
    files = {
        "der": der,
        "base64": base64.encodebytes(der),
        "pem": trusted.certificate.pem(),
        "xml": MAKERS["smev2"](trusted.key).octets,
        "mtom": MAKERS["mtom"](trusted.key).octets,
        "cms": MAKERS["cms"](trusted.key).octets,
    }
    for name, octets in files.items():
        path = tmp_path / name
        path.write_bytes(octets)
        ended = invoke(*CHECK, path, "--trust", trusted.folder, "--offline", "--json")
        assert [one["certificate"]["serial"] for one in ended.json["certificates"]] == [
            trusted.certificate.serial
        ]
        assert outcomes(ended.json)["CHAIN"] == {"GOOD"}


def test_an_unknown_authority_is_bad_and_advice_is_given(
    invoke: Invoke, tmp_path: Path, trusted: Trusted
) -> None:
    """The chain ends somewhere, and it is said what to get."""
    other = Trusted(tmp_path / "other", name="Другой УЦ")

    ended = invoke(*CHECK, trusted.certificate_file, "--trust", other.folder, "--offline")

    assert ended.status == 1
    assert "Цепочка до корневого сертификата: плохо" in ended.words
    assert "[trust]" in ended.words


def test_an_unknown_status_ends_with_1(invoke: Invoke, tmp_path: Path) -> None:
    """Without a list it is unknown whether it is revoked."""
    unlisted = Trusted(tmp_path / "trust", listed=False)

    ended = invoke(*CHECK, unlisted.certificate_file, "--trust", unlisted.folder, "--offline", "--json")

    assert ended.status == 1
    assert outcomes(ended.json)["REVOCATION"] == {"UNKNOWN"}


@pytest.mark.parametrize(
    ("moment", "dates", "revocation"),
    [
        ((), {"GOOD"}, {"BAD"}),
        (("--at", "2026-01-31"), {"GOOD"}, {"GOOD"}),
        (("--at", "2026-02-02"), {"GOOD"}, {"BAD"}),
        (("--at", "2019-12-31"), {"BAD"}, {"GOOD"}),
    ],
)
def test_the_moment_given_is_judged(
    invoke: Invoke, tmp_path: Path, moment: tuple[str, ...], dates: set[str], revocation: set[str]
) -> None:
    """Revoked on 01.02.2026, valid from 2020: what holds depends on the moment."""
    revoked = Trusted(tmp_path / "trust", revoked=True)

    ended = invoke(
        *CHECK, revoked.certificate_file, "--trust", revoked.folder, "--offline", "--json", *moment
    )

    assert outcomes(ended.json)["DATES"] == dates
    assert outcomes(ended.json)["REVOCATION"] == revocation


def test_what_holds_no_certificate_ends_with_2(invoke: Invoke, tmp_path: Path, trusted: Trusted) -> None:
    """No file, text, an unsigned document, broken DER and PEM."""
    cases = [b"", b"text", HOLDER.encode(), b"0\x82\xff", trusted.certificate.der[:-5]]
    cases.append(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    for octets in cases:
        path = tmp_path / "bad"
        path.write_bytes(octets)
        ended = invoke(*CHECK, path, "--trust", trusted.folder, "--offline")
        assert (ended.status, ended.out) == (2, "")
        assert ended.err
    assert invoke(*CHECK, tmp_path / "absent", "--trust", trusted.folder).status == 2


def test_trust_is_needed(invoke: Invoke, tmp_path: Path, trusted: Trusted) -> None:
    """Without anybody to trust there is nothing to check."""
    file = put(tmp_path, MAKERS["document"](trusted.key))[0]

    assert invoke(*CHECK, file).status == 64
    assert invoke(*CHECK, file, "--trust", "none").status == 64
    assert invoke(*CHECK, file, "--trust", tmp_path / "absent").status == 2
