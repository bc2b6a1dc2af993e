"""The asynchronous part of the emulated РЭМД: asks for the file, compares, calls back with the verdict.

Verdicts that go wrong by order are a table of functions at the end.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from adapter.contract.semd import SemdUnreadable, read_semd
from adapter.stand.book import Book, Entry
from adapter.stand.orders import Deed
from adapter.stand.posting import Unanswered
from adapter.stand.registry import Registry, RegistryItem
from adapter.stand.remd_callback import Callback, Declined, Verdict
from adapter.stand.remd_links import Links

_ATTEMPTS = 10
_PAUSE = 0.5
_BEFORE_ANSWER = 20.0
_TEXT = "Отказ по заказу стенда."


class Judge:
    """Decides on accepted documents, one after the other, in a thread of its own."""

    def __init__(
        self,
        callback: Callback,
        book: Book,
        clock: Callable[[], datetime],
        registry: Registry,
        delay: float,
    ) -> None:
        """Make it; it begins at `start`.

        Args:
            callback: calls the adapter.
            book: of the registry.
            clock: the business clock, aware.
            registry: the documents.
            delay: seconds between the synchronous answer and the call for the file.
        """
        self.callback = callback
        self.book = book
        self._clock = clock
        self._registry = registry
        self._delay = delay
        self.links = Links(callback, book, clock, registry)
        self._waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._timers: list[threading.Timer] = []
        self._worker = threading.Thread(target=self._work, name="stand-remd", daemon=True)

    def start(self) -> None:
        """Begin to call back."""
        self._worker.start()

    def stop(self) -> None:
        """Stop calling back."""
        self._stopping.set()
        for timer in self._timers:
            timer.cancel()
        self._waiting.put(None)
        if self._worker.is_alive():
            self._worker.join()

    def give(self, item: RegistryItem, deed: Deed | None) -> None:
        """Take an accepted document to be judged, as ordered."""
        if deed is None:
            self._waiting.put(lambda: self.tell(self.judged(item)))
        else:
            _DEEDS[deed.name](self, item, deed)

    def take_up(self, line: Entry) -> None:
        """Take up a document that was accepted before a restart."""
        facts = line.facts
        item = RegistryItem(
            local_uid=facts["localUid"],
            message_id=facts["messageId"],
            kind=facts["documentKind"],
            organization=facts["organization"],
            size=int(facts["size"]),
            sha256=facts["sha256"],
            patient_snils="",
        )
        registered = self.book.entries("registered", localUid=item.local_uid)
        refused = self.book.entries("refused", localUid=item.local_uid, messageId=item.message_id)
        if refused:
            return
        if registered:
            item = replace(item, emdr_id=registered[0].facts["emdrId"], registered_at=registered[0].at)
        self._registry.add(item)
        told = any(self.book.entries(kind, localUid=item.local_uid) for kind in ("verdict", "verdict-lost"))
        if not told:
            self._waiting.put(lambda: self.tell(Verdict(item) if registered else self.judged(item)))

    def soon(self, act: Callable[[], None]) -> None:
        """Do something after all that waits already."""
        self._waiting.put(act)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after a while."""
        timer = threading.Timer(seconds, lambda: self._waiting.put(act))
        timer.daemon = True
        self._timers = [*(one for one in self._timers if one.is_alive()), timer]
        timer.start()

    def judged(self, item: RegistryItem) -> Verdict:
        """Get the file, compare it with what was declared, and register the document or not."""
        content = self.file_of(item)
        if isinstance(content, Verdict):
            return content
        digest = hashlib.sha256(content).hexdigest()
        if len(content) != item.size or digest != item.sha256:
            return self.refused(item, "DIGEST_MISMATCH", "Файл не тот, что объявлен при регистрации.")
        try:
            own_id = read_semd(content).document_id
        except SemdUnreadable:
            return self.refused(item, "INVALID_CONTENT", "Файл не читается как СЭМД.")
        if own_id is None or (own_id.extension or "").lower() != item.local_uid.lower():
            return self.refused(item, "ATTRIBUTE_MISMATCH", "localUid не равен ClinicalDocument/id.")
        return self.registered(item)

    def file_of(self, item: RegistryItem) -> bytes | Verdict:
        """Ask the adapter for the file; return it, or the refusal without one."""
        try:
            file = self.callback.document_file(item.local_uid)
        except (Declined, Unanswered) as error:
            code = "FILE_WAS_NOT_SENT" if isinstance(error, Declined) else "MIS_NOT_AVAILABLE"
            return self.refused(item, code, str(error))
        self.book.write(
            "file",
            localUid=item.local_uid,
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            milliseconds=file.milliseconds,
        )
        return file.content

    def registered(self, item: RegistryItem) -> Verdict:
        """Register the document."""
        made = self._registry.register(item.local_uid, self._clock())
        self.book.write(
            "registered", localUid=item.local_uid, emdrId=made.emdr_id, size=item.size, sha256=item.sha256
        )
        return Verdict(made)

    def refused(self, item: RegistryItem, code: str, message: str) -> Verdict:
        """Refuse the document; its localUid is free again."""
        self._registry.forget(item.local_uid)
        self.book.write("refused", localUid=item.local_uid, code=code, messageId=item.message_id)
        return Verdict(item, code, message)

    def tell(self, verdict: Verdict) -> None:
        """Tell the adapter; a verdict that it does not take is repeated for a while."""
        facts = {"localUid": verdict.item.local_uid, "code": verdict.code, "emdrId": verdict.item.emdr_id}
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                milliseconds = self.callback.send_result(verdict)
            except (Declined, Unanswered) as error:
                self.book.write("verdict-not-taken", attempt=attempt, reason=str(error), **facts)
                if self._stopping.wait(_PAUSE):
                    return
            else:
                self.book.write("verdict", milliseconds=milliseconds, **facts)
                return

    def tell_once(self, verdict: Verdict) -> None:
        """Tell the adapter what it should not believe; its answer is written down."""
        facts = {"localUid": verdict.item.local_uid, "code": verdict.code}
        try:
            self.callback.send_result(verdict)
        except (Declined, Unanswered) as error:
            self.book.write("odd-verdict", answer=str(error), **facts)
        else:
            self.book.write("odd-verdict", answer="success", **facts)

    def _work(self) -> None:
        while (act := self._waiting.get()) is not None and not self._stopping.wait(self._delay):
            act()


def _late(judge: Judge, item: RegistryItem, deed: Deed) -> None:
    def act() -> None:
        verdict = judge.judged(item)
        judge.later(deed.number("seconds"), lambda: judge.tell(verdict))

    judge.soon(act)


def _double(judge: Judge, item: RegistryItem, deed: Deed) -> None:
    def act() -> None:
        verdict = judge.judged(item)
        for _ in range(round(deed.number("times"))):
            judge.tell(verdict)

    judge.soon(act)


def _early(judge: Judge, item: RegistryItem, _: Deed) -> None:
    def act() -> None:
        judge.tell(judge.registered(item))
        judge.file_of(item)

    judge.soon(act)


def _before_answer(judge: Judge, item: RegistryItem, _: Deed) -> None:
    done = threading.Event()

    def act() -> None:
        try:
            judge.tell(judge.judged(item))
        finally:
            done.set()

    judge.soon(act)
    done.wait(_BEFORE_ANSWER)


def _lost(judge: Judge, item: RegistryItem, _: Deed) -> None:
    def act() -> None:
        verdict = judge.judged(item)
        judge.book.write("verdict-lost", localUid=item.local_uid, code=verdict.code)

    judge.soon(act)


def _unknown(judge: Judge, item: RegistryItem, _: Deed) -> None:
    def act() -> None:
        other = replace(item, local_uid=str(uuid.uuid4()), message_id=str(uuid.uuid4()), emdr_id=_OTHER)
        judge.tell_once(Verdict(other))
        judge.tell(judge.judged(item))

    judge.soon(act)


def _contradicting(judge: Judge, item: RegistryItem, deed: Deed) -> None:
    def act() -> None:
        judge.tell(judge.judged(item))
        judge.tell_once(Verdict(item, deed.text("code") or "INTERNAL_ERROR", _TEXT))

    judge.soon(act)


def _refused(judge: Judge, item: RegistryItem, deed: Deed) -> None:
    def act() -> None:
        content = judge.file_of(item)
        if isinstance(content, Verdict):
            judge.tell(content)
        else:
            judge.tell(judge.refused(item, deed.text("code") or "VALIDATION_ERROR", _TEXT))

    judge.soon(act)


def _linked(judge: Judge, item: RegistryItem, deed: Deed) -> None:
    def act() -> None:
        verdict = judge.judged(item)
        judge.tell(verdict)
        if verdict.item.emdr_id:
            judge.links.register(verdict.item, deed.text("kind"))

    judge.soon(act)


_OTHER = "000.00.00.00.000000000"
_DEEDS: Mapping[str, Callable[[Judge, RegistryItem, Deed], None]] = MappingProxyType(
    {
        "late-verdict": _late,
        "double-verdict": _double,
        "early-verdict": _early,
        "verdict-before-answer": _before_answer,
        "lost-verdict": _lost,
        "unknown-verdict": _unknown,
        "contradicting-verdict": _contradicting,
        "refused-verdict": _refused,
        "linked-document": _linked,
    }
)
