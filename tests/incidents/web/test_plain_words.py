"""Whatever a form refuses, it says so in our words and never in the framework's."""

import copy
from collections.abc import Iterator

import pytest
from django import forms
from django.core.exceptions import ValidationError

from incidents.web.forms import WarroomForm
from warroom import urls

assert urls  # imports every view, and with them every form

THEIRS = (
    "Ensure ",
    "Enter ",
    "Select ",
    "This field",
    "This value",
    "Null characters",
    "The submi",
)

SENT = ("", "x" * 20_000, "\x00", "-1", "9" * 30, "no such", "https://[::1")


def form_classes(of: type[WarroomForm] = WarroomForm) -> Iterator[type[WarroomForm]]:
    for form_class in of.__subclasses__():
        yield form_class
        yield from form_classes(form_class)


def sentences_of(field: forms.Field) -> Iterator[str]:
    takes_several = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    for value in ([value] for value in SENT) if takes_several else SENT:
        try:
            field.clean(value)
        except ValidationError as error:
            yield from error.messages
        except AssertionError:  # a field that its form gives the time of day first
            return


@pytest.mark.django_db
@pytest.mark.parametrize("form_class", sorted(set(form_classes()), key=str))
def test_no_form_speaks_in_the_frameworks_words(form_class: type[WarroomForm]) -> None:
    form = object.__new__(form_class)
    form.fields = copy.deepcopy(form_class.base_fields)
    form._speak_plainly()

    theirs = [
        f"{name}: {sentence}"
        for name, field in form.fields.items()
        for sentence in sentences_of(field)
        if sentence.startswith(THEIRS) or "\u201c" in sentence
    ]

    assert theirs == []
