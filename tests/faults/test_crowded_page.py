"""A page stands for more own ops than an envelope holds: it ends earlier, so that no op is in an image and not in the word."""

from pathlib import Path
from unittest.mock import patch
from uuid import UUID

import msgspec

from ringdesk import ops
from ringdesk.ops import MemberFields, MemberUpdate, Op
from ringdesk.safetext import SafeText
from ringdesk.wire import limits
from ringdesk.wire.codec import decode_from_server
from ringdesk.wire.messages import Answers, Changes, Push
from server.hub.pages import read_page
from server.store import sqlite_order
from terminal.sync import replicator
from tests.faults.ends import Terminal
from tests.faults.simulator import World

SET = "org@clear"


def update(number: int) -> MemberUpdate:
    return MemberUpdate(member="m1", fields=MemberFields(language=SafeText(str(number))))


async def test_a_device_with_thousands_of_ops_on_one_row_gets_all_origins(tmp_path: Path) -> None:
    count = 2 * limits.ORIGINS_MAX + 300
    world = World(0, tmp_path, rollbacks=False)
    world.chance.lossy = False
    await world.begin()
    device = await world.host.database.register.device("desk")
    assert device is not None
    for start in range(0, count, limits.PUSH_OPS):
        pushed = tuple(
            Op(
                op_id=str(UUID(int=number)),
                dev_seq=number + 1,
                kind="member.update",
                grant=world.host.grants["desk"],
                base={"language": number},
                args=msgspec.Raw(ops.encode(update(number))),
            )
            for number in range(start, min(count, start + limits.PUSH_OPS))
        )
        await world.host.parts.acceptor.push(device, Push(epoch=device.epoch, ops=pushed), world.chance.now)

    for asked in ("desk", None):  # a pull, and a live frame
        told: list[str] = []
        cursor, pages = 0, 0
        while True:
            ready = await read_page(world.host.database.order, SET, cursor, limits.PAGE_MAX, asked)
            if ready.body is None:
                break
            frame = ready.changes("desk")
            assert len(frame) < limits.FRAME_CAP
            message = decode_from_server(frame)
            assert isinstance(message, Changes)
            assert len(message.origins) <= limits.ORIGINS_MAX
            assert message.page.prev == cursor < message.page.seq
            told += [origin.op_id for origin in message.origins]
            cursor, pages = message.page.seq, pages + 1
        assert told == [str(UUID(int=number)) for number in range(count)]
        assert pages == 3
        assert ready.slice.up
    await world.end()


async def test_own_writes_stay_right_while_a_crowded_page_comes_before_the_answers(tmp_path: Path) -> None:
    world = World(0, tmp_path, rollbacks=False)
    world.chance.lossy = False
    # all in one push, so that their rows make one crowded page
    whole = patch.object(replicator, "_FIRST_PUSH", limits.PUSH_MAX)
    with whole, patch.object(sqlite_order, "ORIGINS_MAX", 20):
        await world.begin()
        desk = world.terminals[1]
        await world.hello(desk)
        await drain(world)
        for number in range(70):
            known = await desk.store.member("m1")
            assert known is not None
            actor = ops.Actor("at-desk", SafeText("at-desk"), "desk", ("senior",))
            saved = await desk.store.save(update(number), actor=actor, grant=world.host.grants["desk"], base=known.revs)
            desk.saved.add(saved.op_id)
        world.say(desk, await desk.replicator.pending())
        await drain(world, answers=False)
        await world.turn()
        world.say(desk, await desk.replicator.pulls())
        await drain(world, answers=False)
        await world.look_at(desk)
        assert (await shown(desk)) == ("69", {"language": 70})
        assert (await desk.store.waiting()).ops == 70
        await world.hello(desk)
        await drain(world)
        assert (await shown(desk)) == ("69", {"language": 70})
        assert (await desk.store.waiting()).ops == 0
        await world.end()


async def shown(desk: Terminal) -> tuple[str, dict[str, int]]:
    member = await desk.store.member("m1")
    assert member is not None
    return member.language, member.revs


async def drain(world: World, *, answers: bool = True) -> None:
    """Deliver until nothing is under way, with or without the answers."""
    while world.net:
        packet = world.net[0]
        if not answers and not packet.up and isinstance(decode_from_server(packet.data), Answers):
            world.net.pop(0)
            continue
        await world.deliver()
        await world.look_at(packet.wire.terminal)
