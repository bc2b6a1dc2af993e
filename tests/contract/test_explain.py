"""Findings of libxml2 as problems of the contract."""

from collections.abc import Callable
from typing import cast

import pytest
from lxml import etree

from adapter.contract import envelope, exchange, explain, schemas
from adapter.contract.namespaces import EXCHANGE, SMEV, exchange_tag
from adapter.domain.errors import Problem
from tests.contract.exchange_samples import element, sample
from tests.contract.test_envelope import ask

Edit = Callable[[etree._Element], None]
DOC = {"d": "urn:x-mse:document:1", "e": EXCHANGE}


def explained(root: etree._Element, schema: str = "exchange") -> list[tuple[str, str]]:
    """Return code and path of every problem of an element."""
    return [(one.code, one.path) for one in problems(root, schema)]


def problems(root: etree._Element, schema: str = "exchange") -> tuple[Problem, ...]:
    """Validate and explain."""
    return explain.problems(root, schemas.errors(root, schema), schema)


def submission() -> etree._Element:
    """Return a complete valid submission."""
    return element(sample(exchange.SubmitReferralRequest))


def at(root: etree._Element, path: str) -> etree._Element:
    """Return the first element at an XPath with the prefixes d (document) and e (exchange)."""
    return everything(root, path)[0]


def everything(root: etree._Element, path: str) -> list[etree._Element]:
    """Return the elements at an XPath with the same prefixes."""
    return cast("list[etree._Element]", root.xpath(path, namespaces=DOC))


def text(path: str, value: str) -> Edit:
    """Make an edit that replaces a text."""

    def edit(root: etree._Element) -> None:
        at(root, path).text = value

    return edit


def gone(path: str) -> Edit:
    """Make an edit that removes every element at the path."""

    def edit(root: etree._Element) -> None:
        for one in everything(root, path):
            parent = one.getparent()
            assert parent is not None
            parent.remove(one)

    return edit


def twice(path: str, times: int = 2) -> Edit:
    """Make an edit that repeats an element."""

    def edit(root: etree._Element) -> None:
        found = at(root, path)
        for _ in range(times - 1):
            found.addnext(etree.fromstring(etree.tostring(found)))

    return edit


def added(path: str, name: str) -> Edit:
    """Make an edit that puts a new element first into another one."""

    def edit(root: etree._Element) -> None:
        at(root, path).insert(0, etree.Element(name))

    return edit


def moved_last(path: str) -> Edit:
    """Make an edit that moves an element behind its siblings."""

    def edit(root: etree._Element) -> None:
        found = at(root, path)
        parent = found.getparent()
        assert parent is not None
        parent.append(found)

    return edit


def attribute(path: str, name: str, value: str | None) -> Edit:
    """Make an edit that sets or removes an attribute."""

    def edit(root: etree._Element) -> None:
        found = at(root, path)
        if value is None:
            del found.attrib[name]
        else:
            found.set(name, value)

    return edit


SIGNED = "SubmitReferralRequest/SignedReferral"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TABLE: list[tuple[str, Edit, str, str]] = [
    ("blank", text("//d:vkProtocol/d:number", "  "), "MSE-1101", "Referral/vkProtocol/number"),
    ("no-break space", text("//d:vkProtocol/d:number", "\u00a0"), "MSE-1101", "Referral/vkProtocol/number"),
    ("empty date", text("//d:Referral/d:issueDate", ""), "MSE-1101", "Referral/issueDate"),
    ("absent", gone("//d:diagnosis/d:main"), "MSE-1101", "Referral/diagnosis/main"),
    ("absent first", gone("//d:vkProtocol/d:number"), "MSE-1101", "Referral/vkProtocol/number"),
    ("absent last", gone("//d:vkProtocol/d:date"), "MSE-1101", "Referral/vkProtocol/date"),
    ("absent in list", gone("(//d:examinations)[2]/d:date"), "MSE-1101", "Referral/examinations[2]/date"),
    ("whole list absent", gone("//d:purposes"), "MSE-1101", "Referral/purposes"),
    ("no Id", attribute("//d:Referral", "Id", None), "MSE-1101", "Referral/@Id"),
    ("no alternative", gone("(//e:file)[2]/e:content"), "MSE-1101", "SubmitReferralRequest/file[2]/content"),
    ("pattern", text("//d:citizen/d:snils", "1122"), "MSE-1102", "Referral/citizen/snils"),
    ("no number", text("(//e:file)[2]/e:size", "many"), "MSE-1102", "SubmitReferralRequest/file[2]/size"),
    ("no base64", text("(//e:file)[1]/e:content", "A"), "MSE-1102", "SubmitReferralRequest/file[1]/content"),
    ("no zone", text("//d:Referral/d:createdAt", "2026-11-02T10:00:00"), "MSE-1102", "Referral/createdAt"),
    ("bad Id", attribute("//d:Referral", "Id", "1 2"), "MSE-1102", "Referral/@Id"),
    ("long", text("//d:vkProtocol/d:number", "1" * 61), "MSE-1103", "Referral/vkProtocol/number"),
    ("unknown", added("//d:vkProtocol", f"{{{DOC['d']}}}extra"), "MSE-1104", "Referral/vkProtocol/extra"),
    ("unknown name", added("//d:vkProtocol", "Иванов"), "MSE-1104", "Referral/vkProtocol/unknown"),
    ("child of a text", added("//d:issueDate", "x"), "MSE-1104", "Referral/issueDate/x"),
    ("loose text", text("//d:vkProtocol", "loose"), "MSE-1104", "Referral/vkProtocol"),
    ("order", moved_last("//d:vkProtocol/d:number"), "MSE-1104", "Referral/vkProtocol/number"),
    ("attribute", attribute("//d:vkProtocol", "lang", "ru"), "MSE-1104", "Referral/vkProtocol/@lang"),
    ("xsi:nil", attribute("//d:issueDate", f"{XSI}nil", "true"), "MSE-1104", "Referral/issueDate"),
    ("xsi:type", attribute("//d:vkProtocol", f"{XSI}type", "x"), "MSE-1104", "Referral/vkProtocol"),
    ("too many", twice("//d:vkProtocol"), "MSE-1105", "Referral/vkProtocol"),
    ("over the limit", twice("//d:members", 99), "MSE-1105", "Referral/commission/members"),
    ("code", text("(//d:purposes)[1]", "99"), "MSE-1110", "Referral/purposes[1]"),
    ("impossible day", text("//d:Referral/d:issueDate", "2026-02-31"), "MSE-1120", "Referral/issueDate"),
    ("impossible moment", text("//d:createdAt", "2026-13-01T10:00:00Z"), "MSE-1120", "Referral/createdAt"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "code", "path"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_one_mistake_gives_one_problem(edit: Edit, code: str, path: str) -> None:
    """Each kind of mistake has its code and the path of the place, once."""
    root = submission()
    edit(root)
    assert explained(root) == [(code, path)]


def test_refused_values_are_left_out_of_what_is_read() -> None:
    """The copy for the checks lacks refused single values; lists and the message itself stay whole."""
    root = submission()
    text("//d:Referral/d:issueDate", "0201-10-15")(root)
    text("(//d:purposes)[1]", "99")(root)
    text("(//d:examinations)[2]/d:date", "x")(root)
    attribute("//d:Referral", "Id", None)(root)
    document = at(root, "//d:Referral")
    before = etree.tostring(document)
    copy = explain.accepted(document, problems(root))
    assert everything(copy, "d:issueDate") == everything(copy, "d:examinations[2]/d:date") == []
    assert everything(copy, "d:purposes")[0].text == "99"
    assert len(everything(copy, "d:examinations/d:date")) == len(everything(copy, "d:examinations")) - 1
    assert etree.tostring(document) == before


def test_a_valid_message_has_no_problem() -> None:
    """What the schema accepts needs no explanation."""
    assert problems(submission()) == ()


def test_a_repeated_element_has_an_index_even_alone() -> None:
    """The index stands where the schema lets the element repeat, not only where it does."""
    root = submission()
    gone("(//e:file)[2]")(root)
    text("//e:file/e:mediaType", "pdf")(root)
    assert explained(root) == [("MSE-1102", "SubmitReferralRequest/file[1]/mediaType")]


def test_all_mistakes_are_told_at_once_and_sorted() -> None:
    """A wrong child does not hide the mistakes behind it, which libxml2 alone would skip."""
    root = submission()
    edits = [
        row[1] for row in TABLE if row[0] in {"absent", "blank", "code", "no number", "impossible moment"}
    ]
    for edit in edits:
        edit(root)
    added("//d:Referral", "first")(root)
    added("/*", "first")(root)
    assert explained(root) == [
        ("MSE-1120", "Referral/createdAt"),
        ("MSE-1101", "Referral/diagnosis/main"),
        ("MSE-1104", "Referral/first"),
        ("MSE-1110", "Referral/purposes[1]"),
        ("MSE-1101", "Referral/vkProtocol/number"),
        ("MSE-1102", "SubmitReferralRequest/file[2]/size"),
        ("MSE-1104", "SubmitReferralRequest/first"),
    ]


def test_the_message_is_left_as_it_was() -> None:
    """Explaining works on a copy."""
    root = submission()
    gone("//d:diagnosis/d:main")(root)
    before = etree.tostring(root)
    problems(root)
    assert etree.tostring(root) == before


def test_both_alternatives_of_a_choice_are_one_too_many() -> None:
    """The second of two that exclude each other is named, with the first as the reason."""
    root = submission()
    extra = etree.Element(exchange_tag("uploadId"))
    extra.text = "upload-1"
    at(root, "(//e:file)[1]/e:content").addnext(extra)
    (found,) = problems(root)
    assert (found.code, found.path) == ("MSE-1104", "SubmitReferralRequest/file[1]/uploadId")
    assert "Содержимое в base64" in found.message


def test_a_length_is_counted_in_characters() -> None:
    """The problem names the length, the limit and the difference."""
    root = submission()
    text("//d:vkProtocol/d:number", "№" * 75)(root)
    (found,) = problems(root)
    assert (found.actual, found.limit, found.excess) == ("75", "60", "15")


def test_a_missing_field_has_its_russian_name_and_its_point() -> None:
    """Title and point of the form come from the documentation of the schema."""
    root = submission()
    gone("//d:consent/d:date")(root)
    (found,) = problems(root)
    assert found.title == "Дата согласия"
    assert "пункт 19.1 формы № 088/у" in found.message


def test_a_code_problem_names_its_list() -> None:
    """The list and its OID come from the documentation of the type."""
    root = submission()
    text("(//d:purposes)[1]", "99")(root)
    (found,) = problems(root)
    assert "1.2.643.5.1.13.13.99.2.147" in found.message


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("//d:citizen/d:snils", "11223344595x"),
        ("//d:citizen/d:familyName", "Петр0в"),
        ("//d:citizen/d:birthDate", "1961-02-31"),
        ("//d:citizen/d:sex", "женщина"),
        ("(//e:file)[1]/e:size", "112-233-445 95"),
        ("(//e:file)[1]/e:size", "11223344595x"),
        ("(//e:file)[1]/e:mediaType", "Петров"),
    ],
)
def test_personal_values_are_not_repeated(path: str, value: str) -> None:
    """Neither a personal field nor a personal value in a harmless field comes back in an error."""
    root = submission()
    text(path, value)(root)
    (found,) = problems(root)
    assert value not in repr(found)
    assert value.split(maxsplit=1)[0] not in repr(found)


def test_a_harmless_value_is_shown() -> None:
    """A technical value is repeated, so that the integrator sees what he sent."""
    root = submission()
    text("(//e:file)[1]/e:mediaType", "pdf")(root)
    (found,) = problems(root)
    assert found.actual == "pdf"
    assert found.limit == "тип содержимого"


def test_paths_in_the_envelope_begin_at_its_parts() -> None:
    """A whole wrapper may be judged: Message, the request and the document each begin a path."""
    child = ask(submission())
    for name in ("Status", "Date"):
        found = child.find(f"{{{SMEV}}}Message/{{{SMEV}}}{name}")
        assert found is not None
        found.text = "?"
    text("//d:vkProtocol/d:number", "")(child)
    text("//e:requestId", "")(child)
    assert explained(child, "service") == [
        ("MSE-1102", "Message/Date"),
        ("MSE-1110", "Message/Status"),
        ("MSE-1101", "Referral/vkProtocol/number"),
        ("MSE-1101", "SubmitReferralRequest/requestId"),
    ]


def test_an_empty_appdata_is_missing_content() -> None:
    """AppData without one of our elements is reported as such, without a list of all of them."""
    child = ask()
    content = envelope.read(child).request
    assert content is not None
    parent = content.getparent()
    assert parent is not None
    parent.remove(content)
    (found,) = problems(child, "service")
    assert (found.code, found.path, found.title) == ("MSE-1101", "MessageData/AppData", "Содержание")


def test_an_element_that_no_schema_knows_is_unexpected() -> None:
    """A request of another version or of nobody is told apart from a wrong field."""
    assert explained(etree.Element(exchange_tag("DropTables"))) == [("MSE-1104", "DropTables")]


def test_a_hostile_message_is_explained_in_part() -> None:
    """A hundred thousand mistakes give a bounded answer."""
    root = etree.Element(exchange_tag("AcknowledgeNoticesRequest"))
    for number in range(100_000):
        etree.SubElement(root, exchange_tag(f"x{number}"))
    assert len(problems(root)) <= schemas.MAX_ERRORS


def test_the_case_is_named_in_every_problem() -> None:
    """The correlation id of the request is in each problem."""
    root = etree.Element(exchange_tag("FetchReferralsRequest"))
    found = explain.problems(root, schemas.errors(root, "exchange"), "exchange", correlation_id="c-1")
    assert [one.correlation_id for one in found] == ["c-1", "c-1"]
