"""Valkey outlives the database of a test: what it keeps of the status page does not count."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from comms.status import served_site, store
from comms.status.asgi import StatusPages
from incidents.models import Surface
from tests.helpers.factories import SurfaceFactory


@pytest.fixture(autouse=True)
def _nothing_kept(running_servers: None) -> Iterator[None]:
    store._client(store._url()).delete(store.key())
    yield
    store._client(store._url()).delete(store.key())


@pytest.fixture
def sign_in(db: None) -> Surface:
    return SurfaceFactory(name="Sign-in", position=1)


@pytest.fixture
def api(db: None) -> Surface:
    return SurfaceFactory(name="Public API", position=2)


async def _behind(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
    """The application behind the status page: it answers 418, so that nobody mistakes it."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def reader() -> AsyncIterator[httpx.AsyncClient]:
    """Reads the status page of this process."""
    transport = httpx.ASGITransport(app=StatusPages(_behind))
    async with httpx.AsyncClient(transport=transport, base_url="http://status.test") as client:
        yield client
    await served_site.here().close()
    await sync_to_async(connections.close_all)()
