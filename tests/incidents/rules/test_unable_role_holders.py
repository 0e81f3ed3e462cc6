"""Roles of people who can no longer act."""

import pytest

from incidents.rules.unable_role_holders import HeldRole, faults
from incidents.vocabulary import Status

KEN = HeldRole(4, "Ken Ito", "Verification owner", "/roles/?who=lane_owner:verification")


def test_nobody_who_left_no_fault() -> None:
    assert faults(Status.ACTIVE, ()) == ()


def test_it_names_the_person_the_role_and_where_another_is_named() -> None:
    [fault] = faults(Status.ACTIVE, [KEN])

    assert (fault.code, fault.label) == ("R-UNABLE", "Ken Ito can no longer act")
    assert fault.sentence.startswith("Still named as verification owner, which counts as nobody.")
    assert fault.href == KEN.href


def test_one_fault_a_person_however_many_roles() -> None:
    found = faults(
        Status.ACTIVE,
        [KEN, HeldRole(4, "Ken Ito", "Deputy"), HeldRole(5, "Aisha Bello", "Commander")],
    )

    assert [fault.label for fault in found] == [
        "Ken Ito can no longer act",
        "Aisha Bello can no longer act",
    ]
    assert "verification owner and deputy" in found[0].sentence


@pytest.mark.parametrize("status", [s for s in Status if s != Status.ACTIVE])
def test_only_an_active_incident_has_faults(status: Status) -> None:
    assert faults(status, [KEN]) == ()


def test_who_may_not_enter_a_restricted_incident_is_let_in_or_replaced():
    (fault,) = faults("active", [HeldRole(1, "Ken Ito", "Deputy", "/roles/", is_shut_out=True)])

    assert (fault.label, fault.href) == ("Ken Ito may not enter", "/roles/")
    assert "let them take part, or name somebody else" in fault.sentence
