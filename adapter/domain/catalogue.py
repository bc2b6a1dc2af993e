"""The catalogue of errors: every code that an answer may hold, with its Russian texts.

``MSE-3001`` (a safe repeat) is not here: it is not an error, the first answer is returned again.
"""

from types import MappingProxyType

from adapter.domain.catalogue_exchange import ACCESS_AND_STATE, FILES, HINTS, RECEPTION_CHECKS
from adapter.domain.catalogue_reception import RECEPTION
from adapter.domain.catalogue_signatures import SIGNATURES
from adapter.domain.error_entry import Entry

CATALOGUE: tuple[Entry, ...] = (*RECEPTION, *SIGNATURES, *RECEPTION_CHECKS, *HINTS, *FILES, *ACCESS_AND_STATE)

_BY_NAME = MappingProxyType({one.code: one for one in CATALOGUE} | {one.mnemonic: one for one in CATALOGUE})


def entry(code_or_mnemonic: str) -> Entry:
    """Return the row of a code (``MSE-1101``) or of its mnemonic (``FIELD_REQUIRED``).

    Raises:
        KeyError: There is no such row.
    """
    return _BY_NAME[code_or_mnemonic]
