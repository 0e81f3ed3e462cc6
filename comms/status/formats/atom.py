"""The Atom feed (RFC 4287): one entry an update, of incidents and of planned work, newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from comms.status.formats import FORMATS, Rendered
from comms.status.formats.statuspage import address
from comms.status.view_models import ShownUpdate, Site

PATH = "/status/history.atom"
ATOM = "application/atom+xml; charset=utf-8"
NEWEST = 100


@dataclass(frozen=True, slots=True)
class _Entry:
    code: str
    title: str
    at: datetime
    link: str
    html: str


class _Feed(Atom1Feed):
    """Django's own class says that an empty feed was updated now, each time it is rendered."""

    changed_at: datetime

    def latest_post_date(self) -> datetime:
        return self.changed_at


@FORMATS.register
def atom(site: Site) -> Iterable[Rendered]:
    link = address("/status/")
    feed = _Feed(
        title=f"{settings.ORGANISATION} status",
        link=link,
        description="What we publish about incidents and planned maintenance.",
        language="en",
        author_name=settings.ORGANISATION,
        feed_url=address(PATH),
        feed_guid=_tag("feed"),
    )
    feed.changed_at = site.changed_at
    for entry in sorted(_entries(site), key=lambda row: row.at, reverse=True)[:NEWEST]:
        feed.add_item(
            title=entry.title,
            link=entry.link,
            description=entry.html,
            unique_id=_tag(entry.code),
            pubdate=entry.at,
            updateddate=entry.at,
        )
    yield Rendered(PATH, ATOM, feed.writeString("utf-8").encode())


def _tag(code: str) -> str:
    """A name that is never reused (RFC 4151): the year is that of the first release."""
    return f"tag:{urlsplit(settings.BASE_URL).hostname},2026:status/{code}"


def _entries(site: Site) -> Iterator[_Entry]:
    for incident in site.incidents:
        link = address(f"/status/incidents/{incident.code}/")
        for update in incident.updates:
            title = f"{incident.headline}: {update.progress_label}"
            yield _Entry(
                update.code, title, update.at, f"{link}#update-{update.code}", _html(update)
            )
    for window in site.maintenances:
        link = address(f"/status/maintenance/{window.code}/")
        for note in window.updates:
            title = f"{window.title}: {note.state.label}"
            yield _Entry(note.code, title, note.at, link, str(note.text_html))


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
    return SafeString(f"{html}<h4>{escape('What we do not know yet')}</h4><p>{unknown}</p>")
