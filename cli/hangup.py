"""The end of the terminal: its window was closed, its line was cut. A desk without one ends; it neither hangs nor spins.

SIGHUP says so only to a process that the terminal controls, and only to one whose event loop is not stuck in a write that
nobody will ever read. So a thread of its own waits for the hang-up of the terminal itself.
"""

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

GRACE: Final = 5.0
"""Seconds for an end in order; drafts are on the disk a third of a second after they were typed."""
STATUS: Final = 129
"""What a shell says of a program that SIGHUP ended: 128 and its number."""


@contextmanager
def ended_by_signal(loop: asyncio.AbstractEventLoop, end: Callable[[], object]) -> Iterator[None]:
    """While it lasts: the first SIGTERM or SIGHUP calls `end`, which keeps what is half-typed; one more ends the process where
    it stands. Where a loop takes no signals (Windows) the system ends it."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def give_back() -> None:
        for name in names:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(getattr(signal, name))

    def told() -> None:
        give_back()
        end()

    for name in names:
        with suppress(NotImplementedError):
            loop.add_signal_handler(getattr(signal, name), told)
    try:
        yield
    finally:
        give_back()


@contextmanager
def ended_by_hangup(terminal: int, loop: asyncio.AbstractEventLoop, end: Callable[[], object]) -> Iterator[None]:
    """While it lasts: when the terminal (a file descriptor) hangs up, `end` is called in the loop; if that has not led out
    of here after `GRACE`, the process ends where it stands. Where there is no `poll` (Windows) the system ends it."""
    if not hasattr(select, "poll"):
        yield
        return
    over = threading.Event()
    here, there = os.pipe()

    def watch() -> None:
        poll = select.poll()
        poll.register(terminal, 0)  # hang-up and error are told unasked
        poll.register(here, select.POLLIN)
        if any(fd == here for fd, _ in poll.poll()):
            return
        loop.call_soon_threadsafe(end)
        if not over.wait(GRACE):
            os._exit(STATUS)

    thread = threading.Thread(target=watch, name="hang-up", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        os.close(there)
        thread.join()
        os.close(here)
