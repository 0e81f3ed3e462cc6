"""Where webhooks may not lead, whatever the name says."""

import socket
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from comms.delivery import Refused, guard


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "0.0.0.0",
        "10.0.0.8",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::5",
        "::ffff:10.0.0.8",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "198.18.0.1",
        "::",
        "::127.0.0.1",
        "::10.0.0.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::8.8.8.8",
        "2001:0:7f00:1::1",
        "fec0::1",
        "feff::1",
        "100::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "4000::1",
        "ff0e::1",
    ],
)
def test_what_is_not_in_the_open(address: str) -> None:
    assert not guard.may_reach(address)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "1.1.1.1",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
        "64:ff9b::101:101",
        "::ffff:1.1.1.1",
    ],
)
def test_what_is(address: str) -> None:
    assert guard.may_reach(address)


def test_an_operator_may_allow_a_network(settings) -> None:  # type: ignore[no-untyped-def]
    settings.OUTGOING_ALLOW = [ip_network("10.1.0.0/16")]

    assert guard.may_reach("10.1.2.3")
    assert guard.may_reach("::ffff:10.1.2.3")
    assert not guard.may_reach("10.2.2.3")


@pytest.fixture
def here() -> Iterator[int]:
    """A port of this machine on which somebody listens, and hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server.getsockname()[1]
        with pytest.raises(TimeoutError):
            server.accept()


SPELLINGS = [
    "localhost",
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "127.1",
    "0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[fec0::1]",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_this_machine_is_reached(here: int, host: str) -> None:
    with guard.client() as client, pytest.raises((Refused, OSError, ValueError)) as why:
        client.post(f"http://{host}:{here}/")

    assert isinstance(why.value, Refused) or "ConnectError" in type(why.value).__name__


@pytest.mark.parametrize("host", ["0177.0.0.1", "017700000001", "0x7f.1"])
def test_octal_and_mixed_forms_are_what_they_resolve_to(host: str) -> None:
    with pytest.raises((Refused, OSError)):
        guard.resolve_public_address(host, 443)


@pytest.mark.parametrize(
    "addresses",
    [["93.184.216.34", "127.0.0.1"], ["2606:4700:4700::1111", "64:ff9b::7f00:1"], ["::127.0.0.1"]],
    ids=["one of two", "the second by NAT64", "IPv4-compatible"],
)
def test_a_name_with_any_inner_address_is_refused(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(None, None, None, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(Refused):
        guard.resolve_public_address("hooks.example", 443)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.com/", "http:///nobody", "http://a:b@example.com/", "x"],
)
def test_only_plain_web_addresses(url: str) -> None:
    with pytest.raises(Refused):
        guard.check_url(url)
