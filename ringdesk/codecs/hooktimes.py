"""When a webhook says that what it tells happened.

Most providers sign no time, but many tell one. It is believed only as far as it makes a request older than its receipt: who
sends a recorded request again cannot change what is in it where that is signed, and has no reason to where it is not. What
is too old for a call that rings is told with its own time, so that it is a fact of the past and never rings.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

OLD: Final = 900.0
"""Seconds before its receipt: what is older rang long ago. The clocks of providers and this machine's differ by less."""
OLD_BY_THE_WALL: Final = 36 * 3600.0
"""The same of a time without a zone, or of the clock of a box or an exchange: no zone is further away than 14 hours."""
NO_CLOCK: Final = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
"""What claims to be older was told by a clock that nobody set since its power went, and says nothing."""

_SECONDS: Final = re.compile(r"[0-9]{9,11}(\.[0-9]{1,9})?")
_MILLIS: Final = re.compile(r"[0-9]{12,14}")
_UNIQUE: Final = re.compile(r"(?:[^/]{0,64}-)?([0-9]{10})\.[0-9]{1,10}", re.ASCII)
"""Asterisk's unique id: the time in seconds and a counter, perhaps after the name of the system (`systemname`)."""
_RANDOM: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_LONG: Final = re.compile(r"[1-9][0-9]{14,}")
"""sipgate's ids: more digits than anybody counts to."""


def at(said: str, now: float) -> float:
    """When it happened: `now`, unless `said` is a time that is too old to ring. Understood are seconds and milliseconds since
    1970, ISO 8601 (also with a slash or a space) and RFC 5322 dates; anything else says nothing."""
    found = _read(said.strip())
    if found is None:
        return now
    seconds, sure = found
    return _if_old(seconds, now, OLD if sure else OLD_BY_THE_WALL)


def at_by_id(native_id: str, now: float) -> float:
    """The same, of an id of a call that begins and that carries the time."""
    found = _UNIQUE.fullmatch(native_id)
    return now if found is None else _if_old(float(found[1]), now, OLD_BY_THE_WALL)


def counted(native_id: str) -> bool:
    """Whether the id may be another call's one day, for its exchange may count from 1 each morning. Not so where it is random,
    longer than a counter, or carries the time by a clock that was set."""
    stamp = _UNIQUE.fullmatch(native_id)
    if stamp is not None and float(stamp[1]) >= NO_CLOCK:
        return False
    return not (_RANDOM.fullmatch(native_id) or _LONG.fullmatch(native_id))


def clock_was_set(said: str) -> bool:
    """Whether a date and time is one of a clock that runs: a clock that begins anew when the power comes back says the same
    twice."""
    found = _read(said.strip())
    return found is not None and found[0] >= NO_CLOCK


def _if_old(seconds: float, now: float, old: float) -> float:
    return seconds if NO_CLOCK <= seconds < now - old else now


def _read(said: str) -> tuple[float, bool] | None:
    """Seconds since 1970, and whether the zone is known."""
    if len(said) > 64:
        return None
    if _SECONDS.fullmatch(said):
        return float(said), True
    if _MILLIS.fullmatch(said):
        return float(said) / 1000, True
    for read, text in ((datetime.fromisoformat, said.replace("/", "-")), (parsedate_to_datetime, said)):
        try:
            found = read(text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp(), found.tzinfo is not None
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
