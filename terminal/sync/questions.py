"""What this end asked the server and waits for: a sign-in, and whether it is there. All are given up with the session."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ringdesk.why import Why
from ringdesk.wire.messages import Denied, Granted, Pong
from terminal.sync.socket import Unreachable


class Questions:
    """Those under way, each for as long as somebody waits for its answer."""

    def __init__(self) -> None:
        self._logins: dict[str, asyncio.Future[Granted | Denied]] = {}
        self._pongs: dict[float, asyncio.Future[None]] = {}
        self._refs = 0

    @contextmanager
    def login(self) -> Iterator[tuple[str, asyncio.Future[Granted | Denied]]]:
        """The `ref` of a sign-in, and what will be said to it."""
        self._refs += 1
        ref = f"login-{self._refs}"
        said = self._logins[ref] = asyncio.get_running_loop().create_future()
        try:
            yield ref, said
        finally:
            self._logins.pop(ref, None)

    @contextmanager
    def ping(self, at: float) -> Iterator[asyncio.Future[None]]:
        """What ends when the pong comes to a ping of that time."""
        pong = self._pongs[at] = asyncio.get_running_loop().create_future()
        try:
            yield pong
        finally:
            self._pongs.pop(at, None)

    def answered(self, message: Granted | Denied | Pong) -> None:
        """The server answers; to what nobody asked, nothing comes of it."""
        if isinstance(message, Pong):
            pong = self._pongs.get(message.at)
            if pong is not None and not pong.done():
                pong.set_result(None)
            return
        said = self._logins.get(message.ref)
        if said is not None and not said.done():
            said.set_result(message)

    def give_up(self) -> None:
        """The session is over. Whoever waits is told: raises `Unreachable` there."""
        asked: list[asyncio.Future[Any]] = [*self._logins.values(), *self._pongs.values()]
        for each in asked:
            if not each.done():
                each.set_exception(Unreachable(Why("uplink_down")))
