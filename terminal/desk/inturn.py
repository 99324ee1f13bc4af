"""What waits for the call flow: whoever has much to say waits for itself, not everybody else with it."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class InTurn(asyncio.Queue[tuple[str, T]], Generic[T]):
    """A queue of (who, what): it takes one of each in turn, and what one of them has to say in its order."""

    def _init(self, maxsize: int) -> None:
        self._waiting: dict[str, deque[tuple[str, T]]] = {}

    def _put(self, item: tuple[str, T]) -> None:
        self._waiting.setdefault(item[0], deque()).append(item)

    def _get(self) -> tuple[str, T]:
        who = next(iter(self._waiting))
        own = self._waiting.pop(who)
        item = own.popleft()
        if own:
            self._waiting[who] = own  # behind the others
        return item

    def qsize(self) -> int:
        """How much waits."""
        return sum(map(len, self._waiting.values()))

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting
