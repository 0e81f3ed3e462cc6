"""How tests clean up: the database refuses to truncate the record."""

import pgtrigger


def emptying() -> pgtrigger.ignore:
    """A context (or decorator) in which tables may be truncated; every other trigger holds."""
    return pgtrigger.ignore(
        *(
            f"{model._meta.label}:{trigger.name}"
            for model, trigger in pgtrigger.registered()
            if trigger.name == "no_truncate"
        )
    )
