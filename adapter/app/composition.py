"""The composition root: the checked configuration becomes the ports of the house and the WSGI application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml import etree

from adapter.app.counting import contacts_of, following_of, load_calendar
from adapter.app.indicators import make_reports
from adapter.app.readiness import health
from adapter.app.registered import Current, RegisteredContacts, RegisteredTerritories
from adapter.app.sizing import temporary_folder
from adapter.app.throttling import places_of, throttle_of
from adapter.app.trusting import sources_of
from adapter.calendars.source import ProductionCalendar
from adapter.clients.virus_scanner import VirusScanner
from adapter.config import Config, LimitSection
from adapter.config_base import LOOPBACK
from adapter.config_problems import ConfigError
from adapter.contract import publish
from adapter.contract.call import Incoming
from adapter.contract.namespaces import REMD_CALLBACK, service_tag
from adapter.dictionaries.lookup import StoredCodeLists
from adapter.dictionaries.registers.local import RegisterSource
from adapter.domain.attachments import DEFAULT_TYPES
from adapter.domain.contacts import Contacts
from adapter.domain.partners import Organization, Partner, Partners
from adapter.domain.reception import ReceptionRules
from adapter.domain.wrong_values import WrongValue
from adapter.operations.context import Context, Limits, OwnSystem, Scan, pseudonyms
from adapter.operations.door import Door
from adapter.operations.registry import SERVICES
from adapter.operations.registry_callback import OPERATIONS, RegistryDoor
from signing import (
    Certificate,
    KeyUnusableError,
    PolicySource,
    PolicyUnusableError,
    Refusal,
    SigningKey,
    Trust,
    TrustUnusableError,
    gost,
    load_certificate,
    load_pem_key,
    sign_wss,
)
from signing.demo import is_demo
from signing.gost.command import CommandBackend
from signing.keys import load_external_key, prove_key
from signing.pki.expiry import ExpiryWarning, terms_of, warnings_of
from storage import Store, open_store

if TYPE_CHECKING:
    from adapter.soap.gate import Gate
    from adapter.soap.pages import Pages

Clock = Callable[[], datetime]

MOSCOW = ZoneInfo("Europe/Moscow")


def utc_now() -> datetime:
    """Return the present moment, aware UTC."""
    return datetime.now(UTC)


def clock_on(day: date | None) -> Clock:
    """Return a clock that begins on the day, Moscow time, at the present time of day; None: the real one."""
    if day is None:
        return utc_now
    shift = day - utc_now().astimezone(MOSCOW).date()
    return lambda: utc_now() + shift


def _goes_on() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Runtime:
    """One running node: its configuration and its ports; `close` gives the database back.

    `stopping` tells whether the process has been asked to end.
    """

    config: Config
    context: Context
    clock: Clock
    partner_certificates: tuple[tuple[str, Certificate], ...] = ()
    calendar: ProductionCalendar = field(default_factory=ProductionCalendar)
    stopping: Callable[[], bool] = _goes_on

    @property
    def store(self) -> Store:
        """The store of the node."""
        return self.context.store

    def close(self) -> None:
        """Close the store."""
        self.context.store.close()

    def warnings(self, now: datetime) -> tuple[ExpiryWarning, ...]:
        """Return what ends soon of keys, trust and partners."""
        terms = terms_of(self.context.trust, self.context.key, self.partner_certificates)
        return warnings_of(terms, now)


def open_runtime(config: Config, clock: Clock = utc_now) -> Runtime:
    """Load keys, trust and roles, open the store.

    Raises:
        ConfigError: a file that the configuration names cannot be used.
        StoreError: the database cannot be used, or its schema is not the present one.
    """
    key = load_own_key(config)
    if config.service.address not in LOOPBACK and is_demo(key.certificate):
        allowed = "адрес loopback: с демонстрационными ключами наружу работать нельзя"
        raise ConfigError(
            Path("config.toml"), [WrongValue("service.address", config.service.address, allowed)]
        )
    trust = load_trust(config)
    roles = load_roles(config)
    secret = load_installation_key(config)
    partners = load_partners(config)
    certificates = load_partner_certificates(config)
    calendar = load_calendar(config)
    service, limits = config.service, config.limits
    store = open_store(
        config.store.url, pool_size=config.store.pool_size, archive=config.retention.archive_folder
    )
    registers = RegisterSource(store, pseudonyms(secret))
    context = Context(
        own=OwnSystem(service.system_code, service.system_name, service.contact, ZoneInfo(service.zone)),
        store=store,
        trust=trust,
        key=key,
        partners=partners,
        limits=operation_limits(limits),
        reception=ReceptionRules(**dict(config.reception)),
        clock=clock,
        installation_key=secret,
        roles=roles,
        code_lists=StoredCodeLists(store),
        registers=registers,
        territories=RegisteredTerritories(lambda: registers.current),
        following=following_of(config, calendar, partners),
        contacts=_contacts(config, lambda: registers.current, clock),
        statistics=make_reports(config, store, lambda: registers.current, calendar),
        scan=_scanner(config),
        throttle=throttle_of(config),
        spool_folder=temporary_folder(config),
    )
    return Runtime(config, context, clock, certificates, calendar)


def _scanner(config: Config) -> Scan | None:
    scanner = config.virus_scanner
    return VirusScanner(scanner.command, scanner.timeout_seconds) if scanner.command else None


def _contacts(config: Config, registers: Current, clock: Clock) -> Contacts:
    """Return whom to write to: the configuration, then the register; nobody where there is no mail server."""
    configured = contacts_of(config)
    if not config.mail.host:
        return configured
    return RegisteredContacts(configured, registers, lambda: clock().astimezone(MOSCOW).date())


def operation_limits(limits: LimitSection) -> Limits:
    """Return the limits of the operations."""
    types = tuple(limits.file_types) or DEFAULT_TYPES
    known = {one.name: getattr(limits, one.name) for one in fields(Limits)}
    return Limits(**{**known, "file_types": types})


def load_own_key(config: Config) -> SigningKey:
    """Load the adapter's own key.

    Raises:
        ConfigError: it cannot be used; a key in an external СКЗИ has to sign something at once.
    """
    keys = config.keys
    if keys.key_file is None:
        return _external_key(config)
    try:
        password = keys.password_file.read_bytes().strip() if keys.password_file else None
        return load_pem_key(keys.key_file, keys.certificate_file, password)
    except (KeyUnusableError, OSError) as error:
        hint = f"ключ и сертификат в PEM ({_cause(error)}); для стенда: mse-adapter keys demo"
        raise _wrong("keys.key_file", hint) from None


def _external_key(config: Config) -> SigningKey:
    keys = config.keys
    configure_gost(config)
    try:
        key = load_external_key(keys.external_key, keys.certificate_file)
        prove_key(key)
    except KeyUnusableError as error:
        hint = f"имя ключа ГОСТ во внешнем СКЗИ ([gost]), сертификат которого – certificate_file ({error})"
        raise _wrong("keys.external_key", hint) from None
    return key


def configure_gost(config: Config) -> None:
    """Give all GOST work of this process to the external СКЗИ of the configuration, where there is one."""
    if config.gost.command:
        gost.configure(CommandBackend(config.gost.command, timeout=config.gost.timeout_seconds))


def load_trust(config: Config) -> Trust:
    """Load roots, intermediates and revocation lists.

    Raises:
        ConfigError: one of them cannot be used.
    """
    configure_gost(config)
    trust = config.trust
    try:
        return Trust([*trust.roots, *trust.intermediates, *trust.crls], sources_of(trust))
    except (TrustUnusableError, OSError) as error:
        hint = f"сертификаты и списки отзыва в PEM или DER ({_cause(error)})"
        raise _wrong("trust", hint) from None


def load_roles(config: Config) -> PolicySource:
    """Load the role policy: the file of the operator, or the built-in one.

    Raises:
        ConfigError: the file cannot be used; each of its faults is a problem.
    """
    try:
        return PolicySource(config.roles.policy_file)
    except PolicyUnusableError as error:
        problems = [
            WrongValue(f"roles.policy_file: {one.place}", one.value, one.allowed) for one in error.faults
        ]
        raise ConfigError(Path("config.toml"), problems) from None


def load_partner_certificates(config: Config) -> tuple[tuple[str, Certificate], ...]:
    """Read the certificates of the partners, each with the partner's code.

    Raises:
        ConfigError: a certificate cannot be read.
    """
    found: list[tuple[str, Certificate]] = []
    problems: list[WrongValue] = []
    for number, one in enumerate(config.partners, start=1):
        for path in one.certificates:
            try:
                found.append((one.code, load_certificate(path)))
            except (OSError, Refusal) as error:
                where = f"partners[{number}].certificates"
                problems.append(WrongValue(where, path.name, f"сертификат в PEM или DER ({_cause(error)})"))
    if problems:
        raise ConfigError(Path("config.toml"), problems)
    return tuple(found)


def load_partners(config: Config) -> Partners:
    """Read the partners and the thumbprints of their certificates.

    Raises:
        ConfigError: a certificate cannot be read.
    """
    certificates = load_partner_certificates(config)
    return Partners(
        tuple(
            Partner(
                code=one.code,
                name=one.name,
                kind=one.kind,
                thumbprints=frozenset(c.thumbprint for code, c in certificates if code == one.code),
                organizations=tuple(
                    Organization(org.oid, org.ogrn, org.name, tuple(org.subjects))
                    for org in one.organizations
                ),
                operations=frozenset(one.operations),
                transport=one.transport,
                signature_profile=one.signature_profile,
                clock_skew=timedelta(seconds=one.clock_skew_seconds),
                timestamp_life=timedelta(seconds=one.timestamp_seconds),
                delivery=one.delivery,
                address=one.address,
                webhook=one.webhook,
                test=one.test,
                statistics_regions=frozenset(one.statistics_regions),
                concurrency=one.concurrency,
                per_minute=one.per_minute,
            )
            for one in config.partners
        )
    )


def build_application(
    runtime: Runtime, pages: Pages | None = None, gate: Gate | None = None
) -> Callable[..., object]:
    """Return the WSGI application of the node: every service of the contract behind one guard.

    Args:
        runtime: the node.
        pages: what watchers read; without them health alone, asked afresh each time.
        gate: how many requests are taken at once; without it one by the configuration.
    """
    from adapter.soap.application import build_wsgi  # noqa: PLC0415 - Spyne is imported where it serves
    from adapter.soap.gate import Gate  # noqa: PLC0415
    from adapter.soap.pages import Pages  # noqa: PLC0415
    from adapter.soap.protocol import Service  # noqa: PLC0415
    from adapter.soap.reading import Limits as ReadingLimits  # noqa: PLC0415

    context, config = runtime.context, runtime.config

    def sign(envelope: etree._Element, _: Incoming) -> None:
        sign_wss(envelope, context.key)

    services = [
        Service(
            path=path,
            wsdl=path.rpartition("/")[2],
            name=path.rpartition("/")[2].capitalize(),
            operations={service_tag(name): name for name in operations},
            handle=Door(context, operations),
            sign=sign,
            soap_versions=frozenset({"1.1"}),
        )
        for path, operations in SERVICES.items()
    ]
    services.append(
        Service(
            path="/ws/remd-callback",
            wsdl="remd-callback",
            name="RemdCallback",
            operations={f"{{{REMD_CALLBACK}}}{element}": name for element, name in OPERATIONS.items()},
            handle=RegistryDoor(context),
            soap_versions=frozenset({"1.1", "1.2"}),
        )
    )
    limits = ReadingLimits(
        message_bytes=config.limits.message_bytes,
        depth=config.limits.depth,
        attributes=config.limits.attributes,
        elements=config.limits.elements,
    )
    static: Mapping[str, bytes] = publish.published(config.service.public_url)
    return build_wsgi(
        services,
        static=static,
        wsdl_of=publish.SERVICES,
        limits=limits,
        pages=pages or Pages(lambda path: health(runtime, path)),
        gate=gate or Gate(places_of(config)),
        meter=context.meter,
    )


def load_installation_key(config: Config) -> bytes:
    """Load the secret under which persons are hashed.

    Raises:
        ConfigError: it cannot be used.
    """
    path = config.keys.installation_key_file
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        hint = f"файл с 32 случайными байтами в шестнадцатеричном виде ({_cause(error)})"
        raise ConfigError(Path("config.toml"), [WrongValue("keys.installation_key_file", "", hint)]) from None
    if len(secret) < 32:
        raise ConfigError(
            Path("config.toml"), [WrongValue("keys.installation_key_file", "", "не меньше 32 байт")]
        )
    return secret


def _wrong(key: str, allowed: str, value: str = "") -> ConfigError:
    return ConfigError(Path("config.toml"), [WrongValue(key, value, allowed)])


def _cause(error: BaseException) -> str:
    if isinstance(error, OSError):
        return error.strerror or "файл недоступен"
    return str(error) or type(error).__name__
