"""When a call is given up, and as what."""

from ringdesk.calls import CallState, Outcome
from ringdesk.tracker import DEFAULT_POLICY, claim, deadline, give_up
from tests.ringdesk.tracker.test_life import ANSWERED, ENDED, IN_VAIN, LEG, QUEUED, RINGING, STOPPED, T, after, event


def test_deadlines() -> None:
    policy = DEFAULT_POLICY
    call = after(event(RINGING), event(RINGING, T + 6))
    assert deadline(call, policy) == T + 6 + policy.stuck_ringing
    assert deadline(claim(call, "mei"), policy) == T + 6 + policy.silent
    stopped = after(event(STOPPED, T + 14), call=call)
    assert deadline(stopped, policy) == T + 14 + policy.ring_stopped
    assert deadline(claim(stopped, "mei", T + 20), policy) == T + 20 + policy.silent
    assert deadline(after(event(QUEUED)), policy) == T + policy.stuck_queued
    assert deadline(claim(after(event(QUEUED)), "mei"), policy) == T + policy.silent
    assert deadline(after(event(ENDED)), policy) is None


def test_giving_up() -> None:
    call = give_up(after(event(RINGING), event(STOPPED, T + 8)), T + 68)
    assert (call.state, call.outcome, call.ended) == (CallState.ENDED, Outcome.UNKNOWN, T + 68)
    assert give_up(after(event(ANSWERED)), T + 9).outcome is Outcome.ANSWERED
    vain = give_up(after(event(LEG, leg=IN_VAIN)), T + 180)
    assert (vain.outcome, after(event(ANSWERED), call=vain).outcome) == (Outcome.MISSED, Outcome.ANSWERED)
