"""Make the released Spyne 2.14.0 importable on Python 3.11, 3.12 and 3.13.

Spyne carries an old copy of `six` whose module finder died with Python 3.12, and no release has come since.
The current `six` takes its place before Spyne is imported first. On 3.13 the removed `cgi` module comes from
the distribution `legacy-cgi`.
"""

import importlib
import logging
import operator
import sys
import types
import warnings

_SIX = "spyne.util.six"
_MOVED = (
    "moves",
    "moves.collections_abc",
    "moves.http_cookies",
    "moves.urllib",
    "moves.urllib.error",
    "moves.urllib.parse",
    "moves.urllib.request",
)


def install() -> None:
    """Import Spyne with the current `six` inside, silence its loggers and stop its collections of garbage.

    Spyne logs whole requests when they are wrong, so nothing of it reaches a log here; and it runs a full
    `gc.collect` once a second on the request path. Safe to call again.
    """
    _replace_six()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("spyne.server.wsgi")
        importlib.import_module("spyne.protocol.soap.soap11")
        constants = importlib.import_module("spyne.const")
    constants.__dict__["MIN_GC_INTERVAL"] = float("inf")
    logging.getLogger("spyne").setLevel(logging.CRITICAL + 1)


def _replace_six() -> None:
    if _SIX in sys.modules:
        return
    current = importlib.import_module("six")
    copy = types.ModuleType(_SIX, current.__doc__)
    copy.__dict__.update({name: value for name, value in vars(current).items() if not name.startswith("__")})
    copy.__dict__["get_function_name"] = operator.attrgetter("__name__")
    sys.modules[_SIX] = copy
    for name in _MOVED:
        sys.modules[f"{_SIX}.{name}"] = importlib.import_module(f"six.{name}")
