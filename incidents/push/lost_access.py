"""People who lose access stop receiving: hubs are notified when people, groups or sessions change.

Signals, because Django's own admin, shell and session store change these rows too.
"""

from typing import Any

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from incidents.models import Person
from incidents.push import publish

_WATCHED = frozenset({"is_active", "is_superuser", "password"})


def _publish_change(person_id: int | None) -> None:
    """Make the hubs check one person, or everybody (None), again after the commit."""
    transaction.on_commit(lambda: publish.access_changed(person_id))


@receiver(post_save, sender=Person)
def person_saved(
    instance: Person, created: bool, update_fields: frozenset[str] | None, raw: bool, **_: Any
) -> None:
    if not created and not raw and (update_fields is None or _WATCHED & update_fields):
        _publish_change(instance.pk)


@receiver(post_delete, sender=Person)
def person_deleted(instance: Person, **_: Any) -> None:
    _publish_change(instance.pk)


@receiver(m2m_changed, sender=Person.groups.through)
def groups_changed(
    instance: Person | Group, action: str, pk_set: set[int] | None, **_: Any
) -> None:
    """From either side: a person's groups, or a group's people (all of them when it is cleared)."""
    if not action.startswith("post_"):
        return
    if isinstance(instance, Person):
        _publish_change(instance.pk)
        return
    for person_id in pk_set if pk_set is not None else {None}:
        _publish_change(person_id)


@receiver(post_delete, sender=Group)
def group_deleted(**_: Any) -> None:
    _publish_change(None)


@receiver(post_delete, sender=Session)
def session_ended(instance: Session, **_: Any) -> None:
    """Signing out deletes the session; so does an admin who ends somebody's."""
    person_id = instance.get_decoded().get("_auth_user_id")
    if person_id is not None:
        _publish_change(int(person_id))
