"""Correcting a text on the timeline."""

from collections.abc import Sequence
from typing import Any

from django import forms

from incidents.rules.amendment import CorrectableText
from incidents.web.forms import WarroomForm


class AmendForm(WarroomForm):
    """``part`` is asked where an entry has several texts."""

    part = forms.ChoiceField(label="Which text", required=False, widget=forms.RadioSelect)
    text = forms.CharField(
        label="What should it say?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
        help_text="What stands there stays, with a link to the correction.",
    )

    def __init__(self, *args: Any, texts: Sequence[CorrectableText], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(texts) < 2:
            del self.fields["part"]
            self.initial["text"] = texts[0].text if texts else ""
        else:
            self.fields["part"].choices = [(text.code, text.label) for text in texts]
            self.initial.setdefault("part", texts[0].code)
