"""The forms of command: one short question each."""

from typing import Any

from django import forms

from incidents.vocabulary import LaneKind, Phase, RoleName, Severity
from incidents.web.fields import PersonField, Soon, SurfaceField, SurfacesField
from incidents.web.forms import WarroomForm

_WHY = forms.Textarea(attrs={"rows": 2})


class SeverityForm(WarroomForm):
    severity = forms.ChoiceField(label="Severity", choices=Severity, widget=forms.RadioSelect)
    reason = forms.CharField(label="Why", max_length=500, widget=_WHY)


class PhaseForm(WarroomForm):
    phase = forms.ChoiceField(label="Phase", choices=Phase, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why",
        max_length=500,
        required=False,
        widget=_WHY,
        help_text="What shows that it moves on, or why it goes back.",
    )


class RestrictionForm(WarroomForm):
    restricted = forms.TypedChoiceField(
        label="Who may know of it",
        choices=[("", "Every responder"), ("yes", "Only who takes part, and admins")],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
        help_text=(
            "Restricted, it is as if it were not there for everybody else, at once. Where readers "
            "were told of it, it leaves the status page, and its followers are told that it is no "
            "longer reported there."
        ),
    )
    reason = forms.CharField(label="Why", max_length=500, widget=_WHY)


class VoidForm(WarroomForm):
    """``original`` is left empty for a void one."""

    original = forms.CharField(
        label="The incident that it duplicates",
        max_length=20,
        required=False,
        help_text="Like INC-42. Leave it empty if there was no such incident: it ends as void.",
    )
    reason = forms.CharField(label="Why", max_length=500, required=False, widget=_WHY)


class TakeBackForm(WarroomForm):
    reason = forms.CharField(label="Why", max_length=500, required=False, widget=_WHY)


class RoleForm(WarroomForm):
    """``who`` packs role and lane: ``deputy`` or ``lane_owner:mitigation``."""

    who = forms.ChoiceField(label="Role")
    person = PersonField(label="Person")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lanes = [(f"{RoleName.LANE_OWNER}:{k.value}", f"{k.label} owner") for k in LaneKind]
        roles = [(r.value, r.label) for r in RoleName if r != RoleName.LANE_OWNER]
        self.fields["who"].choices = [*lanes, *roles]

    def role_and_lane(self) -> dict[str, str]:
        role, _, lane = self.cleaned_data["who"].partition(":")
        return {"role": role, "lane": lane}


class TakeCommandForm(WarroomForm):
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        widget=_WHY,
        help_text="The deputy may leave it empty.",
    )


class ParticipantForm(WarroomForm):
    person = PersonField(label="Person")
    change = forms.ChoiceField(
        label="What", choices=[("add", "Takes part"), ("remove", "No longer takes part")]
    )


class ChannelForm(WarroomForm):
    channel = forms.CharField(
        label="Evidence channel",
        max_length=300,
        help_text="One link or name: every checkpoint record is written there.",
    )


class RevisionForm(WarroomForm):
    revision = forms.CharField(
        label="Last known-good revision", max_length=80, help_text="A commit, tag or version."
    )


class RollbackReachForm(WarroomForm):
    broad = forms.TypedChoiceField(
        label="A full rollback is",
        choices=[
            ("no", "Reversible"),
            ("yes", "Hard to reverse: a migration or data change stands in its way"),
        ],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
    )
    reason = forms.CharField(label="Why", max_length=300, widget=_WHY)


class SurfacesForm(WarroomForm):
    surfaces = SurfacesField(label="Impacted surfaces", required=False)


class FreezeForm(WarroomForm):
    change = forms.ChoiceField(
        label="What",
        choices=[
            ("freeze", "Freeze: stop unrelated merges"),
            ("decline", "Do not freeze, and say why"),
            ("lift", "Lift the freeze"),
            ("keep", "Keep it on purpose, beyond the incident"),
        ],
        widget=forms.RadioSelect,
    )
    surface = SurfaceField(label="Surface", empty_label="Choose a surface")
    scope = forms.CharField(
        label="Scope",
        required=False,
        max_length=200,
        help_text="Which merges stop; empty means all.",
    )
    owner = PersonField(
        label="Owner", required=False, help_text="Who answers for a freeze that is kept."
    )
    reason = forms.CharField(label="Why", required=False, max_length=300, widget=_WHY)


class CheckpointForm(WarroomForm):
    due_at = Soon(label="Due", help_text="A time like 14:08, or minutes from now like +25.")
    purpose = forms.CharField(label="What is to be decided", required=False, max_length=200)
