"""Everything that could disclose a document has its row: a new operation without one fails here."""

from __future__ import annotations

import ast
import inspect

from adapter.app import delivering
from adapter.cli import program
from adapter.domain.disclosures import DISCLOSED, DISCLOSURES, PURPOSES, SHOWN, Purpose, Way
from adapter.operations.following import STATUS_PUSH
from adapter.operations.mail import DEMAND
from adapter.operations.registry import SERVICES
from adapter.operations.registry_callback import OPERATIONS
from adapter.operations.timers import LETTER

#: Operations whose purpose follows from who asks.
BY_CALLER = {"GetReferralStatus", "GetDocument"}


def listed(way: Way) -> set[str]:
    """Return the names in the table."""
    return {name for found, name in DISCLOSURES if found is way}


def commands() -> set[str]:
    """Return the words of every command of the program."""
    groups = [(program.app, "")]
    found = set()
    while groups:
        owner, prefix = groups.pop()
        found |= {f"{prefix}{one.name}" for one in owner.registered_commands}
        groups += [(one.typer_instance, f"{prefix}{one.name} ") for one in owner.registered_groups]  # type: ignore[misc]
    return found


def test_every_operation_of_the_services_has_a_row() -> None:
    """No operation of a service is left out, and none is invented."""
    assert listed(Way.SERVICE) == {name for operations in SERVICES.values() for name in operations}


def test_every_call_back_has_a_row() -> None:
    """The same for what РЭМД calls."""
    assert listed(Way.CALLBACK) == set(OPERATIONS.values())


def test_every_delivery_has_a_row() -> None:
    """The same for what the adapter sends by itself: the kinds that a node can carry."""
    tree = ast.parse(inspect.getsource(delivering.engine_of))
    (senders,) = [one.value for one in ast.walk(tree) if isinstance(one, ast.AnnAssign)]
    assert isinstance(senders, ast.Dict)
    kinds = {one.value for one in senders.keys if isinstance(one, ast.Constant)}
    assert listed(Way.DELIVERY) == kinds | {STATUS_PUSH, LETTER, DEMAND}
    assert len(senders.keys) + 1 == len(listed(Way.DELIVERY))


def test_every_command_has_a_row() -> None:
    """The same for the command line."""
    assert listed(Way.COMMAND) == commands()


def test_what_discloses_says_what_for() -> None:
    """A row with an event has a purpose, unless that follows from the caller; the others say why not."""
    for row in DISCLOSURES.values():
        assert row.event in {DISCLOSED, SHOWN, ""}
        assert row.what
        assert bool(row.purpose) is (bool(row.event) and row.operation not in BY_CALLER), row.operation


def test_every_purpose_has_a_name_and_a_basis() -> None:
    """What the report of a citizen shows of it."""
    assert set(PURPOSES) == set(Purpose)
    assert all(one.name and one.basis for one in PURPOSES.values())
