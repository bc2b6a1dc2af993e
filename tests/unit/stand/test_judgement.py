"""The judgement on a trip by the books of the emulators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from adapter.domain.catalogue import entry
from adapter.stand.actors import ADAPTER, BUREAU
from adapter.stand.judgement import Travelled, differences
from adapter.stand.stand import Stand, StandSettings

NUMBER, PUSHED = "20261121-AAAAA-BBBBB", "20261121-CCCCC-DDDDD"
WAY = (
    "SUBMITTED REMD_REGISTERED DELIVERED REGISTERED RETURNED REWORK "
    "SUBMITTED REMD_REGISTERED DELIVERED REGISTERED IN_WORK SCHEDULED EXAMINED RESULT_SENT COMPLETED"
)
TRAVELLED = (
    Travelled(NUMBER, 1, "uid-1", "1" * 64),
    Travelled(NUMBER, 2, "uid-2", "2" * 64),
    Travelled(PUSHED, 1, "uid-3", "3" * 64, push=True),
)
Write = Callable[[Stand], object]


@pytest.fixture
def stand(keys: Path, clock: Callable[[], datetime]) -> Iterator[Stand]:
    """A stand that serves nothing, with the books of a good trip."""
    made = Stand(
        StandSettings(
            keys=keys,
            adapter_url="http://127.0.0.1:1",
            adapter_certificate=keys / f"{ADAPTER.key}.cert.pem",
            clock=clock,
            port=0,
        )
    )
    _write_good_trip(made)
    yield made
    made.stop()


def _write_good_trip(stand: Stand) -> None:
    head = stand.keyring.thumbprint(BUREAU.head.key)
    for one in TRAVELLED:
        stand.mis.book.write("receipt", referralNumber=one.number, versionNumber=one.version)
        stand.remd.book.write("registered", localUid=one.local_uid, sha256=one.sha256)
        version = {"referralNumber": one.number, "versionNumber": str(one.version)}
        if one.push:
            stand.inbox.book.write("received", semdSha256=one.sha256, **version)
        else:
            stand.bureau.book.write("received", **version)
            stand.bureau.book.write("file", role="SEMD", sha256=one.sha256, **version)
    stand.fund.book.write("return", referralNumber=NUMBER, grounds="K3")
    stand.mis.book.write("return", referralNumber=NUMBER, signer=head)
    stand.mis.book.write("result", referralNumber=NUMBER, signer=head)
    stand.mis.book.write("history", referralNumber=NUMBER, states=WAY)
    stand.stranger.book.write("refused", referralNumber=NUMBER, codes=entry("NOT_FOUND").code)


def test_good_trip_differs_in_nothing(stand: Stand) -> None:
    """The books of a good trip hold no difference."""
    assert differences(stand, TRAVELLED) == ()


def test_nothing_accepted_is_a_difference(stand: Stand) -> None:
    """A trip on which nothing was accepted is not a good one."""
    assert differences(stand, ()) == ("Ни одно направление не принято.",)


@pytest.mark.parametrize(
    ("write", "difference"),
    [
        (
            lambda s: s.remd.book.write("registered", localUid="uid-2", sha256="2" * 64),
            f"РЭМД: регистраций документа (направление {NUMBER}, версия 2) – 2, а должно быть 1.",
        ),
        (
            lambda s: s.remd.book.write("refused", localUid="uid-1", code="DIGEST_MISMATCH"),
            f"РЭМД: отказов (направление {NUMBER}, версия 1) – 1, а должно быть 0.",
        ),
        (
            lambda s: s.bureau.book.write("repeated", referralNumber=NUMBER, versionNumber=1),
            f"Бюро № 1: повторных получений (направление {NUMBER}, версия 1) – 1, а должно быть 0.",
        ),
        (
            lambda s: s.inbox.book.write("received", referralNumber=PUSHED, semdSha256="3" * 64),
            f"Бюро № 2: получений (направление {PUSHED}) – 2, а должно быть 1.",
        ),
        (
            lambda s: s.fund.book.write("return", referralNumber=NUMBER, grounds="K3"),
            f"ФОМС: извещений о возврате (направление {NUMBER}) – 2, а должно быть 1.",
        ),
        (
            lambda s: s.mis.book.write(
                "return", referralNumber=NUMBER, signer=s.keyring.thumbprint(BUREAU.head.key)
            ),
            f"МИС: возвратов (направление {NUMBER}) – 2, а должно быть 1.",
        ),
        (
            lambda s: s.mis.book.write("history", referralNumber=NUMBER, states="SUBMITTED COMPLETED"),
            f"МИС: история показывает не весь путь (направление {NUMBER}).",
        ),
        (
            lambda s: s.stranger.book.write("status", referralNumber=NUMBER, state="COMPLETED"),
            f"МИС другой больницы: показанных состояний (направление {NUMBER}) – 1, а должно быть 0.",
        ),
    ],
)
def test_each_fault_is_named(stand: Stand, write: Write, difference: str) -> None:
    """One line too many, or a wrong one, is the one difference that is named."""
    write(stand)
    assert differences(stand, TRAVELLED) == (difference,)


def test_another_file_is_a_difference(stand: Stand) -> None:
    """A digest that is not the one that was sent is found at РЭМД, at the bureau and in the inbox."""
    wrong = tuple(Travelled(one.number, one.version, one.local_uid, "f" * 64, one.push) for one in TRAVELLED)
    found = differences(stand, wrong)
    assert len(found) == 6
    assert all("файл" in line for line in found)


def test_signature_of_somebody_else_is_a_difference(stand: Stand) -> None:
    """A result that the head of the bureau did not sign is named."""
    stand.mis.book.write("result", referralNumber=NUMBER, signer="0" * 64)
    assert f"МИС: результатов не от руководителя бюро (направление {NUMBER})." in differences(
        stand, TRAVELLED
    )
