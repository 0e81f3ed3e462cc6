"""Which save of a draft replaces what is stored."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from incidents.rules.draft import DraftStamp, may_replace

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
SAVED_AT = datetime(2026, 3, 5, 14, 10, tzinfo=UTC)
EARLIER = SAVED_AT - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        pytest.param(DraftStamp(form=HERE, number=8), True, id="the next save of a page"),
        pytest.param(DraftStamp(form=HERE, number=6), False, id="an older one that came late"),
        pytest.param(DraftStamp(form=HERE), True, id="the form as a whole"),
        pytest.param(
            DraftStamp(form=ELSEWHERE, number=9), False, id="another tab that knew of none"
        ),
        pytest.param(DraftStamp(form=ELSEWHERE, seen=EARLIER), False, id="one that knows an older"),
        pytest.param(
            DraftStamp(form=ELSEWHERE, seen=SAVED_AT), True, id="one that knows this draft"
        ),
        pytest.param(DraftStamp(), False, id="one without any stamp"),
    ],
)
def test_a_save_replaces_its_own_or_what_its_page_knows(stamp: DraftStamp, expected: bool) -> None:
    assert may_replace(stamp, DraftStamp(form=HERE, number=7), SAVED_AT) is expected
