"""Limits media requests to public hosts over https, whatever a name resolves to and wherever a redirect leads.

Addresses come from files that anyone may propose in a pull request, and CI runs in networks with private hosts.
So each connection goes to an IP address that was checked, never to a name that could resolve differently a second time.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from urllib.request import getproxies, proxy_bypass

import httpx2

from bufferctl.model.hosts import PRIVATE_NAMES, IPAddress, is_public

#: Finds the IP addresses of a host from its name and port. Raises OSError if there are none.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


class NotPublicError(httpx2.TransportError):
    """Nothing was sent: the address is not https, or its host is not public. The text is a predicate."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host from the system's resolver. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class PublicOnly(httpx2.AsyncBaseTransport):
    """Sends each request to a checked IP address; raises NotPublicError if there is none.

    `loopback`: this machine is allowed too, also over plain http. `inner` and `resolver` replace the network in
    tests. A proxy set in the environment is used as usual; then only names can be checked.
    """

    def __init__(
        self, *, loopback: bool, inner: httpx2.AsyncBaseTransport | None = None, resolver: Resolver = resolve
    ) -> None:
        # Connections are not kept: the pool would reuse them by IP address, for another host with another certificate.
        limits = httpx2.Limits(max_keepalive_connections=0)
        self._loopback, self._resolver = loopback, resolver
        self._direct = inner or httpx2.AsyncHTTPTransport(trust_env=False, limits=limits)
        proxy = None if inner else getproxies().get("https")
        self._proxy = httpx2.AsyncHTTPTransport(proxy=proxy, limits=limits) if proxy else None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.userinfo:
            raise NotPublicError("contains a user name or password")
        proxy = self._proxy if self._proxy and not proxy_bypass(url.host) else None
        if proxy is not None:  # it would resolve private names itself
            is_private = "." not in url.host or url.host.endswith(PRIVATE_NAMES)
            with suppress(ValueError):  # it is a name
                is_private |= not is_public(ipaddress.ip_address(url.host))
            if is_private:
                raise NotPublicError(f"is on {url.host}, which is not on the public internet")
            self._check_scheme(url, local=False)
            return await proxy.handle_async_request(request)
        for address in await self._addresses(url):
            try:
                return await self._direct.handle_async_request(_to(address, request))
            except httpx2.ConnectError as error:
                failed = error
        raise failed

    async def aclose(self) -> None:
        await self._direct.aclose()
        if self._proxy:
            await self._proxy.aclose()

    async def _addresses(self, url: httpx2.URL) -> list[IPAddress]:
        """The checked addresses of a host, at least one."""
        try:
            names = await self._resolver(_name(url), url.port or (443 if url.scheme == "https" else 80))
            found = [ipaddress.ip_address(name.partition("%")[0]) for name in names]
        except (OSError, OverflowError, ValueError):
            found = []
        if not found:
            raise httpx2.ConnectError(f"host {url.host} was not found")
        local = self._loopback and all(address.is_loopback for address in found)
        self._check_scheme(url, local=local)
        if not local and not all(map(is_public, found)):
            raise NotPublicError(f"is on {url.host}, which is not on the public internet")
        return found

    @staticmethod
    def _check_scheme(url: httpx2.URL, *, local: bool) -> None:
        if url.scheme != "https" and not (local and url.scheme == "http"):
            raise NotPublicError("is not https")


def _name(url: httpx2.URL) -> str:
    """The host name as it appears in DNS and in certificates."""
    return url.raw_host.decode("ascii")


def _to(address: IPAddress, request: httpx2.Request) -> httpx2.Request:
    """The same request, sent to this address; the Host header and the name checked in the certificate stay the same."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _name(request.url)},
    )
