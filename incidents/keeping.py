"""What was typed into a form whose session had ended, kept until its author signs in again.

It lies in the anonymous session, under the form's address, and is given back only to the person
who was named in the form: somebody else at the same machine never sees it.
"""

from django.http import HttpRequest, QueryDict

from warroom.kernel.text import mask_secrets

_KEY = "kept"
_LIMIT = 200_000
AUTHOR = "author"


def keep(request: HttpRequest) -> None:
    """Put the posted fields (not files) aside."""
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    if not data.get(AUTHOR) or len(data.urlencode()) > _LIMIT:
        return
    # The session is a row too: no secret goes in.
    for name, values in data.lists():
        data.setlist(name, [mask_secrets(value).text for value in values])
    request.session[_KEY] = {request.path: data.urlencode()}


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
