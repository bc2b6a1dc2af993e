"""The wiring of notices: secrets of news, the mail server. Only a process that delivers loads this."""

from __future__ import annotations

import ssl
from pathlib import Path

from adapter.clients.mail import MailServer
from adapter.config import Config
from adapter.config_deadlines import MailSection
from adapter.config_problems import ConfigError
from adapter.domain.wrong_values import WrongValue
from signing.standard_webhooks import SecretUnusableError, read_secret

_FILE = Path("config.toml")


def load_webhook_secrets(config: Config) -> dict[str, tuple[bytes, ...]]:
    """Read the secrets that prove news of states, by code of the system that gets them.

    Raises:
        ConfigError: a file cannot be read or holds no secret.
    """
    found: dict[str, tuple[bytes, ...]] = {}
    problems = []
    for number, partner in enumerate(config.partners, start=1):
        secrets = []
        for path in partner.webhook_secret_files:
            try:
                secrets.append(read_secret(path.read_text(encoding="ascii")))
            except (OSError, UnicodeDecodeError, SecretUnusableError) as error:
                cause = str(error) if isinstance(error, SecretUnusableError) else "файл недоступен"
                problems.append(WrongValue(f"partners[{number}].webhook_secret_files", path.name, cause))
        if secrets:
            found[partner.code] = tuple(secrets)
    if problems:
        raise ConfigError(_FILE, problems)
    return found


def load_mail_server(section: MailSection) -> MailServer | None:
    """Return the mail server; None: no letters are written.

    Raises:
        ConfigError: the password or the certificates cannot be read.
    """
    if not section.host:
        return None
    try:
        context = ssl.create_default_context(cafile=str(section.ca_file) if section.ca_file else None)
    except (OSError, ssl.SSLError):
        raise _wrong("mail.ca_file", "сертификаты УЦ почтового сервера в PEM") from None
    try:
        password = section.password_file.read_text(encoding="utf-8").strip() if section.password_file else ""
    except (OSError, UnicodeDecodeError):
        raise _wrong("mail.password_file", "файл с паролем в UTF-8") from None
    return MailServer(
        host=section.host,
        port=section.port,
        security=section.security,
        context=context,
        user=section.user,
        password=password,
        timeout=section.timeout_seconds,
    )


def check_telling(config: Config) -> None:
    """Read all that notices need, so that a program which could not tell does not start.

    Raises:
        ConfigError: a file cannot be used.
    """
    load_webhook_secrets(config)
    load_mail_server(config.mail)


def _wrong(key: str, allowed: str) -> ConfigError:
    return ConfigError(_FILE, [WrongValue(key, "", allowed)])
