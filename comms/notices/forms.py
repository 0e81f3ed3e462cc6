"""The form for a person's own notices."""

from django import forms

from comms.actions.notices import NoticePreferenceInput
from comms.rules.address import MAX_ADDRESS_LENGTH
from incidents.web.forms import WarroomForm


class NoticesForm(WarroomForm):
    mail = forms.BooleanField(label="By mail", required=False)
    address = forms.CharField(
        label="To a chat or paging service of your own",
        required=False,
        max_length=MAX_ADDRESS_LENGTH,
        help_text="As Apprise writes it, such as slack://… or ntfys://… It is a secret: once saved,"
        " it is shown only in part. Empty keeps what is there.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": f"Keep it under {MAX_ADDRESS_LENGTH} characters."},
    )
    messages = forms.BooleanField(label="Internal escalations and leadership notes", required=False)
    forget = forms.BooleanField(label="Forget the address that is saved", required=False)

    def chosen(self) -> NoticePreferenceInput:
        return NoticePreferenceInput(**self.values())
