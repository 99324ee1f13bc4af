"""What the time of arrival says about a report, and calls whose desk says nothing any more."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from ringdesk import ops
from ringdesk.calls import Call, CallEvent, CallState, EventKind, Outcome
from ringdesk.ids import call_id
from ringdesk.ops import Args, CallClaim, CallReport, Op, TaskDone
from ringdesk.safetext import SafeText
from ringdesk.tracker import DEFAULT_POLICY
from ringdesk.wire.messages import Push
from ringdesk.wire.signing import GrantBody, ServerKey
from server.accept import Acceptor
from server.callroom import AT_ONCE, CallRoom, flags
from server.fanout import Wake
from server.store import schema
from server.store.sqlite import SqliteStore, open_store
from server.store.values import Device, Enrolment, Entry
from tests.server.parts import PATIENCE, ROOTS, shop

KEY = ServerKey(b"k" * 32)
ENTRY = Entry(at=1.0, actor="test", action="test")
NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("age", "uncertainty", "flagged"), [(0, 0, False), (30, 0, False), (31, 0, True), (31, 2, False)]
)
def test_a_report_older_than_half_a_minute_is_history(age: float, uncertainty: float, *, flagged: bool) -> None:
    events = tuple(CallEvent(event=EventKind.RINGING, at=at, source="s") for at in (900.0, 1000.0))
    report = CallReport(call="c", events=events, uncertainty=uncertainty)
    assert flags(report, 1000.0 + age) == (("history",) if flagged else ())


def test_other_ops_are_never_history() -> None:
    assert flags(TaskDone(task="t"), 1e9) == ()


async def opened(path: Path) -> SqliteStore:
    return await open_store(f"sqlite:///{path}", link=lambda _a, _b: "", random_id=iter("abcdef").__next__)


class Bench:
    """A desk that reports, a call room, and a clock that stands until it is moved."""

    def __init__(self, store: SqliteStore, device: Device) -> None:
        self.store = store
        self.device = device
        self.now = NOW
        self.room = self.another_room()
        self.next = 1

    def another_room(self) -> CallRoom:
        return CallRoom(self.store.order, KEY, Wake(), lambda: self.now)

    async def does(self, args: Args, desk_clock: float | None = None) -> None:
        grant = GrantBody(
            person="p1", name=SafeText("Mei"), device="d1", roles=("agent",), issued=0.0, expires=NOW + 1e9
        )
        op = Op(
            op_id=str(UUID(int=self.next)),
            dev_seq=self.next,
            kind=ops.kind_of(args),
            grant=KEY.grant(grant),
            at=desk_clock or self.now,
            args=msgspec.Raw(ops.encode(args)),
        )
        self.next += 1
        acceptor = Acceptor(self.store.order, KEY, lambda count: b"s" * count, flags)
        reply = await acceptor.push(self.device, Push(epoch=self.device.epoch, ops=(op,)), self.now)
        assert [answer.result for answer in reply.answers] == ["applied"]

    async def hears(self, *kinds: EventKind, call: str = "c", desk_clock: float | None = None, **more: Any) -> None:
        at = desk_clock or self.now
        events = tuple(CallEvent(event=kind, at=at, source="line", native_id=call, **more) for kind in kinds)
        await self.does(CallReport(call=call_id("line", call), events=events), desk_clock)

    async def call(self, call: str = "c") -> tuple[Call, int]:
        held = await self.store.order.row(("call", call_id("line", call)))
        assert held is not None
        row = ops.decode_row("call", held.body or b"")
        assert isinstance(row, Call)
        return row, held.seq

    async def looks_at(self, now: float) -> CallState:
        self.now = now
        await self.room.look()
        return (await self.call())[0].state


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    store = await opened(tmp_path / "s.db")
    await store.register.add_enrolment(Enrolment(secret_hash="d1", site="main", cls="desk", expires=9e9), ENTRY)
    device = Device(id="d1", name="front", cls="desk", site="", public_key=b"k" * 32, epoch="e1")
    bench = Bench(store, await store.register.enrol("d1", device, NOW, ENTRY))
    yield bench
    await bench.store.close()


@pytest.mark.parametrize(
    ("kinds", "seconds"),
    [
        ((EventKind.RINGING,), DEFAULT_POLICY.stuck_ringing),
        ((EventKind.RINGING, EventKind.QUEUED), DEFAULT_POLICY.stuck_queued),
        ((EventKind.RINGING, EventKind.RING_STOPPED), DEFAULT_POLICY.ring_stopped),
        ((EventKind.RINGING, EventKind.ANSWERED), DEFAULT_POLICY.silent),
    ],
)
async def test_a_call_of_which_nothing_more_is_heard_ends(
    bench: Bench, kinds: tuple[EventKind, ...], seconds: float
) -> None:
    await bench.hears(*kinds)
    assert await bench.looks_at(NOW + seconds - 1) is not CallState.ENDED
    assert await bench.looks_at(NOW + seconds) is CallState.ENDED
    call, seq = await bench.call()
    answered = EventKind.ANSWERED in kinds
    assert (call.outcome, call.ended) == (Outcome.ANSWERED if answered else Outcome.UNKNOWN, NOW + seconds)
    head = (await bench.store.order.space()).head
    assert (seq, KEY.proves(head.seq, head.chain)) == (head.seq, True)
    assert (await bench.store.order.tally("store:main@clear")).count == 1


@pytest.mark.parametrize(
    ("kind", "seconds"), [(EventKind.QUEUED, DEFAULT_POLICY.stuck_queued), (EventKind.ANSWERED, DEFAULT_POLICY.silent)]
)
async def test_a_desk_that_knew_less_neither_ends_it_nor_keeps_it(
    bench: Bench, kind: EventKind, seconds: float
) -> None:
    await bench.hears(EventKind.RINGING, EventKind.RING_STOPPED, kind)
    state = (await bench.call())[0].state
    bench.now = NOW + 60
    await bench.hears(EventKind.ENDED, outcome=Outcome.UNKNOWN, lapsed=True)
    assert await bench.looks_at(NOW + seconds - 1) is state
    assert await bench.looks_at(NOW + seconds) is CallState.ENDED


async def test_what_is_heard_meanwhile_gives_it_new_time(bench: Bench) -> None:
    await bench.hears(EventKind.RINGING, EventKind.RING_STOPPED)
    bench.now = NOW + 59
    await bench.does(CallClaim(call=call_id("line", "c")))
    assert await bench.looks_at(NOW + 61) is CallState.ANSWERED
    assert await bench.looks_at(NOW + 3600) is CallState.ANSWERED


async def test_a_desk_with_a_wrong_clock_is_not_cut_short(bench: Bench) -> None:
    await bench.hears(EventKind.RINGING, desk_clock=NOW - 7200)
    assert await bench.looks_at(NOW + 100) is CallState.RINGING
    await bench.hears(EventKind.RING_STOPPED, call="d", desk_clock=NOW + 7200)
    bench.now = NOW + 161
    await bench.room.look()
    assert (await bench.call("d"))[0].state is CallState.ENDED


async def test_a_later_report_of_the_desk_only_adds_facts(bench: Bench) -> None:
    await bench.hears(EventKind.RINGING, EventKind.RING_STOPPED)
    await bench.looks_at(NOW + 60)
    await bench.hears(EventKind.RINGING, EventKind.ANSWERED, answered_by=SafeText("12"))
    call, _ = await bench.call()
    assert (call.state, call.outcome, call.answered_by) == (CallState.ENDED, Outcome.ANSWERED, "12")
    assert await bench.store.order.silent_calls(9e9, 9) == ()


async def test_two_processes_at_once_give_a_call_up_once(bench: Bench) -> None:
    await bench.hears(EventKind.RINGING, EventKind.RING_STOPPED)
    bench.now = NOW + 60
    due = await bench.store.order.silent_calls(bench.now, 9)
    await asyncio.gather(*(bench.another_room().look() for _ in range(4)))
    call, seq = await bench.call()
    assert (call.state, seq, (await bench.store.order.space()).head.seq) == (CallState.ENDED, 2, 2)
    assert len(due) == 1


async def test_one_that_was_heard_of_between_the_look_and_the_lock_lives_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.hears(EventKind.RINGING)
    bench.now = NOW + 180
    stale = await bench.store.order.silent_calls(bench.now, 9)
    await bench.hears(EventKind.RING_STOPPED)

    async def late(_now: float, _limit: int) -> Any:
        return stale

    monkeypatch.setattr(bench.store.order, "silent_calls", late)
    await bench.room.look()
    monkeypatch.undo()
    assert (await bench.call())[0].state is CallState.RING_STOPPED
    assert await bench.looks_at(NOW + 240) is CallState.ENDED


async def test_also_after_a_restart_and_in_pieces(bench: Bench, tmp_path: Path) -> None:
    for number in range(AT_ONCE + 5):
        await bench.hears(EventKind.RINGING, EventKind.RING_STOPPED, call=f"c{number}")
    await bench.store.close()
    bench.store = await opened(tmp_path / "s.db")
    bench.now = NOW + 60
    room = bench.another_room()
    assert [await room.look(), await room.look(), await room.look()] == [AT_ONCE, 5, 0]
    assert (await bench.call(f"c{AT_ONCE + 4}"))[0].state is CallState.ENDED


async def test_a_database_of_before_gets_its_calls_looked_at(bench: Bench) -> None:
    """The migration puts every call in; those that are over are forgotten, the others get their time from then on."""
    await bench.hears(EventKind.RINGING)
    await bench.hears(EventKind.RINGING, EventKind.ENDED, call="over")
    since = f"{schema.migration(5)} {schema.migration(6)} {schema.migration(7)}"
    script = f"DROP TABLE recent_call; DROP TABLE setting; DROP TABLE dialled; {schema.migration(2)} {since} BEGIN"
    await bench.store._lanes[0].run(lambda db: db.executescript(script))
    assert await bench.looks_at(NOW + 10) is CallState.RINGING
    assert [each.call for each in await bench.store.order.silent_calls(9e9, 9)] == [call_id("line", "c")]
    assert await bench.looks_at(NOW + 190) is CallState.ENDED


async def test_a_server_does_it_by_itself(tmp_path: Path) -> None:
    """The desk rings and dies; another desk sees the call end."""
    behind = 0.0
    roots = type(ROOTS)(lambda: ROOTS.clock() + behind, ROOTS.random_id, ROOTS.random_bytes)
    async with shop(tmp_path, roots=roots) as it:
        dying, other = await it.terminal(), await it.terminal()
        at = ROOTS.clock()
        event = CallEvent(event=EventKind.RINGING, at=at, source="line", native_id="1")
        await dying.push(dying.op(CallReport(call=call_id("line", "1"), events=(event,))))
        await dying.close()
        behind = 200.0
        name = "store:main@clear"
        rows: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE):
            while not rows or rows[0]["state"] != "ended":
                await other.pull(name)
                rows = other.bodies(name, "call")
                await asyncio.sleep(0.2)
        assert rows[0]["outcome"] == "unknown"
        await other.close()
