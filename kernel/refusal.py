"""Refusals that explain themselves: every unmet rule at once, each with what mends it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One unmet rule.

    ``code`` is the rule's name (``D-RISK``), ``sentence`` says in plain words what is missing,
    ``field`` is the name of the form field that mends it, ``href`` a link when no field does.
    """

    code: str
    sentence: str
    field: str = ""
    href: str = ""


class Refused(Exception):
    """An action was refused; ``violations`` says why. Nothing but the refusal was recorded."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(f"{v.code}: {v.sentence}" for v in self.violations))

    @classmethod
    def because(cls, code: str, sentence: str, field: str = "", href: str = "") -> "Refused":
        return cls([Violation(code, sentence, field, href)])


class NotPermitted(Exception):
    """The actor may not do this. ``sentence`` names who may."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class AlreadyDone(Exception):
    """The same submission arrived twice; ``href`` is where the first one led."""

    def __init__(self, href: str) -> None:
        self.href = href
        super().__init__(href)
