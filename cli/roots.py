"""What only a composition root owns: the clock, the source of ids, the source of randomness."""

import secrets
import time
from uuid import uuid4

from ringdesk.ids import Uuid7Source


def wall() -> float:
    """Seconds since 1970."""
    return time.time()


def new_ids() -> Uuid7Source:
    """A source of UUIDv7 on the real clock and the operating system's randomness."""
    return Uuid7Source(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)


def random_id() -> str:
    """A random UUID: epochs and other ids that must not tell when they were made."""
    return str(uuid4())


def random_bytes(count: int) -> bytes:
    """`count` bytes fit for keys."""
    return secrets.token_bytes(count)
