"""How many people a message reaches: counts of followers, never their addresses."""

from dataclasses import dataclass

from django.db.models import Count, Q

from comms.facts.receivers import default_receivers
from comms.models import Subscriber
from comms.vocabulary import Audience, MessageKind, SubscriberKind
from incidents.facts.incident import IncidentFacts


@dataclass(frozen=True, slots=True)
class Readers:
    """``page`` says how the status page shows it; ``counts`` are followers by kind."""

    page: str
    counts: tuple[tuple[str, int], ...]
    is_on_page: bool = False

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    @property
    def is_nobody(self) -> bool:
        """It would go to nobody at all."""
        return not self.is_on_page and not self.total


_PAGE = {
    Audience.PUBLIC: "Public, at once",
    Audience.INTERNAL: "To signed-in stakeholders, at once",
    Audience.PARTICIPANTS: "Nothing: only participants read it",
}


def count_readers(
    facts: IncidentFacts, kind: MessageKind, audience: str = "", author_id: int | None = None
) -> Readers:
    """Count the current followers who would get it, and the people. Two queries at most."""
    rows = Subscriber.objects.following().filter(
        Q(surfaces__isnull=True) | Q(surfaces__in=facts.surfaces)
    )
    if kind != MessageKind.UPDATE:
        # As ``fan_out.followers``: what is for some surfaces only gets these messages all the same.
        rows = Subscriber.objects.following().filter(escalations=True, audience=Audience.INTERNAL)
        page = "Nothing: it stays within the company"
    else:
        # Internal subscribers get public updates too.
        audiences = [Audience.INTERNAL, *([Audience.PUBLIC] if audience == Audience.PUBLIC else [])]
        rows = rows.filter(audience__in=audiences)
        page = _PAGE.get(Audience(audience), "") if audience in Audience.values else ""
    if facts.incident.restricted or audience == Audience.PARTICIPANTS:
        rows = rows.none()
    people: tuple[tuple[str, int], ...] = ()
    if kind != MessageKind.UPDATE:
        people = (("People here", default_receivers(facts.incident, author_id).count()),)
    counts = dict(rows.order_by().values_list("kind").annotate(many=Count("pk", distinct=True)))
    channels = ((str(channel.label), counts.get(channel.value, 0)) for channel in SubscriberKind)
    return Readers(page, (*people, *channels), is_on_page=kind == MessageKind.UPDATE)
