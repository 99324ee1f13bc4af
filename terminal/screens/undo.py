"""What can be taken back: the last few things that one key did, each with what undoes it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from ringdesk.safetext import SafeText

if TYPE_CHECKING:
    from terminal.screens.errands import Errand

KEPT: Final = 9


class Undo:
    """The newest first."""

    def __init__(self) -> None:
        self._kept: list[tuple[Callable[[], SafeText], Errand]] = []

    def add(self, done: Callable[[], SafeText], back: "Errand") -> None:
        """`done` says what was done in the language in force when it is asked, `back` takes it back and says so."""
        self._kept.insert(0, (done, back))
        del self._kept[KEPT:]

    def forget(self, back: "Errand") -> None:
        """It was taken back another way."""
        self._kept = [(done, each) for done, each in self._kept if each is not back]

    def forget_all(self) -> None:
        """Another person sits down: what was done was not theirs to take back."""
        self._kept.clear()

    def labels(self) -> list[SafeText]:
        """What was done."""
        return [done() for done, _ in self._kept]

    def take(self, index: int) -> "Errand | None":
        """The errand that takes it back; it can be taken back once."""
        return self._kept.pop(index)[1] if 0 <= index < len(self._kept) else None
