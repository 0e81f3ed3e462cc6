"""The residual-risk register. Playbook: residual risks are explicit, not "none" by default."""

from incidents.rules.wording import quoted
from warroom.kernel.refusal import Violation
from warroom.kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]


def text_violations(text: str) -> Found:
    """``D-RISK``: a risk in words; "none" and its like are not one."""
    if not says_nothing(text):
        return ()
    if has_content(text):
        words = f"{quoted(text)} is not a risk: say what may still go wrong."
    else:
        words = "Write what may still go wrong."
    return (Violation("D-RISK", words, "text"),)


def retire_violations(reason: str, reference: str, is_open: bool) -> Found:
    """Retiring: it is open, and the reason says why it is no risk any more."""
    found = []
    if not is_open:
        found.append(Violation("RISK-STATE", f"{reference} is retired already.", "reason"))
    if says_nothing(reason):
        words = "Say why it is no risk any more."
        if has_content(reason):
            words = f"{quoted(reason)} does not say why it is no risk any more."
        found.append(Violation("RISK-REASON", words, "reason"))
    return tuple(found)
