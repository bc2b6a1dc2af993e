"""Finished HTTP answers."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """A finished HTTP answer.

    Attributes:
        status: status line, ``200 OK``.
        content_type: of the body.
        body: whole.
        allow: methods; empty: no such header.
        retry_after: seconds; empty: no such header.
    """

    status: str
    content_type: str
    body: bytes
    allow: str = ""
    retry_after: str = ""


def status_line(status: HTTPStatus) -> str:
    """Return a status as it stands in the first line of an answer."""
    return f"{status.value} {status.phrase}"


def text_reply(status: HTTPStatus, text: str) -> Reply:
    """Return an answer of one Russian sentence."""
    return Reply(status_line(status), TEXT, f"{text}\n".encode())


def not_allowed(allow: str, text: str) -> Reply:
    """Return the refusal of a method."""
    reply = text_reply(HTTPStatus.METHOD_NOT_ALLOWED, text)
    return Reply(reply.status, reply.content_type, reply.body, allow)


def not_found() -> Reply:
    """Return the answer to an address that there is not."""
    return text_reply(HTTPStatus.NOT_FOUND, "Такого адреса нет. Адреса сервисов названы в документации.")
