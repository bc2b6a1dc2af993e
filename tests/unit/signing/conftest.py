"""Keys of demo actors, made once for all tests of signatures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from signing.certificates import Certificate
from signing.demo import DemoActor, make_demo_pki
from signing.keys import SigningKey, load_pem_key

# The same examples each time, and no judgement of a busy machine.
settings.register_profile("signing", deadline=None, derandomize=True)
settings.load_profile("signing")

HOSPITAL_OGRN = "1027700000001"
OTHER_OGRN = "1027700000002"
AUTHOR = "11223344595"
CHAIRMAN = "00000000101"
DEPUTY = "00000000202"
MEMBER = "00000000303"
STRANGER = "00000000404"
VISITOR = "00000000505"

ACTORS = (
    DemoActor("author", "Врачев Пётр Иванович", AUTHOR, HOSPITAL_OGRN, "Врач", organization="Больница"),
    DemoActor("chairman", "Главная Анна Петровна", CHAIRMAN, HOSPITAL_OGRN, "Главный врач"),
    DemoActor("deputy", "Второва Ирина Олеговна", DEPUTY, HOSPITAL_OGRN),
    DemoActor("member", "Членов Олег Юрьевич", MEMBER),
    DemoActor("stranger", "Чужов Иван Иванович", STRANGER),
    DemoActor("visitor", "Гостев Иван Иванович", VISITOR, OTHER_OGRN),
    DemoActor("hospital", "Больница № 1", None, HOSPITAL_OGRN, algorithm="rsa", inn="7707000001"),
    DemoActor("other", "Больница № 2", None, OTHER_OGRN),
    DemoActor("system", "МИС Больницы"),
)


@dataclass(frozen=True)
class Held:
    """The outcome of a signature that holds, whatever its format."""

    certificate: Certificate


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the demo authority."""
    directory = tmp_path_factory.mktemp("pki") / "demo"
    make_demo_pki(directory, ACTORS)
    return directory


@pytest.fixture(scope="session")
def keys(pki: Path) -> Mapping[str, SigningKey]:
    """Keys of the demo actors by name; `hospital` is RSA, the others are ECDSA."""
    return {a.name: load_pem_key(pki / f"{a.name}.key.pem", pki / f"{a.name}.cert.pem") for a in ACTORS}
