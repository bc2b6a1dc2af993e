"""Which column of a list is what. Lists that the checks know are written down; others go by their keys."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapter.domain.code_lists import ICD10, POSTS, SERVICES, SUBJECTS

_OIDS = "1.2.643.5.1.13.13"


@dataclass(frozen=True, slots=True)
class Layout:
    """Names of columns; empty where a list has no such column.

    Attributes:
        code: the code that documents bear.
        name: its name.
        key: what rows are numbered by; `parent` refers to it.
        parent: key of the heading above.
        actual: whether the code is in use: 1 or true.
        since, until: first and last day of use.
        changed: day on which a code that is not in use went out of it.
        also: further names.
        loose: a row may be without a code, and a code may stand in several rows; the one in use counts.
        latin: codes are Latin, though some rows write letters that look like it.
    """

    code: str
    name: str
    key: str = ""
    parent: str = ""
    actual: str = ""
    since: str = ""
    until: str = ""
    changed: str = ""
    also: tuple[str, ...] = ()
    loose: bool = False
    latin: bool = False

    def needed(self) -> tuple[str, ...]:
        """Return the columns without which the list is not what its OID says."""
        named = (self.key, self.parent, self.actual, self.since, self.until, self.changed)
        return (self.code, self.name, *(one for one in named if one))


_KNOWN = {
    ICD10: Layout("MKB_CODE", "MKB_NAME", key="ID", parent="ID_PARENT", actual="ACTUAL", changed="DATE"),
    POSTS: Layout("ID", "NAME", key="ID", parent="PID", actual="ACTUAL", until="DATA_END"),
    SERVICES: Layout("S_CODE", "NAME", key="ID", actual="REL", until="DATEOUT", loose=True, latin=True),
    SUBJECTS: Layout("CODE_FNS", "SUBJECT"),
    f"{_OIDS}.99.2.285": Layout("CODE", "NAME"),
    f"{_OIDS}.99.2.197": Layout("CODE", "NAME"),
    f"{_OIDS}.99.2.368": Layout("CODE_ROLE", "NAME_ROLE"),
    f"{_OIDS}.99.2.305": Layout("CODE", "NAME"),
    f"{_OIDS}.11.1504": Layout("ID", "ADDRESS_TYPE"),
    f"{_OIDS}.11.1520": Layout("OID", "NAME", since="START_DATE", until="END_DATE"),
}
_CODES = ("CODE", "ID")
_NAMES = ("NAME", "FULL_NAME", "FULLNAME", "S_NAME", "SHORT_NAME")
_ALSO = re.compile(r".*NAME.*|.*SYNONYM|EQUIVALENT", re.IGNORECASE)
_MOST_ALSO = 6


def layout_of(oid: str, columns: Sequence[str], keys: Mapping[str, str]) -> Layout | None:
    """Return the layout of a list; None: neither its OID nor its keys tell which column is the code.

    Args:
        oid: OID of the list.
        columns: the columns that the export has.
        keys: its key columns, name -> PRIMARY, VALUE or FOREIGN.
    """
    found = _KNOWN.get(oid)
    if found is None:
        code = _key(keys, "PRIMARY") or _first(_CODES, columns)
        if not code:
            return None
        name = _key(keys, "VALUE") or _first(_NAMES, columns) or code
        parent = _key(keys, "FOREIGN")
        found = Layout(code, name, key=code, parent=parent, actual=_first(("ACTUAL",), columns))
    also = [one for one in columns if one != found.name and _ALSO.fullmatch(one)]
    return _with_names(found, tuple(also[:_MOST_ALSO]))


def _with_names(layout: Layout, also: tuple[str, ...]) -> Layout:
    values = {name: getattr(layout, name) for name in Layout.__slots__}
    return Layout(**{**values, "also": also})


def _key(keys: Mapping[str, str], kind: str) -> str:
    return next((field for field, type_ in keys.items() if type_ == kind), "")


def _first(names: Sequence[str], columns: Sequence[str]) -> str:
    by_capitals = {one.upper(): one for one in columns}
    return next((by_capitals[name] for name in names if name in by_capitals), "")
