"""A source that floods: its reports leave no faster than the server takes them, and what people do waits for none of them."""

import asyncio
from pathlib import Path

import pytest

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.ids import call_id
from ringdesk.ops import CallReport, NoteAdd, kind_of
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire import limits
from terminal.desk import reports
from terminal.desk.pace import Pace
from terminal.desk.reports import Reporter, Reports
from tests.terminal.desk.place import opened

REPORT, NOTE = kind_of(CallReport(call="", events=())), kind_of(NoteAdd(member=None, call=None, text=SafeLines("")))


def rung(native: str, source: str = "flood") -> CallEvent:
    caller = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)
    return CallEvent(event=EventKind.RINGING, at=0.0, source=source, native_id=native, caller=caller)


class Bench:
    """A reporter whose reports nobody answers, unless a test says so; `now` moves by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.saved: list[str] = []
        self.pace = Pace(lambda: self.now)
        self.reporter = Reporter(self._save, lambda _report, _error: False, self.pace)

    async def _save(self, report: CallReport) -> None:
        self.saved.append(report.call)

    def flood(self, calls: int, source: str = "flood") -> None:
        for number in range(calls):
            self.reporter.heard(f"{source}{number}", rung(str(number), source), popped=True)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPORTS_BURST", 100)
    monkeypatch.setattr(limits, "REPORTS_PER_SECOND", 1.0)


async def test_reports_leave_no_faster_than_the_server_takes_them() -> None:
    bench = Bench()
    bench.flood(300)
    assert await bench.reporter.rest(), "some have to wait"
    assert len(bench.saved) == 20
    bench.now = 10.0
    assert await bench.reporter.rest()
    assert len(bench.saved) == 28
    bench.now = 1e6
    await bench.reporter.rest()
    assert len(bench.saved) == 108, "never more at once than it takes at once"
    assert await bench.reporter.rest(all_of_them=True) is False
    assert sorted(bench.saved) == sorted(f"flood{number}" for number in range(300)), "none is lost, none is told twice"


async def test_the_report_of_a_call_of_which_a_person_says_something_waits_for_nothing() -> None:
    bench = Bench()
    bench.flood(50)
    await bench.reporter.rest()
    await bench.reporter.flush("flood40")
    assert bench.saved[20:] == ["flood40"]
    bench.now = 1.5
    await bench.reporter.rest()
    assert len(bench.saved) == 21, "it counts"


async def test_a_quiet_line_does_not_wait_for_a_flood_on_another() -> None:
    bench = Bench()
    bench.flood(200)
    await bench.reporter.rest()
    bench.flood(2, "quiet")
    bench.now = 5.0
    await bench.reporter.rest()
    assert bench.saved[20:] == ["flood20", "quiet0", "flood21", "quiet1"]


async def test_what_has_to_wait_leaves_by_itself_when_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "HELD_SECONDS", 0.01)
    bench = Bench()
    running = asyncio.create_task(bench.reporter.run())
    bench.flood(21)
    async with asyncio.timeout(20):
        while len(bench.saved) < 20:
            await asyncio.sleep(0)
        bench.now = 2.0
        while len(bench.saved) < 21:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_the_memory_of_a_flood_is_bounded_at_its_own_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_RIPE", 10)
    it = Reports()
    it.heard("quiet", rung("0", "quiet"), popped=True)
    for number in range(30):
        it.heard(str(number), rung(str(number)), popped=True)
    left = []
    while (report := it.take()) is not None:
        left.append(report.call)
    assert sorted(left) == sorted(["quiet", *(str(number) for number in range(21, 30))])
    assert (it.dropped, it._waiting) == (21, {})


async def test_a_note_is_not_behind_the_reports_of_a_flood(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        for number in range(150):
            await place.hand.ring("0955000111", native=str(number))
        await place.desk._flow._queue.join()
        await place.desk.note(SafeLines("in a flood"), None, None)
        await place.desk.note(SafeLines("about a call"), None, call_id(place.hand.spec.id, "149"))
        ops = await place.store.outgoing(1, 500, 10**6)
        kinds = [op.kind for op in ops]
        assert kinds.count(NOTE) == 2
        assert kinds.count(REPORT) < 100, "the server takes all of it at once"
        assert kinds[-2:] == [REPORT, NOTE], "the call that a note is about is known first"
        await place.desk.close()
        assert len(await place.store.calls(0.0)) == 150, "at the end all are kept"
