"""Standard input and output of a headless command, whatever they are: a pipe, a terminal, a file, /dev/null."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from typing import Final

CHUNK: Final = 65_536
_AHEAD: Final = 4
"""Chunks that are read before they are wanted."""


async def stdin_chunks(descriptor: int = 0) -> AsyncIterator[bytes]:
    """What comes in, until its end. Read by a thread: event loops cannot wait for a file, nor for Windows' console."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue(_AHEAD)

    def read() -> None:
        data = b"-"
        while data:
            try:
                data = os.read(descriptor, CHUNK)
            except OSError:
                data = b""
            try:
                asyncio.run_coroutine_threadsafe(chunks.put(data), loop).result()
            except (RuntimeError, asyncio.CancelledError):  # the loop is over, nobody wants more
                return

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while data := await chunks.get():
        yield data


def write_stdout(data: bytes) -> None:
    """Write all of it, now."""
    view = memoryview(data)
    while view:
        view = view[os.write(1, view) :]
