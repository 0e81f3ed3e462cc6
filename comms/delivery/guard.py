"""Addresses that others gave us: what may be reached from here, and what may not.

Checked where the connection is made, on the address that it is made to: a name that leads elsewhere
a moment later, or a redirect, leads nowhere.
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

PATIENCE = 10.0
"""Seconds for one step of an answer; a whole one has the deadline."""

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def may_reach(address: str) -> bool:
    """Whether an IP address is in the open, or in a network that an operator allows."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1] or found
    if any(found in network for network in settings.OUTGOING_ALLOW):
        return True
    return found.is_global and not found.is_multicast


def open_address(host: str, port: int) -> str:
    """The IP address to connect to. One name with one private address among others is refused."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OSError(f"{host} is not known: {error}") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not all(may_reach(one) for one in addresses):
        raise Refused(f"{host} is not an address in the open.")
    return addresses[0]


def refuse_odd(url: str) -> None:
    """Only plain web addresses: a scheme, a host, nothing hidden."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused("Only http and https addresses can be told.")
    if parts.username or parts.password:
        raise Refused("An address with a name and a password in it is not told.")


class _Guarded(httpcore.SyncBackend):
    """Connects to nothing that may not be reached."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            address = open_address(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
        deadline.watch(stream.get_extra_info("socket"))
        return stream

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise Refused("A socket of this machine is not told.")


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: it takes longer than a request."""
    return httpx.create_ssl_context(trust_env=False)


def client() -> httpx.Client:
    """For one request: guarded, without proxies, following nothing."""
    transport = httpx.HTTPTransport(verify=_authorities(), trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_authorities(), network_backend=_Guarded()
    )
    return httpx.Client(transport=transport, timeout=PATIENCE, trust_env=False)
