"""What an e-mail address may be made of: nothing that could start another header or another recipient."""

import re

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_LONGEST, _LONGEST_LOCAL = 254, 64


def is_mail_address(text: str) -> bool:
    """Tell whether a text is one bare address; a domain may be written in any alphabet (IDNA)."""
    local, at, domain = text.rpartition("@")
    if not at or len(text) > _LONGEST or len(local) > _LONGEST_LOCAL or _LOCAL.fullmatch(local) is None:
        return False
    try:
        labels = ascii_domain(domain).split(".")
    except ValueError:
        return False
    return all(_LABEL.fullmatch(label) is not None for label in labels)


def ascii_domain(domain: str) -> str:
    """Return a domain as the wire has it, in lower case.

    Raises:
        ValueError: It is no name of a domain.
    """
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError("no name of a domain") from None
