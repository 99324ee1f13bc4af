"""A simulated modem on a real wire: a pseudo terminal or a TCP socket. `ringdesk demo`, tests and benchmarks share it."""

import asyncio
import errno
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self

from ringdesk.calls import Presentation
from ringdesk.errors import BadInput
from ringdesk.simulators.modem import SimulatedModem

_CHUNK: Final = 4096
_BACKLOG: Final = 65_536
"""Bytes that may wait for a peer that does not read; then bytes are lost, as at a real port."""

_MARGIN: Final = 0.05
"""Seconds after the last ring until `ring` returns: it has been said by then."""

Output = Callable[[bytes], None]


def _cannot_listen(host: str, port: int, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"something listens at {host}:{port} already; end it, or choose another port (0 is any free one)"
    if number == errno.EACCES:
        return f"this user may not listen at port {port}; choose one above 1023 (0 is any free one)"
    return f"{host} is no address of this machine; choose another, as in 127.0.0.1:0"


class SimulatedLine:
    """Serves one modem, on any number of wires, inside the running event loop; `async with` closes it.

    Every wire hears all that the modem says, and what any of them says goes to the modem.
    """

    def __init__(self, modem: SimulatedModem, wall: Callable[[], float]) -> None:
        """`wall` gives seconds since 1970."""
        self.modem = modem
        self._wall = wall
        self._outputs: set[Output] = set()
        self._closers: list[Callable[[], None]] = []
        self._servers: list[asyncio.Server] = []
        self._conversations: dict[asyncio.Task[None] | None, Callable[[], None]] = {}
        self._planned = asyncio.Event()
        self._heard = asyncio.Event()
        self._clock: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._clock = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def serve_socket(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen; 0 is any free port. The URL of the source. Raises BadInput: the address cannot be used."""
        try:
            server = await asyncio.start_server(self._converse, host, port)
        except (OSError, OverflowError) as error:
            raise BadInput(_cannot_listen(host, port, error)) from error
        self._servers.append(server)
        bound = server.sockets[0].getsockname()
        return f"socket://[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"socket://{bound[0]}:{bound[1]}"

    def serve_pty(self) -> str:
        """Make a pseudo terminal; the URL of the source. Raises BadInput: this system has none (Windows)."""
        try:
            import tty
        except ImportError as error:
            raise BadInput("this system has no pseudo terminals; use --listen 127.0.0.1:0") from error
        master, device = os.openpty()
        # our own hold of the device keeps the pty alive while nobody listens
        tty.setraw(device)
        os.set_blocking(master, False)

        def say(data: bytes) -> None:
            with suppress(BlockingIOError):
                os.write(master, data)

        loop = asyncio.get_running_loop()
        loop.add_reader(master, lambda: say(self._received(os.read(master, _CHUNK))))
        self._outputs.add(say)

        def close() -> None:
            self._outputs.discard(say)
            loop.remove_reader(master)
            os.close(master)
            os.close(device)

        self._closers.append(close)
        return f"serial://{os.ttyname(device)}"

    async def ready(self, quiet: float = 1.0) -> None:
        """Wait for a listener: until it has switched caller ID on, or has spoken and then said nothing for `quiet` seconds."""
        await self._heard.wait()
        while not self.modem.mode:
            self._heard.clear()
            try:
                async with asyncio.timeout(quiet):
                    await self._heard.wait()
            except TimeoutError:
                return

    async def ring(
        self,
        number: str | None,
        name: str | None = None,
        presentation: Presentation = Presentation.SHOWN,
        rings: int = 2,
        cadence: float = 6.0,
    ) -> None:
        """A call comes now; returns after its last ring. `cadence` is seconds from ring to ring."""
        self.modem.ring(number, name, presentation, rings=rings, cadence=cadence, now=self._wall())
        self._planned.set()
        # the data comes between the first two rings, and also where there is no second
        await asyncio.sleep(max((rings - 1) * cadence, min(2.0, cadence / 2)) + _MARGIN)

    async def close(self) -> None:
        """Pull every plug."""
        if self._clock is not None:
            self._clock.cancel()
            with suppress(asyncio.CancelledError):
                await self._clock
            self._clock = None
        for server in self._servers:
            server.close()
        while self._closers:
            self._closers.pop()()
        conversations = dict(self._conversations)
        for hang_up in conversations.values():
            hang_up()
        await asyncio.gather(*filter(None, conversations))
        while self._servers:
            await self._servers.pop().wait_closed()

    async def _run(self) -> None:
        """Say what the line does, when it is due."""
        while True:
            self._planned.clear()
            for say in tuple(self._outputs) if (said := self.modem.due(self._wall())) else ():
                say(said)
            due = self.modem.next_due
            with suppress(TimeoutError):
                async with asyncio.timeout(None if due is None else max(0.0, due - self._wall())):
                    await self._planned.wait()

    def _received(self, data: bytes) -> bytes:
        answer = self.modem.received(data, self._wall())
        self._heard.set()
        return answer

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(data: bytes) -> None:
            if writer.transport.get_write_buffer_size() < _BACKLOG:
                writer.write(data)

        task = asyncio.current_task()
        self._conversations[task] = writer.transport.abort
        self._outputs.add(say)
        with suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                say(self._received(data))
        self._outputs.discard(say)
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()
        del self._conversations[task]
