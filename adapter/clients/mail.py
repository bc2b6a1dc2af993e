"""Gives letters to the mail server of the installation, and says honestly what can have become of them."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapter.clients.sending import NotSent, Result, Sent, Unknown, Watch

#: What a server says when it will take a letter later (RFC 5321, 4.2.1).
_LATER = range(400, 500)
_TAKEN = frozenset({250, 251})

#: Anything else was cut off in the middle, or is no answer of SMTP (RFC 5321, 4.2); the library reads the
#: digits that came as a code all the same.
_CODES = range(200, 600)

#: Answers of the server in one exchange, about; a server that drips them is left after so many
#: times the timeout.
_ANSWERS = 6

_BROKEN_OFF = "почтовый сервер оборвал соединение до текста письма"
_UNANSWERED = "почтовый сервер не ответил на текст письма"


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server; addresses come from the configuration only.

    Attributes:
        security: ``starttls``, ``tls`` or ``none`` (loopback only).
        context: whom the certificate of the server must come from.
        timeout: for each answer of the server, seconds.
    """

    host: str
    port: int
    security: str
    context: ssl.SSLContext
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20.0


def give(server: MailServer, sender: str, to: Sequence[str], message: bytes) -> Result:
    """Give one letter to the server.

    It counts as sent when the server has taken it for at least one of the recipients. Before the text of the
    letter leaves, nothing can have been delivered; after it only the last answer tells.

    Returns:
        Sent with the last code of SMTP as status; NotSent; Unknown when the answer to the text is missing.
    """
    watch = Watch(_ANSWERS * server.timeout)
    with watch:
        try:
            session = _connected(server, watch)
        except ssl.SSLError:
            return NotSent("защищённое соединение с почтовым сервером не установлено")
        except (smtplib.SMTPException, OSError) as error:
            code = getattr(error, "smtp_code", 0)
            if code in _CODES:
                return NotSent(f"почтовый сервер отказал во входе: {code}")
            return NotSent("почтовый сервер не отвечает или не умеет защищённого соединения")
        try:
            return _handed_over(session, sender, to, message, watch)
        except (smtplib.SMTPException, OSError):
            return NotSent(_BROKEN_OFF)
        finally:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                session.quit()
            session.close()


def is_temporary(code: int) -> bool:
    """Tell whether the server will take the letter later."""
    return code in _LATER


def _connected(server: MailServer, watch: Watch) -> smtplib.SMTP:
    class Watched(smtplib.SMTP_SSL if server.security == "tls" else smtplib.SMTP):  # type: ignore[misc]
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            connected: socket.socket = super()._get_socket(host, port, timeout)
            watch.hold(connected)
            return connected

    wrapped = {"context": server.context} if server.security == "tls" else {}
    name = socket.gethostname() or "localhost"
    session: smtplib.SMTP = Watched(
        server.host, server.port, local_hostname=name, timeout=server.timeout, **wrapped
    )
    with contextlib.ExitStack() as failed:
        failed.callback(session.close)
        session.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            session.starttls(context=server.context)
            if session.sock is not None:
                watch.hold(session.sock)
            session.ehlo()
        if server.user:
            session.login(server.user, server.password)
        failed.pop_all()
    return session


def _handed_over(
    session: smtplib.SMTP, sender: str, to: Sequence[str], message: bytes, watch: Watch
) -> Result:
    code, _ = session.mail(sender)
    if code not in _TAKEN:
        return _before_text(code)
    codes = [session.rcpt(address)[0] for address in to]
    if not any(code in _TAKEN for code in codes):
        return _before_text(min(codes))
    if watch.expired:
        return NotSent("время обмена истекло")
    try:
        code, _ = session.data(message)
    except smtplib.SMTPDataError as error:
        return _before_text(error.smtp_code)
    except (smtplib.SMTPException, OSError):
        return Unknown(_UNANSWERED)
    return _after_text(code, watch)


def _after_text(code: int, watch: Watch) -> Result:
    """Judge the answer to the text of the letter."""
    # What came before the connection was cut is no whole answer, though the library reads it as one.
    if watch.expired:
        return Unknown("время обмена истекло")
    return Sent(code, "", b"") if code in _CODES else Unknown(_UNANSWERED)


def _before_text(code: int) -> Result:
    """Judge an answer after which the text of the letter did not leave."""
    return Sent(code, "", b"") if code in _CODES else NotSent(_BROKEN_OFF)
