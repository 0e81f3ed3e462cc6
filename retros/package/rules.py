"""What may become of a closure package. Pure."""

from collections.abc import Mapping

from kernel.refusal import Violation
from kernel.text import says_nothing

_WORDS = {"happened", "path", "uncertain"}
"""Fields of the note in which "nothing" says nothing."""


def send_back_violations(
    remarks: Mapping[str, str], sections: Mapping[str, str]
) -> tuple[Violation, ...]:
    """``remarks`` by section, blank where there is none; ``sections`` are their labels."""
    found = [
        Violation("P-REMARK", f"{sections[key]}: say what has to be mended.", f"remark_{key}")
        for key, text in remarks.items()
        if text.strip() and says_nothing(text)
    ]
    if not any(text.strip() for text in remarks.values()):
        words = "To send it back, write a remark on at least one section."
        found.append(Violation("P-REMARK", words, f"remark_{next(iter(sections))}"))
    return tuple(found)


def revision_violations(
    note: Mapping[str, str],
    labels: Mapping[str, str],
    answers: Mapping[int, str],
    remarks: Mapping[int, str],
) -> tuple[Violation, ...]:
    """``note`` and ``labels`` by field; ``answers`` and ``remarks`` by the remark's key, the latter
    with the label of the section that each is on."""
    found = [
        Violation("P-ANSWER", f"Say what became of the remark on “{section}”.", f"answer_{key}")
        for key, section in remarks.items()
        if says_nothing(answers.get(key, ""))
    ]
    found += [
        Violation("P-NOTE", f"“{label}” cannot be left empty.", field)
        for field, label in labels.items()
        if not note.get(field, "").strip() or (field in _WORDS and says_nothing(note[field]))
    ]
    return tuple(found)
