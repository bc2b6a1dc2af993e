"""Messages received: one row for each (sender, request id), with the answer that a repeat gets again."""

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from storage.errors import Taken
from storage.rows import Area, columns, new_id, values, with_conflict
from storage.tables import messages


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to keep. ``answer`` is the stored business answer, ``raw`` the bytes as received."""

    sender: str
    request_id: str
    operation: str
    content_hash: str
    received_at: datetime
    correlation_id: str
    test: bool = False
    referral_number: str | None = None
    answer_status: str = ""
    codes: tuple[str, ...] = ()
    answer: bytes = b""
    raw: bytes | None = None
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message without its raw bytes (see `Messages.raw`)."""

    id: str
    sender: str
    request_id: str
    operation: str
    content_hash: str
    received_at: datetime
    correlation_id: str
    test: bool
    referral_number: str | None
    answer_status: str
    codes: tuple[str, ...]
    answer: bytes


_SELECT = sa.select(*columns(messages, Message))
_BY_REQUEST = _SELECT.where(
    messages.c.sender == sa.bindparam("sender"), messages.c.request_id == sa.bindparam("request_id")
)
_BY_ID = _SELECT.where(messages.c.id == sa.bindparam("id"))
_BY_CORRELATION = _SELECT.where(messages.c.correlation_id == sa.bindparam("correlation_id")).order_by(
    messages.c.received_at, messages.c.id
)
_RAW = sa.select(messages.c.raw).where(messages.c.id == sa.bindparam("id"))
_OWNER = sa.select(messages.c.id).where(
    messages.c.sender == sa.bindparam("sender"), messages.c.request_id == sa.bindparam("request_id")
)
_BY_REFERRAL = _SELECT.where(messages.c.referral_number == sa.bindparam("number")).order_by(
    messages.c.received_at, messages.c.id
)
_INSERT = with_conflict(
    lambda insert: (
        insert(messages)
        .on_conflict_do_nothing(index_elements=[messages.c.sender, messages.c.request_id])
        .returning(messages.c.id)
    )
)
_ANSWER = (
    sa.update(messages)
    .where(messages.c.id == sa.bindparam("message_id"))
    .values(
        referral_number=sa.bindparam("referral_number"),
        answer_status=sa.bindparam("answer_status"),
        codes=sa.bindparam("codes"),
        answer=sa.bindparam("answer"),
    )
)
_FORGET = (
    sa.update(messages)
    .where(messages.c.raw.is_not(None), messages.c.received_at < sa.bindparam("before"))
    .values(raw=sa.null())
)
_FORGET_REFUSED = _FORGET.where(messages.c.referral_number.is_(None))


class Messages(Area):
    """Received messages and their answers."""

    __slots__ = ()

    def insert(self, message: NewMessage) -> None:
        """Keep a message; of two at once the second waits for the first to commit (PostgreSQL).

        Raises:
            Taken: (sender, request id) is already there; ``owner`` is the id of that message. The
                transaction stays usable, so the stored answer can be read in it.
        """
        statement = _INSERT[self._connection.dialect.name]
        if self._run(statement, values(message)).first() is None:
            owner = self._connection.execute(
                _OWNER, {"sender": message.sender, "request_id": message.request_id}
            ).scalar_one()
            raise Taken("messages.request", owner)

    def answer(
        self,
        message_id: str,
        *,
        referral_number: str | None,
        answer_status: str,
        codes: tuple[str, ...],
        answer: bytes,
    ) -> None:
        """Fill in the answer of a message that was inserted before its answer was known."""
        self._connection.execute(
            _ANSWER,
            {
                "message_id": message_id,
                "referral_number": referral_number,
                "answer_status": answer_status,
                "codes": codes,
                "answer": answer,
            },
        )

    def find(self, sender: str, request_id: str) -> Message | None:
        """Find the message that a sender sent under this id."""
        row = self._run(_BY_REQUEST, {"sender": sender, "request_id": request_id}).first()
        return None if row is None else Message(*row)

    def get(self, message_id: str) -> Message | None:
        """Find a message by our own id."""
        row = self._connection.execute(_BY_ID, {"id": message_id}).first()
        return None if row is None else Message(*row)

    def find_by_correlation(self, correlation_id: str) -> tuple[Message, ...]:
        """Give the messages of one correlation id, oldest first."""
        rows = self._connection.execute(_BY_CORRELATION, {"correlation_id": correlation_id})
        return tuple(Message(*row) for row in rows)

    def list_by_referral(self, number: str) -> tuple[Message, ...]:
        """Give the messages that made or moved a referral, oldest first."""
        rows = self._connection.execute(_BY_REFERRAL, {"number": number})
        return tuple(Message(*row) for row in rows)

    def raw(self, message_id: str) -> bytes | None:
        """Give the bytes as received, or None when unknown or forgotten."""
        return self._connection.execute(_RAW, {"id": message_id}).scalar()

    def forget_raw(self, before: datetime, *, refused_only: bool = True) -> int:
        """Drop the raw bytes of messages received before a time; hash and answer stay.

        Args:
            before: messages received earlier than this.
            refused_only: leave messages that made or touched a referral alone.

        Returns:
            How many messages lost their raw bytes.
        """
        statement = _FORGET_REFUSED if refused_only else _FORGET
        return self._connection.execute(statement, {"before": before}).rowcount
