"""CDA R2 as the ministry profiles it: safe parsing, identifiers, moments of time, reading part by part.

Nothing here knows the referral; `adapter.contract.semd` reads it with these means.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from lxml import etree

from adapter.domain.errors import Problem, problem

HL7 = "urn:hl7-org:v3"
IDENTITY = "urn:hl7-ru:identity"
ADDRESS = "urn:hl7-ru:address"
SNILS_ROOT = "1.2.643.100.3"
ROOT_NAME = "ClinicalDocument"

_BOM = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DECLARED = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_TIME = re.compile(
    r"([12][0-9]{3})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?\+(0[0-9]|1[0-4])([0-5]0))?"
)
_TIME_FORMAT = "ГГГГММДД или ГГГГММДДЧЧММ[СС]+ЗЗЗЗ"
_TIME_EXAMPLE = "202106201610+0300"
_VERSION = re.compile(r"[1-9][0-9]{0,3}")
_CODE = "code"

_string = etree.XPath("string()", smart_strings=False)


class SemdUnreadable(Exception):  # noqa: N818 -- named after what happened to the document
    """The bytes are no CDA document at all, so there is nothing to read and nothing else to report.

    Attributes:
        problems: What is wrong; at least one.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(one.code for one in problems))
        self.problems = problems


class Precision(enum.StrEnum):
    """How exactly a moment is written."""

    DAY = "DAY"
    MINUTE = "MINUTE"
    SECOND = "SECOND"


@dataclass(frozen=True, slots=True)
class CdaTime:
    """A moment of a CDA document.

    Attributes:
        moment: The moment in UTC; for a day without a time of day, the midnight (UTC) that begins it.
        precision: How exactly it is written; of a DAY only `day` means something.
        day: The date as written, in the zone of the writer.
    """

    moment: datetime
    precision: Precision
    day: date


@dataclass(frozen=True, slots=True)
class InstanceId:
    """An identifier of HL7 (II): a root (OID) and, for most objects, an extension inside it."""

    root: str
    extension: str | None = None


def parse_clinical_document(data: bytes, limit: int) -> etree._Element:
    """Parse a CDA document that came from outside.

    Nothing is fetched or expanded: a DOCTYPE and any encoding but UTF-8 are refused.

    Args:
        data: The file as it came.
        limit: Largest accepted size in bytes.

    Raises:
        SemdUnreadable: Too large, not UTF-8, a DOCTYPE, not well-formed, or not a ``ClinicalDocument``.
    """
    refuse_oversized(len(data), limit)
    content = data.removeprefix(_BOM)
    _refuse_other_encodings(content)
    if content.startswith(b"<!DOCTYPE", _end_of_prolog(content)):
        raise SemdUnreadable(problem("XML_DTD_FORBIDDEN"))
    root = _parse(content)
    if root.tag != f"{{{HL7}}}{ROOT_NAME}":
        hint = f"Корневой элемент СЭМД – {ROOT_NAME} в пространстве имён {HL7}."
        raise SemdUnreadable(
            problem("CARDINALITY", ROOT_NAME, title=ROOT_NAME, actual="0", limit="1", hint=hint)
        )
    return root


def refuse_oversized(size: int, limit: int) -> None:
    """Refuse a document by its size alone, bytes.

    Raises:
        SemdUnreadable: It is too large.
    """
    if size > limit:
        raise SemdUnreadable(
            problem(
                "MESSAGE_TOO_LARGE",
                actual=f"{size} байт",
                limit=f"{limit} байт",
                excess=f"{size - limit} байт",
            )
        )


def path_of(element: etree._Element) -> str:
    """Return the path of the contract: local names from the root, 1-based indices of repeated elements."""
    steps: list[str] = []
    node: etree._Element | None = element
    while node is not None:
        parent = node.getparent()
        name = etree.QName(node).localname
        if parent is not None:
            before = sum(1 for _ in node.itersiblings(node.tag, preceding=True))
            if before or next(node.itersiblings(node.tag), None) is not None:
                name = f"{name}[{before + 1}]"
        steps.append(name)
        node = parent
    return "/".join(reversed(steps))


def text_of(element: etree._Element | None) -> str | None:
    """Return the trimmed text of an element without its comments; blank is absent."""
    if element is None:
        return None
    text = (element.text or "") if len(element) == 0 else str(_string(element))
    return text.strip() or None


def value_of(element: etree._Element | None, attribute: str) -> str | None:
    """Return a trimmed attribute; blank is absent."""
    if element is None:
        return None
    return (element.get(attribute) or "").strip() or None


def read_time(value: str) -> CdaTime | None:
    """Read ``ГГГГММДД`` or ``ГГГГММДДЧЧММ[СС]+ЗЗЗЗ`` (У1-15 of the ministry's rules); None: another format.

    Raises:
        ValueError: The format fits, but there is no such day or time of day.
    """
    found = _TIME.fullmatch(value)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone_hours, zone_minutes = found.groups()
    if hour is None:
        midnight = datetime(int(year), int(month), int(day), tzinfo=UTC)
        return CdaTime(midnight, Precision.DAY, midnight.date())
    zone = timezone(timedelta(hours=int(zone_hours), minutes=int(zone_minutes)))
    local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)
    precision = Precision.MINUTE if second is None else Precision.SECOND
    return CdaTime(local.astimezone(UTC), precision, local.date())


@dataclass(slots=True)
class Reading:
    """Reads one document part by part and collects what is missing or malformed; it never raises.

    Every method takes None for a parent that is absent (already reported) and answers None for it.
    An element with a ``nullFlavor`` counts as absent.
    """

    problems: list[Problem] = field(default_factory=list)

    def one(
        self, parent: etree._Element | None, name: str, title: str = "", *, namespace: str = HL7
    ) -> etree._Element | None:
        """Return the only child of this name; with a title it is mandatory. A second one is reported."""
        if parent is None:
            return None
        found = list(children(parent, name, namespace))
        if len(found) > 1:
            actual = str(len(found))
            place = f"{path_of(parent)}/{name}"
            self.problems.append(problem("CARDINALITY", place, title=title or name, actual=actual, limit="1"))
        if not found and title:
            self.missing(f"{path_of(parent)}/{name}", title)
        return found[0] if found else None

    def missing(self, path: str, title: str) -> None:
        """Report an absent mandatory part."""
        self.problems.append(problem("FIELD_REQUIRED", path, title=title))

    def malformed(
        self, element: etree._Element, title: str, actual: str, expected: str, example: str
    ) -> None:
        """Report a value of another format; ``actual`` is masked by the caller where personal."""
        self.problems.append(
            problem(
                "FIELD_FORMAT", path_of(element), title=title, actual=actual, format=expected, example=example
            )
        )

    def attribute(
        self, element: etree._Element | None, title: str = "", *, attribute: str = _CODE
    ) -> str | None:
        """Return an attribute; with a title it is mandatory."""
        value = value_of(element, attribute)
        if element is not None and value is None and title:
            self.missing(f"{path_of(element)}/@{attribute}", title)
        return value

    def instance_id(self, parent: etree._Element | None, name: str, title: str = "") -> InstanceId | None:
        """Return an identifier with root and extension; with a title it is mandatory."""
        element = self.one(parent, name, title)
        root = self.attribute(element, title, attribute="root")
        extension = self.attribute(element, title, attribute="extension")
        return InstanceId(root, extension) if root else None

    def time(self, element: etree._Element | None, title: str, *, personal: bool = False) -> CdaTime | None:
        """Return the moment in ``@value``, which is mandatory in an element that is present."""
        value = self.attribute(element, title, attribute="value")
        if element is None or value is None:
            return None
        shown = "***" if personal else value
        try:
            moment = read_time(value)
        except ValueError:
            self.problems.append(problem("DATE_INVALID", path_of(element), title=title, actual=shown))
            return None
        if moment is None:
            self.malformed(element, title, shown, _TIME_FORMAT, _TIME_EXAMPLE)
        return moment

    def flag(self, element: etree._Element | None, title: str) -> bool | None:
        """Return a mark: ``@value`` is ``true`` or ``false``."""
        value = self.attribute(element, title, attribute="value")
        if element is None or value is None:
            return None
        if value not in {"true", "false"}:
            self.malformed(element, title, value, "true или false", "true")
            return None
        return value == "true"

    def version(self, element: etree._Element | None, title: str) -> int | None:
        """Return a version number: ``@value`` is a whole number from 1 to 9999."""
        value = self.attribute(element, title, attribute="value")
        if element is None or value is None:
            return None
        if _VERSION.fullmatch(value) is None:
            self.malformed(element, title, value, "целое число от 1 до 9999", "2")
            return None
        return int(value)


def children(parent: etree._Element, name: str, namespace: str = HL7) -> Iterator[etree._Element]:
    """Yield the children of this name that say something (no ``nullFlavor``)."""
    for child in parent.iterchildren(f"{{{namespace}}}{name}"):
        if child.get("nullFlavor") is None:
            yield child


def first(parent: etree._Element | None, name: str, namespace: str = HL7) -> etree._Element | None:
    """Return the first child of this name that says something."""
    return None if parent is None else next(children(parent, name, namespace), None)


def only_if(mandatory: bool, title: str) -> str:
    """Return the title where the part is mandatory: `Reading` demands only titled parts."""
    return title if mandatory else ""


def _refuse_other_encodings(content: bytes) -> None:
    declared = _DECLARED.match(content)
    name = declared.group(1).decode("ascii") if declared else "UTF-8"
    if content.startswith(_UTF16_MARKS) or b"\0" in content[:4]:
        name = "UTF-16 или UTF-32"
    if name.upper() not in {"UTF-8", "UTF8"}:
        raise SemdUnreadable(problem("ENCODING_UNSUPPORTED", encoding=name))


def _end_of_prolog(content: bytes) -> int:
    """Return where the first thing begins that is no blank, comment or processing instruction."""
    found = _PROLOG.match(content)
    return found.end() if found else 0


def _parse(content: bytes) -> etree._Element:
    # The encoding is forced: the parser must not guess another one than the one checked above.
    parser = etree.XMLParser(
        encoding="UTF-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise SemdUnreadable(_malformed(content, error)) from None


def _malformed(content: bytes, error: etree.XMLSyntaxError) -> Problem:
    """Say where the markup breaks; the parser's own text is not shown, it may quote the document."""
    try:
        content.decode("UTF-8")
    except UnicodeDecodeError:
        return problem("ENCODING_UNSUPPORTED", encoding="(байты не являются текстом UTF-8)")
    line, column = error.position
    return problem("XML_MALFORMED", reason="разметка нарушена", line=line, column=column)
