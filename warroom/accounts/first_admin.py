"""The first admin of an empty Warroom: made by whoever has the link that the start prints.

The link is good for a day, and only while there is no admin who can sign in.
"""

from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.models import Group as SiteGroup
from django.core import signing
from django.db import connection, transaction
from django.db.models import Max, Q
from django.urls import reverse

from incidents.models import Person
from incidents.vocabulary import Group
from warroom.demo.people import PASSWORD

MAX_AGE_SECONDS = 24 * 60 * 60
_SALT = "warroom.first_admin"
_LOCK = 0x46495253
"""The advisory lock of those who want to be the first at the same instant."""


class NotNeeded(Exception):
    """There is an admin."""


def is_needed() -> bool:
    """Whether no active admin has a password, or only that of the demo outside of it."""
    admins = Person.objects.filter(
        Q(is_superuser=True) | Q(groups__name=Group.ADMIN.value), is_active=True
    ).distinct()
    return not any(_can_sign_in(person) for person in admins)


def _can_sign_in(person: Person) -> bool:
    if not person.has_usable_password():
        return False
    return settings.DEMO or not person.check_password(PASSWORD)


def link() -> str:
    token = signing.TimestampSigner(salt=_SALT).sign(_newest())
    return urljoin(settings.BASE_URL, reverse("first_admin", args=[token]))


def is_good(token: str) -> bool:
    try:
        newest = signing.TimestampSigner(salt=_SALT).unsign(token, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        return False
    return newest == _newest() and is_needed()


def _newest() -> str:
    """The newest person: a link is spent once somebody was added, by it or otherwise."""
    return str(Person.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def create(token: str, *, username: str, name: str, email: str, password: str) -> Person:
    """The admin. Raises ``NotNeeded`` when somebody was faster or the link is spent."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if not is_good(token):
            raise NotNeeded
        person = Person(username=username, name=name, email=email)
        person.set_password(password)
        person.save()
        group, _ = SiteGroup.objects.get_or_create(name=Group.ADMIN.value)
        person.groups.add(group)
    return person
