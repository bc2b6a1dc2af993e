"""Reader of the section SCOPORG of a referral: the decision of the medical commission.

Source: the ministry's rules У3-1 for kind 121; the fields are those of 1.2.643.5.1.13.13.99.2.166.
"""

from lxml import etree

from adapter.contract.cda import Reading, children, first, path_of, text_of, value_of
from adapter.contract.semd_document import REFERRAL, Decision, Organization
from adapter.contract.semd_parties import read_organization
from adapter.domain.errors import problem

_SCOPORG = "SCOPORG"
_FIELDS = {
    "1.2.643.5.1.13.13.99.2.166",
    "1.2.643.5.1.13.13.11.1380",
    "1.2.643.5.1.13.2.1.1.1504.41",
}
_PURPOSES = "1.2.643.5.1.13.13.99.2.147"
_ORDERS = {"1.2.643.5.1.13.13.11.1007", "1.2.643.5.1.13.2.1.1.109"}


def read_decision(reading: Reading, root: etree._Element) -> Decision:
    """Read the decision from the act of SCOPORG whose code is 34."""
    act = _referral_act(reading, root)
    if act is None:
        return Decision()
    section = _Section(reading, act)
    protocol = section.field("4059", "Протокол врачебной комиссии")
    protocol_time = reading.one(protocol, "effectiveTime", "Дата протокола врачебной комиссии")
    protocol_date = reading.time(protocol_time, "Дата протокола врачебной комиссии")
    issued = reading.time(section.value("4062", "Дата выдачи направления"), "Дата выдачи направления")
    return Decision(
        vk_protocol_number=section.text(protocol, "Номер протокола врачебной комиссии"),
        vk_protocol_date=protocol_date.day if protocol_date else None,
        issue_date=issued.day if issued else None,
        home_examination=section.flag("4060", "МСЭ необходимо проводить на дому"),
        palliative_care=section.flag("4061", "Нуждается в паллиативной медицинской помощи"),
        primary_prosthetics=section.flag("7012", "Нуждается в первичном протезировании"),
        purposes=section.purposes(),
        referral_order=section.referral_order(),
        receiver_bureau=section.bureau(),
    )


def _referral_act(reading: Reading, root: etree._Element) -> etree._Element | None:
    title = "Тело документа"
    body = reading.one(reading.one(root, "component", title), "structuredBody", title)
    if body is None:
        return None
    for component in children(body, "component"):
        for section in children(component, "section"):
            if value_of(first(section, "code"), "code") == _SCOPORG:
                return _act_of(reading, section)
    missing = f"{path_of(body)}/component/section[code/@code='{_SCOPORG}']"
    reading.missing(missing, "Раздел «Цель направления и медицинская организация, куда направлен»")
    return None


def _act_of(reading: Reading, section: etree._Element) -> etree._Element | None:
    for entry in children(section, "entry"):
        for act in children(entry, "act"):
            if value_of(first(act, "code"), "code") == REFERRAL:
                return act
    reading.missing(f"{path_of(section)}/entry/act[code/@code='{REFERRAL}']", "Направление")
    return None


class _Section:
    """The coded fields of SCOPORG, by code."""

    def __init__(self, reading: Reading, act: etree._Element) -> None:
        self._reading = reading
        self._act = act
        self._fields: dict[str, list[etree._Element]] = {}
        self._purposes: list[str] = []
        self._orders: list[str] = []
        for relationship in children(act, "entryRelationship"):
            for observation in children(relationship, "observation"):
                self._note(observation)

    def _note(self, observation: etree._Element) -> None:
        element = first(observation, "code")
        system, code = value_of(element, "codeSystem"), value_of(element, "code")
        if code is None:
            return
        if system in _FIELDS:
            self._fields.setdefault(code, []).append(observation)
        elif system == _PURPOSES:
            self._purposes.append(code)
        elif system in _ORDERS:
            self._orders.append(code)

    def field(self, code: str, title: str) -> etree._Element | None:
        found = self._fields.get(code, [])
        if len(found) == 1:
            return found[0]
        place = f"{path_of(self._act)}/entryRelationship[observation/code/@code='{code}']"
        if not found:
            self._reading.missing(place, title)
            return None
        actual = str(len(found))
        self._reading.problems.append(problem("CARDINALITY", place, title=title, actual=actual, limit="1"))
        return found[0]

    def value(self, code: str, title: str) -> etree._Element | None:
        return self._reading.one(self.field(code, title), "value", title)

    def flag(self, code: str, title: str) -> bool | None:
        return self._reading.flag(self.value(code, title), title)

    def text(self, observation: etree._Element | None, title: str) -> str | None:
        element = self._reading.one(observation, "value", title)
        text = text_of(element)
        if element is not None and text is None:
            self._reading.missing(path_of(element), title)
        return text

    def purposes(self) -> tuple[str, ...]:
        if not self._purposes:
            place = f"{path_of(self._act)}/entryRelationship[observation/code/@codeSystem='{_PURPOSES}']"
            self._reading.missing(place, "Цель направления")
        return tuple(self._purposes)

    def referral_order(self) -> str | None:
        return self._orders[0] if self._orders else None

    def bureau(self) -> Organization | None:
        performer = self._reading.one(self._reading.one(self._act, "performer"), "assignedEntity")
        return read_organization(self._reading, self._reading.one(performer, "representedOrganization"), "")
