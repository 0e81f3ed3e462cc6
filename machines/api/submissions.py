"""Writes of machines that are sent again: the same key of the same token gets the first answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.http import Http404

from kernel import clock
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from machines.api.rules import KEY
from machines.models import Submission, Token

KEPT_FOR = timedelta(days=7)
"""How long a key of a write is remembered with its answer."""

MAX_KEY = 100
BATCH_SIZE = 500
"""Old keys that are deleted in one tick."""

NOTHING_WRITTEN = (Refused, NotPermitted, Http404, ObjectDoesNotExist)
"""Refusals after which a key is free: the mended request is sent with the same one."""

type Answer = tuple[int, Any]


def once(token: Token, key: str, content: str, write: Callable[[UUID], Answer]) -> Answer:
    """What ``write`` answers, or the first answer again where this key was answered before.

    ``content`` is a digest of the request; ``write`` hands the UUID to its action, which does a
    submission once. Raises ``Refused`` (``I-KEY``) for the key of another request.
    """
    if len(key) > MAX_KEY or not key.isprintable():
        sentence = f"An Idempotency-Key has at most {MAX_KEY} characters, all of them visible."
        raise Refused.because(KEY, sentence)
    kept = _submission(token, key, content)
    if kept.status is not None:
        return kept.status, kept.body
    try:
        status, body = write(uuid5(NAMESPACE_URL, f"warroom:submission:{kept.pk}"))
    except NOTHING_WRITTEN:
        kept.delete()
        raise
    except AlreadyDone:
        # The first request with this key has written meanwhile. Its answer, once it is there.
        first = Submission.objects.filter(pk=kept.pk, status__isnull=False).first()
        if first is None or first.status is None:
            raise
        return first.status, first.body
    Submission.objects.filter(pk=kept.pk).update(status=status, body=body)
    return status, body


def delete_old_submissions(now: datetime) -> None:
    """Delete the keys that are no longer remembered, a batch at each tick."""
    old = Submission.objects.filter(made_at__lte=now - KEPT_FOR).values_list("pk", flat=True)
    Submission.objects.filter(pk__in=list(old[:BATCH_SIZE])).delete()


def _submission(token: Token, key: str, content: str) -> Submission:
    """The row of this key, which is made with its first request."""
    now = clock.now()
    rows = Submission.objects.filter(token=token, key=key)
    rows.filter(made_at__lte=now - KEPT_FOR).delete()
    kept = rows.first()
    if kept is None:
        try:
            with transaction.atomic():
                return Submission.objects.create(token=token, key=key, request=content, made_at=now)
        except IntegrityError:
            kept = rows.first()
    if kept is None:
        # The first was refused this instant, so that the key is free.
        return _submission(token, key, content)
    if kept.request != content:
        sentence = "This Idempotency-Key was used for another request. Make a new one."
        raise Refused.because(KEY, sentence)
    return kept
