"""`certificate check`: what is the matter with a certificate, each check in a sentence with what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapter.app.recognizing import read_file, unreadable
from adapter.app.verifying import certificate_json
from adapter.app.vouching import FETCH_SECONDS, Moment
from signing import Certificate, Refusal, Trust, read_certificate
from signing.cms.detached import certificates_in
from signing.inspection.lenient import certificates_of, decoded
from signing.inspection.reading import MAXIMUM_MESSAGE, Subject, UnreadableError, read_subject
from signing.pki.diagnosis import Finding, Outcome, diagnose

#: Certificates of one file that are examined.
MAXIMUM_EXAMINED = 16

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,200000})-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Examined:
    """A certificate and what is found.

    Attributes:
        certificate: The certificate.
        findings: In the order of the checks.
    """

    certificate: Certificate
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is bad and nothing unknown."""
        return all(one.outcome is Outcome.GOOD for one in self.findings)

    def as_json(self) -> dict[str, object]:
        """Return what is found, for programs."""
        return {
            "good": self.good,
            "certificate": certificate_json(self.certificate),
            "checks": [
                {
                    "check": one.check.name,
                    "title": str(one.check),
                    "outcome": str(one.outcome),
                    "text": one.text,
                    "howToFix": one.advice,
                }
                for one in self.findings
            ],
        }


def examine_file(path: Path, trust: Trust, moment: Moment, *, offline: bool) -> tuple[Examined, ...]:
    """Examine the certificates of a file: of a certificate file the first, of a signed file each signer's.

    Args:
        path: PEM, DER, base64; or a signed XML document, a multipart message or a CMS container.
        trust: Whom we trust.
        moment: When the certificate is to be valid.
        offline: Whether nobody is asked over the network.

    Raises:
        Unreadable: There is no certificate in the file.
    """
    wanted, brought = certificates_from(read_file(path, MAXIMUM_MESSAGE))
    seconds = None if offline else FETCH_SECONDS
    return tuple(
        Examined(
            one,
            diagnose(
                one,
                trust,
                at=moment.at,
                now=moment.now,
                valid_now=not moment.is_given,
                brought=brought,
                fetch_seconds=seconds,
            ),
        )
        for one in wanted[:MAXIMUM_EXAMINED]
    )


def certificates_from(octets: bytes) -> tuple[Sequence[Certificate], Sequence[Certificate]]:
    """Return the certificates to examine, and all of the file.

    Raises:
        Unreadable: There is none.
    """
    found: Sequence[Certificate] = _plain(octets)
    if found:
        return found[:1], found
    try:
        found = _signed(read_subject(octets))
    except (UnreadableError, Refusal) as error:
        cause = "это не сертификат и не файл с подписью"
        raise unreadable(cause) from error
    if not found:
        raise unreadable("сертификатов в нём нет")
    return (found[:1] if octets[:1] == b"0" else found), found


def _plain(octets: bytes) -> list[Certificate]:
    """Certificates of a file of certificates."""
    blocks = [decoded("".join(one.decode("ascii").split())) for one in _PEM.findall(octets)]
    if not blocks:
        text = octets.removeprefix(b"\xef\xbb\xbf")
        blocks = [octets] if octets[:1] == b"0" else [decoded("".join(text.decode("latin-1").split()))]
    found = []
    for der in blocks:
        try:
            found += [read_certificate(der)] if der else []
        except Refusal as refusal:
            if _PEM.search(octets):
                raise unreadable(refusal.values.get("cause", "сертификат не читается")) from refusal
    return found


def _signed(subject: Subject) -> Sequence[Certificate]:
    if subject.root is None:
        return certificates_in(subject.container)
    return certificates_of(subject.root)
