"""A line that can be spoiled: a TCP relay between a desk and its server, in threads of the test."""

import contextlib
import socket
import struct
import threading
import time
from typing import Final, Literal

Way = Literal["up", "down"]
"""`up` is from the desk to the server."""
CHUNK: Final = 1024
LOOPBACK: Final = "127.0.0.1"


class Line:
    """Relays until it is told otherwise. What was spoiled stays so: only a new connection is sound again.

    Attributes:
        address: where the desk connects to.
        rate: bytes a second in each way; 0: as fast as it goes. Changed, it counts at once, for what is under way too.
        delay: seconds by which everything is late.
        carried: bytes that passed so far, by way.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._listener = socket.create_server((LOOPBACK, 0))
        self.address = f"{LOOPBACK}:{self._listener.getsockname()[1]}"
        self.rate = 0
        self.delay = 0.0
        self.carried: dict[Way, int] = {"up": 0, "down": 0}
        self.connections = 0
        self._room: dict[Way, int | None] = {"up": None, "down": None}
        self._held: dict[Way, threading.Event] = {"up": threading.Event(), "down": threading.Event()}
        self._swallowed: set[socket.socket] = set()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._refuses = threading.Event()
        self.go_on()
        threading.Thread(target=self._accept, daemon=True).start()

    # --- how it is spoiled

    def cut_after(self, way: Way, count: int) -> None:
        """Pass `count` bytes more in that way, then reset the connection: wherever in a frame that is."""
        self._room[way] = count

    def swallow(self) -> None:
        """The connections of now carry nothing any more, and nobody is told."""
        with self._lock:
            self._swallowed |= self._open

    def hold(self, way: Way) -> None:
        """Read no byte in that way until `go_on`."""
        self._held[way].clear()

    def go_on(self) -> None:
        for event in self._held.values():
            event.set()

    def down(self) -> None:
        """Cut all connections, and refuse every one until `up`."""
        self._refuses.set()
        self._cut()

    def up(self) -> None:
        self._refuses.clear()

    def close(self) -> None:
        self.go_on()
        self._listener.close()
        self._cut()

    def _cut(self) -> None:
        with self._lock:
            for each in self._open | self._swallowed:
                _reset(each)

    # --- how it carries

    def _accept(self) -> None:
        while True:
            try:
                desk, _ = self._listener.accept()
            except OSError:
                return
            if self._refuses.is_set():
                _reset(desk)
                continue
            host, _, port = self._server.rpartition(":")
            try:
                server = socket.create_connection((host, int(port)), timeout=5)
            except OSError:
                _reset(desk)
                continue
            server.settimeout(None)
            with self._lock:
                self.connections += 1
                self._open |= {desk, server}
            threading.Thread(target=self._carry, args=(desk, server, "up"), daemon=True).start()
            threading.Thread(target=self._carry, args=(server, desk, "down"), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, way: Way) -> None:
        try:
            while self._held[way].wait() and (data := source.recv(min(CHUNK, self.rate or CHUNK))):
                if self.delay:
                    time.sleep(self.delay)
                if source in self._swallowed:
                    continue
                room = self._room[way]
                if room is not None:
                    self._room[way] = room - len(data) if room >= len(data) else None
                    target.sendall(data[:room])
                    if room < len(data):
                        break
                else:
                    target.sendall(data)
                self.carried[way] += len(data)
                if self.rate:
                    time.sleep(len(data) / self.rate)
        except OSError:
            pass
        with self._lock:
            self._open -= {source, target}
        if source not in self._swallowed:
            _reset(source)
            _reset(target)


def _reset(line: socket.socket) -> None:
    """Close with a reset: nothing that waits is delivered."""
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
