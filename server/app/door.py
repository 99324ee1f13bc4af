"""The door: who has come in and not yet said who it is, and how many of them there may be.

A connection costs a descriptor before it has said a byte, and a process has only so many. So those that are not known yet
are counted, all together and, while they have not finished their TLS handshake, for each address. Of one too many the oldest
of the address with too many goes: many may be behind an address, and who means it is through within a moment, so that
nobody who only holds lines open keeps the others out. What comes by an own proxy counts for those for whom it asks. Each has
`UNAUTHENTICATED_SECONDS` for its handshake, then as much for its request. Whoever proved itself by a secret goes for nobody,
up to half of all for one address. Whoever said hello is no longer counted.
"""

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from server.pacing import Paced
from server.peers import Network, customer, is_own

if sys.platform != "win32":
    import resource

MOST_AT_ONE: Final = 64
"""Connections of one address that have not finished their handshake. Whoever is closed for that comes again within seconds."""
FEWEST: Final = 128
MOST: Final = 1024
"""Bounds of how many there may be of all addresses together. One costs a quarter of a megabyte while it shakes hands."""
FEW: Final = 2
"""Connections of one address that are few: none of them goes for somebody else."""
SHARE: Final = 4
"""One in so many descriptors is for them; the rest is for terminals, the database and the log."""
PAUSE: Final = 0.2
"""Seconds until the next try, when the system has no descriptor or memory for one more connection."""

GUEST: Final = "guest"
"""Under which a connection finds its guest in its state (the ASGI scope's `state`)."""

log = logging.getLogger("ringdesk.server.door")


def descriptors() -> int:
    """How many files and connections this process may have open, after asking for as many as it may ask for."""
    if sys.platform == "win32":
        return MOST * SHARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS calls the hard limit unlimited, and grants less
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return MOST * SHARE if soft == resource.RLIM_INFINITY else soft


def _nothing() -> None:
    pass


class Guest:
    """A connection that is counted until it is known, or gone. Each step may be taken twice.

    Attributes:
        origin: whom it counts for; "" for one that counts for itself alone.
        proxied: it comes by an own proxy, which asks for others, a request each.
        close: closes it, whatever it is at.
    """

    def __init__(self, door: "Door", origin: str, *, proxied: bool = False) -> None:
        self._door = door
        self.origin = origin
        self.proxied = proxied
        self.close: Callable[[], object] = _nothing

    def shook_hands(self) -> None:
        """Its TLS handshake is done: it is no longer one of those of its address that hold a line open and say nothing."""
        self._door.hear(self)

    def asks_for(self, host: str) -> None:
        """An own proxy says whose its next request is: from now on it counts for that address."""
        self._door.name(self, host)

    def believed(self) -> None:
        """A secret or a signature of its request was checked (again): it goes for nobody else, only for too many of its own
        kind. A provider sends the webhooks of many calls from a few addresses, over connections that it keeps."""
        self._door.believe(self)

    def leave(self) -> None:
        """It said hello, or is gone: it is no longer counted."""
        self._door.release(self)


Receive = Callable[[socket.socket, Guest], Awaitable[None]]


class _Origin(msgspec.Struct):
    """The guests of one address, the oldest first: those who said nothing yet, those who shook hands, and those who are
    believed, of whom the one who proved itself longest ago is the first."""

    silent: dict[Guest, None] = {}
    shaken: dict[Guest, None] = {}
    believed: dict[Guest, None] = {}

    @property
    def crowd(self) -> int:
        """How many there are who may have to go for somebody else."""
        return len(self.silent) + len(self.shaken)

    @property
    def oldest(self) -> Guest:
        """Who has to go first: who says nothing before who shook hands."""
        return next(iter(self.silent or self.shaken))


class Door:
    """Counts who is in front of it. `descriptors` are those of the process; behind `proxies` are many, at one address.
    `on_full` is called now and then while all places are taken."""

    def __init__(
        self, descriptors: int, proxies: Sequence[Network] = (), on_full: Callable[[], object] = _nothing
    ) -> None:
        self._most = min(max(descriptors // SHARE, FEWEST), MOST)
        self._proxies = proxies
        self._guests: set[Guest] = set()
        self._origins: dict[str, _Origin] = {}
        self._on_full = on_full
        self._turned_away, self._filled = Paced(), Paced()

    # --- who is counted

    def admit(self, host: str) -> Guest | None:
        """One more from an address; None where it is one too many and nobody has to go for it."""
        proxied = is_own(host, self._proxies)
        name = "" if proxied else customer(host)
        own = self._origins.get(name)
        if own is not None and len(own.silent) >= MOST_AT_ONE:
            self._turn_out(next(iter(own.silent)))
        elif len(self._guests) >= self._most:
            if self._filled.count():
                self._on_full()
            largest = max(self._origins.values(), key=lambda each: each.crowd, default=None)
            if largest is None or largest.crowd < FEW:
                return None
            self._turn_out(largest.oldest)
        guest = Guest(self, name, proxied=proxied)
        self._guests.add(guest)
        if name:
            self._origins.setdefault(name, _Origin()).silent[guest] = None
        return guest

    def hear(self, guest: Guest) -> None:
        """See `Guest.shook_hands`."""
        own = self._origins.get(guest.origin)
        if own is not None and guest in own.silent:
            del own.silent[guest]
            own.shaken[guest] = None

    def name(self, guest: Guest, host: str) -> None:
        """See `Guest.asks_for`."""
        origin = "" if is_own(host, self._proxies) else customer(host)
        if not guest.proxied or guest not in self._guests or guest.origin == origin:
            return
        self._forget(guest)
        guest.origin = origin
        if origin:
            self._origins.setdefault(origin, _Origin()).shaken[guest] = None

    def believe(self, guest: Guest) -> None:
        """See `Guest.believed`."""
        own = self._origins.get(guest.origin)
        if own is None or guest not in self._guests:
            return
        for kind in (own.silent, own.shaken, own.believed):
            kind.pop(guest, None)
        own.believed[guest] = None
        if len(own.believed) > self._most // 2:
            self._turn_out(next(iter(own.believed)))

    def release(self, guest: Guest) -> None:
        """See `Guest.leave`."""
        self._forget(guest)
        self._guests.discard(guest)
        guest.close = _nothing

    def _forget(self, guest: Guest) -> None:
        own = self._origins.get(guest.origin)
        if own is None:
            return
        for kind in (own.silent, own.shaken, own.believed):
            kind.pop(guest, None)
        if not (own.crowd or own.believed):
            del self._origins[guest.origin]

    def _turn_out(self, guest: Guest) -> None:
        self._say("door.full", address=guest.origin)
        close = guest.close
        self.release(guest)
        close()

    # --- taking them in

    async def take_in(self, listener: socket.socket, receive: Receive) -> None:
        """Take connections in until cancelled. `receive` begins a conversation, or raises `OSError` for a peer that does not
        get as far as that."""
        greetings: set[asyncio.Task[None]] = set()
        try:
            while True:
                taken = await self._next(listener)
                if taken is not None:
                    task = asyncio.create_task(_greeted(receive, *taken))
                    taken[1].close = task.cancel  # until there is a transport
                    greetings.add(task)
                    task.add_done_callback(greetings.discard)
                await asyncio.sleep(0)  # `sock_accept` does not let go of the loop while more are waiting
        finally:
            for each in greetings:
                each.cancel()
            await asyncio.gather(*greetings, return_exceptions=True)

    async def _next(self, listener: socket.socket) -> tuple[socket.socket, Guest] | None:
        """The next connection that may come in; None after one that may not, or when the system had no room for it."""
        try:
            connection, address = await asyncio.get_running_loop().sock_accept(listener)
        except OSError as error:
            self._say("door.no_room", error=str(error))
            await asyncio.sleep(PAUSE)
            return None
        guest = self.admit(address[0])
        if guest is None:
            connection.close()
            self._say("door.full", address=address[0])
            return None
        return connection, guest

    def _say(self, event: str, **more: str) -> None:
        """In the log, and not once for each: whoever floods the door must not fill the disk."""
        if times := self._turned_away.count():
            log.warning(event, extra={"times": times, **more})


def guest_of(state: Mapping[str, Any]) -> Guest | None:
    """Whom the state of a connection or of its scope belongs to; None for one that came in by another door."""
    guest = state.get(GUEST)
    return guest if isinstance(guest, Guest) else None


def leave(state: Mapping[str, Any]) -> None:
    """The connection with this state is known, or gone."""
    guest = guest_of(state)
    if guest is not None:
        guest.leave()


async def _greeted(receive: Receive, connection: socket.socket, guest: Guest) -> None:
    try:
        await receive(connection, guest)
    except OSError as error:  # no TLS, another certificate authority, too slow: `ssl.SSLError` is one
        guest.leave()
        log.debug("door.no_handshake", extra={"error": str(error)})
    except BaseException:
        guest.leave()
        raise
