import asyncio

import msgspec

from ringdesk.calls import Caller, CallEvent, EventKind, Leg, LegState, Presentation
from ringdesk.errors import Refused
from ringdesk.ops import CallReport
from ringdesk.safetext import SafeText
from terminal.desk.reports import MAX_CALLS, MAX_EVENTS, Reporter, Reports

MEI = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)


def event(kind: EventKind, at: float = 0.0, caller: Caller | None = None) -> CallEvent:
    return CallEvent(event=kind, at=at, source="line", native_id="1", caller=caller)


def test_one_report_at_the_pop_with_all_that_led_to_it() -> None:
    reports = Reports()
    assert not reports.heard("c", event(EventKind.RINGING), popped=False)
    assert reports.take() is None
    assert reports.heard("c", event(EventKind.CALLER, 1, MEI), popped=True)
    report = reports.take()
    assert report is not None
    assert [each.event for each in report.events] == [EventKind.RINGING, EventKind.CALLER]
    assert not reports.heard("c", event(EventKind.RINGING, 6), popped=True)
    assert not reports.heard("c", event(EventKind.CALLER, 7, MEI), popped=True)
    assert reports.take() is None


def test_two_rings_without_a_number_are_reported_and_a_third_is_not() -> None:
    reports = Reports()
    reports.heard("c", event(EventKind.RINGING), popped=False)
    assert reports.heard("c", event(EventKind.RINGING, 6), popped=True)
    report = reports.take()
    assert report is not None
    assert len(report.events) == 2
    assert not reports.heard("c", event(EventKind.RINGING, 12), popped=True)


def test_a_call_that_rings_on_says_so_once_a_minute() -> None:
    """Else the server would give it up while it rings: to it the call would have been silent since the second ring."""
    reports = Reports()
    told = []
    for at in range(0, 200, 5):
        reports.heard("c", event(EventKind.RINGING, float(at)), popped=at > 0)
        report = reports.take()
        told += [each.at for each in report.events] if report else []
    assert told == [0.0, 5.0, 60.0, 120.0, 180.0]


def test_every_later_fact_is_reported() -> None:
    reports = Reports()
    reports.heard("c", event(EventKind.CALLER, 1, MEI), popped=True)
    reports.take()
    named = msgspec_name("CHEN")
    for later in (event(EventKind.CALLER, 2, named), event(EventKind.RING_STOPPED, 8), event(EventKind.ENDED, 60)):
        assert reports.heard("c", later, popped=True)
        report = reports.take()
        assert report is not None
        assert report.events == (later,)


def test_a_call_that_was_reported_and_is_another_is_named_in_its_report() -> None:
    reports = Reports()
    reports.heard("a", event(EventKind.CALLER, 1, MEI), popped=True)
    reports.heard("b", event(EventKind.RINGING, 2), popped=True)
    assert reports.take("a")
    assert reports.take("b")
    reports.heard("b", event(EventKind.RING_STOPPED, 3), popped=True)
    assert reports.joined("a", ("b",))
    report = reports.take()
    assert report is not None
    assert (report.call, report.also, [each.at for each in report.events]) == ("a", ("b",), [3])
    reports.back(report)
    assert reports.take() == report
    assert not reports.joined("a", ("b",))
    assert reports.take() is None


def test_one_that_nobody_heard_of_leaves_only_its_events() -> None:
    reports = Reports()
    reports.heard("b", event(EventKind.RINGING), popped=False)
    assert not reports.joined("a", ("b",))
    assert reports.heard("a", event(EventKind.CALLER, 1, MEI), popped=True)
    report = reports.take()
    assert report is not None
    assert (report.call, report.also, len(report.events)) == ("a", (), 2)


def test_an_alias_of_an_alias_is_named_too() -> None:
    reports = Reports()
    for call in ("a", "b", "c"):
        reports.heard(call, event(EventKind.CALLER, 1, MEI), popped=True)
        reports.take(call)
    reports.joined("b", ("c",))
    reports.joined("a", ("c", "b"))
    report = reports.take()
    assert report is not None
    assert (report.call, sorted(report.also), reports.take()) == ("a", ["b", "c"], None)


def msgspec_name(name: str) -> Caller:
    return Caller(MEI.raw, MEI.e164, MEI.presentation, SafeText(name))


def test_a_call_that_stops_before_it_popped_is_reported_once() -> None:
    reports = Reports()
    reports.heard("c", event(EventKind.RINGING), popped=False)
    assert reports.heard("c", event(EventKind.RING_STOPPED, 8), popped=False)
    report = reports.take()
    assert report is not None
    assert len(report.events) == 2


def test_a_report_is_bounded_and_memory_too() -> None:
    reports = Reports()
    for number in range(MAX_EVENTS + 1):
        reports.heard("c", event(EventKind.CALLER, number, msgspec_name(str(number))), popped=True)
    sizes = []
    while (report := reports.take()) is not None:
        sizes.append(len(report.events))
    assert sizes == [MAX_EVENTS, 1]
    for number in range(2 * MAX_CALLS):
        reports.heard(str(number), event(EventKind.RINGING), popped=False)
    assert len(reports._told) <= MAX_CALLS
    assert len(reports._waiting) <= MAX_CALLS


async def test_what_a_full_disk_kept_back_leaves_with_the_next() -> None:
    saved: list[CallReport] = []
    full = True

    async def save(report: CallReport) -> None:
        if full:
            raise Refused("disk_full", "no room")
        saved.append(report)

    reporter = Reporter(save, lambda _report, error: isinstance(error, Refused) and error.code == "disk_full")
    running = asyncio.create_task(reporter.run())
    reporter.heard("c", event(EventKind.CALLER, 1, MEI), popped=True)
    await reporter.rest()
    assert saved == []
    full = False
    reporter.heard("c", event(EventKind.RING_STOPPED, 8), popped=True)
    await reporter.rest()
    assert [each.event for report in saved for each in report.events] == [EventKind.CALLER, EventKind.RING_STOPPED]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_a_number_that_comes_with_a_later_ring_is_told() -> None:
    """An exchange says at first whose telephone rings, and with the next ring who calls."""
    reports = Reports()
    leg = CallEvent(
        event=EventKind.RINGING, at=0.0, source="hook", native_id="1", leg=Leg(SafeText("1001"), LegState.RINGING)
    )
    reports.heard("c", leg, popped=True)
    assert reports.take("c") is not None
    caller = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)
    number = CallEvent(event=EventKind.RINGING, at=0.7, source="hook", native_id="1", caller=caller)
    assert reports.heard("c", number, popped=True)
    report = reports.take()
    assert report is not None
    assert [event.caller for event in report.events] == [caller]


def test_a_call_that_rings_on_after_nobody_heard_it_stop_is_told_each_time() -> None:
    reports = Reports()
    ring = CallEvent(event=EventKind.RINGING, at=1.0, source="pbx", native_id="1")
    assert reports.heard("c", ring, popped=True)
    assert reports.take() is not None
    for at in (60.0, 300.0):
        for each in (
            msgspec.structs.replace(ring, event=EventKind.RING_STOPPED, at=at, lapsed=True),
            msgspec.structs.replace(ring, at=at + 9),
        ):
            assert reports.heard("c", each, popped=True)
            report = reports.take()
            assert report is not None
            assert report.events == (each,)
