"""How clients that others wrote ask: from other sites, by time, without slash, with odd verbs."""

from datetime import timedelta

import httpx
import pytest
from asgiref.sync import sync_to_async

from comms.status import rendering, served_site
from comms.status.formats.statuspage import page_id
from comms.status.responses import preferred_encoding
from comms.vocabulary import SurfaceState
from incidents.models import Incident, Surface
from kernel import clock
from tests.comms.status.published import say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

SUMMARY = "/status/api/v2/summary.json"


async def test_the_api_is_at_the_root_of_the_host_too(
    reader: httpx.AsyncClient, sign_in: Surface, settings
) -> None:
    below, root = await reader.get(SUMMARY), await reader.get("/api/v2/summary.json")
    settings.STATUS_API_AT_ROOT = False
    off = await reader.get("/api/v2/summary.json")

    assert (root.status_code, root.content) == (200, below.content)
    assert root.headers["access-control-allow-origin"] == "*"
    assert off.status_code == 418


@pytest.mark.parametrize("path", [SUMMARY, "/api/v2/status.json", "/status/history.atom"])
async def test_a_browser_elsewhere_may_ask_conditionally(
    reader: httpx.AsyncClient, sign_in: Surface, path: str
) -> None:
    asked = {
        "Origin": "https://elsewhere.example.org",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    allowed = await reader.options(path, headers=asked)
    first = await reader.get(path)
    again = await reader.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (allowed.status_code, allowed.content) == (204, b"")
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "GET" in allowed.headers["access-control-allow-methods"]
    assert "if-none-match" in allowed.headers["access-control-allow-headers"].lower()
    assert first.headers["access-control-expose-headers"] == "ETag"
    assert (again.status_code, again.headers["access-control-allow-origin"]) == (304, "*")


@pytest.mark.parametrize("path", ["/status/api/v2/none.json", "/api/v2/none.json", "/api/v2/"])
async def test_what_the_api_does_not_have_is_json_for_all(
    reader: httpx.AsyncClient, sign_in: Surface, path: str
) -> None:
    get, head = await reader.get(path), await reader.head(path)

    assert (get.status_code, get.json()) == (404, {"error": "There is no such resource."})
    assert get.headers["access-control-allow-origin"] == "*"
    assert (head.status_code, head.content) == (404, b"")
    assert {**head.headers} == {**get.headers}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_it_can_only_be_read(
    reader: httpx.AsyncClient, sign_in: Surface, method: str
) -> None:
    answer = await reader.request(method, SUMMARY)

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_who_asks_by_time_is_told_what_changed(
    reader: httpx.AsyncClient, sign_in: Surface, incident: Incident
) -> None:
    """Two changes within one second, the second of which takes something away."""
    now = clock.now()
    first = await reader.get(SUMMARY)
    since = {"If-Modified-Since": first.headers["last-modified"]}
    same = await reader.get(SUMMARY, headers=since)
    await sync_to_async(say)(incident, now, {sign_in: SurfaceState.MAJOR})
    published = await rendered_again(reader)
    changed = await reader.get(SUMMARY, headers=since)
    since = {"If-Modified-Since": published.headers["last-modified"]}
    await sync_to_async(Incident.objects.filter(pk=incident.pk).update)(restricted=True)
    await rendered_again(reader)
    taken_away = await reader.get(SUMMARY, headers=since)
    other_tag = await reader.get(SUMMARY, headers=since | {"If-None-Match": '"another"'})
    odd = await reader.get(SUMMARY, headers={"If-Modified-Since": "yesterday"})

    assert (same.status_code, same.content) == (304, b"")
    assert (changed.status_code, changed.content) == (200, published.content)
    assert (taken_away.status_code, taken_away.json()["incidents"]) == (200, [])
    assert (other_tag.status_code, odd.status_code) == (200, 200)


async def rendered_again(reader: httpx.AsyncClient) -> httpx.Response:
    site = served_site.here()
    assert site.snapshot is not None
    before = site.snapshot.as_of
    await sync_to_async(rendering.render)(before + timedelta(minutes=1))
    await site.until_newer(before)
    return await reader.get(SUMMARY)


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, deflate, br", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.0, gzip;q=0", ""),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("BR", "br"),
        ("br;q=odd", ""),
        ("x-brotli", ""),
    ],
)
async def test_what_has_quality_0_is_not_sent(accepts: str, encoding: str) -> None:
    assert preferred_encoding(accepts.encode()) == encoding


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/status/history", "/status/history/"),
        ("/status/history?days=7", "/status/history/?days=7"),
        ("/status/incidents/{code}", "/status/incidents/{code}/"),
    ],
)
async def test_a_path_without_slash_leads_to_its_page(
    reader: httpx.AsyncClient, sign_in: Surface, incident: Incident, path: str, to: str
) -> None:
    await sync_to_async(say)(incident, clock.now())
    code = await sync_to_async(lambda: incident.bulletin.code)()

    answer = await reader.get(path.format(code=code))

    assert (answer.status_code, answer.headers["location"]) == (301, to.format(code=code))
    assert (await reader.get(f"{to}".format(code=code))).status_code == 200


async def test_over_tls_browsers_stay_with_it(
    reader: httpx.AsyncClient, sign_in: Surface, settings
) -> None:
    settings.SECURE_HSTS_SECONDS = 3600

    for path in ("/status/", SUMMARY, "/status/api/v2/none.json"):
        answer = await reader.get(path)
        assert answer.headers["strict-transport-security"] == "max-age=3600"


async def test_each_installation_has_a_page_id_of_its_own(settings) -> None:
    settings.BASE_URL = "https://one.example.org"
    one = page_id()
    settings.BASE_URL = "https://two.example.org"

    assert page_id() != one
    assert len(one) == 12
    assert one.isalnum()
