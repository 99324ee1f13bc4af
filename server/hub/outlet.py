"""The way out to one terminal. Nothing here ever waits: what does not fit stays with the hub, as a cursor.

The direct way writes frames that were built once to the transport (measured: 1.3 times the floor, against 2.5 for awaited
sends). It needs the transport, which `Exposed` hands over. It leans on three attributes of uvicorn's class (`transport`,
`close_sent`, `writable`): uvicorn is pinned to the minor version, a test looks at them, and `PlainOutlet` is the way
without them.
"""

import asyncio
from collections import deque
from typing import Any, Final, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

CAP: Final = 256 * 1024
"""Bytes that may wait for one terminal. Changes beyond it are sent later, from its cursor, as one newer page."""


def framed(payload: bytes) -> bytes:
    """A text frame as a server sends it (RFC 6455, section 5.2): unmasked, so the same bytes serve every terminal."""
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Exposed(WebSocketsSansIOProtocol):
    """uvicorn's websocket protocol that shows itself to the application in `scope["state"]`, and when it was last heard."""

    def handle_connect(self, event: Any) -> None:
        """The handshake: the scope is made from a copy of this state."""
        self.app_state = {**self.app_state, "connection": self}
        super().handle_connect(event)

    def data_received(self, data: bytes) -> None:
        """Any byte counts: a large frame on a slow line is no silence."""
        self.heard = self.loop.time()
        super().data_received(data)


class Outlet(Protocol):
    """How frames leave."""

    def offer(self, payload: bytes, frame: bytes | None = None) -> None:
        """Send, in order. `frame` is the payload already framed, where several terminals get it."""

    def backlog(self) -> int:
        """Bytes that wait."""

    def taken(self) -> int:
        """Bytes that the peer's side took, ever: stands still when the peer is stalled."""

    def heard(self) -> float | None:
        """When a byte was last received, by the loop's clock; None where that cannot be known."""

    async def ready(self) -> None:
        """Wait until little waits."""

    def abort(self) -> None:
        """Drop the line at once."""


class DirectOutlet:
    """Writes to the transport."""

    def __init__(self, connection: Exposed) -> None:
        self._connection = connection
        self._sent = 0

    def offer(self, payload: bytes, frame: bytes | None = None) -> None:
        """Write whole frames only; a closing line takes none."""
        connection = self._connection
        if connection.close_sent or connection.transport.is_closing():
            return
        data = framed(payload) if frame is None else frame
        self._sent += len(data)
        connection.transport.write(data)

    def backlog(self) -> int:
        """What the transport holds."""
        return self._connection.transport.get_write_buffer_size()

    def taken(self) -> int:
        """What left the transport."""
        return self._sent - self.backlog()

    def heard(self) -> float | None:
        """See `Exposed`."""
        return self._connection.heard

    async def ready(self) -> None:
        """uvicorn's own flow control: set below the transport's low water."""
        await self._connection.writable.wait()

    def abort(self) -> None:
        """Without a close frame: the peer does not read."""
        self._connection.transport.abort()


class PlainOutlet:
    """Sends through ASGI, one writer task, for servers that do not expose their transport."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._queue: deque[bytes] = deque()
        self._waiting = 0
        self._sent = 0
        self._writer: asyncio.Task[None] | None = None

    def offer(self, payload: bytes, frame: bytes | None = None) -> None:
        """Queue; the framing is the server's."""
        self._queue.append(payload)
        self._waiting += len(payload)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while self._queue:
            payload = self._queue.popleft()
            try:
                await self._websocket.send_text(payload.decode())
            except (WebSocketDisconnect, RuntimeError):
                self._queue.clear()
            self._waiting -= len(payload)
            self._sent += len(payload)
        self._waiting = 0

    def backlog(self) -> int:
        """What was queued and not sent."""
        return self._waiting

    def taken(self) -> int:
        """What was sent."""
        return self._sent

    def heard(self) -> float | None:
        """Not known here."""
        return None

    async def ready(self) -> None:
        """Until the queue is empty."""
        if self._writer is not None:
            await asyncio.shield(self._writer)

    def abort(self) -> None:
        """Stop sending; the session's end closes the line."""
        self._queue.clear()
        if self._writer is not None:
            self._writer.cancel()


def outlet_of(websocket: WebSocket) -> Outlet:
    """The best way out that this server offers."""
    connection = websocket.scope.get("state", {}).get("connection")
    return DirectOutlet(connection) if isinstance(connection, Exposed) else PlainOutlet(websocket)
