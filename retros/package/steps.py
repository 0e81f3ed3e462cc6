"""Steps of closure packages, within the transaction of an action that locked the incident."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from incidents.actions.transaction import next_number
from incidents.locking import check_locked
from incidents.models import Incident
from retros.models import Closing, Package
from retros.package import enqueue
from retros.package.build import LABELS


def request_for_closing_step(
    incident: Incident, closing: Closing, now: datetime, **_: object
) -> Package:
    """Request a version for this closing; its note is that of the closing statement."""
    note = {name: getattr(closing, name) for name in LABELS}
    return request_step(incident, closing, note, now)


def request_step(
    incident: Incident, closing: Closing, note: Mapping[str, str], now: datetime
) -> Package:
    """Request the next version; a worker builds it once the transaction is committed."""
    check_locked(incident)
    number = next_number(Package.objects.filter(incident=incident))
    row = Package.objects.create(
        incident=incident, closing=closing, number=number, asked_at=now, **note
    )
    transaction.on_commit(lambda: enqueue.make_package(row.pk))
    return row
