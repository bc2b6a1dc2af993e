"""Finding system libraries and declaring their functions, without a compiler or a wrapper package."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

Loader = Callable[[str], ctypes.CDLL]
"""Opens a library by its soname; raises OSError where there is none. Tests give one that finds nothing."""

Pointer = ctypes.POINTER(ctypes.c_void_p)


def load_library(soname: str) -> ctypes.CDLL:
    """Open a system library by its soname; calls into it let other threads run."""
    return ctypes.CDLL(soname)


def bind(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """Return a function of the library with its types declared; raises AttributeError where it has none."""
    function = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    bound: Callable[..., Any] = function
    return bound
