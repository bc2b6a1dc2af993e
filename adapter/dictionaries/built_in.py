"""The lists that come with the project: known without any import, and what imported ones stand on."""

import datetime as dt
import functools
from collections.abc import Mapping

from adapter.dictionaries.icd10 import who_icd10
from adapter.dictionaries.short_list import ShortList
from adapter.dictionaries.short_lists_citizen import CITIZEN
from adapter.dictionaries.short_lists_documents import DOCUMENTS
from adapter.dictionaries.short_lists_expertise import EXPERTISE
from adapter.domain.code_lists import ICD10, SUCCESSORS, CodeList, CodeLists, ListVersion

#: By OID; one version of each.
SHORT_LISTS: Mapping[str, ShortList] = {one.oid: one for one in (*CITIZEN, *EXPERTISE, *DOCUMENTS)}


@functools.cache
def short_list(oid: str) -> CodeList | None:
    """Return a list of the project."""
    found = SHORT_LISTS.get(oid)
    return None if found is None else found.code_list()


class _BuiltIn:
    """Short lists on every day, and МКБ-10 by the edition of the WHO."""

    def on(self, oid: str, day: dt.date) -> CodeList | None:  # noqa: ARG002 - one version serves every day
        """Return the list; None: it comes by import only."""
        return who_icd10() if oid == ICD10 else short_list(SUCCESSORS.get(oid, oid))

    def version(self, oid: str, version: str) -> CodeList | None:
        """Return the list when it is of that version."""
        found = short_list(SUCCESSORS.get(oid, oid))
        return found if found is not None and found.version == version else None

    def versions(self, oid: str) -> tuple[ListVersion, ...]:  # noqa: ARG002 - the protocol's arguments
        """Know of no import."""
        return ()


BUILT_IN: CodeLists = _BuiltIn()
