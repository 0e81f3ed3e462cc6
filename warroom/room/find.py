"""Finding: incidents, evidence, decisions, people and words of the record, by what one remembers.

What somebody may not know of is never read: all but titles and numbers is sought in the newest
incidents that they may enter, and those are chosen before anything is compared with the text.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator

from incidents.models import (
    Assignment,
    Decision,
    Evidence,
    Incident,
    Person,
    TimelineEntry,
)
from incidents.models.text_search import Contains
from incidents.timeline import kinds
from incidents.vocabulary import RoleName
from incidents.web.access import requires
from incidents.web.time_zone import number
from kernel.text import clean_lines
from warroom.room.palette import Row

MIN_CHARACTERS, MAX_CHARACTERS = 2, 100
ROWS = 5
"""Of each kind; who does not find it among them types more."""

NEWEST_INCIDENTS = 30
EXCERPT_CHARACTERS = 120
BEFORE_MATCH_CHARACTERS = 40

_REFERENCE = re.compile(r"(INC|E|D)-?([0-9]{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one kind; ``name`` is a part of an element's id."""

    name: str
    title: str
    rows: tuple[Row, ...]


@requires("home.view")
def find(request: HttpRequest) -> HttpResponse:
    """``?q=`` everywhere, what is of ``?incident=`` first; a fragment for the palette."""
    text = clean_lines(request.GET.get("q", "")).strip()[:MAX_CHARACTERS]
    groups = found(request.user, text, number(request.GET.get("incident", "")))
    context = {"groups": groups, "text": text, "count": sum(len(group.rows) for group in groups)}
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "warroom/find.html#found" if fragment else "warroom/find.html"
    response = render(request, template, context)
    response["X-Found"] = str(context["count"])
    return response


def found(reader: Person, text: str, here: int | None = None) -> tuple[Group, ...]:
    """What ``text`` finds, a few rows of each kind; groups without any are left out.

    At most seven queries, however much there is. Nothing for who may enter no room.
    """
    if len(text) < MIN_CHARACTERS or not reader.is_responder:
        return ()
    searched = _searched_incidents(reader, here)
    groups = (
        Group("incidents", "Incidents", tuple(_incidents(reader, text))),
        Group("evidence", "Evidence", tuple(_evidence(text, searched))),
        Group("decisions", "Decisions", tuple(_decisions(text, searched))),
        Group("people", "People", tuple(_people(text, searched))),
        Group("record", "In the record", tuple(_entries(text, searched))),
    )
    return tuple(group for group in groups if group.rows)


def _searched_incidents(reader: Person, here: int | None) -> list[int]:
    """The one at hand first, then the newest; never one that the reader may not enter."""
    rows = Incident.objects.visible_to(reader).order_by(
        Case(When(pk=here, then=Value(0)), default=Value(1)) if here else Value(1),
        "-declared_at",
        "-pk",
    )
    return list(rows.values_list("pk", flat=True)[:NEWEST_INCIDENTS])


def _numbered(text: str, prefix: str) -> int | None:
    match = _REFERENCE.fullmatch(text)
    return int(match[2]) if match and match[1].upper() == prefix else None


def _incidents(reader: Person, text: str) -> Iterator[Row]:
    rows = Incident.objects.visible_to(reader).order_by("-declared_at", "-pk")
    wanted = int(text) if re.fullmatch("[0-9]{1,9}", text) else _numbered(text, "INC")
    by_number = rows.filter(pk=wanted) if wanted is not None else rows.none()
    for incident in (by_number | rows.filter(Contains("title", text)))[:ROWS]:
        yield Row(
            f"{incident.reference} {incident.title}",
            incident.get_absolute_url(),
            "i-warning",
            hint=f"{incident.get_severity_display()}, {incident.get_status_display().lower()}",
        )


def _in_order[Rows: QuerySet](rows: Rows, searched: Sequence[int]) -> Rows:
    """Rows of these incidents, those of the first one at the top."""
    first = When(incident_id=searched[0], then=Value(0)) if searched else When(pk=None, then=0)
    at_hand = Case(first, default=Value(1), output_field=IntegerField())
    return rows.filter(incident_id__in=searched).order_by(at_hand, "-pk")


def _evidence(text: str, searched: Sequence[int]) -> Iterator[Row]:
    rows = Evidence.objects.all()
    wanted = _numbered(text, "E")
    if wanted is not None:
        rows = rows.filter(number=wanted)
    else:
        rows = rows.filter(Contains("title", text)) | rows.filter(Contains("command", text))
    for item in _in_order(rows, searched).defer("text")[:ROWS]:
        what = f"INC-{item.incident_id}, {item.get_kind_display().lower()}, {item.actor_name}"
        label = f"{item.reference} {item.title}"
        yield Row(label, item.get_absolute_url(), "mark-evidence", hint=what)


def _decisions(text: str, searched: Sequence[int]) -> Iterator[Row]:
    rows = Decision.objects.all()
    wanted = _numbered(text, "D")
    if wanted is not None:
        rows = rows.filter(number=wanted)
    else:
        texts = ("option_detail", "scope", "why_now", "next_action")
        every = [rows.filter(Contains(name, text)) for name in texts]
        rows = every[0] | every[1] | every[2] | every[3]
    for decision in _in_order(rows, searched)[:ROWS]:
        label = f"{decision.reference} {decision.title}"
        what = f"INC-{decision.incident_id}, {decision.get_choice_display().lower()}"
        yield Row(label, decision.get_absolute_url(), "mark-decision", hint=what)


def _people(text: str, searched: Sequence[int]) -> Iterator[Row]:
    """Each leads to the newest thing that they hold, or else to their work in the backlog."""
    people = Person.objects.filter(is_active=True).order_by("name", "username")
    by_name = people.filter(Contains("name", text)) | people.filter(Contains("username", text))
    rows = list(by_name[:ROWS])
    held: dict[int, Assignment] = {}
    current = Assignment.objects.current().filter(person__in=rows, incident_id__in=searched)
    for assignment in current.order_by("since", "pk"):
        held[assignment.person_id] = assignment
    for person in rows:
        assignment = held.get(person.pk)
        if assignment is None:
            href = f"{reverse('backlog-all')}?owner={person.pk}"
            yield Row(str(person), href, "i-person", hint=person.team or "their backlog items")
        else:
            hint = f"{assignment.label}, INC-{assignment.incident_id}"
            yield Row(str(person), _place_of(assignment), "i-person", hint=hint)


def _place_of(assignment: Assignment) -> str:
    if assignment.role == RoleName.LANE_OWNER:
        return reverse("lane", args=[assignment.incident_id, assignment.lane])
    return reverse("room", args=[assignment.incident_id])


def _entries(text: str, searched: Sequence[int]) -> Iterator[Row]:
    rows = TimelineEntry.objects.all().matching_text(text)
    for entry in _in_order(rows, searched)[:ROWS]:
        kind = kinds.get(entry.kind)
        href = f"{reverse('timeline', args=[entry.incident_id])}?before={entry.seq + 1}"
        words = _plain(kind.headline_and_body(entry.subject, entry.data))
        hint = f"INC-{entry.incident_id} #{entry.seq}, {entry.actor_name}"
        yield Row(excerpt(words, text), href, kind.icon, hint=hint)


def _plain(html: Iterable[str]) -> str:
    return " ".join(unescape(strip_tags(" ".join(html))).split())


def excerpt(words: str, text: str) -> str:
    """The part of ``words`` around ``text``, or its beginning where it is coded otherwise."""
    at = words.casefold().find(text.casefold())
    if at > EXCERPT_CHARACTERS - len(text):
        words = f"…{words[at - BEFORE_MATCH_CHARACTERS :]}"
    return Truncator(words).chars(EXCERPT_CHARACTERS)
