"""Once, a moment later."""

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def once(pump: MessagePump, seconds: float, callback: Callable[[], object]) -> None:
    """Call it in the turn of `pump`, in so many seconds.

    Not Textual's `set_timer`, which may skip the only time that there is (`RingdeskApp.set_timer`).
    """
    asyncio.get_running_loop().call_later(seconds, pump.call_later, callback)
