"""Cases of measurements, examinations, diagnosis and recommendations."""

from decimal import Decimal

from adapter.domain.clinical import Disease
from tests.unit.domain.changing import child
from tests.unit.domain.rule_cases.case import DAY, WARNING, Case, years_ago

CLINICAL = (
    Case(
        "body_mass_index",
        {"anthropometry.bmi": Decimal("24.80")},
        "anthropometry/bmi",
        {"anthropometry.bmi": Decimal("24.79")},
    ),
    Case(
        "body_mass_index",
        {"anthropometry.bmi": Decimal("24.59")},
        "anthropometry/bmi",
        {"anthropometry.bmi": Decimal("24.60")},
    ),
    Case(
        "only_infants",
        {"anthropometry.birth_weight": 3200},
        "anthropometry/birthWeight",
        base=child(years_ago(3)),
    ),
    Case(
        "infants",
        {"anthropometry.physical_development": None},
        "anthropometry/physicalDevelopment",
        base=child(years_ago(3) + DAY),
        severity=WARNING,
    ),
    Case(
        "absorbent_linen",
        {"anthropometry.hips_cm": None},
        "anthropometry/hipsCm",
        {
            "prosthetics_and_aids": "Абсорбирующее бельё",
            "anthropometry.hips_cm": 100,
            "anthropometry.waist_cm": 100,
            "anthropometry.daily_output_ml": 500,
        },
        WARNING,
    ),
    Case("examined", {"examinations": ()}, "examinations", severity=WARNING),
    Case(
        "concomitant_is_another",
        {"diagnosis.concomitant.0.icd10": "I25.2"},
        "diagnosis/concomitant[1]/icd10",
        {"diagnosis.concomitant": (Disease(text="Другая болезнь", icd10="I25.1"),)},
    ),
    Case(
        "rehabilitation",
        {"rehabilitation_not_needed": None},
        "recommendedRehabilitation",
        {"recommended_rehabilitation": None, "rehabilitation_not_needed": True},
        WARNING,
    ),
    Case(
        "needless_rehabilitation",
        {"rehabilitation_not_needed": True},
        "recommendedRehabilitation",
        severity=WARNING,
    ),
)
