"""Where a form leads when it is done: back to where its author came from, if that is ours."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def back_to(request: HttpRequest, wanted: str, otherwise: str) -> str:
    """``wanted`` when it is a page of this site, else ``otherwise``."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours else otherwise
