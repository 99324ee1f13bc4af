"""Once, a moment later."""

import asyncio
from collections.abc import Callable

from textual.message_pump import MessagePump


def once(pump: MessagePump, seconds: float, callback: Callable[[], object]) -> None:
    """Call it in the turn of `pump`, in so many seconds.

    Not Textual's `set_timer` (8.2): it skips a time that is over when its task first looks at the clock, and a timer that
    has only one is then never heard of again. A thread that comes in between is enough.
    """
    asyncio.get_running_loop().call_later(seconds, pump.call_later, callback)
