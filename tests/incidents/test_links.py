"""What people write becomes links, and never anything else than text."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client

from incidents.models import Incident, Person
from incidents.models.link_targets import learn_links
from incidents.panels.renderers import entries
from incidents.templatetags.links import linked
from incidents.vocabulary import LaneKind
from lanes.actions import add_note
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared

NOW = START + timedelta(minutes=1)


class Elements(HTMLParser):
    """The elements of a piece of HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def html_of(text: str, incident: Incident) -> str:
    learn_links(incident, [text])
    return linked(text, incident)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("E-7", "/{room}/evidence/E-7/"),
        ("D-1", "/{room}/D-1/"),
        ("CP-2", "/{room}/timeline/?q=CP-2"),
        ("{room}", "/{room}/"),
        ("@commander", "/find/?q=commander"),
        ("@Commander", "/find/?q=Commander"),
    ],
)
def test_what_is_named_is_a_link(incident: Incident, text: str, path: str) -> None:
    text, path = (part.format(room=incident.reference) for part in (text, path))
    found = Elements(html_of(f"As in {text}, then.", incident))

    assert found.text == f"As in {text}, then."
    assert [(tag, attrs["href"]) for tag, attrs in found.tags] == [("a", path)]


def test_an_address_leads_out_without_a_trace(incident: Incident) -> None:
    found = Elements(html_of('See https://a.example/?x="&y=1 <now>', incident))

    assert found.tags == [("a", {"href": "https://a.example/?x=", "rel": "noopener nofollow"})]
    assert found.text == 'See https://a.example/?x="&y=1 <now>'


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        'javascript:alert("E")',
        '"><img src=x onerror=alert(1)>',
        "https://a.example/'onmouseover='x",
        "https://a.example/<b>E-7</b>",
        "https://a.example/&quot;onclick=x",
        '@commander"><svg/onload=x>',
        "[E-7](javascript:x) <a href='INC-1'>E-7</a>",
        "\u202eE-7 \u0000 \ufeff@commander &lt;b&gt;",
        "E-7" * 3000,
    ],
)
def test_hostile_text_stays_text(incident: Incident, text: str) -> None:
    found = Elements(html_of(text, incident))

    assert found.text == text
    assert {tag for tag, _ in found.tags} <= {"a"}
    for _, attrs in found.tags:
        assert attrs.keys() <= {"href", "rel", "title"}
        assert str(attrs["href"]).startswith(("https://a.example/", "/"))


def test_a_restricted_incident_is_no_link_as_if_it_were_not_there(
    incident: Incident, commander: Person
) -> None:
    secret = declared(commander, restricted=True)
    other = declared(commander)
    text = f"{secret.reference} INC-999999999 {other.reference}"

    hrefs = [attrs["href"] for _, attrs in Elements(html_of(text, incident)).tags]

    assert hrefs == [f"/{other.reference}/"]


def test_the_lines_of_a_room_are_looked_up_together(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    others = [declared(commander) for _ in range(3)]
    counts = []
    for at, other in enumerate(others):
        text = f"Like {other.reference}, INC-9999{at} and {at} @stranger @nobody{at} E-{at + 1}"
        minute = NOW + timedelta(minutes=at)
        add_note(commander.as_actor(), incident.pk, text=text, now=minute)
        rows = list(incident.timeline.filter(kind="note.added"))
        fresh = Incident.objects.get(pk=incident.pk)
        with queries() as asked:
            html = "".join(fragment.html for fragment in entries(fresh, rows))
        counts.append(len(asked))
        assert f'<a href="/{other.reference}/">{other.reference}</a>' in html
        assert 'title="Stranger">@stranger</a>' in html

    assert counts == [2, 2, 2]


def test_a_note_is_linked_on_its_lane_and_read_as_text_elsewhere(
    client: Client, staffed: Incident, lane_owners: dict[LaneKind, Person], commander: Person
) -> None:
    owner = lane_owners[LaneKind.INVESTIGATION]
    text = "Compare E-1\nwith <b>https://a.example/x</b>"
    add_note(owner.as_actor(), staffed.pk, lane="investigation", text=text, now=NOW)
    client.force_login(owner)

    page = client.get(f"/{staffed.reference}/lanes/investigation/").content.decode()

    assert (
        f'Compare <a href="/{staffed.reference}/evidence/E-1/">E-1</a><br>with &lt;b&gt;'
        '<a href="https://a.example/x" rel="noopener nofollow">https://a.example/x</a>&lt;/b&gt;'
    ) in page
