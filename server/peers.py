"""Who asks: the address at the other end, or whom an own proxy names (`X-Forwarded-For`)."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.requests import HTTPConnection

from ringdesk.errors import BadInput

Network = IPv4Network | IPv6Network

CUSTOMER: Final = 64
"""Bits of an IPv6 address that tell one customer from another; the others are his own to choose (RFC 6177, section 2)."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """The proxies of the settings. Raises `BadInput`."""
    found: list[Network] = []
    for text in texts:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError as error:
            raise BadInput(
                f"server.proxies: {text!r} is no address or network; write it as in 10.0.0.5 or 10.1.0.0/16"
            ) from error
    return tuple(found)


def peer_of(request: HTTPConnection, proxies: Sequence[Network]) -> str:
    """The address of whoever asks, "" if nobody knows it. Of the addresses in the header only those count that an own proxy
    wrote: read from the right, up to the first that is no own proxy."""
    peer = _address("" if request.client is None else request.client.host)
    named = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    while peer is not None and named and _is_own(peer, proxies):
        before = _address(named.pop().strip())
        if before is None:
            break
        peer = before
    return "" if peer is None else str(peer)


def customer(peer: str) -> str:
    """Whom an address counts for: itself, of IPv6 its /64. What is no address stays as it is."""
    address = _address(peer)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, CUSTOMER), strict=False))
    return peer if address is None else str(address)


def is_own(host: str, proxies: Sequence[Network]) -> bool:
    """Whether it is the address of an own proxy."""
    address = _address(host)
    return address is not None and _is_own(address, proxies)


def _is_own(peer: IPv4Address | IPv6Address, proxies: Sequence[Network]) -> bool:
    return any(peer in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Some proxies write the port behind it: `192.0.2.1:40000`, `[2001:db8::1]:40000`."""
    bare = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
