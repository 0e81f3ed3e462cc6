"""How notices reach a person, as a form."""

from django import forms

from comms.actions.notices import Chosen
from comms.rules.chat import LONGEST
from incidents.web.forms import WarroomForm


class NoticesForm(WarroomForm):
    mail = forms.BooleanField(label="By mail", required=False)
    address = forms.CharField(
        label="To a chat or paging service of your own",
        required=False,
        max_length=LONGEST,
        help_text="As Apprise writes it, such as slack://… or ntfys://… It is a secret: once saved,"
        " it is shown only in part. Empty keeps what is there.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": f"Keep it under {LONGEST} characters."},
    )
    forget = forms.BooleanField(label="Forget the address that is saved", required=False)

    def chosen(self) -> Chosen:
        return Chosen(**self.values())
