"""The words that status pages share, from the playbook's."""

import pytest

from comms.rules.public import public_status

STATUSES = {
    "investigating": ("investigating", True, "investigating"),
    "mitigating": ("mitigating", True, "identified"),
    "recovered-and-watched": ("recovered", True, "monitoring"),
    "recovered-for-good": ("recovered", False, "resolved"),
}


@pytest.mark.parametrize(("progress", "promises", "word"), STATUSES.values(), ids=STATUSES)
def test_the_public_word(progress, promises, word):
    assert public_status(progress, promises) == word
