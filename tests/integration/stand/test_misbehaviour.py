"""A stand that misbehaves by order: its control over HTTP, ports that refuse, books that outlive it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from adapter.contract.envelope import System
from adapter.contract.exchange import NotifyReturnRequest, NotifyReturnResponse, Organization
from adapter.notices import webhooks
from adapter.stand.actors import ADAPTER, FUND, HOSPITAL, Keyring
from adapter.stand.book import Book
from adapter.stand.caller import Adapter, Caller
from adapter.stand.follower import Follower
from adapter.stand.fund import Fund
from adapter.stand.misbehaviours import MISBEHAVIOURS
from adapter.stand.posting import Unanswered
from adapter.stand.stand import Stand, StandSettings
from adapter.stand.wire import HttpRequest
from signing.standard_webhooks import proof
from tests.integration.stand.conftest import NOW, Serve

Clock = Callable[[], datetime]
PATIENCE = 20.0


@pytest.fixture
def make(keys: Path, clock: Clock) -> Iterator[Callable[..., Stand]]:
    """Makes started stands without an adapter; they are stopped with the test."""
    made: list[Stand] = []

    def start(**settings: Any) -> Stand:
        certificate = keys / f"{ADAPTER.key}.cert.pem"
        stand = Stand(
            StandSettings(
                keys=keys,
                adapter_url="http://127.0.0.1:1",
                adapter_certificate=certificate,
                clock=clock,
                port=0,
                **settings,
            )
        )
        stand.start()
        made.append(stand)
        return stand

    yield start
    for one in made:
        one.stop()


def control(stand: Stand, method: str, path: str, values: object = None, **others: Any) -> tuple[int, Any]:
    """Call the control; return status and JSON."""
    url = f"{stand.url}/control{path}"
    answer = requests.request(method, url, json=values, timeout=PATIENCE, **others)
    return answer.status_code, answer.json()


def notify(stand: Stand, request_id: str = "r-1", url: str = "") -> NotifyReturnResponse:
    """Tell the fund of a return, as the adapter does."""
    fund = Adapter(url or stand.url, System(FUND.code), "")
    caller = _Unsigned(System(ADAPTER.code), stand.keyring.key(ADAPTER.key), fund, "/fund", lambda: NOW)
    request = NotifyReturnRequest(
        request_id=request_id,
        referral_number="20261121-AAAAA-BBBBB",
        organization=Organization(oid=HOSPITAL.oid, name=HOSPITAL.name),
        returned_at=NOW,
        ground_codes=("K3",),
    )
    return caller.call(request, NotifyReturnResponse)


class _Unsigned(Caller):
    """Believes answers that are not signed: the fund does not sign."""

    def verify(self, root: object) -> None:
        """Believe."""


def test_everything_that_can_go_wrong_is_shown(make: Callable[..., Stand]) -> None:
    """The table has each misbehaviour with its meaning, partners and parameters; nothing is ordered yet."""
    stand = make()
    status, rows = control(stand, "GET", "/misbehaviours")
    assert (status, [one["name"] for one in rows]) == (200, list(MISBEHAVIOURS))
    (silent,) = [one for one in rows if one["name"] == "silent"]
    assert silent["partners"] == ["remd", "bureau-push", "fund", "follower"]
    assert [one["name"] for one in silent["parameters"]] == ["seconds", "taken"]
    status, overview = control(stand, "GET", "")
    assert (status, overview["orders"], overview["books"]["fund"]["effects"]) == (200, [], 0)


def test_an_order_is_given_carried_out_and_counted(make: Callable[..., Stand]) -> None:
    """The next answer of the fund is half; the notice has its effect once, its repeat has none."""
    stand = make()
    status, order = control(
        stand, "POST", "/orders", {"misbehaviour": "half-answer", "partner": "fund", "next": 1}
    )
    assert (status, order["id"], order["left"]) == (201, 1, 1)
    with pytest.raises(Unanswered):
        notify(stand)
    assert notify(stand).notice_number == notify(stand).notice_number
    assert control(stand, "GET", "/orders")[1][0]["done"] == 1
    counted = control(stand, "GET", "/books")[1]["fund"]
    assert (counted["received"], counted["effects"], counted["doubles"]) == (3, 1, 0)


def test_something_new_about_the_same_is_a_double(make: Callable[..., Stand]) -> None:
    """A notice of the same return under another identifier is what the adapter must never send."""
    stand = make()
    assert notify(stand, "r-1").notice_number != notify(stand, "r-2").notice_number
    counted = control(stand, "GET", "/books")[1]["fund"]
    assert (counted["effects"], counted["doubles"]) == (2, 1)


def test_orders_are_cancelled(make: Callable[..., Stand]) -> None:
    """One, those of a partner, all; one that is not there is not found."""
    stand = make(misbehaviours=[{"misbehaviour": "silent", "partner": one} for one in ("remd", "fund")])
    control(stand, "POST", "/orders", {"misbehaviour": "empty", "partner": "fund"})
    assert control(stand, "DELETE", "/orders/9")[0] == 404
    assert control(stand, "DELETE", "/orders/1") == (200, {"cancelled": 1})
    assert control(stand, "DELETE", "/orders/of/fund") == (200, {"cancelled": 2})
    assert control(stand, "DELETE", "/orders") == (200, {"cancelled": 0})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 30000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"misbehaviour": "sulk"}', "application/json", 400),
        (b'{"misbehaviour": "refused", "partner": "remd"}', "application/json", 400),
        (b'{"misbehaviour": "silent"}', "text/plain", 415),
        (b" " * 70000, "application/json", 413),
    ],
)
def test_nonsense_is_refused(make: Callable[..., Stand], body: bytes, kind: str, status: int) -> None:
    """Each nonsense has its status and words; nothing is ordered. A web page cannot order anything."""
    stand = make()
    answer = requests.post(
        f"{stand.url}/control/orders", data=body, headers={"Content-Type": kind}, timeout=PATIENCE
    )
    assert answer.status_code == status
    assert answer.json()["error"]
    assert stand.orders.shown() == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("PUT", "/orders"), ("POST", "/books")])
def test_what_the_control_does_not_know(make: Callable[..., Stand], method: str, path: str) -> None:
    """Other paths and methods are not found."""
    assert control(make(), method, path)[0] == 404


def test_a_page_that_took_our_address_is_refused(make: Callable[..., Stand]) -> None:
    """A request under another name of the host comes from a page in a browser, whatever it says."""
    stand = make()
    status, told = control(
        stand, "POST", "/orders", {"misbehaviour": "silent"}, headers={"Host": "example.org"}
    )
    assert (status, stand.orders.shown()) == (403, [])
    assert told["error"]


def test_a_port_of_its_own_refuses_and_opens_again(make: Callable[..., Stand]) -> None:
    """While it is ordered connections are refused there; the common port serves on; nobody takes the port."""
    stand = make(own_ports={"fund": 0})
    url = stand.urls["fund"]
    assert notify(stand, url=url).notice_number
    control(stand, "POST", "/orders", {"misbehaviour": "refused", "partner": "fund"})
    port = int(url.rpartition(":")[2])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    assert notify(stand).notice_number
    control(stand, "DELETE", "/orders")
    assert notify(stand, url=url).notice_number


def listens(port: int) -> bool:
    """Tell whether somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


def test_a_port_opens_by_itself(make: Callable[..., Stand]) -> None:
    """After its seconds the port answers without being told."""
    stand = make(own_ports={"fund": 0})
    stand.orders.give({"misbehaviour": "refused", "partner": "fund", "parameters": {"seconds": 0.2}})
    port = int(stand.urls["fund"].rpartition(":")[2])
    ends = time.monotonic() + PATIENCE
    while not listens(port):
        assert time.monotonic() < ends
        time.sleep(0.02)
    assert notify(stand, url=stand.urls["fund"]).notice_number


def test_a_restarted_stand_knows_what_it_has_done(make: Callable[..., Stand], tmp_path: Path) -> None:
    """After a restart the repeat of a notice has its first answer and no second effect."""
    first = make(books=tmp_path)
    answer = notify(first)
    first.stop()
    second = make(books=tmp_path)
    assert notify(second) == answer
    counted = control(second, "GET", "/books")[1]["fund"]
    assert (counted["received"], counted["effects"], counted["doubles"]) == (2, 1, 0)


def test_the_fund_remembers_by_its_book(serve: Serve, keyring: Keyring, clock: Clock, tmp_path: Path) -> None:
    """Everything that a fund knows is in the lines of its book."""
    book = Book("fund", clock, tmp_path)
    Fund(System(FUND.code, FUND.name), book, clock)
    book.write(
        "return", referralNumber="N", returnedAt=NOW.isoformat(), requestId="r", noticeNumber="Ф-000001"
    )
    book.close()
    again = Book("fund", clock, tmp_path)
    assert len(Fund(System(FUND.code, FUND.name), again, clock)._noted) == 1
    again.close()


SECRET = b"s" * 32


def news(identifier: str, revision: int = 1, state: str = "RETURNED") -> bytes:
    """Give a piece of news."""
    return webhooks.body(
        identifier=identifier,
        number="N-1",
        version=1,
        revision=revision,
        state=state,
        public_status="Отклонено",
        since=NOW,
    )


def told(follower: Follower, body: bytes, *, at: datetime = NOW, secret: bytes = SECRET) -> int:
    """Tell a follower; return the HTTP status."""
    identifier = json.loads(body)["id"] if body.startswith(b"{") else "x"
    heard = HttpRequest(body, dict(proof([secret], identifier, body, at)))
    assert follower.endpoint.hear is not None
    return follower.endpoint.hear(heard).status


def test_a_follower_believes_what_is_signed_and_of_now(clock: Clock) -> None:
    """Each piece of news once; forged, old, unreadable ones are refused; under a new name it is a double."""
    follower = Follower(Book("follower", clock), clock, [SECRET])
    assert [told(follower, news("a")), told(follower, news("a"))] == [200, 200]
    assert told(follower, news("b"), secret=b"x" * 32) == 400
    assert told(follower, news("b"), at=NOW - timedelta(minutes=6)) == 400
    assert told(follower, b"no news") == 400
    assert told(follower, news("c", revision=2)) == 200
    counts = follower.book.counts()
    assert (counts["news"], counts["repeated"], counts["refused"], counts["doubled"]) == (2, 1, 3, 0)
    assert told(follower, news("d", revision=2)) == 200
    assert follower.book.counts()["doubled"] == 1
