"""Wrong identifiers: СНИЛС, ЕНП, ОГРН, ОГРНИП, ИНН, OID (facts, B.12, with its vectors)."""

from collections.abc import Iterator

from adapter.domain.citizen import OmsPolicy, Stay
from adapter.domain.requisites import Address, Authority
from tests.corpus.cases import Case, breaks, error
from tests.corpus.good import ISSUED

_ADDRESS = Address(subject_code="77", text="г. Москва, ул. Примерная, д. 1")

#: The written number, and the code that it deserves.
_SNILS = (
    ("112-233-445 96", "MSE-1202"),
    ("112-233-445 00", "MSE-1202"),
    ("445-784-445 10", "MSE-1202"),
    ("32165477709", "MSE-1202"),
    ("087-654-303 01", "MSE-1202"),
    ("001-019-989 01", "MSE-1202"),
    ("001-019-998 99", "MSE-1202"),
    ("002-999-989 99", "MSE-1202"),
    ("001 019 899 00", "MSE-1202"),
    ("001-001-999 00", "MSE-1202"),
    ("000-000-000 00", "MSE-1201"),
    ("00000000000", "MSE-1201"),
    ("111-111-111 45", "MSE-1201"),
    ("999 999 999 00", "MSE-1201"),
)
_WHOSE = (
    ("adult", "commission/chair/snils"),
    ("adult", "commission/members[1]/snils"),
    ("adult", "commission/members[2]/snils"),
    ("adult", "author/snils"),
    ("adult", "legalAuthenticator/snils"),
    ("represented", "representative/snils"),
    ("child", "representative/snils"),
)
_POLICIES = (
    ("2", "7750850829000698", "MSE-1205"),
    ("3", "7750850829000690", "MSE-1205"),
    ("2", "1234567890123453", "MSE-1205"),
    ("2", "0000000000000000", "MSE-1205"),
    ("2", "775085082900069", "MSE-1102"),
    ("3", "77508508290006990", "MSE-1102"),
    ("2", "7750 8508 2900 0699", "MSE-1102"),
    ("3", "775085082900069O", "MSE-1102"),
)
_OGRN = (
    ("1037734008576", "MSE-1206"),
    ("1027700132196", "MSE-1206"),
    ("1027739460730", "MSE-1206"),
    ("1027700000021", "MSE-1206"),
    ("0000000000000", "MSE-1206"),
)
_OGRN_PLACES = (
    ("adult", "organization/ogrn"),
    ("in hospital", "citizen/stay/ogrn"),
    ("in guardianship", "representative/guardianOrganization/ogrn"),
)
#: Fifteen digits whose last one is not that of ``mod 13 mod 10``.
_OGRNIP = ("304500116000158", "304500116000150")
_INN = (
    ("7707083894", "MSE-1207"),
    ("7707083803", "MSE-1207"),
    ("0000000000", "MSE-1207"),
    ("500100732259", "MSE-1102"),
)
_INN_OF_PERSON = (
    ("500100732258", "MSE-1207"),
    ("500100732359", "MSE-1207"),
    ("7707083893", "MSE-1102"),
)
_LEGAL_ENTITY, _ENTREPRENEUR = "1027700132195", "304500116000157"


def _power_of_attorney(ogrn: str) -> Authority:
    return Authority(
        kind="POWER_OF_ATTORNEY",
        number="15",
        issued_at=ISSUED.replace(month=3),
        valid_from=ISSUED.replace(month=3),
        issuer_name="Примерная больница",
        issuer_ogrn=ogrn,
    )


def _snils() -> Iterator[Case]:
    for number, code in _SNILS:
        where = "citizen/snils"
        yield breaks(f"{where} {number}", {where: number}, error(code, where))
    for on, where in _WHOSE:
        for number, code in (("112-233-445 96", "MSE-1202"), ("00000000000", "MSE-1201")):
            yield breaks(f"{on}: {where} {number}", {where: number}, error(code, where), on=on)
    same = {"representative/snils": "112-233-445 95", "citizen/snils": "11223344595"}
    for on in ("represented", "child", "infant"):
        yield breaks(f"{on}: one СНИЛС for two", same, error("MSE-1203", "citizen/snils"), on=on)
    for on in ("adult", "child", "foreigner"):
        absent = {"citizen/snils": None, "citizen/snilsAbsenceReason": None}
        yield breaks(f"{on}: no СНИЛС", absent, error("MSE-1204", "citizen/snils"), on=on)
    without = {"citizen/snilsAbsenceReason": None}
    expected = error("MSE-1204", "citizen/snils")
    yield breaks("no СНИЛС, no reason", without, expected, on="stateless", reads=["citizen/snils"])


def _policies() -> Iterator[Case]:
    for kind, number, code in _POLICIES:
        policy = OmsPolicy(type=kind, number=number)
        expected = error(code, "citizen/omsPolicy/number")
        yield breaks(f"policy {kind} {number}", {"citizen/omsPolicy": policy}, expected)


def _organizations() -> Iterator[Case]:
    for on, where in _OGRN_PLACES:
        for number, code in _OGRN:
            values: dict[str, object] = {where: number}
            if where == "organization/ogrn":
                values["organization/inn"] = None
            yield breaks(f"{on}: {where} {number}", values, error(code, where), on=on)
    where = "representative/guardianOrganization/ogrn"
    yield breaks("a guardian is no entrepreneur", {where: _ENTREPRENEUR}, error("MSE-1102", where),
                 on="in guardianship")  # fmt: skip
    for number in _OGRNIP:
        values = {"organization/ogrn": number, "organization/inn": None, "organization/kpp": None}
        yield breaks(f"ОГРНИП {number}", values, error("MSE-1206", "organization/ogrn"))
        stay = Stay(type="4", address=_ADDRESS, ogrn=number)
        yield breaks(f"stay {number}", {"citizen/stay": stay}, error("MSE-1206", "citizen/stay/ogrn"))
    for ogrn, numbers in ((_LEGAL_ENTITY, _INN), (_ENTREPRENEUR, _INN_OF_PERSON)):
        for number, code in numbers:
            values = {"organization/ogrn": ogrn, "organization/inn": number, "organization/kpp": None}
            yield breaks(f"ИНН {number} with {ogrn}", values, error(code, "organization/inn"))
    for signer in ("commission/chair", "commission/members[2]", "author", "legalAuthenticator"):
        where = f"{signer}/authority"
        values = {where: _power_of_attorney("1027700132196")}
        yield breaks(f"{where}: ОГРН", values, error("MSE-1206", f"{where}/issuerOgrn"))


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _snils()
    yield from _policies()
    yield from _organizations()
