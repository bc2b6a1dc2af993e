"""Reading a СЭМД: what is written is read back, what is missing or malformed is named by its path."""

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings

from adapter.contract.semd import (
    InstanceId,
    Performer,
    Precision,
    Semd,
    Signer,
    read_semd,
)
from adapter.contract.semd_sample import DemoCitizen, DemoReferral, DemoStaff, demo_semd
from tests.unit.contract.semd_examples import (
    DEMO,
    FACTS,
    ORGANIZATION,
    ROOT,
    edited,
    referrals,
    with_citizen_snils,
    without,
)


def found(data: bytes) -> list[tuple[str, str]]:
    """Return code and path of what the reader complains of."""
    return [(one.code, one.path) for one in read_semd(data).problems]


def staff_read(signer: Signer | None) -> tuple[str | None, str | None, InstanceId | None, str | None]:
    """Return what is compared of a person of the staff."""
    assert signer is not None
    return signer.snils, signer.post_code, signer.local_id, signer.organization_oid


def staff_written(person: DemoStaff) -> tuple[str, str, InstanceId, str]:
    """Return the same of what was written."""
    local_id = InstanceId(f"{ORGANIZATION}.100.1.1.70", person.local_number)
    return person.snils, person.post_code, local_id, ORGANIZATION


def assert_header(semd: Semd, facts: DemoReferral) -> None:
    """Compare the ids, dates and parties."""
    assert semd.document_id == facts.document_id
    assert semd.document_set_id == facts.document_set_id
    assert semd.version_number == facts.version_number
    assert semd.replaces_document_id == facts.replaces_document_id
    assert semd.created_at is not None
    assert semd.created_at.moment == facts.created_at
    assert semd.created_at.moment.tzinfo is UTC
    assert semd.created_at.day == facts.created_at.date()
    assert semd.organization is not None
    assert semd.organization.name == facts.organization_name
    assert (semd.type_code, semd.document_kind, semd.confidentiality_code) == ("34", "121", "N")
    assert staff_read(semd.author) == staff_written(facts.author)
    assert staff_read(semd.legal_authenticator) == staff_written(facts.legal_authenticator or facts.chair)


def assert_citizen(semd: Semd, facts: DemoReferral) -> None:
    """Compare what is read of the citizen."""
    assert semd.citizen is not None
    assert semd.citizen.name is not None
    name = semd.citizen.name
    assert (semd.citizen.snils, semd.citizen.sex) == (facts.citizen.snils, facts.citizen.sex)
    assert semd.citizen.birth_date == facts.citizen.birth_date
    assert name.family_name == facts.citizen.family_name
    assert (name.given_name, name.patronymic) == (facts.citizen.given_name, facts.citizen.patronymic)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(referrals)
def test_what_is_written_is_read_back(facts: DemoReferral) -> None:
    """Every fact given to the writer comes back from the reader, and the reader has no complaint."""
    semd = read_semd(demo_semd(facts))
    assert semd.problems == ()
    assert_header(semd, facts)
    assert_citizen(semd, facts)
    roles = [(one.type_code, staff_read(one.signer)) for one in semd.performers]
    written = [("PPRF", facts.chair), *(("SPRF", member) for member in facts.members)]
    assert roles == [(role, staff_written(person)) for role, person in written]
    decision = semd.decision
    assert decision.vk_protocol_number == facts.vk_protocol_number
    assert (decision.vk_protocol_date, decision.issue_date) == (facts.vk_protocol_date, facts.issue_date)
    marks = (decision.home_examination, decision.palliative_care, decision.primary_prosthetics)
    assert marks == (facts.home_examination, facts.palliative_care, facts.primary_prosthetics)
    assert (decision.purposes, decision.referral_order) == (facts.purposes, facts.referral_order)
    assert decision.receiver_bureau is not None
    assert decision.receiver_bureau.oid == facts.bureau_oid


def test_nothing_personal_shows_in_a_repr() -> None:
    """The printed form of what was read holds no name, СНИЛС, birth date or local number."""
    shown = repr(read_semd(DEMO))
    people: list[DemoCitizen | DemoStaff] = [FACTS.citizen, FACTS.author, FACTS.chair, *FACTS.members]
    for person in people:
        assert person.snils not in shown
        assert person.family_name not in shown
    assert "1970" not in shown
    assert "'14'" not in shown


def test_an_empty_clinical_document_lists_what_it_lacks() -> None:
    """A document with nothing in it is read; its mandatory header parts are reported, sorted by path."""
    semd = read_semd(b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>')
    assert semd.document_id is None
    assert [one.path for one in semd.problems] == [
        f"{ROOT}/{name}" for name in ("code", "confidentialityCode", "effectiveTime", "id", "templateId")
    ]
    assert {one.code for one in semd.problems} == {"MSE-1101"}


PERFORMER = f"{ROOT}/documentationOf/serviceEvent/performer"
ACT = f"{ROOT}/component/structuredBody/component[1]/section/entry[1]/act"
MISSING: dict[str, tuple[bytes, str, str]] = {
    "id": (without(r'<id root="[^"]*\.51"[^>]*/>'), "MSE-1101", f"{ROOT}/id"),
    "set": (without(r"<setId[^>]*/>"), "MSE-1101", f"{ROOT}/setId"),
    "blank extension": (edited('"set-1"', '"  "'), "MSE-1101", f"{ROOT}/setId/@extension"),
    "citizen": (without("<recordTarget>.*</recordTarget>"), "MSE-1101", f"{ROOT}/recordTarget"),
    "citizen's СНИЛС": (
        without(r'<id root="1.2.643.100.3" extension="11223344595"/>'),
        "MSE-1204",
        f"{ROOT}/recordTarget/patientRole/id[2]",
    ),
    "СНИЛС with nullFlavor": (
        edited('<id root="1.2.643.100.3" extension="11223344595"/>', '<id nullFlavor="NI"/>'),
        "MSE-1204",
        f"{ROOT}/recordTarget/patientRole/id[2]",
    ),
    "author's СНИЛС": (
        without(r'<id root="1.2.643.100.3" extension="08765430300"/>'),
        "MSE-1101",
        f"{ROOT}/author/assignedAuthor/id[2]",
    ),
    "chair": (edited('"PPRF"', '"SPRF"'), "MSE-1101", f"{PERFORMER}[@typeCode='PPRF']"),
    "section": (
        edited('"SCOPORG"', '"OTHER"'),
        "MSE-1101",
        f"{ROOT}/component/structuredBody/component/section[code/@code='SCOPORG']",
    ),
    "protocol": (
        edited('"4059"', '"9999"'),
        "MSE-1101",
        f"{ACT}/entryRelationship[observation/code/@code='4059']",
    ),
    "number of the protocol": (
        edited(">1112/s<", "> <!-- 1112/s --> <"),
        "MSE-1101",
        f"{ACT}/entryRelationship[4]/observation/value",
    ),
    "mark": (
        edited('value="true" xsi:type="BL"', 'value="yes" xsi:type="BL"'),
        "MSE-1102",
        f"{ACT}/entryRelationship[5]/observation/value",
    ),
    "version": (
        edited('<versionNumber value="2"', '<versionNumber value="0"'),
        "MSE-1102",
        f"{ROOT}/versionNumber",
    ),
    "version too high": (
        edited('<versionNumber value="2"', '<versionNumber value="10000"'),
        "MSE-1102",
        f"{ROOT}/versionNumber",
    ),
    "two ids": (
        edited("<code ", '<id root="1.2" extension="a"/><code '),
        "MSE-1105",
        f"{ROOT}/id",
    ),
}


@pytest.mark.parametrize("name", sorted(MISSING))
def test_a_missing_part_is_named_by_its_path(name: str) -> None:
    """One part that is absent, doubled or malformed gives exactly one problem, at its own path."""
    data, code, path = MISSING[name]
    assert found(data) == [(code, path)]


def test_a_missing_purpose_is_named() -> None:
    """A referral without any aim is reported."""
    data = DEMO.decode().replace("1.2.643.5.1.13.13.99.2.147", "1.2.3").encode()
    ((code, path),) = found(data)
    assert code == "MSE-1101"
    assert path.endswith("entryRelationship[observation/code/@codeSystem='1.2.643.5.1.13.13.99.2.147']")


TIMES: dict[str, tuple[datetime, Precision, date]] = {
    "20261120": (datetime(2026, 11, 20, tzinfo=UTC), Precision.DAY, date(2026, 11, 20)),
    "202611200105+0300": (datetime(2026, 11, 19, 22, 5, tzinfo=UTC), Precision.MINUTE, date(2026, 11, 20)),
    "20261120010559+1200": (
        datetime(2026, 11, 19, 13, 5, 59, tzinfo=UTC),
        Precision.SECOND,
        date(2026, 11, 20),
    ),
    "202402291200+0000": (datetime(2024, 2, 29, 12, 0, tzinfo=UTC), Precision.MINUTE, date(2024, 2, 29)),
}
CREATED = '<effectiveTime value="202611200105+0300"'


@pytest.mark.parametrize("written", sorted(TIMES))
def test_a_time_is_read_with_its_precision(written: str) -> None:
    """A day, a minute and a second are read in UTC; the day is the writer's own."""
    created = read_semd(edited(CREATED, f'<effectiveTime value="{written}"')).created_at
    assert created is not None
    assert (created.moment, created.precision, created.day) == TIMES[written]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("202611200105-0300", "MSE-1102"),
        ("202611200105", "MSE-1102"),
        ("202611200105Z", "MSE-1102"),
        ("202611200105+0305", "MSE-1102"),
        ("2026112001+0300", "MSE-1102"),
        ("2026-11-20", "MSE-1102"),
        ("02011120", "MSE-1102"),
        ("٢٠٢٦١١٢٠", "MSE-1102"),
        ("20260231", "MSE-1120"),
        ("20230229", "MSE-1120"),
        ("20261120010560+0300", "MSE-1120"),
        ("202611202405+0300", "MSE-1120"),
        (" ", "MSE-1101"),
    ],
)
def test_a_wrong_time_is_refused(written: str, code: str) -> None:
    """A zone west of Greenwich, minutes without a zone and days that do not exist are refused."""
    semd = read_semd(edited(CREATED, f'<effectiveTime value="{written}"'))
    assert semd.created_at is None
    assert [one.code for one in semd.problems] == [code]


def test_a_wrong_birth_date_is_not_shown() -> None:
    """The value of a malformed birth date does not get into the error."""
    (one,) = read_semd(edited('<birthTime value="19700102"', '<birthTime value="1970-01-02"')).problems
    assert "1970" not in repr(one)


@pytest.mark.parametrize("written", ["112-233-445 95", "112 233 445 95", " 11223344595 "])
def test_a_snils_with_separators_is_read_bare(written: str) -> None:
    """However the eleven digits are grouped, they are read alike."""
    citizen = read_semd(demo_semd(with_citizen_snils(written))).citizen
    assert citizen is not None
    assert citizen.snils == "11223344595"


KINDS: dict[tuple[str, str], str | None] = {
    ("34", "1.2.643.5.1.13.13.14.34.9.4"): "34",
    ("34", "1.2.643.5.1.13.13.14.34.9.5"): "109",
    ("34", "1.2.643.5.1.13.13.14.34.9.6"): "121",
    ("34", "1.2.643.5.1.13.13.14.34.9.7"): None,
    ("34", "2.16.840.1"): None,
    ("352", "1.2.643.5.1.13.13.14.352.9.1"): "108",
    ("352", "1.2.643.5.1.13.13.14.352.9.2"): "130",
    ("352", "2.16.840.1"): "130",
    ("352", "1.2.643.5.1.13.13.14.34.9.6"): None,
    ("35", "1.2.643.5.1.13.13.14.35.9.2"): "35",
    ("35", "2.16.840.1"): "187",
    ("375", "1.2.643.5.1.13.13.14.375.9.1"): "138",
    ("347", "1.2.643.5.1.13.13.14.347.9.2"): None,
}


@pytest.mark.parametrize(("type_code", "template"), sorted(KINDS))
def test_the_kind_follows_from_type_and_template(type_code: str, template: str) -> None:
    """The edition in the template names the kind; without a template of the ministry the type alone does."""
    text = DEMO.decode().replace('<code code="34"', f'<code code="{type_code}"', 1)
    semd = read_semd(text.replace("1.2.643.5.1.13.13.14.34.9.6", template, 1).encode())
    assert semd.document_kind == KINDS[type_code, template]


def test_only_a_referral_must_have_the_parts_of_a_referral() -> None:
    """A return notice without a commission and SCOPORG is complete."""
    text = DEMO.decode().replace('<code code="34"', '<code code="352"', 1)
    text = re.sub("<documentationOf>.*</documentationOf>", "", text)
    semd = read_semd(text.replace(".14.34.9.6", ".14.352.9.2", 1).replace("SCOPORG", "OTHER").encode())
    assert semd.problems == ()
    assert semd.decision.vk_protocol_number is None


def test_comments_inside_a_text_do_not_cut_it() -> None:
    """A comment in the middle of the protocol's number is no part of it and does not end it."""
    semd = read_semd(edited(">1112/s<", ">11<!-- № -->12/s<"))
    assert semd.decision.vk_protocol_number == "1112/s"


def test_the_custodian_stands_in_for_the_provider() -> None:
    """Without a providerOrganization the organisation is the custodian."""
    semd = read_semd(without("<providerOrganization>.*</providerOrganization>"))
    assert semd.organization is not None
    assert (semd.organization.oid, semd.organization.ogrn) == (ORGANIZATION, None)
    assert semd.problems == ()


def test_the_place_of_a_performer_counts_all_performers() -> None:
    """The path of the second member's СНИЛС has the index of its performer."""
    performers: tuple[Performer, ...] = read_semd(DEMO).performers
    assert performers[2].signer.snils_path == f"{PERFORMER}[3]/assignedEntity/id[2]"


def test_what_is_read_keeps_no_part_of_the_tree() -> None:
    """Every text of the result is a plain string: lxml's own strings would keep the whole document alive."""
    semd = read_semd(edited(">1112/s<", ">11<!-- № -->12/s<"))
    assert type(semd.decision.vk_protocol_number) is str
    assert type(semd.decision.purposes[0]) is str


def test_a_commission_without_end_is_cut_off() -> None:
    """A hundred thousand empty participants are read at once and reported in a few problems."""
    empty = "<performer><assignedEntity/></performer>" * 100_000
    semd = read_semd(edited("</serviceEvent>", f"{empty}</serviceEvent>"))
    assert len(semd.performers) == 50
    assert ("MSE-1105", PERFORMER) in [(one.code, one.path) for one in semd.problems]
    assert len(semd.problems) < 200
