"""An option of one's own: a mitigation with a name that the ladder does not have.

``D-OWN``: an own option has a name of its own, its reach, and in one line why it reaches so far.

It is judged by its reach wherever reach counts, and as its nearest step of the ladder where the
kind of mitigation counts (default posture, what comes before a hotfix).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from incidents.rules.wording import first_lower, quoted
from incidents.vocabulary import LADDER, Option, Reach
from kernel.refusal import Violation
from kernel.text import has_content, normalise_reason, says_nothing

Violations = tuple[Violation, ...]

OWN_CODE = "D-OWN"
_KEY_CHARACTERS = 10


@dataclass(frozen=True, slots=True)
class OwnOption:
    """``nearest_step`` is a step of the ladder, or "" when it stands near none."""

    name: str = ""
    reach: str = ""
    reach_reason: str = ""
    nearest_step: str = ""

    @property
    def value(self) -> str:
        """What stands for it in a form: the same for the same name."""
        digest = sha256(normalise_reason(self.name).encode()).hexdigest()
        return f"{Option.OWN}_{digest[:_KEY_CHARACTERS]}"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A way beside the ladder that was thought of, and why it was rejected."""

    name: str
    reason: str


def kind_of(option: str, own_name: str = "") -> str:
    """What makes two options the same: the option, of an own one its name."""
    return f"{Option.OWN}:{normalise_reason(own_name)}" if option == Option.OWN else option


def judged_step(option: str, own: OwnOption | None) -> str:
    """The option as which the kind of mitigation is judged: of an own one its nearest step."""
    return own.nearest_step if option == Option.OWN and own is not None else option


def own_violations(own: OwnOption | None) -> Violations:
    """Everything that is missing of an own option, each with its field."""
    own = own or OwnOption()
    violations = []
    if sentence := _name_problem(own.name):
        violations.append(Violation(OWN_CODE, sentence, "own_name"))
    if own.reach not in Reach.values:
        sentence = "Say how far it can be undone: reversible, partly or hard to reverse."
        violations.append(Violation(OWN_CODE, sentence, "own_reach"))
    if says_nothing(own.reach_reason):
        sentence = "Say in one line why it reaches so far."
        if has_content(own.reach_reason):
            sentence = f"{quoted(own.reach_reason)} does not say why it reaches so far."
        violations.append(Violation(OWN_CODE, sentence, "own_reach_reason"))
    if own.nearest_step and own.nearest_step not in LADDER:
        sentence = "Choose the step of the ladder that it stands nearest to, or none."
        violations.append(Violation(OWN_CODE, sentence, "nearest_step"))
    return tuple(violations)


def _name_problem(name: str) -> str:
    if says_nothing(name):
        return "Name the option."
    same = normalise_reason(name)
    for option in Option:
        if same in (normalise_reason(option.label), option.value):
            return f"{option.label} is an option already: choose it there."
    return ""


def alternative_problems(alternatives: Iterable[Alternative], chosen: str) -> tuple[str, ...]:
    """A sentence for each alternative without a name or a reason.

    ``chosen`` is the name of the option that is taken.
    """
    problems = []
    seen: set[str] = set()
    for alternative in alternatives:
        if sentence := _alternative_problem(alternative, chosen, seen):
            problems.append(sentence)
        seen.add(normalise_reason(alternative.name))
    return tuple(problems)


def _alternative_problem(alternative: Alternative, chosen: str, seen: set[str]) -> str:
    name, reason = alternative.name, alternative.reason
    if says_nothing(name):
        return f"Name the alternative that was rejected because of {quoted(reason)}."
    if normalise_reason(name) == normalise_reason(chosen):
        return f"{quoted(name)} is what you choose: it cannot be rejected too."
    if normalise_reason(name) in seen:
        return f"{quoted(name)} is named twice."
    if not has_content(reason):
        return f"Say why {first_lower(name)} was rejected."
    if says_nothing(reason):
        return f"{quoted(reason)} does not say why {first_lower(name)} was rejected."
    return ""
