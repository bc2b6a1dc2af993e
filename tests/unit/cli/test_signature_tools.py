"""`signature sign`, `transform`, `digest` and `backends` through the real program."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapter.cli import app
from signing import gost
from signing.cms.detached import verify_detached
from signing.gost.report import BackendReport
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.signature_site import Trusted, key_files
from tests.unit.signing.inspection.signed_files import (
    APP_DATA,
    HOLDER,
    MESSAGE_TO_IPS,
    MESSAGE_TO_SMEV2,
    REQUEST,
    SELECTOR,
)
from tests.unit.signing.xmldsig.messages import SOAP, parse

SOURCES = {
    "wss-body": MESSAGE_TO_SMEV2.format(body="<a/>"),
    "wss-header-body": MESSAGE_TO_SMEV2.format(body="<a/>"),
    "ips": MESSAGE_TO_IPS,
    "ips-callback": f'<s:Envelope xmlns:s="{SOAP}"><s:Body><a/></s:Body></s:Envelope>',
    "app-data": MESSAGE_TO_SMEV2.format(body=APP_DATA),
    "smev3": REQUEST,
    "document": HOLDER,
    "receipt": HOLDER,
}


@pytest.mark.parametrize("key", ["rsa", "p384", "g256tca", "g512a"])
@pytest.mark.parametrize("profile", SOURCES)
def test_what_is_signed_verifies(invoke: Invoke, tmp_path: Path, profile: str, key: str) -> None:
    """By every profile and every kind of key a new file is made that verifies; the old one stays."""
    source = tmp_path / "a.xml"
    source.write_text(SOURCES[profile], encoding="utf-8")
    key_file, certificate_file = key_files(tmp_path, key)

    ended = invoke(
        "signature",
        "sign",
        source,
        "--profile",
        profile,
        "--key",
        key_file,
        "--certificate",
        certificate_file,
    )

    assert ended.status == 0
    assert "a.signed.xml" in ended.words
    assert source.read_text(encoding="utf-8") == SOURCES[profile]
    judged = invoke("signature", "verify", tmp_path / "a.signed.xml", "--trust", "none", "--profile", profile)
    assert judged.status == 0


def test_any_file_is_signed_by_a_container(invoke: Invoke, tmp_path: Path) -> None:
    """CMS is a DER file of its own, CAdES-BES, over the bytes as they are."""
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF\x00\xff\r\n")
    key_file, certificate_file = key_files(tmp_path, "g256a")

    ended = invoke(
        "signature", "sign", source, "--profile", "cms", "--key", key_file, "--certificate", certificate_file
    )

    assert ended.status == 0
    made = (tmp_path / "a.pdf.sig").read_bytes()
    assert verify_detached(made, source.read_bytes()).cades
    command = (
        "signature",
        "verify",
        tmp_path / "a.pdf.sig",
        "--content",
        source,
        "--trust",
        "none",
        "--json",
    )
    assert invoke(*command).json["signatures"][0]["signedAt"]


@pytest.mark.parametrize(("text", "option"), [(SELECTOR, ()), (SELECTOR, ("--detached",))])
def test_a_bare_element_of_smev3_is_signed_apart(
    invoke: Invoke, tmp_path: Path, text: str, option: tuple[str, ...]
) -> None:
    """Where there is no place for a signature, it becomes a file of its own."""
    source = tmp_path / "a.xml"
    source.write_text(text, encoding="utf-8")
    key_file, certificate_file = key_files(tmp_path, "g256a")
    output = tmp_path / "b.xml"

    ended = invoke(
        *("signature", "sign", source, "--profile", "smev3", "--key", key_file),
        *("--certificate", certificate_file, "--output", output, *option),
    )

    assert ended.status == 0
    assert parse(output.read_bytes()).tag.endswith("Signature")
    assert invoke("signature", "verify", output, "--content", source, "--trust", "none").status == 0


def test_a_signature_of_an_official_is_asked_for_by_name(invoke: Invoke, tmp_path: Path) -> None:
    """PersonalSignature first, then the system's; a third one has no place."""
    key_file, certificate_file = key_files(tmp_path, "p256")
    (tmp_path / "0.xml").write_text(REQUEST, encoding="utf-8")
    for number, slot in enumerate((("--slot", "PersonalSignature"), (), ())):
        ended = invoke(
            *("signature", "sign", tmp_path / f"{number}.xml", "--profile", "smev3", "--key", key_file),
            *("--certificate", certificate_file, "--output", tmp_path / f"{number + 1}.xml", *slot),
        )
        assert ended.status == (1 if number == 2 else 0)
    assert "уже есть" in ended.words
    answer = invoke("signature", "verify", tmp_path / "2.xml", "--trust", "none", "--json").json
    assert [one["target"].rpartition("/")[2] for one in answer["signatures"]] == [
        "Ask",
        "SenderProvidedRequestData",
    ]


def test_nothing_is_overwritten(invoke: Invoke, tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    source, output = tmp_path / "a.xml", tmp_path / "b.xml"
    source.write_text(HOLDER, encoding="utf-8")
    output.write_bytes(b"precious")
    key_file, certificate_file = key_files(tmp_path, "p256")
    command = ("signature", "sign", source, "--profile", "document", "--key", key_file)

    ended = invoke(*command, "--certificate", certificate_file, "--output", output)

    assert ended.status == 1
    assert output.read_bytes() == b"precious"
    assert "уже есть" in ended.words


@pytest.mark.parametrize(
    ("profile", "text", "words"),
    [
        ("wss-body", HOLDER, "не является конвертом SOAP"),
        ("app-data", HOLDER, "элементов AppData"),
        ("document", "<a/>", "нет подписываемого содержания"),
        ("document", "<a><b/></a>", "нет идентификатора"),
        ("smev3", "<a/>", "нет идентификатора"),
        ("ips", MESSAGE_TO_SMEV2.format(body=""), "MessageID"),
    ],
)
def test_what_cannot_be_signed_is_told(
    invoke: Invoke, tmp_path: Path, profile: str, text: str, words: str
) -> None:
    """The reason is said in Russian, and no file appears."""
    source = tmp_path / "a.xml"
    source.write_text(text, encoding="utf-8")
    key_file, certificate_file = key_files(tmp_path, "p256")
    command = ("signature", "sign", source, "--profile", profile, "--key", key_file)

    ended = invoke(*command, "--certificate", certificate_file)

    assert ended.status == 1
    assert words in ended.words
    assert not (tmp_path / "a.signed.xml").exists()


def test_a_key_of_another_certificate_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    """Key and certificate must belong together; an unreadable file ends with 2."""
    source = tmp_path / "a.xml"
    source.write_text(HOLDER, encoding="utf-8")
    key_file, _ = key_files(tmp_path, "p256")
    _, certificate_file = key_files(tmp_path, "rsa")
    command = ("signature", "sign", source, "--profile", "document", "--key", key_file)

    assert invoke(*command, "--certificate", certificate_file).status == 1
    source.write_bytes(b"<a>")
    assert invoke(*command, "--certificate", tmp_path / "p256.cert.pem").status == 2


def test_a_certificate_out_of_its_term_is_warned_of(invoke: Invoke, tmp_path: Path) -> None:
    """Signing goes on, and the signer reads what the receiver will say."""
    trusted = Trusted(tmp_path / "trust")
    source = tmp_path / "a.xml"
    source.write_text(HOLDER, encoding="utf-8")
    command = ("signature", "sign", source, "--profile", "document", "--key", trusted.key_file)

    assert "не действует" not in invoke(*command, "--certificate", trusted.certificate_file).words


@pytest.mark.parametrize("slot", [("--slot", "PersonalSignature"), ("--detached",)])
def test_options_of_smev3_fit_nothing_else(invoke: Invoke, tmp_path: Path, slot: tuple[str, ...]) -> None:
    """They are wrong use with another profile."""
    key_file, certificate_file = key_files(tmp_path, "p256")
    (tmp_path / "a.xml").write_text(HOLDER, encoding="utf-8")
    command = ("signature", "sign", tmp_path / "a.xml", "--profile", "document", "--key", key_file)

    assert invoke(*command, "--certificate", certificate_file, *slot).status == 64


IN = '<?xml version="1.0"?><a:x xmlns:a="urn:a" c="1" a:b="2"> <a:y Id="y"/>т&gt;  <!-- c --></a:x>'
OUT = '<ns1:x xmlns:ns1="urn:a" ns1:b="2" c="1"><ns1:y Id="y"></ns1:y>т&gt;  </ns1:x>'.encode()


def test_the_transform_writes_its_octets_and_nothing_else(tmp_path: Path) -> None:
    """Byte for byte, without a line end, on standard output."""
    path = tmp_path / "a.xml"
    path.write_text(IN, encoding="utf-8")

    ended = CliRunner().invoke(app, ["signature", "transform", str(path)])

    assert (ended.exit_code, ended.stdout_bytes, ended.stderr) == (0, OUT, "")
    part = CliRunner().invoke(app, ["signature", "transform", str(path), "--element", "y"])
    assert part.stdout_bytes == b'<ns1:y xmlns:ns1="urn:a" Id="y"></ns1:y>'


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("<a>", ()),
        ("<a/>", ()),
        ('<a:x xmlns:a="urn:a" xml:lang="ru"/>', ()),
        (IN, ("--element", "z")),
        ('<a:x xmlns:a="urn:a" Id="z"><a:y ID="z"/></a:x>', ("--element", "z")),
        ("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", ()),
    ],
)
def test_what_has_no_transform_writes_nothing_and_ends_with_2(
    invoke: Invoke, tmp_path: Path, text: str, option: tuple[str, ...]
) -> None:
    """The complaint goes to standard error alone."""
    path = tmp_path / "a.xml"
    path.write_text(text, encoding="utf-8")

    ended = invoke("signature", "transform", path, *option)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err


def test_digests_are_those_of_the_standards(invoke: Invoke, tmp_path: Path) -> None:
    """Streebog of RFC 6986 M1, SHA-256 of hashlib; base64 as DigestValue, or hex; after a transform too."""
    path = tmp_path / "m1"
    path.write_bytes(b"012345678901234567890123456789012345678901234567890123456789012")
    expected = bytes.fromhex("9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500")

    assert invoke("signature", "digest", path, "--encoding", "hex").out == f"{expected.hex()}\n"
    assert invoke("signature", "digest", path).out == f"{base64.b64encode(expected).decode()}\n"
    sha = invoke("signature", "digest", path, "--algorithm", "sha-256", "--encoding", "hex").out
    assert sha == f"{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
    path.write_text(IN, encoding="utf-8")
    after = invoke(
        "signature", "digest", path, "--algorithm", "sha-512", "--encoding", "hex", "--transform", "smev3"
    )
    assert after.out == f"{hashlib.sha512(OUT).hexdigest()}\n"
    assert invoke("signature", "digest", tmp_path / "absent").status == 2
    assert invoke("signature", "digest", path, "--algorithm", "md5").status == 64


def test_backends_are_shown(invoke: Invoke) -> None:
    """Both libraries, who serves each curve, nothing missing: 0."""
    ended = invoke("signature", "backends", "--json")

    assert ended.status == 0
    assert ended.json["complete"] is True
    assert [one["name"] for one in ended.json["libraries"]] == ["GnuTLS", "libgcrypt"]
    served = {one["oid"]: one["backend"] for one in ended.json["served"]}
    assert served["1.2.643.7.1.2.1.1.1"] == "libgcrypt"
    assert all(one["backend"] for one in ended.json["served"])
    words = invoke("signature", "backends").words
    assert "GnuTLS" in words
    assert "TC26-256-A" in words


def test_missing_libraries_end_with_1_and_the_packages(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the libraries the packages are named, and standard curves are listed as served by nobody."""
    absent = BackendReport("GnuTLS", loaded=False, version="", problem="нет", digests={}, curves={})
    monkeypatch.setattr(gost, "report", lambda: gost.GostReport((absent,), {}, {}))

    ended = invoke("signature", "backends", "--json")

    assert ended.status == 1
    assert "libgnutls30" in ended.json["advice"]
    assert "1.2.643.7.1.2.1.2.3" in ended.json["missing"]
    assert "никто" in invoke("signature", "backends").words
