"""What the schema has proven is not looked at again, and the answers are those of the whole walk."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from lxml import etree

from adapter.contract import binding, schemas
from adapter.contract.namespaces import document_tag
from adapter.contract.samples import sample_referral
from adapter.domain.checks import check
from adapter.domain.errors import Problem
from adapter.domain.referral import Referral
from adapter.operations.reception import check_context
from tests.corpus.good import GOOD, RECEIVED, RECEIVED_AT, VARIANTS, good
from tests.corpus.judge import made
from tests.corpus.test_corpus import PAIRS, SINGLE

#: Odd texts that are tried in each field.
_FOR_EACH = 12
_ZERO = "\N{ARABIC-INDIC DIGIT ZERO}"
#: Texts at whose edges schema and walk could differ; `{}` is what stood there.
_ODD = (
    "{}\x7f",
    "{}\x85",
    "{}\r{}",
    "\x85",
    "\xa0",
    "\u2003\u3000",
    "{}\xa0{}",
    "{}\u2028{}",
    "  {}\n",
    "{}\n{}",
    "{}\n\n{}",
    "{}  {}",
    "Ы" + " " * 200 + "Ы",
    "Ы\x90Ы",
    "Ы\x7fЫ",
    "е\u0308ж",
    "{}\u0301",
    "{}\ufeff",
    "\uff21\uff22",
    "\U0001f600",
    "βγδ",
    "漢字",
    "О'Генри-мл.",
    "a@b.c\xa0d",
    "a@b\x85.ru",
    f"12345678901{_ZERO}",
    f"{_ZERO}1.2",
    "1.2.03",
    "1.2.",
    "3.1.2",
    "1.2.643.5.1.13.13.12.2.77.7973.100.1.1.10",
    "1.2.643.5.1.13.13.12.2.77.7973.100.1.1.70",
    "1.2.643.5.1.13.13.12.2.77.7973.100.1.01.51",
    "I69",
    "I69.3+",
    "001-001-998 44",
    "001\xa0001\xa0998\xa044",
    "I" * 64 + "\N{COMBINING ACUTE ACCENT}",
    "0",
    "0000000000000000",
)


def both(referral: Referral) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return the answers to a referral that is valid by the schema: with what is proven, and all anew."""
    context = check_context(referral.organization.oid, RECEIVED_AT)
    return check(referral, replace(context, schema_valid=True)), check(referral, context)


def leaves(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements that hold a text."""
    return (one for one in root.iter(etree.Element) if len(one) == 0)


def is_valid(root: etree._Element) -> bool:
    """Tell whether the schema accepts a referral."""
    return bool(schemas.schema("document").validate(root))


def test_odd_texts_get_the_same_answer() -> None:
    """Odd texts in every field that the schema accepts are answered as by the whole walk."""
    root = binding.write(sample_referral(on=RECEIVED), document_tag("Referral"))
    chosen, judged = Random("odd texts"), 0  # noqa: S311 - no secret
    for leaf in list(leaves(root)):
        before = leaf.text
        for odd in chosen.sample(_ODD, _FOR_EACH):
            leaf.text = odd.replace("{}", before or "")
            if is_valid(root):
                fast, whole = both(binding.read(Referral, root))
                assert fast == whole, (leaf.tag, odd)
                judged += 1
        leaf.text = before
    assert judged > 300


def test_odd_texts_are_accepted_and_found() -> None:
    """The schema accepts some of the odd texts, and the checks refuse some of these."""
    referral = sample_referral(on=RECEIVED)
    accepted = refused = 0
    for odd in _ODD:
        text = odd.replace("{}", "Кашель")
        root = binding.write(replace(referral, complaints=text), document_tag("Referral"))
        if is_valid(root):
            accepted += 1
            found, _ = both(binding.read(Referral, root))
            refused += any(one.path == "Referral/complaints" for one in found)
    assert accepted > refused > 5


def test_the_corpus_gets_the_same_answers() -> None:
    """Whatever of the corpus the schema accepts is answered as by the whole walk."""
    judged = 0
    for case in (*SINGLE, *PAIRS[::3]):
        root = made(case, 0)
        if is_valid(root):
            fast, whole = both(binding.read(Referral, root))
            assert fast == whole, case.name
            judged += 1
    assert judged > 200
    for name in GOOD:
        for variant in range(VARIANTS):
            fast, whole = both(good(name, variant))
            assert fast == whole == ()
