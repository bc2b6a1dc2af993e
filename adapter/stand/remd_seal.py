"""How the emulated РЭМД signs and what it wants signed: directly, or as if behind the integration bus."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from lxml import etree

from adapter.domain.partners import SignatureProfile
from adapter.stand.orders import Deed, skew_of
from adapter.stand.posting import Unanswered
from signing import SigningKey, add_timestamp, check_timestamp, sign_wss, verify_wss
from signing.reasons import Refusal
from signing.xmldsig.profiles import IPS, IPS_CALLBACK, WSS_BODY, Profile

_LIFE = timedelta(minutes=10)
_SKEW = timedelta(minutes=5)

#: By what it signs, and by what the adapter has to.
_PROFILES: Mapping[SignatureProfile, tuple[Profile, Profile]] = MappingProxyType(
    {
        SignatureProfile.SMEV: (WSS_BODY, WSS_BODY),
        SignatureProfile.IPS: (IPS, IPS),
        SignatureProfile.IPS_CALLBACK: (IPS_CALLBACK, IPS),
    }
)


@dataclass(slots=True)
class Seal:
    """Signatures of the messages between РЭМД and the adapter.

    Attributes:
        profile: as in the adapter's configuration.
        key: of РЭМД.
        adapter: thumbprint of the adapter's certificate.
        clock: the business clock, aware.
        afterwards: what else is done to a message once it is signed; a test makes it odd.
        key_for: what messages are signed with when something is to go wrong, by its name; None: `key`.
    """

    profile: SignatureProfile
    key: SigningKey
    adapter: str
    clock: Callable[[], datetime]
    afterwards: Callable[[etree._Element], object] | None = None
    key_for: Callable[[str], SigningKey | None] | None = None

    def sign(self, envelope: etree._Element, deed: Deed | None = None) -> None:
        """Sign a message to the adapter, with what is to go wrong."""
        ours, _ = _PROFILES[self.profile]
        if ours is not WSS_BODY:
            add_timestamp(envelope, self.clock() + skew_of(deed), _LIFE)
        key: SigningKey | None = self.key
        if deed is not None and self.key_for is not None:
            key = self.key_for(deed.name)
        if key is not None:
            sign_wss(envelope, key, ours)
        if self.afterwards is not None:
            self.afterwards(envelope)

    def check(self, envelope: etree._Element) -> None:
        """Check that a message is signed by the adapter, and of now.

        Raises:
            Unanswered: It is not.
        """
        _, theirs = _PROFILES[self.profile]
        try:
            verified = verify_wss(envelope, theirs)
            if theirs is not WSS_BODY:
                check_timestamp(verified, self.clock(), _SKEW, _LIFE)
        except Refusal as refusal:
            raise Unanswered(f"подпись адаптера неверна: {refusal.reason}") from refusal
        if verified.certificate.thumbprint != self.adapter:
            raise Unanswered("подписано чужим сертификатом")
