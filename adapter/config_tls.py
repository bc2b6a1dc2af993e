"""Key `tls` of a partner: what its https is proven by, and what we show it."""

from __future__ import annotations

from pathlib import Path

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from adapter.config_base import Section


class TlsSection(Section):
    """Certificates of authorities, PEM or DER; our certificate and key, PEM."""

    ca_files: list[Path] = []
    certificate_file: Path | None = None
    key_file: Path | None = None
    password_file: Path | None = None

    @model_validator(mode="after")
    def _whole(self) -> TlsSection:
        if (self.certificate_file is None) is not (self.key_file is None):
            raise PydanticCustomError("tls", "certificate_file и key_file вместе")
        if self.password_file is not None and self.key_file is None:
            raise PydanticCustomError("tls", "password_file только с key_file")
        return self
