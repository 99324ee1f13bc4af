"""A telephone exchange for benchmarks: modem lines on ptys of their own, which ring so many times a second, in a thread."""

import heapq
import itertools
import os
import selectors
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import Final, NamedTuple, Self

from benchmarks.pop import Caller, modem_port

RING: Final = b"\r\nRING\r\n"
NUMBER_AFTER: Final = 0.02
"""Seconds from the ring to its number."""
STEP: Final = 0.01
"""Seconds between two looks at the clock."""


class _Said(NamedTuple):
    """Bytes that a line says at a time (perf_counter)."""

    at: float
    order: int
    master: int
    data: bytes


class Exchange:
    """`lines` modems, as a context manager; together they ring `rate` times a second, in turn.

    A desk is given `sources`. `ready` are the modems that it has set up, `rung` counts the calls.
    """

    def __init__(self, lines: int, rate: float, crowd: Sequence[Caller]) -> None:
        self._stack = ExitStack()
        ports = [self._stack.enter_context(modem_port()) for _ in range(lines)]
        self._masters = [master for master, _ in ports]
        self._crowd = itertools.cycle(crowd)
        self._step = 1 / rate
        self._ringing = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.ready: set[int] = set()
        self.rung = 0
        gap = lines / rate / 2  # half the time between two calls of a line: the ringing before has ended
        self.sources = [f"serial://{port}?line={at}&ring-gap={gap}" for at, (_, port) in enumerate(ports, 1)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._stack.close()

    def ring(self) -> None:
        """Calls come from now on."""
        self._ringing.set()

    def rest(self) -> None:
        """No more calls."""
        self._ringing.clear()

    def _run(self) -> None:
        waiting: list[_Said] = []
        order = itertools.count()
        turn = itertools.cycle(self._masters)
        next_call = 0.0
        with selectors.DefaultSelector() as heard:
            for master in self._masters:
                heard.register(master, selectors.EVENT_READ)
            while not self._over.is_set():
                for key, _ in heard.select(STEP):
                    self._answer(key.fd)
                now = time.perf_counter()
                if self._ringing.is_set() and now >= next_call:
                    next_call = max(next_call, now - self._step) + self._step
                    line, caller = next(turn), next(self._crowd)
                    number = f"DATE = 1122\r\nTIME = 1338\r\nNMBR = {caller.number}\r\n".encode()
                    heapq.heappush(waiting, _Said(now, next(order), line, RING))
                    heapq.heappush(waiting, _Said(now + NUMBER_AFTER, next(order), line, number))
                    self.rung += 1
                while waiting and waiting[0].at <= now:
                    said = heapq.heappop(waiting)
                    with suppress(BlockingIOError):
                        os.write(said.master, said.data)

    def _answer(self, master: int) -> None:
        """The modem's part of the initialisation: OK to every command."""
        with suppress(BlockingIOError):
            commands = os.read(master, 4096)
            os.write(master, b"\r\nOK\r\n" * commands.count(b"\r"))
            if b"CID=1\r" in commands:
                self.ready.add(master)
