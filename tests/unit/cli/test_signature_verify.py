"""`signature verify` through the real program: statuses, words, JSON, trust."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import Site
from tests.unit.cli.signature_site import Trusted, put
from tests.unit.signing.cms.cms_forge import signing_key
from tests.unit.signing.cms.cms_vectors import CONTENT, MADE
from tests.unit.signing.inspection.signed_files import HOLDER, MAKERS

KEYS_OF_A_VERDICT = {"valid", "file", "kind", "profile", "signatures", "errors", "notes"}
KEYS_OF_A_SIGNATURE = {
    "valid",
    "profile",
    "path",
    "target",
    "algorithm",
    "algorithmName",
    "digest",
    "digestName",
    "certificate",
    "errors",
}


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trusted:
    """An authority that is trusted, with its signer."""
    return Trusted(tmp_path_factory.mktemp("trusted") / "trust")


@pytest.mark.parametrize("key", ["rsa", "p256", "g256a"])
@pytest.mark.parametrize("maker", MAKERS)
def test_a_good_file_of_every_kind_ends_with_0(invoke: Invoke, tmp_path: Path, maker: str, key: str) -> None:
    """The program finds kind and profile by itself and tells them, in the shape that is documented."""
    made = MAKERS[maker](signing_key(key))

    ended = invoke("signature", "verify", *put(tmp_path, made), "--trust", "none", "--json")

    assert (ended.status, ended.err) == (0, "")
    answer = ended.json
    assert set(answer) == KEYS_OF_A_VERDICT
    assert (answer["valid"], answer["kind"], answer["errors"]) == (True, made.kind, [])
    assert tuple(one["profile"] for one in answer["signatures"]) == made.profiles
    for one in answer["signatures"]:
        assert set(one) - {"signedAt"} == KEYS_OF_A_SIGNATURE
        assert one["valid"] is True
        assert one["errors"] == []
        assert set(one["certificate"]) == {
            "serial",
            "thumbprint",
            "subject",
            "issuer",
            "notBefore",
            "notAfter",
        }
        assert one["certificate"]["thumbprint"] == signing_key(key).certificate.thumbprint
    assert any("--trust none" in note for note in answer["notes"])


def test_people_read_who_signed_what_and_by_what(invoke: Invoke, tmp_path: Path, trusted: Trusted) -> None:
    """The words name the place, what is signed, the algorithm, the owner and the authority."""
    made = MAKERS["smev2"](trusted.key)

    ended = invoke("signature", "verify", *put(tmp_path, made), "--trust", trusted.folder)

    assert ended.status == 0
    for words in (
        "сообщение СМЭВ 2, подписей: 4: верно",
        "Envelope/Header/Security[1]/Signature: верна",
        "Подписано: Envelope/Header/Header, Envelope/Body",
        "ECDSA, SHA-256",
        "Подписал: Врачев Пётр Ильич, Больница № 1",
        "выдал: Головной УЦ",
    ):
        assert words in ended.words


def test_a_changed_file_ends_with_1_and_the_reason(invoke: Invoke, tmp_path: Path) -> None:
    """A signature that does not hold has the code of the contract, the cause and what to do."""
    made = MAKERS["smev3"](signing_key("g256a"))
    path = tmp_path / "a.xml"
    path.write_bytes(made.octets.replace(b"5 &lt; 6", b"5 &lt; 7"))

    ended = invoke("signature", "verify", path, "--trust", "none", "--json")

    assert ended.status == 1
    (error,) = ended.json["signatures"][0]["errors"]
    assert (error["code"], error["mnemonic"]) == ("MSE-2010", "SIG_INVALID")
    assert error["cause"] == "хэш подписанного элемента другой"
    assert error["howToFix"]
    words = invoke("signature", "verify", path, "--trust", "none").words
    assert "не верна" in words
    assert "MSE-2010" in words


def test_a_file_without_a_signature_ends_with_1(invoke: Invoke, tmp_path: Path) -> None:
    """Silence would look like consent."""
    path = tmp_path / "a.xml"
    path.write_text(HOLDER, encoding="utf-8")

    ended = invoke("signature", "verify", path, "--trust", "none", "--json")

    assert ended.status == 1
    assert ended.json["signatures"] == []
    assert [one["code"] for one in ended.json["errors"]] == ["MSE-2001"]
    assert "нет подписей" in invoke("signature", "verify", path, "--trust", "none").words


def test_what_is_not_read_ends_with_2(invoke: Invoke, tmp_path: Path) -> None:
    """No file, a folder, broken XML, a DOCTYPE, broken content: one code each, the same shape."""
    cases = {b"<a>": "MSE-1001", b"<!DOCTYPE a><a/>": "MSE-1002", b"": "MSE-1001", b"0\x80": "MSE-1001"}
    for octets, code in cases.items():
        (tmp_path / "bad").write_bytes(octets)
        ended = invoke("signature", "verify", tmp_path / "bad", "--trust", "none", "--json")
        assert ended.status == 2
        assert set(ended.json) == KEYS_OF_A_VERDICT
        assert [one["code"] for one in ended.json["errors"]] == [code]
    for path in (tmp_path / "absent", tmp_path):
        assert invoke("signature", "verify", path, "--trust", "none").status == 2
    made = MAKERS["smev3_detached"](signing_key("p256"))
    signature, option, content = put(tmp_path, made)
    Path(str(content)).write_bytes(b"<a>")
    assert invoke("signature", "verify", signature, option, content, "--trust", "none").status == 2
    assert (
        invoke("signature", "verify", signature, option, tmp_path / "absent", "--trust", "none").status == 2
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "config.toml"),
        (("--trust", "none", "--profile", "smev4"), "нет такого профиля"),
        (("--trust", "none", "--at", "вчера"), "ГГГГ-ММ-ДД"),
        (("--trust", "none", "--at", "2026-03-02T12:00:00"), "2026-03-02T12:00:00+03:00"),
        (("--trust", "none", "--at", "2026-13-02T12:00:00Z"), "нужен день"),
    ],
)
def test_wrong_use_ends_with_64(
    invoke: Invoke, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Without trust and configuration it is said what to give; wrong values are told."""
    ended = invoke("signature", "verify", *put(tmp_path, MAKERS["document"](signing_key("p256"))), *arguments)

    assert ended.status == 64
    assert ended.out == ""
    assert words in ended.words


def test_a_detached_signature_without_its_content_is_wrong_use(invoke: Invoke, tmp_path: Path) -> None:
    """The option that is missing is named."""
    path = put(tmp_path, MAKERS["cms"](signing_key("p256")))[0]

    ended = invoke("signature", "verify", path, "--trust", "none")

    assert ended.status == 64
    assert "--content" in ended.words


def test_the_trust_of_the_configuration_is_used(invoke: Invoke, site: Site, tmp_path: Path) -> None:
    """With a configuration its [trust] judges: the demo keys are trusted, a stranger's are not."""
    good, stranger = tmp_path / "good.xml", tmp_path / "stranger.xml"
    good.write_bytes(site.signed)
    stranger.write_bytes(MAKERS["document"](signing_key("p256")).octets)

    assert invoke("signature", "verify", good, "--config", site.config).status == 0
    ended = invoke("signature", "verify", stranger, "--config", site.config, "--json")
    assert ended.status == 1
    assert ended.json["signatures"][0]["errors"][0]["code"] == "MSE-2012"
    assert invoke("signature", "verify", good, "--config", tmp_path / "absent.toml").status == 2


def test_a_folder_of_trust_judges_the_certificate(invoke: Invoke, tmp_path: Path, trusted: Trusted) -> None:
    """A trusted signer is good, a stranger is not; a folder without a root is no trust."""
    file = put(tmp_path, MAKERS["document"](trusted.key))

    assert invoke("signature", "verify", *file, "--trust", trusted.folder).status == 0
    other = Trusted(tmp_path / "other")
    assert invoke("signature", "verify", *file, "--trust", other.folder).status == 1
    (tmp_path / "empty").mkdir()
    ended = invoke("signature", "verify", *file, "--trust", tmp_path / "empty")
    assert ended.status == 2
    assert "Папка доверенных сертификатов не годится" in ended.words
    assert invoke("signature", "verify", *file, "--trust", tmp_path / "absent").status == 2


@pytest.mark.parametrize(
    ("day", "status"), [("2019-01-01", 1), ("2026-03-02T12:00:00+03:00", 0), ("2041-01-01", 1)]
)
def test_the_certificate_is_judged_at_the_moment_given(
    invoke: Invoke, tmp_path: Path, trusted: Trusted, day: str, status: int
) -> None:
    """Before its term and after it the certificate is not good."""
    file = put(tmp_path, MAKERS["document"](trusted.key))

    ended = invoke("signature", "verify", *file, "--trust", trusted.folder, "--at", day, "--json")

    assert ended.status == status
    codes = [one["code"] for one in ended.json["signatures"][0]["errors"]]
    assert codes == {"2019-01-01": ["MSE-2013"], "2041-01-01": ["MSE-2014"]}.get(day, [])


def test_a_revocation_counts_from_its_day(invoke: Invoke, tmp_path: Path) -> None:
    """Revoked on 01.02.2026: refused now, good at a moment before that."""
    revoked = Trusted(tmp_path / "trust", revoked=True)
    command = (
        "signature",
        "verify",
        *put(tmp_path, MAKERS["document"](revoked.key)),
        "--trust",
        revoked.folder,
    )

    now = invoke(*command, "--json")
    assert now.status == 1
    assert now.json["signatures"][0]["errors"][0]["code"] == "MSE-2015"
    assert invoke(*command, "--at", "2026-01-31").status == 0
    assert invoke(*command, "--at", "2026-02-02").status == 1


def test_an_unknown_status_is_said_and_ends_with_1(invoke: Invoke, tmp_path: Path) -> None:
    """Without a list of revocation nobody knows whether the certificate is revoked."""
    unlisted = Trusted(tmp_path / "trust", listed=False)
    command = (
        "signature",
        "verify",
        *put(tmp_path, MAKERS["document"](unlisted.key)),
        "--trust",
        unlisted.folder,
    )

    ended = invoke(*command, "--json")

    assert ended.status == 1
    assert ended.json["signatures"][0]["errors"][0]["code"] == "MSE-2016"
    words = invoke(*command).words
    assert "подписей: 1: неизвестно" in words
    assert "неизвестно, не отозван ли сертификат" in words
    assert "не верна" not in words


def test_old_algorithms_hold_only_when_they_are_asked_for(invoke: Invoke, tmp_path: Path) -> None:
    """GOST 2001/94 is refused without --legacy, and with it a note tells."""
    (tmp_path / "a.sig").write_bytes(MADE["g2001.cades"])
    (tmp_path / "a").write_bytes(CONTENT)
    command = (
        "signature",
        "verify",
        tmp_path / "a.sig",
        "--content",
        tmp_path / "a",
        "--trust",
        "none",
        "--json",
    )

    assert invoke(*command).json["signatures"][0]["errors"][0]["code"] == "MSE-2003"
    ended = invoke(*command, "--legacy")
    assert ended.status == 0
    assert any("устаревшим" in note for note in ended.json["notes"])


def test_a_plain_container_is_told_from_cades(invoke: Invoke, tmp_path: Path) -> None:
    """A plain CMS holds, and the note says that РЭМД does not take it."""
    (tmp_path / "a.sig").write_bytes(MADE["g256a.plain"])
    (tmp_path / "a").write_bytes(CONTENT)

    ended = invoke(
        "signature", "verify", tmp_path / "a.sig", "--content", tmp_path / "a", "--trust", "none", "--json"
    )

    assert ended.status == 0
    assert any("не CAdES-BES" in note for note in ended.json["notes"])


GOOD = {name: MAKERS[name](signing_key("p256")) for name in ("smev2", "smev3", "cms", "mtom")}


@given(st.sampled_from(sorted(GOOD)), st.data())
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_hostile_bytes_never_break_the_program(
    invoke: Invoke, tmp_path: Path, name: str, data: st.DataObject
) -> None:
    """Any change of bytes ends with 0, 1, 2 or 64, an answer in JSON where there is one, and no traceback."""
    made = GOOD[name]
    place = data.draw(st.integers(0, len(made.octets)))
    length = data.draw(st.integers(0, 60))
    octets = made.octets[:place] + data.draw(st.binary(max_size=30)) + made.octets[place + length :]
    path = tmp_path / "mutant"
    path.write_bytes(octets)
    (tmp_path / "content").write_bytes(made.content or b"<a/>")

    ended = invoke(
        "signature", "verify", path, "--content", tmp_path / "content", "--trust", "none", "--json"
    )

    assert ended.status in {0, 1, 2}
    assert ended.err == ""
    assert set(ended.json) == KEYS_OF_A_VERDICT
    assert ended.json["valid"] is (ended.status == 0)
