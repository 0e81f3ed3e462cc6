"""The page of a person's own settings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from incidents.actions.settings import change_settings
from incidents.forms.settings import SettingsForm
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit


@requires("settings.change")
def settings(request: HttpRequest) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        change_settings(request.actor, **form.values())
        messages.success(request, "Saved.")
        return reverse("settings")

    person = request.user
    fields = ("name", "time_zone", "theme", "single_keys")
    initial = {name: getattr(person, name) for name in fields}
    return submit(request, "incidents/settings.html", SettingsForm, do, initial=initial)
