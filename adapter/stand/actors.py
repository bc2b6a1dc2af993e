"""The demo cast as data, and its keys. Numbers are synthetic; codes and OIDs are those of `config.toml`."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from adapter.contract.sample_parties import (
    BUREAU_HEAD,
    BUREAU_OID,
    DEPUTY_HEAD,
    HOSPITAL_OGRN,
    HOSPITAL_OID,
    NEUROLOGIST,
    SURGEON,
    SamplePerson,
)
from adapter.domain.identifiers import normalize_snils
from signing.demo import AUTHORITY_FILE, REVOCATION_FILE, DemoActor, make_demo_pki
from signing.keys import SigningKey, load_pem_key

INSTALLATION_KEY_FILE = "installation.key"


class KeysUnusableError(Exception):
    """The folder of demo keys cannot be used as it is; the text is Russian, for the operator."""


@dataclass(frozen=True, slots=True)
class DemoSystem:
    """An information system: name of its key files, SMEV mnemonic, Russian name, ОГРН of its owner."""

    key: str
    code: str
    name: str
    ogrn: str


@dataclass(frozen=True, slots=True)
class DemoSigner:
    """A person with a key; `post` is the Russian name of the post."""

    key: str
    person: SamplePerson
    post: str


@dataclass(frozen=True, slots=True)
class DemoBureau:
    """A bureau: requisites, the system that serves it, its head and the key of its seal."""

    oid: str
    ogrn: str
    name: str
    system: DemoSystem
    head: DemoSigner
    seal: str


@dataclass(frozen=True, slots=True)
class DemoHospital:
    """The hospital: requisites and the key of its seal."""

    oid: str
    ogrn: str
    name: str
    seal: str


_BUREAU_OGRN = "1027739460737"
_OTHER_HOSPITAL_OGRN = "1027700132195"
_MAIN_BUREAU = "Главное бюро медико-социальной экспертизы (демо)"

ADAPTER = DemoSystem("adapter", "MSEA01001", "Адаптер направлений на МСЭ", _BUREAU_OGRN)
MIS = DemoSystem("mis", "MISA01001", "МИС городской клинической больницы (стенд)", HOSPITAL_OGRN)
MIS_OTHER = DemoSystem("mis-other", "MISB01001", "МИС другой больницы (стенд)", _OTHER_HOSPITAL_OGRN)
BUREAU_SYSTEM = DemoSystem("bureau", "BURO01001", "Бюро МСЭ № 1, опрашивает адаптер (стенд)", _BUREAU_OGRN)
PUSH_SYSTEM = DemoSystem(
    "bureau-push", "BURO02001", "Бюро МСЭ № 2, принимает направления на свой адрес (стенд)", _BUREAU_OGRN
)
FUND = DemoSystem("fund", "FOMS01001", "Территориальный фонд ОМС (стенд)", _BUREAU_OGRN)
REMD = DemoSystem("remd", "REMD01001", "РЭМД ЕГИСЗ (стенд)", _BUREAU_OGRN)
SYSTEMS = (ADAPTER, MIS, MIS_OTHER, BUREAU_SYSTEM, PUSH_SYSTEM, FUND, REMD)

_THERAPIST = SamplePerson(
    staff_id="2344",
    snils="001-000-077 28",
    post_code="109",
    family_name="Показательная",
    given_name="Ирина",
    patronymic="Олеговна",
)
_SECOND_HEAD = SamplePerson(
    staff_id="18",
    snils="001-000-088 31",
    post_code="513",
    family_name="Заключенский",
    given_name="Пётр",
    patronymic="Андреевич",
)

DOCTOR = DemoSigner("doctor", SURGEON, "Врач-хирург")
CHAIRMAN = DemoSigner("chairman", DEPUTY_HEAD, "Заместитель главного врача")
MEMBERS = (
    DemoSigner("member-1", NEUROLOGIST, "Врач-невролог"),
    DemoSigner("member-2", _THERAPIST, "Врач-терапевт"),
)
_HEAD_POST = "Руководитель бюро – врач по медико-социальной экспертизе"
_HEADS = (
    DemoSigner("bureau-head", BUREAU_HEAD, _HEAD_POST),
    DemoSigner("bureau-push-head", _SECOND_HEAD, _HEAD_POST),
)
SIGNERS = (DOCTOR, CHAIRMAN, *MEMBERS, *_HEADS)

HOSPITAL = DemoHospital(
    HOSPITAL_OID, HOSPITAL_OGRN, "ГБУЗ «Городская клиническая больница» (демо)", "hospital-seal"
)
BUREAU = DemoBureau(BUREAU_OID, _BUREAU_OGRN, "Бюро МСЭ № 1 (демо)", BUREAU_SYSTEM, _HEADS[0], "bureau-seal")
PUSH_BUREAU = DemoBureau(
    "1.2.643.5.1.13.13.12.2.77.1271",
    _BUREAU_OGRN,
    "Бюро МСЭ № 2 (демо)",
    PUSH_SYSTEM,
    _HEADS[1],
    "bureau-push-seal",
)
BUREAUS = (BUREAU, PUSH_BUREAU)

SEALED = (HOSPITAL, *BUREAUS)

#: Owners of RSA keys; all others sign with ECDSA, so that the demo runs both.
_RSA = frozenset({"adapter", "mis", "doctor", "remd"})


def cast() -> tuple[DemoActor, ...]:
    """Return every owner of a demo key: systems, persons, seals."""
    systems = [_organizational(one.key, one.code, one) for one in SYSTEMS]
    persons = [_person(one) for one in SIGNERS]
    seals = [_organizational(one.seal, f"Печать {one.oid.rpartition('.')[2]}", one) for one in SEALED]
    return (*systems, *persons, *seals)


def make_keys(directory: Path) -> bool:
    """Make the demo authority, all demo keys and the installation key; keys that are there are kept.

    Returns:
        Whether anything was made.

    Raises:
        KeysUnusableError: The folder holds some of the keys but not all, or cannot be written.
    """
    made = False
    if not _complete(directory):
        try:
            make_demo_pki(directory, cast())
        except OSError as error:
            raise KeysUnusableError(
                f"Демонстрационные ключи не созданы в папке {directory}: {error.strerror or error}. "
                "Папка должна отсутствовать или быть пустой."
            ) from error
        made = True
    return _make_installation_key(directory / INSTALLATION_KEY_FILE) or made


class Keyring:
    """The demo keys of a folder, read when first used."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._keys: dict[str, SigningKey] = {}

    def key(self, name: str) -> SigningKey:
        """Return the key of an actor.

        Raises:
            KeyUnusableError: It is not there or cannot be read.
        """
        if name not in self._keys:
            folder = self._directory
            self._keys[name] = load_pem_key(folder / f"{name}.key.pem", folder / f"{name}.cert.pem")
        return self._keys[name]

    def thumbprint(self, name: str) -> str:
        """Return SHA-256 of the actor's certificate, lower-case hex."""
        return self.key(name).certificate.thumbprint


def _complete(directory: Path) -> bool:
    wanted = [f"{actor.name}.{kind}.pem" for actor in cast() for kind in ("key", "cert")]
    wanted += [AUTHORITY_FILE, REVOCATION_FILE]
    missing = [name for name in wanted if not (directory / name).is_file()]
    if 0 < len(missing) < len(wanted):
        raise KeysUnusableError(
            f"В папке демонстрационных ключей {directory} не хватает: {', '.join(missing)}. "
            "Удалите папку: ключи будут созданы заново все вместе."
        )
    return not missing


def _make_installation_key(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    except OSError as error:
        raise KeysUnusableError(f"Файл {file} не создан: {error.strerror}.") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(32) + "\n")
    return True


def _organizational(name: str, common_name: str, owner: DemoSystem | DemoHospital | DemoBureau) -> DemoActor:
    """Return the owner of an organisation's certificate; a common name has at most 64 bytes."""
    return DemoActor(
        name=name,
        common_name=common_name,
        ogrn=owner.ogrn,
        algorithm="rsa" if name in _RSA else "ecdsa",
        organization=owner.name,
        expired=isinstance(owner, DemoSystem),
    )


def _person(signer: DemoSigner) -> DemoActor:
    person = signer.person
    names = (person.family_name, person.given_name, person.patronymic)
    of_hospital = signer in (DOCTOR, CHAIRMAN, *MEMBERS)
    return DemoActor(
        name=signer.key,
        common_name=" ".join(name for name in names if name),
        snils=normalize_snils(person.snils),
        ogrn=HOSPITAL.ogrn if of_hospital else _BUREAU_OGRN,
        title=signer.post,
        algorithm="rsa" if signer.key in _RSA else "ecdsa",
        organization=HOSPITAL.name if of_hospital else _MAIN_BUREAU,
    )
