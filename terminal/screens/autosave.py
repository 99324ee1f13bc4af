"""What is typed is kept without a key: a moment after a change, and again where that failed."""

from typing import Final

from textual.message_pump import MessagePump

from terminal.screens.errands import DRAFT, Errands
from terminal.screens.later import once
from terminal.screens.writing import Writing

DRAFT_AFTER: Final = 0.3
"""Seconds after a change until the draft is written."""
DRAFT_AGAIN: Final = 5.0
"""Seconds after which one that could not be written is tried again: room may have been made on the disk."""


class Autosave:
    """The drafts of the notes, written in the turn of `pump`. `due`: whether there is something to write soon."""

    def __init__(self, pump: MessagePump, writing: Writing, errands: Errands) -> None:
        self.due = False
        self._pump = pump
        self._writing = writing
        self._errands = errands

    def later(self) -> None:
        """Keep what is written, a moment later."""
        if not self.due:
            self.due = True
            once(self._pump, DRAFT_AFTER, self.now)

    def now(self) -> None:
        """Keep what is written, now."""
        self.due = False
        if not self._errands.run(DRAFT, self._keep):
            self.later()  # the one that is being written does not have the last keys

    async def _keep(self) -> None:
        try:
            await self._writing.keep()
        except Exception:
            once(self._pump, DRAFT_AGAIN, self.now)
            raise
