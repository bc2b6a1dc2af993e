"""What a mail server does wrong when it is given a letter, and what has to come of it: a table.

Before the text of the letter leaves nothing can have been delivered; after it only the last answer tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from storage.outbox import DEAD, DONE, PENDING, UNKNOWN

RESET = b"RESET"
"""Instead of an answer the connection is reset."""

SILENCE = b"SILENCE"
"""Instead of an answer there is none."""


@dataclass(frozen=True)
class Letter:
    """One fault.

    Attributes:
        name: of the case.
        answers: what is answered to a verb of SMTP the first time; `HELLO` is the greeting, `TEXT` the end of
            the letter, which the server has then kept.
        state: of the delivery after the exchange that went wrong.
        seen: text that the operator is shown.
        end: state at the end.
        attempts: exchanges until the end.
        letters: kept by the server at the end.
    """

    name: str
    answers: dict[str, bytes] = field(default_factory=dict)
    state: str = PENDING
    seen: str = ""
    end: str = DONE
    attempts: int = 2
    letters: int = 1


_AWAY = "почтовый сервер не отвечает или не умеет защищённого соединения"
_BROKE_OFF = "почтовый сервер оборвал соединение до текста письма"
_NOBODY_KNOWS = "почтовый сервер не ответил на текст письма"

LETTERS = (
    Letter("reset instead of a greeting", {"HELLO": RESET}, seen=_AWAY),
    Letter("silence instead of a greeting", {"HELLO": SILENCE}, seen=_AWAY),
    Letter("another protocol", {"HELLO": b"SSH-2.0-OpenSSH\r\n"}, seen=_AWAY),
    Letter("not now at once", {"HELLO": b"421 later\r\n"}, seen="почтовый сервер отказал во входе: 421"),
    Letter("reset after the sender", {"MAIL": RESET}, seen=_BROKE_OFF),
    Letter("half an answer to the sender", {"MAIL": b"25"}, seen=_BROKE_OFF),
    Letter("not now to the sender", {"MAIL": b"451 later\r\n"}, seen="SMTP 451"),
    Letter("never to the sender", {"MAIL": b"550 no\r\n"}, DEAD, "SMTP 550", DEAD, 1, 0),
    Letter("reset after the recipient", {"RCPT": RESET}, seen=_BROKE_OFF),
    Letter("half an answer to the recipient", {"RCPT": b"2"}, seen=_BROKE_OFF),
    Letter("not now to the recipient", {"RCPT": b"450 later\r\n"}, seen="SMTP 450"),
    Letter("never to the recipient", {"RCPT": b"550 no\r\n"}, DEAD, "SMTP 550", DEAD, 1, 0),
    Letter("half a go-on", {"DATA": b"35"}, seen=_BROKE_OFF),
    Letter("not now to the text", {"DATA": b"451 later\r\n"}, seen="SMTP 451"),
    # Kept and not confirmed: the same letter comes again under its own Message-ID, which tells it apart.
    Letter("reset after the text", {"TEXT": RESET}, UNKNOWN, _NOBODY_KNOWS, letters=2),
    Letter("half an answer after the text", {"TEXT": b"25"}, UNKNOWN, _NOBODY_KNOWS, letters=2),
    Letter("silence after the text", {"TEXT": SILENCE}, UNKNOWN, _NOBODY_KNOWS, letters=2),
    Letter("not now after the text", {"TEXT": b"452 full\r\n"}, seen="SMTP 452", letters=2),
    Letter("never after the text", {"TEXT": b"554 no\r\n"}, DEAD, "SMTP 554", DEAD, 1, 1),
)
