"""Ids: UUIDv7 for what a terminal makes, uuid5 for what several must agree on. Clock and randomness come from outside."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

RINGDESK_NAMESPACE: Final = UUID("6f2b0c4e-7d0a-5b3e-9c55-7269726e6764")
"""Namespace of our uuid5 ids (source ids, call ids)."""


class Uuid7Source:
    """Makes UUIDv7 strings (RFC 9562, section 5.7) that sort by the order in which they were made.

    `wall_ms` gives milliseconds since 1970; `random_bytes(n)` gives n random bytes. The 12 bits `rand_a` are a counter
    within one millisecond; a clock that steps back, or a full counter, goes on from the last millisecond used. The id
    orders nothing between machines.
    """

    def __init__(self, wall_ms: Callable[[], int], random_bytes: Callable[[int], bytes]) -> None:
        self._wall_ms = wall_ms
        self._random_bytes = random_bytes
        self._last_ms = -1
        self._counter = 0

    def __call__(self) -> str:
        """The next id, in the usual 36 characters."""
        now = self._wall_ms()
        if now > self._last_ms:
            self._last_ms, self._counter = now, 0
        else:
            self._counter += 1
            if self._counter > 0xFFF:
                self._last_ms, self._counter = self._last_ms + 1, 0
        tail = int.from_bytes(self._random_bytes(8), "big") & (1 << 62) - 1
        value = self._last_ms << 80 | 0x7 << 76 | self._counter << 64 | 0b10 << 62 | tail
        return str(UUID(int=value))


def is_uuid(text: str) -> bool:
    """Whether it is a UUID of any version in the usual 36 characters, in lower case."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def is_agreed(text: str) -> bool:
    """Whether it is an id that follows from something else (uuid5), which whoever knows that can foretell."""
    return is_uuid(text) and UUID(text).version == 5


def source_id(device: str, url: str) -> str:
    """The id of a source that the settings do not name: uuid5 of device and URL (contracts.md 2)."""
    return str(uuid5(RINGDESK_NAMESPACE, f"{device} {url}"))


def space_of(source: str) -> UUID:
    """The namespace of a source's calls. However a UUID is written it is the same; a source that is none is first made one."""
    try:
        return UUID(source)
    except ValueError:
        return uuid5(RINGDESK_NAMESPACE, source)


def call_id(source: str, native_id: str) -> str:
    """The id of a call: uuid5(source id, native id) (contracts.md 4)."""
    return str(uuid5(space_of(source), native_id))


@lru_cache(maxsize=4096)
def callback_id(call: str) -> str:
    """The id of the task to call back after a call: one per call, whoever makes it (sync.md 5)."""
    return str(uuid5(RINGDESK_NAMESPACE, f"callback {call}"))


def goes_on(row_id: str, merged_into: Callable[[str], str | None]) -> str:
    """The id under which a call or a member goes on; `merged_into` says to which an id leads, None where it goes on itself.

    Ids that lead round in a circle, as only bad data can make them, go on as the smallest of the circle: the same at every
    replica, wherever it begins.
    """
    way = {row_id: None}
    last = row_id
    while (after := merged_into(last)) is not None:
        if after in way:
            known = list(way)
            return min(known[known.index(after) :])
        way[after] = None
        last = after
    return last
