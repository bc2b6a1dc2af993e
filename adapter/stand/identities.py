"""Keys by which a system of the demo proves nothing: its expired certificate, and the key of a stranger."""

from __future__ import annotations

from pathlib import Path

from adapter.stand.actors import MIS, MIS_OTHER, Keyring
from signing.demo import expired_file
from signing.keys import SigningKey, load_pem_key


class Identity:
    """The keys of one system; those that prove nothing are read when first used."""

    def __init__(self, keyring: Keyring, folder: Path, name: str) -> None:
        """Read the own key.

        Raises:
            KeyUnusableError: It is not there or cannot be read.
        """
        self.own = keyring.key(name)
        self._keyring = keyring
        self._folder = folder
        self._name = name
        self._expired: SigningKey | None = None

    def key(self, deed: str) -> SigningKey | None:
        """Return what a message is signed with when `deed` is done; None: with nothing.

        Raises:
            KeyUnusableError: There is no such key; folders of former versions have no expired certificates.
        """
        match deed.removeprefix("request-"):
            case "stranger":
                return self._keyring.key(MIS.key if self._name == MIS_OTHER.key else MIS_OTHER.key)
            case "unsigned":
                return None
            case "expired" | "expired-certificate":
                return self._lapsed()
        return self.own

    def _lapsed(self) -> SigningKey:
        if self._expired is None:
            folder = self._folder
            certificate = folder / expired_file(self._name)
            self._expired = load_pem_key(folder / f"{self._name}.key.pem", certificate)
        return self._expired
