"""One field of a form: its label, its help and its problem belong to its control."""

import pytest
from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string

from tests.markup import markup


class Sample(forms.Form):
    line = forms.CharField(label="Line", help_text="One line.")
    pick = forms.ChoiceField(
        label="Pick",
        help_text="One of two.",
        widget=forms.RadioSelect,
        choices=[("a", "A"), ("b", "B")],
    )
    tick = forms.BooleanField(label="Tick", help_text="Or not.")
    hidden = forms.CharField(widget=forms.HiddenInput)


def shown(field: BoundField) -> str:
    return render_to_string("components/field.html", {"field": field})


@pytest.mark.parametrize("name", ["line", "pick", "tick"])
def test_help_and_problem_describe_the_control(name: str) -> None:
    html = shown(Sample({})[name])

    assert f'aria-describedby="id_{name}_helptext id_{name}_error"' in html
    assert html.count(f'id="id_{name}_helptext"') == 1
    assert html.count(f'id="id_{name}_error"') == 1
    assert "field-problem" in html


@pytest.mark.parametrize("name", ["line", "pick", "tick"])
def test_a_refused_rule_stands_at_its_field_with_its_code(name: str) -> None:
    form = Sample({"line": "x", "pick": "a", "tick": "on", "hidden": "y"})
    form.add_error(name, forms.ValidationError("Say <why>.", "D-RISK"))

    html = markup(shown(form[name]))

    assert "Say &lt;why&gt;. <code>D-RISK</code>" in html


def test_a_code_of_django_is_not_shown() -> None:
    assert "<code>" not in shown(Sample({})["line"])


def test_the_label_names_its_control() -> None:
    html = shown(Sample()["line"])

    assert '<label for="id_line">Line</label>' in html
    assert 'id="id_line"' in html
    assert "aria-invalid" not in html


def test_a_hidden_field_is_only_itself() -> None:
    assert shown(Sample()["hidden"]).strip().startswith('<input type="hidden"')
