"""The Checkpoint Decision Record as a form. Everything may be blank here: the rules judge."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations, zip_longest
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.actions.decision_steps import DecisionInput
from incidents.assessments.chosen_option import own_of
from incidents.assessments.option_history import PastUse
from incidents.assessments.prefill import Prefill
from incidents.assessments.recommendations import RecommendationSummary
from incidents.forms.own_option import OWN_FIELDS, own_option_fields, take_option
from incidents.models import Recommendation
from incidents.rules.conflict import MAX_SCORE, MIN_SCORE, Scores, Stand, verdict
from incidents.rules.decision import Conflict, Offer
from incidents.rules.decision.hints import USUAL, hints
from incidents.rules.decision.ladder import own_offer
from incidents.rules.decision.option import needs_conflict_reason
from incidents.rules.decision.own_option import Alternative, kind_of
from incidents.vocabulary import LADDER, Choice, Confidence, Option
from incidents.web.evidence_numbers import ticked_and_typed
from incidents.web.fields import PersonField, Soon
from incidents.web.forms import DraftForm
from incidents.web.time_zone import number
from kernel.refusal import Violation


def _text(
    label: str, limit: int = 4000, rows: int = 2, placeholder: str = " ", **options: Any
) -> forms.CharField:
    """``placeholder`` is never empty: by it the page knows that a field is filled in."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows, "placeholder": placeholder}),
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


def _line(label: str, limit: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


class NumbersInput(forms.MultipleHiddenInput):
    """Checkboxes that the page draws, and the line for other numbers."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        getlist = getattr(data, "getlist", None)
        return [] if getlist is None else ticked_and_typed(getlist(name), getlist(f"{name}_more"))


class Numbers(forms.Field):
    """Numbers of things within the incident, as checkboxes and a line for others send them."""

    widget = NumbersInput

    def to_python(self, value: Any) -> tuple[int, ...]:
        parsed = (number(str(v)) for v in value or ())
        return tuple(n for n in parsed if n is not None)


class Texts(forms.Field):
    """Any number of lines, as fields of one name send them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[str, ...]:
        return tuple(str(line) for line in value or ())


class Score(forms.TypedChoiceField):
    """1 to 5, or nothing yet."""

    widget = forms.RadioSelect

    def __init__(self, **options: Any) -> None:
        steps = [(n, str(n)) for n in range(MIN_SCORE, MAX_SCORE + 1)]
        super().__init__(choices=steps, coerce=int, empty_value=None, **options)


SIDE_PREFIX = "side_"
SCORES = frozenset(str(n) for n in range(MIN_SCORE, MAX_SCORE + 1))
EMPTY_ALTERNATIVES = 2
MAX_HINT = 160


def _comparable(entry: Any) -> list[str]:
    """What stands in a field, whether as rows, numbers or texts."""
    entries = entry if isinstance(entry, list | tuple) else [entry]
    texts = [str(getattr(one, "pk", one)).replace("\r\n", "\n") for one in entries]
    return sorted(text for text in texts if text not in ("", "None"))


def _alternatives(fields: dict[str, Any]) -> tuple[Alternative, ...]:
    """The rows in which something stands, removed from ``fields``."""
    names = fields.pop("alternative_name", ())
    reasons = fields.pop("alternative_reason", ())
    rows = zip_longest(names, reasons, fillvalue="")
    return tuple(Alternative(name, why) for name, why in rows if name.strip() or why.strip())


def _scores_of(side: Stand) -> tuple[tuple[str, str], tuple[str, str]]:
    """Names and labels of the two fields, in the order of ``Scores``."""
    return (
        (f"score_{side.number}_reversibility", "Easy to undo"),
        (f"score_{side.number}_blast_radius", "Can get worse"),
    )


def _score(typed: Any) -> int | None:
    """A score as it stands in a form; None where it is none."""
    return int(typed) if str(typed or "") in SCORES else None


def _clash(sides: Sequence[Stand]) -> bool:
    return any(a.clashes(b) for a, b in combinations(sides, 2))


def _reason_from_disproof(
    sides: Iterable[Stand], fields: Mapping[str, Any], reasons: dict[str, str]
) -> None:
    """Why the evidence disproves the other side is the reason against it too, unless another is
    given."""
    why = (fields.get("conflict_reason") or "").strip()
    others = {s.option for s in sides if s.option in reasons and s.option != fields["option"]}
    empty = [option for option in sorted(others) if not (reasons[option] or "").strip()]
    if why and empty:
        reasons[empty[0]] = why


class DecisionForm(DraftForm):
    scope = _text("What is hit (impacted scope)")
    evidence = Numbers(label="Evidence reviewed", required=False)
    risks = Numbers(label="Residual risks", required=False)
    risk_new = _line("Another risk that stays after this decision", 500)
    next_action = _line("Next action", 300)
    deadline = Soon(
        label="Its deadline, the next checkpoint",
        required=False,
        help_text="A time like 14:08, or minutes from now like +25.",
    )
    choice = forms.ChoiceField(
        label="Decision", choices=Choice, required=False, widget=forms.RadioSelect
    )
    option = forms.CharField(label="Option, fastest reversible first", required=False)
    alternative_name = Texts(label="Thought of", required=False)
    alternative_reason = Texts(label="Rejected because", required=False)
    option_detail = _line("Which one exactly", 200, help_text="The flag, the change, the revision.")
    why_now = _text("Why now, and not in 30 minutes?", placeholder="What grows while we wait")
    reversibility = _text("How fast can it be undone?", placeholder=USUAL.reversibility)
    blast_radius = _text("What can get worse?", placeholder=USUAL.blast_radius)
    verification = _text("What exactly proves it worked?", placeholder=USUAL.verification)
    confidence = forms.ChoiceField(
        label="How sure are you?", choices=Confidence, required=False, widget=forms.RadioSelect
    )
    executor = PersonField(label="Owner for execution", required=False)
    verifier = PersonField(label="Owner for verification", required=False)
    deviation_reason = _text("Why not the default response")
    override_reason = _text("Emergency: why readiness is skipped")
    supersede_reason = _text("Why this supersedes it")
    beside_reason = _text("Or why both can run: they cannot work against each other")
    conflict_evidence = Numbers(label="Evidence that disproves the other side", required=False)
    conflict_reason = _text("Why you choose this side")

    def __init__(
        self,
        *args: Any,
        offered: Iterable[Offer],
        now: datetime,
        zone: ZoneInfo,
        conflict: Conflict | None = None,
        recommended: Mapping[str, Sequence[Recommendation]] | None = None,
        summaries: Sequence[RecommendationSummary] = (),
        is_owed: bool = False,
        history: Mapping[str, Sequence[PastUse]] | None = None,
        prefill: Prefill | None = None,
        executed_by: int | None = None,
        signal: str = "",
        **kwargs: Any,
    ) -> None:
        """``executed_by`` is the key of who did what is recorded now, if it was done first;
        ``signal`` is the scenario's."""
        self.history, self.prefill = history or {}, prefill
        self.offered, self.conflict = tuple(offered), conflict
        self.recommended = recommended or {}
        self.summaries = {shown.recommendation.number: shown for shown in summaries}
        # What was done first is a fact: its option is not chosen again.
        self.is_owed = is_owed
        # Before the form binds: the reasons are fields like any other.
        rejected = {
            f"rejected_{offer.option}": _text("Rejected because", 2000, rows=1)
            for offer in self.offered
            if offer.own is None
        }
        scores = {
            name: Score(label=label, required=False)
            for side in (conflict.sides if conflict else ())
            for name, label in _scores_of(side)
        }
        own = own_option_fields()
        self.base_fields = {**type(self).base_fields, **own, **rejected, **scores}
        super().__init__(*args, **kwargs)
        deadline = self.fields["deadline"]
        assert isinstance(deadline, Soon)
        deadline.now, deadline.zone = now, zone
        if executed_by is not None:
            executor = self.fields["executor"]
            assert isinstance(executor, PersonField)
            executor.offer_also(executed_by)
        self._name_origins()
        self._hint_reasons()
        self.signal = signal
        for name, hint in self.hints_of(str(self["option"].value() or "")).items():
            self.fields[name].widget.attrs["placeholder"] = hint

    @property
    def hints_by_option(self) -> str:
        """For the page's script, as JSON; those of "" are the usual ones."""
        values = ["", *(offer.value for offer in self.offered)]
        return json.dumps({value: self.hints_of(value) for value in values})

    def hints_of(self, option: str) -> dict[str, str]:
        """The examples in the empty statements, by field; an own option has the usual ones."""
        offered = next((offer for offer in self.offered if offer.value == option), None)
        return hints(offered.option if offered and offered.own is None else "", self.signal)

    def _hint_reasons(self) -> None:
        """Beside a rung that is not recommended: what speaks for the one that is."""
        for offer in self.offered:
            others = [r for o, rows in self.recommended.items() if o != offer.option for r in rows]
            if others and f"rejected_{offer.option}" in self.fields:
                hint = f"{others[0].reference} prefers {others[0].title}: {others[0].reasons}"
                widget = self.fields[f"rejected_{offer.option}"].widget
                widget.attrs["placeholder"] = hint[:MAX_HINT]

    def _name_origins(self) -> None:
        """Mark each field that still has what was filled in for its author."""
        for name, source in (self.prefill.sources if self.prefill else {}).items():
            if name in self.fields:
                filled, stands = self.prefill.initial.get(name), self[name].value()
                same = _comparable(filled) == _comparable(stands)
                self.fields[name].origin = source if same else ""

    @property
    def options(self) -> list[dict[str, Any]]:
        """Each offered option with its reason field, for the ladder.

        Without those that are chosen as sides of the contradiction.
        """
        chosen = self["option"].value()
        on_cards = set() if self.is_owed else {side.option for side in self._stands}
        return [
            {
                "offer": offer,
                "chosen": chosen == offer.value,
                "rejected": None if offer.own else self[f"rejected_{offer.option}"],
                "history": self.history.get(
                    kind_of(offer.option, offer.own.name if offer.own else ""), ()
                ),
                "recommended": () if offer.own else self.recommended.get(offer.option, ()),
            }
            for offer in self.offered
            if kind_of(offer.option, offer.own.name if offer.own else "") not in on_cards
        ]

    @property
    def _stands(self) -> tuple[Stand, ...]:
        return self.conflict.sides if self.conflict else ()

    def chosen_offer(self, written: DecisionInput) -> Offer | None:
        """The chosen option, with its reach; None while none is."""
        if written.own is not None:
            return own_offer(written.own)
        return next((o for o in self.offered if o.option == written.option), None)

    @property
    def is_own(self) -> bool:
        return bool(self["option"].value() == Option.OWN)

    @property
    def alternatives(self) -> list[tuple[str, str]]:
        """What was filled in beside the ladder, then rows to fill in."""
        names = list(self["alternative_name"].value() or ())
        reasons = list(self["alternative_reason"].value() or ())
        rows = list(zip_longest(names, reasons, fillvalue=""))
        return [row for row in rows if any(row)] + [("", "")] * EMPTY_ALTERNATIVES

    def written(self) -> DecisionInput:
        """What was filled in, with what is wrong in shape, whether or not the form is valid."""
        fields = self.values()
        scores = self._scores(fields)
        reasons = {
            offer.option: fields.pop(f"rejected_{offer.option}", "")
            for offer in self.offered
            if offer.own is None
        }
        own = {name: fields.pop(name, "") for name in OWN_FIELDS}
        option = fields.get("option") or ""
        fields["option"], fields["own"] = take_option(option, own, self.offered)
        if (row := self._side_chosen(option)) is not None:
            fields["option"], fields["own"] = row.option, own_of(row)
            fields["option_detail"] = fields["option_detail"] or row.option_detail
        _reason_from_disproof(self._stands, fields, reasons)
        fields["alternatives"] = _alternatives(fields)
        shape = tuple(
            Violation("", str(message), name)
            for name, messages in self.errors.items()
            for message in messages
        )
        saved = {"raw": self.raw(), "stamp": self.stamp}
        return DecisionInput(**fields, rejected=reasons, scores=scores, shape=shape, **saved)

    def _scores(self, fields: dict[str, Any]) -> dict[int, Scores]:
        """The commander's scores, removed from ``fields``."""
        sides = self.conflict.sides if self.conflict else ()
        return {
            side.number: Scores(*(fields.pop(name, None) for name, _ in _scores_of(side)))
            for side in sides
        }

    def _side_chosen(self, value: str) -> Recommendation | None:
        """The recommendation that was chosen where two name different targets of one option."""
        for recommended, shown in self.summaries.items():
            if value == f"{SIDE_PREFIX}{recommended}":
                return shown.recommendation
        return None

    def _value_of(self, side: Stand) -> str:
        """What the form sends when this side is chosen."""
        row = self.summaries[side.number].recommendation
        if self.conflict and self.conflict.names_several(side.option):
            return f"{SIDE_PREFIX}{side.number}"
        own = own_of(row)
        return own.value if own else row.option

    @property
    def sides(self) -> list[dict[str, Any]]:
        """Each side of the open contradiction: its recommendation, the commander's scores, and the
        reason against it, once for each option."""
        chosen = self["option"].value()
        leading = verdict(self.weighed.sides).sides if self.weighed else ()
        leads = {side.number for side in leading} if not _clash(leading) else set()
        rows = []
        reasoned: set[str] = set()
        for side in self._stands:
            shown = self.summaries[side.number]
            name = f"rejected_{shown.recommendation.option}"
            asks = name in self.fields and shown.recommendation.option in LADDER
            value = self._value_of(side)
            rows.append(
                {
                    "side": side,
                    "shown": shown,
                    "value": value,
                    "chosen": chosen == value and not self.is_owed,
                    "leads": side.number in leads,
                    "scores": [self[score] for score, _ in _scores_of(side)],
                    "rejected": self[name] if asks and name not in reasoned else None,
                }
            )
            reasoned.add(name)
        return rows

    @property
    def weighed(self) -> Conflict | None:
        """The contradiction with the scores that stand in the form."""
        if self.conflict is None:
            return None
        sides = tuple(
            replace(
                side,
                commander=Scores(*(_score(self[name].value()) for name, _ in _scores_of(side))),
            )
            for side in self.conflict.sides
        )
        return replace(self.conflict, sides=sides)

    def _typed_scores(self, side: Stand) -> Scores:
        return Scores(*(_score(self[name].value()) for name, _ in _scores_of(side)))

    def needs_conflict_reason(self, written: DecisionInput) -> bool:
        conflict = self.weighed
        return conflict is not None and needs_conflict_reason(
            written.kind, written.target, conflict
        )

    @classmethod
    def initial_of(cls, draft: dict[str, list[str]]) -> dict[str, Any]:
        """A draft's raw values as a form's initial ones."""
        several = {
            name for name, field in cls.base_fields.items() if isinstance(field, Numbers | Texts)
        }
        return {
            name: values if name in several else (values[-1] if values else "")
            for name, values in draft.items()
        }
