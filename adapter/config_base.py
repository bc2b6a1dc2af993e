"""What every section of the configuration is made of."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from adapter.domain.subjects import SUBJECTS

SystemCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{4}[0-9]{5}$")]
Oid = Annotated[str, StringConstraints(pattern=r"^[0-2](\.([1-9][0-9]*|0))+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise PydanticCustomError("url", "адрес вида http://узел[:порт][/путь]")
    return value.rstrip("/")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise PydanticCustomError("zone", "часовой пояс базы IANA, например Europe/Moscow") from error
    return value


def _fetch_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise PydanticCustomError("url", "адрес вида http://узел[:порт]/путь, без пароля")
    return value


def _news_url(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(value)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise PydanticCustomError("url", "адрес вида https://узел/путь без пароля; http – только на loopback")
    return value


def _subject(value: str) -> str:
    if value not in SUBJECTS:
        raise PydanticCustomError("subject", "код субъекта РФ, две цифры, например 77")
    return value


FetchUrl = Annotated[str, AfterValidator(_fetch_url)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
NewsUrl = Annotated[str, AfterValidator(_news_url)]
SubjectCode = Annotated[str, AfterValidator(_subject)]
Zone = Annotated[str, AfterValidator(_zone)]


class Section(BaseModel):
    """A part of the configuration: unknown keys are refused, nothing changes after the start."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
