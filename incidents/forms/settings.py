"""A person's own settings: display name and reading preferences."""

from typing import Any
from zoneinfo import available_timezones

from django import forms

from incidents.models import Person
from incidents.web.forms import WarroomForm


class SettingsForm(WarroomForm):
    name = forms.CharField(
        label="Name", max_length=120, help_text="As it stands on the record, from now on."
    )
    time_zone = forms.ChoiceField(label="Time zone", required=False)
    theme = forms.ChoiceField(
        label="Theme", required=False, choices=Person.Theme, widget=forms.RadioSelect
    )
    single_keys = forms.BooleanField(label="Single-key shortcuts", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self.fields["time_zone"].choices = [("", "The browser's"), *zones]
