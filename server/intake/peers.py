"""Who asks: the address at the other end, or whom an own proxy names (`X-Forwarded-For`)."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import Request

from ringdesk.errors import BadInput

Network = IPv4Network | IPv6Network


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


def peer_of(request: Request, proxies: Sequence[Network]) -> str:
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


def _is_own(peer: IPv4Address | IPv6Address, proxies: Sequence[Network]) -> bool:
    return any(peer in network for network in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
