"""How people come in: with allauth, which also has the seams for MFA and single sign-on."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Admins make accounts, unless the site opens sign-up; a new account has no group."""
        return settings.SIGNUP_OPEN
