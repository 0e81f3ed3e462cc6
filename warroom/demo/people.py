"""Who and what the demo has."""

from django.contrib.auth.models import Group as SiteGroup

from incidents.models import Person, Surface
from incidents.vocabulary import DependencyClass, Group

PASSWORD = "warroom-demo"  # noqa: S105  (shown on purpose, and only in the demo)

PEOPLE = (
    ("mara", PASSWORD, "commander"),
    ("tomas", PASSWORD, "deputy"),
    ("priya", PASSWORD, "owner of Investigation"),
    ("jonas", PASSWORD, "owner of Mitigation"),
    ("aisha", PASSWORD, "owner of Communication"),
    ("ken", PASSWORD, "owner of Verification"),
    ("noor", PASSWORD, "responder"),
    ("lena", PASSWORD, "stakeholder"),
    ("admin", PASSWORD, "admin"),
)
"""User name, password, and what they are in the demo."""

_NAMES = {
    "mara": "Mara Lindqvist",
    "tomas": "Tomás Ferreira",
    "priya": "Priya Raman",
    "jonas": "Jonas Weber",
    "aisha": "Aisha Bello",
    "ken": "Ken Ito",
    "noor": "Noor Haddad",
    "lena": "Lena Novak",
    "admin": "Sam Okafor",
}

_TEAMS = dict.fromkeys(("priya", "jonas", "ken"), "Identity") | {"noor": "Payments"}

_GROUPS = {"lena": Group.STAKEHOLDER, "admin": Group.ADMIN}

_SURFACES = (
    ("Sign-in", DependencyClass.AUTH, "Identity", "4be90a7", "curl -fsS localhost:8080/healthz"),
    ("Public API", DependencyClass.OTHER, "Platform", "4be90a7", ""),
    ("Dashboard", DependencyClass.OTHER, "Frontend", "c01f3aa", ""),
    ("Webhooks", DependencyClass.MESSAGING, "Platform", "9d20e4b", ""),
    ("Billing", DependencyClass.BILLING, "Payments", "71c9f02", ""),
    ("Metrics", DependencyClass.OBSERVABILITY, "Reliability", "e88a0d1", ""),
)


def people() -> dict[str, Person]:
    """The people of the demo by user name, made if they are not there."""
    return {username: _person(username, password) for username, password, _ in PEOPLE}


def _person(username: str, password: str) -> Person:
    person, created = Person.objects.get_or_create(
        username=username,
        defaults={
            "name": _NAMES[username],
            "email": f"{username}@example.org",
            "team": _TEAMS.get(username, ""),
        },
    )
    if created:
        person.set_password(password)
        person.save()
        group, _ = SiteGroup.objects.get_or_create(
            name=_GROUPS.get(username, Group.RESPONDER).value
        )
        person.groups.add(group)
    return person


def surfaces() -> dict[str, Surface]:
    """The surfaces of the demo by name."""
    surfaces = {}
    for name, kind, team, good, health in _SURFACES:
        surfaces[name], _ = Surface.objects.get_or_create(
            slug=name.lower().replace(" ", "-"),
            defaults={
                "name": name,
                "dependency_class": kind,
                "owner_team": team,
                "last_known_good": good,
                "health_check": health,
            },
        )
    return surfaces
