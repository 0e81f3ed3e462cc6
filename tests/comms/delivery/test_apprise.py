"""Chat and paging services against a real server: one message, to the open, and no secret kept."""

import json
import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
import requests

from comms.delivery import Refused, apprise, guarded_requests
from comms.rules.chat import SERVICES
from tests.comms.delivery.receiving import Receiver, receiving

TOKEN = "Abc9Def8Ghi7Jkl6"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTGOING_ALLOW = [ip_network("127.0.0.0/8")]
    with receiving() as server:
        yield server


def send(address: str, body: str = "One in three sign-ins fails.") -> int:
    """How often it was said that the message leaves."""
    calls: list[None] = []
    try:
        apprise.send(address, "Sign-in", body, lambda: calls.append(None))
    finally:
        send.calls = len(calls)  # type: ignore[attr-defined]
    return len(calls)


@pytest.mark.parametrize(
    ("scheme", "path"),
    [("ntfy", "alerts"), ("mmost", TOKEN), ("gotify", "AbcDefGhiJklMno"), ("rocket", "room")],
)
def test_a_message_arrives_once(receiver: Receiver, scheme: str, path: str) -> None:
    who = f"{'a' * 24}%2F{'b' * 24}@" if scheme == "rocket" else ""

    assert send(f"{scheme}://{who}{receiver.place}/{path}") == 1

    ((_, headers, body),) = receiver.got
    said = body.decode().replace("\\", "")  # some are told in Markdown, with signs escaped
    assert "Sign-in" in said
    assert "One in three sign-ins fails." in said
    assert "github" not in said  # no picture that others serve
    assert headers["user-agent"] == "Warroom"


def test_it_is_handed_over_before_a_byte_is_written(receiver: Receiver) -> None:
    """Of a sender that dies right before, nothing arrived."""

    class Died(BaseException):
        pass

    def dies() -> None:
        raise Died

    with pytest.raises(Died):
        apprise.send(f"ntfy://{receiver.place}/alerts", "a", "b", dies)
    assert receiver.got == []


def test_what_the_service_answered_is_said_without_the_secret(receiver: Receiver) -> None:
    receiver.status, receiver.body = 403, f'{{"error": "{TOKEN} is no hook"}}'.encode()

    with pytest.raises(OSError, match=r"answered 403: .*is no hook") as why:
        send(f"mmost://{receiver.place}/{TOKEN}")

    assert TOKEN not in str(why.value)
    assert len(receiver.got) == 1


def test_an_address_that_is_gone_is_refused(receiver: Receiver) -> None:
    receiver.status = 410

    with pytest.raises(Refused, match="gone"):
        send(f"mmost://{receiver.place}/{TOKEN}")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "127.1"])
def test_a_private_address_is_refused(receiver: Receiver, settings: Any, host: str) -> None:
    settings.OUTGOING_ALLOW = []

    with pytest.raises(Refused):
        send(f"mmost://{host}:{receiver.server_address[1]}/{TOKEN}")

    assert (receiver.got, send.calls) == ([], 0)  # type: ignore[attr-defined]


def test_a_name_that_leads_inside_is_refused(receiver: Receiver, settings: Any) -> None:
    """The name of this machine is a name like another."""
    settings.OUTGOING_ALLOW = []

    with pytest.raises(Refused, match="localhost is not an address in the open"):
        send(f"ntfy://localhost:{receiver.server_address[1]}/alerts")

    assert receiver.got == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(receiver: Receiver, status: int) -> None:
    with receiving() as inside:
        receiver.status = status
        receiver.headers = {"Location": f"http://{inside.place}/latest/"}

        with pytest.raises(OSError, match=f"answered {status}"):
            send(f"mmost://{receiver.place}/{TOKEN}")

        assert inside.got == []
    assert len(receiver.got) == 1


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: Any) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.place}")

        send(f"mmost://{receiver.place}/{TOKEN}")

        assert proxy.got == []
    assert len(receiver.got) == 1


def test_nobody_there_is_an_error_and_nothing_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises((OSError, Refused)):
        send(f"mmost://127.0.0.1:{port}/{TOKEN}")

    assert send.calls == 0  # type: ignore[attr-defined]


def test_who_talks_without_end_is_hung_up_on(receiver: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setattr(guarded_requests, "TIMEOUT_SECONDS", 0.5)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(OSError, match=r"no answer \(ConnectionError\)"),  # not a ReadTimeout
    ):
        send(f"mmost://127.0.0.1:{silent.getsockname()[1]}/{TOKEN}")

    assert send.calls == 1  # type: ignore[attr-defined]


def test_a_long_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.status, receiver.body = 500, b"x" * (2 * guarded_requests.MAX_ANSWER_BYTES)

    with pytest.raises(OSError, match=r"answered 500: x+$") as why:
        send(f"mmost://{receiver.place}/{TOKEN}")

    assert len(str(why.value)) < 300


def test_what_is_too_long_keeps_its_link(receiver: Receiver) -> None:
    send(f"mmost://{receiver.place}/{TOKEN}", "word " * 2000 + "\n\nhttps://status.example.test/x")

    ((_, _, body),) = receiver.got
    text = json.loads(body)["text"]
    assert len(text) <= 4000
    assert text.endswith("https://status.example.test/x")


def test_only_apprise_sees_it_and_all_of_apprise(receiver: Receiver) -> None:
    import sys

    send(f"mmost://{receiver.place}/{TOKEN}")

    free = [
        name
        for name, module in sys.modules.items()
        if name.startswith("apprise") and any(one is requests for one in vars(module).values())
    ]
    assert free == []
    assert requests.get(f"http://{receiver.place}/", timeout=5).ok  # others are not held up
    with pytest.raises(Refused):  # and outside of a message, nothing of Apprise's goes out
        sys.modules["apprise.plugins.mattermost"].requests.get(f"http://{receiver.place}/")


def test_no_service_has_another_way_out() -> None:
    """Modules of the services that are told import nothing that opens a connection by itself."""
    import ast
    import inspect
    import sys

    from apprise.manager_plugins import NotificationManager

    apprise.address_violations("spike://x")
    known = NotificationManager()
    odd = {"socket", "subprocess", "http", "urllib3", "httpx", "aiohttp", "smtplib", "websocket"}
    for scheme in SERVICES:
        package = known[scheme].__module__.removesuffix(".base")
        for name in [one for one in sys.modules if one == package or one.startswith(f"{package}.")]:
            tree = ast.parse(inspect.getsource(sys.modules[name]))
            found = {
                word.partition(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.Import | ast.ImportFrom)
                for word in (
                    [one.name for one in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                )
            }
            assert not found & odd, (name, found & odd)


def test_nothing_is_shown_that_could_be_used() -> None:
    assert TOKEN not in apprise.masked_address(f"mmost://chat.example.test/{TOKEN}")
    assert "chat.example.test" in apprise.masked_address(f"mmost://chat.example.test/{TOKEN}")
    assert apprise.masked_address(f"json://{TOKEN}") == "json://…"


@pytest.mark.parametrize(
    "address",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "tgram://123456789:AbcDefGhiJklMnoPqrStuVwxYz012345678/12315544",
        "ntfys://alerts",
        "opsgenie://a1b2c3d4-e5f6-a7b8-c9d0-e1f2a3b4c5d6",
        "pagerduty://" + "A" * 32 + "@" + "B" * 20,
        "matrixs://who:secret@matrix.example.test/!room:matrix.example.test",
        "gchat://AAAABBBB/key-abc/token-def",
        "workflows://prod-1.example.test/" + "a" * 32 + "/" + "b" * 43,
    ],
)
def test_whole_addresses(address: str) -> None:
    assert apprise.address_violations(address) == ()


@pytest.mark.parametrize(
    "address",
    [
        "slack://T1JJ3T3L2/",  # not whole
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general/#other",  # two places
        "mmosts://chat.example.test/Abc9Def8Ghi7?to=one,two",
    ],
)
def test_what_apprise_does_not_take_is_said(address: str) -> None:
    (found,) = apprise.address_violations(address)

    assert found.field == "address"
