"""The preview is what the status page shows once it is published."""

from dataclasses import replace
from datetime import timedelta

import pytest

from comms.actions import publish_update
from comms.messages import preview
from comms.status.facts import site
from comms.status.view_models import ShownIncident
from comms.vocabulary import Audience
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Person
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.helpers.messages import published, update

NOW = START + timedelta(minutes=8)
FIELDS = {
    "plain": {},
    "with-marks": {
        "impact": "It is **slow**\n\n- here\n- there",
        "mitigation": "See [us](https://x.org)",
    },
    "without-unknowns": {"unknowns": (), "no_unknowns": "The cause is *found*"},
    "two-unknowns": {"unknowns": ("Since when", "Whether it comes back")},
    "internal": {"audience": "internal"},
}


@pytest.fixture
def impacted(commander: Person) -> Incident:
    surfaces = [SurfaceFactory(name="Sign-in"), SurfaceFactory(name="Public API")]
    return declared(commander, surfaces=surfaces)


def seen(shown: ShownIncident) -> tuple[object, ...]:
    """What the reader of the newest update sees, but for the names that publishing gives."""
    newest = replace(shown.updates[0], code="", body="", affected=())
    return (
        shown.headline,
        shown.since,
        shown.surfaces,
        shown.progress_label,
        shown.public_status,
        newest,
    )


@pytest.mark.parametrize("earlier", [False, True], ids=["the-first", "another"])
@pytest.mark.parametrize("other", FIELDS.values(), ids=FIELDS)
def test_what_is_previewed_is_what_is_shown(
    impacted: Incident, commander: Person, other: dict, earlier: bool
) -> None:
    if earlier:
        published(commander, impacted, START)
    written = update(NOW, impacted, **other)

    before = preview.preview_incident(written, incident_facts.cached_facts(impacted), NOW)
    made = publish_update(commander.as_actor(), impacted.pk, written, now=NOW)

    (after,) = site(Audience(made.audience), NOW).incidents
    assert seen(before) == seen(after)
