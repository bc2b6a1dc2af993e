"""What is wrong in a configuration, in words: the key, the value unless it is secret, what is allowed."""

from __future__ import annotations

from pathlib import Path

from pydantic_core import ErrorDetails

from adapter.domain.wrong_values import WrongValue


class ConfigError(Exception):
    """The configuration cannot be used; the problems say why, all at once."""

    def __init__(self, path: Path, problems: list[WrongValue]) -> None:
        self.path = path
        self.problems = problems
        super().__init__(f"{path}: " + "; ".join(map(str, problems)))


#: What is allowed, by the type of pydantic's error; values in braces are the error's own.
ALLOWED = {
    "missing": "задать значение, ключ обязателен",
    "extra_forbidden": "убрать этот ключ, такого параметра нет",
    "string_pattern_mismatch": "строка вида {pattern}",
    "string_too_short": "строка не короче {min_length} зн.",
    "string_too_long": "строка не длиннее {max_length} зн.",
    "string_type": "строка в кавычках",
    "int_type": "целое число",
    "int_parsing": "целое число",
    "int_from_float": "целое число",
    "float_type": "число",
    "float_parsing": "число",
    "bool_type": "true или false",
    "bool_parsing": "true или false",
    "path_type": "путь к файлу в кавычках",
    "list_type": "список в квадратных скобках",
    "too_short": "не меньше {min_length} элемента",
    "greater_than": "число больше {gt}",
    "greater_than_equal": "число не меньше {ge}",
    "less_than": "число меньше {lt}",
    "less_than_equal": "число не больше {le}",
    "literal_error": "одно из: {expected}",
    "enum": "одно из: {expected}",
    "model_type": "раздел [таблица] TOML",
    "model_attributes_type": "раздел [таблица] TOML",
    "date_type": "дата вида 2026-01-09 без кавычек",
    "date_from_datetime_parsing": "дата вида 2026-01-09 без кавычек",
    "date_parsing": "дата вида 2026-01-09 без кавычек",
}

SECRET_KEYS = ("password", "secret", "url", "webhook")


def problem_of(error: ErrorDetails) -> WrongValue:
    """Say in Russian what an error of pydantic means."""
    key = ""
    for part in error["loc"]:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    template = ALLOWED.get(error["type"])
    allowed = template.format(**error.get("ctx", {})) if template else error["msg"]
    shown = error["input"] if isinstance(error["input"], str | int | float | bool) else ""
    if any(word in key for word in SECRET_KEYS):
        shown = "***"
    return WrongValue(key or "файл", repr(shown) if shown != "" else "", allowed.replace(" or ", " или "))
