"""The simple types of the documents: what each takes and refuses."""

import pytest

from tests.contract.document_schema import XS, components, probe, probes

A_DATE_TIME = "2026-03-02T10:00:00"
ROOT = "1.2.643.5.1.13.13.12.2.77.7973.100.1.1"
UUID = "7f2c1b0a-52f5-4f2d-9d0a-1c6f9c9d1a01"


def text_cases(limit: int) -> tuple[list[str], list[str]]:
    """Return good and bad values of a text with a limit of characters."""
    return ["я", " a ", "a\n\tb", "я" * limit], ["", " ", "\u00a0\u2003\n", "я" * (limit + 1)]


CASES: dict[str, tuple[list[str], list[str]]] = {
    **{f"Text{limit}": text_cases(limit) for limit in (20, 60, 100, 250, 500, 4000, 32000)},
    "ReturnExplanation": (["Нет осмотра", "я" * 4000], ["Нет", " " * 20, "я" * 4001]),
    "PersonName": (
        ["Ёлкина", "А", "Салтыков-Щедрин", "О’Нил", "д'Артаньян", " Оглы Ст. ", "Müller"],
        ["", " ", "-", "Иван(ов)", "Иванов*", "Иванов2", "<>", "я" * 101],
    ),
    "Date": (
        ["2026-03-02", "2024-02-29", " 1900-01-01\n"],
        [
            "",
            "2026-02-30",
            "2026-02-29",
            "02.03.2026",
            "2026-3-2",
            "0201-01-01",
            "2201-01-01",
            "2026-03-02Z",
            "20260302",
        ],
    ),
    "DateTime": (
        [A_DATE_TIME + "Z", A_DATE_TIME + "+03:00", A_DATE_TIME + ".123456789-02:30"],
        [
            "",
            A_DATE_TIME,
            "2026-03-02",
            "2026-03-02T24:00:00Z",
            "2026-03-02T10:00:60Z",
            "0201-03-02T10:00:00Z",
        ],
    ),
    "Year": (["2000", "1899"], ["", "0201", "00", "20000", "2000Z", "2300"]),
    "VersionNumber": (["1", "9999", "+2"], ["", "0", "-1", "10000", "1.0", "один"]),
    "AgeValue": (["0", "120"], ["", "-1", "151", "1.5"]),
    "DayCount": (["1", "365"], ["", "0", "3661"]),
    "Percent": (["10", "100"], ["", "0", "101", "10%"]),
    "HeightCm": (["156", "156.5"], ["", "1.56", "301", "156,5", "156.555", "NaN"]),
    "WeightKg": (["80", "3.250"], ["", "0.2", "80000", "80 кг"]),
    "BodyMassIndex": (["32.87"], ["", "2", "251", "32.875"]),
    "VolumeMl": (["0", "2000"], ["", "-1", "30001", "2000.5"]),
    "GirthCm": (["65"], ["", "9", "401"]),
    "BirthWeightG": (["4000"], ["", "4", "10000"]),
    "LimitationDegree": (["1", "3"], ["", "0", "4"]),
    "ImpairmentDegree": (["1", "4"], ["", "0", "5"]),
    "Oid": (
        ["1.2.643", "0.0", " 2.5 "],
        ["", "1", "3.1", "1.02.3", "1.2.", ".1.2", "1..2", "1.2" + ".3" * 70],
    ),
    "DocumentRoot": ([ROOT + ".51"], ["", ROOT, ROOT + ".50", "1.2.643.51", ROOT + ".051", "ОИД.100.1.1.51"]),
    "DocumentSetRoot": ([ROOT + ".50"], ["", ROOT + ".51"]),
    "PatientRoot": ([ROOT + ".10"], ["", ROOT + ".51"]),
    "StaffRoot": ([ROOT + ".70"], ["", ROOT + ".7"]),
    "Extension": (["324576", UUID, "a/b"], ["", " ", "a b", "a" * 65]),
    "Uuid": ([UUID, UUID.upper()], ["", UUID[:-1], UUID + "0", UUID.replace("-", ""), f"{{{UUID}}}"]),
    "Snils": (
        ["11223344595", "112-233-445 95", "112 233 445-95", "112-233-44595"],
        [
            "",
            "1122334459",
            "112233445950",
            "112–233–445 95",
            "112--233-445 95",
            "О1223344595",
            "112_233_445_95",
        ],
    ),
    "Ogrn": (["1037734008575", "304500116000157"], ["", "103773400857", "10377340085750", "1037734008575 7"]),
    "Inn": (["7707083893", "500100732259"], ["", "770708389", "77070838931"]),
    "Kpp": (["770701001", "7707AB001"], ["", "77070100", "7707ab001"]),
    "Okpo": (["12345678", "1234567890"], ["", "123456789"]),
    "Okato": (["45", "45283577000"], ["", "4", "452835770001"]),
    "PostalCode": (["012318"], ["", "12318", "1231811", "12318а"]),
    "Phone": (["+79161234567"], ["", "89161234567", "+7 916 123-45-67", "+7916123456", "8(495)1234567"]),
    "Email": (
        ["patient@example.org", "a.b+c@x.y.ru", "почта@пример.рф"],
        ["", "a", "a@b", "@b.ru", "a@@b.ru", "a b@c.ru", "a@b..ru", "a@b.ru.", "a" * 65 + "@b.ru"],
    ),
    "IssuerCode": (["770-095"], ["", "770095", "77-0095"]),
    "SickLeaveNumber": (["900000000123"], ["", "90000000012", "9000000001234"]),
    "PostCode": (["7", "122"], ["", "врач", "123456"]),
    "Icd10": (["C49.2", "I25", "T23.20"], ["", "С49.2", "М51.1", "M51.1+", "c49.2", "C4", "C49.", "C49.222"]),
    "ServiceCode": (
        ["A06.09.007", "B01.015.001", "A12.30.004.001"],
        ["", "А06.09.007", "C06.09.007", "A06.9.007"],
    ),
    "ProfLossTerm": (["2", "10"], ["", "100", "год"]),
    "ReferralNumber": (["MSE-77-000001", "2026/1"], ["", "№ 1", "a" * 65]),
    "FieldPath": (
        ["Referral", "Referral/diagnosis/main/icd10", "Referral/examinations[2]/date"],
        [
            "",
            "referral",
            "Referral/",
            "Referral//date",
            "Referral/examinations[0]",
            "/Referral/date",
            "Referral[1]",
        ],
    ),
    "StateCode": (["SUBMITTED", "NOT_ACCEPTED_LATE"], ["", "submitted", "_A", "A" * 41]),
    "DeadlineCode": (["BUREAU_RETURN"], ["", "bureau return"]),
    "SystemCode": (["MSE01", "mis.a-b_1"], ["", "МИС", "a b", "-a"]),
    "Sha256": (["0" * 64, "a" * 64], ["", "0" * 63, "A" * 64, "g" * 64]),
}


def codes_of(name: str) -> list[str]:
    """Return the values of an enumeration; empty for other types."""
    return [node.get("value", "") for node in components("simpleType")[name].iter(f"{XS}enumeration")]


ENUMERATIONS = sorted(name for name in components("simpleType") if codes_of(name))


def verdicts(name: str, value: str) -> tuple[bool, bool]:
    """Return what libxml2 and xmlschema say about the value."""
    first, second = probes()
    return first.validate(probe(name, value)), second.is_valid(probe(name, value))


def test_every_type_has_its_cases() -> None:
    """No simple type is without a row in the table or an enumeration."""
    assert set(components("simpleType")) == set(CASES) | set(ENUMERATIONS)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_type_takes_good_values(name: str) -> None:
    """Both validators take the good values of the type."""
    assert [value for value in CASES[name][0] if verdicts(name, value) != (True, True)] == []


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_type_refuses_bad_values(name: str) -> None:
    """Both validators refuse the bad values of the type."""
    assert [value for value in CASES[name][1] if verdicts(name, value) != (False, False)] == []


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_an_enumeration_takes_its_codes_only(name: str) -> None:
    """A list takes each of its codes once, padded or not, and nothing else."""
    codes = codes_of(name)
    assert len(codes) == len(set(codes))
    assert all(probes()[0].validate(probe(name, value)) for code in codes for value in (code, f" {code} "))
    strangers = ["", " ", "0", "999", codes[0] + "0" * 3, codes[0].lower() + "x", "1 2"]
    assert [value for value in strangers if probes()[0].validate(probe(name, value))] == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Purpose", "1 2 3 4 5 6 7 8 10 11 12"),
        ("ClinicalPrognosis", "10 11 12 13"),
        ("RehabPotential", "14 15 16 21"),
        ("RehabPrognosis", "17 18 19 20"),
        ("NotificationMethod", "1 2 3"),
        ("ReferralKind", "34 109 121"),
        ("GroundCode", "K1 K2 K3 K4 K5"),
        ("Confidentiality", "N R V"),
    ],
)
def test_codes_are_those_of_the_official_lists(name: str, codes: str) -> None:
    """The lists that deviate from the order of the form have the official codes."""
    assert sorted(codes_of(name)) == sorted(codes.split())


def test_subject_codes_are_text_of_two_digits() -> None:
    """Адыгея is «01» and not the number 1; there are 90 rows with Байконур."""
    codes = codes_of("SubjectCode")
    assert "01" in codes
    assert all(len(code) == 2 for code in codes)
    assert len(codes) == 90


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_hostile_long_value_is_refused(name: str) -> None:
    """No pattern runs away or breaks the validator on a value of a hundred thousand characters."""
    for unit in ("1.", ".100", "a@b.", "1-", "AA", "\u00a0", "9", "Referral/a[1]", "x.51 "):
        assert not probes()[0].validate(probe(name, "1" + unit * (100_000 // len(unit)))), unit
