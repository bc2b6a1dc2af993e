"""The same request at two nodes at once, and different ones under one id: the identity of a request."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.integration.nodes.balancer import ask
from tests.integration.nodes.hospital import CONTENT_TYPE, PATH, Hospital, Submission, Told, read

COPIES = 8
RIVALS = 4
CONFLICT = ("REJECT", ("MSE-3002",))


def told(port: int, one: Submission) -> Told:
    """Send a submission to one node."""
    status, _, answer = ask(port, PATH, one.message, CONTENT_TYPE)
    assert status == 200, answer[:2000]
    return read(answer)


def judge_at_once(hospital: Hospital, first: int, second: int) -> list[Submission]:
    """Ask two nodes at once; return the submissions that were accepted.

    Copies of a request get one stored answer from both, at once and later; another content under its id is
    refused by both; of different requests under one id exactly one is accepted, whichever node they reach.
    """
    ports = (first, second)
    same = hospital.submission()
    other = hospital.submission(same.request_id)
    rivals = [hospital.submission(rival) for rival in [str(uuid.uuid4())] * RIVALS]
    with ThreadPoolExecutor(COPIES) as pool:
        answers = list(pool.map(lambda number: told(ports[number % 2], same), range(COPIES)))
        raced = list(pool.map(lambda number: told(ports[number % 2], rivals[number]), range(RIVALS)))
    assert {one.status for one in answers} == {"ACCEPT"}
    assert len({one.business for one in answers}) == 1
    assert [(one.status, one.codes) for one in (told(port, other) for port in ports)] == [CONFLICT] * 2
    winners = [rival for rival, one in zip(rivals, raced, strict=True) if one.status == "ACCEPT"]
    assert len(winners) == 1
    assert sorted((one.status, one.codes) for one in raced if one.status != "ACCEPT") == [CONFLICT] * (
        RIVALS - 1
    )
    assert {told(port, same).business for port in ports} == {answers[0].business}
    return [same, *winners]
