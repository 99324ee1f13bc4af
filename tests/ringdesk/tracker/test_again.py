"""Ids that come again."""

import pytest

from ringdesk import ids
from ringdesk.calls import CallEvent, CallState, EventKind
from ringdesk.tracker import Policy, Tracker
from ringdesk.tracker.again import AGAIN_SECONDS, LIVES, LONGEST_SECONDS, own

T = 1795325880.0
LATER = T + AGAIN_SECONDS + 1


def event(kind: EventKind, at: float, native: str = "7") -> CallEvent:
    return CallEvent(event=kind, at=at, source="pbx", native_id=native)


def meant(said: CallEvent, **ended: float) -> str:
    by_id = {ids.call_id("pbx", name.replace("_", "~").removeprefix("n")): at for name, at in ended.items()}
    return own(said, by_id.get).native_id


def stretch(at: float) -> int:
    return int(at // AGAIN_SECONDS)


@pytest.mark.parametrize("kind", list(EventKind))
def test_an_id_that_is_new_or_lives_or_ended_lately_is_that_of_its_call(kind: EventKind) -> None:
    assert meant(event(kind, LATER)) == "7"
    assert meant(event(kind, LATER), n7=LIVES) == "7"
    assert meant(event(kind, LATER), n7=T + 1) == "7"
    assert meant(event(kind, T - 9), n7=T) == "7", "the clock was set back"


def test_what_begins_later_has_a_name_of_its_own_and_what_follows_has_it_too() -> None:
    name = f"7~{stretch(LATER)}"
    assert meant(event(EventKind.RINGING, LATER), n7=T) == name
    for kind in EventKind:
        assert meant(event(kind, LATER + LONGEST_SECONDS), **{"n7": T, f"n{name.replace('~', '_')}": LIVES}) == name


def test_what_does_not_begin_anything_stays_with_the_call_of_long_ago() -> None:
    assert meant(event(EventKind.ENDED, LATER), n7=T) == "7"


def test_a_link_never_leads_to_a_call_of_long_ago() -> None:
    link = CallEvent(event=EventKind.LINKED, at=LATER, source="pbx", native_id="8", linked_id="7")
    assert own(link, {ids.call_id("pbx", "7"): T}.get).linked_id == f"7~{stretch(LATER)}"


def test_a_tracker_knows_what_it_has_forgotten() -> None:
    tracker = Tracker(Policy(capacity=2))
    (first,) = tracker.received(event(EventKind.RINGING, T))
    tracker.received(event(EventKind.ENDED, T + 5))
    tracker.due(LATER)
    assert tracker.calls == ()
    assert tracker.received(event(EventKind.ENDED, LATER + 9)) == (), "it was over"
    (again,) = tracker.received(event(EventKind.RINGING, LATER + 9))
    assert again.id != first.id
    (over,) = tracker.received(event(EventKind.ENDED, LATER + 20))
    assert (over.id, over.state, tracker.get(first.id)) == (again.id, CallState.ENDED, None)


@pytest.mark.parametrize("ahead", [-86_400.0, 86_400.0])
def test_a_call_that_is_on_ends_under_its_name_however_the_clock_was_set_since(ahead: float) -> None:
    tracker = Tracker()
    tracker.recall(ids.call_id("pbx", "7"), T - 5 * 86_400.0)
    (call,) = tracker.received(event(EventKind.ANSWERED, T))
    assert call.id == ids.call_id("pbx", f"7~{stretch(T)}")
    (over,) = tracker.received(event(EventKind.ENDED, T + ahead))
    assert (over.id, over.state) == (call.id, CallState.ENDED)
    (other,) = tracker.received(event(EventKind.RINGING, T + ahead + AGAIN_SECONDS + 1))
    assert other.id != call.id


def test_a_tracker_that_was_told_of_it_knows_it_too_and_remembers_no_more_than_it_may() -> None:
    tracker = Tracker(Policy(capacity=2))
    for native in ("7", "8", "9"):
        tracker.recall(ids.call_id("pbx", native), T)
    rung = {native: tracker.meant(event(EventKind.RINGING, LATER, native)).native_id for native in ("7", "8", "9")}
    assert rung == {"7": "7", "8": f"8~{stretch(LATER)}", "9": f"9~{stretch(LATER)}"}
