"""The sync client without a socket, against the model: sessions, windows, early ends."""

import msgspec
import pytest

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.wire import codec, limits
from ringdesk.wire.messages import (
    CAN_SAVE,
    CANNOT_SAVE,
    PUSH,
    Challenge,
    Changes,
    Confirmed,
    Denied,
    Dropped,
    Erase,
    FromTerminal,
    Need,
    Ping,
    Pong,
    Pull,
    Push,
    ServerNotice,
)
from ringdesk.wire.values import Page, Proof
from terminal.sync.replicator import PUSH_OPS, RESEND_SECONDS, StartAgain
from tests.terminal.store.model import ORG, SHOP
from tests.terminal.sync.bench import CHALLENGE, Bench


def pushes(messages: list[FromTerminal]) -> list[tuple[int, int]]:
    return [(each.ops[0].dev_seq, each.ops[-1].dev_seq) for each in messages if isinstance(each, Push)]


async def test_everything_goes_up_and_comes_down(bench: Bench) -> None:
    bench.server.write({("member", "m"): Member(id="m")}, None)
    await bench.save(450)
    await bench.serve(await bench.greet())
    assert (await bench.store.waiting()).ops == 0
    assert len(bench.server.applied) == 450
    assert len(await bench.store.dump("members")) == 451
    assert await bench.replicator.caught_up()
    assert not bench.replicator.busy


async def test_hello_says_what_is_here(bench: Bench) -> None:
    await bench.save(3)
    await bench.serve(await bench.greet())
    await bench.save(2)
    hello = await bench.replicator.opened(CHALLENGE)
    assert (hello.signature, hello.answered, hello.outbox_first, hello.outbox_last) == ("signed n0nce", 3, 4, 5)
    assert hello.proof == Proof(3, bench.server.chain(3))
    assert hello.cursors[ORG].seq == 3


async def test_two_pushes_are_under_way_at_most(bench: Bench) -> None:
    await bench.save(650)
    assert len(pushes(await bench.greet())) == 2
    assert await bench.replicator.pending() == []


async def test_pushes_grow_on_a_fast_line_and_shrink_on_a_slow_one(bench: Bench) -> None:
    await bench.save(2000, size=480)
    waiting = [each for each in await bench.greet() if isinstance(each, Push)]
    sizes: list[int] = []

    async def one_round(seconds: float) -> None:
        push = waiting.pop(0)
        sizes.append(len(codec.encode(push)))
        bench.now += seconds
        said = await bench.replicator.received(bench.server.push(push)[0])
        waiting.extend(each for each in said if isinstance(each, Push))

    for _ in range(7):
        await one_round(0.1)
    assert sizes[0] <= limits.PAGE_MIN + limits.KIB, "one second at 64 kbit/s"
    assert sizes[-1] > 8 * sizes[0]
    assert len(waiting[-1].ops) == PUSH_OPS
    for _ in range(7):
        await one_round(4.0)
    assert sizes[-1] <= limits.PAGE_MIN + limits.KIB


async def test_without_an_answer_it_is_sent_again(bench: Bench) -> None:
    await bench.save(1)
    assert pushes(await bench.greet()) == [(1, 1)]
    bench.now += RESEND_SECONDS - 0.1
    assert await bench.replicator.pending() == []
    bench.now += 0.2
    assert pushes(await bench.replicator.pending()) == [(1, 1)]


async def test_what_the_server_could_not_save_is_sent_again_as_soon_as_it_can(bench: Bench) -> None:
    assert await bench.replicator.received(ServerNotice(code=CAN_SAVE, message=SafeText())) == []
    await bench.serve(await bench.greet())
    await bench.save(3)
    assert pushes(await bench.replicator.pending()) == [(1, 3)]
    assert await bench.replicator.received(ServerNotice(code=CANNOT_SAVE, message=SafeText())) == []
    again = await bench.replicator.received(ServerNotice(code=CAN_SAVE, message=SafeText()))
    assert pushes(again) == [(1, 3)]


async def test_a_push_that_was_denied_is_sent_again_when_the_server_looks_at_it(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    await bench.save(3)
    assert pushes(await bench.replicator.pending()) == [(1, 3)]
    denied = Denied(ref=PUSH, code="slow_down", message=SafeText("later"), retry_after=40.0)
    assert await bench.replicator.received(denied) == []
    assert not bench.replicator.busy
    assert bench.replicator.slowed()
    bench.now += 39.0
    assert pushes(await bench.replicator.pending()) == []
    assert pushes(await bench.replicator.received(Pong(at=bench.now, now=1e9))) == []
    bench.now += 1.5
    assert not bench.replicator.slowed()
    assert pushes(await bench.replicator.pending()) == [(1, 3)]


async def test_nothing_is_sent_again_while_bytes_move(bench: Bench) -> None:
    """Its answer waits behind other bytes on a slow line; once the line is still, the clock runs."""
    await bench.save(1)
    await bench.greet()
    for _ in range(20):
        bench.now += RESEND_SECONDS - 1
        bench.replicator.moved()
        assert await bench.replicator.pending() == []
    bench.now += RESEND_SECONDS + 0.1
    assert pushes(await bench.replicator.pending()) == [(1, 1)]


async def test_a_ping_that_overtakes_a_push_says_that_it_was_aborted(bench: Bench) -> None:
    """On a line that is never still: the server does one thing after the other."""
    await bench.save(1)
    bench.now += 1
    assert pushes(await bench.greet()) == [(1, 1)]
    assert await bench.replicator.received(Pong(at=bench.now - 0.5, now=1e9)) == []
    assert pushes(await bench.replicator.received(Pong(at=bench.now + 0.5, now=1e9))) == [(1, 1)]


async def test_a_frame_that_ended_early_goes_on_from_there(bench: Bench) -> None:
    await bench.save(5)
    push = next(each for each in await bench.greet() if isinstance(each, Push))
    said = bench.server.push(Push(epoch=push.epoch, ops=push.ops[:2]))[0]
    assert pushes(await bench.replicator.received(said)) == [(3, 5)]


async def test_a_gap_is_filled_from_where_the_server_says(bench: Bench) -> None:
    await bench.save(4)
    await bench.greet()
    assert pushes(await bench.replicator.received(Need(epoch=bench.server.epoch, n=2))) == [(2, 4)]
    assert await bench.replicator.received(Need(epoch="another", n=1)) == []


async def test_a_server_that_forgot_answers_is_told_with_the_next_hello(bench: Bench) -> None:
    await bench.save(3)
    await bench.serve(await bench.greet())
    with pytest.raises(StartAgain, match="forgotten"):
        await bench.replicator.received(Need(epoch=bench.server.epoch, n=2))


async def test_a_restored_server_gets_its_ops_back(bench: Bench) -> None:
    await bench.save(2)
    await bench.serve(await bench.greet())
    backup = bench.server.backup()
    await bench.save(2)
    await bench.serve(await bench.replicator.pending())
    bench.server = backup
    await bench.serve(await bench.greet())
    assert len(set(bench.server.applied)) == len(bench.server.applied) == 4
    assert bench.server.facts == bench.server.proven == 2
    assert (await bench.store.waiting()).ops == 0
    assert len(await bench.store.dump("members")) == 4


async def test_rows_of_an_answer_that_do_not_come_are_asked_for(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    await bench.save(1)
    push = next(each for each in await bench.replicator.pending() if isinstance(each, Push))
    await bench.replicator.received(bench.server.push(push)[0])
    assert (await bench.store.waiting()).ops == 1
    assert await bench.replicator.pending() == []
    bench.now += RESEND_SECONDS + 1
    bench.replicator.moved()
    assert await bench.replicator.pending() == [], "they may be on their way"
    bench.now += RESEND_SECONDS + 1
    asked = await bench.replicator.pending()
    assert [type(each) for each in asked] == [Pull, Pull]
    await bench.serve(asked)
    assert (await bench.store.waiting()).ops == 0


async def test_dropped_and_erased_are_confirmed(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    assert await bench.replicator.received(Dropped(set=SHOP, seq=1)) == [Confirmed(subject=SHOP)]
    assert set(await bench.store.cursors()) == {ORG}
    erased = await bench.replicator.received(Erase(erasure="e1", keys=(("member", "m"),)))
    assert erased == [Confirmed(subject="e1")]


async def test_small_things(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    assert await bench.replicator.received(Ping(at=5.0)) == [Pong(at=5.0, now=0.0)]  # as the model server says
    assert await bench.replicator.received(Denied(ref=ORG, code="x", message=SafeText("no"))) == []
    page = Page(set="unheld@clear", prev=0, seq=1, chain="", images=(), up=False)
    assert await bench.replicator.received(Changes(page=page)) == []
    bench.now += 1.5
    assert bench.replicator.mono() == 1500
    bench.replicator.closed()
    assert bench.replicator.mono() is None
    assert await bench.replicator.pending() == await bench.replicator.pulls() == []


@pytest.mark.parametrize(
    ("ahead", "uncertainty", "moved"),
    [(0.0, 0.4, 0.0), (0.4, 0.4, 0.0), (30.0, 0.2, 29.8), (-30.0, 0.2, -30.2), (3600.0, 0.2, 3599.8)],
)
async def test_the_clock_is_the_servers_to_within_the_round_trip(
    bench: Bench, ahead: float, uncertainty: float, moved: float
) -> None:
    """The server may have read its clock at either end of the round trip of 0.4 s; `ahead` is its clock at our hello."""
    assert bench.replicator.uncertainty == 0.0
    hello = await bench.replicator.opened(CHALLENGE)
    assert hello.clock == bench.wall
    bench.wall += 0.4
    bench.now += 0.4
    welcome = msgspec.structs.replace(bench.server.hello(hello), now=hello.clock + ahead)
    await bench.replicator.received(welcome)
    bench.replicator.closed()
    assert bench.replicator.uncertainty == pytest.approx(uncertainty)
    assert bench.clock() - bench.wall == pytest.approx(moved, abs=1e-6)


async def test_a_pong_sets_the_clock_too(bench: Bench) -> None:
    """A session may last for weeks, in which clocks drift, and the server's may be put right."""
    hello = await bench.replicator.opened(CHALLENGE)
    await bench.replicator.received(msgspec.structs.replace(bench.server.hello(hello), now=bench.wall))
    asked = bench.now
    bench.now += 0.2
    bench.wall += 0.2
    await bench.replicator.received(Pong(at=asked, now=bench.wall + 50.0))
    assert bench.clock() == pytest.approx(bench.wall + 50.1)
    assert bench.replicator.uncertainty == pytest.approx(0.1)


async def test_a_version_that_does_not_fit(bench: Bench) -> None:
    newer = Challenge(nonce="n", proto_min=2, proto_max=3, server_epoch="h")
    with pytest.raises(StartAgain, match="upgrade this program"):
        await bench.replicator.opened(newer)
    older = Challenge(nonce="n", proto_min=0, proto_max=0, server_epoch="h")
    with pytest.raises(StartAgain, match="upgrade the server"):
        await bench.replicator.opened(older)


async def test_a_desk_that_is_too_old_keeps_its_ops(bench: Bench) -> None:
    import msgspec

    await bench.save(1)
    hello = await bench.replicator.opened(CHALLENGE)
    welcome = msgspec.structs.replace(bench.server.hello(hello), action="readonly")
    assert pushes(await bench.replicator.received(welcome)) == []
    assert (await bench.store.waiting()).ops == 1
