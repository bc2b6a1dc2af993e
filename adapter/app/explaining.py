"""`signature explain`: what is signed, by whom, with what, and why it fails, in words for an integrator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from lxml import etree

from adapter.app.explanation_words import CAUSES, MISTAKES
from adapter.app.recognizing import read_file
from adapter.app.signature_words import KIND_TITLES, PROFILE_TITLES, algorithm_words, digest_words
from adapter.app.verifying import MAXIMUM_CONTENT, read_document, read_signed
from adapter.app.vouching import CannotJudgeError
from signing import Certificate, Refusal
from signing.inspection.differences import Difference, first_difference
from signing.inspection.explanation import Explained, ReferenceFact, explain_container, explain_signature
from signing.inspection.lenient import octets_of, target_of
from signing.inspection.reading import MAXIMUM_MESSAGE, Subject, UnreadableError, read_tree
from signing.inspection.recognition import Judged, Recognized, judge
from signing.inspection.second_opinion import Opinion
from signing.inspection.trials import Found
from signing.xmldsig.profiles import PROFILES
from signing.xmldsig.structure import Step

#: Signatures of one file that are explained; the rest is only counted.
MAXIMUM_EXPLAINED = 10
_SHOWN_OCTETS = 160
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\u04ff]")


class Tone(Enum):
    """How a line is meant."""

    HEAD = auto()
    PLAIN = auto()
    GOOD = auto()
    BAD = auto()
    ADVICE = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an explanation.

    Attributes:
        depth: How deep it stands, from 0.
        text: Russian.
        tone: How it is meant.
    """

    depth: int
    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Explanation:
    """A file explained.

    Attributes:
        lines: What to print.
        valid: Whether every signature holds by its profile.
        octets: Canonical octets by the name of a file to write them to.
    """

    lines: tuple[Line, ...]
    valid: bool
    octets: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained.

    Attributes:
        file: The file.
        original: The file as it was when it was signed; None: not known.
        content: What a detached signature signs.
        profile: The profile that must be there; empty: any.
        legacy: Whether GOST 2001/94 and SHA-1 are admitted.
    """

    file: Path
    original: Path | None = None
    content: Path | None = None
    profile: str = ""
    legacy: bool = False


def explain_file(question: Question) -> Explanation:
    """Explain every signature of a file.

    Raises:
        Unreadable: A file cannot be read.
        ContentNeededError: A detached signature without content.
        GostUnavailableError: No library computes a GOST algorithm.
    """
    octets, subject = read_signed(question.file)
    content = read_file(question.content, MAXIMUM_CONTENT) if question.content else None
    original = read_file(question.original, MAXIMUM_MESSAGE) if question.original else None
    is_detached = (
        subject.root is not None and subject.root.tag == "{http://www.w3.org/2000/09/xmldsig#}Signature"
    )
    root = read_document(content) if is_detached and content is not None else None
    found = judge(
        subject, content=content, content_root=root, profile=question.profile, legacy=question.legacy
    )
    explained = [_explained(one, subject, root, content) for one in found.signatures[:MAXIMUM_EXPLAINED]]
    lines = [*_summary(found, question.profile)]
    for number, one in enumerate(explained, start=1):
        lines += _signature(number, one)
    if len(found.signatures) > MAXIMUM_EXPLAINED:
        lines.append(Line(0, f"Объяснены первые {MAXIMUM_EXPLAINED} подписей из {len(found.signatures)}."))
    if original is not None:
        lines += _comparison(original, content if is_detached and content is not None else octets, explained)
    valid = not found.refusals and not any(isinstance(one.outcome, Refusal) for one in found.signatures)
    return Explanation(tuple(lines), valid, dict(_files(explained)))


def _explained(
    judged: Judged, subject: Subject, root: etree._Element | None, content: bytes | None
) -> Explained:
    if subject.box is None:
        return explain_signature(judged, root)
    data = content if content is not None else subject.box.content or b""
    return explain_container(judged, subject.box, subject.container, data)


def _summary(found: Recognized, profile: str) -> Iterator[Line]:
    yield Line(0, f"Файл: {KIND_TITLES[found.kind]}, подписей: {len(found.signatures)}.", Tone.HEAD)
    if not found.signatures and found.refusals:
        cause = found.refusals[0].values.get("cause", "в файле нет ни одной подписи (элемента ds:Signature)")
        yield Line(0, f"{cause[:1].upper()}{cause[1:]}.", Tone.BAD)
    elif found.refusals:
        yield Line(0, f"Подписи по профилю {profile} среди них нет.", Tone.BAD)


def _signature(number: int, one: Explained) -> Iterator[Line]:
    judged = one.judged
    yield Line(0, f"Подпись {number}: {judged.path or 'CMS'}", Tone.HEAD)
    yield from _verdict(one)
    title = PROFILE_TITLES.get(judged.profile, "места этой подписи не знает ни один профиль")
    yield Line(1, f"Профиль: {title}" + (f" ({judged.profile})" if judged.profile else ""))
    yield from _who(one)
    yield Line(1, f"Алгоритм подписи: {algorithm_words(judged.algorithm) or 'не назван'}")
    for reference in one.references:
        yield from _reference(reference)
    if not one.references:
        yield Line(1, "Ссылок на подписанное (Reference) нет.", Tone.BAD)
    yield from _value(one)
    yield from _second(one)


def _verdict(one: Explained) -> Iterator[Line]:
    outcome = one.judged.outcome
    if not isinstance(outcome, Refusal):
        yield Line(1, "Верна: и математически, и по профилю.", Tone.GOOD)
        return
    cause = outcome.values.get("cause", "")
    algorithm = outcome.values.get("algorithm", "")
    reason = cause or (
        f"алгоритм или преобразования не допускаются: {algorithm}" if algorithm else str(outcome.reason)
    )
    if algorithm and cause:
        reason = f"{cause}; алгоритм: {algorithm}"
    if not one.is_true:
        yield Line(1, f"Не верна: {reason}.", Tone.BAD)
        return
    profile = PROFILES.get(one.judged.profile)
    whose = f"профиль {one.judged.profile}" if profile else "ни один профиль её не принимает"
    if profile is None:
        yield Line(1, f"Подпись верна математически, но {whose}: {reason}.", Tone.BAD)
        return
    yield Line(1, f"Подпись верна математически, но {whose} требует иного: {reason}.", Tone.BAD)
    yield Line(2, f"Профиль требует: подписано {', '.join(profile.targets)}; преобразования:", Tone.ADVICE)
    for chain in profile.transforms:
        yield Line(3, " → ".join(chain), Tone.ADVICE)


def _who(one: Explained) -> Iterator[Line]:
    certificate = one.certificate
    if certificate is None:
        yield Line(1, "Сертификат в подписи не найден или не читается.", Tone.BAD)
        return
    yield Line(1, f"Подписал (по сертификату): {_owner(certificate)}")
    key = certificate.key.kind if certificate.key else "вид ключа не поддерживается"
    yield Line(
        1,
        f"Сертификат {certificate.serial}, ключ: {key}, срок с {certificate.not_before:%d.%m.%Y} по "
        f"{certificate.not_after:%d.%m.%Y}",
    )
    if not one.key_fits:
        yield Line(2, "Названный алгоритм не подходит к ключу сертификата.", Tone.BAD)
        yield Line(2, "Назовите алгоритм по ключу: ключу 2012 года – URI 2012 года.", Tone.ADVICE)


def _owner(certificate: Certificate) -> str:
    names = (certificate.common_name, certificate.organization)
    return ", ".join(dict.fromkeys(name for name in names if name)) or "владелец не назван"


def _reference(one: ReferenceFact) -> Iterator[Line]:
    if not one.path and one.uri:
        yield Line(1, f"Подписано: {one.uri} – такого элемента в документе нет.", Tone.BAD)
        return
    named = f"{one.path} (ссылка {one.uri})" if one.uri else one.path or "файл целиком"
    yield Line(1, f"Подписано: {named}")
    if one.count > 1:
        yield Line(2, f"Идентификатор стоит у нескольких элементов: {one.count}.", Tone.BAD)
    for uri in one.transforms:
        yield Line(2, f"Преобразование: {uri}")
    yield Line(2, f"Хэш-функция: {digest_words(one.digest) or 'не названа'}")
    if one.octets is not None:
        yield Line(2, f"Хэшируется {len(one.octets)} байт: {shortened(one.octets)}")
    else:
        yield Line(2, "Байты не получены: преобразование неизвестно или к элементу неприменимо.", Tone.BAD)
    if one.holds:
        yield Line(2, f"Хэш сходится: {one.found}", Tone.GOOD)
        return
    yield Line(2, f"Хэш в подписи:  {one.expected or 'нет'}", Tone.BAD)
    yield Line(2, f"Хэш посчитан:   {one.found or 'не посчитан'}", Tone.BAD)
    yield from _mistake(one.mistake, "Хэш не сходится ни с одной известной ошибкой: содержание изменено.")


def _value(one: Explained) -> Iterator[Line]:
    if one.octets is not None:
        what = "SignedInfo" if one.canonicalization else "подписанных атрибутов"
        yield Line(1, f"Подписано {len(one.octets)} байт {what}: {shortened(one.octets)}")
    if one.value_holds:
        yield Line(1, "Значение подписи соответствует ключу сертификата.", Tone.GOOD)
        return
    if one.certificate is None and one.mistake is None:
        yield Line(1, "Значение подписи проверить нечем: нет сертификата.", Tone.BAD)
        return
    yield Line(1, "Значение подписи не соответствует ключу сертификата.", Tone.BAD)
    nothing = "Ни одна известная ошибка этого не объясняет: изменён SignedInfo или подписано другим ключом."
    yield from _mistake(one.mistake, nothing)


def _mistake(found: Found | None, otherwise: str) -> Iterator[Line]:
    if found is None:
        yield Line(2, otherwise)
        return
    for place, deviation in enumerate(found.deviations):
        what, advice = MISTAKES[deviation]
        detail = f" ({found.detail})" if found.detail and place == len(found.deviations) - 1 else ""
        yield Line(2, f"Найдено: {what}{detail}.", Tone.BAD)
        yield Line(2, f"Что делать: {advice}", Tone.ADVICE)


def _second(one: Explained) -> Iterator[Line]:
    opinion = one.second.opinion
    if opinion is Opinion.NONE:
        return
    agrees = (opinion is Opinion.HOLDS) is one.is_true
    said = "верна" if opinion is Opinion.HOLDS else f"не верна ({one.second.cause})"
    yield Line(
        1,
        f"Второе мнение, signxml: математически {said} – {'согласно' if agrees else 'не согласно'} с нашим.",
        Tone.PLAIN if agrees else Tone.BAD,
    )


def _comparison(original: bytes, actual: bytes, explained: list[Explained]) -> Iterator[Line]:
    yield Line(0, "Сравнение с исходным файлом", Tone.HEAD)
    found = first_difference(original, actual)
    if found is None:
        yield Line(1, "Файлы одинаковы байт в байт.", Tone.GOOD)
        return
    yield from _difference(found, "Файлы")
    try:
        root = read_tree(original)
    except UnreadableError as error:
        yield Line(1, f"Исходный файл не разобран: {error}.", Tone.BAD)
        return
    for number, one in enumerate(explained, start=1):
        for reference in one.references:
            yield from _difference_of(reference, root, one, f"Подпись {number}, {reference.path}")


def _difference_of(
    reference: ReferenceFact, root: etree._Element, one: Explained, what: str
) -> Iterator[Line]:
    targets = target_of(root, reference.uri) if one.judged.element is not None else ()
    if reference.octets is None or not targets:
        return
    steps = tuple(Step(uri) for uri in reference.transforms)
    octets = octets_of(targets[0], None, steps)
    if octets is None:
        return
    found = first_difference(octets, reference.octets)
    if found is None:
        yield Line(1, f"{what}: после преобразований одинаково.", Tone.GOOD)
    else:
        yield from _difference(found, f"{what}: байты после преобразований")


def _difference(found: Difference, what: str) -> Iterator[Line]:
    yield Line(1, f"{what} расходятся с байта {found.offset} (счёт с нуля).", Tone.BAD)
    yield Line(2, f"в исходном: {shortened(found.original)}")
    yield Line(2, f"в файле:    {shortened(found.actual)}")
    for cause in found.causes:
        yield Line(2, f"Похоже: {CAUSES[cause]}.", Tone.ADVICE)


def _files(explained: list[Explained]) -> Iterator[tuple[str, bytes]]:
    for number, one in enumerate(explained, start=1):
        for place, reference in enumerate(one.references, start=1):
            if reference.octets is not None:
                yield f"signature-{number}-reference-{place}.bin", reference.octets
        if one.octets is not None:
            name = "signed-info" if one.canonicalization else "signed-attributes"
            yield f"signature-{number}-{name}.bin", one.octets


def write_octets(folder: Path, octets: dict[str, bytes]) -> list[Path]:
    """Write canonical octets into a new folder, or one that is empty.

    Raises:
        CannotJudgeError: The folder holds something, or cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CannotJudgeError(f"Папка {folder} не пуста: нужна новая.")
        for name, data in octets.items():
            path = folder / name
            path.write_bytes(data)
            written.append(path)
    except OSError as error:
        raise CannotJudgeError(f"Папка {folder} не записана: {error.strerror or 'ошибка диска'}.") from error
    return written


def shortened(octets: bytes) -> str:
    """Return octets as text, invisible signs made visible, the middle left out where it is long."""
    if len(octets) > _SHOWN_OCTETS:
        half = _SHOWN_OCTETS // 2
        return f"{_visible(octets[:half])} … {_visible(octets[-half:])}"
    return _visible(octets)


def _visible(octets: bytes) -> str:
    text = octets.decode("utf-8", errors="replace")
    text = text.replace("\r", "␍").replace("\n", "␊").replace("\t", "␉").replace("\ufeff", "[BOM]")
    return _UNPRINTABLE.sub(lambda found: found[0] if found[0] in "␍␊␉…№«»–\ufffd" else "�", text)
