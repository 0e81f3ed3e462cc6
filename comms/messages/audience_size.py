"""Who a message reaches: counts of who follows, never their addresses."""

from dataclasses import dataclass

from django.db.models import Count, Q

from comms.models import Subscriber
from comms.vocabulary import Audience, MessageKind, SubscriberKind
from incidents.facts.incident import IncidentFacts


@dataclass(frozen=True, slots=True)
class Readers:
    """``page`` says what the status page does with it; ``counts`` are followers by kind."""

    page: str
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


_PAGE = {
    Audience.PUBLIC: "Public, at once",
    Audience.INTERNAL: "To signed-in stakeholders, at once",
    Audience.PARTICIPANTS: "Nothing: only participants read it",
}


def readers(standing: IncidentFacts, kind: MessageKind, audience: str = "") -> Readers:
    """Who follows now and would get it. One query."""
    rows = Subscriber.objects.following().filter(
        Q(surfaces__isnull=True) | Q(surfaces__in=standing.surfaces)
    )
    if kind != MessageKind.UPDATE:
        rows, page = rows.filter(escalations=True), "Nothing: it stays within the company"
    else:
        # Who may read internal updates reads the public ones too.
        heard = [Audience.INTERNAL, *([Audience.PUBLIC] if audience == Audience.PUBLIC else [])]
        rows = rows.filter(audience__in=heard)
        page = _PAGE.get(Audience(audience), "") if audience in Audience.values else ""
    if standing.incident.restricted or audience == Audience.PARTICIPANTS:
        rows = rows.none()
    found = dict(rows.order_by().values_list("kind").annotate(many=Count("pk", distinct=True)))
    return Readers(page, tuple((str(one.label), found.get(one.value, 0)) for one in SubscriberKind))
