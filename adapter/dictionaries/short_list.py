"""A list that comes with the project, as its rows are written down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from adapter.domain.code_lists import CodeList, Item


@dataclass(frozen=True, slots=True)
class ShortList:
    """One version of a short list.

    Attributes:
        oid: OID of the list.
        version: its version.
        name: Russian name.
        published_on: day of publication by the passport.
        rows: code, name, further names.
        gone: codes that the list marks as out of use.
    """

    oid: str
    version: str
    name: str
    published_on: date
    rows: tuple[tuple[str, ...], ...]
    gone: Collection[str] = frozenset()

    def code_list(self) -> CodeList:
        """Return it as the checks see it."""
        items = {
            code: Item(name=name, actual=code not in self.gone, also=tuple(also))
            for code, name, *also in self.rows
        }
        return CodeList(oid=self.oid, version=self.version, name=self.name, items=items)
