"""The review and the retro as forms. Everything may be blank here: the rules judge."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from incidents.web.fields import PersonField
from incidents.web.forms import WarroomForm
from kernel.refusal import Violation
from retros.backlog.actions import TITLE
from retros.review.actions import TEXT, WHY_NOT, Said, Written
from retros.vocabulary import QUESTIONS, Follows, Look, Question

_NOT_KEPT = {"once", "author"}


def _line(label: str, longest: int, **options: Any) -> forms.CharField:
    said = {"max_length": f"Keep it under {longest} characters."}
    return forms.CharField(
        label=label, required=False, max_length=longest, error_messages=said, **options
    )


def _text(label: str, rows: int = 2) -> forms.CharField:
    return _line(label, TEXT, widget=forms.Textarea(attrs={"rows": rows}))


def _owner() -> PersonField:
    return PersonField(label="Owner", required=False)


def _due() -> forms.DateField:
    return forms.DateField(
        label="Due",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write a day like 2026-03-07."},
    )


def _follow_up(question: str, label: str) -> dict[str, forms.Field]:
    """What follows from an answer of the review."""
    return {
        f"{question}_follows": forms.ChoiceField(
            label=f"What follows from it: {label}",
            choices=Follows,
            required=False,
            widget=forms.RadioSelect,
        ),
        f"{question}_title": _line("Item", TITLE),
        f"{question}_owner": _owner(),
        f"{question}_due_on": _due(),
        f"{question}_why": _line("Why no item follows", WHY_NOT),
    }


class LookForm(WarroomForm):
    """What the review and the retro share. A field is named after its question."""

    kind: Look

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = [one for one in self.fields.values() if isinstance(one, PersonField)]
        # Read once for all of them.
        people = [(one.pk, str(one)) for one in owners[0].queryset]
        for field in owners:
            field.choices = [("", field.empty_label), *people]

    @property
    def questions(self) -> tuple[Question, ...]:
        return QUESTIONS[self.kind]

    def show_beside(self, says: Mapping[str, tuple[str, ...]]) -> None:
        """What the record says, as the help of each question."""
        for question in self.questions:
            if lines := says.get(question):
                words = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
                self[question].help_text = format_html("The record: {}", words)

    @property
    def unanswered(self) -> list[forms.BoundField]:
        """The questions that are not done with: no answer, or nothing said of what follows."""
        return [self[one] for one in self.questions if not self._is_done(one)]

    def _is_done(self, question: str) -> bool:
        follows = f"{question}_follows"
        names = (question, follows) if follows in self.fields else (question,)
        return all(str(self[name].value() or "").strip() for name in names)

    @property
    def answered(self) -> int:
        return len(self.questions) - len(self.unanswered)

    @property
    def typed(self) -> str:
        """All that was written, as one text."""
        said = ((one, str(self[one].value() or "").strip()) for one in self.questions)
        return "\n\n".join(f"{one.label}\n{text}" for one, text in said if text)

    def raw(self) -> dict[str, list[str]]:
        """As typed, for the draft."""
        return {k: v for k, v in self.data.lists() if k in self.fields and k not in _NOT_KEPT}

    def refuse(self, violations: Iterable[Violation]) -> None:
        """What could not be read stands beside its field already, and is listed with the rest."""
        found = tuple(violations)
        super().refuse(one for one in found if one.code)
        self.violations = found

    @property
    def unmet(self) -> list[tuple[int | None, Violation]]:
        """Every violation with the number of its question, if the questions have numbers."""
        numbers = {one.value: number for number, one in enumerate(self.questions, 1)}
        numbered = self.kind == Look.REVIEW
        return [
            (numbers.get(one.field.split("_")[0]) if numbered else None, one)
            for one in self.violations
        ]

    def written(self) -> Written:
        """What was filled in, with what is wrong in shape, whether or not the form is valid."""
        shape = tuple(
            Violation("", str(message), name)
            for name, messages in self.errors.items()
            for message in messages
        )
        answers = {question: self._said(question) for question in self.questions}
        return Written(answers=answers, shape=shape, raw=self.raw())

    def _said(self, question: str) -> Said:
        said = self.cleaned_data
        return Said(
            text=said.get(question) or "",
            follows=said.get(f"{question}_follows") or "",
            why_not=said.get(f"{question}_why") or "",
            title=said.get(f"{question}_title") or "",
            owner=said.get(f"{question}_owner"),
            due_on=said.get(f"{question}_due_on"),
        )

    @staticmethod
    def initial_of(draft: Mapping[str, list[str]]) -> dict[str, Any]:
        """A draft's raw values as a form's initial ones."""
        return {name: values[-1] if values else "" for name, values in draft.items()}


def _review_fields() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for number, question in enumerate(QUESTIONS[Look.REVIEW], 1):
        fields[question.value] = _text(f"{number}. {question.label}")
        fields |= _follow_up(question.value, str(question.label))
    return fields


class ReviewForm(LookForm):
    """Five questions; each has the fields of what follows from it."""

    kind = Look.REVIEW

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Before the form binds: the questions are fields like any other.
        self.base_fields = {**type(self).base_fields, **_review_fields()}
        super().__init__(*args, **kwargs)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each question with its fields."""
        return [
            {
                "question": question,
                "answer": self[question],
                "is_done": self._is_done(question),
                **{
                    name: self[f"{question}_{name}"]
                    for name in ("follows", "title", "owner", "due_on", "why")
                },
            }
            for question in self.questions
        ]


class RetroForm(LookForm):
    """The playbook's retro minimum: the proposal has an owner and a due date."""

    kind = Look.RETRO

    trigger = _text(Question.TRIGGER.label, 3)
    slowed = _text(Question.SLOWED.label, 3)
    faster = _text(Question.FASTER.label, 3)
    proposal = _text(Question.PROPOSAL.label)
    proposal_owner = _owner()
    proposal_due_on = _due()


FORMS: dict[str, type[LookForm]] = {Look.REVIEW: ReviewForm, Look.RETRO: RetroForm}


class AddendumForm(WarroomForm):
    """A later thought on what is finished; two of these may stand on one page."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        self.base_fields = {
            **type(self).base_fields,
            f"{kind}_thought": _text(f"A later thought on the {kind}"),
        }
        super().__init__(*args, **kwargs)

    @property
    def thought(self) -> str:
        return str(self.cleaned_data[f"{self.kind}_thought"])
