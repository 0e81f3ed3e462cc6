"""What was typed into a form whose session had ended, kept until its author signs in again.

It lies in the anonymous session, under the form's address, and is given back only to the person
who was named in the form: somebody else at the same machine never sees it. Whoever sends this is
unknown, so what one may leave behind is little and goes by itself: a few forms, for a day.
"""

from datetime import timedelta
from enum import Enum

from allauth.core import ratelimit
from django.http import HttpRequest, QueryDict

from kernel.text import mask_secrets

_KEY = "kept"
_MAX_CHARACTERS = 200_000
"""Characters of one form, as it was sent."""
MAX_FORMS = 5
"""Forms per browser; a further one replaces the oldest."""
MAX_AGE = timedelta(days=1)
AUTHOR = "author"


class Outcome(Enum):
    KEPT = "kept"
    NOT_KEPT = "not kept"
    NOTHING_TYPED = "nothing typed"


def keep(request: HttpRequest) -> Outcome:
    """Put the posted fields (not files) aside."""
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    if not data.get(AUTHOR):
        return Outcome.NOTHING_TYPED
    if len(data.urlencode()) > _MAX_CHARACTERS or not ratelimit.consume(request, action="keep"):
        return Outcome.NOT_KEPT
    # The session is a row too: no secret goes in.
    for name, values in data.lists():
        data.setlist(name, [mask_secrets(value).text for value in values])
    forms = request.session.get(_KEY, {})
    forms.pop(request.path, None)
    forms[request.path] = data.urlencode()
    request.session[_KEY] = dict(list(forms.items())[-MAX_FORMS:])
    # Signing in gives the session its usual length.
    request.session.set_expiry(MAX_AGE)
    return Outcome.KEPT


def give_back(request: HttpRequest, path: str) -> QueryDict | None:
    """What this person had sent to this address, once."""
    forms = request.session.get(_KEY, {})
    if path not in forms:
        return None
    data = QueryDict(forms[path], mutable=True)
    if data.get(AUTHOR) != str(request.user.pk):
        return None
    del forms[path]
    request.session[_KEY] = forms
    return data
