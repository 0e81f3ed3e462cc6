"""How it is answered: bytes, tags, encodings, and what stands behind it."""

import gzip
from datetime import timedelta

import brotli
import httpx
import pytest
from asgiref.sync import sync_to_async

from comms.status import rendering, served_site, store
from comms.vocabulary import SurfaceState
from incidents.models import Incident, Surface
from kernel import clock
from tests.comms.status.published import say

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


async def test_each_encoding_says_the_same(reader: httpx.AsyncClient, sign_in: Surface) -> None:
    bodies, tags = [], []
    for accepts in ("identity", "gzip", "gzip, deflate, br"):
        request = reader.build_request("GET", "/status/", headers={"Accept-Encoding": accepts})
        answer = await reader.send(request)
        assert answer.status_code == 200
        assert int(answer.headers["content-length"]) == answer.num_bytes_downloaded
        bodies.append(answer.text)
        tags.append(answer.headers["etag"])

    assert len(set(bodies)) == 1
    assert len(set(tags)) == 3
    assert "All systems are working" in bodies[0]
    plain = served_site.here().snapshot.bodies["/status/"]
    assert gzip.decompress(plain.gzip) == brotli.decompress(plain.br) == plain.plain


async def test_who_has_it_is_told_so(reader: httpx.AsyncClient, sign_in: Surface) -> None:
    first = await reader.get("/status/")

    again = await reader.get("/status/", headers={"If-None-Match": first.headers["etag"]})
    weak = await reader.get("/status/", headers={"If-None-Match": f"W/{first.headers['etag']}"})
    other = await reader.get("/status/", headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "cache-control" in again.headers
    assert (weak.status_code, other.status_code) == (304, 200)


async def test_head_has_the_headers_alone(reader: httpx.AsyncClient, sign_in: Surface) -> None:
    head, get = await reader.head("/status/"), await reader.get("/status/")

    assert head.content == b""
    assert dict(head.headers) == dict(get.headers)


async def test_it_is_as_safe_as_any_page_of_ours(
    reader: httpx.AsyncClient, sign_in: Surface
) -> None:
    headers = (await reader.get("/status/")).headers

    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "stale-while-revalidate" in headers["cache-control"]
    assert "stale-if-error" in headers["cache-control"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/status"),
        ("GET", "/status/nothing/"),
        ("GET", "/status/subscribe/"),
        ("POST", "/status/"),
        ("PUT", "/status/"),
    ],
)
async def test_what_it_does_not_have_is_left_to_others(
    reader: httpx.AsyncClient, sign_in: Surface, method: str, path: str
) -> None:
    assert (await reader.request(method, path)).status_code == 418


@pytest.mark.parametrize(
    "path",
    ["incidents/000000000000/", "maintenance/x/", "history/1/", "404.html"],
)
async def test_what_does_not_exist_costs_no_question(
    reader: httpx.AsyncClient, sign_in: Surface, path: str
) -> None:
    await reader.get("/status/")

    answer = await reader.get(f"/status/{path}")
    known = {"If-None-Match": answer.headers["etag"]}
    again = await reader.get(f"/status/{path}", headers=known)
    head = await reader.head(f"/status/{path}")

    assert (answer.status_code, again.status_code, head.status_code) == (404, 404, 404)
    assert "There is no such page" in answer.text
    assert "public" in answer.headers["cache-control"]
    assert head.content == b""


async def test_a_change_is_served_by_a_process_that_hears_of_it(
    reader: httpx.AsyncClient, sign_in: Surface, incident: Incident
) -> None:
    before = await reader.get("/status/")
    now = clock.now()
    await sync_to_async(say)(incident, now, {sign_in: SurfaceState.MAJOR})
    heard = served_site.here()
    taken = heard.snapshot.as_of

    await sync_to_async(rendering.render)(clock.now())
    await heard.until_newer(taken)
    after = await reader.get("/status/")

    assert "Sign-in is down" in after.text
    assert before.headers["etag"] != after.headers["etag"]


async def test_without_a_worker_a_process_renders_for_itself(
    reader: httpx.AsyncClient, sign_in: Surface, incident: Incident
) -> None:
    await reader.get("/status/")
    now = clock.now()
    await sync_to_async(say)(incident, now, {sign_in: SurfaceState.PARTIAL})
    later = now + timedelta(minutes=2)

    await served_site.here().look(later)  # perhaps a worker is at it
    first = await reader.get("/status/")
    await served_site.here().look(later)
    second = await reader.get("/status/")

    assert "All systems are working" in first.text
    assert "Sign-in is partly disrupted" in second.text


async def test_a_clock_that_was_set_back_is_followed(
    reader: httpx.AsyncClient, sign_in: Surface, incident: Incident
) -> None:
    """What was rendered while it was ahead is neither newer than what comes now, nor current."""
    board = served_site.here()
    with clock.at(clock.now() + timedelta(hours=3)) as ahead:
        await sync_to_async(rendering.render)(ahead.moment)
        await reader.get("/status/")
    assert board.snapshot.as_of == ahead.moment
    await sync_to_async(say)(incident, clock.now(), {sign_in: SurfaceState.MAJOR})

    assert await sync_to_async(rendering.render)(clock.now()) is not None
    board.take(await sync_to_async(store.load)())

    assert "Sign-in is down" in (await reader.get("/status/")).text
    assert board.snapshot.as_of < ahead.moment


async def test_a_clock_that_was_set_back_is_noticed_where_nothing_changes(
    reader: httpx.AsyncClient, sign_in: Surface
) -> None:
    board = served_site.here()
    with clock.at(clock.now() + timedelta(hours=3)) as ahead:
        await sync_to_async(rendering.render)(ahead.moment)
        await reader.get("/status/")

    # At the first look a worker is perhaps at it, and what it rendered may come in between.
    for _ in range(4):
        await board.look(clock.now())

    assert board.snapshot.as_of < ahead.moment
    assert await sync_to_async(rendering.render)(clock.now()) is not None


async def test_what_nobody_renews_says_as_of_when(
    reader: httpx.AsyncClient, sign_in: Surface
) -> None:
    fresh = await reader.get("/status/")
    with clock.at(clock.now() + timedelta(minutes=4)) as time:
        served_site.here().grow_old(time.moment)
        old = await reader.get("/status/")

    assert "cannot be renewed" not in fresh.text
    assert old.status_code == 200
    assert "This page cannot be renewed at the moment." in old.text
    assert fresh.headers["etag"] != old.headers["etag"]
