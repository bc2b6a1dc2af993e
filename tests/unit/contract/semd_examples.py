"""Example facts for the tests of the СЭМД: synthetic people with right check numbers."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from hypothesis import strategies as st

from adapter.contract.semd import InstanceId
from adapter.contract.semd_sample import DemoCitizen, DemoReferral, DemoStaff, demo_semd
from adapter.domain.identifiers import snils_control

ORGANIZATION = "1.2.643.5.1.13.13.12.2.77.7973"
MOSCOW = timezone(timedelta(hours=3))

FACTS = DemoReferral(
    document_id=InstanceId(f"{ORGANIZATION}.100.1.1.51", "document-2"),
    document_set_id=InstanceId(f"{ORGANIZATION}.100.1.1.50", "set-1"),
    version_number=2,
    replaces_document_id=InstanceId(f"{ORGANIZATION}.100.1.1.51", "document-1"),
    created_at=datetime(2026, 11, 20, 1, 5, tzinfo=MOSCOW),
    organization_oid=ORGANIZATION,
    organization_name='ГБУЗ "Пример"',
    organization_ogrn="1037734008575",
    citizen=DemoCitizen(
        snils="11223344595", family_name="Образцова", given_name="Инна", sex="2", birth_date=date(1970, 1, 2)
    ),
    author=DemoStaff(snils="08765430300", family_name="Авторов", given_name="Пётр", local_number="11"),
    chair=DemoStaff(
        snils="00299998900",
        family_name="Главный",
        given_name="Олег",
        post_code="7",
        post_name="Заведующий",
        local_number="12",
    ),
    members=(
        DemoStaff(snils="00101998900", family_name="Первый", given_name="Иван", local_number="13"),
        DemoStaff(snils="00101999800", family_name="Вторая", given_name="Анна", local_number="14"),
    ),
    vk_protocol_number="1112/s",
    vk_protocol_date=date(2026, 11, 19),
    issue_date=date(2026, 11, 20),
    bureau_oid="1.2.643.5.1.13.13.12.2.77.1270",
    bureau_name="Бюро № 1",
    purposes=("1", "10"),
    referral_order="2",
    home_examination=True,
    primary_prosthetics=True,
)


def _snils(number: int) -> str:
    nine = f"{number:09d}"
    return f"{nine}{snils_control(nine):02d}"


# Blanks at the ends are trimmed by the reader, so they are not generated.
_words = st.from_regex(r"[А-Яа-яЁёA-Z0-9№«»&<>'\"/-]{1,20}( [а-яё<&]{1,8})?", fullmatch=True)
_number = st.integers(min_value=2_000_000, max_value=999_999_998).filter(
    lambda one: len(set(f"{one:09d}")) > 1
)
_days = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))
_extension = st.from_regex(r"[A-Za-z0-9-]{1,36}", fullmatch=True)
_zones = st.integers(min_value=0, max_value=84).map(lambda tens: timezone(timedelta(minutes=10 * tens)))
_moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=_zones)  # noqa: DTZ001 -- hypothesis takes naive bounds and adds the zones
_staff = st.builds(
    DemoStaff,
    snils=_number.map(_snils),
    family_name=_words,
    given_name=_words,
    patronymic=st.none() | _words,
    post_code=st.integers(1, 999).map(str),
    local_number=_extension,
)
_citizens = st.builds(
    DemoCitizen,
    snils=_number.map(_snils),
    family_name=_words,
    given_name=_words,
    patronymic=st.none() | _words,
    sex=st.sampled_from(["1", "2"]),
    birth_date=_days,
    local_number=_extension,
)
_purposes = st.lists(st.sampled_from(["1", "2", "3", "10", "12"]), min_size=1, max_size=4, unique=True)

referrals = st.builds(
    DemoReferral,
    document_id=_extension.map(lambda text: InstanceId(f"{ORGANIZATION}.100.1.1.51", text)),
    document_set_id=_extension.map(lambda text: InstanceId(f"{ORGANIZATION}.100.1.1.50", text)),
    version_number=st.integers(1, 999),
    replaces_document_id=st.none()
    | _extension.map(lambda text: InstanceId(f"{ORGANIZATION}.100.1.1.51", text)),
    created_at=_moments.map(lambda moment: moment.replace(microsecond=0)),
    organization_oid=st.just(ORGANIZATION),
    organization_name=_words,
    organization_ogrn=st.just("1037734008575"),
    citizen=_citizens,
    author=_staff,
    chair=_staff,
    members=st.lists(_staff, max_size=3).map(tuple),
    legal_authenticator=st.none() | _staff,
    vk_protocol_number=_words,
    vk_protocol_date=_days,
    issue_date=_days,
    bureau_oid=st.just("1.2.643.5.1.13.13.12.2.77.1270"),
    bureau_name=_words,
    purposes=_purposes.map(tuple),
    referral_order=st.sampled_from(["1", "2"]),
    home_examination=st.booleans(),
    palliative_care=st.booleans(),
    primary_prosthetics=st.booleans(),
    diagnosis=_words,
)


def with_citizen_snils(snils: str) -> DemoReferral:
    """Return the example with another СНИЛС of the citizen."""
    return replace(FACTS, citizen=replace(FACTS.citizen, snils=snils))


DEMO = demo_semd(FACTS)
ROOT = "ClinicalDocument"


def edited(old: str, new: str, *, count: int = 1) -> bytes:
    """Return the demo document with a piece of its text replaced; the piece must be there."""
    text = DEMO.decode()
    assert old in text
    return text.replace(old, new, count).encode()


def without(pattern: str) -> bytes:
    """Return the demo document without what the pattern matches first; it must match."""
    text, removed = re.subn(pattern, "", DEMO.decode(), count=1, flags=re.DOTALL)
    assert removed
    return text.encode()
