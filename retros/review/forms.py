"""The forms of the review and the retro. Everything may be blank: the rules judge."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from incidents.web.fields import PersonField
from incidents.web.forms import DraftForm, WarroomForm
from kernel.refusal import Violation
from retros.backlog.rules import MAX_TITLE_CHARACTERS
from retros.review.actions import ReviewInput
from retros.review.rules import MAX_ANSWER_CHARACTERS, MAX_REASON_CHARACTERS
from retros.review.steps import AnswerInput
from retros.vocabulary import QUESTIONS, Follows, Look, Question


def _line(label: str, max_length: int, **options: Any) -> forms.CharField:
    messages = {"max_length": f"Keep it under {max_length} characters."}
    return forms.CharField(
        label=label, required=False, max_length=max_length, error_messages=messages, **options
    )


def _text(label: str, rows: int = 2) -> forms.CharField:
    return _line(label, MAX_ANSWER_CHARACTERS, widget=forms.Textarea(attrs={"rows": rows}))


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
        f"{question}_title": _line("Item", MAX_TITLE_CHARACTERS),
        f"{question}_owner": _owner(),
        f"{question}_due_on": _due(),
        f"{question}_why": _line("Why no item follows", MAX_REASON_CHARACTERS),
    }


class LookForm(DraftForm):
    """What the review and the retro share. A field is named after its question."""

    kind: Look

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owners = [field for field in self.fields.values() if isinstance(field, PersonField)]
        # One query for the choices of all of them.
        people = [(person.pk, str(person)) for person in owners[0].queryset]
        for field in owners:
            field.choices = [("", field.empty_label), *people]

    @property
    def questions(self) -> tuple[Question, ...]:
        return QUESTIONS[self.kind]

    def show_beside(self, record: Mapping[str, tuple[str, ...]]) -> None:
        """Show what the record says as the help text of each question."""
        for question in self.questions:
            if lines := record.get(question):
                text = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))
                self[question].help_text = format_html("The record: {}", text)

    @property
    def unanswered(self) -> list[forms.BoundField]:
        """The questions without an answer, or without a choice of what follows."""
        return [self[question] for question in self.questions if not self._is_done(question)]

    def _is_done(self, question: str) -> bool:
        follows = f"{question}_follows"
        names = (question, follows) if follows in self.fields else (question,)
        return all(str(self[name].value() or "").strip() for name in names)

    @property
    def answered(self) -> int:
        return len(self.questions) - len(self.unanswered)

    @property
    def typed(self) -> str:
        """All answers as one text."""
        texts = (
            (question, str(self[question].value() or "").strip()) for question in self.questions
        )
        return "\n\n".join(f"{question.label}\n{text}" for question, text in texts if text)

    def refuse(self, violations: Iterable[Violation]) -> None:
        """Violations without a code are beside their field already; here they are only listed."""
        everything = tuple(violations)
        super().refuse(violation for violation in everything if violation.code)
        self.violations = everything

    @property
    def unmet(self) -> list[tuple[int | None, Violation]]:
        """Every violation with the number of its question, if the questions have numbers."""
        numbers = {question.value: number for number, question in enumerate(self.questions, 1)}
        numbered = self.kind == Look.REVIEW
        return [
            (numbers.get(violation.field.split("_")[0]) if numbered else None, violation)
            for violation in self.violations
        ]

    def review(self) -> ReviewInput:
        """What was filled in and what could not be read, whether or not the form is valid."""
        unreadable = tuple(
            Violation("", str(message), name)
            for name, messages in self.errors.items()
            for message in messages
        )
        answers = {question: self._answer(question) for question in self.questions}
        return ReviewInput(answers=answers, unreadable=unreadable, raw=self.raw(), stamp=self.stamp)

    def _answer(self, question: str) -> AnswerInput:
        cleaned = self.cleaned_data
        return AnswerInput(
            text=cleaned.get(question) or "",
            follows=cleaned.get(f"{question}_follows") or "",
            why_not=cleaned.get(f"{question}_why") or "",
            title=cleaned.get(f"{question}_title") or "",
            owner=cleaned.get(f"{question}_owner"),
            due_on=cleaned.get(f"{question}_due_on"),
        )

    @staticmethod
    def initial_of(draft: Mapping[str, list[str]]) -> dict[str, Any]:
        """A draft's raw values as initial values of the form."""
        return {name: values[-1] if values else "" for name, values in draft.items()}


def _review_fields() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for number, question in enumerate(QUESTIONS[Look.REVIEW], 1):
        fields[question.value] = _text(f"{number}. {question.label}")
        fields |= _follow_up(question.value, str(question.label))
    return fields


class ReviewForm(LookForm):
    """Five questions, each with the fields of what follows from its answer."""

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
    """A later thought; its field is named after the kind, since a page may have two such forms."""

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
