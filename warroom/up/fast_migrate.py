"""Tables for an empty database in less than half the time.

Django renders a model and all its neighbours anew after every step of a migration. Where a step
only adds or takes an index, a constraint or a trigger, it is enough to tell the rendered model of
it. A database that has tables is migrated just as Django does it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

_ONLY_OPTIONS: tuple[tuple[type, str], ...] = (
    (ProjectState, "_append_option"),
    (ProjectState, "_remove_option"),
    (ProjectState, "_alter_option"),
    (AddTrigger, "state_forwards"),
    (RemoveTrigger, "state_forwards"),
)
"""What changes only options of a model: its indexes, constraints and triggers."""


def is_empty(database: str) -> bool:
    """Whether nothing was ever migrated there."""
    return not MigrationRecorder(connections[database]).has_table()


@contextmanager
def rendering_less() -> Iterator[None]:
    """For the length of the block; one thread migrates, and nothing else."""
    originals = [(owner, name, getattr(owner, name)) for owner, name in _ONLY_OPTIONS]
    for owner, name, change in originals:
        setattr(owner, name, _unrendered(change))
    try:
        yield
    finally:
        for owner, name, change in originals:
            setattr(owner, name, change)


def _unrendered(change: Callable[..., Any]) -> Callable[..., Any]:
    def changed(*args: Any, **kwargs: Any) -> Any:
        render = ProjectState.reload_model
        ProjectState.reload_model = _tell
        try:
            return change(*args, **kwargs)
        finally:
            ProjectState.reload_model = render

    return changed


def _tell(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """A field that is altered later asks its rendered model which constraints are of their own."""
    if "apps" in state.__dict__:
        options = state.models[app_label, model_name.lower()].options
        meta = state.apps.get_model(app_label, model_name)._meta
        meta.indexes, meta.constraints = list(options["indexes"]), list(options["constraints"])
