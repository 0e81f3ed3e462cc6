"""Who is named in a text hears of it."""

from datetime import datetime

from django.db.models.functions import Lower
from django.urls import reverse

from incidents.actions.notices import notify_step
from incidents.locking import check_locked
from incidents.models import Incident, Person, TimelineEntry
from incidents.rules.free_texts import free_texts
from kernel.actor import Actor
from kernel.text.mentions import Named, named

MAX_MENTIONED = 20
"""Of one text; whoever means more writes an update."""

_MAX_SENTENCE = 300


def mention_step(incident: Incident, actor: Actor, entry: TimelineEntry, now: datetime) -> None:
    """Notify each person whom ``entry`` names as ``@name``, once; one query, none without a name.

    Only people who may enter the room, and not the author. A correction is no new mention: what
    corrects an entry does not call this.
    """
    check_locked(incident)
    texts = free_texts(entry.data).values()
    names = list(dict.fromkeys(name.lower() for text in texts for name in named(text, Named.NAME)))
    if not names:
        return
    people = Person.objects.who_may_enter(incident).alias(folded=Lower("username"))
    people = people.filter(folded__in=names[:MAX_MENTIONED])
    if actor.is_person:
        people = people.exclude(pk=actor.id)
    sentence = f"{actor.name} mentioned you in {incident.reference}: {' '.join(texts)}"
    href = f"{reverse('timeline', args=[incident.pk])}?before={entry.seq + 1}"
    if len(sentence) > _MAX_SENTENCE:
        sentence = f"{sentence[: _MAX_SENTENCE - 1]}…"
    notify_step(incident, list(people), "mention", sentence, href, now, f"#{entry.seq}")
