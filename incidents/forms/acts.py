"""Acting first in one line: what, which option, who, and the proof when it is there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.actions.acts import MAX_WHAT_LENGTH, ActInput
from incidents.forms.own_option import OWN_FIELDS, own_option_fields, take_option
from incidents.models import Evidence
from incidents.rules.decision import Offer, mitigates
from incidents.vocabulary import REACH_WORDS, Option
from incidents.web.evidence_numbers import EvidenceField
from incidents.web.fields import PastField, PersonField
from incidents.web.forms import WarroomForm


class ActForm(WarroomForm):
    """``recent`` is evidence, newest first, among which the proof may be."""

    what = forms.CharField(
        label="What is done",
        required=False,
        max_length=MAX_WHAT_LENGTH,
        help_text="One line: the flag, the surface, the revision.",
    )
    option = forms.ChoiceField(label="It is a", required=False, widget=forms.RadioSelect)
    executor = PersonField(label="Who", required=False)
    began_at = PastField(
        label="Begun already at",
        required=False,
        help_text="Empty: it begins now. Else 14:03, or -5 for five minutes ago.",
    )
    done_at = PastField(
        label="Done already at", required=False, help_text="Empty while it still runs."
    )
    evidence = EvidenceField(label="Proof, when it is there")
    beside_reason = forms.CharField(
        label="Beside what runs: why they cannot work against each other",
        required=False,
        max_length=1000,
    )
    supersede_reason = forms.CharField(
        label="Or in place of what runs: why", required=False, max_length=1000
    )

    def __init__(
        self,
        *args: Any,
        offered: Iterable[Offer],
        recent: Iterable[Evidence],
        is_running: bool,
        now: datetime,
        zone: ZoneInfo,
        **kwargs: Any,
    ) -> None:
        self.offered = tuple(offered)
        self.base_fields = {**type(self).base_fields, **own_option_fields()}
        super().__init__(*args, **kwargs)
        self.fields["option"].choices = [
            *(
                (offer.value, f"{offer.label}, {REACH_WORDS[offer.reach].lower()}")
                for offer in self.offered
                if mitigates(offer.option)
            ),
            (Option.OWN.value, Option.OWN.label),
        ]
        self.fields["evidence"].choices = [
            (item.number, f"{item.reference} {item.title}"[:80]) for item in recent
        ]
        for name in ("began_at", "done_at"):
            self.fields[name].now, self.fields[name].zone = now, zone
        if not is_running:
            del self.fields["beside_reason"], self.fields["supersede_reason"]
        if not self.fields["evidence"].choices:
            del self.fields["evidence"]
        self.fields["what"].widget.attrs["autofocus"] = True

    def written(self) -> ActInput:
        """What was filled in. An act whose end is known began then, unless another time is said."""
        fields = self.values()
        if fields["began_at"] is None:
            fields["began_at"] = fields["done_at"]
        own = {name: fields.pop(name, "") for name in OWN_FIELDS}
        option = fields.get("option") or ""
        fields["option"], fields["own"] = take_option(option, own, self.offered)
        return ActInput(**fields)
