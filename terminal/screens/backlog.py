"""What waits for a terminal that does not read: Ctrl+S on the line, a window that hangs. Nothing of the desk waits with it.

Textual's writer thread takes what is drawn from a queue of thirty; a full queue stops whoever puts something into it, which
is the event loop: calls, sync and drafts would stand still. So its bound is taken away, and frames are left out instead.
"""

from queue import Queue
from typing import Final

MOST: Final = 24
"""Writes that may wait before frames are left out: eight frames (each with its beginning and its end), and more than the
terminal is told before the first of them."""
LOOK_AGAIN: Final = 0.1
"""Seconds between two looks whether the terminal has read what waited."""


def backlog(driver: object) -> int:
    """How many writes wait for the terminal; none can be made to wait for a place among them any more.

    0 where there is no queue that we know: without a terminal, or under another Textual (a test tells).
    """
    queue = getattr(getattr(driver, "_writer_thread", None), "_queue", None)
    if not isinstance(queue, Queue):
        return 0
    queue.maxsize = 0
    return queue.qsize()
