"""What the adapter answers to the XML of a referral: the schema, then the checks of what can be read."""

import datetime as dt

from lxml import etree

from adapter.contract import binding, explain, schemas
from adapter.contract.namespaces import document_tag
from adapter.domain.checks import check
from adapter.domain.errors import Problem
from adapter.domain.referral import Referral
from adapter.operations.reception import check_context, readable_problems
from tests.corpus.cases import Case, Finding, changed
from tests.corpus.good import RECEIVED_AT, good

#: "Not checked": a list or a register is not loaded, which is no fault of the referral.
_NOT_CHECKED = "MSE-5013"


def made(case: Case, variant: int) -> etree._Element:
    """Return the broken referral as it comes."""
    referral = changed(good(case.base, variant), case.values)
    root = binding.write(referral, document_tag("Referral"))
    for edit in case.edits:
        edit(root)
    return etree.fromstring(etree.tostring(root), schemas.parser())


def answer(root: etree._Element, now: dt.datetime = RECEIVED_AT) -> tuple[Problem, ...]:
    """Return all problems of a referral."""
    errors = schemas.errors(root, "document")
    if errors:
        reported = explain.problems(root, errors, "document")
        return (*reported, *readable_problems(root, reported, now))
    referral = binding.read(Referral, root)
    return check(referral, check_context(referral.organization.oid, now, schema_valid=True))


def findings(case: Case, variant: int) -> list[Finding]:
    """Return what is found in a broken referral, sorted; a finding that is told twice stands there twice."""
    found = answer(made(case, variant))
    return sorted((one.code, one.path, one.severity) for one in found if one.code != _NOT_CHECKED)
