"""Who is named as ``@name`` in what somebody writes hears of it, in an entry of whatever kind."""

from django.db.models import TextField
from django.db.models.functions import Cast, Lower
from django.urls import reverse

from incidents.models import Incident, Notice, Person, TimelineEntry
from incidents.rules.free_texts import naming_texts
from kernel.actor import Actor, ActorKind
from kernel.text.mentions import Named, named

MAX_MENTIONED = 20
"""In one entry; whoever means more writes an update."""

MENTION_KIND = "mention"
_MAX_SENTENCE = 300


def notify_named(incident: Incident, entry: TimelineEntry, actor: Actor) -> None:
    """Notify each person whom ``entry`` names, once. For the writer of entries, under its lock.

    Only people who may enter the room, and not the author. What an earlier entry says already names
    nobody anew: a risk that is retired is quoted, and a correction names whom its text did not.
    Nobody is notified of a backfilled incident, or of what Warroom itself writes.
    """
    if incident.backfilled or actor.kind == ActorKind.SYSTEM:
        return
    texts = {text: _names_in(text) for text in naming_texts(entry.data)}
    if any(texts.values()):
        earlier = _earlier_lines(entry)
        texts = {text: _names_in(_without(text, earlier)) for text in texts}
    corrected = _names_in(str(entry.data.get("before", "")))
    names = [name for named in texts.values() for name in named if name not in corrected]
    if not names:
        return
    people = Person.objects.who_may_enter(incident).alias(folded=Lower("username"))
    people = people.filter(folded__in=list(dict.fromkeys(names))[:MAX_MENTIONED])
    if actor.is_person:
        people = people.exclude(pk=actor.id)
    sentence = f"{actor.name} mentioned you in {incident.reference}: "
    sentence += " ".join(text for text, named in texts.items() if named)
    if len(sentence) > _MAX_SENTENCE:
        sentence = f"{sentence[: _MAX_SENTENCE - 1]}…"
    Notice.objects.bulk_create(
        Notice(
            person=person,
            incident=incident,
            kind=MENTION_KIND,
            subject=f"#{entry.seq}",
            sentence=sentence,
            href=f"{reverse('timeline', args=[incident.pk])}?before={entry.seq + 1}",
            at=entry.at,
        )
        for person in {person.pk: person for person in people}.values()
    )


def _names_in(text: str) -> list[str]:
    return [name.lower() for name in named(text, Named.NAME)]


def _without(text: str, earlier: frozenset[str]) -> str:
    return "\n".join(line for line in text.splitlines() if earlier.isdisjoint(_as_quoted(line)))


def _as_quoted(line: str) -> set[str]:
    """A line, and what follows where it says whose words it has: ``After D-1: Roll it back``."""
    return {line, line.partition(": ")[2] or line}


def _earlier_lines(entry: TimelineEntry) -> frozenset[str]:
    """The lines of earlier entries in which people may be named; one query.

    An entry of a single text about nothing in particular (a note) is a message of its own: written
    again, it names people again.
    """
    rows = TimelineEntry.objects.filter(incident=entry.incident_id, seq__lt=entry.seq)
    rows = rows.alias(words=Cast("data", TextField())).filter(words__contains="@")
    if len(naming_texts(entry.data)) == 1 and not entry.subject:
        rows = rows.exclude(kind=entry.kind)
    written = rows.values_list("data", flat=True)
    lines = (line for data in written for text in naming_texts(data) for line in text.splitlines())
    return frozenset(part for line in lines for part in _as_quoted(line))
