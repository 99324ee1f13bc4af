"""Whether the server can save, told to everybody who is connected: a full disk must not look like a quiet day.

It is found out by the writes that fail. From then on a small one is tried again and again, until it is done and leaves room
for more.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from ringdesk.safetext import SafeText
from ringdesk.wire.messages import CAN_SAVE, CANNOT_SAVE, ServerNotice
from server.store.base import Store

LOOK: Final = 1.0
"""Seconds between two looks."""
FULL: Final = ServerNotice(
    code=CANNOT_SAVE,
    message=SafeText("the server cannot save now: make room on its disk; what you write is kept here and sent later"),
)
WELL: Final = ServerNotice(code=CAN_SAVE, message=SafeText("the server can save again"))

log = logging.getLogger("ringdesk.server.saving")


class Saving:
    """Looks at the store, and says through `tell` when it fails and when it works again."""

    def __init__(self, store: Store, tell: Callable[[ServerNotice], None]) -> None:
        self._store = store
        self._tell = tell
        self._failed = False
        self._seen = 0

    @property
    def fails(self) -> bool:
        """Whether what is pushed now is likely not to be saved."""
        return self._failed or self._store.failures != self._seen

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self.look()
            except Exception:
                log.exception("saving.look_failed")

    async def look(self) -> None:
        """Act on what happened since the last look."""
        if not self.fails:
            return
        before = self._store.failures
        if not self._failed:
            self._turn(failed=True)
        elif await self._store.can_write() and self._store.failures == before:
            self._turn(failed=False)
        self._seen = self._store.failures

    def _turn(self, *, failed: bool) -> None:
        self._failed = failed
        log.log(logging.ERROR if failed else logging.WARNING, "saving.failed" if failed else "saving.again")
        self._tell(FULL if failed else WELL)
