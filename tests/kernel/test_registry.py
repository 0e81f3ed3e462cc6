"""Entries are found by name, come in the order of their registration, and are never replaced."""

import pytest

from kernel.registry import NotRegistered, Registry


def first() -> int:
    return 1


def second() -> int:
    return 2


def test_entries_come_in_the_order_of_their_registration() -> None:
    sizes = Registry[int]("size")
    for name, size in (("small", 3), ("large", 1), ("medium", 2)):
        sizes.register_as(name)(size)

    assert list(sizes) == ["small", "large", "medium"]
    assert list(sizes.values()) == [3, 1, 2]
    assert len(sizes) == 3


def test_an_entry_is_named_by_itself() -> None:
    words = Registry[str]("word", name_of=str.upper)

    assert words.register("frost") == "frost"
    assert words["FROST"] == "frost"
    assert "frost" not in words


def test_functions_are_registered_by_decorating_them() -> None:
    providers = Registry("provider")  # of functions, named by their module

    assert [providers.register(second), providers.register(first)] == [second, first]
    assert list(providers) == [f"{__name__}.second", f"{__name__}.first"]


def test_a_name_that_is_taken_is_refused_even_for_the_same_entry() -> None:
    sizes = Registry[int]("size")
    sizes.register_as("small")(3)

    for again in (3, 4):
        with pytest.raises(ValueError, match=r"^the size small is registered twice$"):
            sizes.register_as("small")(again)
    assert sizes["small"] == 3


def test_an_unknown_name_raises_with_the_names_that_there_are() -> None:
    sizes = Registry[int]("size")

    with pytest.raises(NotRegistered) as error:
        sizes["small"]
    assert str(error.value) == "no size small; there are: none"

    sizes.register_as("medium")(2)
    sizes.register_as("large")(3)
    with pytest.raises(NotRegistered) as error:
        sizes["small"]
    assert str(error.value) == "no size small; there are: medium, large"
    assert sizes.get("small") is None
