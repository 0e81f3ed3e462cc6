"""The Atom feed (RFC 4287): one entry an update, of incidents and of planned work, newest first."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from comms.status.formats import FORMATS, Rendered
from comms.status.formats.statuspage import address
from comms.status.parts import Parts, build_each
from comms.status.presenters import next_time
from comms.status.view_models import ShownIncident, ShownMaintenance, ShownUpdate, Site, code_of

PATH = "/status/history.atom"
ATOM = "application/atom+xml; charset=utf-8"
NEWEST = 100


type _Entry = dict[str, str]
"""``code``, ``title``, ``at`` (ISO 8601), ``link`` and ``html``, as a snapshot keeps them."""


class _Feed(Atom1Feed):
    """Django's own class says that an empty feed was updated now, each time it is rendered."""

    changed_at: datetime

    def latest_post_date(self) -> datetime:
        return self.changed_at


@FORMATS.register
def atom(site: Site, parts: Parts) -> Iterable[Rendered]:
    yield Rendered(PATH, ATOM, lambda: _feed(site, parts))


def _feed(site: Site, parts: Parts) -> bytes:
    link = address("/status/")
    entries = sorted(_entries(site, parts), key=lambda entry: entry["at"], reverse=True)[:NEWEST]
    feed = _Feed(
        title=f"{settings.ORGANISATION} status",
        link=link,
        description="What we publish about incidents and planned maintenance.",
        language="en",
        author_name=settings.ORGANISATION,
        feed_url=address(PATH),
        feed_guid=_tag("feed"),
    )
    feed.changed_at = max(
        [site.changed_at, *(datetime.fromisoformat(entry["at"]) for entry in entries[:1])]
    )
    for entry in entries:
        at = datetime.fromisoformat(entry["at"])
        feed.add_item(
            title=entry["title"],
            link=entry["link"],
            description=entry["html"],
            unique_id=_tag(entry["code"]),
            pubdate=at,
            updateddate=at,
        )
    return feed.writeString("utf-8").encode()


def _tag(code: str) -> str:
    """A name that is never reused (RFC 4151): the year is that of the first release."""
    return f"tag:{urlsplit(settings.BASE_URL).hostname},2026:status/{code}"


def _entries(site: Site, parts: Parts) -> Iterator[_Entry]:
    """The newest entries are of the incidents and windows that changed last."""
    incidents = sorted(site.incidents, key=lambda row: row.latest.at, reverse=True)[:NEWEST]
    windows = sorted(site.maintenances, key=lambda row: row.changed_at, reverse=True)[:NEWEST]
    entries = build_each(parts, "feed entries of", incidents, code_of, _of_incident)
    entries += build_each(parts, "feed entries of", windows, code_of, _of_window)
    entries += [parts.keep(f"feed entries of {row.code}") or [] for row in site.unreadable]
    return chain.from_iterable(entries)


def _of_incident(incident: ShownIncident) -> list[_Entry]:
    """An entry keeps its title, whatever the incident is called later."""
    link = address(f"/status/incidents/{incident.code}/")
    return [
        {
            "code": update.code,
            "title": f"{update.headline}: {update.progress_label}",
            "at": _at(update.at),
            "link": f"{link}#update-{update.code}",
            "html": str(_html(update)),
        }
        for update in incident.updates
    ]


def _of_window(window: ShownMaintenance) -> list[_Entry]:
    link = address(f"/status/maintenance/{window.code}/")
    return [
        {
            "code": note.code,
            "title": f"{note.title}: {note.state.label}",
            "at": _at(note.at),
            "link": link,
            "html": str(note.text_html),
        }
        for note in window.updates
    ]


def _at(moment: datetime) -> str:
    """In UTC, so that the texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _html(update: ShownUpdate) -> SafeString:
    """The update as HTML: its parts are escaped already."""
    unknown = (
        "<br>".join(update.unknowns_html) or f"Nothing that we know of: {update.no_unknowns_html}"
    )
    html = format_html(
        "<h4>What you may notice</h4>{}<h4>What we are doing</h4>{}",
        update.impact_html,
        update.mitigation_html,
    )
    if update.correction:
        html = format_html("<p>Puts right what we wrote before: {}</p>{}", update.correction, html)
    html = SafeString(f"{html}<h4>{escape('What we do not know yet')}</h4><p>{unknown}</p>")
    return format_html("{}<p>{}</p>", html, next_time(update.next_at)) if update.next_at else html
