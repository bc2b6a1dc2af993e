"""Bricks of the demo СЭМД: elements, coded values, addresses, persons, sections."""

import re
from collections.abc import Iterable
from datetime import date, datetime

from lxml import etree

from adapter.contract.cda import HL7, IDENTITY

XSI = "http://www.w3.org/2001/XMLSchema-instance"
ADDRESS = "urn:hl7-ru:address"
FIAS = "urn:hl7-ru:fias"
# The stubs know no default namespace.
_NSMAP: dict[str, str] = {None: HL7, "xsi": XSI, "identity": IDENTITY, "address": ADDRESS, "fias": FIAS}  # type: ignore[dict-item]
_DICTIONARIES = "1.2.643.5.1.13.13."
_LISTS = {
    "11.1002": ("9.6", "Должности медицинских и фармацевтических работников"),
    "11.1005": (
        "2.24",
        (
            "Международная статистическая классификация болезней и проблем, связанных со здоровьем "
            "(10-й пересмотр)"
        ),
    ),
    "11.1007": ("2.1", "Вид случая госпитализации или обращения (первичный, повторный)"),
    "11.1035": ("1.3", "Виды полиса обязательного медицинского страхования"),
    "11.1040": ("2.1", "Пол пациента"),
    "11.1077": ("2.2", "Виды нозологических единиц диагноза"),
    "11.1492": ("1.1", "Типы телосложения"),
    "11.1522": ("7.24", "Виды медицинской документации"),
    "99.2.147": ("2.1", "Цели направления на медико-социальную экспертизу"),
    "99.2.148": ("3.1", "Оценки состояния для медико-социальной экспертизы"),
    "99.2.166": ("5.41", "Кодируемые поля CDA документов"),
    "99.2.197": ("4.29", "Секции электронных медицинских документов"),
    "99.2.206": ("6.5", "Субъекты Российской Федерации"),
    "99.2.262": ("8.7", "Витальные параметры"),
    "99.2.285": ("1.2", "Уровень конфиденциальности медицинского документа"),
    "99.2.314": ("1.2", "Отношение к воинской обязанности"),
    "99.2.315": ("4.1", "Категории гражданства"),
    "99.2.48": ("7.2", "Документы, удостоверяющие личность"),
    "99.2.726": ("3.10", "Типы документированных событий"),
    "99.2.795": ("3.1", "Степень обоснованности диагноза"),
    "99.2.856": ("1.1", "Местонахождение граждан для медико-социальной экспертизы"),
    "99.2.970": ("2.1", "Предпочтительная форма проведения медико-социальной экспертизы"),
    "99.2.991": ("1.1", "Способ получения уведомления о проведении медико-социальной экспертизы"),
}
_OFFSET = re.compile(r"\+(?:0[0-9]|1[0-4])[0-5]0")


def node(
    name: str, *children: etree._Element, text: str | None = None, namespace: str = HL7, **attributes: str
) -> etree._Element:
    """Make an element; an attribute named ``xsi_type`` becomes ``xsi:type``."""
    element = etree.Element(f"{{{namespace}}}{name}", nsmap=_NSMAP)
    for key, value in attributes.items():
        element.set(f"{{{XSI}}}type" if key == "xsi_type" else key, value)
    element.text = text
    element.extend(children)
    return element


def coded(
    name: str, dictionary: str, code: str, display: str, *, namespace: str = HL7, xsi_type: str = ""
) -> etree._Element:
    """Make a coded value; `dictionary` is the end of the OID after ``1.2.643.5.1.13.13.``."""
    version, title = _LISTS[dictionary]
    element = node(
        name,
        namespace=namespace,
        code=code,
        codeSystem=f"{_DICTIONARIES}{dictionary}",
        codeSystemVersion=version,
        codeSystemName=title,
        displayName=display,
    )
    if xsi_type:
        element.set(f"{{{XSI}}}type", xsi_type)
    return element


def identity(name: str, text: str) -> etree._Element:
    """Make a text element of the identity extension."""
    return node(name, text=text, namespace=IDENTITY, xsi_type="ST")


def telephone(number: str) -> etree._Element:
    """Make a telephone contact."""
    return node("telecom", value=f"tel:{number}")


def address() -> etree._Element:
    """Make the one invented address of the demo."""
    return node(
        "addr",
        node("streetAddressLine", text="г Москва, ул Примерная, д 1"),
        coded("stateCode", "99.2.206", "77", "г. Москва", namespace=ADDRESS, xsi_type="CD"),
        node("postalCode", text="101000"),
        node(
            "Address",
            node("AOGUID", text="00000000-0000-4000-8000-000000000001", namespace=FIAS),
            node("HOUSEGUID", text="00000000-0000-4000-8000-000000000002", namespace=FIAS),
            namespace=FIAS,
        ),
    )


def workplace(oid: str, title: str) -> etree._Element:
    """Make the organisation of an employee: OID, name, no address."""
    parts = (node("id", root=oid), node("name", text=title), node("addr", nullFlavor="NI"))
    return node("representedOrganization", *parts, classCode="ORG")


def organization_place(name: str, oid: str, title: str, **attributes: str) -> etree._Element:
    """Make an organisation: OID, name, telephone, address."""
    return node(
        name,
        node("id", root=oid),
        node("name", text=title),
        telephone("+74950000000"),
        address(),
        **attributes,
    )


def person_name(family_name: str, given_name: str, patronymic: str | None) -> etree._Element:
    """Make a name; a patronymic that does not exist is left out."""
    parts = [node("family", text=family_name), node("given", text=given_name)]
    if patronymic:
        parts.append(identity("Patronymic", patronymic))
    return node("name", *parts)


def day(value: date) -> str:
    """Write a day: ``ГГГГММДД``."""
    return value.strftime("%Y%m%d")


def time_of_day(value: datetime) -> str:
    """Write a moment to the minute, or to the second where it has seconds: ``ГГГГММДДЧЧММ[СС]+ЗЗЗЗ``.

    Raises:
        ValueError: No zone, one west of Greenwich, or an offset that is no multiple of ten minutes.
    """
    offset = value.strftime("%z")
    if value.utcoffset() is None or _OFFSET.fullmatch(offset) is None:
        raise ValueError("a CDA time needs an offset of +0000 to +1450 in steps of ten minutes")
    return value.strftime("%Y%m%d%H%M%S" if value.second else "%Y%m%d%H%M") + offset


def text_value(text: str) -> etree._Element:
    """Make a text value of an observation."""
    return node("value", text=text, xsi_type="ST")


def flag_value(mark: bool) -> etree._Element:
    """Make a yes-or-no value of an observation."""
    return node("value", value="true" if mark else "false", xsi_type="BL")


def day_value(value: date) -> etree._Element:
    """Make a day value of an observation."""
    return node("value", value=day(value), xsi_type="TS")


def code_value(dictionary: str, code: str, display: str) -> etree._Element:
    """Make a coded value of an observation."""
    return coded("value", dictionary, code, display, xsi_type="CD")


def observation(*parts: etree._Element) -> etree._Element:
    """Make an observation; its code comes first."""
    return node("observation", *parts, classCode="OBS", moodCode="EVN")


def field(code: str, display: str, *parts: etree._Element) -> etree._Element:
    """Make an observation that is a field of the form (dictionary 99.2.166)."""
    return observation(coded("code", "99.2.166", code, display), *parts)


def entry(part: etree._Element) -> etree._Element:
    """Make an entry of a section."""
    return node("entry", part)


def section(
    code: str, display: str, text: str, parts: Iterable[etree._Element] = (), *, with_text: bool = True
) -> etree._Element:
    """Make a section inside its component; `text` is its narrative and `parts` are its entries."""
    head = [coded("code", "99.2.197", code, display), node("title", text=display)]
    if with_text:
        head.append(node("text", node("paragraph", node("content", text=text))))
    return node("component", node("section", *head, *parts))
