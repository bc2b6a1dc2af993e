"""Code lists (НСИ) as the rules see them: which codes a list has on a day, and which one was probably meant.

Where lists come from is not known here: `adapter.dictionaries` gives them.
"""

import bisect
import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

#: МКБ-10, posts, medical services, terms of the loss of professional capacity, subjects of Russia.
ICD10 = "1.2.643.5.1.13.13.11.1005"
POSTS = "1.2.643.5.1.13.13.11.1002"
SERVICES = "1.2.643.5.1.13.13.11.1070"
PROF_LOSS_TERMS = "1.2.643.5.1.13.13.99.2.325"
SUBJECTS = "1.2.643.5.1.13.13.99.2.206"

#: Lists that come by import only and have no stand-in; what they are called while they are not there.
IMPORTED = {
    POSTS: "коды должностей",
    SERVICES: "коды медицинских услуг",
    PROF_LOSS_TERMS: "коды сроков утраты профессиональной трудоспособности",
}

#: Lists that documents still name by an earlier OID, and the one that their exports bear now.
SUCCESSORS = {
    "1.2.643.5.1.13.13.11.1076": "1.2.643.5.1.13.13.99.2.795",
    "1.2.643.5.1.13.13.11.1379": "1.2.643.5.1.13.13.99.2.197",
}

_NEIGHBOURS = 20
_ALIKE = 0.5
#: Cyrillic letters that look like Latin ones, the most frequent fault of codes.
_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТУХІЅЈаекмнорстухіѕј", "ABEKMHOPCTYXISJaekmhopctyxisj")


def latin(code: str) -> str:
    """Return a code with the Cyrillic letters that look like Latin ones made Latin."""
    return code.translate(_LOOK_ALIKE)


@dataclass(frozen=True, slots=True)
class Item:
    """One code of a list.

    Attributes:
        name: Name of the code; empty where the list has none.
        parent: Code of the heading that it stands under; empty at the top.
        since: First day on which the code may be used; None: from the beginning.
        until: Last day; None: no end.
        actual: The list does not mark the code as out of use.
        also: Other names that the list gives it: of the form, short, synonyms.
    """

    name: str = ""
    parent: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    actual: bool = True
    also: tuple[str, ...] = ()

    @property
    def is_timeless(self) -> bool:
        """Whether the code is in use on every day."""
        return self.actual and self.since is None and self.until is None

    def valid_on(self, day: dt.date) -> bool:
        """Whether the code is in use on the day; where the list names its last day, that day decides."""
        begun = self.since is None or self.since <= day
        return begun and (self.actual if self.until is None else day <= self.until)


@dataclass(frozen=True, slots=True)
class CodeList:
    """One version of a list.

    Attributes:
        oid: OID of the list in the federal register of НСИ.
        version: Version, ``2.24``; words where the list has no number.
        name: Russian name.
        items: Codes.
        official: Made from the official list; False: a stand-in that knows fewer or other codes.
        under: Of codes that have codes in use under them, these.
    """

    oid: str
    version: str
    name: str
    items: Mapping[str, Item]
    official: bool = True
    under: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _ordered: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.items))
        under: dict[str, list[str]] = {}
        for code in ordered:
            item = self.items[code]
            if item.parent and item.actual:
                under.setdefault(item.parent, []).append(code)
        object.__setattr__(self, "under", {code: tuple(codes) for code, codes in under.items()})
        object.__setattr__(self, "_ordered", ordered)

    def nearest(self, code: str, day: dt.date) -> str:
        """Return the code in use that is most like a wrong one; empty when none is.

        Look-alike letters are tried first, then the neighbours in the order of codes.
        """
        meant = latin(code.strip()).upper().rstrip("+*")
        if meant in self.items and self.items[meant].valid_on(day):
            return meant
        place = bisect.bisect_left(self._ordered, meant)
        around = self._ordered[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS]
        usable = [one for one in around if self.items[one].valid_on(day)]
        found = difflib.get_close_matches(meant, usable, n=1, cutoff=_ALIKE)
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class ListVersion:
    """A version that is known, and its days.

    Attributes:
        version: Version of the list.
        active_from: First day on which codes are looked up in it; None: it was never made active.
        closed_on: Last day on which it may be used; None: not closed.
    """

    version: str
    active_from: dt.date | None = None
    closed_on: dt.date | None = None


class CodeLists(Protocol):
    """Where the rules find lists."""

    def on(self, oid: str, day: dt.date) -> CodeList | None:
        """Return the list that is active on the day; None: it is not loaded."""

    def version(self, oid: str, version: str) -> CodeList | None:
        """Return a certain version, active or not; None: it is not loaded."""

    def versions(self, oid: str) -> tuple[ListVersion, ...]:
        """Return the imported versions of a list; empty when none was imported."""


class _NoCodeLists:
    """Nobody to ask."""

    def on(self, oid: str, day: dt.date) -> CodeList | None:  # noqa: ARG002 - the protocol's arguments
        """Know nothing."""
        return None

    def version(self, oid: str, version: str) -> CodeList | None:  # noqa: ARG002 - the protocol's arguments
        """Know nothing."""
        return None

    def versions(self, oid: str) -> tuple[ListVersion, ...]:  # noqa: ARG002 - the protocol's arguments
        """Know nothing."""
        return ()


#: For checks of one rule at a time: codes are checked by format only, and nothing is said about lists.
NO_CODE_LISTS: CodeLists = _NoCodeLists()
