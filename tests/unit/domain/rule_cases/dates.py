"""Cases of dates and age."""

import datetime as dt
from dataclasses import replace

from adapter.domain.history import (
    Ipra,
    PreviousProfLoss,
)
from adapter.domain.referral import CaseEvents
from tests.unit.domain.changing import REPRESENTATIVE
from tests.unit.domain.example import TODAY, example
from tests.unit.domain.rule_cases.case import (
    BIRTH,
    DAY,
    ISSUE,
    PREVIOUS,
    WARNING,
    Case,
    disability,
)

DATES = (
    Case(
        "not_in_future",
        {"case_events": CaseEvents(operation_date=TODAY + DAY)},
        "caseEvents/operationDate",
        {"case_events": CaseEvents(operation_date=TODAY)},
    ),
    Case(
        "created_before_receipt",
        {"created_at": dt.datetime(2024, 2, 5, 9, 5, 1, tzinfo=dt.UTC)},
        "createdAt",
        {"created_at": dt.datetime(2024, 2, 5, 9, 5, tzinfo=dt.UTC)},
    ),
    Case("created_before_receipt", {"created_at": dt.datetime(2024, 2, 1)}, "createdAt"),  # noqa: DTZ001
    Case(
        "fill_date_not_before_vk_protocol_date",
        {"fill_date": dt.date(2024, 1, 29)},
        "fillDate",
        {"fill_date": dt.date(2024, 1, 30)},
    ),
    Case("fill_date_not_after_issue_date", {"fill_date": ISSUE + DAY}, "fillDate", {"fill_date": ISSUE}),
    Case(
        "consent_date_not_after_vk_protocol_date",
        {"consent.date": dt.date(2024, 1, 31)},
        "consent/date",
        {"consent.date": dt.date(2024, 1, 30)},
        WARNING,
    ),
    Case(
        "citizen_identity_document_issue_date_not_before_citizen_birth_date",
        {"citizen.identity_document.issue_date": BIRTH - DAY},
        "citizen/identityDocument/issueDate",
        {"citizen.identity_document.issue_date": BIRTH, "citizen.identity_document.type": "3"},
    ),
    Case(
        "representative_identity_document_issue_date_not_before_representative_birth_date",
        {"representative.identity_document.issue_date": dt.date(1969, 12, 31)},
        "representative/identityDocument/issueDate",
        {
            "representative": replace(
                REPRESENTATIVE,
                identity_document=replace(
                    example().citizen.identity_document, issue_date=dt.date(1970, 1, 1)
                ),
            )
        },
    ),
    Case(
        "representative_authority_document_issue_date_not_after_issue_date",
        {"representative.authority_document.issue_date": ISSUE + DAY},
        "representative/authorityDocument/issueDate",
        {"representative": REPRESENTATIVE, "representative.authority_document.issue_date": ISSUE},
    ),
    Case(
        "representative_authority_document_issue_date_not_before_citizen_birth_date",
        {"representative.authority_document.issue_date": BIRTH - DAY},
        "representative/authorityDocument/issueDate",
        {"representative": REPRESENTATIVE, "representative.authority_document.issue_date": BIRTH},
    ),
    Case(
        "examinations_date_not_after_issue_date",
        {"examinations.1.date": ISSUE + DAY},
        "examinations[2]/date",
        {"examinations.1.date": ISSUE},
    ),
    Case(
        "examinations_date_not_before_citizen_birth_date",
        {"examinations.0.date": BIRTH - DAY},
        "examinations[1]/date",
        {"examinations.0.date": BIRTH},
    ),
    Case(
        "previous_act_date_not_after_issue_date",
        {"previous.act_date": ISSUE + DAY},
        "previous/actDate",
        {"referral_order": "2", "previous": replace(PREVIOUS, act_date=ISSUE, until=ISSUE + 9 * DAY)},
    ),
    Case(
        "previous_act_date_not_before_citizen_birth_date",
        {"previous.act_date": BIRTH - DAY},
        "previous/actDate",
        {"previous": replace(PREVIOUS, act_date=BIRTH)},
    ),
    Case(
        "previous_until_not_before_previous_act_date",
        {"previous.until": dt.date(2023, 1, 30)},
        "previous/until",
        {"previous": replace(PREVIOUS, until=dt.date(2023, 1, 31))},
    ),
    Case(
        "previous_prof_loss_until_not_before_previous_act_date",
        {"previous.prof_loss.0.until": dt.date(2023, 1, 30)},
        "previous/profLoss[1]/until",
        {
            "previous": replace(
                PREVIOUS, prof_loss=(PreviousProfLoss(percent=10, term="1", until=dt.date(2023, 1, 31)),)
            )
        },
        WARNING,
    ),
    Case(
        "ipra_protocol_date_not_after_issue_date",
        {"ipra.protocol_date": ISSUE + DAY},
        "ipra/protocolDate",
        {"ipra": Ipra(number="1", protocol_date=ISSUE)},
    ),
    Case(
        "ipra_protocol_date_not_before_citizen_birth_date",
        {"ipra.protocol_date": BIRTH - DAY},
        "ipra/protocolDate",
        {"ipra": Ipra(number="1", protocol_date=BIRTH)},
    ),
    Case(
        "temporary_disability_start_not_after_issue_date",
        {"temporary_disability.0.start": ISSUE + DAY},
        "temporaryDisability[1]/start",
        {"temporary_disability": (disability(ISSUE, None),)},
    ),
    Case(
        "temporary_disability_start_not_before_citizen_birth_date",
        {"temporary_disability.0.start": BIRTH - DAY},
        "temporaryDisability[1]/start",
        {"temporary_disability": (disability(BIRTH, None),)},
    ),
    Case(
        "case_events_doctor_visit_not_before_citizen_birth_date",
        {"case_events.doctor_visit": BIRTH - DAY},
        "caseEvents/doctorVisit",
        {"case_events": CaseEvents(doctor_visit=BIRTH)},
    ),
    Case(
        "case_events_examinations_complete_date_not_before_citizen_birth_date",
        {"case_events.examinations_complete_date": BIRTH - DAY},
        "caseEvents/examinationsCompleteDate",
        {"case_events": CaseEvents(examinations_complete_date=BIRTH)},
    ),
    Case(
        "case_events_operation_date_not_before_citizen_birth_date",
        {"case_events.operation_date": BIRTH - DAY},
        "caseEvents/operationDate",
        {"case_events": CaseEvents(operation_date=BIRTH)},
    ),
    Case(
        "consent_date_not_before_citizen_birth_date",
        {"consent.date": BIRTH - DAY},
        "consent/date",
        {"consent.date": BIRTH},
    ),
    Case("age", {"citizen.age.value": 44}, "citizen/age", {"citizen.age.value": 43}),
    Case(
        "oldest",
        {"citizen.birth_date": dt.date(1903, 2, 1), "citizen.age.value": 121},
        "citizen/birthDate",
        {"citizen.birth_date": dt.date(1903, 2, 2), "citizen.age.value": 120},
    ),
)
