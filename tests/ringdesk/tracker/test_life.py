"""The life of one call."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import (
    RANK,
    Call,
    Called,
    Caller,
    CallEvent,
    CallState,
    Direction,
    EventKind,
    Leg,
    LegState,
    Outcome,
    Presentation,
    Via,
)
from ringdesk.safetext import SafeText
from ringdesk.tracker import TRANSITIONS, claim, give_up, pop_due, step, united, wrap_up
from tests.ringdesk.shapes import values_of

T = 1795325880.0
CHEN = Caller(raw=SafeText("0912345678"), presentation=Presentation.SHOWN)
LIN = Caller(raw=SafeText("0227208889"), presentation=Presentation.SHOWN)
PRIVATE = Caller(presentation=Presentation.PRIVATE)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)


def event(kind: EventKind, at: float = T, **facts: Any) -> CallEvent:
    return CallEvent(event=kind, at=at, source="s", native_id="1", **facts)


def after(*events: CallEvent, call: Call | None = None) -> Call:
    for one in events:
        call = step(call, one, call_id="c", site="main")
    assert call is not None
    return call


RINGING, CALLER, QUEUED, ANSWERED = EventKind.RINGING, EventKind.CALLER, EventKind.QUEUED, EventKind.ANSWERED
STOPPED, ENDED, LEG = EventKind.RING_STOPPED, EventKind.ENDED, EventKind.LEG
RANG, IN_VAIN = (Leg(SafeText("801"), state) for state in (LegState.RINGING, LegState.MISSED))


class TestTable:
    def test_never_leads_to_a_lower_rank(self) -> None:
        assert all(RANK[after] >= RANK[before] for (before, _), after in TRANSITIONS.items())

    def test_nothing_leads_out_of_the_end(self) -> None:
        assert not [pair for pair in TRANSITIONS if pair[0] is CallState.ENDED]

    def test_every_state_but_the_first_can_be_reached_and_ended(self) -> None:
        assert set(TRANSITIONS.values()) == set(CallState) - {CallState.NEW}
        assert {state for state, kind in TRANSITIONS if kind is ENDED} == set(CallState) - {CallState.ENDED}

    @pytest.mark.parametrize("state", list(CallState))
    @pytest.mark.parametrize("kind", list(EventKind))
    def test_is_what_step_does(self, state: CallState, kind: EventKind) -> None:
        call = step(Call(id="c", state=state), event(kind), call_id="c")
        assert call.state is TRANSITIONS.get((state, kind), state)

    @pytest.mark.parametrize(
        ("kinds", "state"),
        [
            ((RINGING, QUEUED, RINGING), CallState.QUEUED),
            ((RINGING, ANSWERED, EventKind.HELD, EventKind.RESUMED), CallState.ANSWERED),
            ((ANSWERED, EventKind.HELD, ANSWERED), CallState.HELD),
            ((ANSWERED, EventKind.TRANSFERRING, RINGING, ANSWERED), CallState.ANSWERED),
            ((RINGING, STOPPED, RINGING), CallState.RING_STOPPED),
            ((RINGING, STOPPED, ANSWERED), CallState.ANSWERED),
            ((ANSWERED, STOPPED), CallState.ANSWERED),
            ((QUEUED, STOPPED), CallState.QUEUED),
            ((RINGING, STOPPED, QUEUED), CallState.QUEUED),
            ((ENDED, RINGING, ANSWERED), CallState.ENDED),
        ],
    )
    def test_lives(self, kinds: tuple[EventKind, ...], state: CallState) -> None:
        assert after(*map(event, kinds)).state is state


@given(st.none() | values_of(Call), values_of(CallEvent))
def test_any_event_on_any_call_has_one_answer(call: Call | None, one: CallEvent) -> None:
    found = step(call, one, call_id="c")
    assert found == step(call, one, call_id="c")
    if call is not None:
        assert found.rank >= call.rank
        assert (found.id, found.started) == (call.id, call.started)
        assert found.direction is call.direction or (call.direction, found.direction) == (Direction.OUT, Direction.IN)
    if one.event is not RINGING:
        assert step(found, one, call_id="c") == found
    assert isinstance(pop_due(found), bool)


class TestOpening:
    def test_takes_time_direction_and_site_of_the_first_event(self) -> None:
        call = after(event(RINGING, direction=Direction.OUT), event(RINGING, T + 5))
        assert (call.id, call.started, call.direction, call.site) == ("c", T, Direction.OUT, "main")
        assert [(key.source, key.native_id) for key in call.sources] == [("s", "1")]

    @pytest.mark.parametrize("kind", [EventKind.MESSAGE_WAITING, EventKind.REJECTED])
    def test_a_lamp_and_a_refusal_change_nothing(self, kind: EventKind) -> None:
        call = after(event(RINGING))
        assert after(event(kind, T + 1, caller=CHEN), call=call) == call


class TestFacts:
    def test_rings_are_counted_while_it_rings(self) -> None:
        call = after(event(RINGING), event(RINGING, T + 6))
        assert (call.ring_count, call.last_ring) == (2, T + 6)
        late = after(event(ANSWERED), event(RINGING), call=call)
        assert late.ring_count == 2

    @pytest.mark.parametrize("later", [LIN, PRIVATE, UNAVAILABLE])
    def test_the_first_number_shown_stays(self, later: Caller) -> None:
        call = after(event(CALLER, caller=CHEN), event(CALLER, caller=later))
        assert (call.caller, call.absent) == (CHEN, False)

    def test_a_name_comes_later(self) -> None:
        name = Caller(raw=CHEN.raw, presentation=Presentation.SHOWN, name=SafeText("CHEN"))
        assert after(event(CALLER, caller=CHEN), event(CALLER, caller=name)).caller == name

    def test_an_absence_is_known_and_a_number_ends_it(self) -> None:
        call = after(event(RINGING))
        assert not call.absent
        call = after(event(CALLER, caller=UNAVAILABLE), call=call)
        assert call.absent
        call = after(event(CALLER, caller=CHEN), call=call)
        assert (call.absent, call.caller) == (False, CHEN)

    def test_a_withheld_number_stays_withheld(self) -> None:
        call = after(event(CALLER, caller=PRIVATE), event(CALLER, caller=CHEN))
        assert (call.caller, call.absent) == (PRIVATE, True)

    def test_line_and_number_called_stay_the_queue_moves(self) -> None:
        first = Called(line=SafeText("1"), queue=SafeText("sales"))
        then = Called(raw=SafeText("81"), line=SafeText("2"), queue=SafeText("care"))
        call = after(event(QUEUED, called=first), event(QUEUED, called=then))
        assert call.called == Called(raw=SafeText("81"), line=SafeText("1"), queue=SafeText("care"))

    def test_the_first_diversion_stays(self) -> None:
        one, two = Via(raw=SafeText("1")), Via(raw=SafeText("2"))
        assert after(event(RINGING, via=one), event(RINGING, via=two)).via == one

    def test_legs(self) -> None:
        def leg(agent: str, state: LegState) -> CallEvent:
            return event(LEG, leg=Leg(SafeText(agent), state))

        call = after(leg("801", LegState.RINGING), leg("802", LegState.RINGING), leg("801", LegState.MISSED))
        assert [(one.agent, one.state) for one in call.legs] == [("801", LegState.MISSED), ("802", LegState.RINGING)]
        call = after(leg("801", LegState.RINGING), call=call)
        assert call.legs[0].state is LegState.RINGING, "a queue tries again"
        call = after(leg("802", LegState.ANSWERED), leg("802", LegState.RINGING), call=call)
        assert call.legs[1].state is LegState.ANSWERED, "a late report"

    def test_who_answered_is_the_one_who_has_the_call(self) -> None:
        call = after(event(ANSWERED, answered_by=SafeText("801")), event(ANSWERED, T + 9, answered_by=SafeText("802")))
        assert (call.answered, call.answered_by) == (T, "802")
        call = after(event(ENDED), event(ANSWERED, answered_by=SafeText("803")), call=call)
        assert call.answered_by == "802"


class TestEnding:
    @pytest.mark.parametrize(
        ("events", "outcome"),
        [
            ((event(ANSWERED), event(ENDED)), Outcome.ANSWERED),
            ((event(QUEUED), event(ENDED)), Outcome.ABANDONED),
            ((event(RINGING), event(ENDED)), Outcome.UNKNOWN),
            ((event(RINGING), event(ENDED, outcome=Outcome.BUSY)), Outcome.BUSY),
            ((event(ENDED, outcome=Outcome.MISSED), event(ENDED, outcome=Outcome.FAILED)), Outcome.MISSED),
            ((event(ENDED), event(ENDED, outcome=Outcome.MISSED)), Outcome.MISSED),
            ((event(ENDED), event(ANSWERED)), Outcome.ANSWERED),
            ((event(ENDED, outcome=Outcome.MISSED), event(ANSWERED)), Outcome.MISSED),
            ((event(QUEUED), event(ENDED), event(ANSWERED)), Outcome.ANSWERED),
            ((event(RINGING, leg=RANG), event(ENDED), event(ANSWERED)), Outcome.ANSWERED),
            ((event(RINGING, leg=RANG), event(ENDED, outcome=Outcome.MISSED), event(ANSWERED)), Outcome.MISSED),
            ((event(ENDED), event(LEG, leg=IN_VAIN)), Outcome.MISSED),
            ((event(ENDED), event(LEG, leg=IN_VAIN), event(ANSWERED)), Outcome.ANSWERED),
            ((event(ENDED), event(LEG, leg=RANG)), Outcome.UNKNOWN),
        ],
    )
    def test_outcomes(self, events: tuple[CallEvent, ...], outcome: Outcome) -> None:
        call = after(*events)
        assert (call.state, call.outcome, call.ended) == (CallState.ENDED, outcome, T)

    def test_what_a_person_said_of_it_stays(self) -> None:
        ignored = msgspec.structs.replace(after(event(ENDED)), disposition="ignored")
        assert after(event(LEG, leg=IN_VAIN), call=ignored).outcome is Outcome.UNKNOWN


class TestPeople:
    def test_the_first_claim_stands(self) -> None:
        call = claim(claim(after(event(RINGING)), "mei"), "lin")
        assert (call.claimed_by, call.state) == ("mei", CallState.RINGING)

    def test_the_pick_up_is_the_first_claim_or_the_answer_whichever_was_earlier(self) -> None:
        rung = after(event(RINGING))
        claimed = claim(rung, "mei", T + 4)
        handed = claim(msgspec.structs.replace(claimed, claimed_by=None), "lin", T + 90)
        assert [each.picked_up for each in (rung, claimed, handed)] == [None, T + 4, T + 4]
        assert after(event(ANSWERED, T + 9), call=claimed).picked_up == T + 4
        assert claim(after(event(ANSWERED, T + 2)), "mei", T + 4).picked_up == T + 2

    def test_a_claim_is_the_pick_up_of_a_line_that_sees_none(self) -> None:
        rung = after(event(RINGING))
        first = after(event(STOPPED, T + 8), call=claim(rung, "mei"))
        then = claim(after(event(STOPPED, T + 8), call=rung), "mei", T + 8)
        assert (first.state, first.answered) == (then.state, then.answered) == (CallState.ANSWERED, T + 8)

    def test_a_claim_explains_a_call_that_ended_nobody_knows_how(self) -> None:
        call = claim(give_up(after(event(STOPPED)), T + 60), "mei")
        assert (call.outcome, call.claimed_by, call.state) == (Outcome.ANSWERED, "mei", CallState.ENDED)
        missed = claim(after(event(ENDED, outcome=Outcome.MISSED)), "mei")
        assert missed.outcome is Outcome.MISSED

    def test_a_call_claimed_and_wrapped_up_ends_as_answered(self) -> None:
        call = wrap_up(claim(after(event(RINGING)), "mei"), SafeText("order"), T + 99)
        assert (call.state, call.outcome, call.ended, call.disposition) == (
            CallState.ENDED,
            Outcome.ANSWERED,
            T + 99,
            "order",
        )

    def test_a_wrap_up_keeps_what_is_known(self) -> None:
        call = wrap_up(after(event(ENDED, outcome=Outcome.BUSY)), SafeText("x"), T + 99)
        assert (call.outcome, call.ended) == (Outcome.BUSY, T)
        assert wrap_up(after(event(STOPPED)), SafeText("x"), T).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ((event(RINGING),), False),
        ((event(RINGING), event(RINGING)), True),
        ((event(RINGING), event(CALLER, caller=CHEN)), True),
        ((event(RINGING), event(CALLER, caller=PRIVATE)), True),
        ((event(RINGING), event(STOPPED)), False),
        ((event(CALLER, caller=CHEN), event(ENDED)), False),
        ((event(ENDED), event(RINGING, caller=CHEN), event(RINGING)), False),
        ((event(RINGING, caller=CHEN, direction=Direction.OUT),), False),
        ((event(LEG, caller=CHEN, leg=IN_VAIN),), False),
        ((event(LEG, caller=CHEN, leg=IN_VAIN), event(LEG, leg=RANG)), True),
        ((event(LEG, caller=CHEN, leg=IN_VAIN), event(RINGING)), True),
        ((event(CALLER, caller=CHEN),), True),
    ],
)
def test_when_a_call_pops(events: tuple[CallEvent, ...], due: bool) -> None:
    assert pop_due(after(*events)) is due


class TestLegsThatAreReportedLikeCalls:
    def said(self, kind: EventKind, agent: str, state: LegState, **facts: Any) -> CallEvent:
        return event(kind, leg=Leg(SafeText(agent), state), **facts)

    def rung(self) -> Call:
        ringing = self.said(RINGING, "801", LegState.RINGING, direction=Direction.OUT, called=Called(SafeText("801")))
        return after(event(RINGING, caller=CHEN, called=Called(SafeText("+886227208889"))), ringing)

    def test_a_telephone_is_rung_for_the_call(self) -> None:
        call = self.rung()
        assert (call.direction, call.state, call.called.raw) == (Direction.IN, CallState.RINGING, "+886227208889")
        assert call.legs == (Leg(SafeText("801"), LegState.RINGING),)

    def test_who_answers(self) -> None:
        call = after(self.said(ANSWERED, "801", LegState.ANSWERED), call=self.rung())
        assert (call.state, call.answered_by, call.legs[0].state) == (CallState.ANSWERED, "801", LegState.ANSWERED)

    def test_the_end_of_a_telephone_is_not_the_end_of_the_call(self) -> None:
        call = after(self.said(ENDED, "801", LegState.MISSED, outcome=Outcome.MISSED), call=self.rung())
        assert (call.state, call.outcome, call.legs[0].state) == (CallState.RINGING, None, LegState.MISSED)
        over = after(self.said(ENDED, "+886227208889", LegState.ENDED, outcome=Outcome.MISSED), call=call)
        assert (over.state, over.outcome, len(over.legs)) == (CallState.ENDED, Outcome.MISSED, 1)

    def test_the_callers_own_leg_is_none_of_ours(self) -> None:
        own = self.said(ANSWERED, "+886227208889", LegState.ANSWERED)
        call = after(own, call=self.rung())
        assert (call.state, call.answered_by, len(call.legs)) == (CallState.ANSWERED, None, 1)

    def test_a_call_out_whose_caller_is_known_stays_one(self) -> None:
        out = event(RINGING, caller=CHEN, direction=Direction.OUT)
        assert after(out, event(RINGING, caller=LIN)).direction is Direction.OUT

    def test_whom_we_call_is_no_telephone_of_ours(self) -> None:
        out = {"direction": Direction.OUT}
        call = after(
            self.said(RINGING, "0912345678", LegState.RINGING, **out),
            self.said(ANSWERED, "0912345678", LegState.ANSWERED, **out),
        )
        assert (call.state, call.legs, call.answered_by) == (CallState.ANSWERED, (), None)
        assert after(self.said(ENDED, "0912345678", LegState.ENDED, **out), call=call).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("states", "ended", "given_up"),
    [
        ((), Outcome.UNKNOWN, Outcome.UNKNOWN),
        ((LegState.MISSED, LegState.REJECTED, LegState.CANCELLED), Outcome.MISSED, Outcome.MISSED),
        ((LegState.MISSED, LegState.RINGING), Outcome.MISSED, Outcome.UNKNOWN),
    ],
)
def test_telephones_that_rang_in_vain(states: tuple[LegState, ...], ended: Outcome, given_up: Outcome) -> None:
    """A call is missed when no telephone of it was answered."""
    legs = [event(LEG, leg=Leg(SafeText(str(number)), state)) for number, state in enumerate(states)]
    call = after(event(RINGING, caller=CHEN), *legs)
    assert after(event(ENDED), call=call).outcome is ended
    assert give_up(call, T + 200).outcome is given_up


class TestWhatNobodyHeardStop:
    """The link to a source was lost for longer than its lease: what rang there may ring on."""

    def lapsed(self, *, ended: bool = False, **more: Any) -> Call:
        call = step(None, CallEvent(event=EventKind.RINGING, at=1.0, source="pbx", native_id="1"), call_id="c")
        call = step(call, CallEvent(event=EventKind.RING_STOPPED, at=60.0, source="pbx", lapsed=True), call_id="c")
        return msgspec.structs.replace(give_up(call, 120.0) if ended else call, **more)

    @pytest.mark.parametrize("ended", [False, True])
    @pytest.mark.parametrize(
        ("kind", "state"), [(EventKind.RINGING, CallState.RINGING), (EventKind.QUEUED, CallState.QUEUED)]
    )
    def test_it_rings_again_when_the_source_says_so(self, ended: bool, kind: EventKind, state: CallState) -> None:
        again = step(
            self.lapsed(ended=ended), CallEvent(event=kind, at=130.0, source="pbx", native_id="1"), call_id="c"
        )
        assert (again.state, again.outcome, again.ended, again.lapsed) == (state, None, None, False)

    def test_a_queue_of_which_its_exchange_says_nothing_more_stops_and_what_it_said_before_stays_so(self) -> None:
        queued = CallEvent(event=QUEUED, at=1.0, source="pbx", native_id="1")
        lost = CallEvent(event=STOPPED, at=60.0, source="pbx", native_id="1", lapsed=True)
        call = step(step(None, queued, call_id="c"), lost, call_id="c")
        assert (call.state, call.lapsed) == (CallState.RING_STOPPED, True)
        assert step(call, msgspec.structs.replace(queued, at=30.0), call_id="c").state is CallState.RING_STOPPED

    @pytest.mark.parametrize("at", [59.0, 60.0, 61.0])
    def test_a_ring_of_the_moment_in_which_it_was_given_up_counts(self, at: float) -> None:
        ring = CallEvent(event=EventKind.RINGING, at=at, source="pbx", native_id="1")
        assert step(self.lapsed(), ring, call_id="c").state is CallState.RINGING

    def test_what_was_said_of_it_meanwhile_or_before_stays(self) -> None:
        late = CallEvent(event=EventKind.RINGING, at=130.0, source="pbx", native_id="1")
        for more in ({"claimed_by": "p"}, {"disposition": "missed"}, {"merged_into": "d"}, {"answered": 70.0}):
            assert step(self.lapsed(**more), late, call_id="c").state is CallState.RING_STOPPED
        before = msgspec.structs.replace(late, at=30.0)
        assert step(self.lapsed(), before, call_id="c").state is CallState.RING_STOPPED
        heard = step(None, msgspec.structs.replace(late, at=1.0), call_id="c")
        heard = step(heard, CallEvent(event=EventKind.RING_STOPPED, at=60.0, source="pbx"), call_id="c")
        assert step(heard, late, call_id="c").state is CallState.RING_STOPPED, "it was heard to stop"


class TestWhatSomebodyGaveUp:
    """A desk that heard nothing more of a call than that its ringing stopped gives it up; others may know more of it."""

    RANG = event(RINGING, caller=CHEN), event(STOPPED, T + 8)
    GUESS = event(ENDED, T + 68, outcome=Outcome.UNKNOWN, lapsed=True)

    def test_ends_what_fell_silent(self) -> None:
        call = after(*self.RANG, self.GUESS)
        assert (call.state, call.outcome, call.ended, call.inferred) == (CallState.ENDED, Outcome.UNKNOWN, T + 68, True)
        assert after(event(ANSWERED, T + 9), call=call).outcome is Outcome.ANSWERED

    @pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.MISSED])
    def test_ends_nothing_of_which_more_is_known(self, outcome: Outcome) -> None:
        guess = msgspec.structs.replace(self.GUESS, outcome=outcome)
        calls = [
            after(*self.RANG, event(ANSWERED, T + 9)),
            after(*self.RANG, event(ANSWERED, T + 9), event(EventKind.HELD, T + 12)),
            after(*self.RANG, event(EventKind.TRANSFERRING, T + 12)),
            claim(after(self.RANG[0]), "mei", T + 3),
            claim(after(*self.RANG), "mei", T + 9),
            after(event(QUEUED, caller=CHEN)),
            after(*self.RANG, event(ENDED, T + 20, outcome=Outcome.BUSY)),
        ]
        assert [after(guess, call=call) for call in calls] == calls

    def test_a_desk_that_knew_of_the_answer_ends_it(self) -> None:
        talked = after(*self.RANG, event(ANSWERED, T + 9))
        day = event(ENDED, T + 50_000, outcome=Outcome.ANSWERED, lapsed=True)
        call = after(day, call=talked)
        assert (call.state, call.outcome) == (CallState.ENDED, Outcome.ANSWERED)

    def test_is_not_the_state_of_one_call_of_two_of_which_the_other_is_on(self) -> None:
        gone, talked = after(*self.RANG, self.GUESS), after(event(ANSWERED, T + 1))
        for kept, other in ((gone, talked), (talked, gone)):
            call = united(kept, other)
            assert (call.state, call.outcome, call.ended) == (CallState.ANSWERED, None, None)
        for kept, other in ((gone, after(*self.RANG)), (after(*self.RANG), gone)):
            assert united(kept, other).state is CallState.ENDED
