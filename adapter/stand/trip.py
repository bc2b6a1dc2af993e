"""The trip of one referral through the whole exchange, step by step, and the trip of a second one by push.

It is driven by what the emulators see; at the end their books judge it, not the adapter's word.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from adapter.contract.exchange import GetReferralStatusResponse, NoticeItem, ReferralItem, StateChange
from adapter.domain.referral import Referral
from adapter.domain.states import State
from adapter.stand.actors import BUREAU, PUSH_BUREAU
from adapter.stand.caller import Refused
from adapter.stand.documents import ZONE, SignedReferral
from adapter.stand.judgement import Travelled, differences
from adapter.stand.posting import Unanswered
from adapter.stand.stand import Stand
from adapter.stand.steps import (
    ADAPTER,
    FIRST_BUREAU,
    FUND,
    MIS,
    NO_ANSWER,
    REMD,
    SECOND_BUREAU,
    STRANGER,
    Broken,
    Step,
    Steps,
    since,
)

_CONFIRMED = "получение подтверждено"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the trip ended; true when nothing differs from what was expected.

    Attributes:
        referral_numbers: numbers that the adapter gave, in the order of the submissions.
        differences: what differs, in Russian, one sentence each.
    """

    referral_numbers: tuple[str, ...]
    differences: tuple[str, ...]

    def __bool__(self) -> bool:
        return not self.differences


def run_trip(
    stand: Stand, report: Callable[[Step], None], *, semd_file: bytes | None = None, patience: float = 30.0
) -> Outcome:
    """Send a referral through the whole exchange and let the books judge.

    Args:
        stand: a started stand; its adapter serves, with delivery workers.
        report: told of every step as it ends.
        semd_file: a СЭМД to send instead of the demo's own. It then travels alone, without our referral
            beside it, and only as far as the registration in the bureau: nobody here can write its
            correction.
        patience: longest wait for each thing that others do, seconds.
    """
    trip = _Trip(stand, Steps(report, patience))
    broken: tuple[str, ...] = ()
    try:
        if semd_file is None:
            trip.first_referral()
            trip.second_referral()
        else:
            trip.foreign(semd_file)
    except Broken as error:
        broken = (str(error),)
    numbers = dict.fromkeys(one.number for one in trip.travelled)
    return Outcome(tuple(numbers), (*broken, *differences(stand, trip.travelled)))


class _Trip:
    """The trip under way; `travelled` is what the adapter accepted so far."""

    def __init__(self, stand: Stand, steps: Steps) -> None:
        self.travelled: list[Travelled] = []
        self._stand = stand
        self._steps = steps

    def first_referral(self) -> None:
        """Submit, return, correct, accept, examine, ask."""
        clerk = self._stand.clerk
        first = clerk.referral(BUREAU)
        number = self._submit(first)
        self._registered_in_remd(number, first)
        self._received_by_bureau(number, first)
        self._returned(number, _content(first))
        second = clerk.correction(_content(first))
        self._submit(second, number)
        self._registered_in_remd(number, second)
        self._received_by_bureau(number, second)
        self._examined(number, _content(second))
        self._asked(number)

    def second_referral(self) -> None:
        """Submit a referral to the bureau that is pushed to."""
        package = self._stand.clerk.referral(PUSH_BUREAU)
        number = self._submit(package, push=True)
        self._registered_in_remd(number, package)
        ends, operation, book = (ADAPTER, SECOND_BUREAU), "ReceiveReferral", self._stand.inbox.book
        seen = self._steps.see(ends, operation, book, "received", referralNumber=number)
        status = self._steps.until(self._stand.mis, number, State.DELIVERED)
        digest = seen.entry.facts["semdSha256"][:12]
        text = f"направление доставлено на адрес бюро, СЭМД {digest}…"
        self._steps.report(Step(*ends, operation, status.state, seen.waited, text))

    def foreign(self, content: bytes) -> None:
        """Submit a given СЭМД alone and follow it to the bureau."""
        package = self._stand.clerk.semd_alone(content)
        number = self._submit(package)
        self._registered_in_remd(number, package)
        self._received_by_bureau(number, package)

    def _submit(self, package: SignedReferral, replaces: str = "", *, push: bool = False) -> str:
        receipt = self._steps.act(
            MIS,
            "SubmitReferral",
            lambda: self._stand.mis.submit(package, replaces),
            lambda got: (
                got.state,
                f"квитанция: направление {got.referral_number}, версия {got.version_number}",
            ),
        )
        number, version = receipt.referral_number, receipt.version_number
        uid = receipt.document_id.extension
        self.travelled.append(Travelled(number, version, uid, package.semd.sha256, push))
        return number

    def _registered_in_remd(self, number: str, package: SignedReferral) -> None:
        steps, book, uid = self._steps, self._stand.remd.book, self.travelled[-1].local_uid
        there, back = (ADAPTER, REMD), (REMD, ADAPTER)
        accepted = steps.see(there, "registerDocument", book, "accepted", localUid=uid)
        text = f"принято к проверке, {accepted.entry.facts['size']} байт"
        steps.report(Step(*there, "registerDocument", State.SUBMITTED, accepted.waited, text))
        file = steps.see(back, "getDocumentFile", book, "file", localUid=uid).entry.facts
        same = file["sha256"] == package.semd.sha256
        text = f"файл выдан, {file['size']} байт, SHA-256 {'совпал' if same else 'НЕ СОВПАЛ'}"
        took = int(file["milliseconds"])
        steps.report(Step(*back, "getDocumentFile", State.SUBMITTED, took, text, ok=same))
        operation = "sendRegisterDocumentResult"
        verdict = steps.see(back, operation, book, "verdict", localUid=uid).entry.facts
        took = int(verdict["milliseconds"])
        if verdict["code"]:
            text = f"РЭМД отказал: {verdict['code']}"
            steps.report(Step(*back, operation, State.REMD_REJECTED, took, text, ok=False))
            raise Broken(f"РЭМД не зарегистрировал документ {uid}: {verdict['code']}.")
        status = steps.until(self._stand.mis, number, State.REMD_REGISTERED, State.DELIVERED)
        steps.report(
            Step(*back, operation, status.state, took, f"зарегистрировано, emdrId {verdict['emdrId']}")
        )

    def _received_by_bureau(self, number: str, package: SignedReferral) -> None:
        bureau, steps = self._stand.bureau, self._steps
        item = self._fetched(number, self.travelled[-1].version)
        steps.act(
            FIRST_BUREAU,
            "AcknowledgeReferrals",
            lambda: bureau.acknowledge([item]),
            lambda _: (State.DELIVERED, _CONFIRMED),
        )
        content = steps.act(
            FIRST_BUREAU,
            "GetDocument",
            lambda: bureau.semd(item),
            lambda got: (State.DELIVERED, f"файл СЭМД получен частями, {len(got)} байт"),
        )
        if content != package.semd.content:
            raise Broken(f"Бюро получило не тот файл СЭМД, что был отправлен (направление {number}).")
        self._moved("RegisterReferral", lambda: bureau.register(number), "присвоен номер бюро")

    def _fetched(self, number: str, version: int) -> ReferralItem:
        """Poll the bureau's queue until this version comes; what else waits there is acknowledged."""
        bureau = self._stand.bureau

        def look() -> ReferralItem | None:
            ours: ReferralItem | None = None
            items = bureau.fetch()
            for item in items:
                if (item.referral_number, item.version_number) == (number, version):
                    ours = item
            others = [item for item in items if item is not ours]
            if others:
                bureau.acknowledge(others)
            return ours

        return self._steps.act(
            FIRST_BUREAU,
            "FetchReferrals",
            lambda: self._steps.poll(look, f"направления {number} нет в очереди бюро"),
            lambda got: (
                State.REMD_REGISTERED,
                f"получена версия {version}, приоритет {got.priority_category}",
            ),
        )

    def _returned(self, number: str, referral: Referral) -> None:
        stand, steps = self._stand, self._steps
        notice = stand.clerk.return_notice(referral, number, BUREAU)
        text = "основание K3: нет обязательного обследования; подписал руководитель бюро"
        self._moved("ReturnReferral", lambda: stand.bureau.return_referral(notice), text)
        self._noticed(number, "RETURN", State.REWORK)
        ends = (ADAPTER, FUND)
        seen = steps.see(ends, "NotifyReturn", stand.fund.book, "return", referralNumber=number)
        text = f"фонд извещён о возврате, основания: {seen.entry.facts['grounds']}"
        steps.report(Step(*ends, "NotifyReturn", State.REWORK, seen.waited, text))

    def _examined(self, number: str, referral: Referral) -> None:
        bureau = self._stand.bureau
        self._moved("AcceptReferral", lambda: bureau.accept(number), "принято в работу")
        self._moved("ScheduleExamination", lambda: bureau.schedule(number), "назначена экспертиза на дому")
        result = self._stand.clerk.result(referral, number, BUREAU)
        text = "результат подписан руководителем бюро"
        self._moved("SubmitResult", lambda: bureau.submit_result(result), text)
        self._noticed(number, "RESULT", State.COMPLETED)

    def _noticed(self, number: str, kind: str, after: State) -> None:
        """Poll the notices until the one of this kind comes, take its document, acknowledge all."""
        mis, steps = self._stand.mis, self._steps
        found: list[NoticeItem] = []

        def look() -> NoticeItem | None:
            found.extend(mis.fetch())
            ours = (one for one in found if one.kind == kind and one.referral_number == number)
            return next(ours, None)

        notice = steps.act(
            MIS,
            "FetchNotices",
            lambda: steps.poll(look, f"извещения {kind} по направлению {number} нет"),
            lambda got: (got.state, f"извещений: {len(found)}, среди них {kind}"),
        )
        steps.act(
            MIS,
            "GetDocument",
            lambda: mis.take(notice),
            lambda got: (notice.state, f"документ бюро, {got.descriptor.size} байт, подпись верна"),
        )
        steps.act(MIS, "AcknowledgeNotices", lambda: mis.acknowledge(found), lambda _: (after, _CONFIRMED))
        steps.until(mis, number, after)

    def _asked(self, number: str) -> None:
        """The owner sees the whole way; a stranger sees nothing."""
        stand, steps = self._stand, self._steps
        status = steps.act(
            MIS,
            "GetReferralStatus",
            lambda: stand.mis.status(number),
            lambda got: (got.state, f"событий в истории: {len(got.history)}\n{_history(got)}"),
        )
        states = " ".join(one.to for one in status.history if one.to)
        stand.mis.book.write("history", referralNumber=number, state=status.state, states=states)
        begun, state, ok = time.perf_counter(), "", False
        try:
            state = stand.stranger.status(number).state
            text = "чужая система узнала о направлении"
        except Refused as refused:
            text, ok = f"чужой системе: {refused.errors[0].message}", True
        except Unanswered as error:
            text, state = str(error), NO_ANSWER
        steps.report(Step(STRANGER, ADAPTER, "GetReferralStatus", state, since(begun), text, ok))

    def _moved(self, operation: str, act: Callable[[], StateChange], text: str) -> None:
        self._steps.act(FIRST_BUREAU, operation, act, lambda got: (got.state, text))


def _content(package: SignedReferral) -> Referral:
    if package.referral is None:
        raise TypeError("a СЭМД alone has no referral")
    return package.referral


def _history(status: GetReferralStatusResponse) -> str:
    return "\n".join(
        f"{one.at.astimezone(ZONE):%H:%M:%S}  {one.event}  {one.to or ''}  {one.actor}"
        for one in status.history
    )
