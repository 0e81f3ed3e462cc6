"""Who asks, behind the proxies that are trusted to say so."""

from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

type Network = IPv4Network | IPv6Network

IPV6_PREFIX = 64
"""Bits of an IPv6 address that are one household or host: it takes a new one as it likes."""


def client_address(peer: str, forwarded_for: str, trusted: Collection[Network]) -> str:
    """The address of the client: ``peer``, or what trusted proxies wrote in ``X-Forwarded-For``.

    Read from the right: each trusted proxy vouches for the one that it names; the first that is not
    trusted is the client, whatever it says itself.
    """
    address = peer
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    while hops and is_in(address, trusted):
        named = _without_port(hops.pop())
        if not _is_address(named):
            break
        address = named
    return address


def network_of(address: str) -> str:
    """What limits count by: an IPv4 address, or the network of an IPv6 address."""
    if not _is_address(address):
        return address
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ip_network(f"{ip}/{IPV6_PREFIX}", strict=False))
    return str(ip)


def is_in(address: str, networks: Collection[Network]) -> bool:
    """Whether an address, if it is one, is in any of the networks."""
    return _is_address(address) and any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _without_port(text: str) -> str:
    """Some proxies add the port: ``192.0.2.1:5000``, ``[2001:db8::1]:5000``."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
