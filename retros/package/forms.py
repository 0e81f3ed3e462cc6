"""A package as an admin judges it, and as it is made anew."""

from typing import Any

from incidents.web.forms import WarroomForm
from retros.closing.forms import text_field
from retros.models import Remark
from retros.package.actions import Revised
from retros.package.build import LABELS
from retros.vocabulary import SECTIONS


class JudgeForm(WarroomForm):
    """A field for each section's remark; all may be blank."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for section, label in SECTIONS.items():
            self.fields[f"remark_{section}"] = text_field(
                f"On “{label}”", 1000, rows=2, required=False
            )

    def remarks(self) -> dict[str, str]:
        return {section: self.cleaned_data[f"remark_{section}"] for section in SECTIONS}


class AgainForm(WarroomForm):
    """Nothing to fill in."""


class ReviseForm(WarroomForm):
    """The note as the next version says it, and an answer to each remark."""

    def __init__(self, *args: Any, remarks: list[Remark], **options: Any) -> None:
        super().__init__(*args, **options)
        self._remarks = remarks
        for one in remarks:
            self.fields[f"answer_{one.pk}"] = text_field(
                f"On “{SECTIONS[one.section]}”: what became of it?",
                1000,
                rows=2,
                required=False,
                help_text=f"The remark: {one.text}",
            )
        for name, label in LABELS.items():
            self.fields[name] = text_field(label, 2000, required=False)

    def revised(self) -> Revised:
        answers = {one.pk: self.cleaned_data[f"answer_{one.pk}"] for one in self._remarks}
        return Revised(answers=answers, **{name: self.cleaned_data[name] for name in LABELS})
