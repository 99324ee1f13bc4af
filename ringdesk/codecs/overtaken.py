"""Which event of a telephone is the newest, by the source's own time: its requests overtake each other."""

from typing import Final

_MOST: Final = 5000
"""Telephones in calls; beyond it the one of which was heard longest ago is forgotten."""


class Newest:
    """What is not known any more (after a restart, or in another server process) is the newest."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], int] = {}

    def overtaken(self, call: str, telephone: str, told: int) -> bool:
        """Whether something newer was heard of the telephone in this call; else this is the newest now. `told` is in any unit."""
        known = self._told.pop((call, telephone), told)
        self._told[call, telephone] = max(known, told)
        if len(self._told) > _MOST:
            del self._told[next(iter(self._told))]
        return told < known
