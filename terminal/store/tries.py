"""Wrong tries of a secret, a PIN or a password: each doubles the time until the next is taken.

A try is counted before it is judged, so that nobody gains one by pulling the plug.
"""

from typing import Final

from ringdesk.errors import MustWait

TRIES: Final = 5
"""After so many the wait grows no further; of a PIN no more are taken."""
FIRST_WAIT: Final = 1.0
"""Seconds after the first wrong try; each further one doubles it."""


def counted(wrong: int, waits: float, now: float) -> tuple[int, float]:
    """How many tries were wrong, and until when none is taken, if this one is wrong too. Raises `MustWait`.

    `wrong` and `waits` are so before it; times are seconds since 1970.
    """
    longest = FIRST_WAIT * 2**TRIES  # a clock that was set back must not lock somebody out for years
    if now < waits <= now + longest:
        raise MustWait("too many wrong tries; wait a moment and try again", waits - now)
    return wrong + 1, now + FIRST_WAIT * 2 ** min(wrong, TRIES)
