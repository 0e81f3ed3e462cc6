from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.rules.readiness import RollbackCheck, SurfaceRevision, readiness
from incidents.vocabulary import LaneKind
from tests.incidents.rules.example_facts import DECLARED, NOW, READY_FACTS

SIGN_IN = SurfaceRevision("Sign-in", "4be90a7")
API = SurfaceRevision("Public API", "")
METRICS = SurfaceRevision("Metrics", "n/a")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="the_incident_has_a_revision"),
        pytest.param(
            {"rollback_check": RollbackCheck(14, True, NOW - timedelta(minutes=60))},
            id="a_check_lasts_as_long_as_it_is_set_to",
        ),
        pytest.param({"surfaces": (SIGN_IN, API)}, id="it_answers_for_every_surface"),
        pytest.param({"revision": "", "surfaces": (SIGN_IN,)}, id="each_surface_has_one"),
        pytest.param(
            {"owned_lanes": frozenset(LaneKind) - {LaneKind.INVESTIGATION}},
            id="investigation_may_be_unowned",
        ),
    ],
)
def test_readiness_holds(changes):
    ready = readiness(replace(READY_FACTS, **changes))

    assert (ready.holds, ready.missing) == (True, ())


@pytest.mark.parametrize(
    ("changes", "item", "missing"),
    [
        ({"revision": ""}, "repository", "no last known-good revision is recorded"),
        (
            {"revision": "-", "surfaces": (SIGN_IN, API, METRICS)},
            "repository",
            "no last known-good revision of Public API and Metrics is recorded",
        ),
        (
            {"rollback_check": None},
            "repository",
            "no evidence shows that the rollback path runs now",
        ),
        (
            {"rollback_check": RollbackCheck(14, False, DECLARED)},
            "repository",
            "the last rollback check, E-14, failed",
        ),
        (
            {"rollback_check": RollbackCheck(14, True, NOW - timedelta(minutes=61))},
            "repository",
            "the last rollback check, E-14, is older than 60 minutes: run it again",
        ),
        (
            {"rollback_check": RollbackCheck(14, True, NOW, NOW - timedelta(minutes=61))},
            "repository",
            "the last rollback check, E-14, is older than 60 minutes: run it again",
        ),
        (
            {"revision": "", "rollback_check": None},
            "repository",
            "no last known-good revision is recorded; "
            "no evidence shows that the rollback path runs now",
        ),
        ({"has_commander": False}, "owners", "no commander named"),
        (
            {"owned_lanes": frozenset({LaneKind.MITIGATION})},
            "owners",
            "verification and communication have no owner",
        ),
        ({"channel": "none"}, "channel", "no evidence channel is named"),
    ],
)
def test_readiness_says_what_is_missing(changes, item, missing):
    ready = readiness(replace(READY_FACTS, **changes))

    assert not ready.holds
    assert [(one.code, one.missing) for one in ready.items if not one.met] == [(item, missing)]
