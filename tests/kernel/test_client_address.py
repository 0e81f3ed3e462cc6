"""Who asks is what trusted proxies say, and nobody else."""

from ipaddress import ip_network

import pytest

from kernel.client_address import client_address, network_of

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        pytest.param("203.0.113.9", "", "203.0.113.9", id="no proxy"),
        pytest.param("203.0.113.9", "1.2.3.4", "203.0.113.9", id="a client that says so itself"),
        pytest.param("10.0.0.2", "203.0.113.9", "203.0.113.9", id="one proxy"),
        pytest.param("10.0.0.2", "1.2.3.4, 203.0.113.9", "203.0.113.9", id="forged in front"),
        pytest.param("10.0.0.2", "203.0.113.9, 10.1.1.1", "203.0.113.9", id="two proxies"),
        pytest.param("10.0.0.2", "10.3.3.3, 10.1.1.1", "10.3.3.3", id="all of them ours"),
        pytest.param("10.0.0.2", "", "10.0.0.2", id="a proxy that says nothing"),
        pytest.param("10.0.0.2", "unknown", "10.0.0.2", id="a proxy that does not know"),
        pytest.param("10.0.0.2", "203.0.113.9:4711", "203.0.113.9", id="with a port"),
        pytest.param("2001:db8:1::5", "[2001:db8:9::1]:80", "2001:db8:9::1", id="IPv6"),
        pytest.param("", "203.0.113.9", "", id="a socket of the machine"),
    ],
)
def test_the_client_is_the_first_that_is_not_trusted(
    peer: str, forwarded: str, client: str
) -> None:
    assert client_address(peer, forwarded, TRUSTED) == client


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:9:1::5", "2001:db8:9:1::/64"),
        ("2001:db8:9:1:ffff::7", "2001:db8:9:1::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
    ],
)
def test_limits_count_by_network(address: str, network: str) -> None:
    assert network_of(address) == network
