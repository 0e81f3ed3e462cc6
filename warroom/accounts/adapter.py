"""How people come in: with allauth, which also has the seams for MFA and single sign-on."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class _Site:
    """What allauth's mails call us."""

    name: str
    domain: str


class AccountAdapter(DefaultAccountAdapter):
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
