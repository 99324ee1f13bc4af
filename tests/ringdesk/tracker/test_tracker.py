"""Many calls."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import ids
from ringdesk.calls import (
    Call,
    Called,
    Caller,
    CallEvent,
    CallState,
    Direction,
    EventKind,
    Outcome,
    Presentation,
    SourceKey,
)
from ringdesk.safetext import SafeText
from ringdesk.tracker import Policy, Tracker, pop_due
from tests.ringdesk.shapes import values_of

T = 1795325880.0
RINGING, CALLER, STOPPED, ENDED = EventKind.RINGING, EventKind.CALLER, EventKind.RING_STOPPED, EventKind.ENDED
ANSWERED, LINKED = EventKind.ANSWERED, EventKind.LINKED
PRIVATE = Caller(presentation=Presentation.PRIVATE)


def shown(raw: str, e164: str | None = None) -> Caller:
    return Caller(raw=SafeText(raw), e164=e164, presentation=Presentation.SHOWN)


CHEN = shown("0912345678", "+886912345678")


def event(kind: EventKind, at: float = T, source: str = "modem", native: str = "1", **facts: Any) -> CallEvent:
    return CallEvent(event=kind, at=at, source=source, native_id=native, **facts)


def only(calls: tuple[Call, ...]) -> Call:
    (call,) = calls
    return call


class TestOneSource:
    def test_a_call_has_the_id_that_all_agree_on(self) -> None:
        call = only(Tracker().received(event(RINGING), site="east"))
        assert (call.id, call.site) == (ids.call_id("modem", "1"), "east")

    def test_duplicates_change_nothing(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING))
        assert len(tracker.received(event(CALLER, caller=CHEN))) == 1
        assert tracker.received(event(CALLER, caller=CHEN)) == ()

    @pytest.mark.parametrize("kind", [EventKind.MESSAGE_WAITING, EventKind.REJECTED])
    def test_a_lamp_and_a_refusal_are_ignored(self, kind: EventKind) -> None:
        tracker = Tracker()
        assert tracker.received(event(kind)) == ()
        assert tracker.calls == ()

    def test_a_ringing_that_stopped_ends_after_a_minute(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING))
        tracker.received(event(STOPPED, T + 8))
        assert tracker.next_due == T + 68
        assert tracker.due(T + 67.9) == ()
        call = only(tracker.due(T + 68))
        assert (call.state, call.outcome, call.ended) == (CallState.ENDED, Outcome.UNKNOWN, T + 68)
        assert tracker.next_due is None

    def test_unless_somebody_claimed_it(self) -> None:
        tracker = Tracker()
        call = only(tracker.received(event(RINGING)))
        tracker.received(event(STOPPED, T + 8))
        assert only(tracker.claim(call.id, "mei", T + 9)).claimed_by == "mei"
        assert tracker.claim(call.id, "lin", T + 10) == ()
        assert tracker.due(T + 3600) == ()
        done = only(tracker.wrap_up(call.id, SafeText("order"), T + 300))
        assert (done.state, done.outcome, done.claimed_by) == (CallState.ENDED, Outcome.ANSWERED, "mei")

    def test_a_stuck_ringing_ends_after_three_minutes(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING))
        assert only(tracker.due(T + 180)).outcome is Outcome.UNKNOWN

    def test_what_nobody_knows_cannot_be_claimed(self) -> None:
        assert Tracker().claim("c9", "mei", T) == ()
        assert Tracker().wrap_up("c9", SafeText("x"), T) == ()

    def test_a_late_start_adds_no_pop(self) -> None:
        tracker = Tracker()
        tracker.received(event(ENDED, outcome=Outcome.MISSED))
        late = only(tracker.received(event(RINGING, T + 599, caller=CHEN)))
        assert (late.state, late.outcome, late.caller, pop_due(late)) == (CallState.ENDED, Outcome.MISSED, CHEN, False)

    def test_after_ten_minutes_a_call_is_forgotten(self) -> None:
        tracker = Tracker()
        tracker.received(event(ENDED))
        kept = []
        for now in (T + 599, T + 640):
            tracker.due(now)
            kept.append((len(tracker.calls), len(tracker._ids)))
        assert kept == [(1, 1), (0, 0)]

    def test_memory_is_bounded(self) -> None:
        tracker = Tracker(Policy(capacity=100))
        for index in range(1000):
            tracker.received(event(RINGING, native=str(index)))
        assert len(tracker.calls) == len(tracker._ids) == 100
        assert tracker.calls[-1].sources[0].native_id == "999"

    def test_two_calls_of_one_caller_at_once_stay_two(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING, caller=CHEN))
        tracker.received(event(RINGING, native="2", caller=CHEN))
        assert len(tracker.calls) == 2


def two_views(tracker: Tracker, **second: Any) -> tuple[Call, ...]:
    """A modem hears a ring; the PBX names the caller; then the modem does."""
    tracker.received(event(RINGING))
    tracker.received(event(RINGING, T + 1, source="pbx", native="a", **({"caller": CHEN} | second)))
    return tracker.received(event(CALLER, T + 3, caller=CHEN))


class TestTwoSources:
    def test_of_one_call_make_one(self) -> None:
        tracker = Tracker()
        kept, gone = two_views(tracker)
        assert len(tracker.calls) == 1
        assert {key.source for key in kept.sources} == {"modem", "pbx"}
        assert kept.id == ids.call_id("pbx", "a"), "the one that popped goes on"
        assert (gone.state, gone.outcome, gone.ended) == (CallState.ENDED, None, T + 3)
        assert tracker.resolve(gone.id) == kept.id
        assert tracker.get(gone.id) == kept
        assert kept.started == T

    def test_both_are_heard_afterwards_and_the_richer_decides(self) -> None:
        tracker = Tracker()
        kept, gone = two_views(tracker)
        assert only(tracker.received(event(ANSWERED, T + 9, source="pbx", native="a"))).id == kept.id
        tracker.received(event(STOPPED, T + 17))
        call = tracker.calls[0]
        assert (call.state, call.answered) == (CallState.ANSWERED, T + 9)
        assert only(tracker.claim(gone.id, "mei", T + 20)).id == kept.id

    @pytest.mark.parametrize(
        "second",
        [
            {"caller": shown("0227208889", "+886227208889")},
            {"direction": Direction.OUT},
            {"called": Called(line=SafeText("2"))},
        ],
    )
    def test_of_two_calls_leave_two(self, second: dict[str, Any]) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING, called=Called(line=SafeText("1"))))
        tracker.received(event(RINGING, T + 1, source="pbx", native="a", **({"caller": CHEN} | second)))
        assert len(tracker.received(event(CALLER, T + 3, caller=CHEN))) == 1
        assert len(tracker.calls) == 2

    def test_at_two_sites_or_far_apart_leave_two(self) -> None:
        for site, at in (("west", T + 1), ("", T + 6.1)):
            tracker = Tracker()
            tracker.received(event(RINGING, caller=CHEN))
            tracker.received(event(RINGING, at, source="pbx", caller=CHEN), site=site)
            assert len(tracker.calls) == 2

    def test_numbers_alone_are_equal_only_as_given(self) -> None:
        for raw, count in (("0912345678", 1), ("912345678", 2)):
            tracker = Tracker()
            tracker.received(event(RINGING, caller=shown("0912345678")))
            tracker.received(event(RINGING, source="pbx", caller=shown(raw)))
            assert len(tracker.calls) == count

    def test_a_call_without_any_number_is_nobodys_twin(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING))
        tracker.received(event(RINGING, source="pbx"))
        assert len(tracker.calls) == 2

    def test_withheld_callers_are_one_only_if_there_is_no_doubt(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING, caller=PRIVATE))
        tracker.received(event(RINGING, source="pbx", caller=PRIVATE))
        assert len(tracker.calls) == 1
        tracker = Tracker()
        tracker.received(event(RINGING, caller=PRIVATE))
        tracker.received(event(RINGING, native="2", caller=PRIVATE))
        tracker.received(event(RINGING, source="pbx", caller=PRIVATE))
        assert len(tracker.calls) == 3

    def test_a_withheld_caller_is_nobody_who_shows_a_number(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING, caller=PRIVATE))
        tracker.received(event(RINGING, source="pbx", caller=CHEN))
        assert len(tracker.calls) == 2

    def test_a_call_that_the_other_source_saw_end_does_not_pop(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING))
        tracker.received(event(ENDED, T + 1, source="pbx", caller=CHEN, outcome=Outcome.REJECTED))
        kept, _ = tracker.received(event(CALLER, T + 3, caller=CHEN))
        assert (kept.state, kept.outcome, pop_due(kept)) == (CallState.ENDED, Outcome.REJECTED, False)

    def test_what_is_forgotten_leaves_nothing(self) -> None:
        tracker = Tracker()
        two_views(tracker)
        tracker.received(event(ENDED, T + 5))
        tracker.due(T + 700)
        assert (tracker.calls, tracker._ids, tracker._merged) == ((), {}, {})


class TestLinks:
    def test_two_native_ids_become_one_call(self) -> None:
        tracker = Tracker()
        first = only(tracker.received(event(ANSWERED, caller=CHEN)))
        second = only(tracker.received(event(ANSWERED, T + 9, native="2")))
        kept, gone = tracker.received(event(LINKED, T + 10, native="2", linked_id="1"))
        assert (kept.id, gone.id, kept.caller) == (first.id, second.id, CHEN)
        assert (gone.merged_into, kept.merged_into, tracker.aliases(kept.id)) == (first.id, None, (second.id,))
        assert only(tracker.received(event(ENDED, T + 20, native="2"))).id == first.id

    @pytest.mark.parametrize("outer", [Direction.IN, Direction.OUT])
    @pytest.mark.parametrize("later", [-9.0, 0.0, 9.0])
    def test_a_colleague_who_is_asked_is_not_the_one_who_calls(self, outer: Direction, later: float) -> None:
        tracker = Tracker()
        tracker.received(event(ANSWERED, max(T, T - later), native="2", direction=Direction.INTERNAL))
        first = only(tracker.received(event(ANSWERED, max(T, T + later), caller=CHEN, direction=outer)))
        kept, gone = tracker.received(event(LINKED, T + 10, linked_id="2", direction=outer))
        assert (kept.id, kept.direction, kept.caller, gone.merged_into) == (first.id, outer, CHEN, first.id)

    def test_the_name_of_the_colleague_who_asks_is_not_the_callers(self) -> None:
        """Asterisk 16 and 22: telephone 1001 asks 1004 whether it takes a caller of whom only the number came."""
        tracker = Tracker()
        asks = Caller(raw=SafeText("1001"), presentation=Presentation.SHOWN, name=SafeText("Phone 1001"))
        nameless = Caller(raw=SafeText("0955000333"), presentation=Presentation.SHOWN)
        tracker.received(event(ANSWERED, caller=nameless))
        tracker.received(event(ANSWERED, T + 3, native="2", caller=asks, direction=Direction.INTERNAL))
        kept, _ = tracker.received(event(LINKED, T + 10, linked_id="2"))
        assert kept.caller == nameless

    def test_of_two_calls_among_ourselves_the_one_goes_on_that_the_source_says(self) -> None:
        tracker = Tracker()
        first = only(tracker.received(event(ANSWERED, direction=Direction.INTERNAL)))
        tracker.received(event(ANSWERED, native="2", direction=Direction.INTERNAL))
        kept, _ = tracker.received(event(LINKED, T + 10, linked_id="2", direction=Direction.INTERNAL))
        assert kept.id == first.id

    def test_of_two_of_one_instant_the_caller_s_goes_on_not_that_of_who_picked_up(self) -> None:
        tracker = Tracker()
        first = only(tracker.received(event(RINGING, caller=CHEN)))
        tracker.received(msgspec.structs.replace(event(RINGING, native="2"), direction=Direction.OUT))
        kept, _ = tracker.received(event(LINKED, native="1", linked_id="2"))
        assert (kept.id, kept.direction) == (first.id, Direction.IN)

    def test_an_id_that_is_not_known_yet_leads_to_the_call(self) -> None:
        tracker = Tracker()
        first = only(tracker.received(event(RINGING)))
        tracker.received(event(LINKED, T + 1, native="2", linked_id="1"))
        assert only(tracker.received(event(ANSWERED, T + 2, native="2"))).id == first.id
        tracker.received(event(LINKED, T + 3, native="1", linked_id="3"))
        assert only(tracker.received(event(ENDED, T + 4, native="3"))).id == first.id
        assert len(tracker.calls) == 1

    def test_a_link_to_itself_changes_nothing(self) -> None:
        tracker = Tracker()
        tracker.received(event(RINGING))
        assert tracker.received(event(LINKED, native="1", linked_id="1")) == ()


@given(st.lists(values_of(CallEvent), max_size=12))
def test_any_events_in_any_order(events: list[CallEvent]) -> None:
    tracker = Tracker()
    for one in events:
        for call in tracker.received(one):
            assert tracker.get(call.id) is not None
        tracker.due(one.at)
    live = {key for call in tracker.calls for key in call.sources}
    assert set(tracker._ids) == live
    assert all(target in {call.id for call in tracker.calls} for target in tracker._merged.values())


class TestWhatSomebodyElseKeepsTrackOf:
    def row(self, **more: Any) -> Call:
        given: dict[str, Any] = {"id": "row", "state": CallState.RINGING, "caller": CHEN, "started": T, "site": "east"}
        return Call(**given | {"sources": (SourceKey("hook", "x"),)} | more)

    def test_the_same_call_is_kept_here_from_then_on(self) -> None:
        tracker = Tracker()
        kept, gone = tracker.received(event(RINGING, T + 2, caller=CHEN), site="east", others=[self.row()])
        assert (kept.id, gone.id, gone.merged_into) == ("row", ids.call_id("modem", "1"), "row")
        assert [call.id for call in tracker.calls] == ["row"]
        stopped = only(tracker.received(event(STOPPED, T + 9), site="east"))
        assert (stopped.id, stopped.state) == ("row", CallState.RING_STOPPED)

    def test_another_call_stays_somebody_elses(self) -> None:
        tracker = Tracker()
        call = only(tracker.received(event(RINGING, T + 2, caller=CHEN), site="west", others=[self.row()]))
        assert [each.id for each in tracker.calls] == [call.id]

    def test_a_call_of_here_is_led_into_the_one_that_goes_on(self) -> None:
        tracker = Tracker()
        call = only(tracker.received(event(RINGING, T - 1, caller=CHEN), site="east"))
        tracker.claim(call.id, "mei", T)
        kept, gone = tracker.lead(call.id, self.row(), T + 1)
        assert (kept.id, kept.claimed_by, kept.started) == ("row", "mei", T - 1)
        assert (gone.merged_into, tracker.resolve(call.id), tracker.aliases("row")) == ("row", "row", (call.id,))
        assert tracker.lead(call.id, self.row(), T + 1) == ()
        assert only(tracker.received(event(STOPPED, T + 9), site="east")).id == "row"

    def test_what_is_led_nowhere_new_stays(self) -> None:
        assert Tracker().lead("nobody", self.row(), T) == ()


@pytest.mark.parametrize("outcome", [Outcome.MISSED, Outcome.ABANDONED])
def test_a_source_that_began_to_listen_in_mid_call_does_not_undo_who_answered(outcome: Outcome) -> None:
    tracker = Tracker()
    tracker.received(msgspec.structs.replace(event(ANSWERED, caller=CHEN), answered_by=SafeText("1001")))
    ended = only(tracker.received(msgspec.structs.replace(event(ENDED, T + 9), outcome=outcome)))
    assert (ended.outcome, ended.answered_by) == (Outcome.ANSWERED, "1001")
