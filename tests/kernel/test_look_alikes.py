"""What looks the same has one skeleton, and what does not has another."""

import pytest

from kernel.text.look_alikes import skeleton

pytestmark = pytest.mark.case("T5")


@pytest.mark.parametrize(
    "name",
    [
        *("M\u0430ra Lindqvist", "\u041c\u0430r\u0430 Lindqvist", "\u039cara Lindqvist"),
        *("MARA LINDQVIST", "\uff2dara Lindqvist", "Mara L\u0456ndqv\u0456\u0455t"),
    ],
)
def test_look_alikes_have_one_skeleton(name: str) -> None:
    assert skeleton(name) == "mara lindqvist"


@pytest.mark.parametrize(
    "name", ["Mara Lindquist", "M\u00e4ra Lindqvist", "\u041b\u0435\u043d\u0430"]
)
def test_other_names_have_others(name: str) -> None:
    assert skeleton(name) != "mara lindqvist"


def test_composed_and_decomposed_letters_are_one() -> None:
    assert skeleton("Jose\u0301") == skeleton("Jos\u00e9")
