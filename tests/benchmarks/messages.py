"""Submissions of a wanted size: real requests of the contract, made larger by more of what a form holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from lxml import etree

from adapter.contract import binding, envelope
from adapter.contract.exchange.common import File
from adapter.contract.exchange.referral import SubmitReferralRequest
from adapter.contract.namespaces import DOCUMENT, document_tag, exchange_tag
from adapter.contract.samples import sample_referral
from adapter.domain.clinical import Examination, Medication
from adapter.domain.history import TemporaryDisability
from adapter.domain.referral import Referral
from adapter.stand.actors import (
    ADAPTER,
    BUREAU,
    CHAIRMAN,
    DOCTOR,
    HOSPITAL,
    MEMBERS,
    MIS,
    DemoBureau,
    Keyring,
)
from adapter.stand.documents import Clerk
from signing import SigningKey, sign_document, sign_wss

SMALL, LARGE = 16 * 1024, 240 * 1024
SIGNERS = (DOCTOR.key, CHAIRMAN.key, *(member.key for member in MEMBERS), HOSPITAL.seal)

_CREATED_BEFORE = timedelta(minutes=1)
_ROWS = {"examinations": 290, "temporary_disability": 80, "medications": 100}
_SENTENCE = (
    "За последний год одно обострение, после курса реабилитации объём движений вырос, опора на ногу "
    "неполная, ходит с тростью; с предыдущей экспертизы новых очагов нет. "
)
_LETTER_BYTES = len("а".encode())
_LONGEST_TEXT = 32_000
#: СНИЛС up to 001-001-998 have no check number and belong to nobody.
_NUMBERS = 1_001_990


@dataclass(frozen=True, slots=True)
class Submission:
    """What a hospital sends.

    Attributes:
        holder: the SignedReferral; in a message it is a copy.
        semd: the СЭМД that travels with it, if any.
    """

    holder: etree._Element
    semd: File | None = None

    def message(self, key: SigningKey | None = None) -> bytes:
        """Return the SOAP message under a new request id; unsigned when no transport key is given."""
        content = SubmitReferralRequest(
            request_id=str(uuid.uuid4()), signed_referral=deepcopy(self.holder), semd=self.semd
        )
        wrapper = envelope.request(
            "SubmitReferral",
            sender=envelope.System(MIS.code, MIS.name),
            recipient=envelope.System(ADAPTER.code, ADAPTER.name),
            content=binding.write(content, exchange_tag("SubmitReferralRequest")),
            now=datetime.now(UTC),
        )
        message = envelope.soap_envelope(wrapper)
        if key is not None:
            sign_wss(message, key)
        return etree.tostring(message, encoding="UTF-8", xml_declaration=True)


def unsigned_message(size: int) -> bytes:
    """Return a message of about so many bytes that is valid by the schema and carries no signature."""
    return _unsigned(_referral_of(size)).message()


def signed_submissions(
    size: int, keyring: Keyring, count: int, bureau: DemoBureau = BUREAU
) -> Iterator[Submission]:
    """Yield different referrals that take about so many bytes before they are signed by all who have to."""
    referral = _referral_of(size)
    referral = replace(
        referral, receiver_bureau=replace(referral.receiver_bureau, oid=bureau.oid, name=bureau.name)
    )
    for _ in range(count):
        submission = _unsigned(_fresh(referral))
        for name in SIGNERS:
            sign_document(submission.holder, keyring.key(name))
        yield submission


def demo_submissions(keyring: Keyring, count: int, semd_bytes: int = 0) -> Iterator[Submission]:
    """Yield different submissions as the stand makes them: the complete example with its signed СЭМД.

    Args:
        keyring: the demo keys.
        count: how many.
        semd_bytes: how long the СЭМД is made, at least, by more text; 0: as it is, some 30 KB.
    """
    clerk = Clerk(keyring, lambda: datetime.now(UTC) - _CREATED_BEFORE)
    for _ in range(count):
        document = clerk.referral(BUREAU)
        holder = document.holder()
        if holder is None:
            raise ValueError("the stand has made no referral")
        semd = document.semd
        if len(semd.content) < semd_bytes:
            semd = clerk.semd_alone(_lengthened(semd.content, semd_bytes)).semd
        yield Submission(holder, semd.packed())


def full_referral(size: int) -> Referral:
    """Return the example of the project with every block; its document takes about so many bytes, or more."""
    referral = _example()
    raw = etree.tostring(binding.write(referral, document_tag("Referral")), encoding="UTF-8")
    return _with_text(referral, (size - len(raw)) // _LETTER_BYTES)


def _lengthened(semd: bytes, size: int) -> bytes:
    """Return a СЭМД with a longer text for people in its last section."""
    document = etree.fromstring(semd)
    *_, words = document.iter("{urn:hl7-org:v3}text")
    letters = (size - len(semd)) // _LETTER_BYTES
    words.text = (words.text or "") + _SENTENCE * (letters // len(_SENTENCE) + 1)
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True)


def _unsigned(referral: Referral) -> Submission:
    holder = etree.Element(document_tag("SignedReferral"), nsmap={"doc": DOCUMENT})
    holder.append(binding.write(referral, document_tag("Referral"), {"doc": DOCUMENT}))
    return Submission(holder)


def _fresh(referral: Referral) -> Referral:
    """Return the same as another referral of another citizen, made a minute ago."""
    number = 2 + uuid.uuid4().int % _NUMBERS
    return replace(
        referral,
        citizen=replace(referral.citizen, snils=f"{number:09d}00"),
        document_id=replace(referral.document_id, extension=str(uuid.uuid4())),
        document_set_id=replace(referral.document_set_id, extension=str(uuid.uuid4())),
        created_at=datetime.now(UTC) - _CREATED_BEFORE,
        vk_protocol=replace(referral.vk_protocol, number=f"{uuid.uuid4().int % 10**12}"),
    )


def _referral_of(size: int) -> Referral:
    """Return a referral whose unsigned message takes about so many bytes.

    The small one is the example of the project without a representative. The large one has some hundred
    examinations, periods of disability and medicines more. What is missing is filled with text.
    """
    referral = replace(_example(), representative=None)
    if size > 2 * SMALL:
        referral = _with_rows(referral, size / LARGE)
    missing = size - len(_unsigned(referral).message())
    return _with_text(referral, missing // _LETTER_BYTES)


def _example() -> Referral:
    return sample_referral(
        on=datetime.now(UTC).date() - timedelta(days=1),
        organization_name=HOSPITAL.name,
        bureau_oid=BUREAU.oid,
        bureau_name=BUREAU.name,
        author=DOCTOR.person,
        legal_authenticator=CHAIRMAN.person,
        chair=CHAIRMAN.person,
        members=tuple(member.person for member in MEMBERS),
    )


def _with_rows(referral: Referral, share: float) -> Referral:
    counts = {name: round(count * share) for name, count in _ROWS.items()}
    day = referral.issue_date
    return replace(
        referral,
        examinations=tuple(_examination(referral, number) for number in range(1, counts["examinations"] + 1)),
        temporary_disability=tuple(
            TemporaryDisability(
                start=day - timedelta(days=10 * number + 9),
                end=day - timedelta(days=10 * number),
                days=10,
                diagnosis="Саркома мягких тканей правой голени",
                icd10="C49.2",
            )
            for number in range(1, counts["temporary_disability"] + 1)
        ),
        medications=tuple(
            Medication(name=f"Препарат {number}, таблетки", dose="100 мг в день", duration="3 месяца")
            for number in range(1, counts["medications"] + 1)
        ),
    )


def _examination(referral: Referral, number: int) -> Examination:
    return Examination(
        date=referral.issue_date - timedelta(days=number % 300),
        code=f"A{number % 20 + 1:02d}.{number % 30 + 1:02d}.{number % 900 + 1:03d}",
        name=f"Исследование № {number}",
        result="Очаговых и инфильтративных теней нет, корни структурны. " + _SENTENCE[: number % 120 + 30],
        linked_document_id=replace(referral.document_id, extension=str(100_000 + number)),
    )


def _with_text(referral: Referral, letters: int) -> Referral:
    """Lengthen the texts by so many letters of two bytes; spaces of the sentence make it a little less."""
    extra = (_SENTENCE * (max(letters, 0) // len(_SENTENCE) + 1))[: max(letters, 0)]
    room = _LONGEST_TEXT - len(referral.anamnesis_morbi)
    return replace(
        referral,
        anamnesis_morbi=referral.anamnesis_morbi + extra[:room],
        anamnesis_vitae=referral.anamnesis_vitae + extra[room:],
    )
