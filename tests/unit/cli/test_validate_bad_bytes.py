"""`validate` on the bad inputs of the exchange: each gets a code, none a crash, a file or a connection."""

import gzip
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from adapter.contract.namespaces import SERVICE, SMEV, SOAP11, SOAP12
from tests.unit.cli.conftest import Invoke
from tests.unit.cli.examples import ON_DATE, Site, referral_bytes

Change = Callable[[bytes], bytes]
LIMIT = 7 * 1024 * 1024
DECLARED = b'<?xml version="1.0" encoding="%s"?>'
SOAP = b'<s:Envelope xmlns:s="' + SOAP11.encode() + b'">%s</s:Envelope>'
WRAPPER = b'<v:SubmitReferral xmlns:v="' + SERVICE.encode() + b'">%s</v:SubmitReferral>'
LAUGHS = b"<!DOCTYPE a [<!ENTITY a '1234567890'>%s]>" % b"".join(
    b"<!ENTITY %c '%s'>" % (new, b"&%c;" % old * 10)
    for old, new in zip(b"abcdefgh", b"bcdefghi", strict=True)
)


def into(body: bytes) -> Change:
    """Return a message with this Body and nothing else."""
    return lambda _: SOAP % (b"<s:Body>" + body + b"</s:Body>")


def sub(old: bytes, new: bytes) -> Change:
    """Return the good message with one piece replaced."""

    def change(message: bytes) -> bytes:
        assert old in message
        return message.replace(old, new, 1)

    return change


#: What does not get as far as a document: status 2 and one code, as the server answers with a SOAP Fault.
UNREADABLE: dict[str, tuple[Change, str]] = {
    "empty": (lambda _: b"", "MSE-1001"),
    "white space": (lambda _: b" \n\t ", "MSE-1001"),
    "text": (lambda _: "просто текст".encode(), "MSE-1001"),
    "json": (lambda _: b'{"accepted": true}', "MSE-1001"),
    "zeros": (lambda _: bytes(1000), "MSE-1003"),
    "gzip": (gzip.compress, "MSE-1001"),
    "truncated": (lambda message: message[: len(message) // 2], "MSE-1001"),
    "two roots": (lambda message: message + b"<a/>", "MSE-1001"),
    "windows-1251 declared": (
        lambda message: DECLARED % b"windows-1251" + message.decode().encode("cp1251", "ignore"),
        "MSE-1003",
    ),
    "windows-1251 undeclared": (lambda _: SOAP % "<s:Body>Примеров</s:Body>".encode("cp1251"), "MSE-1003"),
    "unknown encoding": (lambda message: DECLARED % b"x-none" + message, "MSE-1003"),
    "UTF-16 with a mark": (lambda message: message.decode().encode("utf-16"), "MSE-1003"),
    "UTF-16 without a mark": (lambda message: message.decode().encode("utf-16-le"), "MSE-1003"),
    "UTF-16 big endian": (lambda message: message.decode().encode("utf-16-be"), "MSE-1003"),
    "internal entity": (lambda message: b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + message, "MSE-1002"),
    "external entity": (
        lambda message: b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + message,
        "MSE-1002",
    ),
    "external subset": (
        lambda message: b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'>" + message,
        "MSE-1002",
    ),
    "billion laughs": (lambda message: LAUGHS + message, "MSE-1002"),
    "entity without a DOCTYPE": (into(b"&secret;"), "MSE-1001"),
    "nesting of 100": (into(b"<a>" * 100 + b"</a>" * 100), "MSE-1001"),
    "nesting of 5000": (into(b"<a>" * 5000 + b"</a>" * 5000), "MSE-1001"),
    "300 000 attributes": (
        lambda _: SOAP % b"<s:Body %s/>" % b" ".join(b'a%d=""' % number for number in range(300_000)),
        "MSE-1001",
    ),
    "300 000 elements": (into(b"<a/>" * 300_000), "MSE-1001"),
    "too large by one byte": (lambda message: message + b" " * (LIMIT + 1 - len(message)), "MSE-1004"),
    "control character": (into(b"<a>\x0b</a>"), "MSE-1005"),
    "control character by reference": (into(b"<a>&#11;</a>"), "MSE-1005"),
    "end of CDATA in text": (into(b"<a>]]></a>"), "MSE-1001"),
    "repeated attribute": (into(b"<a b='1' b='2'/>"), "MSE-1001"),
    "undeclared prefix": (into(b"<q:a/>"), "MSE-1001"),
    "comment in the Body": (sub(b"</srv:SubmitReferral>", b"<!-- x --></srv:SubmitReferral>"), "MSE-1001"),
    "processing instruction": (sub(b"</srv:SubmitReferral>", b"<?x y?></srv:SubmitReferral>"), "MSE-1001"),
    "no Body": (lambda _: SOAP % b"<s:Header/>", "MSE-1001"),
    "empty Body": (into(b""), "MSE-1001"),
    "Body of text": (into("направление".encode()), "MSE-1001"),
    "two Bodies": (lambda _: SOAP % b"<s:Body><a/></s:Body><s:Body><a/></s:Body>", "MSE-1001"),
    "two operations": (into(WRAPPER % b"" + WRAPPER % b""), "MSE-1001"),
    "unknown header that must be understood": (
        lambda _: (
            SOAP
            % (
                b"<s:Header><q:a xmlns:q='urn:q' s:mustUnderstand='1'/></s:Header><s:Body>"
                + WRAPPER % b""
                + b"</s:Body>"
            )
        ),
        "MSE-1001",
    ),
    "foreign envelope": (lambda _: b"<Envelope xmlns='urn:other'><Body><a/></Body></Envelope>", "MSE-1001"),
    "SOAP 1.2": (lambda message: message.replace(SOAP11.encode(), SOAP12.encode()), "MSE-1001"),
    "unknown operation": (into(b'<v:Nothing xmlns:v="' + SERVICE.encode() + b'"/>'), "MSE-1001"),
    "operation of another namespace": (into(b"<SubmitReferral xmlns='urn:other'/>"), "MSE-1001"),
    "operation of no namespace": (into(b"<SubmitReferral/>"), "MSE-1001"),
    "foreign document": (lambda _: b"<Referral xmlns='urn:other'/>", "MSE-1001"),
    "document of no namespace": (lambda _: b"<Referral/>", "MSE-1001"),
    "web page": (lambda _: b"<html><body/></html>", "MSE-1001"),
    "foreign CDA": (lambda _: b"<ClinicalDocument/>", "MSE-1105"),
    "broken CDA": (lambda _: b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id>', "MSE-1001"),
    "CDA with a DOCTYPE": (lambda _: b"<!DOCTYPE a><ClinicalDocument xmlns='urn:hl7-org:v3'/>", "MSE-1002"),
}

#: What is read and refused: status 1 and at least these codes.
REFUSED: dict[str, tuple[Change, set[str]]] = {
    "wrapper without anything": (into(WRAPPER % b""), {"MSE-1101"}),
    "SOAP-encoding reference to itself": (
        into(b'<v:SubmitReferral id="a" href="#a" xmlns:v="' + SERVICE.encode() + b'"/>'),
        {"MSE-1101"},
    ),
    "message without a sender": (
        into(WRAPPER % b'<m:Message xmlns:m="%s"/><m:MessageData xmlns:m="%s"/>' % ((SMEV.encode(),) * 2)),
        {"MSE-1101"},
    ),
    "two requests": (
        sub(b"</smev:AppData>", b"</smev:AppData><smev:AppData><smev:x/></smev:AppData>"),
        {"MSE-1105"},
    ),
    "attached archive": (
        sub(b"</smev:AppData>", b"</smev:AppData><smev:AppDocument/>"),
        {"MSE-1101", "MSE-2001", "MSE-5010"},
    ),
    "declared empty": (
        sub(
            b"<doc:Referral ",
            b"<doc:Referral xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true' ",
        ),
        {"MSE-1104", "MSE-2001"},
    ),
    "XInclude": (
        sub(
            b"</doc:Referral>",
            b"<x:include xmlns:x='http://www.w3.org/2001/XInclude' parse='text' href='file:///etc/passwd'/>"
            b"</doc:Referral>",
        ),
        {"MSE-1104", "MSE-2001"},
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_gets_one_code_and_status_2(
    invoke: Invoke, site: Site, write_file: Callable[[bytes], Path], name: str
) -> None:
    """Bytes that are no document and no message end with 2, one code and nothing of their text."""
    change, code = UNREADABLE[name]

    ended = invoke("validate", write_file(change(site.message(signed=False))), "--json", *ON_DATE)

    assert ended.status == 2
    assert ended.err == ""
    assert ended.json["accepted"] is False
    assert [one["code"] for one in ended.json["errors"]] == [code]
    assert "root:" not in ended.out
    assert "Примеров" not in ended.out


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_read_and_wrong_is_refused_with_status_1(
    invoke: Invoke, site: Site, write_file: Callable[[bytes], Path], name: str
) -> None:
    """A message of the right form with wrong content ends with 1 and its codes."""
    change, codes = REFUSED[name]

    ended = invoke("validate", write_file(change(site.message(signed=False))), "--json", *ON_DATE)

    assert ended.status == 1
    assert ended.err == ""
    assert {one["code"] for one in ended.json["errors"]} == codes
    assert "root:" not in ended.out


def test_a_message_of_exactly_the_limit_is_read(
    invoke: Invoke, site: Site, write_file: Callable[[bytes], Path]
) -> None:
    """The limit itself is allowed: white space after the message up to the last byte changes nothing."""
    message = site.message()

    ended = invoke(
        "validate", write_file(message + b" " * (LIMIT - len(message))), "--config", site.config, *ON_DATE
    )

    assert ended.status == 0


def test_a_byte_order_mark_is_no_error(
    invoke: Invoke, site: Site, write_file: Callable[[bytes], Path]
) -> None:
    """UTF-8 with its mark is UTF-8, for documents, messages and СЭМД."""
    for content in (referral_bytes(site.referral), site.message(), site.semd.content):
        path = write_file(b"\xef\xbb\xbf" + content)
        assert invoke("validate", path, "--config", site.config, *ON_DATE).status == 0


def test_comments_inside_a_document_are_refused_and_outside_are_not(
    invoke: Invoke, site: Site, write_file: Callable[[bytes], Path]
) -> None:
    """A comment inside a Referral hides text from readers; one before it does not."""
    content = referral_bytes(site.referral)
    inside = content.replace(b"</doc:Referral>", b"<!-- x --></doc:Referral>")

    assert invoke("validate", write_file(b"<!-- x -->" + content), *ON_DATE).status == 0
    assert invoke("validate", write_file(inside), *ON_DATE).status == 2


def test_no_address_in_a_document_is_called(
    invoke: Invoke, site: Site, write_file: Callable[[bytes], Path]
) -> None:
    """A schema location, a stylesheet and an entity that name an address make no connection to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x".encode()
        located = referral_bytes(site.referral).replace(
            b"<doc:Referral ",
            b"<doc:Referral xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:schemaLocation='urn:x "
            + url
            + b"' ",
        )
        entity = b"<!DOCTYPE a [<!ENTITY % e SYSTEM '" + url + b"'> %e;]>" + located
        styled = b"<?xml-stylesheet href='" + url + b"'?>" + site.semd.content.partition(b"?>")[2]

        statuses = [invoke("validate", write_file(one), *ON_DATE).status for one in (located, entity, styled)]

        assert statuses == [0, 2, 0]
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_link_to_itself_is_no_missing_file(invoke: Invoke, tmp_path: Path) -> None:
    """A symbolic link that leads nowhere but to itself is called by its name."""
    link = tmp_path / "link.xml"
    link.symlink_to(link)

    ended = invoke("validate", link, "--json")

    assert ended.status == 2
    assert "ссылка указывает сама на себя" in ended.json["errors"][0]["message"]
