"""Whether a line still moves: judged by bytes, not by frames, so that a slow line is not taken for a dead one."""

from typing import Final

import msgspec

from ringdesk.why import Why
from ringdesk.wire import limits

MOVING: Final = 4096
"""Received bytes that count as an answer on its way; heartbeats alone are less."""


class Timings(msgspec.Struct, frozen=True):
    """Seconds. `watchdog`: work under way and no answer. `first`, `longest`: the pause before the line is opened again."""

    tick: float = 1.0
    ping: float = limits.PING_SECONDS
    silence: float = limits.SILENCE_SECONDS
    progress: float = limits.PROGRESS_SECONDS
    watchdog: float = 30.0
    greeting: float = 20.0
    login: float = 10.0
    first: float = 0.5
    longest: float = 10.0


class Sample(msgspec.Struct, frozen=True):
    """A line at one moment: bytes received so far, bytes that nobody has taken yet, messages so far that were no
    heartbeat, and whether the server owes one."""

    received: int = 0
    unsent: int = 0
    answers: int = 0
    busy: bool = False


class Watch:
    """Looks at a line once a tick."""

    def __init__(self, times: Timings, now: float, first: Sample) -> None:
        self._times = times
        self._last = first
        self._answered_bytes = first.received
        self._heard = self._sent = self._answered = now

    def look(self, now: float, sample: Sample) -> Why | None:
        """Why the line is to be cut at `now`; None while it moves."""
        last, self._last = self._last, sample
        if sample.received != last.received:
            self._heard = now
        if sample.unsent < last.unsent or not sample.unsent:
            self._sent = now
        moving = sample.received - self._answered_bytes >= MOVING
        if moving or not sample.busy or not last.busy or sample.answers != last.answers:
            self._answered, self._answered_bytes = now, sample.received
        if now - self._heard >= self._times.silence:
            return Why("uplink_mute")
        if now - self._sent >= self._times.progress:
            return Why("uplink_stuck")
        if now - self._answered >= self._times.watchdog:
            return Why("uplink_silent")
        return None
