"""A form that is sent twice is stored once: each submission has a key of its own."""

from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from incidents.models import Submission
from kernel.actor import Actor
from kernel.refusal import AlreadyDone

content_of_form: ContextVar[UUID | None] = ContextVar("content_of_form", default=None)
"""What the form says that is being handled, set before its action runs."""


def submit_once(key: UUID | None, actor: Actor, now: datetime, href: str) -> None:
    """Store the key, or raise ``AlreadyDone`` with the page of the first submission's result."""
    if key is None or actor.id is None:
        return
    try:
        with transaction.atomic():
            Submission.objects.create(
                key=key, person_id=actor.id, href=href, at=now, content=content_of_form.get()
            )
    except IntegrityError:
        raise AlreadyDone(Submission.objects.get(pk=key).href) from None


def redirect_submission(key: UUID | None, href: str) -> None:
    """Set the page to which a second submission is redirected, once that page is known."""
    if key is not None:
        Submission.objects.filter(pk=key).update(href=href)


def release_submission(key: UUID | None) -> None:
    """Free the key of a refused form: it is sent again with the same key once it is mended."""
    if key is not None:
        Submission.objects.filter(pk=key).delete()
