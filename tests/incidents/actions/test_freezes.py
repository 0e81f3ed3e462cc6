"""Freezes on real rows: kept on purpose with an owner, and lifted all the same."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from incidents.actions import freezes
from incidents.models import Freeze, Incident, Notice, Person, Surface
from kernel.refusal import Refused
from tests.helpers.factories import START, SurfaceFactory, declared

NOW = START + timedelta(minutes=8)


@pytest.fixture
def surface(db: None) -> Surface:
    return SurfaceFactory(name="Sign-in")


@pytest.fixture
def do(incident: Incident, commander: Person, surface: Surface) -> Any:
    def act(action: Callable[..., Any], **said: Any) -> Any:
        filled = {"surface": surface, "reason": "The signer is not trusted", "now": NOW} | said
        return action(commander.as_actor(), incident.pk, **filled)

    return act


def codes(attempt: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [violation.code for violation in refusal.value.violations]


def test_a_freeze_is_kept_and_its_owner_told(do: Any, deputy: Person, incident: Incident) -> None:
    do(freezes.freeze, scope="auth-gateway")

    do(freezes.keep_freeze, owner=deputy, reason="Until the audit")

    kept = Freeze.objects.get()
    assert (kept.kept_by, kept.kept_reason, kept.kept_at) == (deputy, "Until the audit", NOW)
    assert kept.until is None
    assert Notice.objects.get(person=deputy).sentence == (
        f"A freeze of {incident.reference} is yours: Sign-in, kept on purpose."
    )


def test_keeping_again_gives_it_to_another(do: Any, deputy: Person, stranger: Person) -> None:
    do(freezes.freeze, scope="")
    for owner in (deputy, stranger):
        do(freezes.keep_freeze, owner=owner)

    assert Freeze.objects.get().kept_by == stranger


def test_a_kept_freeze_is_lifted_with_a_reason(do: Any, deputy: Person) -> None:
    do(freezes.freeze, scope="")
    do(freezes.keep_freeze, owner=deputy)

    without = codes(lambda: do(freezes.lift_freeze, reason="N / A"))
    do(freezes.lift_freeze, reason="The audit is over")

    lifted = Freeze.objects.get()
    assert without == ["F-REASON"]
    assert (lifted.until, lifted.lift_reason, lifted.kept_by) == (NOW, "The audit is over", deputy)


def test_a_declined_surface_is_frozen_after_all(do: Any) -> None:
    do(freezes.decline_freeze)

    do(freezes.freeze, scope="")

    rows = Freeze.objects.order_by("pk").values_list("declined", "lift_reason")
    assert list(rows) == [(True, "frozen after all"), (False, "")]


def test_what_is_not_frozen_is_neither_kept_nor_lifted(do: Any) -> None:
    do(freezes.decline_freeze)

    kept = codes(lambda: do(freezes.keep_freeze, owner=None, reason=""))
    lifted = codes(lambda: do(freezes.lift_freeze))

    assert (kept, lifted) == (["F-NONE", "F-OWNER", "F-REASON"], ["F-NONE"])


def test_who_may_not_know_of_the_incident_keeps_none_of_its_freezes(
    commander: Person, stranger: Person, surface: Surface
) -> None:
    secret, actor = declared(commander, restricted=True), commander.as_actor()
    said = {"surface": surface, "reason": "Hold still", "now": NOW}
    freezes.freeze(actor, secret.pk, scope="", **said)

    assert codes(lambda: freezes.keep_freeze(actor, secret.pk, owner=stranger, **said)) == [
        "F-OWNER"
    ]
    assert not Notice.objects.filter(person=stranger).exists()
