"""How long what waits at an exchange is believed while the link to it is down."""

import pytest

from ringdesk.calls import CallEvent, Direction, EventKind
from ringdesk.dialects import Level
from terminal.callerid.lease import MOST, QUEUE_TIMES, Lease

T = 1795325880.0
SECONDS = 60.0


def event(kind: EventKind, native: str = "1", at: float = T, linked: str | None = None) -> CallEvent:
    return CallEvent(event=kind, at=at, source="pbx", native_id=native, linked_id=linked, direction=Direction.OUT)


def lease(*events: CallEvent) -> Lease:
    it = Lease(SECONDS)
    for each in events:
        it.heard(each)
    return it


def stopped(it: Lease, at: float) -> list[tuple[str, EventKind]]:
    return [(each.native_id, each.event) for each in it.due(at)]


def test_what_rings_on_a_link_that_is_down_stops_when_its_time_is_over_and_once() -> None:
    it = lease(event(EventKind.RINGING))
    assert it.due(T + 9999) == (), "the link is up"
    it.stands(Level.BROKEN, T + 10)
    assert it.next_due == T + 70
    assert stopped(it, T + 69) == []
    (said,) = it.due(T + 70)
    assert (said.event, said.at, said.source, said.direction) == (
        EventKind.RING_STOPPED,
        T + 70,
        "pbx",
        Direction.OUT,
    )
    assert it.due(T + 999) == ()


@pytest.mark.parametrize("level", [Level.OK, Level.WARNING])
def test_a_link_that_is_back_in_time_keeps_everything(level: Level) -> None:
    it = lease(event(EventKind.RINGING))
    it.stands(Level.BROKEN, T)
    it.stands(Level.STARTING, T + 30)
    assert it.next_due == T + 60, "a login that may still fail is no link"
    it.stands(Level.BROKEN, T + 31)
    it.stands(level, T + 59)
    assert stopped(it, T + 999) == []


def test_who_waits_in_a_queue_is_believed_longer_also_while_telephones_ring_for_them() -> None:
    it = lease(event(EventKind.RINGING), event(EventKind.QUEUED), event(EventKind.RINGING))
    it.stands(Level.BROKEN, T)
    assert stopped(it, T + SECONDS * QUEUE_TIMES - 1) == []
    assert stopped(it, T + SECONDS * QUEUE_TIMES) == [("1", EventKind.RING_STOPPED)]


@pytest.mark.parametrize(
    "over",
    [event(kind) for kind in (EventKind.ANSWERED, EventKind.ENDED, EventKind.RING_STOPPED, EventKind.HELD)]
    + [event(EventKind.LINKED, "2", linked="1")],
)
def test_what_was_answered_or_is_over_needs_no_lease(over: CallEvent) -> None:
    it = lease(event(EventKind.RINGING), over)
    it.stands(Level.BROKEN, T)
    assert stopped(it, T + 9999) == []


def test_a_link_that_brings_news_of_a_call_is_not_down_for_it() -> None:
    it = lease(event(EventKind.RINGING))
    it.stands(Level.BROKEN, T)
    it.heard(event(EventKind.CALLER, at=T + 50))
    assert (stopped(it, T + 109), stopped(it, T + 110)) == ([], [("1", EventKind.RING_STOPPED)])


def test_it_remembers_no_more_than_it_may() -> None:
    it = lease(*(event(EventKind.RINGING, str(number)) for number in range(MOST + 1)))
    it.stands(Level.BROKEN, T)
    assert [native for native, _ in stopped(it, T + 60)] == [str(number) for number in range(1, MOST + 1)]
