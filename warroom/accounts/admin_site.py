"""Django's admin site, behind our own sign-in and our own table of permissions."""

from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from incidents.permissions import may, require, site_roles


class Site(AdminSite):
    site_header = "Warroom"
    site_title = "Warroom"
    index_title = "Surfaces, scenarios, people, groups"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return False
        return may("site.manage", site_roles(user.as_actor()))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django looks an empty ``_to_field`` up as a field, and fails where there is none."""

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            for sent in (request.GET, request.POST):
                if sent.get(TO_FIELD_VAR) == "":
                    raise SuspiciousOperation("The field to look up has no name.")
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        return super().admin_view(update_wrapper(guarded, view), cacheable)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one place to sign in; who is signed in and no admin is told who may enter."""
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
            wanted = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, reverse("account_login"))
        require("site.manage", request.user.as_actor())
        return HttpResponseRedirect(wanted)
