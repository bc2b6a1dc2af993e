"""A mail server that fails at each step of giving it a letter."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapter.clients.mail import MailServer
from adapter.delivery.notices import Letters
from adapter.domain.contacts import Contact, ListedContacts
from adapter.domain.escalation import Level
from adapter.operations.timers import LETTER, MAIL
from storage import Delivery
from storage.outbox import DEAD, DONE
from tests.faults.wire.bench import Bench
from tests.faults.wire.letters import LETTERS, SILENCE, Letter
from tests.faults.wire.post_office import PostOffice, post_office

_ROUNDS = 4


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    """The mail server."""
    with post_office() as running:
        yield running


@pytest.fixture
def writing(bench: Bench, office: PostOffice) -> Bench:
    """An adapter that writes letters; nobody is in a hurry."""
    change(bench, office, 30.0)
    office.letters.clear()
    return bench


def change(bench: Bench, office: PostOffice, timeout: float) -> None:
    """Have letters given to the mail server with some patience, seconds."""
    contacts = ListedContacts((Contact(Level.OPERATOR, "duty@adapter.example"),))
    server = MailServer("127.0.0.1", office.port, "none", ssl.create_default_context(), timeout=timeout)
    context = replace(bench.runtime.context, contacts=contacts)
    bench.senders[LETTER] = Letters(context, server, "mse@adapter.example")


def written(bench: Bench) -> Delivery:
    """Put a letter into the outbox."""
    until = (bench.clock() + timedelta(days=1)).isoformat()
    term = {"number": "20260302-AAAAA-BBBBB", "code": "MO_REWORK", "until": until, "oid": "1.2.3"}
    return bench.queue(MAIL, LETTER, None, level="operator", oid="1.2.3", alarm=False, count=1, terms=[term])


@pytest.mark.parametrize("fault", LETTERS, ids=[one.name for one in LETTERS])
def test_a_mail_server_that_fails(writing: Bench, office: PostOffice, fault: Letter) -> None:
    """State, attempts, what the operator reads; letters that came twice have one Message-ID."""
    delivery = written(writing)
    office.plan(fault.answers)
    if SILENCE in fault.answers.values():
        change(writing, office, 0.3)
    writing.drain(LETTER)
    change(writing, office, 30.0)
    first = writing.delivery(delivery.id)
    assert (first.state, first.error) == (fault.state, fault.seen)

    for _ in range(_ROUNDS):
        if writing.delivery(delivery.id).state in {DONE, DEAD}:
            break
        writing.wait_for(delivery)
        writing.drain(LETTER)
    assert writing.delivery(delivery.id).state == fault.end
    assert len(writing.attempts(delivery)) == fault.attempts
    assert len(office.letters) == fault.letters
    marks = [re.findall(rb"(?im)^message-id: *(\S+)", one) for one in office.letters]
    assert all(len(one) == 1 for one in marks)
    assert len({one[0] for one in marks}) <= 1
