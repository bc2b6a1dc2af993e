"""Rules of the document as a whole: kind, versions (facts of the domain, B.1)."""

from collections.abc import Iterator
from dataclasses import replace

from adapter.domain.checks.fields import field_of
from adapter.domain.checks.places import path_of, value
from adapter.domain.checks.registry import Context, rule
from adapter.domain.errors import Problem, problem
from adapter.domain.identifiers import shown, uid_key
from adapter.domain.kinds import kind_problem
from adapter.domain.referral import Referral
from adapter.domain.requisites import DocumentId


@rule("MSE-1020", basis="НСИ 1.2.643.5.1.13.13.11.1520")
def kind_on_date(referral: Referral, context: Context) -> Iterator[Problem]:
    """Вид документа принимается на день поступления."""
    kind = value(referral, "document_kind", str)
    if kind is not None:
        found = kind_problem(shown(kind), context.today, path_of("document_kind"))
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


@rule("MSE-1230", basis="руководство по реализации СЭМД, версии документа")
def replaces_itself(referral: Referral, _: Context) -> Iterator[Problem]:
    """Документ не заменяет сам себя."""
    own, replaced = referral.document_id, referral.replaces_document_id
    if own is None or replaced is None or uid_key(_whole(own)) != uid_key(_whole(replaced)):
        return
    place = "replaces_document_id"
    made = problem(
        "VERSION_CONFLICT",
        path_of(place),
        title=field_of(place).title,
        actual=str(referral.version_number),
        set_id="",
        replaced="",
    )
    yield replace(made, message="Заменяемый документ – этот же самый: идентификаторы совпадают.")


def _whole(identifier: DocumentId) -> str:
    return f"{identifier.root}^{identifier.extension}"
