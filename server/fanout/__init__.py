"""That there is news, told within one process; readers go by their cursor, so a lost or doubled wake does no harm."""

import asyncio


class Wake:
    """Poked by whoever commits, awaited by the reader of the change log."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def poke(self) -> None:
        """There may be something new."""
        self._event.set()

    async def wait(self, timeout: float) -> None:  # noqa: ASYNC109 - the end of the wait is no error
        """Until somebody pokes, or `timeout` seconds: another process commits without a word."""
        try:
            async with asyncio.timeout(timeout):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
