"""How people come in: with allauth, which also has the seams for MFA and single sign-on."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from incidents.models import Person
from kernel import clock
from kernel.client_address import network_of
from warroom.accounts import known_devices, slowing


@dataclass(frozen=True)
class _Site:
    """What allauth's mails call us."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):
    _limits: list[slowing.Limit]

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By ``BASE_URL``: a request may come by another name or port than people's mails do."""
        uidb36, _, rest = key.partition("-")
        arguments = {"uidb36": uidb36, "key": rest}
        return urljoin(
            settings.BASE_URL, reverse("account_reset_password_from_key", kwargs=arguments)
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = _Site("Warroom", urlsplit(settings.BASE_URL).netloc)
        super().send_mail(template_prefix, email, {**context, "current_site": site})

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Admins make accounts, unless the site opens sign-up; a new account has no group."""
        return settings.SIGNUP_OPEN

    def is_safe_url(self, url: str) -> bool:
        """Whether a ``next`` leads to this site; one that cannot be read (``https://[::1``) does
        not, where allauth would fail."""
        try:
            urlsplit(url)
        except ValueError:
            return False
        return bool(super().is_safe_url(url))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Raise while the next try has to wait. In place of allauth's limits, which lock out."""
        account = _account_of(credentials)
        network = network_of(self.get_client_ip(request))
        device = known_devices.device_of(request, account)
        self._limits = slowing.limits(account, network, device)
        if seconds := slowing.seconds_to_wait(self._limits, clock.now()):
            unit = "second" if seconds == 1 else "seconds"
            raise ValidationError(
                f"Too many wrong passwords were tried here. Try again in {seconds} {unit}.",
                code="too_many_login_attempts",
            )

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        person = super().authenticate(request, **credentials)
        if person is not None:
            slowing.note_success(self._limits)
        return person

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        slowing.note_failure(self._limits, _account_of(credentials), clock.now())

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        known_devices.remember(request, response, _account(user.pk))
        return response


def _account_of(credentials: dict[str, Any]) -> str:
    """The same for a name and an address of one person, whichever was typed; also for nobody's."""
    login = str(credentials.get("email") or credentials.get("username") or "").strip()
    people = Person.objects.filter(Q(username__iexact=login) | Q(email__iexact=login))
    number = people.order_by("pk").values_list("pk", flat=True).first() if login else None
    return _account(number) if number is not None else f"nobody:{login.casefold()}"


def _account(number: int) -> str:
    return f"person:{number}"
