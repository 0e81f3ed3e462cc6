"""The one page of accounts that is ours: making the first admin."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from incidents.web.access import requires
from warroom.accounts import first_admin
from warroom.accounts.forms import FirstAdminForm

BACKEND = "django.contrib.auth.backends.ModelBackend"


@requires("account.use", keeps=False)
@sensitive_post_parameters("password1", "password2")
@never_cache
def make_first_admin(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever has the link; a spent one leads nobody anywhere."""
    if not first_admin.is_good(token):
        return _spent(request)
    form = FirstAdminForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            person = first_admin.create(
                token,
                username=data["username"],
                name=data["name"],
                email=data["email"],
                password=data["password1"],
            )
        except first_admin.NotNeeded:
            return _spent(request)
        login(request, person, backend=BACKEND)
        return redirect("home")
    return render(request, "account/first_admin.html", {"form": form})


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "account/first_admin.html", {"spent": True}, status=404)
