"""Two nodes asked at once, and one that dies before it answers: the same request has one answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.integration.nodes.balancer import ask
from tests.integration.nodes.cluster import Cluster
from tests.integration.nodes.hospital import CONTENT_TYPE, PATH, Submission, Told, read

COPIES = 8
RIVALS = 6


def told(port: int, one: Submission) -> Told:
    """Send a submission to one node."""
    status, _, answer = ask(port, PATH, one.message, CONTENT_TYPE)
    assert status == 200
    return read(answer)


def test_two_nodes_give_one_answer(cluster: Cluster) -> None:
    """Copies of a request at two processes at once: one referral and one stored answer; another content under
    its id is refused by both; of different requests under one id exactly one is accepted.
    """
    nodes = [cluster.launch("serve"), cluster.launch("serve")]
    same = cluster.hospital.submission()
    other = cluster.hospital.submission(same.request_id)
    rivals = [cluster.hospital.submission(other.request_id + "-x") for _ in range(RIVALS)]
    cluster.ready(*nodes)
    ports = [one.port for one in nodes]

    with ThreadPoolExecutor(COPIES) as pool:
        answers = list(pool.map(lambda number: told(ports[number % 2], same), range(COPIES)))
        late = list(pool.map(lambda port: told(port, other), ports))
        raced = list(pool.map(lambda one: told(ports[one[0] % 2], one[1]), enumerate(rivals)))

    assert {one.status for one in answers} == {"ACCEPT"}
    assert len({one.business for one in answers}) == 1
    assert [(one.status, one.codes) for one in late] == [("REJECT", ("MSE-3002",))] * 2
    accepted = [one for one in raced if one.status == "ACCEPT"]
    assert len(accepted) == 1
    refused = [one for one in raced if one not in accepted]
    assert {(one.status, one.codes) for one in refused} == {("REJECT", ("MSE-3002",))}
    assert {told(port, same).business for port in ports} == {answers[0].business}
