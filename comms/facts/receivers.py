"""The people who get escalations and leadership notes as notices of their own."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from comms.models import Subscriber
from comms.vocabulary import Audience
from incidents.models import Incident, Person
from incidents.vocabulary import Group


def default_receivers(incident: Incident, author_id: int | None) -> "QuerySet[Person]":
    """Admins, and those who ask for it or were named: product, section 8. Never the author.

    Of a restricted incident its participants, and no one else who may not know of it.
    """
    is_admin = Q(is_superuser=True) | Q(groups__name=Group.ADMIN)
    if incident.restricted:
        wants = Q(Exists(incident.participations.filter(person=OuterRef("pk"))))
    else:
        in_group = Q(groups__name__in=[Group.RESPONDER, Group.STAKEHOLDER])
        wants = in_group & Q(gets_escalations=True)
    people = Person.objects.filter(is_admin | wants, is_active=True).exclude(pk=author_id)
    return people.distinct().order_by("pk")


def count_internal(incident: Incident, author_id: int | None) -> int:
    """How many get an escalation or a leadership note: followers and people. Two queries."""
    people = default_receivers(incident, author_id).count()
    if incident.restricted:
        return people
    followers = Subscriber.objects.following().filter(escalations=True, audience=Audience.INTERNAL)
    return people + followers.count()
