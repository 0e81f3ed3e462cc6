"""The Checkpoint Decision Record as a form. Everything may be blank here: the rules judge."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.actions.decisions import Written
from incidents.forms.base import WarroomForm
from incidents.forms.fields import PersonField, Soon
from incidents.reader import number
from incidents.rules.decision import Offer
from incidents.vocabulary import Choice, Confidence
from warroom.kernel.refusal import Violation


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
        found = (number(str(v)) for v in value or ())
        return tuple(one for one in found if one is not None)


class DecisionForm(WarroomForm):
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
    deviation_reason = _text("Why this leaves the default posture")
    override_reason = _text("Emergency: why readiness is skipped")

    def __init__(
        self,
        *args: Any,
        offered: Iterable[Offer],
        now: datetime,
        zone: ZoneInfo,
        **kwargs: Any,
    ) -> None:
        self.offered = tuple(offered)
        # Before the form binds: the reasons are fields like any other.
        rejected = {
            f"rejected_{offer.option}": _text("Rejected because", 2000, rows=1)
            for offer in self.offered
        }
        self.base_fields = {**type(self).base_fields, **rejected}
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
            }
            for offer in self.offered
        ]

    def written(self) -> Written:
        """What was filled in, with what is wrong in shape, whether or not the form is valid."""
        said = {**self.cleaned_data}
        said.pop("once", None)
        said.pop("author", None)
        reasons = {offer.option: said.pop(f"rejected_{offer.option}", "") for offer in self.offered}
        shape = tuple(
            Violation("", str(message), name)
            for name, messages in self.errors.items()
            for message in messages
        )
        raw = {k: v for k, v in self.data.lists() if k in self.fields and k not in _NOT_KEPT}
        return Written(**said, rejected=reasons, shape=shape, raw=raw)

    @classmethod
    def initial_of(cls, draft: dict[str, list[str]]) -> dict[str, Any]:
        """A draft's raw values as a form's initial ones."""
        several = {name for name, field in cls.base_fields.items() if isinstance(field, Numbers)}
        return {
            name: values if name in several else (values[-1] if values else "")
            for name, values in draft.items()
        }


_NOT_KEPT = {"once", "author"}
