"""A desk's line and another source saw one call: the server makes one of the two."""

from typing import Any

import pytest

from ringdesk.calls import Call, Called, Caller, CallEvent, CallState, EventKind, Outcome, Presentation
from ringdesk.ids import call_id
from ringdesk.ops import CallClaim, CallReport, NoteAdd
from ringdesk.safetext import SafeLines, SafeText
from server.callroom import CallRoom, Report
from server.fanout import Wake
from server.store.base import Store
from server.store.values import LineRow
from tests.server.accept.test_frame import KEY, NOW, Bench, bench, device, store, uid

__all__ = ["bench", "store"]

CALLER = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)
FRONT = LineRow(id="front", source="hook", site="main", area="2")
OWN, HOOK = call_id("line", "1"), call_id("hook", "CA1")


def seen(source: str, native: str, at: float = NOW, kind: EventKind = EventKind.RINGING, **more: Any) -> CallEvent:
    fields: dict[str, Any] = {"caller": CALLER} | more
    return CallEvent(event=kind, at=at, source=source, native_id=native, **fields)


async def hook(store: Store, *events: CallEvent) -> None:
    room = CallRoom(store.order, KEY, Wake(), lambda: NOW)
    await room.hear(Report(source="hook", events=events, lines=(FRONT,)))


async def report(bench: Bench, name: str, *events: CallEvent, call: str = OWN) -> None:
    (answer,) = (await bench.push(bench.op(CallReport(call=call, events=events), uid(name)))).answers
    assert answer.result == "applied"


async def views(bench: Bench) -> tuple[Call, Call]:
    return await bench.row("call", OWN), await bench.row("call", HOOK)


async def test_what_a_line_reports_goes_on_with_what_the_webhook_said(bench: Bench, store: Store) -> None:
    await hook(store, seen("hook", "CA1"))
    await report(bench, "r1", seen("line", "1", NOW + 1))
    own, call = await views(bench)
    assert (own.merged_into, own.state) == (HOOK, CallState.ENDED)
    assert {key.source for key in call.sources} == {"hook", "line"}
    await report(bench, "r2", seen("line", "1", NOW + 9, EventKind.RING_STOPPED))
    assert (await bench.row("call", HOOK)).state is CallState.RING_STOPPED


async def test_a_queue_waits_on_when_the_line_no_longer_rings(bench: Bench, store: Store) -> None:
    await report(bench, "r1", seen("line", "1", NOW - 1))
    await hook(store, seen("hook", "CA1", NOW - 1), seen("hook", "CA1", kind=EventKind.QUEUED))
    await report(bench, "r2", seen("line", "1", NOW + 9, EventKind.RING_STOPPED))
    assert (await bench.row("call", OWN)).state is CallState.QUEUED


@pytest.mark.parametrize("kind", [EventKind.QUEUED, EventKind.ANSWERED])
async def test_what_a_desk_without_a_link_gave_up_goes_on_as_the_webhook_says(
    bench: Bench, store: Store, kind: EventKind
) -> None:
    """It reports all at once, when it is back: that it rang, that it stopped, and that the desk heard no more."""
    await hook(store, seen("hook", "CA1", NOW - 90), seen("hook", "CA1", NOW - 80, kind))
    before = (await bench.row("call", HOOK)).state
    rang = seen("line", "1", NOW - 90), seen("line", "1", NOW - 80, EventKind.RING_STOPPED)
    gave_up = seen("line", "1", NOW - 20, EventKind.ENDED, outcome=Outcome.UNKNOWN, lapsed=True)
    await report(bench, "r1", *rang, gave_up)
    own, call = await views(bench)
    assert (own.merged_into, call.merged_into, call.state, call.outcome) == (HOOK, None, before, None)


async def test_a_webhook_that_is_late_goes_on_with_what_the_line_reported(bench: Bench, store: Store) -> None:
    await report(bench, "r1", seen("line", "1"))
    await hook(store, seen("hook", "CA1"))
    own, call = await views(bench)
    assert (own.merged_into, call.merged_into) == (None, OWN)


async def test_what_people_did_with_either_stays(bench: Bench, store: Store) -> None:
    await report(bench, "r1", seen("line", "1", NOW, caller=None))
    await bench.push(
        bench.op(CallClaim(call=OWN), uid("k1")), bench.op(NoteAdd(call=OWN, text=SafeLines("傘")), uid("n1"))
    )
    await hook(store, seen("hook", "CA1"))
    await report(bench, "r2", seen("line", "1", NOW + 2, EventKind.CALLER))
    own, call = await views(bench)
    assert (own.merged_into, call.claimed_by) == (HOOK, "p1")
    await bench.push(bench.op(NoteAdd(call=OWN, text=SafeLines("紅色")), uid("n2")))
    assert (await bench.row("note", uid("n2"))).call == HOOK


async def test_the_lines_of_two_desks_saw_one_call(bench: Bench, store: Store) -> None:
    other = Bench(store, await device(store, "d2", "main", "desk"))
    await report(bench, "r1", seen("line", "1"))
    await report(other, "r2", seen("ami", "17.1", NOW + 2), call=call_id("ami", "17.1"))
    assert (await bench.row("call", call_id("ami", "17.1"))).merged_into == OWN


async def test_two_stores_have_two_calls(bench: Bench, store: Store) -> None:
    await report(bench, "r1", seen("line", "1"))
    room = CallRoom(store.order, KEY, Wake(), lambda: NOW)
    west = LineRow(id="west", source="hook", site="west")
    await room.hear(Report(source="hook", events=(seen("hook", "CA1"),), lines=(west,)))
    own, call = await views(bench)
    assert (own.merged_into, call.merged_into) == (None, None)


async def test_a_report_in_the_same_frame_finds_the_one_before(bench: Bench) -> None:
    reply = await bench.push(
        bench.op(CallReport(call=OWN, events=(seen("line", "1"),)), uid("r1")),
        bench.op(CallReport(call=HOOK, events=(seen("hook", "CA1", NOW + 1),)), uid("r2")),
    )
    assert [answer.result for answer in reply.answers] == ["applied"] * 2
    assert {row.id for answer in reply.answers for row in answer.rows} == {OWN, HOOK}
    assert (await views(bench))[1].merged_into == OWN


async def test_one_number_at_two_lines_with_names_of_their_own_is_perhaps_one_call(bench: Bench, store: Store) -> None:
    front = Called(raw=SafeText("front"))
    await hook(store, seen("hook", "CA1", called=front))
    await report(bench, "r1", seen("line", "1", NOW + 1, called=Called(line=SafeText("1"))))
    own, call = await views(bench)
    assert (own.merged_into, own.perhaps, call.perhaps) == (None, HOOK, None)


async def test_a_clock_that_is_not_sure_leaves_a_doubt(bench: Bench, store: Store) -> None:
    await hook(store, seen("hook", "CA1", NOW - 9))
    for name, unsure, perhaps in (("1", 0.0, None), ("2", 4.0, HOOK)):
        own = call_id("line", name)
        said = CallReport(call=own, events=(seen("line", name),), uncertainty=unsure)
        (answer,) = (await bench.push(bench.op(said, uid(name)))).answers
        assert answer.result == "applied"
        call = await bench.row("call", own)
        assert (call.merged_into, call.perhaps) == (None, perhaps)
