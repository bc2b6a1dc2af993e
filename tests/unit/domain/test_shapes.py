"""The values of the domain cannot be changed after they are made."""

import dataclasses
import enum
import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import adapter.domain
from adapter.domain.partners import Partners

#: Modules whose classes mirror the types of the document: their fields are only given by name.
_DOCUMENTS = frozenset(
    {
        "citizen",
        "clinical",
        "examination_result",
        "history",
        "receipt",
        "referral",
        "requisites",
        "return_notice",
    }
)


def classes() -> Iterator[type]:
    """Yield every public dataclass of the domain."""
    package = adapter.domain
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for one in vars(importlib.import_module(found.name)).values():
            if isinstance(one, type) and dataclasses.is_dataclass(one) and one.__module__ == found.name:
                yield one


_ALL = tuple(classes())
#: Not slotted.
_WITH_INDEX = frozenset({Partners})
_OF_DOCUMENTS = tuple(one for one in _ALL if one.__module__.rpartition(".")[2] in _DOCUMENTS)


@pytest.mark.parametrize("cls", _ALL, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_a_value_is_frozen_and_slotted(cls: type) -> None:
    """Nothing of a value is set anew, and no further attribute is put on it."""
    parameters = cls.__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert "__slots__" in vars(cls) or cls in _WITH_INDEX


def test_a_public_class_is_a_value() -> None:
    """What is neither a list of codes, a port nor an error is a dataclass or a named tuple."""
    package = adapter.domain
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, one in vars(importlib.import_module(found.name)).items():
            if not isinstance(one, type) or one.__module__ != found.name or name.startswith("_"):
                continue
            other = issubclass(one, enum.Enum | Exception | tuple) or getattr(one, "_is_protocol", False)
            assert other or "__dataclass_params__" in vars(one), one


@pytest.mark.parametrize("cls", _OF_DOCUMENTS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_fields_of_documents_are_given_by_name(cls: type) -> None:
    """The order of fields is that of the schema and nothing that a caller may rely on."""
    assert all(one.kw_only for one in dataclasses.fields(cls))
