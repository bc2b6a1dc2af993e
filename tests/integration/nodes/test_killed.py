"""The one node at a SQLite file: killed between commit and answer, and stopped in order."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from adapter.app.nodes import NodeState
from storage import StoreBusy, open_store
from tests.integration.nodes.at_once import told
from tests.integration.nodes.balancer import PATIENCE, NoAnswer, half_sent
from tests.integration.nodes.cluster import Cluster, until
from tests.integration.nodes.hospital import CONTENT_TYPE, PATH, read

pytestmark = pytest.mark.timeout(300)


def listening(port: int) -> bool:
    """Whether somebody takes connections at a port."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_killed_between_commit_and_answer(lone: Cluster) -> None:
    """The resend gets the stored answer from the next process, and every partner gets the referral once.

    No other process is let in beside it. Told to stop, it answers the request at hand, gives back everything
    and writes that it ended.
    """
    node = lone.launch("serve", stop="accepted")
    submission = lone.hospital.submission()
    lone.ready(node)
    with pytest.raises(NoAnswer):
        told(node.port, submission)
    node.process.wait(PATIENCE)

    after = lone.launch("serve")
    lone.ready(after)
    with pytest.raises(StoreBusy):
        open_store(lone.url)
    answer, again = told(after.port, submission), told(after.port, submission)
    assert answer.status == "ACCEPT"
    assert answer.business == again.business

    assert lone.stand.inbox.book.wait("received", PATIENCE, referralNumber=answer.number)
    assert len(lone.stand.remd.book.entries("accepted")) == 1
    assert len(lone.stand.inbox.book.entries("received")) == 1
    until(lambda: lone.row(after).leads, "the only node leads")
    assert lone.row(node).state is not NodeState.STOPPED
    last = lone.hospital.submission()
    with half_sent(after.port, PATH, last.message, CONTENT_TYPE) as finish:
        after.process.terminate()
        until(lambda: not listening(after.port), "the node takes nothing new")
        assert read(finish()).status == "ACCEPT"
    assert after.process.wait(PATIENCE) == 0
    ended = lone.row(after)
    assert (ended.state, ended.leads, ended.leases) == (NodeState.STOPPED, False, 0)
