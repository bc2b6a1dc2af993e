"""Subjects of the Russian Federation: code, name, time zone (НСИ 1.2.643.5.1.13.13.99.2.206).

Codes are text of two digits: «01» is Адыгея, not the number 1. A subject of several zones has its capital's.
"""

import functools
import re
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

_ORGANIZATION = re.compile(r"1\.2\.643\.5\.1\.13\.13\.12\.2\.(?P<subject>[1-9][0-9]?)\.[0-9]+(?:\.[0-9]+)*")
_DEFAULT_ZONE = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of the federation; `zone` is an IANA name."""

    code: str
    name: str
    zone: str = _DEFAULT_ZONE


_ROWS = (
    Subject("01", "Республика Адыгея"),
    Subject("02", "Республика Башкортостан", "Asia/Yekaterinburg"),
    Subject("03", "Республика Бурятия", "Asia/Irkutsk"),
    Subject("04", "Республика Алтай", "Asia/Barnaul"),
    Subject("05", "Республика Дагестан"),
    Subject("06", "Республика Ингушетия"),
    Subject("07", "Кабардино-Балкарская Республика"),
    Subject("08", "Республика Калмыкия"),
    Subject("09", "Карачаево-Черкесская Республика"),
    Subject("10", "Республика Карелия"),
    Subject("11", "Республика Коми"),
    Subject("12", "Республика Марий Эл"),
    Subject("13", "Республика Мордовия"),
    Subject("14", "Республика Саха (Якутия)", "Asia/Yakutsk"),
    Subject("15", "Республика Северная Осетия – Алания"),
    Subject("16", "Республика Татарстан"),
    Subject("17", "Республика Тыва", "Asia/Krasnoyarsk"),
    Subject("18", "Удмуртская Республика", "Europe/Samara"),
    Subject("19", "Республика Хакасия", "Asia/Krasnoyarsk"),
    Subject("20", "Чеченская Республика"),
    Subject("21", "Чувашская Республика"),
    Subject("22", "Алтайский край", "Asia/Barnaul"),
    Subject("23", "Краснодарский край"),
    Subject("24", "Красноярский край", "Asia/Krasnoyarsk"),
    Subject("25", "Приморский край", "Asia/Vladivostok"),
    Subject("26", "Ставропольский край"),
    Subject("27", "Хабаровский край", "Asia/Vladivostok"),
    Subject("28", "Амурская область", "Asia/Yakutsk"),
    Subject("29", "Архангельская область"),
    Subject("30", "Астраханская область", "Europe/Astrakhan"),
    Subject("31", "Белгородская область"),
    Subject("32", "Брянская область"),
    Subject("33", "Владимирская область"),
    Subject("34", "Волгоградская область", "Europe/Volgograd"),
    Subject("35", "Вологодская область"),
    Subject("36", "Воронежская область"),
    Subject("37", "Ивановская область"),
    Subject("38", "Иркутская область", "Asia/Irkutsk"),
    Subject("39", "Калининградская область", "Europe/Kaliningrad"),
    Subject("40", "Калужская область"),
    Subject("41", "Камчатский край", "Asia/Kamchatka"),
    Subject("42", "Кемеровская область – Кузбасс", "Asia/Novokuznetsk"),
    Subject("43", "Кировская область", "Europe/Kirov"),
    Subject("44", "Костромская область"),
    Subject("45", "Курганская область", "Asia/Yekaterinburg"),
    Subject("46", "Курская область"),
    Subject("47", "Ленинградская область"),
    Subject("48", "Липецкая область"),
    Subject("49", "Магаданская область", "Asia/Magadan"),
    Subject("50", "Московская область"),
    Subject("51", "Мурманская область"),
    Subject("52", "Нижегородская область"),
    Subject("53", "Новгородская область"),
    Subject("54", "Новосибирская область", "Asia/Novosibirsk"),
    Subject("55", "Омская область", "Asia/Omsk"),
    Subject("56", "Оренбургская область", "Asia/Yekaterinburg"),
    Subject("57", "Орловская область"),
    Subject("58", "Пензенская область"),
    Subject("59", "Пермский край", "Asia/Yekaterinburg"),
    Subject("60", "Псковская область"),
    Subject("61", "Ростовская область"),
    Subject("62", "Рязанская область"),
    Subject("63", "Самарская область", "Europe/Samara"),
    Subject("64", "Саратовская область", "Europe/Saratov"),
    Subject("65", "Сахалинская область", "Asia/Sakhalin"),
    Subject("66", "Свердловская область", "Asia/Yekaterinburg"),
    Subject("67", "Смоленская область"),
    Subject("68", "Тамбовская область"),
    Subject("69", "Тверская область"),
    Subject("70", "Томская область", "Asia/Tomsk"),
    Subject("71", "Тульская область"),
    Subject("72", "Тюменская область", "Asia/Yekaterinburg"),
    Subject("73", "Ульяновская область", "Europe/Ulyanovsk"),
    Subject("74", "Челябинская область", "Asia/Yekaterinburg"),
    Subject("75", "Забайкальский край", "Asia/Chita"),
    Subject("76", "Ярославская область"),
    Subject("77", "г. Москва"),
    Subject("78", "г. Санкт-Петербург"),
    Subject("79", "Еврейская автономная область", "Asia/Vladivostok"),
    Subject("83", "Ненецкий автономный округ"),
    Subject("86", "Ханты-Мансийский автономный округ – Югра", "Asia/Yekaterinburg"),
    Subject("87", "Чукотский автономный округ", "Asia/Anadyr"),
    Subject("89", "Ямало-Ненецкий автономный округ", "Asia/Yekaterinburg"),
    Subject("90", "Запорожская область"),
    Subject("91", "Республика Крым", "Europe/Simferopol"),
    Subject("92", "г. Севастополь", "Europe/Simferopol"),
    Subject("93", "Донецкая Народная Республика"),
    Subject("94", "Луганская Народная Республика"),
    Subject("95", "Херсонская область"),
    Subject("99", "г. Байконур", "Asia/Qyzylorda"),
)

SUBJECTS = MappingProxyType({row.code: row for row in _ROWS})


@functools.lru_cache(maxsize=4096)
def region(oid: str) -> str:
    """Return the subject code (two digits) in the OID of an organisation of ФРМО; empty for other OIDs.

    ``1.2.643.5.1.13.13.12.2.77.7973`` → ``77``; departments have further arcs.
    """
    found = _ORGANIZATION.fullmatch(oid)
    return found["subject"].zfill(2) if found else ""


def zone(subject: str) -> ZoneInfo:
    """Return the time zone of a subject; Moscow time when the code is unknown (federal bodies have none)."""
    row = SUBJECTS.get(subject)
    return ZoneInfo(row.zone if row else _DEFAULT_ZONE)
