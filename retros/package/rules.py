"""Rules of closure packages: what may be built again, reviewed, sent back and revised. Pure."""

from collections.abc import Mapping

from incidents.vocabulary import Status
from kernel.refusal import Violation
from kernel.text import says_nothing

_NEED_CONTENT = {"happened", "path", "uncertain"}
"""Fields of the note for which a text like "nothing" is not enough."""


def retry_violations(number: int, has_failed: bool, state: str) -> tuple[Violation, ...]:
    """Only a failed version is built again."""
    return _state(has_failed, f"Version {number} did not fail: it is {state}.")


def review_violations(is_unreviewed: bool) -> tuple[Violation, ...]:
    """Only the newest version of a closed or watched incident is reviewed, and once."""
    sentence = "Only the newest version is judged, once, while the incident is closed."
    return _state(is_unreviewed, sentence)


def revise_violations(awaits_revision: bool) -> tuple[Violation, ...]:
    """Only the newest version is revised, if it was sent back."""
    sentence = "Only the newest version that was sent back is revised."
    return _state(awaits_revision, sentence)


def reopened_violations(reference: str, status: str) -> tuple[Violation, ...]:
    """A package is about its closing: while the incident is open again, none is built."""
    sentence = f"{reference} is open again: closing it makes the next version."
    return _state(status != Status.ACTIVE, sentence)


def _state(is_allowed: bool, sentence: str) -> tuple[Violation, ...]:
    """``P-STATE``: the state of a package and its incident allows what is done with it."""
    return () if is_allowed else (Violation("P-STATE", sentence),)


def send_back_violations(
    remarks: Mapping[str, str], sections: Mapping[str, str]
) -> tuple[Violation, ...]:
    """``P-REMARK``: a package is sent back with a remark in words on at least one section.

    ``remarks`` are by section, blank where there is none; ``sections`` are the labels.
    """
    violations = [
        Violation("P-REMARK", f"{sections[key]}: say what has to be mended.", f"remark_{key}")
        for key, text in remarks.items()
        if text.strip() and says_nothing(text)
    ]
    if not any(text.strip() for text in remarks.values()):
        sentence = "To send it back, write a remark on at least one section."
        violations.append(Violation("P-REMARK", sentence, f"remark_{next(iter(sections))}"))
    return tuple(violations)


def revision_violations(
    note: Mapping[str, str],
    labels: Mapping[str, str],
    answers: Mapping[int, str],
    remarks: Mapping[int, str],
) -> tuple[Violation, ...]:
    """What a revision needs.

    ``P-ANSWER``: a revision answers every remark.
    ``P-NOTE``: no text of a revision's note is empty.

    ``note`` and ``labels`` are by field; ``answers`` and ``remarks`` by the remark's key, the
    latter with the label of the section that each is on.
    """
    violations = [
        Violation("P-ANSWER", f"Say what became of the remark on “{section}”.", f"answer_{key}")
        for key, section in remarks.items()
        if says_nothing(answers.get(key, ""))
    ]
    violations += [
        Violation("P-NOTE", f"“{label}” cannot be left empty.", field)
        for field, label in labels.items()
        if not note.get(field, "").strip() or (field in _NEED_CONTENT and says_nothing(note[field]))
    ]
    return tuple(violations)
