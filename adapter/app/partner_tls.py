"""The wiring of https: how each partner is proven, and what we show it."""

from __future__ import annotations

import ssl
from pathlib import Path

from adapter.clients.tls import ClientCertificate, TlsUnusableError, context_of
from adapter.config import Config
from adapter.config_problems import ConfigError
from adapter.config_tls import TlsSection
from adapter.domain.wrong_values import WrongValue

_ALLOWED = {
    "ca_files": "сертификаты удостоверяющих центров в PEM или DER",
    "certificate_file": "сертификат с цепочкой и ключ к нему в PEM, пароль ключа – в password_file",
    "password_file": "файл с паролем ключа в UTF-8",
}


def load_partner_tls(config: Config) -> dict[str, ssl.SSLContext]:
    """Return how connections to partners are made, by code; to others by the certificates of the system.

    Raises:
        ConfigError: a file cannot be used.
    """
    found: dict[str, ssl.SSLContext] = {}
    problems = []
    for number, partner in enumerate(config.partners, start=1):
        if partner.tls == TlsSection():
            continue
        try:
            found[partner.code] = context_of(partner.tls.ca_files, _client(partner.tls))
        except TlsUnusableError as error:
            key = f"partners[{number}].tls.{error.files}"
            problems.append(WrongValue(key, "", _ALLOWED[error.files]))
    if problems:
        raise ConfigError(Path("config.toml"), problems)
    return found


def _client(section: TlsSection) -> ClientCertificate | None:
    if section.certificate_file is None or section.key_file is None:
        return None
    try:
        password = section.password_file.read_text(encoding="utf-8").strip() if section.password_file else ""
    except (OSError, UnicodeDecodeError):
        raise TlsUnusableError("password_file") from None
    return ClientCertificate(section.certificate_file, section.key_file, password)
