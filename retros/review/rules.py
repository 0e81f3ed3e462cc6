"""Looking back: what finishes a review or a retro, and when people are reminded of one.

Playbook, "30-minute post-closure review": "Turn answers into backlog items before context fades";
"Post-incident retro minimum": within 24 hours, with owner and due date.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing
from retros.backlog import rules as backlog
from retros.vocabulary import Follows, Look, Question

type Found = tuple[Violation, ...]

DUE: dict[str, timedelta] = {Look.REVIEW: timedelta(minutes=30), Look.RETRO: timedelta(hours=24)}
"""How long after closing each is due."""

LEAD: dict[str, timedelta] = {Look.REVIEW: timedelta(minutes=10), Look.RETRO: timedelta(hours=1)}
"""How long before that its commander is reminded."""

LATE: dict[str, timedelta] = {Look.REVIEW: timedelta(minutes=30), Look.RETRO: timedelta(hours=4)}
"""How late the deputy is told too."""

TOLD_ADMINS: dict[str, timedelta] = {
    Look.REVIEW: timedelta(hours=2),
    Look.RETRO: timedelta(hours=24),
}
"""How late one is before the admins too."""

SOON_KIND, DUE_KIND, LATE_KIND = "soon", "due", "late"
KINDS = tuple(f"{look}.{step}" for look in Look for step in (SOON_KIND, DUE_KIND, LATE_KIND))


def reminder(look: str, due_at: datetime, now: datetime) -> tuple[str, datetime] | None:
    """The last reminder that has come (``review.soon``), and its time.

    Only the last: after a long stop people are reminded once.
    """
    steps = (
        (LATE_KIND, due_at + LATE[look]),
        (DUE_KIND, due_at),
        (SOON_KIND, due_at - LEAD[look]),
    )
    return next(((f"{look}.{step}", at) for step, at in steps if now >= at), None)


NO_ITEM = backlog.Item("")


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: what was said, and what follows from it.

    ``follows`` is empty while its author has not said; ``item`` counts only where it follows.
    """

    question: str
    text: str
    follows: str = ""
    why_not: str = ""
    item: backlog.Item = NO_ITEM


def unmet(look: str, answers: Iterable[Answered], today: date) -> Found:
    """Every reason why it cannot be finished, in the order of the form."""
    follow_up = _review if look == Look.REVIEW else _retro
    return tuple(found for one in answers for found in (*_said(one), *follow_up(one, today)))


def _said(one: Answered) -> Found:
    """``R-ANSWER``: the question is answered in words."""
    name = Question(one.question).label
    return _says("R-ANSWER", one.question, one.text, f"Answer “{name}” in words.")


def _review(one: Answered, today: date) -> Found:
    """Each answer becomes an item, or says why not."""
    if one.follows == Follows.ITEM:
        return _item(one, today)
    if one.follows == Follows.NONE:
        ask = "Say why no item follows from this answer."
        return _says("R-WHY", f"{one.question}_why", one.why_not, ask)
    words = "Choose: it becomes a backlog item, or say why not."
    return (Violation("R-FOLLOWS", words, f"{one.question}_follows"),)


def _retro(one: Answered, today: date) -> Found:
    """The proposal alone is followed up: it has an owner and a due date."""
    if one.question != Question.PROPOSAL:
        return ()
    # Its title is taken from the proposal, which is asked for already.
    return tuple(found for found in _item(one, today) if found.field != f"{one.question}_title")


def title_of(proposal: str) -> str:
    """What an item of it is called: its first line that says something."""
    lines = (line.strip() for line in proposal.splitlines())
    return next((line for line in lines if not says_nothing(line)), " ".join(proposal.split()))


def _item(one: Answered, today: date) -> Found:
    """``B-…`` as of any item; of this one an owner and a day are asked for as well."""
    found = [
        replace(problem, field=f"{one.question}_{problem.field}")
        for problem in backlog.noted(one.item, today)
    ]
    if one.item.owner is None:
        found.append(Violation("R-OWNER", "Name who does it.", f"{one.question}_owner"))
    if one.item.due_on is None:
        words = "Say until when: a day, like 2026-03-07."
        found.append(Violation("R-DUE", words, f"{one.question}_due_on"))
    return tuple(found)


def addendum(look: str, text: str) -> Found:
    """``R-ADDED``: a later thought is one."""
    return _says("R-ADDED", f"{look}_thought", text, "Write what you think now.")


def _says(code: str, field: str, words: str, ask: str) -> Found:
    if not says_nothing(words):
        return ()
    if has_content(words):
        ask = f"{quoted(words)} says nothing. {ask}"
    return (Violation(code, ask, field),)
