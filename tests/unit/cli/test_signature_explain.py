"""`signature explain` through the real program: the words an integrator reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.xmldsig.profiles import DS
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.signature_site import put
from tests.unit.signing.cms.cms_forge import signing_key
from tests.unit.signing.inspection.signed_files import HOLDER, MAKERS
from tests.unit.signing.xmldsig.messages import parse

GOST = signing_key("g256a")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_good_file_of_every_kind_is_explained(invoke: Invoke, tmp_path: Path, maker: str) -> None:
    """What is signed, by whom, with what, the octets and the digest; 0, nothing on standard error."""
    ended = invoke("signature", "explain", *put(tmp_path, MAKERS[maker](GOST)))

    assert (ended.status, ended.err) == (0, "")
    for words in (
        "Верна: и математически, и по профилю.",
        "Подписал (по сертификату): Test g256a",
        "ГОСТ Р 34.10-2012, 256 бит",
        "Хэшируется",
        "Хэш сходится:",
        "Значение подписи соответствует ключу сертификата.",
    ):
        assert words in ended.words
    assert "Что делать" not in ended.words


def test_a_pretty_printed_message_is_told_so(invoke: Invoke, tmp_path: Path) -> None:
    """White space after signing breaks content and SignedInfo; both are said, with what to do."""
    root = parse(MAKERS["smev2"](GOST).octets)
    etree.indent(root)
    path = tmp_path / "pretty.xml"
    path.write_bytes(etree.tostring(root))

    ended = invoke("signature", "explain", path)

    assert ended.status == 1
    assert "добавили пробелы и переносы строк между тегами" in ended.words
    assert "Не форматируйте подписанный XML" in ended.words


def test_the_difference_from_the_original_is_shown(invoke: Invoke, tmp_path: Path) -> None:
    """The first octet, both contexts, the likely cause; and the octets after the transforms as well."""
    good = MAKERS["document"](GOST).octets
    original, actual = tmp_path / "original.xml", tmp_path / "actual.xml"
    original.write_bytes(good)
    actual.write_bytes(good.replace("один".encode(), "три".encode()))

    ended = invoke("signature", "explain", actual, "--original", original)

    assert ended.status == 1
    assert "Файлы расходятся с байта" in ended.words
    assert "изменено само содержание" in ended.words
    assert "Signed/Thing: байты после преобразований расходятся с байта" in ended.words
    assert "Ни одна известная ошибка" not in ended.words
    same = invoke("signature", "explain", original, "--original", original)
    assert "Файлы одинаковы байт в байт." in same.words


def test_prefixes_and_marks_are_guessed(invoke: Invoke, tmp_path: Path) -> None:
    """A changed prefix breaks the signature, a mark does not; both are told from each other."""
    good = MAKERS["document"](GOST).octets
    (tmp_path / "original.xml").write_bytes(good)
    for name, octets, words, status in (
        ("bom", b"\xef\xbb\xbf" + good, "метка BOM", 0),
        ("prefix", good.replace(b"d:", b"e:").replace(b":d=", b":e="), "префиксы", 1),
    ):
        path = tmp_path / name
        path.write_bytes(octets)
        ended = invoke("signature", "explain", path, "--original", tmp_path / "original.xml")
        assert ended.status == status
        assert words in ended.words


def test_mathematics_are_told_from_what_the_profile_wants(invoke: Invoke, tmp_path: Path) -> None:
    """A true signature of another profile: the words name what the profile wants."""
    path = tmp_path / "a.xml"
    octets = MAKERS["document"](signing_key("p256")).octets
    root = parse(octets)
    extra = etree.SubElement(root, "{urn:q}later")
    extra.text = "после подписи"
    path.write_bytes(etree.tostring(root))

    ended = invoke("signature", "explain", path)

    assert ended.status == 1
    assert "Подпись верна математически, но ни один профиль её не принимает" in ended.words
    assert "стоит не на своём месте" in ended.words
    assert "Второе мнение, signxml: математически верна – согласно с нашим." in ended.words


def test_the_profile_is_quoted(invoke: Invoke, tmp_path: Path) -> None:
    """A transform that the profile does not know: its transforms are listed."""
    path = tmp_path / "a.xml"
    octets = MAKERS["app_data"](GOST).octets.replace(b"AppData", b"Request")
    root = parse(octets)
    root.remove(next(root.iter(f"{{{DS}}}Signature")))
    from signing import sign_app_data

    sign_app_data(root, GOST)
    path.write_bytes(etree.tostring(root))

    ended = invoke("signature", "explain", path)

    assert ended.status == 1
    assert "Подпись верна математически, но профиль document требует иного" in ended.words
    assert "http://www.w3.org/2001/10/xml-exc-c14n#" in ended.words


def test_octets_are_written_into_a_new_folder(invoke: Invoke, tmp_path: Path) -> None:
    """Each reference and SignedInfo; a folder with files stays as it is."""
    folder = tmp_path / "octets"
    path = put(tmp_path, MAKERS["smev3"](GOST))[0]

    ended = invoke("signature", "explain", path, "--write", folder)

    assert ended.status == 0
    assert sorted(one.name for one in folder.iterdir()) == [
        "signature-1-reference-1.bin",
        "signature-1-signed-info.bin",
        "signature-2-reference-1.bin",
        "signature-2-signed-info.bin",
    ]
    assert (folder / "signature-1-reference-1.bin").read_bytes().startswith(b"<ns1:Ask")
    assert "Записано" in ended.err
    again = invoke("signature", "explain", path, "--write", folder)
    assert again.status == 2
    assert "не пуста" in again.words


def test_a_file_without_signatures_is_told_so(invoke: Invoke, tmp_path: Path) -> None:
    """Nothing to explain is said."""
    path = tmp_path / "a.xml"
    path.write_text(HOLDER, encoding="utf-8")

    ended = invoke("signature", "explain", path)

    assert ended.status == 1
    assert "нет ни одной подписи" in ended.words


def test_what_is_not_read_ends_with_2_and_missing_content_with_64(invoke: Invoke, tmp_path: Path) -> None:
    """Broken files, absent files, a detached signature alone."""
    path = put(tmp_path, MAKERS["cms"](GOST))[0]
    (tmp_path / "bad.xml").write_bytes(b"<a>")

    assert invoke("signature", "explain", tmp_path / "bad.xml").status == 2
    assert invoke("signature", "explain", tmp_path / "absent.xml").status == 2
    assert invoke("signature", "explain", path).status == 64
    assert invoke("signature", "explain", path, "--content", tmp_path / "absent").status == 2


GOOD = {name: MAKERS[name](signing_key("p256")) for name in ("smev2", "smev3", "cms", "mtom")}


@given(st.sampled_from(sorted(GOOD)), st.data())
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_hostile_bytes_never_break_the_program(
    invoke: Invoke, tmp_path: Path, name: str, data: st.DataObject
) -> None:
    """Any change of bytes ends with 0, 1 or 2 and no traceback."""
    made = GOOD[name]
    place = data.draw(st.integers(0, len(made.octets)))
    piece = data.draw(st.binary(max_size=30))
    path = tmp_path / "mutant"
    path.write_bytes(made.octets[:place] + piece + made.octets[place + data.draw(st.integers(0, 60)) :])
    (tmp_path / "content").write_bytes(made.content or b"<a/>")

    ended = invoke("signature", "explain", path, "--content", tmp_path / "content")

    assert ended.status in {0, 1, 2}
    assert "Внутренняя ошибка" not in ended.words
