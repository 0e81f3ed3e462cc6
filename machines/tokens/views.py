"""The pages of tokens: the list, making one, and revoking it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from incidents.models import Person
from incidents.permissions import may, site_roles
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.redirects import back_to
from incidents.web.submit import submit
from kernel import clock
from kernel.refusal import Refused
from machines.models import Token
from machines.tokens import actions, facts
from machines.tokens.forms import WITH_INCIDENT, MakeTokenForm, RevokeForm
from machines.vocabulary import TokenKind

PAGE_SIZE = 30
MAX_FOLDED = 10
"""Ended tokens below the list of those in use; the rest has pages of its own."""


@requires("token.make")
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, or for admins with ``whose=all`` everybody's; and making one.

    ``show=ended`` lists those that have ended. The secret of a new token stands in the answer to
    its form and nowhere else: neither in an address nor in the session, which is a row too.
    """
    if request.method != "POST":
        form = MakeTokenForm(request=request, initial=_initial(request))
        return _page(request, form)
    form = MakeTokenForm(request.POST, request=request)
    if form.is_valid():
        now = clock.now()
        try:
            token, secret = actions.make_token(request.actor, form.token_input(now), now=now)
        except Refused as refusal:
            form.refuse(refusal.violations)
        else:
            another = MakeTokenForm(request=request, initial=_initial(request))
            return _page(request, another, new=token, secret=secret)
    return _page(request, form, status=422)


def _page(
    request: HttpRequest,
    form: MakeTokenForm,
    *,
    new: Token | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    may_manage = may("token.manage", site_roles(request.actor))
    of_all = may_manage and request.GET.get("whose") == "all"
    only_ended = request.GET.get("show") == "ended"
    owner: Person | None = None if of_all else request.user
    in_use = facts.tokens_of(owner).filter(pk__in=Token.objects.in_use(now).order_by().values("pk"))
    ended = facts.ended_of(owner, now)
    page = Paginator(ended if only_ended else in_use, PAGE_SIZE).get_page(request.GET.get("page"))
    folded = [] if only_ended else list(ended[: MAX_FOLDED + 1])
    context = {
        "form": form,
        "new": new,
        "secret": secret,
        "page": page,
        "tokens": facts.summaries(page, now),
        "folded": facts.summaries(folded[:MAX_FOLDED], now),
        "more_ended": len(folded) > MAX_FOLDED,
        "only_ended": only_ended,
        "may_manage": may_manage,
        "of_all": of_all,
        "ended_link": "?" + urlencode({**({"whose": "all"} if of_all else {}), "show": "ended"}),
        "here": request.get_full_path(),
    }
    response = render(request, "machines/tokens.html", context, status=status)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


def _initial(request: HttpRequest) -> dict[str, Any]:
    """A person's token for a month; a lane's page asks for an agent of its lane and incident."""
    asked = request.GET.get
    initial = {"kind": TokenKind.PERSON.value, "ends": "month", "lane": LaneKind.INVESTIGATION}
    if asked("kind") in TokenKind.values:
        initial["kind"] = asked("kind")
    if asked("lane") in LaneKind.values:
        initial["lane"] = asked("lane")
    if (number := asked("incident", "")).isascii() and number.isdigit() and len(number) < 10:
        initial |= {"incident": number, "ends": WITH_INCIDENT}
    return initial


@requires("token.revoke")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then revoke. One that has ended already leads back to the list."""
    now = clock.now()
    token = get_object_or_404(
        Token.objects.select_related("owner", "incident", "revoked_by"), pk=pk
    )
    if not facts.may_see(request.user, token):
        raise Http404(f"There is no token {pk}")
    back = back_to(request, request.GET.get("next", ""), reverse("tokens"))
    if end := facts.end_of(token, now):
        messages.success(request, f"{token.name}: {end}.")
        return HttpResponseRedirect(back)

    def do(form: WarroomForm) -> str:
        actions.revoke_token(request.actor, pk, now=clock.now(), **form.values())
        messages.success(request, f"{token.name} is revoked. It opens nothing any more.")
        return back

    def context() -> dict[str, Any]:
        return {"token": token, "back": back}

    return submit(request, "machines/revoke.html", RevokeForm, do, context=context)
