"""From the bytes of an export to the JSON in it. The file is hostile until it is read."""

import json
import zlib
from typing import Any, NoReturn

from adapter.dictionaries.refusal import DictionaryRefused

#: Largest file, and largest text in it when it is compressed. МКБ-10 is 4 MB, the services 2 MB.
FILE_LIMIT = 32 * 2**20
TEXT_LIMIT = 128 * 2**20

_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_GZIP_WINDOW = 31
_AT_ONCE = 2**20
_MEGABYTE = 2**20


def read_json(raw: bytes) -> Any:
    """Return the JSON of a file, compressed by gzip or not.

    Raises:
        DictionaryRefused: too large, damaged, not UTF-8, not JSON.
    """
    if len(raw) > FILE_LIMIT:
        raise DictionaryRefused([f"Файл больше предела {FILE_LIMIT // _MEGABYTE} МиБ."])
    if raw.startswith(_ZIP):
        raise DictionaryRefused(["Это архив ZIP: распакуйте его и загрузите файл JSON (можно сжатый gzip)."])
    text = _unpacked(raw) if raw.startswith(_GZIP) else raw
    try:
        return json.loads(text.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise DictionaryRefused([f"Файл не в кодировке UTF-8 (байт {error.start})."]) from None
    except json.JSONDecodeError as error:
        place = f"строка {error.lineno}, знак {error.colno}"
        raise DictionaryRefused([f"Файл не является JSON: ошибка записи ({place})."]) from None
    except RecursionError:
        raise DictionaryRefused(["Файл не является выгрузкой ФНСИ: слишком глубокая вложенность."]) from None
    except ValueError:  # a number of thousands of digits
        raise DictionaryRefused(["Файл не является выгрузкой ФНСИ: недопустимое число."]) from None


def _refuse_constant(name: str) -> NoReturn:
    raise DictionaryRefused([f"Файл не является JSON: значение {name} недопустимо."])


def _unpacked(raw: bytes) -> bytes:
    """Unpack gzip, piece by piece, so that a small file cannot become an endless one."""
    pieces: list[bytes] = []
    size = 0
    while raw:
        stream = zlib.decompressobj(_GZIP_WINDOW)
        while not stream.eof:
            try:
                piece = stream.decompress(raw, _AT_ONCE)
            except zlib.error:
                raise DictionaryRefused(["Сжатый файл (gzip) повреждён."]) from None
            if not piece and not stream.eof and not stream.unconsumed_tail:
                raise DictionaryRefused(["Сжатый файл (gzip) оборван."])
            raw = stream.unconsumed_tail
            pieces.append(piece)
            size += len(piece)
            if size > TEXT_LIMIT:
                raise DictionaryRefused(
                    [f"Файл в распакованном виде больше предела {TEXT_LIMIT // _MEGABYTE} МиБ."]
                )
        raw = stream.unused_data
    return b"".join(pieces)
