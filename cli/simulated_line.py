"""Simulated gear on a real wire: a pseudo terminal, a TCP socket, datagrams. `ringdesk demo`, tests and benchmarks share it."""

import asyncio
import errno
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Self

from ringdesk.calls import Presentation
from ringdesk.errors import BadInput
from ringdesk.simulators import Incoming, SimulatedPeer

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
    """Serves one modem, box or exchange, on any number of wires, inside the running event loop; `async with` closes it.

    Every wire hears all that it says, and what any of them says goes to it.
    """

    def __init__(self, peer: SimulatedPeer, wall: Callable[[], float]) -> None:
        """`wall` gives seconds since 1970."""
        self.peer = peer
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

    async def serve_socket(self, host: str = "127.0.0.1", port: int = 0, scheme: str = "socket") -> str:
        """Listen; 0 is any free port. The URL of the source. Raises BadInput: the address cannot be used."""
        try:
            server = await asyncio.start_server(self._converse, host, port)
        except (OSError, OverflowError) as error:
            raise BadInput(_cannot_listen(host, port, error)) from error
        self._servers.append(server)
        bound = server.sockets[0].getsockname()
        return f"{scheme}://[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"{scheme}://{bound[0]}:{bound[1]}"

    async def send_to(self, host: str, port: int) -> str:
        """Send datagrams to a listener, from a port of its own; the URL of the source that should hear them.

        Raises BadInput: there is no way to that address.
        """
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self._received), remote_addr=(host, port), allow_broadcast=True
            )
        except (OSError, OverflowError, UnicodeError) as error:
            raise BadInput(f"there is no way to {host}:{port}; check the address ({error})") from error
        self._outputs.add(transport.sendto)
        self._closers.append(transport.close)
        self.peer.opened(self._wall())
        self._planned.set()
        self._nobody_speaks()
        return f"udp://[{host}]:{port}" if ":" in host else f"udp://{host}:{port}"

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
        self._nobody_speaks()
        return f"serial://{os.ttyname(device)}"

    async def ready(self, quiet: float = 1.0) -> None:
        """Wait for a listener: until it is ready for calls, or has come and then said nothing for `quiet` seconds. One that was
        hung up on is none."""
        await self._heard.wait()
        while not self.peer.ready:
            self._heard.clear()
            try:
                async with asyncio.timeout(quiet):
                    await self._heard.wait()
            except TimeoutError:
                if not self.peer.hangs_up:
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
        await self.call(Incoming(number=number, name=name, presentation=presentation, rings=rings, cadence=cadence))

    async def call(self, call: Incoming) -> None:
        """A call comes now; returns when all has been said of it."""
        seconds = self.peer.call(call, self._wall())
        self._planned.set()
        await asyncio.sleep(seconds + _MARGIN)

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
            for say in tuple(self._outputs) if (said := self.peer.due(self._wall())) else ():
                say(said)
            due = self.peer.next_due
            with suppress(TimeoutError):
                async with asyncio.timeout(None if due is None else max(0.0, due - self._wall())):
                    await self._planned.wait()

    def _nobody_speaks(self) -> None:
        """A box cannot wait for words of its listener, and on most wires not even know that there is one."""
        if not self.peer.hears:
            self._heard.set()

    def _received(self, data: bytes) -> bytes:
        answer = self.peer.received(data, self._wall())
        self._heard.set()
        self._planned.set()
        return answer

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(data: bytes) -> None:
            if writer.transport.get_write_buffer_size() < _BACKLOG:
                writer.write(data)

        task = asyncio.current_task()
        self._conversations[task] = writer.transport.abort
        self._outputs.add(say)
        if greeting := self.peer.opened(self._wall()):
            say(greeting)
        self._nobody_speaks()
        with suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                say(self._received(data))
                if self.peer.hangs_up:
                    break
        self._outputs.discard(say)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        del self._conversations[task]


class _Datagrams(asyncio.DatagramProtocol):
    """Hears the answers; where nobody listens yet nothing is lost but the datagram."""

    def __init__(self, received: Callable[[bytes], bytes]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._received(data)
