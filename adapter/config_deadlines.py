"""Sections `[deadlines]` and `[mail]`: how terms are counted, who is told of them, how letters leave."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from adapter.config_base import LOOPBACK, Oid, Port, Section
from adapter.domain.addresses import is_mail_address
from adapter.domain.deadlines import CODES
from adapter.domain.subjects import SUBJECTS

Level = Literal["operator", "head", "ministry"]


def _code(value: str) -> str:
    if value not in CODES:
        raise PydanticCustomError("term", "код срока, например MO_REWORK")
    return value


def _subject(value: str) -> str:
    if value and value not in SUBJECTS:
        raise PydanticCustomError("subject", "код субъекта РФ из двух цифр")
    return value


def _address(value: str) -> str:
    if not is_mail_address(value):
        raise PydanticCustomError("mail", "адрес вида имя@узел.рф или имя@node.ru, без имени человека")
    return value


Code = Annotated[str, AfterValidator(_code)]
MailAddress = Annotated[str, AfterValidator(_address)]


class TermSection(Section):
    """One term that is otherwise here than in the table of the project."""

    code: Code
    length: Annotated[int, Field(ge=0, le=3650)] | None = None
    unit: Literal["HOUR", "DAY", "WORKING_DAY", "MONTH"] | None = None
    since: date | None = None
    source: Annotated[str, Field(min_length=1, max_length=300)]


class StepSection(Section):
    """One link of the chain of escalation; `days` are working days from the last day of the term."""

    level: Level
    days: Annotated[int, Field(ge=-60, le=250)]
    terms: list[Code] = []


class DeadlineSection(Section):
    """Calendar, terms and chain of escalation."""

    calendar_file: Path | None = None
    near_days: Annotated[int, Field(ge=0, le=60)] = 2
    terms: list[TermSection] = []
    chain: list[StepSection] = []

    @model_validator(mode="after")
    def _each_step_once(self) -> DeadlineSection:
        seen: set[tuple[str, int, str]] = set()
        for step in self.chain:
            for code in step.terms or sorted(CODES):
                place = (step.level, step.days, code)
                if place in seen:
                    raise PydanticCustomError("chain", "каждое звено chain (level, days, срок) один раз")
                seen.add(place)
        return self


class ContactSection(Section):
    """An address to write to."""

    level: Level
    email: MailAddress
    organization: Oid | Literal[""] = ""
    subject: Annotated[str, AfterValidator(_subject)] = ""


class MailSection(Section):
    """The mail server; without a host no letter is written. Times in seconds."""

    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]{0,253}$")] = ""
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    user: str = ""
    password_file: Path | None = None
    sender: MailAddress | Literal[""] = ""
    timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    contacts: list[ContactSection] = []

    @model_validator(mode="after")
    def _complete(self) -> MailSection:
        if self.host and not self.sender:
            raise PydanticCustomError("sender", "sender: адрес, от имени которого пишет адаптер")
        if self.host and self.security == "none" and self.host not in LOOPBACK:
            raise PydanticCustomError("security", 'security = "none" только на loopback')
        if bool(self.user) is not (self.password_file is not None):
            raise PydanticCustomError("password", "user и password_file вместе")
        return self
