"""The checked configuration: `config.toml` read once at start (contract, section "Partners").

A wrong value is refused with its key, the value and what is allowed; a secret is never shown. Relative
paths are relative to the folder of the configuration file.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from adapter.config_base import (
    LOOPBACK,
    FetchUrl,
    HttpUrl,
    Port,
    Section,
    SubjectCode,
    SystemCode,
    Zone,
)
from adapter.config_deadlines import DeadlineSection, MailSection
from adapter.config_files import FileSection
from adapter.config_load import LoadSection, MonitoringSection
from adapter.config_nodes import NodeSection
from adapter.config_partners import PartnerSection
from adapter.config_problems import ConfigError, problem_of
from adapter.config_retention import RetentionSection
from adapter.config_retry import RetrySection
from adapter.config_stand import StandSection
from adapter.domain.attachments import FILE_TYPES
from adapter.domain.partners import Transport
from adapter.domain.reception import RegionRule, Verdict
from adapter.domain.wrong_values import WrongValue


def _file_type(value: str) -> str:
    if value not in FILE_TYPES:
        raise PydanticCustomError("file_type", f"одно из: {', '.join(FILE_TYPES)}")
    return value


def _store_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise PydanticCustomError("store", "sqlite:///путь или postgresql://пользователь@узел/база")
    return value


class ServiceSection(Section):
    """Where the SOAP server listens and how it names itself."""

    address: str = "127.0.0.1"
    port: Port = 8080
    public_url: HttpUrl = "http://127.0.0.1:8080"
    system_code: SystemCode = "MSEA01001"
    system_name: Annotated[str, Field(min_length=1, max_length=200)] = "Адаптер направлений на МСЭ"
    contact: Annotated[str, Field(min_length=1, max_length=200)] = "администратор обмена"
    zone: Zone = "Europe/Moscow"
    threads: Annotated[int, Field(ge=1, le=64)] = 8


class StoreSection(Section):
    """The durable store: SQLite for one node, PostgreSQL for many."""

    url: Annotated[str, AfterValidator(_store_url)] = "sqlite:///var/mse-adapter.db"
    pool_size: Annotated[int, Field(ge=1, le=100)] = 8


class KeySection(Section):
    """The adapter's own key, in a file or in an external СКЗИ, and the secret that hides persons."""

    key_file: Path | None = None
    external_key: str = ""
    certificate_file: Path
    password_file: Path | None = None
    installation_key_file: Path

    @model_validator(mode="after")
    def _one_key(self) -> KeySection:
        if (self.key_file is None) is not bool(self.external_key):
            raise PydanticCustomError(
                "key", "одно из двух: key_file (файл ключа) или external_key (имя ключа во внешнем СКЗИ)"
            )
        return self


class GostSection(Section):
    """The external СКЗИ that does all GOST work in place of the system's libraries. Times in seconds."""

    command: list[Annotated[str, Field(min_length=1)]] = []
    timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0


class TrustSection(Section):
    """Roots, intermediate certificates and revocation lists, PEM or DER files; what may be fetched.

    Sizes in bytes; times in seconds.
    """

    roots: list[Path] = Field(min_length=1)
    intermediates: list[Path] = []
    crls: list[Path] = []
    crl_urls: list[FetchUrl] = []
    crl_cache: Path | None = None
    named_crls: bool = True
    ocsp: bool = True
    private_addresses: bool = False
    refresh_seconds: Annotated[int, Field(ge=60, le=86400)] = 3600
    fetch_seconds: Annotated[int, Field(ge=1, le=300)] = 20
    crl_bytes: Annotated[int, Field(ge=1024, le=1024 * 1024 * 1024)] = 64 * 1024 * 1024


class RoleSection(Section):
    """Who signs which kind of document: `signing.roles.policy_file`; without a file the built-in tables."""

    policy_file: Path | None = None


class LimitSection(Section):
    """Sizes in bytes; times in seconds."""

    message_bytes: Annotated[int, Field(ge=1024, le=64 * 1024 * 1024)] = 7 * 1024 * 1024
    inline_file_bytes: Annotated[int, Field(ge=1, le=7 * 1024 * 1024)] = 5 * 1024 * 1024
    file_bytes: Annotated[int, Field(ge=1)] = 10 * 1024 * 1024
    total_file_bytes: Annotated[int, Field(ge=1)] = 10 * 1024 * 1024
    part_bytes: Annotated[int, Field(ge=1, le=1024 * 1024)] = 1024 * 1024
    depth: Annotated[int, Field(ge=8, le=256)] = 256
    attributes: Annotated[int, Field(ge=8, le=1000)] = 64
    elements: Annotated[int, Field(ge=1000, le=10_000_000)] = 200_000
    fetch_items: Annotated[int, Field(ge=1, le=1000)] = 50
    visible_seconds: Annotated[int, Field(ge=1, le=86400)] = 300
    retry_after_seconds: Annotated[int, Field(ge=1, le=86400)] = 15
    files: Annotated[int, Field(ge=1, le=100)] = 100
    file_types: list[Annotated[str, AfterValidator(_file_type)]] = []


class VirusScannerSection(Section):
    """The program that looks for viruses in attached files; an empty command: nobody does. Seconds."""

    command: list[Annotated[str, Field(min_length=1)]] = []
    timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 30.0


class ReceptionSection(Section):
    """The four checks of the reception (`adapter.domain.reception`); subjects are two digits."""

    duplicate: bool = True
    possible_duplicate: bool = True
    late: Verdict = Verdict.REFUSE
    paper_twin: Verdict = Verdict.WARN
    region: Verdict = Verdict.REFUSE
    region_rule: RegionRule = RegionRule.MO_OR_CITIZEN
    region_rules: dict[SubjectCode, RegionRule] = {}


class DeliverySection(Section):
    """The workers that empty the outbox. Times in seconds."""

    workers: Annotated[int, Field(ge=1, le=64)] = 6
    batch: Annotated[int, Field(ge=1, le=500)] = 10
    lease_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 0.25
    connect_timeout: Annotated[float, Field(gt=0, le=120)] = 5.0
    read_timeout: Annotated[float, Field(gt=0, le=600)] = 30.0
    attempts: Annotated[int, Field(ge=1, le=1000)] = 100
    verdict_timeout_seconds: Annotated[int, Field(ge=1)] = 24 * 3600


class ReportSection(Section):
    """What reports are compared with, and from which number on outsiders are shown it."""

    commissioned_on: date | None = None
    targets_file: Path | None = None
    small_numbers: Annotated[int, Field(ge=2, le=100)] = 5


class Config(Section):
    """The whole configuration."""

    service: ServiceSection = ServiceSection()
    store: StoreSection = StoreSection()
    keys: KeySection
    gost: GostSection = GostSection()
    trust: TrustSection
    roles: RoleSection = RoleSection()
    limits: LimitSection = LimitSection()
    files: FileSection = FileSection()
    virus_scanner: VirusScannerSection = VirusScannerSection()
    load: LoadSection = LoadSection()
    monitoring: MonitoringSection = MonitoringSection()
    reception: ReceptionSection = ReceptionSection()
    delivery: DeliverySection = DeliverySection()
    nodes: NodeSection = NodeSection()
    retry: RetrySection = RetrySection()
    retention: RetentionSection = RetentionSection()
    deadlines: DeadlineSection = DeadlineSection()
    mail: MailSection = MailSection()
    reports: ReportSection = ReportSection()
    stand: StandSection = StandSection()
    partners: list[PartnerSection] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        codes = [partner.code for partner in self.partners]
        if len(codes) != len(set(codes)):
            raise PydanticCustomError("codes", "разные коды систем (code) у всех partners")
        if self.keys.external_key and not self.gost.command:
            raise PydanticCustomError("gost", "gost.command: команда СКЗИ, которое хранит keys.external_key")
        public = urlsplit(self.service.public_url).hostname
        open_address = self.service.address not in LOOPBACK or public not in LOOPBACK
        if open_address and any(partner.transport is Transport.NONE for partner in self.partners):
            raise PydanticCustomError(
                "transport", 'transport = "signature" у всех partners: "none" допустим только на loopback'
            )
        return self


def load(path: Path) -> Config:
    """Read and check a configuration file.

    Raises:
        ConfigError: the file cannot be read, is not TOML, or holds wrong values (all of them are listed).
    """
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(
            path, [WrongValue("файл", "", "файл, который есть и доступен для чтения")]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path, [WrongValue("файл", "", f"корректный TOML в UTF-8 ({error})")]) from None
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(path, [problem_of(item) for item in error.errors()]) from None
    return _anchored(config, path.resolve().parent)


def _anchored(config: Config, folder: Path) -> Config:
    """Return the configuration with every relative path made absolute."""

    def walk(value: Any) -> Any:
        if isinstance(value, Section):
            return value.model_copy(
                update={name: walk(getattr(value, name)) for name in type(value).model_fields}
            )
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, Path):
            return folder / value
        return value

    anchored: Config = walk(config)
    url = anchored.store.url
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        url = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    elif url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    return anchored.model_copy(update={"store": anchored.store.model_copy(update={"url": url})})
