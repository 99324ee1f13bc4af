"""What is fetched, against the model: pages, gaps, repairs."""

import pytest

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.wire import limits
from ringdesk.wire.messages import Changes, Pull, UpTo
from terminal.sync.pulls import REPAIR_SECONDS
from tests.terminal.store.model import ORG, SHOP
from tests.terminal.sync.bench import Bench


async def test_pages_follow_until_the_set_is_complete(bench: Bench) -> None:
    for number in range(20):
        bench.server.write({("member", f"m{number}"): Member(id=f"m{number}")}, None)
    await bench.serve(await bench.greet())
    assert len(await bench.store.dump("members")) == 20


async def test_a_live_frame_over_a_gap_is_pulled_once(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    for number in range(6):
        bench.server.write({("member", f"m{number}"): Member(id=f"m{number}")}, None)
    live = [*bench.server.frames(ORG, 4, 1), *bench.server.frames(ORG, 5, 1)]
    asked = [message for frame in live for message in await bench.replicator.received(frame)]
    assert [type(each) for each in asked] == [Pull]
    await bench.serve(asked)
    assert len(await bench.store.dump("members")) == 6


async def test_a_live_frame_does_not_end_the_pull_that_is_under_way(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    pull = next(each for each in await bench.replicator.pulls() if isinstance(each, Pull) and each.set == ORG)
    bench.server.write({("member", "m"): Member(id="m")}, None)
    for frame in bench.server.frames(ORG, 0, 1):
        if isinstance(frame, Changes):
            await bench.replicator.received(frame)
    assert ORG not in [each.set for each in await bench.replicator.pulls() if isinstance(each, Pull)]
    await bench.serve([pull])
    assert ORG in [each.set for each in await bench.replicator.pulls() if isinstance(each, Pull)]


async def test_pages_that_the_server_sends_by_itself_are_not_asked_for_as_well(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    for number in range(6):
        bench.server.write({("member", f"m{number}"): Member(id=f"m{number}")}, None)
    for prev in (0, 2):
        page = bench.server.frames(ORG, prev, 2)[0]
        assert isinstance(page, Changes)
        assert not page.page.up
        assert await bench.replicator.received(page) == []


async def test_pages_grow_on_a_fast_line_and_shrink_on_a_slow_one(bench: Bench) -> None:
    await bench.serve(await bench.greet())

    async def one_round(seconds: float) -> int:
        bench.server.write({("member", f"m{bench.now}"): Member(id=f"m{bench.now}")}, None)
        pull = next(each for each in await bench.replicator.pulls() if isinstance(each, Pull) and each.set == ORG)
        bench.now += seconds
        await bench.serve([pull, Pull(set=SHOP, cursor=0)])
        return pull.max_bytes

    assert [await one_round(0.1) for _ in range(4)][-1] == limits.PAGE_MAX
    assert [await one_round(3.0) for _ in range(8)][-1] == limits.PAGE_MIN


@pytest.mark.parametrize("seq", [0, 2])
async def test_a_word_about_another_cursor_is_no_difference(bench: Bench, seq: int) -> None:
    bench.server.write({("member", "m"): Member(id="m")}, None)
    await bench.serve(await bench.greet())
    crossed = UpTo(set=ORG, seq=seq, head=2, chain="c", count=7, digest="0" * 32)
    for _ in range(3):
        pull = await bench.replicator.received(crossed)
        assert [each.cursor for each in pull if isinstance(each, Pull)] == [1]
    await bench.serve(pull)
    assert (await bench.store.standing()).divergences == 0
    assert await bench.replicator.caught_up()


async def test_a_planted_difference_is_found_repaired_and_counted(bench: Bench) -> None:
    bench.server.write({("member", "m"): Member(id="m", name=SafeText("true"))}, None)
    await bench.serve(await bench.greet())
    await bench.store._writer.run(
        lambda tx: tx.do("update held set digest = 'ff' || substr(digest, 3) where name = ?", ORG)
    )
    bench.server.write({("member", "m2"): Member(id="m2")}, None)
    await bench.serve(await bench.replicator.pulls())
    assert (await bench.store.standing()).divergences == 1
    assert await bench.replicator.caught_up()
    assert len(await bench.store.dump("members")) == 2


async def test_a_fault_that_stays_does_not_fill_the_line(bench: Bench) -> None:
    bench.server.write({("member", "m"): Member(id="m")}, None)
    await bench.serve(await bench.greet())
    wrong = UpTo(set=ORG, seq=1, head=1, chain="c", count=7, digest="0" * 32)
    for _ in range(50):
        await bench.replicator.received(wrong)
    assert (await bench.store.standing()).divergences == 1


async def test_a_quiet_set_is_compared_now_and_then(bench: Bench) -> None:
    await bench.serve(await bench.greet())
    bench.now += REPAIR_SECONDS - 1
    assert await bench.replicator.pending() == []
    bench.now += 2
    assert [type(each) for each in await bench.replicator.pending()] == [Pull, Pull]
