"""The port by which the house says what it does; who counts it is wired above."""

from __future__ import annotations

from collections.abc import Sequence


class Meter:
    """Counts nothing: the default, and the form of every meter. Times in seconds."""

    def served(self, service: str, operation: str, status: int, seconds: float) -> None:
        """A POST was answered.

        Args:
            service: path of the service.
            operation: of the contract; empty where none was recognised.
            status: of HTTP.
            seconds: from the first byte of the body to the last of the answer.
        """

    def answered(self, operation: str, partner: str, status: str, codes: Sequence[str]) -> None:
        """An operation has given an answer of the contract.

        Args:
            operation: its name.
            partner: code of the system that the message names; not proven where the answer refuses it.
            status: of SMEV.
            codes: of the errors.
        """

    def shed(self, reason: str) -> None:
        """A request was refused before it was worked on."""

    def attempted(self, partner: str, kind: str, outcome: str, seconds: float) -> None:
        """An exchange with a partner has ended.

        Args:
            partner: its code.
            kind: of the delivery.
            outcome: ``accepted``, ``refused``, or the class of the failure.
            seconds: of the exchange.
        """

    def lost(self, lease: str) -> None:
        """A lease was lost: that of a ``delivery`` to somebody else, that of the ``leader``."""
