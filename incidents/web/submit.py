"""How every form works: shown, sent, refused with its content intact, or done and redirected."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from incidents.web.forms import WarroomForm
from kernel.refusal import Refused


def submit(
    request: HttpRequest,
    template: str,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], str],
    *,
    context: Callable[[], dict[str, Any]] = dict,
    **form_options: Any,
) -> HttpResponse:
    """Show the form or send it. ``do`` makes one call of an action and returns where to go.

    A refusal answers 422 with the form as it was sent and every violation. ``context`` is called
    only when a page is rendered: after a success there is none.
    """
    if request.method != "POST":
        form = form_class(request=request, **form_options)
        return render(request, template, {**context(), "form": form})
    form = form_class(request.POST, request.FILES, request=request, **form_options)
    if form.is_valid():
        try:
            return HttpResponseRedirect(do(form))
        except Refused as refusal:
            form.refuse(refusal.violations)
    return render(request, template, {**context(), "form": form}, status=422)
