"""Django's admin for surfaces, people and groups. The record itself is not to be found here."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from incidents import scenarios
from incidents.display_names import clean_name, other_person_named
from incidents.models import Incident, Person, ScenarioText, Surface, SurfaceOption
from incidents.signals import surface_changed
from incidents.vocabulary import Group as SiteGroup


class ForAdmins:
    """Everything is allowed to the site group admin, nothing to others; no single permissions."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return getattr(request.user, "is_admin", False)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


class SurfaceOptionInline(ForAdmins, admin.TabularInline):
    """The own options that the surface keeps ready, edited with it."""

    model = SurfaceOption
    extra = 1


@admin.register(Surface)
class SurfaceAdmin(ForAdmins, admin.ModelAdmin):
    list_display = ["name", "dependency_class", "owner_team", "last_known_good", "on_status_page"]
    list_filter = ["dependency_class", "on_status_page"]
    search_fields = ["name", "slug", "owner_team"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SurfaceOptionInline]

    def save_model(self, request: HttpRequest, obj: Surface, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        surface_changed.send(Surface)

    def delete_model(self, request: HttpRequest, obj: Surface) -> None:
        super().delete_model(request, obj)
        surface_changed.send(Surface)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Surface]) -> None:
        super().delete_queryset(request, queryset)
        surface_changed.send(Surface)

    def has_delete_permission(self, request: HttpRequest, obj: Surface | None = None) -> bool:
        """A surface that an incident names stays: the record would lose it."""
        named = obj is not None and obj.incidents.exists()
        return super().has_delete_permission(request, obj) and not named


class ScenarioTextForm(forms.ModelForm):
    """The text is checked as a file is; its slug is the one that it names."""

    class Meta:
        model = ScenarioText
        fields = ["toml"]
        widgets = {"toml": forms.Textarea(attrs={"rows": 30, "cols": 100, "spellcheck": "false"})}
        help_texts = {"toml": "docs/scenarios.md has the format and an example."}

    def clean_toml(self) -> str:
        text = self.cleaned_data["toml"].replace("\r\n", "\n")
        try:
            slug = scenarios.read("scenario", text).slug
        except scenarios.ScenarioError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error
        self._refuse_taken(slug)
        self.instance.slug = slug
        return text

    def _refuse_taken(self, slug: str) -> None:
        if slug in scenarios.shelf().files:
            raise forms.ValidationError(f'slug: "{slug}" is the slug of a file; take another.')
        if ScenarioText.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f'slug: "{slug}" is there already.')
        before = self.instance.slug
        if before and slug != before and Incident.objects.filter(scenario=before).exists():
            raise forms.ValidationError(f'slug: incidents follow it as "{before}"; it must stay.')


@admin.register(ScenarioText)
class ScenarioTextAdmin(ForAdmins, admin.ModelAdmin):
    form = ScenarioTextForm
    list_display = ["slug", "title", "updated_at"]

    @admin.display
    def title(self, row: ScenarioText) -> str:
        scenario = scenarios.find(row.slug)
        return scenario.title if scenario else "cannot be read"

    def has_delete_permission(self, request: HttpRequest, obj: ScenarioText | None = None) -> bool:
        """A scenario that an incident follows stays: its rules would be gone in the middle."""
        used = obj is not None and Incident.objects.filter(scenario=obj.slug).exists()
        return super().has_delete_permission(request, obj) and not used


def _zones() -> list[tuple[str, str]]:
    return [("", "The browser's"), *((zone, zone) for zone in sorted(available_timezones()))]


class OnePerson(forms.ModelForm):
    """An address signs in one person, and a name stands for one on the record."""

    def clean_name(self) -> str:
        name = clean_name(self.cleaned_data["name"])
        changed = name != self.instance.name
        if name and changed and (other := other_person_named(name, self.instance)):
            raise forms.ValidationError(f"{other} is somebody else's name.")
        return name

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        others = Person.objects.exclude(pk=self.instance.pk)
        if email and (other := others.filter(email__iexact=email).first()):
            raise forms.ValidationError(f"{other} already uses this address.")
        return email


def _admins() -> list[Person]:
    """Who can use the admin now."""
    is_admin = Q(is_superuser=True) | Q(groups__name=SiteGroup.ADMIN)
    return list(Person.objects.filter(is_admin, is_active=True).distinct())


class PersonForm(OnePerson, UserChangeForm):
    time_zone = forms.ChoiceField(choices=_zones, required=False)

    def clean(self) -> None:
        super().clean()
        person, fields = self.instance, self.cleaned_data
        names = {group.name for group in fields.get("groups", ())}
        stays = fields.get("is_active") and (person.is_superuser or SiteGroup.ADMIN in names)
        if not stays and person in (admins := _admins()) and len(admins) == 1:
            raise forms.ValidationError(
                f"{person} is the last admin: make somebody else an admin first."
            )


class NewPersonForm(OnePerson, AdminUserCreationForm):
    class Meta:
        model = Person
        fields = ["username", "name", "email", "team", "gets_escalations", "groups"]


@admin.register(Person)
class PersonAdmin(ForAdmins, UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    list_display = ["username", "name", "email", "in_groups", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username", "name", "email", "team"]
    filter_horizontal: list[str] = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["name", "email", "team", "gets_escalations", "time_zone"]}),
        (
            "Access",
            {
                "fields": ["is_active", "groups"],
                "description": "Without a group somebody can sign in, and sees nothing.",
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "name", "email", "team", "gets_escalations", "groups"]}),
        ("Password", {"fields": ["usable_password", "password1", "password2"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="groups")
    def in_groups(self, person: Person) -> str:
        return ", ".join(group.name for group in person.groups.all())

    def has_delete_permission(self, request: HttpRequest, obj: Person | None = None) -> bool:
        """People are deactivated, never deleted: the record names them."""
        return False


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(ForAdmins, admin.ModelAdmin):
    """The three groups are part of the product; who is in them is set at each person."""

    list_display = ["name", "members"]
    fields = ["name", "members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display
    def members(self, group: Group) -> str:
        return ", ".join(str(person) for person in group.user_set.all())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False
