"""The end of the term: only an act destroys bytes, only those whose term is over, and the proof stays."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapter.app import archiving as commands
from adapter.operations import archiving, destruction
from adapter.operations.archive_cases import Ports
from adapter.operations.archive_checks import check_folder
from adapter.operations.destruction import ActRefused
from adapter.stand.actors import BUREAU_SYSTEM, MIS
from storage import ACTS, MANIFESTS, OBJECTS, NewDocument, Transaction
from tests.integration.operations.gateway import ON_SQLITE, Gateway
from tests.integration.operations.test_archive import archived, demand, files, folder_of, get, run
from tests.integration.operations.test_archive_faults import closed_referral
from tests.integration.operations.test_disclosures import command
from tests.integration.operations.walk import Walk
from tests.integration.storage.samples import referral

FAR = date(2999, 1, 1)


def ports_of(gateway: Gateway) -> Ports:
    """Return the ports of the gateway's archive."""
    ports = archiving.ports_of(gateway.runtime.context, 0)
    assert ports is not None
    return ports


def last_day(walk: Walk) -> date:
    """Return the last day of the referral's term."""
    (manifest,) = walk.gateway.runtime.store.read(lambda tx: tx.archive.manifests_of(walk.number))
    return manifest.keep_until


def proof(walk: Walk) -> set[str]:
    """Return the hashes of what is never destroyed: exported journals and answers."""
    entries = walk.gateway.runtime.store.read(lambda tx: tx.archive.of_referral(walk.number))
    return {one.sha256 for one in entries if one.kind in {"journal", "answer"}}


def test_destroyed_bytes_leave_the_proof_and_the_answer(walk: Walk) -> None:
    """After the term an act destroys the files; hash, journal, manifest, act and the first receipt stay."""
    gateway = walk.gateway
    package = gateway.package(walk.document)
    first = gateway.call(MIS, package)
    walk.number = first.content.findtext(".//{*}referralNumber") or ""
    emdr_id = walk.register_in_remd()
    archived(walk)
    ports, day = ports_of(gateway), last_day(walk)
    assert list(destruction.expired(ports, day)) == []
    act = destruction.act_of(ports, day.replace(year=day.year + 1))

    with pytest.raises(ActRefused):  # its last day is not over
        destruction.destroy(ports, act, day, "срок истёк", "p")
    done = destruction.destroy(ports, act, day.replace(year=day.year + 1), "срок истёк", "p")

    folder = folder_of(gateway)
    assert done.objects == done.files > 0
    assert set(folder.names(OBJECTS)) == proof(walk)
    assert list(folder.names(ACTS)) == [done.act] == [hashlib.sha256(act).hexdigest()]
    assert len(list(folder.names(MANIFESTS))) == 1
    assert gateway.call(MIS, package).business == first.business
    assert gateway.call(MIS, gateway.package(walk.document)).status == "ACCEPT"
    semd = next(one for one in files(walk) if one.role == "SEMD")
    assert get(walk, MIS, semd).codes == get(walk, BUREAU_SYSTEM, semd).codes == ["MSE-5003"]
    (code,) = demand(gateway, emdr_id).iter("{*}code")
    assert code.text == "REGISTRY_ITEM_NOT_FOUND"
    journaled = [row for row in gateway.journal(walk.number) if row.event == "DESTROYED"]
    assert {row.details["sha256"] for row in journaled} >= {semd.sha256}
    assert {(row.reason, row.details["act"], row.actor_person) for row in journaled} == {
        ("срок истёк", done.act, "p")
    }
    assert gateway.runtime.store.read(lambda tx: tx.journal.verify(walk.number)) is None
    assert check_folder(folder).missing == ()


class Killed(BaseException):
    """The power goes out."""


@ON_SQLITE
def test_a_destruction_that_was_broken_off_goes_on(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between row and file no row promises bytes that are not there; the same act ends the work."""
    closed_referral(gateway, "20250101-AAAAA-00001")
    run(gateway)
    ports = ports_of(gateway)
    act = destruction.act_of(ports, FAR)
    unlink = Path.unlink

    def dying(path: Path, missing_ok: bool = False) -> None:
        if path.parent.parent.name == OBJECTS and len(list(ports.folder.names(OBJECTS))) == 3:
            raise Killed
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", dying)
        with pytest.raises(Killed):
            destruction.destroy(ports, act, FAR, "срок", "")
    promised = {
        one.sha256
        for one in gateway.runtime.store.read(lambda tx: tx.archive.of_referral("20250101-AAAAA-00001"))
        if one.destroyed_at is None
    }
    assert promised <= set(ports.folder.names(OBJECTS))
    assert len(set(ports.folder.names(OBJECTS)) - promised) == 1
    destruction.destroy(ports, act, FAR, "срок", "")
    assert {one["sha256"] for one in json.loads(act)["objects"]}.isdisjoint(ports.folder.names(OBJECTS))


@ON_SQLITE
def test_an_act_is_followed_whole_or_not_at_all(gateway: Gateway) -> None:
    """An act with one hash too many, of another archive, changed or none at all destroys nothing."""
    closed_referral(gateway, "20250101-AAAAA-00001")
    run(gateway)
    ports = ports_of(gateway)
    good: dict[str, Any] = json.loads(destruction.act_of(ports, FAR))
    here = set(ports.folder.names(OBJECTS))
    more = [*good["objects"], {"sha256": "0" * 64}]
    wrong: list[bytes] = [json.dumps(good | {"archive": "another"}).encode(), b"not json", b"[]", b"{}"]
    lists: list[Any] = [more, more[:1] * 2, [{}], 5]
    wrong += [json.dumps(good | {"objects": one}).encode() for one in lists]
    wrong.append(json.dumps(good | {"objects": [{"sha256": "../../config.toml"}]}).encode())
    for act in wrong:
        with pytest.raises(ActRefused):
            destruction.destroy(ports, act, FAR, "срок", "")
    assert set(ports.folder.names(OBJECTS)) == here


def test_bytes_that_somebody_else_still_needs_stay(gateway: Gateway) -> None:
    """Of two referrals with the same content the longer term counts, and one that is open keeps all."""
    store = gateway.runtime.store
    closed_referral(gateway, "20250101-AAAAA-00001")
    run(gateway)
    ports = ports_of(gateway)
    shared = b"20250101-AAAAA-00001 one"
    name = hashlib.sha256(shared).hexdigest()
    assert name in {one.sha256 for one in destruction.expired(ports, FAR)}

    def put(tx: Transaction) -> None:
        tx.referrals.insert(referral("20250101-AAAAA-00002", state="IN_WORK", state_since=gateway.clock()))
        tx.documents.add(
            NewDocument("20250101-AAAAA-00002", 1, "SEMD", "x", "text/xml", gateway.clock(), shared)
        )

    store.transact(put)
    assert name not in {one.sha256 for one in destruction.expired(ports, FAR)}
    act = json.dumps(json.loads(destruction.act_of(ports, FAR)) | {"objects": [{"sha256": name}]})
    with pytest.raises(ActRefused):
        destruction.destroy(ports, act.encode(), FAR, "срок", "")


@ON_SQLITE
def test_the_commands_of_the_archive(walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run, list, show, export, verify, expired and destroy beside the open gateway, with their statuses."""
    gateway = walk.to("COMPLETED").gateway
    gateway.clock.turn(days=400)
    monkeypatch.setattr(commands, "utc_now", gateway.clock)

    done = json.loads(command(gateway, "archive", "run", "--all", "--json").stdout)
    assert (done["referrals"], done["skipped"]) == (1, 0)
    (row,) = json.loads(command(gateway, "archive", "list", "--json").stdout)
    assert row["referralNumber"] == walk.number
    assert walk.number in command(gateway, "archive", "list").stdout

    assert command(gateway, "archive", "show", walk.number).exit_code == 64
    shown = json.loads(
        command(gateway, "archive", "show", walk.number, "--reason", "проверка", "--json").stdout
    )
    semd = next(one for one in shown["documents"] if one["role"] == "SEMD")
    target = tmp_path / "semd.xml"
    words = ("archive", "show", walk.number, "--reason", "запрос суда", "--document", semd["id"], "--out")
    assert command(gateway, *words, str(target)).exit_code == 0
    assert target.read_bytes() == walk.document.semd.content
    assert target.stat().st_mode & 0o077 == 0
    given = [one for one in gateway.journal(walk.number) if one.event == "DISCLOSED"]
    assert [(one.operation, one.reason, bool(one.actor_person)) for one in given] == [
        ("archive show", "запрос суда", True)
    ]
    assert command(gateway, *words, str(target)).exit_code == 64
    assert command(gateway, "archive", "show", "20260101-AAAAA-AAAAA", "--reason", "x").exit_code == 2

    assert command(gateway, "archive", "verify").exit_code == 0
    folder = folder_of(gateway)
    alone = ("archive", "verify", "--folder", str(folder.path), "--json")
    assert json.loads(command(gateway, *alone).stdout)["good"]
    harmed = folder.place(OBJECTS, semd["sha256"])
    content = harmed.read_bytes()
    harmed.write_bytes(content[:-1])
    for check in (("archive", "verify", "--json"), alone):
        ended = command(gateway, *check)
        assert (ended.exit_code, json.loads(ended.stdout)["missing"]) == (
            1,
            [{"area": "objects", "sha256": semd["sha256"]}],
        )
    harmed.write_bytes(content)

    act = tmp_path / "act.json"
    assert json.loads(command(gateway, "archive", "expired", "--json").stdout) == []
    gateway.clock.turn(days=27 * 366)
    assert "Акт" in command(gateway, "archive", "expired", "--act", str(act)).stdout
    assert command(gateway, "archive", "destroy", "--act", str(act)).exit_code == 64
    ended = command(gateway, "archive", "destroy", "--act", str(act), "--reason", "срок истёк")
    assert (ended.exit_code, set(folder.names(OBJECTS))) == (0, proof(walk))
    gone = ("archive", "show", walk.number, "--reason", "x", "--document", semd["id"])
    assert command(gateway, *gone, "--out", str(tmp_path / "gone")).exit_code == 2
    assert not (tmp_path / "gone").exists()
    bad = tmp_path / "bad.json"
    bad.write_text("{}", encoding="utf-8")
    assert command(gateway, "archive", "destroy", "--act", str(bad), "--reason", "x").exit_code == 1


@ON_SQLITE
def test_without_a_folder_there_is_no_archive(gateway: Gateway) -> None:
    """An installation that names no folder keeps all in its tables, and its commands say what is missing."""
    text = gateway.config.read_text(encoding="utf-8")
    gateway.config.write_text(text.replace('archive_folder = "var/archive"', ""), encoding="utf-8")
    ended = command(gateway, "archive", "run")
    assert ended.exit_code == 1
    assert "archive_folder" in ended.output
