"""Which call rang last on a line, for bridges that send single requests and give a call no id."""

from typing import Final

_MOST: Final = 1000
"""Lines; beyond it the one that has been silent longest is forgotten."""


class LastRings:
    """What is not known any more (after a restart, or in another server process) makes a call of its own; so nothing may
    depend on it that would be worse than that."""

    def __init__(self) -> None:
        self._calls: dict[str, str] = {}

    def rang(self, line: str, native_id: str) -> None:
        """A call began on the line."""
        self._calls.pop(line, None)
        self._calls[line] = native_id
        if len(self._calls) > _MOST:
            del self._calls[next(iter(self._calls))]

    def last(self, line: str) -> str | None:
        """The call that rang last on the line."""
        return self._calls.get(line)

    def over(self, line: str) -> None:
        """What rings there next is another call."""
        self._calls.pop(line, None)
