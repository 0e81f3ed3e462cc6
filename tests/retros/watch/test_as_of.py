"""What was known before and after a closing, in the watch and when it was over, is rebuilt."""

from datetime import timedelta

import pytest

from incidents.actions import roles
from incidents.models import Person
from tests.helpers.snapshots import Snapshot, differences, snapshot_at, snapshot_now
from tests.retros.closing.closable import ClosingRun
from warroom.schedule import tick

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_moment_of_an_ending_is_rebuilt(ending: ClosingRun, stranger: Person) -> None:
    """Somebody takes part and is removed meanwhile. An incident is lived: over a second."""
    kept: list[Snapshot] = []
    number, actor = ending.incident.pk, ending.commander.as_actor()

    def keep() -> None:
        kept.append(snapshot_now(number, ending.now))
        ending.now += timedelta(minutes=1)

    keep()
    roles.add_participant(actor, number, person=stranger, now=ending.now)
    keep()
    ending.closable()
    roles.remove_participant(actor, number, person=stranger, now=ending.now)
    keep()
    ending.close()
    keep()
    ending.after(hours=1)
    tick.run(ending.now)
    ending.check_in()
    keep()
    ending.now = ending.incident.closings.get().watch_until + timedelta(minutes=1)
    tick.run(ending.now)
    keep()
    ending.reopen()
    keep()

    statuses = [then.facts["incident"]["status"] for then in kept]
    assert statuses == ["active"] * 3 + ["watching"] * 2 + ["closed", "active"]
    wrong = {
        statuses[place]: found
        for place, then in enumerate(kept)
        if (found := differences(snapshot_at(number, then.at), then))
    }
    assert wrong == {}
