"""uvicorn behind a door of our own."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable

import uvicorn

from ringdesk.wire import limits
from server.app.door import GUEST, Door, Guest
from server.app.hurried import Hurried
from server.pacing import Paced


class Hushed(logging.Filter):
    """Of what uvicorn warns of in the log, which is all that peers bring about, each thing now and then, with `times`; what
    failed in an application is always said."""

    def __init__(self) -> None:
        super().__init__()
        self._paces: dict[str, Paced] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is said."""
        if record.levelno != logging.WARNING:
            return True
        times = self._paces.setdefault(str(record.msg), Paced()).count()
        record.__dict__["times"] = times
        return times > 0


class Listening(uvicorn.Server):
    """uvicorn with a door of our own (its listener gives a silent peer the 60 s of asyncio for the TLS handshake), without its
    signal handlers, which belong to the command, and with a word when it is ready."""

    def __init__(self, config: uvicorn.Config, door: Door, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._door = door
        self._ready = ready
        self._open: list[asyncio.Task[None]] = []

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """None are captured."""
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in whoever comes, then say so."""
        await self.lifespan.startup()
        self.servers = []
        self._open = [asyncio.create_task(self._door.take_in(each, self._receive)) for each in sockets or ()]
        self.started = True
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nobody in any more, then send away whoever is there."""
        for each in self._open:
            each.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await super().shutdown(sockets)

    async def _receive(self, connection: socket.socket, guest: Guest) -> None:
        """Raises `OSError` where the TLS handshake fails, or takes too long."""
        config = self.config

        def protocol() -> asyncio.Protocol:
            state = {**self.lifespan.state, GUEST: guest}
            return Hurried(config=config, server_state=self.server_state, app_state=state)

        transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
            protocol,
            connection,
            ssl=config.ssl,
            ssl_handshake_timeout=limits.UNAUTHENTICATED_SECONDS if config.ssl else None,
        )
        guest.close = transport.abort
        if config.ssl:
            guest.shook_hands()
