"""Whether a server is where an address says, before anybody signs in there: by its `/healthz`, or at least by its port."""

import asyncio
import queue
import socket
import ssl
import threading
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import SplitResult

from ringdesk.why import Why
from terminal.sync.address import addressed
from terminal.sync.socket import Unreachable, reason

SECONDS: Final = 5.0
_HTTPS: Final = 443
_OK: Final = 200
_UNAVAILABLE: Final = 503


class Health(StrEnum):
    """What is known of a server. `THERE`: something takes the connection; whether it is the server is not known."""

    WELL = "well"
    UNWELL = "unwell"
    THERE = "there"


def look(url: str, context: ssl.SSLContext | None, seconds: float = SECONDS) -> Health:
    """Ask once. `context` is how a `wss` server proves itself; without one nothing is asked over `wss`, it is only connected to.

    Raises `BadInput` for what is no address, `Unreachable` with what to do; after `seconds` at the latest, whatever the
    resolver does.
    """
    parts = addressed(url)
    answers: queue.SimpleQueue[Health | Why] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(_looked(url, parts, context, seconds)), daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        found = Why("uplink_late", {"where": parts.netloc})
    if isinstance(found, Why):
        raise Unreachable(found)
    return found


def _looked(url: str, parts: SplitResult, context: ssl.SSLContext | None, seconds: float) -> Health | Why:
    host = parts.hostname or ""
    try:
        if parts.scheme == "wss" and context is None:
            socket.create_connection((host, parts.port or _HTTPS), seconds).close()
            return Health.THERE
        return _asked(
            HTTPConnection(host, parts.port, timeout=seconds)
            if context is None
            else HTTPSConnection(host, parts.port, timeout=seconds, context=context)
        )
    except (OSError, ValueError) as error:
        return asyncio.run(reason(error, url))
    except HTTPException:
        return Why("uplink_other", {"where": parts.netloc})


def _asked(connection: HTTPConnection) -> Health:
    """A proxy may let only `/sync` through: any other answer says that something is there."""
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    finally:
        connection.close()
    return {_OK: Health.WELL, _UNAVAILABLE: Health.UNWELL}.get(status, Health.THERE)
