"""Forms for internal subscribers. Every field may be blank here: the rules judge."""

from django import forms

from comms.actions.subscribers import SubscriberInput
from comms.rules.address import MAX_ADDRESS_LENGTH
from comms.vocabulary import SubscriberKind
from incidents.web.fields import SurfacesField
from incidents.web.forms import WarroomForm

_HELP = (
    "An email address, the https address of a webhook, or for a chat or paging service the place "
    "as Apprise writes it, such as slack://…"
)


class AddForm(WarroomForm):
    name = forms.CharField(
        label="What it is called in lists",
        required=False,
        max_length=80,
        error_messages={"max_length": "Keep it under 80 characters."},
    )
    kind = forms.ChoiceField(
        label="Where updates go",
        choices=SubscriberKind.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    address = forms.CharField(
        label="Address",
        required=False,
        max_length=MAX_ADDRESS_LENGTH,
        help_text=_HELP,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"max_length": f"Keep it under {MAX_ADDRESS_LENGTH} characters."},
    )
    surfaces = SurfacesField(
        label="Only some surfaces", required=False, help_text="With none chosen it hears of all."
    )
    escalations = forms.BooleanField(
        label="Also internal escalations and leadership notes", required=False
    )

    def added(self) -> SubscriberInput:
        return SubscriberInput(**self.values() | {"surfaces": tuple(self.cleaned_data["surfaces"])})


class RemoveForm(WarroomForm):
    """A confirmation without fields."""
