"""The evidence pages: captured by a form, read safely, downloaded with headers that run nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from incidents.actions import evidence
from incidents.forms.evidence import PastField, SecondsField
from incidents.models import Evidence, Incident, Person
from incidents.panels.evidence_excerpts import MAX_WINDOW_CHARACTERS, window
from incidents.rules.evidence import MAX_FILE_BYTES, MAX_TEXT_BYTES, Capture
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.factories import START

LATER = START + timedelta(minutes=4)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def signed_in(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


@pytest.fixture
def send(signed_in: Client, incident: Incident) -> Any:
    def post(query: str = "", **said: Any) -> Any:
        with clock.at(LATER):
            return signed_in.post(f"/{incident.reference}/evidence/new/{query}", said)

    return post


ONCE = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def capture(incident: Incident, commander: Person) -> Any:
    def do(**said: Any) -> Evidence:
        captured = Capture(**{"kind": EvidenceKind.LOG, **said})
        return evidence.capture(commander.as_actor(), incident.pk, captured, now=LATER)

    return do


def upload(content: bytes, name: str = "a.log", said: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=said)


# -- The form ----------------------------------------------------------------------------------


def test_a_command_is_captured_with_all_that_was_said(send: Any, incident: Incident) -> None:
    answer = send(
        kind="command",
        command="git log --oneline -n 5",
        text="  8f3c21d Sign tokens\r\n\r\n",
        exit_code="0",
        host="ops-2",
        revision="8f3c21d",
        started_at="14:01:30",
        duration="1.4",
        lane="investigation",
    )

    item = incident.evidence.get()
    assert answer.url == f"/{incident.reference}/lanes/investigation/"
    assert item.text == "  8f3c21d Sign tokens\n\n"
    assert (item.exit_code, item.host, item.revision, item.duration) == (
        0,
        "ops-2",
        "8f3c21d",
        1400,
    )
    assert item.started_at == START + timedelta(seconds=90)
    assert item.purpose == Purpose.PRECHECK


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"kind": "log", "text": "unknown key id"}, id="log"),
        pytest.param({"kind": "check", "text": "3 failed"}, id="check"),
        pytest.param({"kind": "metric", "url": "https://graphs.test/401"}, id="metric"),
        pytest.param({"kind": "file", "file": upload(PNG, "shot.png")}, id="file"),
        pytest.param({"kind": "link", "url": "https://ci.test/1"}, id="link"),
    ],
)
def test_every_kind_can_be_captured(send: Any, incident: Incident, said: dict[str, Any]) -> None:
    answer = send(**said)

    assert (answer.status_code, answer.url) == (302, incident.get_absolute_url())
    assert incident.evidence.get().kind == said["kind"]


def test_what_stands_in_a_field_of_another_kind_is_left_aside(
    send: Any, incident: Incident
) -> None:
    send(kind="log", text="a line", command="rm -rf", exit_code="many", url="no link")

    item = incident.evidence.get()
    assert (item.command, item.exit_code, item.url) == ("", None, "")


def test_a_dropped_log_is_read_as_text(send: Any, incident: Incident) -> None:
    send(kind="log", file=upload(b"\x1b[31mrefused\x1b[0m\n", "auth.log"))

    item = incident.evidence.get()
    assert (item.text, item.title, item.file_name) == (
        "\x1b[31mrefused\x1b[0m\n",
        "auth.log",
        "",
    )


def test_text_with_nul_is_kept_without_it(send: Any, incident: Incident) -> None:
    send(kind="log", text="a\x00b")

    assert incident.evidence.get().text == "ab"


def test_too_much_text_is_refused_and_comes_back(send: Any, incident: Incident) -> None:
    answer = send(kind="log", text="x" * (MAX_TEXT_BYTES + 1), title="The whole log")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The text is over 1 MiB." in page
    assert "x" * (MAX_TEXT_BYTES + 1) in page
    assert 'value="The whole log"' in page
    assert not incident.evidence.exists()


@pytest.mark.parametrize("over", [1, 5 * 1024 * 1024])
def test_too_large_a_file_is_refused_and_the_text_comes_back(
    send: Any, incident: Incident, over: int
) -> None:
    file = upload(b"\x00" * (MAX_FILE_BYTES + over), "core.dump")

    answer = send(kind="file", file=file, text="From node 7", title="Core of node 7")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The file is over 10 MiB." in page
    assert "From node 7" in page
    assert "Choose “core.dump” again" in page
    assert not incident.evidence.exists()


def test_far_too_much_text_gets_a_page_that_says_so(send: Any, incident: Incident) -> None:
    answer = send(kind="log", text="x" * (5 * 1024 * 1024))

    assert answer.status_code == 413
    assert "Text holds 1 MiB, a file 10 MiB." in answer.content.decode()
    assert not incident.evidence.exists()


def test_output_sent_after_the_session_ended_comes_back_without_its_secrets(
    client: Client, incident: Incident, commander: Person
) -> None:
    address, secret = f"/{incident.reference}/evidence/new/", "ghp_" + "a1B2" * 9
    said = {"kind": "log", "text": f"refused {secret}", "author": commander.pk}

    answer = client.post(address, said)
    kept = str(dict(client.session))
    client.force_login(commander)
    page = client.get(address).content.decode()

    assert answer.status_code == 401
    assert "refused ⟦masked: access token⟧</textarea>" in page
    assert secret not in kept + page


def test_a_second_press_captures_nothing_more_and_leads_to_the_item(
    send: Any, incident: Incident
) -> None:
    first, second = (send(kind="log", text="a line", once=ONCE) for _ in range(2))

    item = incident.evidence.get()
    assert (first.status_code, second.status_code) == (302, 302)
    assert second.url == item.get_absolute_url()


def test_another_file_in_a_form_that_was_sent_is_not_passed_off_as_the_first(
    send: Any, incident: Incident
) -> None:
    send(kind="file", file=upload(b"one"), once=ONCE)

    answer = send(kind="file", file=upload(b"two"), once=ONCE)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert incident.evidence.get().get_absolute_url() in page
    assert "a.log, to be chosen again" in page


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        pytest.param("/INC-{}/lanes/mitigation/", "/INC-{}/lanes/mitigation/", id="ours"),
        pytest.param("https://evil.test/", "/INC-{}/", id="another site"),
        pytest.param("//evil.test/", "/INC-{}/", id="another site without scheme"),
        pytest.param("javascript:alert(1)", "/INC-{}/", id="script"),
    ],
)
def test_it_leads_back_to_pages_of_ours_alone(
    send: Any, incident: Incident, wanted: str, leads_to: str
) -> None:
    answer = send(kind="log", text="a line", next=wanted.format(incident.pk))

    assert answer.url == leads_to.format(incident.pk)


def test_the_address_fills_in_what_it_names(signed_in: Client, incident: Incident) -> None:
    answer = signed_in.get(
        f"/{incident.reference}/evidence/new/?kind=log&lane=mitigation&command=uptime"
    )

    form = answer.context["form"]
    assert [form[name].value() for name in ("kind", "lane", "command")] == [
        "log",
        "mitigation",
        "uptime",
    ]


@pytest.mark.parametrize(
    ("typed", "milliseconds"),
    [("1.4", 1400), ("1,4 s", 1400), ("250 ms", 250), ("2m 5s", 125_000), ("", None)],
)
def test_a_duration_is_read_as_people_write_it(typed: str, milliseconds: int | None) -> None:
    assert SecondsField(required=False).clean(typed) == milliseconds


@pytest.mark.case("P9")
@pytest.mark.parametrize(
    "typed",
    ["99999999999 s", "1 2 3", "5 s 2 m", "1 s 1 s", "32 d", "745 h", "٣ s", "-1 s", "1 e9"],
)
def test_a_duration_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match=r"Write a duration|longer than 31 days"):
        SecondsField(required=False).clean(typed)


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        pytest.param("14:08", datetime(2026, 3, 5, 13, 8, tzinfo=UTC), id="today"),
        pytest.param("23:50", datetime(2026, 3, 4, 22, 50, tzinfo=UTC), id="yesterday"),
        pytest.param("2026-03-01T10:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC), id="iso"),
    ],
)
def test_a_start_lies_in_the_past(typed: str, moment: datetime) -> None:
    field = PastField(required=False)
    field.now, field.zone = datetime(2026, 3, 5, 14, 4, tzinfo=UTC), ZoneInfo("Europe/Berlin")

    assert field.clean(typed) == moment


@pytest.mark.case("P9")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-03-05", "Add the time of that day"),
        ("2027-03-05 14:08", "2027-03-05 14:08 is still ahead"),
        ("+25", "is still ahead"),
        ("1999-12-31 10:00", "before the year 2000"),
        ("half past", "Write a time such as"),
    ],
)
def test_a_start_that_cannot_be_is_refused(typed: str, sentence: str) -> None:
    field = PastField(required=False)
    field.now, field.zone = datetime(2026, 3, 5, 14, 4, tzinfo=UTC), ZoneInfo("Europe/Berlin")

    with pytest.raises(ValidationError, match=sentence):
        field.clean(typed)


@pytest.mark.case("Z1")
@pytest.mark.parametrize(
    ("typed", "minutes", "filled_in"),
    [("02:50", 20, ""), ("02:05", 5, "2026-10-25 02:05+01:00")],
)
def test_a_start_in_the_double_hour_is_read_back_before_it_counts(
    signed_in: Client, incident: Incident, typed: str, minutes: int, filled_in: str
) -> None:
    now = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    signed_in.cookies["zone"] = "Europe/Berlin"
    page = f"/{incident.reference}/evidence/new/"
    fields = {"kind": "log", "text": "refused", "started_at": typed}

    with clock.at(now):
        first = signed_in.post(page, fields)
    if filled_in:
        assert first.status_code == 422
        assert "02:05 comes twice on 25 October" in first.content.decode()
        assert first.context["form"]["started_at"].value() == filled_in
        with clock.at(now):
            signed_in.post(page, fields | {"started_at": filled_in})

    assert now - incident.evidence.get().started_at == timedelta(minutes=minutes)


@pytest.mark.case("Z3")
def test_a_start_in_the_hour_that_the_clocks_skip_is_refused(
    signed_in: Client, incident: Incident
) -> None:
    signed_in.cookies["zone"] = "Europe/Berlin"
    fields = {"kind": "log", "text": "refused", "started_at": "02:50"}

    with clock.at(datetime(2026, 3, 29, 1, 10, tzinfo=UTC)):
        answer = signed_in.post(f"/{incident.reference}/evidence/new/", fields)

    assert "02:50 does not exist on 29 March" in answer.content.decode()
    assert not incident.evidence.exists()


# -- Reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "E-1/"])
def test_output_shows_its_colours_and_never_its_html(
    signed_in: Client, incident: Incident, capture: Any, page: str
) -> None:
    capture(
        kind="command",
        command=f"echo {SCRIPT}",
        text=f"\x1b[31mred\x1b[0m {SCRIPT} token=ghp_{'a1B2' * 9}",
        host=SCRIPT,
        title=f"{SCRIPT} title",
    )

    shown = signed_in.get(f"/{incident.reference}/evidence/{page}").content.decode()

    assert '<span class="ansi-red">red</span>' in shown
    assert "<mark>masked: " in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; title" in shown
    assert SCRIPT not in shown


def test_a_long_output_is_shown_by_windows(
    signed_in: Client, incident: Incident, capture: Any
) -> None:
    capture(text="\n".join(f"line-{n}." for n in range(1, 2502)))

    first, second = (
        signed_in.get(f"/{incident.reference}/evidence/E-1/?from={n}").content.decode()
        for n in (1, 1001)
    )

    assert "Lines 1 to 1000 of 2501" in first
    assert "line-1000." in first
    assert "line-1001." not in first
    assert "line-1001." in second
    assert 'href="?from=2001"' in second


def test_a_window_ends_early_when_its_lines_are_long() -> None:
    shown = window("\n".join(["x" * (MAX_WINDOW_CHARACTERS // 2)] * 5), 2)

    assert (shown.first, shown.last, shown.total) == (2, 3, 5)


@pytest.mark.parametrize("start", ["0", "-3", "many", "99999999999"])
def test_an_odd_start_shows_lines_all_the_same(
    signed_in: Client, incident: Incident, capture: Any, start: str
) -> None:
    capture(text="only line")

    answer = signed_in.get(f"/{incident.reference}/evidence/E-1/?from={start}")

    assert "only line" in answer.content.decode()


def test_a_link_that_runs_script_is_not_a_link(
    signed_in: Client, incident: Incident, capture: Any
) -> None:
    capture(kind="link", url="javascript:alert(1)")

    shown = signed_in.get(f"/{incident.reference}/evidence/E-1/").content.decode()

    assert 'href="javascript:' not in shown


def test_an_unknown_item_is_not_found(signed_in: Client, incident: Incident) -> None:
    assert signed_in.get(f"/{incident.reference}/evidence/E-7/").status_code == 404


def test_the_list_is_filtered_by_lane_and_kind(
    signed_in: Client, incident: Incident, capture: Any
) -> None:
    capture(text="one", lane=LaneKind.MITIGATION)
    capture(text="two", lane=LaneKind.INVESTIGATION)
    capture(kind="command", command="uptime", lane=LaneKind.INVESTIGATION)

    page = signed_in.get(f"/{incident.reference}/evidence/?lane=investigation&kind=log")

    assert [item.number for item in page.context["page"]] == [2]


def test_the_list_holds_thirty_a_page(signed_in: Client, incident: Incident, capture: Any) -> None:
    for n in range(31):
        capture(text=f"item {n}")

    first, second = (
        signed_in.get(f"/{incident.reference}/evidence/?page={n}").context["page"] for n in (1, 2)
    )

    assert [len(first), len(second)] == [30, 1]


def test_the_list_asks_as_often_for_three_items_as_for_one(
    signed_in: Client, incident: Incident, capture: Any
) -> None:
    baseline = capture(text="0.3 %", purpose=Purpose.BASELINE)
    with queries() as for_one:
        signed_in.get(f"/{incident.reference}/evidence/")

    for _ in range(2):
        capture(text="0.3 %", purpose=Purpose.VERIFICATION, baseline=baseline.number)
    with queries() as for_three:
        signed_in.get(f"/{incident.reference}/evidence/")

    assert len(for_three) == len(for_one)
    assert len(for_one) <= 25


# -- Downloads ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "media", "how"),
    [
        pytest.param(PNG, "shot.png", "image/png", "inline", id="png"),
        pytest.param(PNG, "shot.html", "image/png", "inline", id="png named html"),
        pytest.param(b"<html>", "a.html", "application/octet-stream", "attachment", id="html"),
        pytest.param(b"<svg/>", "a.svg", "application/octet-stream", "attachment", id="svg"),
        pytest.param(b"<svg/>", "a.png", "application/octet-stream", "attachment", id="svg as png"),
        pytest.param(b"%PDF-1.7", "a.pdf", "application/octet-stream", "attachment", id="pdf"),
    ],
)
def test_a_download_runs_nothing(
    signed_in: Client,
    incident: Incident,
    capture: Any,
    content: bytes,
    name: str,
    media: str,
    how: str,
) -> None:
    capture(kind="file", file=content, file_name=name)

    answer = signed_in.get(f"/{incident.reference}/evidence/E-1/file/")

    assert answer.content == content
    assert answer["Content-Type"] == media
    assert answer["Content-Disposition"].split(";")[0] == how
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        pytest.param('a"; x="b.html', 'attachment; filename="a\\"; x=\\"b.html"', id="quotes"),
        pytest.param("a\r\nX-Evil: 1.txt", 'attachment; filename="a X-Evil: 1.txt"', id="line end"),
        pytest.param("Zugänge.txt", "attachment; filename*=utf-8''Zug%C3%A4nge.txt", id="umlaut"),
        pytest.param("../../x.txt", 'attachment; filename="x.txt"', id="folders"),
    ],
)
def test_a_hostile_file_name_stays_a_name(
    signed_in: Client, incident: Incident, capture: Any, name: str, disposition: str
) -> None:
    capture(kind="file", file=b"text", file_name=name)

    answer = signed_in.get(f"/{incident.reference}/evidence/E-1/file/")

    assert answer["Content-Disposition"] == disposition
    assert "X-Evil" not in answer.headers


def test_what_the_sender_says_of_a_file_is_not_repeated(
    send: Any, signed_in: Client, incident: Incident
) -> None:
    send(kind="file", file=upload(b"<script>", "a.html", "text/html"))

    answer = signed_in.get(f"/{incident.reference}/evidence/E-1/file/")

    assert answer["Content-Type"] == "application/octet-stream"


def test_a_picture_can_be_saved_too(signed_in: Client, incident: Incident, capture: Any) -> None:
    capture(kind="file", file=PNG, file_name="shot.png")

    answer = signed_in.get(f"/{incident.reference}/evidence/E-1/file/?download=1")

    assert answer["Content-Disposition"] == 'attachment; filename="shot.png"'


def test_text_is_downloaded_as_it_was_stored(
    signed_in: Client, incident: Incident, capture: Any
) -> None:
    capture(text="\x1b[31m<html>\x1b[0m")

    answer = signed_in.get(f"/{incident.reference}/evidence/E-1/file/")

    assert answer.content == b"\x1b[31m<html>\x1b[0m"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/octet-stream"


def test_a_link_has_nothing_to_download(
    signed_in: Client, incident: Incident, capture: Any
) -> None:
    capture(kind="link", url="https://ci.test/1")

    assert signed_in.get(f"/{incident.reference}/evidence/E-1/file/").status_code == 404


@pytest.mark.parametrize("page", ["", "new/", "E-1/", "E-1/file/"])
def test_a_stakeholder_reads_no_evidence(
    client: Client, incident: Incident, capture: Any, stakeholder: Person, page: str
) -> None:
    capture(text="zanzibar")
    client.force_login(stakeholder)

    answer = client.get(f"/{incident.reference}/evidence/{page}")

    assert answer.status_code == 403
    assert "zanzibar" not in answer.content.decode()


@pytest.mark.parametrize("page", ["", "new/", "E-1/", "E-1/file/"])
def test_a_restricted_incident_answers_as_if_it_were_not_there(
    client: Client, incident: Incident, capture: Any, stranger: Person, page: str
) -> None:
    capture(text="zanzibar")
    Incident.objects.filter(pk=incident.pk).update(restricted=True)
    client.force_login(stranger)

    assert client.get(f"/{incident.reference}/evidence/{page}").status_code == 404
