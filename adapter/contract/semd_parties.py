"""Readers of the organisations and persons of a СЭМД."""

from dataclasses import dataclass

from lxml import etree

from adapter.contract.cda import (
    ADDRESS,
    HL7,
    IDENTITY,
    SNILS_ROOT,
    InstanceId,
    Reading,
    children,
    first,
    only_if,
    path_of,
    text_of,
    value_of,
)
from adapter.contract.semd_document import Citizen, Organization, PersonName, Signer
from adapter.domain.errors import problem
from adapter.domain.identifiers import check_snils, normalize_snils


def read_organization(reading: Reading, element: etree._Element | None, title: str) -> Organization | None:
    """Read an organisation; with a title its OID is mandatory."""
    if element is None:
        return None
    # The second id of an organisation is its licence.
    oid = value_of(first(element, "id"), "root")
    if oid is None and title:
        reading.missing(f"{path_of(element)}/id", title)
    requisites = reading.one(element, "Props", namespace=IDENTITY)
    ogrn = text_of(reading.one(requisites, "Ogrn", namespace=IDENTITY))
    ogrn = ogrn or text_of(reading.one(requisites, "Ogrnip", namespace=IDENTITY))
    return Organization(oid, text_of(reading.one(element, "name")), ogrn)


def read_citizen(
    reading: Reading, role: etree._Element | None, path: str, *, mandatory: bool
) -> Citizen | None:
    """Read the citizen from a patientRole at this path; the mandatory parts are those of a referral."""
    if role is None:
        return None
    ids = _ids(reading, role, path)
    if ids.snils is None and mandatory:
        reading.problems.append(problem("SNILS_MISSING", ids.snils_path, title="СНИЛС гражданина"))
    patient = reading.one(role, "patient", only_if(mandatory, "Гражданин"))
    birth = reading.one(patient, "birthTime", only_if(mandatory, "Дата рождения"))
    born = reading.time(birth, "Дата рождения", personal=True)
    sex = reading.one(patient, "administrativeGenderCode", only_if(mandatory, "Пол"))
    return Citizen(
        snils=ids.snils,
        birth_date=born.day if born else None,
        sex=reading.attribute(sex, "Пол"),
        name=_person_name(reading, patient),
        local_id=ids.local_id,
        snils_path=ids.snils_path,
        subjects=_subjects(role),
    )


def read_signer(reading: Reading, entity: etree._Element | None, path: str, whose: str) -> Signer | None:
    """Read a person from an assignedAuthor or assignedEntity; `whose` is the role in the genitive."""
    if entity is None:
        return None
    ids = _ids(reading, entity, path)
    if ids.snils is None:
        reading.missing(ids.snils_path, f"СНИЛС {whose}")
    post = reading.one(entity, "code", f"Должность {whose}")
    place = reading.one(entity, "representedOrganization")
    return Signer(
        snils=ids.snils,
        post_code=reading.attribute(post, f"Должность {whose}"),
        local_id=ids.local_id,
        organization_oid=value_of(first(place, "id"), "root"),
        whose=whose,
        snils_path=ids.snils_path,
    )


def _subjects(role: etree._Element) -> tuple[str, ...]:
    """Return the subjects of the federation in the citizen's addresses: `stateCode`, as far as written."""
    states = (first(one, "stateCode", ADDRESS) for one in children(role, "addr"))
    codes = (value_of(state, "code") for state in states)
    return tuple(dict.fromkeys(code for code in codes if code))


def _person_name(reading: Reading, person: etree._Element | None) -> PersonName | None:
    name = reading.one(person, "name")
    if name is None:
        return None
    return PersonName(
        family_name=text_of(reading.one(name, "family")),
        given_name=text_of(reading.one(name, "given")),
        patronymic=text_of(reading.one(name, "Patronymic", namespace=IDENTITY)),
    )


@dataclass(frozen=True, slots=True)
class _Ids:
    """The identifiers of a person; `snils_path` is the usual place when there is no СНИЛС."""

    snils: str | None
    snils_path: str
    local_id: InstanceId | None


def _ids(reading: Reading, role: etree._Element, path: str) -> _Ids:
    """Read the identifiers of a person; a СНИЛС is bare when it looks like one, else as written."""
    local_id: InstanceId | None = None
    found: list[tuple[str | None, str]] = []
    for index, element in enumerate(role.iterchildren(f"{{{HL7}}}id"), start=1):
        if element.get("nullFlavor") is not None:
            continue
        root, extension = value_of(element, "root"), value_of(element, "extension")
        if root == SNILS_ROOT:
            found.append((_bare(extension), f"{path}/id[{index}]"))
        elif root is not None and local_id is None:
            local_id = InstanceId(root, extension)
    if not found:
        return _Ids(None, f"{path}/id[2]", local_id)
    snils, place = found[0]
    if len(found) > 1:
        actual = str(len(found))
        reading.problems.append(problem("CARDINALITY", place, title="СНИЛС", actual=actual, limit="1"))
    return _Ids(snils, place, local_id)


def _bare(written: str | None) -> str | None:
    if written is None or check_snils(written) == "SNILS_FORMAT":
        return written
    return normalize_snils(written)
