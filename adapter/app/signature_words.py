"""Names of files, profiles and algorithms of signatures in Russian. Data and look-ups only."""

from __future__ import annotations

from collections.abc import Mapping

from signing.algorithms import (
    DIGEST_OIDS,
    DIGESTS,
    EC_KINDS,
    GOST_KEY_OIDS,
    GOST_KINDS,
    LEGACY_DIGEST_OIDS,
    LEGACY_DIGESTS,
    LEGACY_SIGNATURE_OIDS,
    LEGACY_SIGNATURES,
    SIGNATURE_OIDS,
    SIGNATURES,
)

KIND_TITLES: Mapping[str, str] = {
    "smev2": "сообщение СМЭВ 2",
    "smev3": "сообщение СМЭВ 3",
    "smev3-detached": "открепленная подпись СМЭВ 3",
    "ips": "сообщение ИПС",
    "app-data": "блок AppData СМЭВ 2",
    "document": "подписанный документ",
    "soap": "конверт SOAP",
    "xml": "документ XML",
    "cms": "открепленная подпись CMS",
}

PROFILE_TITLES: Mapping[str, str] = {
    "wss-body": "ЭП-ОВ в СМЭВ 2: Body, заголовок Security для СМЭВ",
    "wss-header-body": "ЭП-СМЭВ в СМЭВ 2: Header СМЭВ и Body, заголовок Security для получателя",
    "ips": "ИПС: Body, Timestamp и адресация",
    "ips-callback": "обратный вызов ИПС: Body и Timestamp",
    "app-data": "ЭП-СП в СМЭВ 2: внутри AppData",
    "smev3": "СМЭВ 3",
    "document": "подписанный документ обмена",
    "receipt": "квитанция адаптера, XAdES-BES",
    "cms": "открепленная CMS или CAdES-BES",
}

#: Whose signature, genitive: «Подпись … не верна».
OWNERS: Mapping[str, str] = {
    "wss-body": "системы-отправителя (ЭП-ОВ)",
    "wss-header-body": "СМЭВ (ЭП-СМЭВ)",
    "ips": "системы (ИПС)",
    "ips-callback": "ИПС",
    "app-data": "должностного лица (ЭП-СП)",
    "smev3": "СМЭВ 3",
    "document": "документа",
    "receipt": "квитанции",
}

#: CMS may name the kind of the key instead of the signature algorithm.
_KEYS: Mapping[str, str] = {"1.2.840.113549.1.1.1": "RSA", **{o: str(k) for o, k in GOST_KEY_OIDS.items()}}
_SIGNATURES = {**SIGNATURES, **LEGACY_SIGNATURES, **SIGNATURE_OIDS, **LEGACY_SIGNATURE_OIDS}
_DIGESTS = {**DIGESTS, **LEGACY_DIGESTS, **DIGEST_OIDS, **LEGACY_DIGEST_OIDS}


def algorithm_words(name: str) -> str:
    """Return a signature algorithm in words; a foreign one as it is written."""
    found = _SIGNATURES.get(name)
    if found is None:
        return _KEYS.get(name, name)
    if found.kinds <= GOST_KINDS:
        return str(next(iter(found.kinds)))
    key = "ECDSA" if found.kinds == EC_KINDS else str(next(iter(found.kinds)))
    return f"{key}, {found.digest}"


def digest_words(name: str) -> str:
    """Return a digest algorithm in words; a foreign one as it is written."""
    return str(_DIGESTS.get(name, name))
