"""How long a page that lost its server waits before it tries again."""

import pytest

from tests.browser.conftest import Visits

PAUSES = """async ([failures, chances]) => {
  const { pause } = await import("/static/js/live/backoff.js");
  return chances.map((chance) => pause(failures, chance === null ? undefined : () => chance));
}"""
MANY = 200


@pytest.mark.parametrize(
    ("failures", "most"),
    [(0, 1000), (1, 2000), (2, 4000), (3, 8000), (4, 15000), (5, 15000), (2000, 15000)],
)
def test_it_is_any_time_up_to_a_bound_that_doubles_and_ends(
    visit: Visits, failures: int, most: int
) -> None:
    page = visit("mara", "/")

    assert page.evaluate(PAUSES, [failures, [0, 0.5, 1]]) == [0, most / 2, most]


def test_pages_that_lost_their_server_together_do_not_come_back_together(visit: Visits) -> None:
    page = visit("mara", "/")

    pauses = page.evaluate(PAUSES, [0, [None] * MANY])

    tenths = {int(pause // 100) for pause in pauses}
    assert tenths == set(range(10))
