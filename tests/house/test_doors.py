"""Every address says who may use it; a new one that does not fails here."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from warroom.accounts.permissions import EXTERNAL, TABLE


def endpoints(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def ours_and_theirs() -> list[tuple[str, Any]]:
    return list(endpoints(get_resolver().url_patterns))


@pytest.mark.parametrize(
    ("path", "view"), [pytest.param(path, view, id=path) for path, view in ours_and_theirs()]
)
def test_every_endpoint_declares_a_permission_of_the_table(path: str, view: Any) -> None:
    external = EXTERNAL.get(path.split("/")[0])

    declared = getattr(view, "door", None) or external

    assert declared in TABLE, f"{path} does not say who may use it"


def test_the_walk_reaches_the_room_and_the_admin() -> None:
    paths = [path for path, _ in ours_and_theirs()]

    assert "INC-<int:number>/" in paths
    assert any(path.startswith("admin/") for path in paths)
