"""Measurements, examinations, diagnosis and medicines: points 28-31 and 35.1 of form 088/у.

The classes mirror the types of ``urn:x-mse:document:1`` one to one, in the order of the schema.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from adapter.domain.requisites import DocumentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Anthropometry:
    """Measurements (point 28): centimetres, kilograms, kg/m², millilitres; birth weight in grams."""

    height: Decimal
    weight: Decimal
    bmi: Decimal
    body_build: str
    daily_output_ml: int | None = None
    waist_cm: int | None = None
    hips_cm: int | None = None
    birth_weight: int | None = None
    physical_development: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One examination (point 30); the code is of list 1.2.643.5.1.13.13.11.1070."""

    date: date
    code: str | None = None
    name: str
    result: str
    linked_document_id: DocumentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disease:
    """A disease with its code (points 31.1, 31.2, 31.4, 31.5)."""

    text: str
    icd10: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Complication:
    """A complication (points 31.3, 31.6); its code is optional."""

    text: str
    icd10: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Diagnosis (point 31): exactly one main disease."""

    main: Disease
    main_complications: tuple[Complication, ...] = ()
    concomitant: tuple[Disease, ...] = ()
    concomitant_complications: tuple[Complication, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """Medicine or device (point 35.1), for those injured at work."""

    name: str
    dose: str | None = None
    duration: str | None = None
    courses: str | None = None
