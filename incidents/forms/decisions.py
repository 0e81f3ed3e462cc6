"""The Checkpoint Decision Record as a form. Everything may be blank here: the rules judge."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.actions.decision_steps import DecisionInput
from incidents.models import Recommendation
from incidents.rules.conflict import MAX_SCORE, MIN_SCORE, Scores, Stand
from incidents.rules.decision import Conflict, Offer
from incidents.vocabulary import Choice, Confidence
from incidents.web.fields import PersonField, Soon
from incidents.web.forms import DraftForm
from incidents.web.time_zone import number
from kernel.refusal import Violation


def _text(label: str, limit: int = 4000, rows: int = 2, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


def _line(label: str, limit: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


class Numbers(forms.Field):
    """Numbers of things within the incident, as checkboxes send them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[int, ...]:
        parsed = (number(str(v)) for v in value or ())
        return tuple(n for n in parsed if n is not None)


class Score(forms.TypedChoiceField):
    """1 to 5, or nothing yet."""

    widget = forms.RadioSelect

    def __init__(self, **options: Any) -> None:
        steps = [(n, str(n)) for n in range(MIN_SCORE, MAX_SCORE + 1)]
        super().__init__(choices=steps, coerce=int, empty_value=None, **options)


def _scores_of(side: Stand) -> tuple[tuple[str, str], tuple[str, str]]:
    """Names and labels of the two fields, in the order of ``Scores``."""
    return (
        (f"score_{side.number}_reversibility", "Reversibility"),
        (f"score_{side.number}_blast_radius", "Blast radius"),
    )


class DecisionForm(DraftForm):
    scope = _text("Impacted scope")
    evidence = Numbers(label="Evidence reviewed", required=False)
    risks = Numbers(label="Residual risks", required=False)
    risk_new = _line("Another risk that stays after this decision", 500)
    next_action = _line("Next action", 300)
    deadline = Soon(
        label="Its deadline, the next checkpoint",
        required=False,
        help_text="A time like 14:08, or minutes from now like +25.",
    )
    choice = forms.ChoiceField(
        label="Decision", choices=Choice, required=False, widget=forms.RadioSelect
    )
    option = forms.CharField(label="Option, fastest reversible first", required=False)
    option_detail = _line("Which one exactly", 200, help_text="The flag, the change, the revision.")
    why_now = _text("Why now")
    reversibility = _text("Reversibility: how quickly can we undo this?")
    blast_radius = _text("Blast radius: what can get worse if this is wrong?")
    verification = _text("Verification: what exact signal proves it worked?")
    confidence = forms.ChoiceField(
        label="Confidence", choices=Confidence, required=False, widget=forms.RadioSelect
    )
    executor = PersonField(label="Owner for execution", required=False)
    verifier = PersonField(label="Owner for verification", required=False)
    deviation_reason = _text("Why not the default response")
    override_reason = _text("Emergency: why readiness is skipped")
    supersede_reason = _text("Why this supersedes it")
    beside_reason = _text("Or why both can run: they cannot work against each other")
    conflict_evidence = Numbers(label="Evidence that disproves the other side", required=False)
    conflict_reason = _text("Why you choose this side")

    def __init__(
        self,
        *args: Any,
        offered: Iterable[Offer],
        now: datetime,
        zone: ZoneInfo,
        conflict: Conflict | None = None,
        recommended: Mapping[str, Sequence[Recommendation]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.offered, self.conflict = tuple(offered), conflict
        self.recommended = recommended or {}
        # Before the form binds: the reasons are fields like any other.
        rejected = {
            f"rejected_{offer.option}": _text("Rejected because", 2000, rows=1)
            for offer in self.offered
        }
        scores = {
            name: Score(label=label, required=False)
            for side in (conflict.sides if conflict else ())
            for name, label in _scores_of(side)
        }
        self.base_fields = {**type(self).base_fields, **rejected, **scores}
        super().__init__(*args, **kwargs)
        deadline = self.fields["deadline"]
        assert isinstance(deadline, Soon)
        deadline.now, deadline.zone = now, zone

    @property
    def options(self) -> list[dict[str, Any]]:
        """Each offered option with its reason field, for the ladder."""
        chosen = self["option"].value()
        return [
            {
                "offer": offer,
                "chosen": chosen == offer.option,
                "rejected": self[f"rejected_{offer.option}"],
                "recommended": self.recommended.get(offer.option, ()),
            }
            for offer in self.offered
        ]

    def written(self) -> DecisionInput:
        """What was filled in, with what is wrong in shape, whether or not the form is valid."""
        fields = self.values()
        scores = self._scores(fields)
        reasons = {
            offer.option: fields.pop(f"rejected_{offer.option}", "") for offer in self.offered
        }
        shape = tuple(
            Violation("", str(message), name)
            for name, messages in self.errors.items()
            for message in messages
        )
        saved = {"raw": self.raw(), "stamp": self.stamp}
        return DecisionInput(**fields, rejected=reasons, scores=scores, shape=shape, **saved)

    def _scores(self, fields: dict[str, Any]) -> dict[int, Scores]:
        """The commander's scores, removed from ``fields``."""
        sides = self.conflict.sides if self.conflict else ()
        return {
            side.number: Scores(*(fields.pop(name, None) for name, _ in _scores_of(side)))
            for side in sides
        }

    @property
    def sides(self) -> list[dict[str, Any]]:
        """Each side of the open contradiction with the fields of the commander's scores."""
        sides = self.conflict.sides if self.conflict else ()
        return [
            {"side": side, "scores": [self[name] for name, _ in _scores_of(side)]} for side in sides
        ]

    @classmethod
    def initial_of(cls, draft: dict[str, list[str]]) -> dict[str, Any]:
        """A draft's raw values as a form's initial ones."""
        several = {name for name, field in cls.base_fields.items() if isinstance(field, Numbers)}
        return {
            name: values if name in several else (values[-1] if values else "")
            for name, values in draft.items()
        }
