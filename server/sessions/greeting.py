"""Hello: who is it, do we share a history, and what does the device hold (sync.md 3, 7).

A validly signed proof of something that this database never had means that the database went back in time: the server
begins a new epoch, everybody drops what they hold and pushes again what the server forgot. Anything else that does not fit
concerns that one device: it starts its sets from nothing.
"""

import logging
from collections.abc import Callable
from enum import Enum
from typing import Final

import msgspec

from ringdesk.channels import sets_of, split
from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import PROTOCOL_MAX, PROTOCOL_MIN, Hello, Welcome
from ringdesk.wire.signing import ServerKey
from ringdesk.wire.values import ChannelInfo, Cursor, Line, Proof
from server.identity.devices import signed
from server.store.base import Store, Unavailable
from server.store.values import Device, Entry, LineRow, Space

LEASE_SECONDS: Final = 14 * 86_400.0
"""How long a replica may be used without the server."""

log = logging.getLogger("ringdesk.server.session")


class Goodbye(RingdeskError):
    """A session that ends before it is open. The reason is a stable word in the close frame.

    Attributes:
        reason: unknown_device, bad_signature, device_revoked, fenced, protocol.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Past(Enum):
    """How a terminal's past fits ours."""

    SHARED = "shared"
    FORGOTTEN = "forgotten"
    """It proves what we never had: we were rolled back."""
    FOREIGN = "foreign"
    """It does not fit, and nothing proves that the fault is ours."""


async def known_device(store: Store, hello: Hello, nonce: str) -> Device:
    """The device that says hello. Raises `Goodbye` for one that may not come in."""
    device = await store.register.device(hello.device)
    if device is None:
        raise Goodbye("unknown_device", "the server does not know this device; enrol it with a new code")
    if not signed(device.public_key, hello.signature, nonce):
        raise Goodbye("bad_signature", "the signature is not this device's; enrol it with a new code")
    if hello.proto_min > PROTOCOL_MAX or hello.proto_max < PROTOCOL_MIN:
        raise Goodbye("protocol", "this terminal and the server have no version in common; update the older one")
    expect_welcome(device)
    return device


def expect_welcome(device: Device) -> None:
    """Raises `Goodbye` for a device that was revoked or fenced."""
    if device.revoked_at is not None:
        raise Goodbye("device_revoked", "this device was revoked; ask for a new code")
    if device.fenced_at is not None:
        raise Goodbye("fenced", "two terminals used this device's identity; enrol this one with a new code")


async def past_of(store: Store, key: ServerKey, hello: Hello, device: Device, space: Space) -> Past:
    """Compare what the terminal saw with what we have. Only meaningful within one server epoch."""
    if hello.timeline and hello.timeline != space.timeline:
        return Past.FORGOTTEN
    seen: list[Cursor | Proof] = [hello.proof, *hello.cursors.values()]
    ours = await store.order.chains([each.seq for each in seen])
    strange = [each for each in seen if not _shared(each, ours)]
    if any(key.proves(each.seq, each.chain) for each in strange):
        return Past.FORGOTTEN
    ahead = hello.epoch == device.epoch and hello.answered > device.last_dev_seq
    return Past.FOREIGN if strange or ahead else Past.SHARED


def _shared(seen: Cursor | Proof, ours: dict[int, str]) -> bool:
    if seen.seq == 0:
        return not seen.chain
    return ours.get(seen.seq) == seen.chain


class Greeting(msgspec.Struct, frozen=True):
    """What hello led to. `rolled_back` says that every other session has to say hello again."""

    device: Device
    welcome: Welcome
    rolled_back: bool = False


async def greet(
    store: Store, key: ServerKey, hello: Hello, device: Device, now: float, random_id: Callable[[], str]
) -> Greeting:
    """The welcome of a device that may come in. Raises `Unavailable`."""
    space = await store.order.space()
    first_time = not hello.server_epoch and not hello.cursors
    past = Past.SHARED
    if hello.server_epoch == space.server_epoch:
        past = await past_of(store, key, hello, device, space)
    rolled_back = past is Past.FORGOTTEN
    if rolled_back:
        entry = Entry(at=now, actor=device.id, action="server.rolled_back", subject=str(hello.proof.seq))
        space = await store.order.roll_back(space.server_epoch, random_id(), entry)
    action = "ok"
    if past is not Past.SHARED or not (first_time or hello.server_epoch == space.server_epoch):
        entry = Entry(at=now, actor=device.id, action="device.restart", subject=device.id, detail=past.value)
        device = await store.register.restart(device.id, random_id(), entry)
        action = "bootstrap"
    elif await _is_lost_life(store, hello, device):
        entry = Entry(at=now, actor=device.id, action="device.restart", subject=device.id, detail="lost epoch")
        device = await store.register.restart(device.id, random_id(), entry)
    try:
        await store.register.seen(device.id, now)
    except Unavailable as error:  # it only says when; whoever cannot be saved for may read all the same
        log.warning("device.not_noted", extra={"device": device.id, "error": str(error)})
    return Greeting(device, await _welcome(store, space, device, now, action), rolled_back)


async def _is_lost_life(store: Store, hello: Hello, device: Device) -> bool:
    """Whether the terminal numbers in an epoch that this database has forgotten. The one that it remembers was then left
    long ago, and its numbers were used: ops would be mistaken for those of another terminal with this identity. (Whoever
    comes with an older epoch that is known lost a welcome, or *is* such another terminal: the numbers will tell.)"""
    return hello.epoch != device.epoch and not await store.register.lived(device.id, hello.epoch)


async def _welcome(store: Store, space: Space, device: Device, now: float, action: str) -> Welcome:
    names = sets_of(device.cls, device.site)
    heads = await store.order.newest([split(name)[0] for name in names])
    lines = await store.register.lines(device.site)
    return Welcome(
        proto=PROTOCOL_MAX,
        server_epoch=space.server_epoch,
        timeline=space.timeline,
        epoch=device.epoch,
        expected=device.last_dev_seq + 1,
        head=space.head,
        sets=tuple(ChannelInfo(name, heads[split(name)[0]]) for name in names),
        now=now,
        cls=device.cls,
        store=device.site,
        lease=LEASE_SECONDS,
        action="bootstrap" if action == "bootstrap" else "ok",
        lines=tuple(_line(line) for line in lines),
        organisation=SafeText(space.organisation),
    )


def _line(row: LineRow) -> Line:
    return Line(
        id=SafeText(row.id),
        source=row.source,
        store=row.site,
        label=SafeText(row.label),
        region=row.region,
        area=row.area,
        abilities=tuple(row.abilities.split()),
    )
