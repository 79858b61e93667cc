"""Connections to other machines that may be trusted to end, and to stay outside.

Every address is checked at the moment it is connected to, so that a name that changes its address between two look-ups gains
nothing; every read ends at one deadline, however slowly the other side drips.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore2

from corpus.errors import FetchError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CONNECT = 10.0
"""Seconds for one connection to be made."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also where it is wrapped in an IPv6 one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return found.is_global and not found.is_multicast


class Wire(httpcore2.NetworkBackend):
    """Connects for one download, its redirects included.

    The first connection tells where the address that a person gave lies. When that is on the public internet, no later one may
    lead into a private network.

    Args:
        deadline: on the clock of ``time.monotonic``.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self._public_only: bool | None = None

    def left(self, limit: float | None = None) -> float:
        """Seconds left, at most ``limit``.

        Raises:
            httpcore2.ReadTimeout: none are.
        """
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore2.ReadTimeout
        return seconds if limit is None else min(seconds, limit)

    def check(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to.

        Raises:
            FetchError: there is no such host, or it lies in a private network where it may not.
        """
        try:
            found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise FetchError("fetch-host", host=host, reason=error) from error
        public = [address for address in found if is_public(address)]
        if self._public_only is None:
            self._public_only = bool(public)
        if self._public_only and not public:
            raise FetchError("fetch-private", host=host)
        return public if self._public_only else found

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in self.check(host, port):
            try:
                limit = self.left(_CONNECT)
                stream = httpcore2.SyncBackend().connect_tcp(address, port, limit, local_address, socket_options)
                return _TimedStream(stream, self)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise FetchError("fetch-host", host=host, reason=failure) from failure

    def visit(self, url: str) -> None:
        """Check where an address lies before anything is asked about it.

        Raises:
            FetchError: see ``check``.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        # Behind a proxy names are looked up there, and it decides where its users may go; numbers can be checked here as well.
        if _proxy(url) is None or _is_address(host):
            self.check(host, parts.port or 0)

    def pool(self, url: str) -> httpcore2.ConnectionPool:
        """Connections for an address, through the proxy that the environment names, if any."""
        context, proxy = ssl.create_default_context(), _proxy(url)
        if proxy is None:
            return httpcore2.ConnectionPool(ssl_context=context, network_backend=self)
        return httpcore2.HTTPProxy(proxy, ssl_context=context, network_backend=_ToProxy(self.deadline))


class _ToProxy(Wire):
    """Connects to a proxy, which may well stand in the private network."""

    def check(self, host: str, port: int) -> list[str]:
        return [host]


class _TimedStream(httpcore2.NetworkStream):
    """A connection of which every read and write ends before the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, wire: Wire) -> None:
        self._stream, self._wire = stream, wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._wire.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._wire.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._wire.left(timeout))
        return _TimedStream(stream, self._wire)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return proxy if proxy and not proxy_bypass(parts.hostname or "") else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
