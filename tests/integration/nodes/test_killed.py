"""The one node at a SQLite file: killed between commit and answer; beside it no second one; stopped in order."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from adapter.app.nodes import NodeState
from tests.integration.nodes.balancer import NoAnswer
from tests.integration.nodes.cluster import PATIENCE, ROOT, Cluster, until
from tests.integration.nodes.test_at_once import told


def test_killed_between_commit_and_answer(lone: Cluster) -> None:
    """The resend gets the stored answer from the next process; every partner got the referral once, no other
    process was let in, and at its stop the node has given back everything and written that it ended.
    """
    node = lone.launch("serve", stop="accepted")
    submission = lone.hospital.submission()
    lone.ready(node)
    with pytest.raises(NoAnswer):
        told(node.port, submission)
    node.process.wait(PATIENCE)

    after = lone.launch("serve")
    lone.ready(after)
    second = refused_beside(lone)
    answer, again = told(after.port, submission), told(after.port, submission)
    assert answer.status == "ACCEPT"
    assert answer.business == again.business
    assert "занята другим процессом" in second

    assert lone.stand.inbox.book.wait("received", PATIENCE, referralNumber=answer.number)
    assert len(lone.stand.remd.book.entries("accepted")) == 1
    assert len(lone.stand.inbox.book.entries("received")) == 1
    until(lambda: lone.row(after).leads, "the only node leads")
    before = lone.row(node)
    assert before.state is not NodeState.STOPPED

    after.process.send_signal(signal.SIGTERM)
    assert after.process.wait(PATIENCE) == 0
    ended = lone.row(after)
    assert (ended.state, ended.leads, ended.leases) == (NodeState.STOPPED, False, 0)


def refused_beside(lone: Cluster) -> str:
    """Start the program once more on the same file; return what it says, once it has ended with a refusal."""
    command = [sys.executable, "-m", "adapter", "work", "--config", str(lone.config)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=PATIENCE)
    assert ended.returncode == 1
    return ended.stderr.decode()
