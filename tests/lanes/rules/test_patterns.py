"""The same thing inside two boundaries."""

import pytest

from lanes.rules.boundary import Boundary
from lanes.rules.patterns import overlaps


def boundaries(**included: tuple[str, ...]) -> dict[str, Boundary]:
    return {lane: Boundary(items, ()) for lane, items in included.items()}


APART = {
    "nothing-said": {},
    "different-things": boundaries(investigation=("signer",), mitigation=("flags",)),
    "twice-in-one-lane": boundaries(mitigation=("flags", "Flags")),
    "excluded-by-the-other": {
        "investigation": Boundary(("signer",), ()),
        "mitigation": Boundary(("flags",), ("signer",)),
    },
}


@pytest.mark.parametrize("said", APART.values(), ids=APART)
def test_apart(said):
    assert overlaps(said) == ()


OVERLAPPING = {
    "the-same": (boundaries(investigation=("signer",), mitigation=("signer",)), ["signer"]),
    "case-and-spaces": (
        boundaries(investigation=("Edge  cache",), verification=("edge cache",)),
        ["edge cache"],
    ),
    "three-lanes": (
        boundaries(investigation=("a",), mitigation=("a",), verification=("A",)),
        ["a"],
    ),
    "two-things": (
        boundaries(investigation=("a", "b"), mitigation=("b", "a")),
        ["a", "b"],
    ),
}


@pytest.mark.parametrize(("said", "subjects"), OVERLAPPING.values(), ids=OVERLAPPING)
def test_overlapping(said, subjects):
    found = overlaps(said)

    assert [(one.code, one.subject) for one in found] == [("OVERLAP", s) for s in subjects]


def test_it_names_the_lanes_and_what_to_do():
    (found,) = overlaps(boundaries(investigation=("Signer",), mitigation=("signer",)))

    assert found.sentence == (
        "“Signer” is included by Investigation and Mitigation. One of them should exclude it."
    )
