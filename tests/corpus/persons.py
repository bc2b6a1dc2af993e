"""Names, contacts, where the citizen is, identity documents, the representative (facts, B.4 and B.5)."""

from collections.abc import Iterator
from dataclasses import replace

from adapter.domain.citizen import IdentityDocument, ResidenceAddress, Stay
from adapter.domain.requisites import Address
from tests.corpus.cases import Case, breaks, error, warning
from tests.corpus.good import ISSUED
from tests.corpus.values import GUARDIAN, passport

_REQUIRED, _FORMAT, _UNEXPECTED = "MSE-1101", "MSE-1102", "MSE-1104"
_ADDRESS = Address(subject_code="77", text="г. Москва, ул. Примерная, д. 1")

#: Written where somebody has no patronymic.
_NO_PATRONYMIC = ("нет", "Нет", "отсутствует", "НЕТ.")
_NAMED = (
    ("adult", "citizen"),
    ("child", "citizen"),
    ("represented", "representative"),
    ("adult", "author"),
    ("adult", "commission/members[2]"),
)
#: One Latin letter in a Russian word, or the other way round.
_TWO_ALPHABETS = (
    ("citizen/familyName", "Cидоров"),
    ("citizen/familyName", "Сидopов"),
    ("citizen/givenName", "Aнна"),
    ("citizen/patronymic", "Ивановнa"),
    ("author/familyName", "Вpачев"),
    ("commission/chair/givenName", "Петp"),
    ("legalAuthenticator/familyName", "Smitн"),
    ("citizen/familyName", "Мамин-Cибиряк"),
)
_PASSPORTS = (
    ("series", "123"),
    ("series", "12345"),
    ("series", "00 01"),
    ("series", "МЮ12"),
    ("number", "12345"),
    ("number", "1234567"),
    ("number", "12345O"),
)
#: Good referral, kind of a document that somebody like that does not have.
_UNFIT = (
    ("foreigner", "1"),
    ("foreigner", "5"),
    ("stateless", "1"),
    ("stateless", "10"),
)


def _names() -> Iterator[Case]:
    for on, whose in _NAMED:
        where = f"{whose}/patronymic"
        for name in _NO_PATRONYMIC:
            yield breaks(f"{on}: {where} {name!r}", {where: name}, error(_FORMAT, where), on=on)
    for where, name in _TWO_ALPHABETS:
        yield breaks(f"two alphabets: {where} {name}", {where: name}, warning(_FORMAT, where))
    where = "representative/familyName"
    yield breaks(f"two alphabets: {where}", {where: "Oпекунов"}, warning(_FORMAT, where), on="represented")


def _contacts() -> Iterator[Case]:
    silent: dict[str, object] = {"citizen/phones": (), "citizen/email": None}
    expected = error(_REQUIRED, "citizen/phones")
    for on in ("adult", "foreigner", "in hospital", "worker"):
        for methods in (("1",), ("3",), ("1", "3")):
            values = {**silent, "consent/notificationMethods": methods}
            yield breaks(f"{on}: no telephone for {methods}", values, expected, on=on)
    for on in ("represented", "child"):
        values = {**silent, "consent/notificationMethods": ("1",), "representative/phones": ()}
        yield breaks(f"{on}: nobody has a telephone", values, expected, on=on)


def _stays() -> Iterator[Case]:
    for kind in "1234":
        whole = Stay(type=kind, address=_ADDRESS, ogrn="1027700132195")
        where = "citizen/stay"
        for field, part in (("address", "address"), ("ogrn", "ogrn")):
            values = {where: replace(whole, **{field: None})}  # type: ignore[arg-type]
            expected = error(_REQUIRED, f"{where}/{part}")
            yield breaks(f"stay {kind} without {part}", values, expected)
        bare = (error(_REQUIRED, f"{where}/address"), error(_REQUIRED, f"{where}/ogrn"))
        yield breaks(f"stay {kind} without both", {where: Stay(type=kind)}, *bare)
    at_home = Stay(type="5", address=_ADDRESS)
    for on in ("adult", "child"):
        yield breaks(
            f"{on}: at home in an organisation",
            {"citizen/stay": at_home},
            error(_UNEXPECTED, "citizen/stay/address"),
            on=on,
        )
    yield breaks(
        "at home with an ОГРН",
        {"citizen/stay": Stay(type="5", ogrn="1027700132195")},
        error(_UNEXPECTED, "citizen/stay/ogrn"),
    )
    for kind in "2345":
        stay = Stay(type="5") if kind == "5" else Stay(type=kind, address=_ADDRESS, ogrn="1027700132195")
        yield breaks(
            f"amputation, stay {kind}",
            {"citizen/stay": stay},
            warning(_FORMAT, "citizen/stay/type"),
            on="amputee",
            reads=["primaryProsthetics"],
        )
    home = ResidenceAddress(
        subject_code="77", street="ул. Примерная", house="1", text="г. Москва, ул. Примерная, д. 1", type="1"
    )
    yield breaks(
        "no fixed address, and one",
        {"citizen/residence": (home,)},
        warning(_UNEXPECTED, "citizen/residence[1]"),
        on="no fixed address",
        reads=["citizen/noFixedAddress"],
    )


def _papers() -> Iterator[Case]:
    own, other = "citizen/identityDocument", "representative/identityDocument"
    for field, value in _PASSPORTS:
        changed: dict[str, object] = {own: replace(passport(), **{field: value})}  # type: ignore[arg-type]
        yield breaks(f"passport {field} {value}", changed, error(_FORMAT, f"{own}/{field}"))
        changed = {other: replace(passport(), **{field: value})}  # type: ignore[arg-type]
        expected = error(_FORMAT, f"{other}/{field}")
        yield breaks(f"guardian's passport {field} {value}", changed, expected, on="represented")
    for on, where in (("adult", own), ("student", own), ("represented", other), ("child", other)):
        changed = {where: replace(passport(), series=None)}
        yield breaks(f"{on}: {where} without series", changed, error(_REQUIRED, f"{where}/series"), on=on)
    for on in ("child", "repeat child"):
        changed = {f"{own}/type": "1", f"{own}/series": "0001", f"{own}/number": "000123"}
        late = (warning("MSE-1122", f"{own}/issueDate"),)
        expected_of_child = (error(_FORMAT, f"{own}/type"), *late)
        yield breaks(f"{on} with a passport", changed, *expected_of_child, on=on, reads=["citizen/birthDate"])
    for on, kind in _UNFIT:
        paper = IdentityDocument(
            type=kind,
            series="0001" if kind == "1" else None,
            number="000123",
            issued_by="МВД",
            issue_date=ISSUED.replace(year=2020),
        )
        changed = {own: paper}
        yield breaks(f"{on} with document {kind}", changed, error(_FORMAT, f"{own}/type"), on=on)


def _representatives() -> Iterator[Case]:
    for on in ("child", "infant", "teenager", "repeat child"):
        values: dict[str, object] = {"representative": None, "citizen/phones": ("+70000000000",)}
        yield breaks(f"{on} alone", values, warning(_REQUIRED, "representative"), on=on)
    for field in ("familyName", "givenName"):
        where = f"representative/{field}"
        for on in ("child", "represented"):
            yield breaks(f"{on}: {where} absent", {where: None}, error(_REQUIRED, where), on=on)
    values = {"representative/guardianOrganization": None}
    yield breaks(
        "guardianship of nobody",
        values,
        error(_REQUIRED, "representative/familyName"),
        error(_REQUIRED, "representative/givenName"),
        on="in guardianship",
    )
    where = "representative/guardianOrganization"
    for on in ("represented", "child"):
        yield breaks(f"{on}: two guardians", {where: GUARDIAN}, error(_UNEXPECTED, where), on=on,
                     reads=["representative/familyName"])  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    yield from _names()
    yield from _contacts()
    yield from _stays()
    yield from _papers()
    yield from _representatives()
