"""For each rule of the form the last right value and the first wrong one."""

from tests.unit.domain.rule_cases.clinical import CLINICAL
from tests.unit.domain.rule_cases.dates import DATES
from tests.unit.domain.rule_cases.documents import DOCUMENTS
from tests.unit.domain.rule_cases.history import HISTORY
from tests.unit.domain.rule_cases.persons import PERSONS

CASES = (*PERSONS, *DOCUMENTS, *HISTORY, *CLINICAL, *DATES)
