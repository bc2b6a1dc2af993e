"""demandContent: the order of a file, against a РЭМД that behaves and misbehaves."""

from lxml import etree

from adapter.contract import schemas
from adapter.contract.namespaces import SOAP12
from storage.outbox import DEAD, DONE, UNKNOWN
from tests.integration.delivery.conftest import World
from tests.integration.delivery.emulator import (
    Partner,
    answer,
    close,
)
from tests.integration.delivery.world import (
    EMDR,
    delivery_of,
    remd_body,
)

DEMAND_OK = remd_body("<r:demandContentResponse><r:status>success</r:status></r:demandContentResponse>")


def test_a_file_is_ordered(world: World, remd: Partner) -> None:
    """РЭМД gets one valid demandContent with the number of the document."""
    remd.plan(answer(DEMAND_OK))
    new = delivery_of("demandContent", payload={"emdrId": EMDR})
    world.queue(new)
    world.drain()
    (request,) = remd.received
    body = etree.fromstring(request.body).find(f"{{{SOAP12}}}Body")
    assert body is not None
    assert schemas.errors(body[0], "remd") == ()
    assert etree.QName(body[0]).localname == "demandContentRequest"
    assert body[0].findtext("{*}emdrId") == EMDR
    assert world.get(new).state == DONE


def test_a_lost_order_is_repeated_unasked(world: World, remd: Partner) -> None:
    """To order a file twice is harmless: after a lost answer the same bytes go again, unasked."""
    remd.plan(close, answer(DEMAND_OK))
    new = delivery_of("demandContent", payload={"emdrId": EMDR})
    world.queue(new)
    world.drain()
    assert world.get(new).state == UNKNOWN
    world.wait_for(new)
    world.drain()
    first, second = remd.received
    assert first.body == second.body
    assert world.get(new).state == DONE


def test_an_order_of_nothing_is_a_dead_letter(world: World, remd: Partner) -> None:
    """Without the number of a document there is nothing to build."""
    new = delivery_of("demandContent")
    world.queue(new)
    world.drain()
    assert remd.received == []
    assert world.get(new).state == DEAD
