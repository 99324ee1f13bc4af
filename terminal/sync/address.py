"""The address of a server as it is typed. Light to import, for it is looked at before the first paint."""

import ipaddress
import unicodedata
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ringdesk.errors import BadInput
from ringdesk.why import Why, register

register(
    {
        "server_no_address": (
            "'{address}' is no address of a server; write `shop-server.local:8780`, or in full wss://HOST:PORT/sync"
        ),
        "server_no_sync": "the address of a server ends in /sync; write {example}",
    }
)

PORT: Final = 8780
"""Where a server of a business listens, as its instructions start it."""


def spelled_out(text: str) -> str:
    """The whole address of a server as people name it, by the one rule of setup, settings and flags.

    Without `ws://` or `wss://` it is a host, with its port or without: port 8780, encrypted (`wss://`) but on this machine.
    With it host and port are meant as they stand. A path that is missing is `/sync`. What is none stays as it is.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    bare = bool(text) and "://" not in text
    try:
        parts = urlsplit(f"//{text}" if bare else text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return text
    if not host or parts.query or parts.fragment or (not bare and parts.scheme not in ("ws", "wss")):
        return text
    scheme = parts.scheme
    netloc = parts.netloc
    if bare:
        scheme = "ws" if is_loopback(host) else "wss"
        netloc = netloc if port is not None else f"{netloc.rstrip(':')}:{PORT}"
    return f"{scheme}://{netloc}{parts.path if parts.path.strip('/') else '/sync'}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by name or number."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_host(host: str) -> bool:
    """Whether it can be a host: an IP address, or a name. Digits and dots alone that are no whole address are a typing error,
    though the resolver would make some address of them."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        is_name = all(label and label.replace("-", "").replace("_", "").isalnum() for label in labels)
        return is_name and not labels[-1].isdecimal()
    return True


def addressed(url: str) -> SplitResult:
    """The parts of a server's whole address. Raises `BadInput` for one that can never work."""
    try:
        parts = urlsplit(url)
        found = parts.scheme in ("ws", "wss") and is_host(parts.hostname or "") and parts.port != 0 and " " not in url
    except ValueError:
        found = False
    if not found:
        raise BadInput(Why("server_no_address", {"address": url}))
    if parts.path in ("", "/"):
        raise BadInput(Why("server_no_sync", {"example": f"{parts.scheme}://{parts.netloc}/sync"}))
    return parts
