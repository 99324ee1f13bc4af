"""One websocket, from the challenge to the last byte: which message leads to what.

The phases are the table of `ringdesk.wire.session`. Pushes and pulls are done in the order in which they came; signing in
takes its time beside them. Whatever a peer sends, this ends with a close code and a line in the log, never with a crash.
"""

import asyncio
import contextlib
import logging
from base64 import b64encode
from collections.abc import Callable
from itertools import takewhile
from typing import Final

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from ringdesk.channels import split
from ringdesk.errors import Refused, WireError
from ringdesk.safetext import SafeText
from ringdesk.wire import limits
from ringdesk.wire.codec import BAD_MESSAGE
from ringdesk.wire.messages import (
    PROTOCOL_MAX,
    PROTOCOL_MIN,
    PUSH,
    Answers,
    Challenge,
    Confirmed,
    Denied,
    Enrol,
    Enrolled,
    Fetch,
    Fetched,
    FromTerminal,
    Hello,
    Login,
    Need,
    Ping,
    Pong,
    Pull,
    Push,
    ServerNotice,
)
from ringdesk.wire.signing import ServerKey
from server.accept import Acceptor
from server.fanout import Wake
from server.hub import GOING_AWAY, OTHER_HISTORY, POLICY, TRY_LATER, Hub, Terminal
from server.hub.pages import image_of
from server.hub.saving import FULL
from server.identity.devices import enrol
from server.identity.people import Logins
from server.peers import Network, customer, peer_of
from server.sessions.allowance import Allowance
from server.sessions.greeting import Goodbye, expect_welcome, greet, known_device
from server.sessions.speech import Speech
from server.sessions.strangers import Stranger, Strangers
from server.store.base import Store, Unavailable
from server.store.values import Device

NONCE_BYTES: Final = 24
WRONG_CODE_DELAY: Final = 0.5
"""Seconds after a wrong enrolment code, which has 128 bits: the delay spares the database, not the secret."""
INTERNAL: Final = 1011
_REPORT: Final = "call.report"
TOO_MUCH: Final = SafeText(
    "too many changes of this desk were refused, or too many calls reported; the next are looked at later"
)

log = logging.getLogger("ringdesk.server.session")


class Parts(msgspec.Struct, frozen=True):
    """What every session stands on. `ca` is the authority's certificate (PEM), "" without TLS of our own; `proxies` are
    believed when they say for whom they ask."""

    store: Store
    key: ServerKey
    hub: Hub
    wake: Wake
    acceptor: Acceptor
    logins: Logins
    clock: Callable[[], float]
    random_id: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    ca: str = ""
    proxies: tuple[Network, ...] = ()
    allowance: Allowance = msgspec.field(default_factory=Allowance)


class Reception:
    """Takes in lines and gives each its conversation."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._strangers = Strangers()

    async def receive(self, websocket: WebSocket, known: Callable[[], None] = lambda: None) -> None:
        """One accepted websocket, to its end. `known` is called when it has said who it is."""
        patience = asyncio.timeout(limits.UNAUTHENTICATED_SECONDS)
        stranger = Stranger(customer(peer_of(websocket, self._parts.proxies)), lambda: _end(patience))
        if not self._strangers.admit(stranger):
            await websocket.close(TRY_LATER, "busy")
            return
        conversation = Conversation(self._parts, websocket)
        code, reason = GOING_AWAY, ""
        try:
            try:
                async with patience:
                    await conversation.introduce(lambda: self._strangers.heard(stranger))
            finally:
                self._strangers.release(stranger)
            known()
            await conversation.go_on()
        except WebSocketDisconnect:
            return
        except TimeoutError:
            code, reason = (TRY_LATER, "busy") if stranger.turned_out else (POLICY, "too_slow")
        except WireError as error:
            code, reason = error.close_code, "protocol"
            log.info("session.protocol", extra={"device": conversation.name, "error": str(error)})
        except Goodbye as error:
            code, reason = POLICY, error.reason
            log.info("session.refused", extra={"device": conversation.name, "reason": reason})
        except Unavailable as error:
            code, reason = TRY_LATER, "unavailable"
            log.warning("session.unavailable", extra={"error": str(error)})
        except Exception:
            code, reason = INTERNAL, "internal"
            log.exception("session.failed", extra={"device": conversation.name})
        finally:
            await conversation.end()
        await conversation.speech.close(code, reason)


def _end(patience: asyncio.Timeout) -> None:
    with contextlib.suppress(RuntimeError):  # it has run out at this moment
        patience.reschedule(0.0)


class Conversation:
    """One session. `introduce` until the terminal is welcome, then `go_on` until it ends.

    Attributes:
        speech: the line.
    """

    def __init__(self, parts: Parts, websocket: WebSocket) -> None:
        self._parts = parts
        self._websocket = websocket
        self.speech = Speech(websocket)
        self._nonce = b64encode(parts.random_bytes(NONCE_BYTES)).decode()
        self._terminal: Terminal | None = None
        self._login: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The device, for the log."""
        return self._terminal.device.id if self._terminal else ""

    # --- coming in

    async def introduce(self, heard: Callable[[], None] = lambda: None) -> None:
        """Challenge, enrolment if it is the first time, hello, welcome. `heard` is called at each message."""
        space = await self._parts.store.order.space()
        self.speech.say(
            Challenge(
                nonce=self._nonce,
                proto_min=PROTOCOL_MIN,
                proto_max=PROTOCOL_MAX,
                server_epoch=space.server_epoch,
                ca=self._parts.ca,
                now=self._parts.clock(),
            )
        )
        while True:
            message = await self.speech.hear()
            heard()
            if isinstance(message, Hello):
                await self._welcome(message)
                return
            if isinstance(message, Enrol):
                await self._enrol(message)

    async def _enrol(self, message: Enrol) -> None:
        parts = self._parts
        try:
            device = await enrol(parts.store.register, message, self._nonce, parts.clock(), parts.random_id)
        except Refused as refusal:
            self.speech.say(Denied(ref="enrol", code=refusal.code, message=SafeText(str(refusal))))
            log.info("enrolment.refused", extra={"code": refusal.code, "address": self._address})
            await asyncio.sleep(WRONG_CODE_DELAY)
            return
        organisation = (await parts.store.order.space()).organisation
        log.info("device.enrolled", extra={"device": device.id, "site": device.site, "class": device.cls})
        self.speech.say(
            Enrolled(
                device=device.id,
                epoch=device.epoch,
                cls=device.cls,
                store=device.site,
                organisation=SafeText(organisation),
            )
        )

    async def _welcome(self, hello: Hello) -> None:
        parts = self._parts
        try:
            device = await known_device(parts.store, hello, self._nonce)
            greeting = await greet(parts.store, parts.key, hello, device, parts.clock(), parts.random_id)
            if greeting.rolled_back:
                log.warning("server.rolled_back", extra={"device": device.id, "proof": hello.proof.seq})
                parts.wake.poke()
            sets = tuple(info.name for info in greeting.welcome.sets)
            epoch = greeting.welcome.server_epoch
            self._terminal = Terminal(self._websocket, self.speech.outlet, greeting.device, sets, epoch)
            parts.hub.join(self._terminal)
            await self._look_again(device, epoch)
        except Goodbye as goodbye:
            self.speech.say(ServerNotice(code=goodbye.reason, message=SafeText(str(goodbye))))
            raise
        except Unavailable:
            self._say_if_full()
            raise
        self.speech.say(greeting.welcome)
        self._say_if_full()
        if (standing := parts.hub.standings.of(device.site)).sources:
            self.speech.say(standing)

    def _say_if_full(self) -> None:
        if self._parts.hub.saving.fails:
            self.speech.say(FULL)

    async def _look_again(self, device: Device, server_epoch: str) -> None:
        """What changed between the first look and `join` has passed the hub by."""
        found = await self._parts.store.register.device(device.id)
        assert found is not None
        expect_welcome(found)
        if (await self._parts.store.order.space()).server_epoch != server_epoch:
            raise Goodbye(OTHER_HISTORY, "the server was restored this moment; say hello again")

    # --- being here

    async def go_on(self) -> None:
        """Message by message, as the line takes the answers."""
        while True:
            message = await self.speech.hear()
            try:
                await self._do(message)
            except Unavailable as error:
                # Nothing was written and nothing is answered: the terminal tries again.
                log.warning("frame.unavailable", extra={"device": self.name, "error": str(error)})
            await self.speech.ready()

    async def _do(self, message: FromTerminal) -> None:
        match message:
            case Push():
                await self._push(message)
            case Pull():
                await self._pull(message)
            case Login():
                self._sign_in(message)
            case Fetch():
                await self._fetch(message)
            case Ping():
                self.speech.say(Pong(at=message.at, now=self._parts.clock()))
            case Confirmed() | Pong() | Hello() | Enrol():
                pass

    async def _push(self, push: Push) -> None:
        if any(not 0 < len(op.op_id) <= 64 or op.dev_seq < 1 for op in push.ops):
            raise WireError("an op_id has 1 to 64 characters and a dev_seq is at least 1", BAD_MESSAGE)
        device, allowance = self._here.device, self._parts.allowance
        push = self._allowed(push)
        if not push.ops:
            return
        reply = await self._parts.acceptor.push(device, push, self._parts.clock())
        allowance.spend(device.id, reply.refused, asyncio.get_running_loop().time(), reported=reply.reported)
        if reply.raised:
            log.error("op.failed", extra={"device": self.name, "error": reply.raised})
        if reply.wrote:
            self._parts.wake.poke()
        if reply.fenced:
            self.speech.say(ServerNotice(code="fenced", message=SafeText("two terminals use this device's identity")))
            raise Goodbye("fenced", "two terminals use this device's identity")
        if reply.answers:
            self.speech.say(Answers(epoch=push.epoch, answers=reply.answers, head=reply.head))
        if reply.need is not None:
            self.speech.say(Need(epoch=push.epoch, n=reply.need))

    def _allowed(self, push: Push) -> Push:
        """What is looked at of a push: all, or nothing, or what stands before a report too many. The terminal is told so first:
        an answer to a part of it makes it send the rest again."""
        device, allowance, now = self._here.device, self._parts.allowance, asyncio.get_running_loop().time()
        wait = allowance.wait(device.id, now)
        taken = () if wait else push.ops
        if not wait and (wait := allowance.wait_to_report(device.id, now)):
            taken = tuple(takewhile(lambda op: op.kind != _REPORT, push.ops))
        if len(taken) == len(push.ops):
            return push
        log.warning("push.denied", extra={"device": device.id, "ops": len(push.ops) - len(taken), "wait": round(wait)})
        self.speech.say(Denied(ref=PUSH, code="slow_down", message=TOO_MUCH, retry_after=wait))
        return msgspec.structs.replace(push, ops=taken)

    async def _pull(self, pull: Pull) -> None:
        terminal = self._here
        if pull.set not in terminal.sets:
            message = SafeText("this device does not hold that set; say hello again")
            self.speech.say(Denied(ref=pull.set, code="not_allowed", message=message))
            return
        await self._parts.hub.pull(terminal, pull.set, pull.cursor, pull.max_bytes)

    async def _fetch(self, fetch: Fetch) -> None:
        shown = {split(name) for name in self._here.sets}
        held = await self._parts.store.order.row((fetch.kind, fetch.id))
        projections = [projection for channel, projection in shown if held and channel == held.channel]
        images = (image_of(held, projections[0]),) if held and projections else ()
        self.speech.say(Fetched(ref=fetch.ref, images=images))

    def _sign_in(self, login: Login) -> None:
        if self._login is not None and not self._login.done():
            self.speech.say(Denied(ref=login.ref, code="slow_down", message=SafeText("one at a time"), retry_after=1.0))
            return
        self._login = asyncio.create_task(self._signing_in(login))

    async def _signing_in(self, login: Login) -> None:
        parts, terminal = self._parts, self._here
        try:
            said = await parts.logins.sign_in(login, terminal.device.id, self._address, parts.clock)
            if not isinstance(said, Denied):
                terminal.people.add(said.person)
                person = await parts.store.register.person(said.person)
                if person is None or person.revoked_at is not None:
                    said = Denied(ref=login.ref, code="bad_login", message=SafeText("name or password is wrong"))
        except Unavailable as error:
            log.warning("login.unavailable", extra={"error": str(error)})
            words = FULL.message if parts.hub.saving.fails else SafeText("the server is busy; try again")
            said = Denied(ref=login.ref, code="slow_down", message=words, retry_after=2.0)
        log.info("login", extra={"device": self.name, "ok": not isinstance(said, Denied), "address": self._address})
        if not terminal.leaving:
            self.speech.say(said)

    @property
    def _here(self) -> Terminal:
        assert self._terminal is not None
        return self._terminal

    @property
    def _address(self) -> str:
        return peer_of(self._websocket, self._parts.proxies)

    async def end(self) -> None:
        """Leave the hub; what still runs for this session is over."""
        self.speech.over()
        if self._terminal is not None:
            self._parts.hub.leave(self._terminal)
        if self._login is not None:
            self._login.cancel()
