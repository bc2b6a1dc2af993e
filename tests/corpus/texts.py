"""Characters that no form holds (facts, B, general text rules)."""

from collections.abc import Iterator

from tests.corpus.cases import Case, breaks, error, warning

#: Controls that XML lets through but the form does not.
_CONTROLS = ("\r", "\x7f", "\x85", "\x9f")
_PLACES = ("anamnesisMorbi", "anamnesisVitae", "healthState", "examinations[1]/result", "diagnosis/main/text")


def cases() -> Iterator[Case]:
    """Yield the cases of this module."""
    for where in _PLACES:
        for control in _CONTROLS:
            values = {where: f"Жалобы на боль.{control}Состояние удовлетворительное."}
            yield breaks(f"U+{ord(control):04X} in {where}", values, error("MSE-1005", where))
    for where in ("healthState", "citizen/familyName"):
        # «й» as two characters, «и» and the breve.
        values = {where: "Боли\u0306"}
        yield breaks(f"{where} is not composed", values, warning("MSE-1102", where))
