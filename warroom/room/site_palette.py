"""Quick entry on a page of no incident, and the rows that every palette is made of."""

from dataclasses import dataclass

from django.urls import reverse

from incidents.permissions import Who, may


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the palette, found by its label and its further words.

    ``does`` names what script does in place: ``note`` leads to the page's composer, ``search`` to
    its search, ``copy`` copies what stands at the address. Without script all are links.
    """

    label: str
    href: str
    icon: str
    key: str = ""
    keywords: str = ""
    hint: str = ""
    does: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of the whole site, for who may do ``action``."""

    label: str
    action: str
    view: str
    icon: str = "i-go"
    key: str = ""
    keywords: str = ""
    does: str = ""


_SITE_ACTS = (
    _Page("Declare an incident", "incident.declare", "declare", "i-flag", "C", "new"),
    _Page(
        "Write up an incident handled elsewhere",
        "incident.backfill",
        "backfill",
        "i-clock",
        keywords="backfill past",
    ),
)

_SITE_PLACES = (
    _Page("Home", "home.view", "home", "i-brand", keywords="my work duties"),
    _Page("Incidents", "room.view", "incidents", "i-warning", keywords="all list"),
    _Page("Backlog", "backlog.read", "backlog-all", "i-gate", keywords="hardening guardrails"),
    _Page("Metrics", "numbers.read", "numbers", keywords="numbers charts"),
    _Page("Freezes", "freezes.view", "freezes", "i-freeze"),
    _Page("Status page", "status.read_internal", "status-internal", "surface-working"),
    _Page("Packages to review", "package.queue", "packages", "i-gate"),
    _Page("Maintenance", "maintenance.change", "maintenances", "surface-maintenance"),
    _Page("Subscribers", "subscriber.change", "subscribers", "i-mail"),
    _Page("Operations", "site.manage", "operations", keywords="health queue mail"),
    _Page("Settings", "settings.change", "settings", "i-person", keywords="theme zone keys name"),
    _Page("Notices to me", "settings.change", "settings-notices", "i-mail", keywords="mail chat"),
)

_SITE_TYPED = (_Page("Find everywhere", "room.view", "find", "i-link", does="search"),)


@dataclass(frozen=True, slots=True)
class Palette:
    """What to do, where to go, and what becomes of words that are no command."""

    acts: tuple[Row, ...]
    places: tuple[Row, ...]
    typed: tuple[Row, ...]

    @property
    def count(self) -> int:
        return len(self.acts) + len(self.places)


def site_palette(who: frozenset[Who]) -> Palette:
    """On a page of no incident, for somebody who is ``who`` on the site."""

    def rows(pages: tuple[_Page, ...]) -> tuple[Row, ...]:
        return tuple(
            Row(page.label, reverse(page.view), page.icon, page.key, page.keywords, does=page.does)
            for page in pages
            if may(page.action, who)
        )

    return Palette(acts=rows(_SITE_ACTS), places=rows(_SITE_PLACES), typed=rows(_SITE_TYPED))
