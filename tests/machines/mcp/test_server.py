"""``/mcp`` as clients reach it: the official client, against Warroom's own web process.

Each test takes some seconds: a process of its own imports all of Warroom. That is what there is to
show here: workers speak the protocol though nobody tells them of their start and their end.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from incidents.models import Incident, Person, Recommendation, TimelineEntry
from incidents.vocabulary import LaneKind
from kernel.actor import ActorKind
from lanes.models import Hypothesis
from machines.brief import NOTICE
from tests.helpers.tokens import agent_token
from tests.helpers.web_process import WebProcess, web_process
from tests.machines.mcp.calls import EVIDENCE, RECOMMENDATION, SAMPLES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[WebProcess]:
    with web_process(tmp_path) as web:
        yield web


@pytest.fixture
def secret(staffed: Incident, commander: Person) -> str:
    return agent_token(commander, LaneKind.INVESTIGATION, staffed)


@asynccontextmanager
async def connected(web: WebProcess, secret: str, mode: str = "auto") -> AsyncIterator[Client]:
    headers = {"authorization": f"Bearer {secret}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{web.url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


async def answer(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    called = await client.call_tool(name, arguments)
    assert not called.is_error, called.content
    return called.structured_content


async def refusal(client: Client, name: str, **arguments: Any) -> str:
    called = await client.call_tool(name, arguments)
    assert called.is_error
    return str(called.content[0].text)


def test_an_assistant_works_in_its_lane(
    web: WebProcess, secret: str, staffed: Incident, commander: Person
) -> None:
    """The scripted assistant; what it did is on the record under its token's name."""

    async def work() -> None:
        async with connected(web, secret) as client:
            assert client.protocol_version == "2026-07-28"
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert tools.keys() == SAMPLES.keys()
            assert tools["lane_brief"].annotations.read_only_hint
            brief = await answer(client, "lane_brief")
            assert brief["lane"]["owner"] == "Investigation Owner"
            assert brief["untrusted"]["notice"] == NOTICE
            item = await answer(client, "capture_evidence", **EVIDENCE)
            stated = await answer(client, "state_hypothesis", text="The key was rotated early")
            await answer(
                client,
                "judge_hypothesis",
                hypothesis=stated["reference"],
                verdict="ruled_out",
                evidence=[item["reference"]],
                finding="It fails with the old key too",
            )
            made = await answer(client, "recommend", **RECOMMENDATION)
            assert made["reference"] == "R-1"
            assert "Investigation" in await refusal(
                client, "add_note", text="Rolled back", lane="mitigation"
            )
            with pytest.raises(MCPError, match="no tool decide"):
                await client.call_tool("decide", {"option": "rollback"})
            able = await answer(client, "who_decides", about="decide")
            assert able["people"] == [str(commander)]

    asyncio.run(work())

    written = TimelineEntry.objects.filter(incident=staffed, actor_kind=ActorKind.AGENT)
    assert list(written.order_by("seq").values_list("kind", "lane", "actor_name")) == [
        (kind, "investigation", "lane-scout")
        for kind in (
            *("evidence.captured", "hypothesis.stated", "hypothesis.decided"),
            "recommendation.made",
        )
    ]
    assert set(written.values_list("actor", flat=True)) == {commander.pk}
    assert Hypothesis.objects.get().state == "ruled_out"
    assert Recommendation.objects.get().is_agent
    assert not staffed.decisions.exists()


def test_clients_of_the_earlier_revision_are_answered(
    web: WebProcess, secret: str, staffed: Incident
) -> None:
    """The handshake of 2025-11-25, with resources and prompts."""

    async def work() -> None:
        async with connected(web, secret, "legacy") as client:
            assert client.protocol_version == "2025-11-25"
            assert "data" in client.instructions
            assert (await answer(client, "incidents"))["incidents"]
            await answer(client, "capture_evidence", **EVIDENCE)
            uri = f"warroom://{staffed.reference}/evidence/E-1"
            found = await client.read_resource(uri)
            assert EVIDENCE["text"] in found.contents[0].text
            assert NOTICE in found.contents[0].text
            listed = (await client.list_resources()).resources
            assert [str(one.uri) for one in listed] == [f"warroom://{staffed.reference}/brief"]
            assert len((await client.list_resource_templates()).resource_templates) == 3
            with pytest.raises(MCPError, match="no E-9"):
                await client.read_resource(f"warroom://{staffed.reference}/evidence/E-9")
            prompts = (await client.list_prompts()).prompts
            assert {prompt.name for prompt in prompts} == {f"{lane}_lane" for lane in LaneKind}
            prompt = await client.get_prompt("investigation_lane", {"incident": "INC-7"})
            assert "INC-7" in prompt.messages[0].content.text

    asyncio.run(work())
