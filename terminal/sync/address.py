"""The address of a server as it is typed. Light to import, for it is looked at before the first paint."""

from urllib.parse import SplitResult, urlsplit

from ringdesk.errors import BadInput


def addressed(url: str) -> SplitResult:
    """The parts of a server's address. Raises `BadInput` for one that can never work."""
    try:
        parts = urlsplit(url)
        found = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        found = False
    if not found:
        raise BadInput(f"{url!r} is no address of a server; write wss://HOST:PORT/sync")
    if parts.path in ("", "/"):
        raise BadInput(f"the address of a server ends in /sync; write {parts.scheme}://{parts.netloc}/sync")
    return parts
