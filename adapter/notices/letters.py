"""Letters as they travel: RFC 5322 messages made of fixed headers, so that nothing can add another."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses

from adapter.domain.addresses import ascii_domain, is_mail_address

_POLICY = email.policy.SMTP.clone(max_line_length=78)
_ID = re.compile(r"[0-9a-f-]{36}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class LetterUnusableError(ValueError):
    """A letter cannot be made of this; the text is Russian and repeats nothing of it."""


def letter(
    *, identifier: str, sender: str, to: Sequence[str], subject: str, body: str, now: datetime
) -> bytes:
    """Return the bytes of a letter.

    Args:
        identifier: UUID; the Message-ID is made of it, so that a repeat is known as one.
        sender: address of the adapter.
        to: addresses of whom it is for.
        subject: one line.
        body: text.
        now: moment of the letter, aware.

    Raises:
        LetterUnusableError: an address is none, nobody is to be written to, or a header has two lines.
    """
    if not to or not all(is_mail_address(one) for one in (sender, *to)):
        raise LetterUnusableError("адрес электронной почты записан неверно")
    if _ID.fullmatch(identifier) is None or _CONTROL.search(subject):
        raise LetterUnusableError("заголовок письма не годится")
    message = EmailMessage(policy=_POLICY)
    message["From"] = _ascii(sender)
    message["To"] = ", ".join(_ascii(one) for one in to)
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{identifier}@{ascii_domain(sender.rpartition('@')[2])}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, charset="utf-8", cte="base64")
    return message.as_bytes()


def envelope_of(message: bytes) -> tuple[str, tuple[str, ...]]:
    """Return sender and recipients of a letter that `letter` made."""
    parsed = email.message_from_bytes(message, policy=_POLICY)
    (_, sender), *_ = getaddresses(parsed.get_all("From", []))
    return sender, tuple(address for _, address in getaddresses(parsed.get_all("To", [])))


def _ascii(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{ascii_domain(domain)}"
