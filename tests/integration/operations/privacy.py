"""What must never leave the house: the personal data of the sample referral, and where it could leak."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import sqlalchemy as sa
from lxml import etree

from adapter.contract.samples import sample_referral
from adapter.stand.actors import SIGNERS
from storage.tables import metadata
from tests.integration.operations.gateway import Gateway


class Overheard(logging.Handler):
    """Keeps every log line, with its values and its traceback, at every level."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(self.format(record))


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Listen to every logger at DEBUG."""
    handler, root = Overheard(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def _personal() -> tuple[str, ...]:
    referral = sample_referral(on=date(2026, 11, 2))
    citizen, representative = referral.citizen, referral.representative
    assert representative is not None
    policy = citizen.oms_policy
    assert policy is not None
    names = [person.person.family_name for person in SIGNERS]
    names += [citizen.family_name, citizen.given_name, citizen.patronymic or ""]
    names.append(representative.given_name or "")
    snils = [citizen.snils or "", representative.snils or "", *(one.person.snils for one in SIGNERS)]
    digits = [re.sub(r"\D", "", one) for one in snils]
    diseases = [referral.diagnosis.main, *referral.diagnosis.concomitant]
    diagnosis = [
        *(one.text for one in diseases),
        *(one.text for one in referral.diagnosis.main_complications),
    ]
    told = [referral.anamnesis_morbi, referral.anamnesis_vitae, referral.complaints, referral.health_state]
    sentences = [part.strip() for text in told for part in (text or "").split(".") if len(part.strip()) > 5]
    sentences += [one.result for one in referral.examinations]
    papers = [citizen.identity_document.number, policy.number, *citizen.phones, citizen.email or ""]
    places = [one.text or "" for one in citizen.residence]
    found = {*names, *snils, *digits, *diagnosis, *sentences, *papers, *places}
    return tuple(sorted(found - {""}))


PERSONAL = _personal()


def _searched(word: str) -> str:
    """Return a pattern of a word; digits are not looked for inside longer numbers and hashes."""
    escaped = re.escape(word)
    return f"(?<![0-9a-f]){escaped}(?![0-9a-f])" if word.isdigit() else escaped


#: Also as Python shows bytes, for rows and bodies that a logger prints.
_PATTERN = re.compile(
    "|".join(
        _searched(form) for word in PERSONAL for form in dict.fromkeys((word, repr(word.encode())[2:-1]))
    )
)


def leaks(texts: Iterable[str]) -> list[str]:
    """Return what of the sample's personal data is in the texts."""
    return [found.group() for text in texts for found in _PATTERN.finditer(text)]


def stored_facts(url: str) -> list[str]:
    """Return every value of the database but the bytes of messages and documents."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    found: list[str] = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            shown = [one for one in table.columns if not isinstance(one.type, sa.LargeBinary)]
            for row in connection.execute(sa.select(*shown)):
                found += [f"{table.name}: {value}" for value in row if value is not None]
    engine.dispose()
    return found


def refusals(gateway: Gateway) -> list[str]:
    """Return the text of every answer that listed errors."""
    return [
        etree.tostring(reply.content, encoding="unicode")
        for reply in gateway.replies
        if etree.QName(reply.content).localname in {"Errors", "ValidateReferralResponse"}
    ]
