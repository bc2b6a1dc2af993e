"""No attack passes: every mutation of every profile in every place, with keys of every kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from signing.algorithms import KeyKind
from signing.reasons import Reason, Refusal
from signing.xmldsig.profiles import PROFILES
from signing.xmldsig.smev3 import SLOTS, verify_smev3_detached
from tests.unit.signing.xmldsig.messages import parse
from tests.unit.signing.xmldsig.mutations import (
    HOLDS,
    NOT_XML,
    Case,
    InapplicableError,
    Mutation,
    changed,
    opened,
)
from tests.unit.signing.xmldsig.mutations_algorithms import ALGORITHMS
from tests.unit.signing.xmldsig.mutations_content import CONTENT
from tests.unit.signing.xmldsig.mutations_envelope import ENVELOPE
from tests.unit.signing.xmldsig.mutations_keys import KEYS
from tests.unit.signing.xmldsig.mutations_structure import STRUCTURE
from tests.unit.signing.xmldsig.mutations_wrapping import WRAPPING
from tests.unit.signing.xmldsig.schemes import KINDS, SCHEMES, Outcome, Scheme

TABLES = {
    "wrapping": WRAPPING,
    "structure": STRUCTURE,
    "algorithms": ALGORITHMS,
    "keys": KEYS,
    "content": CONTENT,
    "envelope": ENVELOPE,
}
MUTATIONS = [mutation for table in TABLES.values() for mutation in table]
# Every place of SMEV 3 is attacked with one kind of key, the kinds in turn; every other profile with all.
_IN_SLOTS = [scheme for scheme in SCHEMES if "/" in scheme.name]
CASES = [
    *((scheme, kind) for scheme in SCHEMES if scheme not in _IN_SLOTS for kind in KINDS),
    *((scheme, KINDS[number % len(KINDS)]) for number, scheme in enumerate(_IN_SLOTS)),
]


def _signed(case: Case) -> tuple[bytes, ...]:
    return tuple(case.scheme.octets(target) for target in case.targets)


def _is_right(outcome: Outcome, scheme: Scheme, signed: tuple[bytes, ...]) -> bool:
    """Whether nothing is verified, or just the elements in their places as they were signed."""
    verified, wanted = outcome
    if isinstance(verified, Refusal):
        return True
    same = len(verified.nodes) == len(wanted) and all(
        one is other for one, other in zip(verified.nodes, wanted, strict=True)
    )
    return same and tuple(scheme.octets(node) for node in verified.nodes) == signed


def _said(outcomes: list[Outcome]) -> set[Reason | str | None]:
    """Reasons of the refusals; where nothing was found to verify, the signature is missing."""
    reasons = {one.reason if isinstance(one, Refusal) else HOLDS for one, _ in outcomes}
    return {Reason.SIG_MISSING} if not outcomes else {*reasons}


def _problem(case: Case, octets: bytes, signed: tuple[bytes, ...], expected: Reason | str | None) -> str:
    """What is wrong with the answer to an attack; nothing when it is the expected one."""
    try:
        root = parse(octets)
    except etree.XMLSyntaxError:
        return "" if expected == NOT_XML else f"not XML instead of {expected}"
    outcomes = case.scheme.verify(root)
    if not all(_is_right(outcome, case.scheme, signed) for outcome in outcomes):
        return "something that was not signed is verified"
    said = _said(outcomes)
    # The first of two signatures of a document by one certificate is good.
    good = {expected, HOLDS} if expected is Reason.SIG_DUPLICATE else {expected}
    return "" if said == good else f"{said} instead of {expected}"


def _attack(case: Case, mutation: Mutation, *, sealed: bool = False) -> str | None:
    """What is wrong with a mutation of a case; None where it does not apply."""
    expected, signed = mutation.reason(case), _signed(case)
    try:
        octets = changed(case, mutation)
        if sealed:
            case.seal()
            octets = etree.tostring(case.root.getroottree(), encoding="utf-8")
    except InapplicableError:
        return None
    return _problem(case, octets, signed, expected)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("scheme", "kind"), CASES, ids=lambda value: getattr(value, "name", ""))
def test_no_mutation_passes(scheme: Scheme, kind: KeyKind, table: str) -> None:
    """Each is refused for its reason, or is harmless and leaves the same elements verified."""
    problems = {m.name: _attack(opened(scheme, kind), m) for m in TABLES[table]}
    assert {name: problem for name, problem in problems.items() if problem} == {}


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_no_mutation_passes_where_the_owner_of_the_key_has_signed_it(scheme: Scheme) -> None:
    """What is refused for its form is refused though SignedInfo was signed in just that form."""
    problems = {}
    for mutation in [*STRUCTURE, *ALGORITHMS]:
        case = opened(scheme, KeyKind.P256)
        if mutation.reason(case) in {Reason.SIG_FORMAT, Reason.SIG_ALGORITHM}:
            problems[mutation.name] = _attack(case, mutation, sealed=True)
    assert len(problems) > 100
    assert {name: problem for name, problem in problems.items() if problem} == {}


def test_every_mutation_meets_some_message() -> None:
    """No attack is idle, and names are told apart."""
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) > 850
    kind = KeyKind.GOST256
    idle = [m.name for m in MUTATIONS if all(_idle(opened(scheme, kind), m) for scheme in SCHEMES)]
    assert idle == [
        name for name in idle if name.startswith(("certificate of GOST256", "signature algorithm 'urn:ietf"))
    ]


def _idle(case: Case, mutation: Mutation) -> bool:
    try:
        changed(case, mutation)
    except InapplicableError:
        return True
    return False


def test_every_profile_and_every_place_of_a_signature_is_attacked() -> None:
    """The table of places of SMEV 3 and the table of profiles have nothing that is not attacked."""
    places = {
        f"smev3 {parent}/{slot}/{target}"
        for slot, parents in SLOTS.items()
        for parent, targets in parents.items()
        for target in targets
    }
    attacked = {scheme.name.replace("/Thing", "/MessagePrimaryContent") for scheme in SCHEMES}
    assert places <= attacked
    assert {scheme.profile.name for scheme in SCHEMES} == set(PROFILES)


@settings(derandomize=True, deadline=None, max_examples=1_500)
@given(
    where=st.sampled_from(SCHEMES),
    kind=st.sampled_from(KINDS),
    pair=st.lists(st.sampled_from(MUTATIONS), min_size=2, max_size=3),
)
def test_no_mutations_together_pass(where: Scheme, kind: KeyKind, pair: list[Mutation]) -> None:
    """Two or three at once: nothing but refusals, and nothing verified but what was signed."""
    case = opened(where, kind)
    signed = _signed(case)
    octets = None
    for mutation in pair:
        try:
            octets = mutation.change(case)
        except (InapplicableError, LookupError, AttributeError, StopIteration, ValueError):
            continue
    try:
        root = parse(etree.tostring(case.root.getroottree(), encoding="utf-8") if octets is None else octets)
    except etree.XMLSyntaxError:
        return
    assert all(_is_right(outcome, where, signed) for outcome in where.verify(root))


def test_a_doctype_of_either_detached_part_is_refused() -> None:
    """Content and signature that came apart may neither have a DOCTYPE."""
    pair = opened(next(s for s in SCHEMES if s.name == "smev3 detached"), KeyKind.P256).root
    content, signature = (etree.tostring(part) for part in pair)
    doctype = b"<!DOCTYPE x [<!ENTITY e 'x'>]>"
    for one, other in ((content, doctype + signature), (doctype + content, signature)):
        with pytest.raises(Refusal) as caught:
            verify_smev3_detached(parse(other), parse(one))
        assert caught.value.reason is Reason.SIG_FORMAT
