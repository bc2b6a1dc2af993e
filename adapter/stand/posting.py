"""HTTP of the stand's own clients: loopback, no proxies, no redirects, bounded answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
import urllib3

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 60.0
_MAXIMUM_ANSWER = 16 * 2**20
_CHUNK = 64 * 1024


class Unanswered(Exception):  # noqa: N818 - says what came of the call
    """No answer that could be trusted and read; the text is Russian."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of an answer."""

    status: int
    body: bytes = field(repr=False)


def session() -> requests.Session:
    """Return a session that ignores proxies, `.netrc` and certificates of the environment."""
    made = requests.Session()
    made.trust_env = False
    made.max_redirects = 0
    return made


def post(url: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
    """POST bytes and return the whole answer; times are `CONNECT_TIMEOUT` and `READ_TIMEOUT`, seconds.

    Raises:
        Unanswered: No connection, no complete answer, an answer over 16 MiB.
    """
    try:
        with (
            session() as opened,
            opened.post(
                url,
                data=body,
                headers=dict(headers),
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            content = bytearray()
            for part in response.iter_content(_CHUNK):
                content += part
                if len(content) > _MAXIMUM_ANSWER:
                    raise Unanswered(f"ответ больше {_MAXIMUM_ANSWER} байт")
            return HttpAnswer(response.status_code, bytes(content))
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise Unanswered(f"адрес {url} не ответил ({type(error).__name__})") from error
