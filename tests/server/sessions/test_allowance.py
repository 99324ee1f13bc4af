"""A device that sends refused ops without end: it waits, nobody else does, and every op gets its answer."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ringdesk.calls import CallEvent, EventKind
from ringdesk.ids import call_id
from ringdesk.ops import CallReport, Op
from ringdesk.wire import limits
from ringdesk.wire.limits import REPORTS_BURST, REPORTS_PER_SECOND
from ringdesk.wire.messages import PUSH, Answers, Denied, Push
from server.sessions import allowance
from server.sessions.allowance import BURST, PER_SECOND, Allowance
from tests.server.parts import ROOTS, Shop, Terminal, member, shop


def test_what_was_spent_comes_back_with_time() -> None:
    it = Allowance()
    it.spend("d1", 0, 0.0)
    assert it.wait("d1", 0.0) == 0.0
    it.spend("d1", BURST - 1, 0.0)
    assert it.wait("d1", 0.0) == 0.0
    it.spend("d1", 11, 0.0)
    assert it.wait("d1", 0.0) == 11 / PER_SECOND
    assert it.wait("d1", 6 / PER_SECOND) == 5 / PER_SECOND
    assert it.wait("d2", 0.0) == 0.0
    assert it.wait("d1", 1e9) == 0.0
    it.spend("d1", BURST, 1e9)
    assert it.wait("d1", 1e9) == 1 / PER_SECOND


def kept(it: Shop) -> int:
    with closing(sqlite3.connect(it.room / "server.db")) as db:
        count: int = db.execute("SELECT count(*) FROM op").fetchone()[0]
    return count


async def denied(desk: Terminal, push: Push) -> Denied:
    await desk.say(push)
    said = await desk.hear()
    assert isinstance(said, Denied), said
    return said


async def test_beyond_it_nothing_is_kept_until_it_is_time_and_then_all_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "BURST", 5)
    monkeypatch.setattr(allowance, "PER_SECOND", 0.01)
    async with shop(tmp_path) as it:
        hostile, other = await it.terminal(), await it.terminal()
        hostile.grant = "forged"
        flood = [hostile.op(member()) for _ in range(30)]
        answers = (await hostile.push(*flood[:10])).answers
        assert {answer.code for answer in answers} == {"bad_grant"}
        rest = Push(epoch=hostile.epoch, ops=tuple(flood[10:]))
        said = await denied(hostile, rest)
        assert (said.ref, said.code) == (PUSH, "slow_down")
        assert said.retry_after == pytest.approx(600, abs=30)
        await hostile.again()  # another session is no other device
        assert (await denied(hostile, rest)).code == "slow_down"
        assert kept(it) == 10
        assert (await other.push(other.op(member()))).answers[0].result == "applied"

        monkeypatch.setattr(allowance, "PER_SECOND", 1e6)
        await asyncio.sleep(0.01)
        await hostile.say(rest)
        assert [answer.dev_seq for answer in (await hostile.expect(Answers)).answers] == list(range(11, 31))


async def test_what_was_answered_before_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "BURST", 5)
    monkeypatch.setattr(allowance, "PER_SECOND", 1e-6)
    async with shop(tmp_path) as it:
        desk = await it.terminal()
        good, grant = desk.op(member()), desk.grant
        desk.grant = "forged"
        bad = desk.op(member())
        desk.grant = grant
        for _ in range(10):
            assert [answer.result for answer in (await desk.push(good, bad)).answers] == ["applied", "rejected"]


def test_reports_have_an_allowance_of_their_own() -> None:
    it = Allowance()
    it.spend("d1", 0, 0.0, reported=REPORTS_BURST + 9)
    assert (it.wait("d1", 0.0), it.wait_to_report("d1", 0.0)) == (0.0, 10 / REPORTS_PER_SECOND)
    assert it.wait_to_report("d2", 0.0) == 0.0
    it.spend("d2", 1, 0.0, reported=1)
    assert it.wait_to_report("d2", 0.0) == 0.0
    assert it.wait("d2", 0.0) == 0.0


def report(desk: Terminal, native: str) -> Op:
    event = CallEvent(event=EventKind.RINGING, at=ROOTS.clock(), source=desk.device, native_id=native)
    return desk.op(CallReport(call=call_id(desk.device, native), events=(event,)))


async def test_a_device_that_reports_calls_without_end_waits_and_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS_BURST", 5)
    monkeypatch.setattr(limits, "REPORTS_PER_SECOND", 0.01)
    async with shop(tmp_path) as it:
        hostile, other = await it.terminal(), await it.terminal()

        reports = [report(hostile, f"c{number}") for number in range(12)]
        answers = (await hostile.push(*reports[:8])).answers
        assert {answer.result for answer in answers} == {"applied"}
        rest = Push(epoch=hostile.epoch, ops=tuple(reports[8:]))
        said = await denied(hostile, rest)
        assert (said.ref, said.code) == (PUSH, "slow_down")
        assert (await other.push(report(other, "c"))).answers[0].result == "applied"
        assert kept(it) == 9
        monkeypatch.setattr(limits, "REPORTS_PER_SECOND", 1e6)
        await asyncio.sleep(0.01)
        await hostile.say(rest)
        assert [answer.dev_seq for answer in (await hostile.expect(Answers)).answers] == list(range(9, 13))


async def test_what_people_did_before_a_report_too_many_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS_BURST", 3)
    monkeypatch.setattr(limits, "REPORTS_PER_SECOND", 0.01)
    async with shop(tmp_path) as it:
        desk = await it.terminal()
        await desk.push(*(report(desk, f"c{number}") for number in range(3)))
        assert [answer.result for answer in (await desk.push(desk.op(member()))).answers] == ["applied"]
        mixed = [desk.op(member()), desk.op(member()), report(desk, "too many"), desk.op(member())]
        said = await denied(desk, Push(epoch=desk.epoch, ops=tuple(mixed)))
        assert (said.ref, said.code) == (PUSH, "slow_down")
        taken = (await desk.expect(Answers)).answers
        assert [(answer.op_id, answer.result) for answer in taken] == [(op.op_id, "applied") for op in mixed[:2]]
        monkeypatch.setattr(limits, "REPORTS_PER_SECOND", 1e6)
        await asyncio.sleep(0.01)
        answers = (await desk.push(*mixed)).answers
        assert [answer.op_id for answer in answers] == [op.op_id for op in mixed]
