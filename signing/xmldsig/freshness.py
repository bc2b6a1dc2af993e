"""That a signed message is of now and comes for the first time: wsu:Timestamp and a window of replays.

Web Services Security: SOAP Message Security 1.1, section 10 (Timestamp) and 13.1 (replay).
"""

from __future__ import annotations

import hashlib
import heapq
import re
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lxml import etree

from signing.reasons import Reason, Refusal
from signing.verified import Verified
from signing.xmldsig.canonical import canonical
from signing.xmldsig.profiles import EXCLUSIVE_C14N, WSU, WSU_ID
from signing.xmldsig.structure import Step, elements, format_refusal
from signing.xmldsig.wss import envelope_parts, make_security, security_of

_TIMESTAMP = f"{{{WSU}}}Timestamp"
_CREATED = f"{{{WSU}}}Created"
_EXPIRES = f"{{{WSU}}}Expires"

# xs:dateTime with a zone, as far as a moment of a message goes: four digits of a year, no 24:00:00.
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)
_WHITE = " \t\r\n"

MOST_SIGNATURES = 65_536
"""How many signatures a window remembers unless told otherwise; about 15 MiB."""


def add_timestamp(envelope: etree._Element, now: datetime, life: timedelta) -> etree._Element:
    """Put a Timestamp into a Security header without an actor, made where there is none, for `sign_wss`.

    Args:
        envelope: The soap:Envelope, not signed for nobody in particular yet.
        now: When the message is made, aware.
        life: For how long it is good.

    Returns:
        The wsu:Timestamp, in the tree; its moments are UTC with milliseconds, as WSS4J writes them.

    Raises:
        Refusal: SIG_DUPLICATE when there is something in it already; SIG_FORMAT when the envelope is none.
        ValueError: The moment has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("moments must be aware")
    header, _ = envelope_parts(envelope)
    if header is None:
        header = etree.Element(str(envelope.tag).replace("}Envelope", "}Header"))
        envelope.insert(0, header)
    security = security_of(header, "")
    if security is None:
        security = make_security(header, "")
    elif len(security):
        raise Refusal(Reason.SIG_DUPLICATE)
    timestamp = etree.SubElement(security, _TIMESTAMP)
    timestamp.set(WSU_ID, f"TS-{uuid4()}")
    etree.SubElement(timestamp, _CREATED).text = _written(now)
    etree.SubElement(timestamp, _EXPIRES).text = _written(now + life)
    return timestamp


def check_timestamp(verified: Verified, now: datetime, skew: timedelta, longest_life: timedelta) -> datetime:
    """Check the Timestamp among the verified elements of a message.

    Args:
        verified: The signature; what it does not sign is not looked at.
        now: The present moment, aware.
        skew: How far the clocks of the two systems may be apart.
        longest_life: The longest life that a Timestamp may claim.

    Returns:
        Until when the message would pass this check, aware: so long must it be remembered against replays.

    Raises:
        Refusal: SIG_FORMAT: no Timestamp is signed, a moment is absent or no xs:dateTime with a zone, the
            message is from the future or too old, or claims too long a life; it carries the certificate.
        ValueError: The moment has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("moments must be aware")
    try:
        created, expires = _moments(verified)
        _judge(created, expires, now, skew, longest_life)
    except Refusal as refusal:
        raise refusal.claimed_by(verified.certificate) from refusal
    return expires + skew


class ReplayWindow:
    """Remembers verified signatures as long as their messages are fresh; safe for threads.

    A signature is known by its signer and by the canonical octets of SignedInfo, not by its value: of an
    ECDSA signature anybody can make a second value that holds too.

    The memory is that of one process: on several nodes, or with several processes, a message may pass once
    in each, so what it does has to be idempotent all the same. It is bounded: when full, the signature that
    becomes stale first is forgotten first. Only verified signatures of known partners should enter.
    """

    def __init__(self, most: int = MOST_SIGNATURES) -> None:
        """Make an empty window.

        Args:
            most: How many signatures are remembered.
        """
        self._most = most
        self._known: set[bytes] = set()
        self._stale: list[tuple[datetime, bytes]] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def admit(self, verified: Verified, now: datetime, until: datetime) -> None:
        """Remember a signature.

        Args:
            verified: The signature.
            now: The present moment, aware.
            until: When its message stops being fresh (`check_timestamp`).

        Raises:
            Refusal: SIG_DUPLICATE when it is known; it carries the certificate.
        """
        key = _identity(verified)
        with self._lock:
            while self._stale and self._stale[0][0] < now:
                self._forget_first()
            if key in self._known:
                values = {"cause": "сообщение с этой подписью уже получено"}
                raise Refusal(Reason.SIG_DUPLICATE, values=values, certificate=verified.certificate)
            if len(self._known) >= self._most:
                self._forget_first()
            self._known.add(key)
            heapq.heappush(self._stale, (until, key))

    def _forget_first(self) -> None:
        self._known.discard(heapq.heappop(self._stale)[1])


def _identity(verified: Verified) -> bytes:
    signed_info = verified.signature[0]
    info = canonical(signed_info, Step(EXCLUSIVE_C14N))
    return hashlib.sha256(verified.certificate.der + info).digest()


def _moments(verified: Verified) -> tuple[datetime, datetime]:
    timestamps = [node for node in verified.nodes if node.tag == _TIMESTAMP]
    if len(timestamps) != 1:
        raise format_refusal("в сообщении нет подписанного Timestamp")
    children = elements(timestamps[0], (WSU_ID,))
    if [child.tag for child in children] != [_CREATED, _EXPIRES]:
        raise format_refusal("состав Timestamp отличается от Created, Expires")
    created, expires = (_read(child) for child in children)
    return created, expires


def _read(element: etree._Element) -> datetime:
    text = (element.text or "").strip(_WHITE)
    if len(element) or element.attrib or not _DATE_TIME.fullmatch(text):
        raise _no_moment()
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_moment() from error


def _judge(
    created: datetime, expires: datetime, now: datetime, skew: timedelta, longest_life: timedelta
) -> None:
    ours = f"часы адаптера: {_written(now)}"
    if created >= expires:
        raise format_refusal("в Timestamp срок Expires не позже Created")
    if expires - created > longest_life:
        seconds = round(longest_life.total_seconds())
        raise format_refusal(f"срок Timestamp больше допустимого, {seconds} с")
    if created - now > skew:
        raise format_refusal(f"Timestamp из будущего: создан {_written(created)}, {ours}")
    if now - expires > skew:
        raise format_refusal(f"срок Timestamp истёк {_written(expires)}, {ours}")


def _no_moment() -> Refusal:
    return format_refusal("момент в Timestamp – не xs:dateTime с часовым поясом")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
