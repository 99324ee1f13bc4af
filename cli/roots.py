"""What only a composition root owns: the clock, the source of ids, the source of randomness."""

import secrets
import sys
import time
from typing import Final
from uuid import uuid4

from ringdesk.ids import Uuid7Source
from terminal.serverclock import ServerClock


def wall() -> float:
    """Seconds since 1970."""
    return time.time()


def steady() -> float:
    """Seconds that run on whatever the wall clock does, also while the machine sleeps where the system can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic()


CLOCK: Final = ServerClock(wall, steady)
"""The clock of the desk of this process. Its store, its link and its lines, and the screen before there is a desk, read it."""


def new_ids() -> Uuid7Source:
    """A source of UUIDv7 on the real clock and the operating system's randomness."""
    return Uuid7Source(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)


def random_id() -> str:
    """A random UUID: epochs and other ids that must not tell when they were made."""
    return str(uuid4())


def random_bytes(count: int) -> bytes:
    """`count` bytes fit for keys."""
    return secrets.token_bytes(count)
