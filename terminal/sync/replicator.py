"""The sync client without a socket: messages in, messages out, the store in between.

Pushes are made here: ops in the order of their numbers, at most two frames under way, as large as the line carries, again
from where the server says. What is fetched, `pulls` asks for.

Nothing is sent again while bytes move: on a line of 64 kbit/s an answer waits behind what was sent before it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog

from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from ringdesk.wire import limits
from ringdesk.wire.messages import (
    CAN_SAVE,
    PROTOCOL_MAX,
    PROTOCOL_MIN,
    PUSH,
    Answers,
    Challenge,
    Changes,
    Confirmed,
    Denied,
    Dropped,
    Erase,
    FromServer,
    FromTerminal,
    Hello,
    Need,
    Ping,
    Pong,
    Push,
    ServerNotice,
    UpTo,
    Welcome,
)
from terminal.serverclock import ServerClock
from terminal.store.migrations import VERSION
from terminal.store.replica import Store
from terminal.sync.framesize import adapted
from terminal.sync.pulls import REPAIR_SECONDS, Pulls

PUSH_OPS: Final = 200
"""Ops in one push: few enough that one lost frame costs little."""
RESEND_SECONDS: Final = 5.0
"""A push without an answer on a line that was still for so long was aborted (a database error at the server answers
nothing): it is sent again. An answer whose rows have not come by then: they are asked for. Where the line is never still,
the answer to a ping that left after the push says the same (the server does one thing after the other)."""
NEWS: Final = 1.0
"""Seconds by which the clock of the machine has to be wrong anew to be worth a line in the log and a write."""

_FIRST_PUSH: Final = limits.PAGE_MIN
"""A second at 64 kbit/s."""

_log = structlog.get_logger(__name__)

Sign = Callable[[str], str]
"""The device's signature over a nonce."""


class StartAgain(RingdeskError):
    """This session cannot go on: the next hello tells the server what it has forgotten."""


class Replicator:
    """One terminal's side of the protocol, over all of its sessions. It sets `clock`; `steady` are the seconds that carry it.

    Attributes:
        is_open: whether the server has welcomed this session.
        action: what the last welcome said: ok, bootstrap, readonly, wipe.
        retry_after: seconds that the server wants between sessions, if it said.
        uncertainty: how far, in seconds, this clock may be from the server's, when last told; 0 before the first time.
    """

    def __init__(
        self,
        store: Store,
        *,
        sign: Sign,
        clock: ServerClock,
        steady: Callable[[], float],
        app: str = "",
    ) -> None:
        self._store = store
        self._sign = sign
        self._clock = clock
        self._steady = steady
        self._app = SafeText(app)
        self.is_open = False
        self.action = "ok"
        self.retry_after: float | None = None
        self.uncertainty = 0.0
        self._pulls = Pulls(store, steady)
        self._push = _FIRST_PUSH
        self._began = self._asked = self._kept_ahead = 0.0
        self._handlers: dict[type, Callable[[Any], Awaitable[list[FromTerminal]]]] = {
            Welcome: self._welcomed,
            Answers: self._answered,
            Need: self._needed,
            Changes: self._pulls.changed,
            UpTo: self._pulls.told,
            Dropped: self._dropped,
            Erase: self._erase,
            Denied: self._denied,
            Ping: self._ping,
            Pong: self._ponged,
            ServerNotice: self._noticed,
        }
        self._reset()

    def _reset(self) -> None:
        self.is_open = False
        self._epoch = ""
        self._next = 1
        self._under_way: list[tuple[int, float]] = []  # the last dev_seq of each push, and when it was handed over
        self._pushed_at = self._moved_at = self._held_until = 0.0
        self._pulls.reset()

    # --- what the link asks -----------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether the server owes an answer."""
        return bool(self._under_way or self._pulls.under_way)

    def mono(self) -> int | None:
        """Milliseconds since the hello of the session; None while there is none."""
        return int((self._steady() - self._began) * 1000) if self.is_open else None

    def moved(self) -> None:
        """Bytes came, or some wait to leave: to be said whenever it is so. Nothing is overdue meanwhile."""
        self._moved_at = self._steady()

    def closed(self) -> None:
        """The line is down."""
        self._reset()

    async def opened(self, challenge: Challenge) -> Hello:
        """The first answer to a server: who this is and what it holds. Raises `StartAgain` where no version fits."""
        if challenge.proto_max < PROTOCOL_MIN or challenge.proto_min > PROTOCOL_MAX:
            newer = "this program" if challenge.proto_min > PROTOCOL_MAX else "the server"
            raise StartAgain(f"this desk and the server speak different versions; upgrade {newer}")
        self._reset()
        self._began = self._steady()
        stood = await self._store.standing()
        waiting = await self._store.waiting()
        self._asked = self._steady()
        return Hello(
            app=self._app,
            schema=VERSION,
            device=stood.device,
            signature=self._sign(challenge.nonce),
            epoch=stood.epoch,
            server_epoch=stood.server_epoch,
            timeline=stood.timeline,
            cursors=await self._store.cursors(),
            proof=stood.proof,
            answered=stood.answered,
            outbox_first=waiting.first,
            outbox_last=waiting.last,
            clock=self._clock(),
            audit_head=stood.audit_head,
        )

    def slowed(self) -> bool:
        """Whether the server asked this desk to wait before it sends more."""
        return self.is_open and self._steady() < self._held_until

    async def pending(self) -> list[FromTerminal]:
        """Pushes that may go out now. To be asked after every save, every answer and every second."""
        if not self.is_open or self.action in ("readonly", "wipe"):
            return []
        if self._under_way and self._still_since(self._pushed_at) > RESEND_SECONDS:
            self._push = limits.PAGE_MIN
            await self._rewind()
        if self._steady() < self._held_until:
            return await self._overdue()
        pushes: list[FromTerminal] = []
        while len(self._under_way) < limits.PUSHES_IN_FLIGHT:
            ops = await self._store.outgoing(self._next, PUSH_OPS, self._push)
            if not ops:
                break
            if ops[0].dev_seq != self._next:
                raise StartAgain(f"the server wants change {self._next}, which is no longer here; connecting again")
            self._next = ops[-1].dev_seq + 1
            self._pushed_at = self._steady()
            self._under_way.append((ops[-1].dev_seq, self._pushed_at))
            pushes.append(Push(epoch=self._epoch, ops=tuple(ops)))
        return [*pushes, *await self._overdue()]

    async def _overdue(self) -> list[FromTerminal]:
        """Pulls that nothing else would lead to: for answers whose rows do not come, and to compare digests now and then."""
        waiting = await self._store.waiting()
        if waiting.ops and not waiting.first:
            overdue = self._still_since(self._pulls.asked) > RESEND_SECONDS
        else:
            overdue = self._steady() - self._pulls.asked > REPAIR_SECONDS
        return await self._pulls.all() if overdue else []

    def _still_since(self, began: float) -> float:
        """Seconds for which nothing has moved on the line, from `began` on."""
        return self._steady() - max(began, self._moved_at)

    async def pulls(self) -> list[FromTerminal]:
        """Ask for whatever is new in every set, and for the word that nothing is missing."""
        return await self._pulls.anew() if self.is_open else []

    async def caught_up(self) -> bool:
        """Whether every set was found complete since `pulls` was last asked."""
        return self.is_open and await self._pulls.complete()

    async def received(self, message: FromServer) -> list[FromTerminal]:
        """What the server said, and what is to be sent for it. Raises `StartAgain`."""
        handler = self._handlers.get(type(message))
        return [] if handler is None else await handler(message)

    async def _dropped(self, message: Dropped) -> list[FromTerminal]:
        await self._store.drop(message.set)
        self._pulls.over(message.set)
        return [Confirmed(subject=message.set)]

    async def _erase(self, message: Erase) -> list[FromTerminal]:
        await self._store.erase(message.keys)
        return [Confirmed(subject=message.erasure)]

    async def _denied(self, message: Denied) -> list[FromTerminal]:
        self._pulls.over(message.ref)
        if message.ref == PUSH:
            _log.warning("the server does not look at what is pushed", code=message.code, reason=str(message.message))
            self._held_until = self._steady() + (message.retry_after or RESEND_SECONDS)
            await self._rewind()
        return []

    async def _ping(self, message: Ping) -> list[FromTerminal]:
        return [Pong(at=message.at, now=self._clock())]

    async def _ponged(self, message: Pong) -> list[FromTerminal]:
        """What left before the ping was read before the pong was said: a push that has no answer by now gets none."""
        if self.is_open:
            await self._set_clock(message.now, message.at)
        if not self._under_way or message.at <= self._pushed_at:
            return []
        await self._rewind()
        return await self.pending()

    async def _noticed(self, message: ServerNotice) -> list[FromTerminal]:
        """What the server could not save is not answered: now it can."""
        if not self.is_open or message.code != CAN_SAVE:
            return []
        await self._rewind()
        return await self.pending()

    # --- pushes -----------------------------------------------------------------------------------------------------

    async def _welcomed(self, message: Welcome) -> list[FromTerminal]:
        await self._set_clock(message.now, self._asked)
        await self._store.welcomed(message)
        self.is_open = True
        self.action = message.action
        self.retry_after = message.retry_after
        self._epoch = message.epoch
        await self._rewind()
        pulls = await self.pulls()
        return [*await self.pending(), *pulls]

    async def _set_clock(self, server: float, asked: float) -> None:
        """The server said its time in answer to what left at `asked` (steady seconds). Kept where that changes anything: a
        pong comes every few seconds."""
        before = self._clock.ahead
        self.uncertainty = self._clock.told(server, asked)
        if not self.is_open or abs(self._clock.ahead - self._kept_ahead) > NEWS:
            self._kept_ahead = self._clock.ahead
            await self._store.keep_time()
        if abs(self._clock.ahead - before) > NEWS:
            _log.warning("the clock of this machine is wrong", server_ahead=round(self._clock.ahead, 1))

    async def _rewind(self) -> None:
        """Push again from the first op without an answer."""
        self._under_way.clear()
        first = (await self._store.waiting()).first
        self._next = first or (await self._store.standing()).last + 1

    async def _answered(self, message: Answers) -> list[FromTerminal]:
        await self._store.answered(message)
        if message.epoch == self._epoch and self._under_way:
            last = max((answer.dev_seq for answer in message.answers), default=0)
            if last >= self._under_way[0][0]:
                took = self._steady() - max(at for end, at in self._under_way if end <= last)
                self._push = adapted(self._push, took)
                self._under_way = [(end, at) for end, at in self._under_way if end > last]
            else:  # the frame ended early: an op in it could not be judged this time
                await self._rewind()
            self._pushed_at = self._steady()
        return await self.pending()

    async def _needed(self, message: Need) -> list[FromTerminal]:
        stood = await self._store.standing()
        if message.epoch != stood.epoch:
            return []
        if message.n <= stood.answered:
            raise StartAgain("the server has forgotten changes that it had answered; connecting again")
        self._under_way.clear()
        self._next = message.n
        return await self.pending()
