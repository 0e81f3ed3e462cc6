"""What was typed into a form whose session had ended, kept until its author signs in again.

It lies in the anonymous session, under the form's address, and is given back only to the person
who was named in the form: somebody else at the same machine never sees it.
"""

from django.http import HttpRequest, QueryDict

_KEY = "kept"
_LIMIT = 200_000
AUTHOR = "author"


def keep(request: HttpRequest) -> None:
    """Put the posted fields (not files) aside."""
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    text = data.urlencode()
    if data.get(AUTHOR) and len(text) <= _LIMIT:
        request.session[_KEY] = {request.path: text}


def give_back(request: HttpRequest) -> QueryDict | None:
    """What this person had typed at this address, once."""
    kept = request.session.get(_KEY, {}).get(request.path)
    if kept is None:
        return None
    data = QueryDict(kept, mutable=True)
    if data.get(AUTHOR) != str(request.user.pk):
        return None
    del request.session[_KEY]
    return data
