"""The duty of admins: closure packages that wait for a review, the oldest first."""

from collections.abc import Iterable
from datetime import datetime

from incidents.duties.duty import OUTLIVING_PROVIDERS, Duty
from incidents.duties.urgency import Urgency
from incidents.models import Person
from retros.models import Package

MAX_DUTIES = 20


@OUTLIVING_PROVIDERS.register
def of_admin(person: Person, now: datetime) -> Iterable[Duty]:
    """One query for an admin, none for anybody else."""
    if not person.is_admin:
        return
    rows = Package.objects.light().unreviewed().select_related("incident")
    for row in rows.order_by("made_at")[:MAX_DUTIES]:
        yield Duty(
            incident=row.incident,
            role="admin",
            urgency=Urgency.REVIEW_PACKAGE,
            title=f"Review the closure package of {row.incident.reference}",
            why="Accept it, or send it back with remarks.",
            href=f"{row.get_absolute_url()}#review",
            button="Review",
        )
