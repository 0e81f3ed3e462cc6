"""The compiler of the PDF is a process that can be stopped."""

import pytest

from retros.package.typesetting import TypesettingError, typeset


def job(template: str) -> dict[str, object]:
    return {"template": template, "inputs": {}, "timestamp": 0}


def test_a_document_is_set() -> None:
    assert typeset(job("= Closed")).startswith(b"%PDF-")


def test_what_the_compiler_says_is_passed_on() -> None:
    with pytest.raises(TypesettingError, match="unknown variable"):
        typeset(job("#nothing-of-that-name"))


def test_one_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(TypesettingError, match="not set within 0 seconds"):
        typeset(job("= Closed"), timeout_seconds=0.01)
