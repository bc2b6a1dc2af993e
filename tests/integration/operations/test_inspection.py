"""What an attached file is, by its bytes: types, passwords, active content, bombs (facts, D.5)."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pikepdf
import pytest

from adapter.domain.attachments import DEFAULT_TYPES
from adapter.operations.inspection import inspect
from adapter.operations.pdf_files import PdfExaminer, examine_pdf
from adapter.operations.pdf_reader import TOO_HARD
from tests.integration.operations import hostile

OPEN = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([0, pikepdf.Name.Fit]))


def found(
    content: bytes,
    name: str = "a.pdf",
    media_type: str = "application/octet-stream",
    allowed: tuple[str, ...] = DEFAULT_TYPES,
) -> list[str]:
    """Return the codes for a file."""
    kind, problems = inspect(name, "*", media_type, content, "file[1]", allowed, examine_pdf)
    assert kind is not None or problems
    return [one.code for one in problems]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (hostile.pdf(), "a.pdf"),
        (hostile.pdf({"/OpenAction": OPEN}), "a.PDF"),
        (hostile.with_annotation(pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://x/")), "a.pdf"),
        (b"\n\n" + hostile.pdf(), "a.pdf"),
        (hostile.JPEG, "a.jpeg"),
        (hostile.JPEG, "a.JPG"),
        (hostile.png(), "a.png"),
        (hostile.office(), "a.docx"),
        (hostile.office({"word/_rels/document.xml.rels": hostile.external("hyperlink")}), "a.docx"),
        (hostile.office({"word/media/image1.png": hostile.png()}), "a.docx"),
    ],
    ids=[
        "pdf",
        "opens at a page",
        "link",
        "blank lines",
        "jpeg",
        "jpg",
        "png",
        "docx",
        "hyperlink",
        "picture",
    ],
)
def test_good_files_pass(content: bytes, name: str) -> None:
    """Ordinary files of the accepted types have nothing wrong with them."""
    assert found(content, name) == []


@pytest.mark.parametrize(
    ("content", "name", "codes"),
    [
        (b"MZ" + bytes(200), "a.pdf", ["MSE-4001"]),
        (b"GIF89a" + bytes(20), "a.gif", ["MSE-4001"]),
        (hostile.OLE + bytes(600), "a.doc", ["MSE-4001"]),
        (hostile.archive({"a.txt": "a"}), "a.docx", ["MSE-4001"]),
        (hostile.archive({"a.zip": hostile.archive({"b": "b"})}), "a.docx", ["MSE-4001"]),
        (b"<html><script>alert(1)</script></html>", "a.html", ["MSE-4001"]),
        (b"{\\rtf1 }", "a.rtf", ["MSE-4001"]),
        (b"x" * 100, "a.pdf", ["MSE-4001"]),
        (bytes(range(256)), "a.pdf", ["MSE-4001"]),
        ("Текст".encode(), "a.txt", ["MSE-4001"]),
        ("Текст".encode("utf-16"), "a.txt", ["MSE-4011", "MSE-4001"]),
        ("Plain text".encode("utf-16-le"), "a.txt", ["MSE-4011", "MSE-4001"]),
        (hostile.png(), "a.pdf", ["MSE-4002"]),
        (hostile.pdf(), "a.docx", ["MSE-4002"]),
        (hostile.pdf(), "a", ["MSE-4002"]),
        (hostile.JPEG[:20] + hostile.pdf(), "a.jpg", ["MSE-4002"]),
    ],
)
def test_wrong_types_are_refused(content: bytes, name: str, codes: list[str]) -> None:
    """What is not accepted, and what has the extension of another type."""
    assert found(content, name) == codes


def test_a_declared_type_must_not_contradict() -> None:
    """A media type of another accepted type is a mismatch; an unknown one says nothing."""
    assert found(hostile.pdf(), media_type="image/png") == ["MSE-4002"]
    assert found(hostile.pdf(), media_type="application/x-pdf") == []


def test_allowed_types_are_configuration() -> None:
    """A type that the configuration leaves out is refused, one that it adds is taken; both are named."""
    assert found(hostile.png(), "a.png", allowed=("pdf",)) == ["MSE-4001"]
    assert found("Текст".encode(), "a.txt", allowed=("txt",)) == []
    assert found(b"<?xml version='1.0'?><a/>", "a.xml", allowed=("xml",)) == []
    _, (problem,) = inspect("a.gif", "*.gif", "", b"GIF89a" + bytes(20), "f", ("pdf", "png"), examine_pdf)
    assert (problem.actual, problem.limit) == ("image/gif", "PDF, PNG")


@pytest.mark.parametrize(
    "content",
    [
        hostile.pdf(encryption=pikepdf.Encryption(user="u", owner="o")),
        hostile.pdf(encryption=pikepdf.Encryption(user="", owner="o")),
        hostile.pdf(encryption=pikepdf.Encryption(user="u", owner="o", R=3, aes=False, metadata=False)),
        hostile.encrypted_office(),
        hostile.encrypted_entry(),
    ],
    ids=["password", "owner's password", "rc4", "compound", "zip"],
)
def test_encrypted_files_are_refused(content: bytes) -> None:
    """MSE-4007 for every kind of password."""
    assert found(content, "a.pdf" if content.startswith(b"%PDF") else "a.docx") == ["MSE-4007"]


@pytest.mark.parametrize(
    "content",
    [
        hostile.pdf({"/OpenAction": hostile.javascript()}),
        hostile.pdf({"/OpenAction": pikepdf.Dictionary(S=pikepdf.Name.URI, URI="http://x/")}),
        hostile.pdf({"/AA": pikepdf.Dictionary(WC=hostile.javascript())}),
        hostile.pdf({"/AcroForm": pikepdf.Dictionary(XFA="<xdp/>")}),
        hostile.escaped(hostile.pdf({"/OpenAction": hostile.javascript()})),
        hostile.with_annotation(hostile.javascript()),
        hostile.with_annotation(pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")),
        hostile.with_annotation(pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F="http://x/")),
        hostile.with_annotation(pikepdf.Dictionary(S=pikepdf.Name.GoToE)),
        hostile.with_annotation(pikepdf.Dictionary(S=pikepdf.Name.GoTo, Next=hostile.javascript())),
        hostile.with_attachment(),
        hostile.escaped(b"%PDF-1.7 << /OpenAction << /S /JavaScript /JS (a) >> >> " + bytes(20)),
    ],
    ids=[
        "script on opening", "page on opening", "on closing", "xfa", "escaped", "script in a link", "program",
        "form", "embedded document", "after another", "file inside", "broken",
    ],
)  # fmt: skip
def test_active_pdf_is_refused(content: bytes) -> None:
    """MSE-4008 for scripts, programs, forms and files inside, wherever they hide, compressed or escaped."""
    assert found(content) == ["MSE-4008"]


@pytest.mark.parametrize(
    "content",
    [
        hostile.office({"word/vbaProject.bin": b"x"}),
        hostile.office(kind=hostile.MACROS),
        hostile.office({"word/activeX/activeX1.xml": "<a/>"}),
        hostile.office({"word/embeddings/oleObject1.bin": hostile.OLE}),
        hostile.office({"word/media/image1.png": hostile.archive({"a": "a"})}),
        hostile.office({"word/media/image1.png": b"MZ" + bytes(9)}),
        hostile.office({"word/media/image1.png": b"Rar!\x1a\x07\x00"}),
        hostile.office({"word/_rels/settings.xml.rels": hostile.external("attachedTemplate")}),
        hostile.office({"word/_rels/document.xml.rels": hostile.external("oleObject")}),
        hostile.office({"word/settings.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
        hostile.office({"../../etc/passwd": "x"}),
        hostile.office({"Word/Document.xml": "<second/>"}),
    ],
    ids=[
        "macros", "macro-enabled", "control", "object", "archive", "program", "rar", "template",
        "linked object", "entities", "path", "two documents",
    ],
)  # fmt: skip
def test_active_office_files_are_refused(content: bytes) -> None:
    """MSE-4008 for macros, controls, embedded programs and archives, and for what is fetched."""
    assert found(content, "a.docx") == ["MSE-4008"]


@pytest.mark.parametrize(
    "content",
    [
        hostile.bomb(101 * 1024 * 1024),
        hostile.office({f"word/{number}.xml": "" for number in range(2001)}),
    ],
    ids=["size", "parts"],
)
def test_bombs_are_refused(content: bytes) -> None:
    """MSE-4003 for an archive that unpacks to more than is bearable; it is not unpacked."""
    began = time.process_time()
    assert found(content, "a.docx") == ["MSE-4003"]
    assert time.process_time() - began < 3


def test_a_bomb_that_lies_of_its_size_is_refused() -> None:
    """An archive whose directory says less than it unpacks to is no document."""
    assert found(hostile.lying_bomb(5 * 1024 * 1024), "a.docx") == ["MSE-4001"]


@pytest.mark.parametrize("cut", [10, 100, 250])
def test_broken_archives_are_refused(cut: int) -> None:
    """An archive without its end is no document."""
    assert found(hostile.office()[:-cut], "a.docx") == ["MSE-4001"]


def test_an_unreadable_pdf_is_not_called_good() -> None:
    """What begins as PDF and cannot be read is said to be unchecked."""
    assert found(b"%PDF-1.4 " + bytes(range(256)) * 4) == ["MSE-5013"]
    assert found(hostile.pdf()[:200]) == ["MSE-5013"]


@pytest.fixture
def examiner() -> Iterator[PdfExaminer]:
    """An examiner of its own, with little patience."""
    made = PdfExaminer(seconds=0.0)
    yield made
    made.close()


def test_a_reader_that_takes_too_long_is_ended(examiner: PdfExaminer) -> None:
    """A file that is not read in time is refused; a new process reads it when it is sent again."""
    assert examiner(hostile.pdf()) == (TOO_HARD,)
    examiner._seconds = 30
    assert examiner(hostile.pdf()) == ()


def test_a_reader_that_died_is_replaced() -> None:
    """The end of a reader process between two files is not noticed by anybody."""
    examiner = PdfExaminer()
    assert examiner(hostile.pdf()) == ()
    (process,) = [one for one in examiner._free.queue if one is not None]
    process.kill()
    process.wait()
    assert examiner(hostile.with_attachment()) == ("active",)
    examiner.close()


def test_deep_nesting_is_refused() -> None:
    """Arrays in arrays without end are not followed."""
    assert found(hostile.deep(120)) == ["MSE-4008"]
    assert found(hostile.deep(5000))[0] in {"MSE-4008", "MSE-5013"}
