"""What a referral is about: the choices from which all its fields follow."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random

from tests.valid_referrals.dates import ADULT, PASSPORT, THREE_YEARS, YEAR

_OLDEST = 100 * YEAR


class Keeper(Enum):
    """Who acts for the citizen."""

    NONE = "nobody"
    PERSON = "a person"
    ORGANIZATION = "a legal entity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The choices; `months` is the age on the day of issue, `stay` the code of point 13.

    A victim is somebody injured at work; `works` and `sick_leave` belong to adults. `military` is the code of
    point 10, `policy` that of point 15 (``0``: none), `purposes` those of point 5; empty: by the rest.
    """

    months: int
    keeper: Keeper = Keeper.NONE
    repeat: bool = False
    citizenship: str = "1"
    no_fixed_address: bool = False
    stay: str = "5"
    home: bool = False
    palliative: bool = False
    amputee: bool = False
    victim: bool = False
    svo: bool = False
    works: bool = False
    studies: bool = False
    sick_leave: bool = False
    without_snils: bool = False
    military: str = ""
    policy: str = ""
    purposes: tuple[str, ...] = ()
    version: int = 1


def random_traits(random: Random) -> Traits:
    """Return choices that fit together."""
    spans = ((0, YEAR - 1), (YEAR, THREE_YEARS - 1), (THREE_YEARS, PASSPORT - 1), (PASSPORT, ADULT - 1))
    span = random.choice((*spans, (ADULT, _OLDEST), (ADULT, _OLDEST), (ADULT, _OLDEST)))
    works = random.random() < 0.5
    return Traits(
        months=random.randint(*span),
        keeper=random.choice((Keeper.NONE, Keeper.PERSON)),
        repeat=random.random() < 0.4,
        citizenship=random.choice("111112"),
        stay=random.choice("55512"),
        home=random.random() < 0.2,
        palliative=random.random() < 0.1,
        svo=random.random() < 0.1,
        works=works,
        studies=random.random() < 0.3,
        sick_leave=works and random.random() < 0.4,
        version=random.choice((1, 1, 1, 2)),
    )


def _child(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, months=random.randint(0, ADULT - 1))


def _infant(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, months=random.randint(0, YEAR - 1))


def _adult(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, months=random.randint(ADULT, _OLDEST))


def _represented(_: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, keeper=Keeper.PERSON)


def _in_guardianship(_: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, keeper=Keeper.ORGANIZATION)


def _repeat(_: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, repeat=True)


def _foreigner(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, citizenship="3", without_snils=random.random() < 0.5)


def _stateless(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, citizenship="4", without_snils=random.random() < 0.5)


def _homeless(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(_adult(random, one), no_fixed_address=True, home=False)


def _in_organization(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, stay=random.choice("1234"))


def _victim(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(_adult(random, one), victim=True)


def _amputee(_: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, amputee=True, palliative=False, stay="1", home=False)


def _corrected(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, version=random.randint(2, 12))


def _at_home(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, home=True, stay="5", palliative=random.random() < 0.5)


def _palliative(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, palliative=True, stay=random.choice("125"))


def _military(random: Random, one: Traits) -> Traits:
    """Who serves, or whose relative does: points 5.7-5.9 are purposes of their own."""
    purposes = random.choice((("7",), ("8",), ("12",), ("1", "3")))
    grown = _adult(random, one)
    return dataclasses.replace(grown, citizenship="1", military=random.choice("123"), purposes=purposes)


def _without_policy(_: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, policy="0")


def _with_old_policy(random: Random, one: Traits) -> Traits:
    return dataclasses.replace(one, policy=random.choice("14"))


def _any(_: Random, one: Traits) -> Traits:
    return one


#: Kind of referral → what is chosen for it.
KINDS: dict[str, Callable[[Random, Traits], Traits]] = {
    "any": _any,
    "child": _child,
    "infant": _infant,
    "adult": _adult,
    "represented": _represented,
    "in guardianship": _in_guardianship,
    "repeat": _repeat,
    "foreigner": _foreigner,
    "stateless": _stateless,
    "no fixed address": _homeless,
    "in an organisation": _in_organization,
    "injured at work": _victim,
    "amputee": _amputee,
    "at home": _at_home,
    "palliative": _palliative,
    "military": _military,
    "without policy": _without_policy,
    "with an old policy": _with_old_policy,
    "corrected": _corrected,
}


def traits_of(kind: str, random: Random) -> Traits:
    """Return traits of a kind; what belongs to adults is taken from children, who get a representative."""
    one = KINDS[kind](random, random_traits(random))
    if one.months >= ADULT:
        return one
    return dataclasses.replace(
        one,
        keeper=Keeper.PERSON if one.keeper is Keeper.NONE else one.keeper,
        studies=one.studies and one.months > 7 * YEAR,
        works=False,
        sick_leave=False,
        victim=False,
        svo=False,
        stay="5" if one.stay == "3" and one.months < PASSPORT else one.stay,
    )
