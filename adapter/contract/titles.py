"""From a path of the contract to the Russian name of the field and its point of форма № 088/у."""

import re
from functools import lru_cache

from adapter.contract import model
from adapter.contract.model import ComplexType, Declaration
from adapter.contract.namespaces import document_tag

_NUMBER = re.compile(r"\[[0-9]+\]")


def title_of(path: str) -> tuple[str, str]:
    """Return title and point of a field of our documents, ``Referral/citizen/snils``.

    The point is that of the nearest part that has one; what the schema does not know
    is called by its own name.
    """
    return _title(_NUMBER.sub("", path))


@lru_cache(maxsize=2048)
def _title(path: str) -> tuple[str, str]:
    first, *rest = path.split("/")
    known = model.declaration(document_tag(first))
    title, point = (known.title, known.point) if known else (first, "")
    for name in rest:
        known = _child(known, name)
        if known is None:
            return name, point
        title, point = known.title, known.point or point
    return title, point


def _child(parent: Declaration | None, name: str) -> Declaration | None:
    content = model.content(parent) if parent is not None else None
    if not isinstance(content, ComplexType) or content.content is None:
        return None
    slots = (one for one in content.content.flat() if isinstance(one, Declaration))
    return next((one for one in slots if one.tag.rpartition("}")[2] == name), None)
