"""HTTP for people in a hurry: who has not said a whole request within seconds, and kilobytes, is not a terminal."""

import asyncio
import socket
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ringdesk.wire import limits

SEND_BUFFER: Final = 64 * limits.KIB
"""Bytes that the kernel holds for a line. With the megabytes that it would take, a line of 64 kbit/s looks dead for
minutes before the next byte leaves our buffer, and a dead one alive."""
MAX_HEAD: Final = 64 * limits.KIB
"""Bytes of a request with its body; ours have some hundred."""


class Hurried(HttpToolsProtocol):
    """uvicorn's HTTP protocol with an end to waiting: it has none of its own before the first request (slowloris)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The clock runs from the first moment."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._read = 0
        self._deadline = self.loop.call_later(limits.UNAUTHENTICATED_SECONDS, self._too_late)

    def data_received(self, data: bytes) -> None:
        """Count what comes before the upgrade or the answer."""
        self._read += len(data)
        if self._read > MAX_HEAD:
            self.transport.abort()
            return
        super().data_received(data)

    def handle_websocket_upgrade(self) -> None:
        """From here on the session has its own limits."""
        self._deadline.cancel()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone in time."""
        self._deadline.cancel()
        super().connection_lost(exc)

    def _too_late(self) -> None:
        self.transport.abort()
