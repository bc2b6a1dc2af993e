"""Checks of a referral (форматно-логический контроль): small rules in a registry, all findings at once.

Importing this package registers every rule. A new rule is one function with `@rule` and one test.
"""

from adapter.domain.checks import clinical as clinical
from adapter.domain.checks import codes as codes
from adapter.domain.checks import dates as dates
from adapter.domain.checks import document as document
from adapter.domain.checks import form as form
from adapter.domain.checks import history as history
from adapter.domain.checks import identity as identity
from adapter.domain.checks import numbers as numbers
from adapter.domain.checks import organization as organization
from adapter.domain.checks import persons as persons
from adapter.domain.checks import purposes as purposes
from adapter.domain.checks import registers as registers
from adapter.domain.checks.registry import Context, Rule, check, rules

__all__ = ["Context", "Rule", "check", "rules"]
