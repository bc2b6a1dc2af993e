"""The partners of the exchange as `config.toml` describes them (contract, section "Partners")."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from adapter.config_base import HttpUrl, NewsUrl, Oid, Section, SubjectCode, SystemCode, Zone
from adapter.config_tls import TlsSection
from adapter.domain.partners import OPERATIONS_OF_KIND, Delivery, PartnerKind, SignatureProfile, Transport


def _operation(value: str) -> str:
    known = frozenset[str]().union(*OPERATIONS_OF_KIND.values())
    if value not in known:
        raise PydanticCustomError("operation", "имя операции контракта, например SubmitReferral")
    return value


#: Keys that mean something only where messages carry a Timestamp.
_OF_TIMESTAMP = ("clock_skew_seconds", "timestamp_seconds")


class OrganizationSection(Section):
    """An organisation that a partner acts for; of a bureau also the subjects it serves, ``*`` for all."""

    oid: Oid
    ogrn: Annotated[str, StringConstraints(pattern=r"^(\d{13}|\d{15})?$")] = ""
    name: str = ""
    zone: Zone | Literal[""] = ""
    subjects: list[SubjectCode | Literal["*"]] = []


class PartnerSection(Section):
    """One system of the exchange."""

    code: SystemCode
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: PartnerKind
    certificates: list[Path] = []
    organizations: list[OrganizationSection] = []
    operations: list[Annotated[str, AfterValidator(_operation)]] = []
    transport: Transport = Transport.SIGNATURE
    signature_profile: SignatureProfile = SignatureProfile.SMEV
    clock_skew_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    timestamp_seconds: Annotated[int, Field(ge=10, le=3600)] = 600
    delivery: Delivery = Delivery.POLL
    address: HttpUrl | Literal[""] = ""
    client_entity_id: str = ""
    webhook: NewsUrl = ""
    webhook_secret_files: list[Path] = []
    test: bool = False
    requests_per_second: Annotated[float, Field(ge=0, le=100_000)] | None = None
    statistics_regions: list[Annotated[str, StringConstraints(pattern=r"^(\d\d|\*)$")]] = []
    concurrency: Annotated[int, Field(ge=0, le=1000)] = 0
    per_minute: Annotated[int, Field(ge=0, le=100_000)] = 0
    tls: TlsSection = Field(default_factory=TlsSection)

    @model_validator(mode="after")
    def _complete(self) -> PartnerSection:
        if self.transport is Transport.SIGNATURE and not self.certificates and self.operations_allowed:
            raise PydanticCustomError(
                "certificates", "хотя бы один сертификат системы, подписывающей сообщения"
            )
        called = self.kind in {PartnerKind.REMD, PartnerKind.FUND} or self.delivery is Delivery.PUSH
        if called and not self.address:
            raise PydanticCustomError("address", "адрес системы, которую вызывает адаптер")
        if self.kind is PartnerKind.REMD and not self.client_entity_id:
            raise PydanticCustomError("client_entity_id", "UUID нашей системы в ЕГИСЗ (clientEntityId)")
        return self

    @model_validator(mode="after")
    def _told_of_states(self) -> PartnerSection:
        if self.webhook and self.kind not in {PartnerKind.MIS, PartnerKind.PORTAL}:
            raise PydanticCustomError("webhook", "webhook только у МИС и портала")
        if bool(self.webhook) is not bool(self.webhook_secret_files):
            raise PydanticCustomError("webhook", "webhook и webhook_secret_files вместе")
        return self

    @model_validator(mode="after")
    def _proven_by_tls(self) -> PartnerSection:
        called = (self.address, self.webhook)
        if self.tls != TlsSection() and not any(one.startswith("https://") for one in called):
            raise PydanticCustomError("tls", "tls только с адресом https")
        return self

    @model_validator(mode="after")
    def _signed_in_one_way(self) -> PartnerSection:
        behind_bus = self.signature_profile is not SignatureProfile.SMEV
        if behind_bus and self.kind is not PartnerKind.REMD:
            raise PydanticCustomError("profile", 'signature_profile = "smev": ИПС стоит только перед РЭМД')
        if behind_bus and self.transport is Transport.NONE:
            raise PydanticCustomError("unsigned", 'signature_profile только с transport = "signature"')
        if not behind_bus and not self.model_fields_set.isdisjoint(_OF_TIMESTAMP):
            keys = " и ".join(_OF_TIMESTAMP)
            raise PydanticCustomError("timestamp", f"{keys} только с signature_profile ips, ips-callback")
        return self

    @property
    def operations_allowed(self) -> bool:
        """Tell whether this system ever calls us."""
        return bool(self.operations or OPERATIONS_OF_KIND[self.kind])
