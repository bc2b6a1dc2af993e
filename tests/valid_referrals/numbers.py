"""Synthetic numbers with right check digits, by the algorithms of B.12 and not by the code that is tested."""

from random import Random

#: First digits of the nine of a СНИЛС, a range for each role: no two persons of a referral share a number.
CITIZEN, REPRESENTATIVE, STAFF = "91", "92", "93"
_WRITTEN = ("{0}{1}{2}{3}", "{0}-{1}-{2} {3}", "{0}-{1}-{2}-{3}", "{0} {1} {2} {3}")


def snils(random: Random, prefix: str) -> str:
    """Return a СНИЛС whose number begins with the prefix, written in one of the usual ways."""
    number = prefix + _digits(random, 9 - len(prefix))
    return _written(random, number, snils_control(number))


def early_snils(random: Random) -> str:
    """Return a СНИЛС up to 001-001-998: its last two digits prove nothing."""
    return _written(random, f"{random.randint(1_000_000, 1_001_998):09d}", f"{random.randint(0, 99):02d}")


def snils_control(number: str) -> str:
    """Return the two check digits of nine digits."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(number))
    while total > 101:
        total %= 101
    return "00" if total in {100, 101} else f"{total:02d}"


def policy_number(random: Random) -> str:
    """Return an ЕНП: sixteen digits, the last one by Luhn."""
    number = "99" + _digits(random, 13)
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in number[::-2])
    total = doubled + sum(int(digit) for digit in number[-2::-2])
    return f"{number}{-total % 10}"


def ogrn(random: Random) -> str:
    """Return the ОГРН of an organisation: thirteen digits, the first is 1 or 5."""
    number = random.choice("15") + _digits(random, 11)
    return f"{number}{int(number) % 11 % 10}"


def ogrnip(random: Random) -> str:
    """Return the ОГРНИП of an entrepreneur: fifteen digits, the first is 3."""
    number = "3" + _digits(random, 13)
    return f"{number}{int(number) % 13 % 10}"


def inn_of_organization(random: Random) -> str:
    """Return an ИНН of ten digits."""
    number = "99" + _digits(random, 7)
    return number + _inn_digit(number, (2, 4, 10, 3, 5, 9, 4, 6, 8))


def inn_of_person(random: Random) -> str:
    """Return an ИНН of twelve digits."""
    number = "99" + _digits(random, 8)
    number += _inn_digit(number, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    return number + _inn_digit(number, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def phone(random: Random) -> str:
    """Return a telephone number of a code that no operator has."""
    return "+7000" + _digits(random, 7)


def guid(random: Random) -> str:
    """Return a UUID in lower or upper case."""
    text = f"{random.randrange(16**32):032x}"
    text = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return text.upper() if random.random() < 0.2 else text


def number(random: Random, digits: int) -> str:
    """Return so many digits; leading zeros are as likely as others."""
    return _digits(random, digits)


def _digits(random: Random, count: int) -> str:
    return f"{random.randrange(10**count):0{count}d}"


def _inn_digit(number: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 % 10)


def _written(random: Random, number: str, control: str) -> str:
    return random.choice(_WRITTEN).format(number[:3], number[3:6], number[6:], control)
