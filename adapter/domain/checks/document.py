"""Rules of the document as a whole: kind, versions (facts of the domain, B.1)."""

from collections.abc import Iterator

from adapter.domain.checks.places import path_of, value, values
from adapter.domain.checks.registry import Context, rule
from adapter.domain.errors import Problem, problem
from adapter.domain.kinds import kind_problem
from adapter.domain.referral import Referral


@rule("MSE-1020", basis="НСИ 1.2.643.5.1.13.13.11.1520")
def kind_on_date(referral: Referral, context: Context) -> Iterator[Problem]:
    """Вид документа принимается на день поступления."""
    for path, kind in values(referral, "document_kind", str):
        found = kind_problem(kind, context.today, path)
        if found:
            yield found


@rule("MSE-1101", basis="руководство по реализации СЭМД, версии документа")
def replaced_document(referral: Referral, _: Context) -> Iterator[Problem]:
    """Вторая и следующие версии называют заменяемый документ."""
    version = value(referral, "version_number", int)
    if version is not None and version > 1 and value(referral, "replaces_document_id", object) is None:
        yield problem(
            "FIELD_REQUIRED",
            path_of("replaces_document_id"),
            title="Идентификатор заменяемого документа",
        )
