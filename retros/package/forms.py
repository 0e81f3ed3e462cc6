"""The forms of a package: an admin's review, another try, and the revision."""

from typing import Any

from incidents.web.forms import WarroomForm
from retros.closing.forms import text_field
from retros.models import Remark
from retros.package.actions import RevisionInput
from retros.package.build import LABELS
from retros.vocabulary import SECTIONS


class PackageReviewForm(WarroomForm):
    """A field for each section's remark; all may be blank."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for section, label in SECTIONS.items():
            self.fields[f"remark_{section}"] = text_field(
                f"On “{label}”", 1000, rows=2, required=False
            )

    def remarks(self) -> dict[str, str]:
        return {section: self.cleaned_data[f"remark_{section}"] for section in SECTIONS}


class RetryForm(WarroomForm):
    """Nothing to fill in."""


class ReviseForm(WarroomForm):
    """The note of the next version, and an answer to each remark."""

    def __init__(self, *args: Any, remarks: list[Remark], **options: Any) -> None:
        super().__init__(*args, **options)
        self._remarks = remarks
        for remark in remarks:
            self.fields[f"answer_{remark.pk}"] = text_field(
                f"On “{SECTIONS[remark.section]}”: what became of it?",
                1000,
                rows=2,
                required=False,
                help_text=f"The remark: {remark.text}",
            )
        for name, label in LABELS.items():
            self.fields[name] = text_field(label, 2000, required=False)

    def revision(self) -> RevisionInput:
        answers = {remark.pk: self.cleaned_data[f"answer_{remark.pk}"] for remark in self._remarks}
        return RevisionInput(answers=answers, **{name: self.cleaned_data[name] for name in LABELS})
