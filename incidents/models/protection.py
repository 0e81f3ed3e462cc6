"""Triggers that several tables of the record share. They hold for plain SQL too."""

import pgtrigger


def no_truncate() -> pgtrigger.Trigger:
    """A trigger against TRUNCATE, which row triggers do not see."""
    return pgtrigger.Trigger(
        name="no_truncate",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'the record is append-only';",
    )


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Rows are written once: never changed, deleted or truncated."""
    return [
        pgtrigger.Protect(name=name, operation=pgtrigger.Update | pgtrigger.Delete),
        no_truncate(),
    ]
