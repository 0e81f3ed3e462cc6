"""Protection against requests to internal networks through addresses that users entered.

Checked when the connection is opened, on the IP address that it is opened to, so that neither DNS
rebinding nor a redirect gets around it.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.conf import settings

from comms.delivery import Refused, deadline

STEP_TIMEOUT_SECONDS = 10.0
"""For one step of an exchange; ``deadline`` limits the whole."""

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
"""All that was ever given out as global unicast; what lies beside it is for special uses."""

_DOCUMENTATION = ipaddress.ip_network("3fff::/20")
"""RFC 9637, which ``is_global`` does not know everywhere."""

_LOCAL_TRANSLATION = ipaddress.ip_network("64:ff9b:1::/48")
"""A translator inside a network (RFC 8215): where it puts the IPv4 address is its own affair."""

_IPV4_INSIDE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",  # NAT64 (RFC 6052)
        "::/96",  # IPv4-compatible (RFC 4291), with "::" and "::1"
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
    )
)
"""Networks whose last 32 bits are the address of an IPv4 host."""


def may_reach(address: str) -> bool:
    """Whether an IP address is public, or in a network that the operator allows.

    An IPv6 address that leads to an IPv4 host counts as that host.
    """
    ip: Address = ipaddress.ip_address(address.partition("%")[0])
    inner = _inner_ipv4(ip) if isinstance(ip, ipaddress.IPv6Address) else None
    if any(one in network for network in settings.OUTGOING_ALLOW for one in (ip, inner) if one):
        return True
    return _is_public(ip if inner is None else inner) and ip not in _LOCAL_TRANSLATION


def _is_public(ip: Address) -> bool:
    if ip.is_multicast or ip.is_reserved:
        return False
    if ip.version == 6 and (ip not in _PUBLIC_IPV6 or ip in _DOCUMENTATION):
        return False
    return ip.is_global


def _inner_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 host that an address of a transition mechanism leads to."""
    if found := ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]:
        return found
    if any(ip in network for network in _IPV4_INSIDE):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def resolve_public_address(host: str, port: int) -> str:
    """The IP address to connect to. A name with any private address is refused."""
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OSError(f"{host} is not known: {error}") from error
    addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
    if not addresses or not all(may_reach(address) for address in addresses):
        raise Refused(f"{host} is not an address in the open.")
    return addresses[0]


def check_url(url: str) -> None:
    """Refuse everything but plain web addresses: http or https, a host, no credentials."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused("Only http and https addresses can be told.")
    if parts.username or parts.password:
        raise Refused("An address with a name and a password in it is not told.")


class _Guarded(httpcore.SyncBackend):
    """Connects only to addresses that may be reached."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            address = resolve_public_address(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
        deadline.watch(stream.get_extra_info("socket"))
        return stream

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise Refused("A socket of this machine is not told.")


@cache
def _authorities() -> ssl.SSLContext:
    """Cached, since loading takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)


def client() -> httpx.Client:
    """A client for one request: guarded, without proxies and redirects."""
    transport = httpx.HTTPTransport(verify=_authorities(), trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_authorities(), network_backend=_Guarded()
    )
    return httpx.Client(transport=transport, timeout=STEP_TIMEOUT_SECONDS, trust_env=False)
