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

#: Answers of the server in one exchange, about; a server that drips them is left after so many
#: times the timeout.
_ANSWERS = 6


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
        except smtplib.SMTPResponseException as error:
            return NotSent(f"почтовый сервер отказал во входе: {error.smtp_code}")
        except (smtplib.SMTPException, OSError):
            return NotSent("почтовый сервер не отвечает или не умеет защищённого соединения")
        try:
            return _handed_over(session, sender, to, message, watch)
        except (smtplib.SMTPException, OSError):
            return NotSent("почтовый сервер оборвал соединение до текста письма")
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
    try:
        session.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            session.starttls(context=server.context)
            if session.sock is not None:
                watch.hold(session.sock)
            session.ehlo()
        if server.user:
            session.login(server.user, server.password)
    except BaseException:  # whatever it is, it goes on; only the connection must not stay open
        session.close()
        raise
    return session


def _handed_over(
    session: smtplib.SMTP, sender: str, to: Sequence[str], message: bytes, watch: Watch
) -> Result:
    code, _ = session.mail(sender)
    if code not in _TAKEN:
        return Sent(code, "", b"")
    codes = [session.rcpt(address)[0] for address in to]
    if not any(code in _TAKEN for code in codes):
        return Sent(min(codes), "", b"")
    if watch.expired:
        return NotSent("время обмена истекло")
    try:
        code, _ = session.data(message)
    except smtplib.SMTPDataError as error:
        return Sent(error.smtp_code, "", b"")
    except (smtplib.SMTPException, OSError):
        return Unknown("почтовый сервер не ответил на текст письма")
    # What came before the connection was cut is no whole answer, though the library reads it as one.
    return Unknown("время обмена истекло") if watch.expired else Sent(code, "", b"")
