"""The line to the server: kept up, watched, and opened again. What goes over it is the replicator's business.

A session ends by itself when nothing moves: no byte received for a while, bytes to send that nobody takes, or an answer
that does not come. Then the line is opened again (`Retries`).
"""

import asyncio
import contextlib
import math
import random
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ringdesk.errors import MustWait, Refused, RingdeskError, WireError
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from ringdesk.wire.messages import (
    CAN_SAVE,
    CANNOT_SAVE,
    SOURCES,
    Challenge,
    Denied,
    FromServer,
    FromTerminal,
    Granted,
    Login,
    Ping,
    Pong,
    ServerNotice,
)
from ringdesk.wire.values import SourceStands
from terminal.news import SLOWED, UNSAVED, NoticeNews, SyncNews
from terminal.store.edit import Happened
from terminal.store.people import SignedIn
from terminal.store.replica import Store
from terminal.sync.apart import down, ended_by, farewell
from terminal.sync.key import CA_FILE
from terminal.sync.questions import Questions
from terminal.sync.replicator import Replicator
from terminal.sync.retries import Retries
from terminal.sync.socket import Socket, Unreachable, opened, trust
from terminal.sync.watch import Sample, Timings, Watch
from terminal.words import sentence

_log = structlog.get_logger(__name__)

Heard = Callable[[SyncNews | NoticeNews], None]


class Link:
    """Keeps the replica and the server together for as long as `run` runs.

    `heard` is told how the replica stands whenever that changes, and lines for the person. `steady` and the event loop's
    clock measure, `rng` spreads the pauses.
    """

    def __init__(
        self,
        store: Store,
        replicator: Replicator,
        url: str,
        *,
        steady: Callable[[], float],
        rng: random.Random,
        heard: Heard = lambda _: None,
        timings: Timings | None = None,
    ) -> None:
        self._store = store
        self._replicator = replicator
        self._url = url
        self._steady = steady
        self._heard = heard
        self._times = timings or Timings()
        self._retries = Retries(steady, rng, self._times)
        self._socket: Socket | None = None
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._moved = asyncio.Condition()
        self._questions = Questions()
        self._answers = 0
        self._last: SyncNews | None = None
        self._why: Why | None = Why("sync_starting")
        self._shut_out: Why | None = None
        self._unsaved = False
        self._sources: tuple[SourceStands, ...] = ()

    # --- what others ask --------------------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether a session is open."""
        return self._socket is not None and self._replicator.is_open

    @property
    def mono(self) -> int | None:
        """Milliseconds since the hello of the session; None while there is none."""
        return self._replicator.mono()

    @property
    def uncertainty(self) -> float:
        """How far, in seconds, this clock may be from the server's."""
        return self._replicator.uncertainty

    async def status(self) -> SyncNews:
        """How the replica stands now."""
        waiting = await self._store.waiting()
        why = None if self.connected else self._why
        if self.connected and self._replicator.action == "readonly":
            why = Why("sync_readonly")
        elif self.connected and self._unsaved:
            why = Why(UNSAVED)
        elif self.connected and self._replicator.slowed():
            why = Why(SLOWED)
        elif self.connected and (name := await self._store.held_for()):
            why = Why("sync_held", {"name": name})
        cursor = await self._store.complete_to()
        return SyncNews(
            connected=self.connected,
            outbox=waiting.ops,
            cursor=cursor,
            why=why,
            refused=waiting.refused,
            sources=self._sources if self.connected else (),
        )

    async def sign_in(self, name: str, password: str) -> SignedIn:
        """Sign a person in: at the server while the line is up, else by what this desk remembers of an earlier time.

        Raises `Refused`: not_allowed, wait, offline.
        """
        if self.connected:
            with self._questions.login() as (ref, said):
                try:
                    await self._send([Login(ref=ref, name=SafeText(name), password=password)])
                    async with asyncio.timeout(self._times.login):
                        answer = await said
                except (TimeoutError, Unreachable):
                    return await self._store.sign_in(name, password)
            if isinstance(answer, Denied):
                if answer.code == "slow_down":
                    raise MustWait(str(answer.message), answer.retry_after or 0.0)
                raise Refused("not_allowed", str(answer.message))
            return await self._store.remember(name, password, answer)
        return await self._store.sign_in(name, password)

    async def synced(self, timeout: float) -> SyncNews:  # noqa: ASYNC109 - the person's patience, part of the contract
        """Wait until every op made before now is answered and every set has passed the head that the server has now.

        Raises `Refused("timeout")` after `timeout` seconds, `Refused("offline")` if there was no session by then.
        """
        self._retries.need()
        try:
            async with asyncio.timeout(timeout):
                await self._until(self._answered_up_to((await self._store.waiting()).last_made))
                await self._until(self._asked_anew)
                return await self.status()
        except TimeoutError as error:
            if self.connected:
                raise Refused("timeout", f"not in step after {timeout:g} s; ask again") from error
            raise Refused("offline", "the server cannot be reached; what you write is kept and sent later") from error

    async def _asked_anew(self) -> bool:
        """One round: what the server says after our ping, it says after our question. False when the line broke."""
        if not self.connected:
            return False
        session = self._socket
        at = self._steady()
        try:
            with self._questions.ping(at) as pong:
                await self._send([Ping(at=at)])
                await pong  # however much waits before it on a slow line; the end of the session ends the wait
            async with self._turn:
                await self._push(await self._replicator.pulls())
        except Unreachable:
            return False

        async def done() -> bool:
            return self._socket is not session or await self._replicator.caught_up()

        await self._until(done)
        return self._socket is session and self.connected

    def _answered_up_to(self, made: int) -> Callable[[], Coroutine[Any, Any, bool]]:
        async def done() -> bool:
            first = (await self._store.waiting()).first_made
            return first == 0 or first > made

        return done

    async def _until(self, done: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        while not await done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._times.tick), self._moved:
                    await self._moved.wait()

    # --- the life of the line ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keep the line up until cancelled. Raises `BadInput` for an address that can never work."""
        unlisten = self._store.listen(self._happened)
        try:
            context = trust(self._url, self._store.directory / CA_FILE)
            while True:
                welcomed, self._shut_out, self._unsaved, self._sources = False, None, False, ()
                self._retries.tried()
                reason = Why("uplink_down")
                try:
                    async with opened(self._url, context) as socket:
                        await self._greet(socket)
                        welcomed = True
                        await self._session(socket)
                except RingdeskError as error:
                    reason = ended_by(error)
                    _log.warning("the session ended", url=self._url, reason=reason.english())
                finally:
                    self._socket = None
                    self._replicator.closed()
                    self._questions.give_up()
                asked, pause = self._replicator.retry_after or 0.0, self._retries.pause(failed=not welcomed)
                seconds = str(math.ceil(asked + pause))
                unsaved = Why(UNSAVED) if self._unsaved and not welcomed else None
                self._why = self._shut_out or unsaved or down(reason, seconds)
                await self._report()
                await asyncio.sleep(asked)
                # A server that shut this desk out is not asked sooner.
                await self._retries.rest(pause, in_full=self._shut_out is not None)
        finally:
            unlisten()

    async def _greet(self, socket: Socket) -> None:
        """Challenge, hello, welcome: all within one time-out, for nothing in it is large."""
        try:
            async with asyncio.timeout(self._times.greeting):
                challenge = await socket.receive()
                if not isinstance(challenge, Challenge):
                    raise WireError("the server did not begin with a challenge; check its address")
                await socket.send(await self._replicator.opened(challenge))
                while not self._replicator.is_open:
                    await self._take(socket, await socket.receive())
        except TimeoutError as error:
            raise Unreachable(Why("uplink_silent")) from error
        self._socket = socket
        await self._report()

    async def _session(self, socket: Socket) -> None:
        """Until the line breaks. The first of the three that ends, ends all."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(socket))
                tasks.create_task(self._speak(socket))
                tasks.create_task(self._watch(socket))
        except* RingdeskError as group:
            error = group.exceptions[0]
            if isinstance(error, WireError):
                await socket.refuse(error)
            raise error from None

    async def _hear(self, socket: Socket) -> None:
        while True:
            await self._take(socket, await socket.receive())
            async with self._moved:
                self._moved.notify_all()

    async def _take(self, socket: Socket, message: FromServer) -> None:
        if not isinstance(message, Ping | Pong):
            self._answers += 1
        match message:
            case Granted() | Denied() | Pong():
                self._questions.answered(message)
            case ServerNotice() if message.code in (CANNOT_SAVE, CAN_SAVE):
                self._unsaved = message.code == CANNOT_SAVE
            case ServerNotice() if message.code == SOURCES:
                self._sources = message.sources
            case ServerNotice():
                self._shut_out = farewell(message.code)
                text = message.message if self._shut_out is None else SafeText(sentence(self._shut_out))
                self._heard(NoticeNews(message.code, text))
        async with self._turn:
            for reply in await self._replicator.received(message):
                await socket.send(reply)
        self._wake.set()

    async def _speak(self, socket: Socket) -> None:
        """Pushes when there is something new, and once a tick what may have been forgotten; and how it stands."""
        received = socket.received
        while True:
            if socket.received != received or socket.unsent:
                received = socket.received
                self._replicator.moved()
            async with self._turn:
                for push in await self._replicator.pending():
                    await socket.send(push)
            await self._report()
            # Not wait_for: up to Python 3.11 it swallows a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._times.tick):
                    await self._wake.wait()
            self._wake.clear()

    async def _watch(self, socket: Socket) -> None:
        """Cut the line when nothing moves on it; say now and then that this end is alive."""
        pinged = self._steady()
        watch = Watch(self._times, pinged, self._sample(socket))
        while True:
            await asyncio.sleep(self._times.tick)
            now = self._steady()
            reason = watch.look(now, self._sample(socket))
            if reason is not None:
                socket.abort()
                raise Unreachable(reason)
            if now - pinged >= self._times.ping and not socket.unsent:
                pinged = now
                await self._send([Ping(at=now)])

    def _sample(self, socket: Socket) -> Sample:
        owes = self._replicator.busy and not self._unsaved  # what cannot be saved there gets no answer
        return Sample(socket.received, socket.unsent, self._answers, owes)

    def _happened(self, happened: Happened) -> None:
        self._wake.set()
        if any(moved.state == "waiting" for moved in happened.ops):
            self._retries.need()

    async def _send(self, messages: list[FromTerminal]) -> None:
        async with self._turn:
            await self._push(messages)

    async def _push(self, messages: list[FromTerminal]) -> None:
        if self._socket is None:
            raise Unreachable(Why("uplink_down"))
        for message in messages:
            await self._socket.send(message)

    async def _report(self) -> None:
        """Tell how the replica stands, if that is otherwise than last time."""
        status = await self.status()
        if status != self._last:
            self._last = status
            self._heard(status)


async def forever(link: Link) -> None:
    """Run a link and start it again should it fail in a way nobody foresaw: a fault here must not end the desk."""
    while True:
        try:
            await link.run()
        except RingdeskError:
            raise
        except Exception:  # noqa: BLE001 - the last resort: logged whole, and tried again
            _log.exception("the sync client failed and starts again")
            await asyncio.sleep(5.0)
