"""Recommending an option. Everything may be blank here: the rules judge."""

from collections.abc import Iterable
from typing import Any

from django import forms

from incidents.actions.recommendations import RecommendationInput
from incidents.forms.decisions import Numbers, Score
from incidents.forms.own_option import OWN_FIELDS, own_option_fields, take_option
from incidents.rules.decision import Offer
from incidents.vocabulary import LaneKind
from incidents.web.forms import WarroomForm

MAX_NUMBER = 2**31 - 1

_WHY = forms.Textarea(attrs={"rows": 3})


class RecommendForm(WarroomForm):
    lane = forms.ChoiceField(label="For the lane")
    option = forms.CharField(label="Option", required=False)
    option_detail = forms.CharField(
        label="Which one exactly",
        required=False,
        max_length=200,
        help_text="The flag, the change, the revision.",
    )
    reasons = forms.CharField(label="Why", required=False, max_length=4000, widget=_WHY)
    evidence = Numbers(label="Evidence", required=False)
    reversibility = Score(label="Reversibility", required=False)
    blast_radius = Score(label="Blast radius", required=False)

    def __init__(
        self, *args: Any, offered: Iterable[Offer], lanes: Iterable[str], **kwargs: Any
    ) -> None:
        self.offered = tuple(offered)
        self.base_fields = {**type(self).base_fields, **own_option_fields()}
        super().__init__(*args, **kwargs)
        field = self.fields["lane"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(lane, LaneKind(lane).label) for lane in lanes]

    @property
    def chosen(self) -> str:
        return str(self["option"].value() or "")

    @property
    def cited(self) -> set[str]:
        """The numbers that are ticked, as the page has them."""
        return {str(number) for number in self["evidence"].value() or ()}

    def proposed(self) -> RecommendationInput:
        fields = self.values()
        fields.pop("lane", None)
        own = {name: fields.pop(name, "") for name in OWN_FIELDS}
        option = fields.get("option") or ""
        fields["option"], fields["own"] = take_option(option, own, self.offered)
        return RecommendationInput(**fields)


class WithdrawRecommendationForm(WarroomForm):
    reason = forms.CharField(
        label="Why is it withdrawn?", required=False, max_length=300, widget=_WHY
    )


class TogetherForm(WarroomForm):
    """``mine`` and ``other`` are numbers of recommendations; ``apart`` takes it back."""

    mine = forms.IntegerField(min_value=1, max_value=MAX_NUMBER)
    other = forms.IntegerField(min_value=1, max_value=MAX_NUMBER)
    apart = forms.BooleanField(required=False)
    note = forms.CharField(
        label="How do they go together?", required=False, max_length=300, widget=forms.TextInput
    )


class AnswerForm(WarroomForm):
    """What the owner of a lane says to a recommendation that waits for them."""

    verdict = forms.ChoiceField(choices=[("adopt", "Adopt it"), ("decline", "Decline it")])
    reason = forms.CharField(
        label="Why? Needed to decline it", required=False, max_length=300, widget=_WHY
    )
