"""Fields that several forms share. They judge shape; the rules judge the incident."""

from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents.models import Person, Surface
from incidents.models.evidence import EARLIEST
from kernel.typed_time import (
    CLOCK_SKEW,
    EXAMPLES,
    Tense,
    UnreadableTime,
    ask_which,
    read_time,
    write_time,
)


class _NoNul:
    """A choice with a NUL in it is one that is not offered; Django has words of its own for it."""

    def validate_no_null_characters(self: Any, value: Any) -> None:
        if "\x00" in str(value):
            sentence = self.error_messages["invalid_choice"]
            raise forms.ValidationError(sentence, "invalid_choice", {"value": ""})


class PersonField(_NoNul, forms.ModelChoiceField):
    """An active responder."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "Name somebody."})
        kwargs.setdefault("empty_label", "Choose a person")
        super().__init__(queryset=Person.objects.none(), **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> "PersonField":
        copy = super().__deepcopy__(memo)
        copy.queryset = Person.objects.who_can_respond()
        return copy

    def offer_also(self, person: int) -> None:
        """Offer somebody, by key, whether or not they can act any more: what they did they did."""
        able = Person.objects.who_can_respond().order_by().values("pk")
        both = Person.objects.filter(Q(pk=person) | Q(pk__in=able))
        self.queryset = both.order_by("name", "username")


class RowField(_NoNul, forms.ModelChoiceField):
    """A row of the incident; its form says which are offered."""


class SurfacesField(_NoNul, forms.ModelMultipleChoiceField):
    """Any number of surfaces, picked as chips."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Surface.objects.all(), to_field_name="slug", **kwargs)


class SurfaceField(_NoNul, forms.ModelChoiceField):
    def __init__(self, queryset: QuerySet[Surface] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "Choose a surface."})
        super().__init__(
            queryset=Surface.objects.all() if queryset is None else queryset,
            to_field_name="slug",
            **kwargs,
        )


class TimeInput(forms.TextInput):
    """Shows below itself how what is typed will be read, with its offset."""

    tense = Tense.FUTURE
    begin = ""
    """The name of the field that this one counts from, such as the begin of a window."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        identifier = (attrs or {}).get("id", name)
        query = {"tense": self.tense.value, "field": name, "begin": self.begin}
        reading = {
            "autocomplete": "off",
            "hx-get": f"{reverse('read-time')}?{urlencode(query)}",
            "hx-swap": "textContent",
            "hx-trigger": "input changed delay:300ms",
            "hx-target": f"#{identifier}_read",
            "hx-include": f"[name={self.begin}]" if self.begin else "this",
        }
        field = super().render(name, value, reading | (attrs or {}), renderer)
        return format_html(
            '{}<output class="field-help" id="{}_read" for="{}"></output>',
            field,
            identifier,
            identifier,
        )


class TypedTimeField(forms.CharField):
    """A time as ``kernel.typed_time`` reads it, in the zone in which the author reads the page.

    Cleans to an aware datetime in UTC. Where the hour comes twice and both readings make sense, the
    field is refused once, with the nearer filled in.
    """

    tense: Tense
    widget = TimeInput
    default_error_messages = {"time": f"Write a time such as {EXAMPLES}."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.tense = self.tense
        self.zone: tzinfo = ZoneInfo("UTC")
        self.now: datetime | None = None
        self.begin: datetime | None = None
        self._filled_in: str | None = None

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        assert self.now is not None
        try:
            reading = read_time(text, self.now, self.zone, self.tense, self.begin)
            self.check(reading.moment)
        except UnreadableTime as error:
            sentence = error.sentence or self.error_messages["time"]
            raise forms.ValidationError(sentence, "time") from None
        if reading.other is not None:
            self._filled_in = write_time(reading.moment, self.zone)
            raise forms.ValidationError(ask_which(reading, self.zone), "twice")
        return reading.moment

    def check(self, moment: datetime) -> None:
        """Raise ``UnreadableTime`` for a moment that cannot be meant."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return self._filled_in or super().bound_data(data, initial)


class Soon(TypedTimeField):
    """A moment that comes, such as a deadline. The rules judge how soon."""

    tense = Tense.FUTURE

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {}).setdefault("required", "Say by when.")
        super().__init__(**kwargs)


class PastField(TypedTimeField):
    """When something was: neither ahead nor so long ago that nothing was there to be noted."""

    tense = Tense.PAST

    def check(self, moment: datetime) -> None:
        assert self.now is not None
        if moment > self.now + CLOCK_SKEW:
            raise UnreadableTime(
                f"{write_time(moment, self.zone)} is still ahead. Write when it was."
            )
        if moment < EARLIEST:
            raise UnreadableTime("Nothing is recorded from before the year 2000. Check the year.")
