"""Orders to misbehave: what makes sense, when they are carried out, what they count."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from adapter.stand.misbehaviours import MISBEHAVIOURS, PARTNERS_OF, Way
from adapter.stand.orders import ANY, Deed, OrderError, Orders


def asked(orders: Orders, times: int, partner: str = "remd", operation: str = "registerDocument") -> str:
    """Ask so often; return a mark for each time: ``x`` where something goes wrong."""
    picked = (orders.pick(partner, Way.ANSWER, lambda: operation) for _ in range(times))
    return "".join("." if one is None else "x" for one in picked)


def given(**values: Any) -> Orders:
    """Return orders with one that resets connections."""
    return Orders([{"misbehaviour": "reset-after", "partner": "remd", **values}])


def test_the_next_times() -> None:
    """An order for the next two times is carried out twice, and then never."""
    orders = given(next=2)
    assert asked(orders, 5) == "xx..."
    (shown,) = orders.shown()
    assert (shown["asked"], shown["done"], shown["left"]) == (2, 2, 0)


def test_each_k_th_time() -> None:
    """Each third time, counted from the order on; together with the next times, each third until done."""
    assert asked(given(every=3), 9) == "..x..x..x"
    assert asked(given(every=3, next=2), 12) == "..x..x......"


def test_by_chance_that_can_be_repeated() -> None:
    """The same seed misbehaves in the same way, about as often as told; another one differs."""
    first, again, other = (asked(given(probability=0.3, seed=seed), 1000) for seed in (7, 7, 8))
    assert first == again != other
    assert 230 < first.count("x") < 370
    assert asked(given(probability=0.0), 50) == "." * 50
    assert asked(given(probability=1.0), 50) == "x" * 50


def test_until_told_otherwise() -> None:
    """Without a number it is carried out each time, until it is cancelled."""
    orders = given()
    assert asked(orders, 3) == "xxx"
    assert orders.cancel(orders.shown()[0]["id"]) == 1
    assert asked(orders, 3) == "..."


def test_only_one_partner_and_one_operation() -> None:
    """Others are left in peace and do not count; the operation is not asked where no order needs it."""
    orders = given(operation="searchRegistryItem", next=1)
    assert asked(orders, 2) == ".."
    assert asked(orders, 2, partner="fund", operation="searchRegistryItem") == ".."
    assert asked(orders, 2, operation="searchRegistryItem") == "x."

    def never() -> str:
        raise AssertionError

    assert given().pick("remd", Way.ANSWER, never) is not None
    assert given().pick("remd", Way.CALL, never) is None


def test_everybody_who_can() -> None:
    """An order for all partners is about those that can do it: a follower knows no SOAP."""
    orders = Orders([{"misbehaviour": "dtd"}])
    assert [asked(orders, 1, partner=one) for one in PARTNERS_OF[Way.ANSWER]] == ["x", "x", "x", "."]


def test_the_first_order_wins() -> None:
    """Of two that fit the earlier one is carried out; the later one when that is used up."""
    orders = given(next=1)
    orders.give({"misbehaviour": "dtd", "partner": "remd", "next": 1})
    names = [orders.pick("remd", Way.ANSWER, lambda: "") for _ in range(3)]
    assert [one.name if one else "" for one in names] == ["reset-after", "dtd", ""]


def test_parameters_are_those_of_the_order_or_the_table() -> None:
    """What an order does not say is as in the table."""
    orders = Orders([{"misbehaviour": "status", "partner": "fund", "parameters": {"status": 503}}])
    deed = orders.pick("fund", Way.ANSWER, lambda: "")
    assert deed is not None
    assert dict(deed.parameters) == {"status": 503, "retry_after": "", "taken": False}


def test_cancelling() -> None:
    """One, those of a partner, or all; what is not there cancels nothing."""
    orders = Orders(
        [{"misbehaviour": "silent", "partner": one} for one in ("remd", "remd", "fund", "bureau-push")]
    )
    assert orders.cancel(99) == 0
    assert orders.cancel(1) == 1
    assert orders.cancel(partner="remd") == 1
    assert orders.cancel() == 2
    assert orders.shown() == []


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, "misbehaviour"),
        ({"misbehaviour": "sulk"}, "misbehaviour"),
        ({"misbehaviour": "silent", "mood": "bad"}, "mood"),
        ({"misbehaviour": "silent", "partner": "mis"}, "partner"),
        ({"misbehaviour": "dtd", "partner": "follower"}, "partner"),
        ({"misbehaviour": "lost-verdict", "partner": "fund"}, "partner"),
        ({"misbehaviour": "silent", "operation": "a b"}, "operation"),
        ({"misbehaviour": "silent", "next": 0}, "next"),
        ({"misbehaviour": "silent", "next": True}, "next"),
        ({"misbehaviour": "silent", "every": 1.5}, "every"),
        ({"misbehaviour": "silent", "probability": 1.1}, "probability"),
        ({"misbehaviour": "silent", "probability": float("nan")}, "probability"),
        ({"misbehaviour": "silent", "seed": -1}, "seed"),
        ({"misbehaviour": "silent", "parameters": []}, "parameters"),
        ({"misbehaviour": "silent", "parameters": {"depth": 1}}, "depth"),
        ({"misbehaviour": "silent", "parameters": {"seconds": "long"}}, "seconds"),
        ({"misbehaviour": "silent", "parameters": {"seconds": -1}}, "seconds"),
        ({"misbehaviour": "silent", "parameters": {"seconds": float("nan")}}, "seconds"),
        ({"misbehaviour": "silent", "parameters": {"taken": 1}}, "taken"),
        ({"misbehaviour": "status", "parameters": {"status": 99}}, "status"),
        ({"misbehaviour": "status", "parameters": {"status": 500.5}}, "status"),
        ({"misbehaviour": "content-type", "parameters": {"content_type": "a\r\nX: b"}}, "content_type"),
        ({"misbehaviour": "content-type", "parameters": {"content_type": "x" * 201}}, "content_type"),
        ({"misbehaviour": "refused", "next": 1}, "refused"),
        ({"misbehaviour": "refused", "operation": "registerDocument"}, "refused"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(values: dict[str, Any], named: str) -> None:
    """A wrong order is refused in words that name what is wrong, and changes nothing."""
    orders = Orders()
    with pytest.raises(OrderError, match=named):
        orders.give(values)
    assert orders.shown() == []


def test_not_too_many() -> None:
    """A thousand orders are enough."""
    orders = Orders([{"misbehaviour": "silent"}] * 1000)
    with pytest.raises(OrderError, match="1000"):
        orders.give({"misbehaviour": "silent"})


def test_counting_by_many_threads() -> None:
    """However many ask at once, the next hundred times are a hundred."""
    orders = given(next=100)
    found: list[Deed | None] = []

    def ask() -> None:
        found.extend(orders.pick("remd", Way.ANSWER, lambda: "") for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 400
    assert sum(one is not None for one in found) == 100


def test_the_port_of_a_partner_is_refused_for_a_while() -> None:
    """With seconds it opens by itself; without, when it is told."""
    orders = Orders([{"misbehaviour": "refused", "partner": "remd", "parameters": {"seconds": 3000}}])
    assert orders.refused("remd")
    assert not orders.refused("fund")
    left = orders.opens_in("remd")
    assert left is not None
    assert 0 < left <= 3001
    orders.cancel()
    assert not orders.refused("remd")
    orders.give({"misbehaviour": "refused"})
    assert orders.refused("fund")
    assert orders.opens_in("fund") is None


def test_the_table_is_whole() -> None:
    """Names are their own, each is explained in Russian, somebody can do it, parameters have their names."""
    for name, row in MISBEHAVIOURS.items():
        assert name == row.name
        assert row.meaning.endswith(".")
        assert set(row.who) <= set(PARTNERS_OF[row.way])
        assert row.who
        names = [one.name for one in row.all_parameters]
        assert len(names) == len(set(names))
        assert all(one.meaning for one in row.all_parameters)
        assert ANY not in row.who
