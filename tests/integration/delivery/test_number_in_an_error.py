"""A document that РЭМД has already: the number that its error names is believed when its record is seen."""

import pytest
from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import SOAP12
from storage.outbox import DONE, UNKNOWN
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import (
    Behaviour,
    Partner,
    answer,
    close,
)
from tests.integration.delivery.world import (
    EMDR,
    REGISTER_OK,
    SEARCH_FOUND,
    UID,
    delivery_of,
    get_found,
    remd_body,
    remd_fault,
    remd_refuses,
)

ALREADY = remd_refuses("NOT_UNIQUE_PROVIDED_ID", f"{UID.upper()} [{EMDR}]")


NO_RECORD = remd_body(
    "<r:getRegistryItemResponse><r:status>error</r:status>"
    "<r:errors><r:item><r:code>REGISTRY_ITEM_NOT_FOUND</r:code></r:item></r:errors>"
    "</r:getRegistryItemResponse>"
)


def test_already_registered_is_success(world: World, remd: Partner) -> None:
    """NOT_UNIQUE_PROVIDED_ID about our document, proven by the record of its number, means registered."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(ALREADY, answer(get_found()))
    world.drain()
    assert [one.operation for one in remd.received] == ["registerDocument", "getRegistryItem"]
    body = etree.fromstring(remd.received[1].body).find(f"{{{SOAP12}}}Body")
    assert body is not None
    assert schemas.errors(body[0], "remd") == ()
    assert body[0].findtext("{*}emdrId") == EMDR
    assert world.get(new).state == DONE
    assert world.outcomes.replies[0].values == {
        "registered": "true",
        "emdrId": EMDR,
        "registrationDateTime": "2026-03-02T09:10:00+00:00",
    }
    assert [one.outcome for one in world.attempts(new)] == ["claimed", "accepted"]


@pytest.mark.parametrize(
    "trouble",
    [
        answer(NO_RECORD),
        answer(get_found("0d9e2c64-0a51-4b58-9a69-6a5d5b1f7a02")),
        remd_fault("Sender"),
        answer(REGISTER_OK),
        answer(b"", status=503),
        close,
    ],
    ids=["no record", "another document", "fault", "another answer", "503", "closed"],
)
def test_a_number_without_its_record_is_not_believed(world: World, remd: Partner, trouble: Behaviour) -> None:
    """Whatever comes in place of the record, the message stays in doubt and the registry is searched next."""
    new = delivery_of("registerDocument")
    world.queue(new)
    remd.plan(ALREADY, trouble, answer(SEARCH_FOUND))
    world.drain()
    after = world.get(new)
    assert (after.state, after.outcome_unknown) == (UNKNOWN, True)
    assert world.outcomes.told == []
    world.wait_for(new)
    world.drain()
    assert [one.operation for one in remd.received] == [
        "registerDocument",
        "getRegistryItem",
        "searchRegistryItem",
    ]
    assert world.get(new).state == DONE
    assert world.outcomes.told == [("delivered", new.id)]
