"""What was refused, came too late to ring or was asked, for the audit: counted, so that nobody can fill the disk with it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec

from server.store.base import Unavailable
from server.store.values import Entry

NOBODY: Final = ""
"""The source of a request to one that does not exist: what was asked for is the sender's own text, and is not kept."""
TOO_OLD: Final = "too_old"
"""The reason for what was taken in, but rings nowhere: by its own time it is of long ago."""
REFUSED: Final = "hook.refused"
LOOKED_UP: Final = "hook.lookup"
PACE: Final = 60.0
"""Seconds between two entries of one source and reason; the first is written at once."""
MOST_KINDS: Final = 64
"""Sources and reasons in one round; what is beyond counts as `other`."""
MOST_PEERS: Final = 5

CHECKED_FOR: Final = "; the signature was checked for "

log = logging.getLogger("ringdesk.server.intake")


class _Count(msgspec.Struct):
    """Requests of one source and reason, the first few addresses that sent them, and the address that was last asked for."""

    times: int = 0
    peers: list[str] = []
    url: str = ""


def detail_of(code: str, times: int, peers: Iterable[str], url: str = "") -> str:
    """What an entry says. `url` is the address for which a signature was checked."""
    return f"{code}: {times} times, from {', '.join(peers)}{CHECKED_FOR if url else ''}{url}"


def read_detail(detail: str) -> tuple[str, int]:
    """The reason in such an entry, and how often."""
    code, _, rest = detail.partition(": ")
    times = rest.partition(" ")[0]
    return code, int(times) if times.isdecimal() and len(times) < 10 else 1


def read_url(detail: str) -> str:
    """The address for which a signature was checked, "" where it covers none."""
    return detail.partition(CHECKED_FOR)[2]


class Refusals:
    """Counts, and writes one entry of audit for each source and reason at a time. `action` is what they are in the audit; the
    same class counts the look-ups of exchanges, whose subject is the member who was told."""

    def __init__(
        self,
        note: Callable[[Entry], Awaitable[None]],
        clock: Callable[[], float],
        pace: float = PACE,
        action: str = REFUSED,
    ) -> None:
        self._note = note
        self._clock = clock
        self._pace = pace
        self._action = action
        self._counts: dict[tuple[str, str, str], _Count] = {}
        self._news = asyncio.Event()

    def add(self, subject: str, code: str, peer: str, actor: str = "server", url: str = "") -> None:
        """One more. `code` is a word of ours, and `url` of the settings, never of the sender."""
        key = (actor, subject, code)
        if key not in self._counts and len(self._counts) >= MOST_KINDS:
            key = (actor, NOBODY, "other")
        count = self._counts.setdefault(key, _Count())
        count.times += 1
        count.url = url
        if peer not in count.peers and len(count.peers) < MOST_PEERS:
            count.peers.append(peer)
        self._news.set()

    def drop(self) -> None:
        """Forget what was counted and is not written yet."""
        self._counts.clear()

    async def run(self) -> None:
        """Write them, until cancelled."""
        while True:
            await self._news.wait()
            await self.flush()
            await asyncio.sleep(self._pace)

    async def flush(self) -> None:
        """Write what was counted; what cannot be written is only logged."""
        self._news.clear()
        counts, self._counts = self._counts, {}
        for (actor, subject, code), count in sorted(counts.items()):
            detail = detail_of(code, count.times, count.peers, count.url)
            if self._action == REFUSED:
                log.warning(REFUSED, extra={"source": subject, "code": code, "times": count.times})
            try:
                await self._note(
                    Entry(at=self._clock(), actor=actor, action=self._action, subject=subject, detail=detail)
                )
            except Unavailable as error:
                log.warning("hook.not_noted", extra={"action": self._action, "error": str(error)})
