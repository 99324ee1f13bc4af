"""Websockets that have not said hello yet, and how many of them there may be.

Whoever opens many and says nothing must not keep a desk out, least of all one behind the same address: so of one too many the
oldest of the address goes, of those first that never said a word, and the newcomer comes in. Who means it says hello within
a moment. Each has `UNAUTHENTICATED_SECONDS` at most.
"""

from collections.abc import Callable
from typing import Final

MOST_AT_ONE: Final = 64
"""From one address."""
MOST: Final = 256
"""Of all addresses together."""
FEW: Final = 2
"""From one address these are few: none of them goes for somebody else."""


class Stranger:
    """One websocket until it is known. `origin` is the address that it counts for; `go` makes it leave."""

    def __init__(self, origin: str, go: Callable[[], None]) -> None:
        self.origin = origin
        self.go = go
        self.turned_out = False


class Strangers:
    """Who is there, by address, the oldest first."""

    def __init__(self) -> None:
        self._silent: dict[str, dict[Stranger, None]] = {}
        self._heard: dict[str, dict[Stranger, None]] = {}
        self._count = 0

    def admit(self, one: Stranger) -> bool:
        """Whether it may come in; another one may have to go for it."""
        if self._at(one.origin) >= MOST_AT_ONE:
            self._turn_out(one.origin)
        elif self._count >= MOST:
            crowd = max({**self._silent, **self._heard}, key=self._at)
            if self._at(crowd) < FEW:
                return False
            self._turn_out(crowd)
        self._silent.setdefault(one.origin, {})[one] = None
        self._count += 1
        return True

    def heard(self, one: Stranger) -> None:
        """It said something that can be read: those that say nothing go before it."""
        if self._remove(self._silent, one):
            self._heard.setdefault(one.origin, {})[one] = None

    def release(self, one: Stranger) -> None:
        """It is known now, or gone. Twice is no error."""
        self._count -= self._remove(self._silent, one) or self._remove(self._heard, one)

    def _at(self, origin: str) -> int:
        return len(self._silent.get(origin, ())) + len(self._heard.get(origin, ()))

    def _turn_out(self, origin: str) -> None:
        oldest = next(iter(self._silent.get(origin) or self._heard[origin]))
        self.release(oldest)
        oldest.turned_out = True
        oldest.go()

    @staticmethod
    def _remove(among: dict[str, dict[Stranger, None]], one: Stranger) -> bool:
        own = among.get(one.origin)
        if own is None or one not in own:
            return False
        del own[one]
        if not own:
            del among[one.origin]
        return True
