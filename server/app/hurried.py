"""HTTP for people in a hurry: who has not said a whole request within seconds, and kilobytes, is not worth a connection."""

import asyncio
import socket
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ringdesk.wire import limits
from server.app.door import leave
from server.hub.outlet import Exposed

SEND_BUFFER: Final = 64 * limits.KIB
"""Bytes that the kernel holds for a line. With the megabytes that it would take, a line of 64 kbit/s looks dead for
minutes before the next byte leaves our buffer, and a dead one alive."""
MAX_HEAD: Final = 64 * limits.KIB
"""Bytes of a request's head; ours have some hundred, those of providers some thousand."""
MAX_REQUEST: Final = 2 * 1024 * limits.KIB
"""Bytes of a request with its body: more than anything here takes, so that who sends somewhat too much can read that."""


class Hurried(HttpToolsProtocol):
    """uvicorn's HTTP protocol with an end to waiting: it has none of its own before the first request (slowloris), and none
    for a body. Providers keep a connection for many requests: each has its own time and bytes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The clock runs from the first moment."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._read = self._chunk = 0
        self._in_head = True
        self._whole = False
        self._deadline = self.loop.call_later(limits.UNAUTHENTICATED_SECONDS, self._too_late)

    def data_received(self, data: bytes) -> None:
        """Count what comes of a request, when it is known how much of it is its head."""
        self._chunk = len(data) if self._whole or not self._read else 0
        self._read += len(data)
        super().data_received(data)
        if self._read > (MAX_HEAD if self._in_head else MAX_REQUEST):
            self.transport.abort()

    def on_message_begin(self) -> None:
        """The next request, with a time of its own. One that begins behind another in the same bytes is not charged for it."""
        super().on_message_begin()
        self._read, self._chunk = self._chunk, 0
        self._in_head = True
        self._whole = False
        self._start_clock()

    def on_headers_complete(self) -> None:
        """The body follows."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it was said; the time until the answer is not the peer's."""
        self._whole = True
        self._deadline.cancel()
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:
            self._start_clock()

    def on_response_complete(self) -> None:
        """It was answered; a body that still comes has what is left of its time."""
        if self._whole:
            self._start_clock()
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        """From here on the session has its own limits."""
        self._deadline.cancel()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone in time."""
        self._deadline.cancel()
        leave(self.app_state)
        super().connection_lost(exc)

    def _start_clock(self) -> None:
        self._deadline.cancel()
        self._deadline = self.loop.call_later(limits.UNAUTHENTICATED_SECONDS, self._too_late)

    def _too_late(self) -> None:
        self.transport.abort()


class Upgraded(Exposed):
    """The websocket that such a connection became."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone: the door need not count it any more."""
        leave(self.app_state)
        super().connection_lost(exc)
