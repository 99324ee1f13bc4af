"""What is said of a call of which its line says nothing any more."""

import pytest

from ringdesk.calls import Call, CallEvent, CallState, EventKind, Outcome, SourceKey
from ringdesk.tracker import step
from ringdesk.tracker.unheard import unheard

CALL = Call(id="c", started=1.0, sources=(SourceKey("pbx", "7"), SourceKey("pbx", "8")))


@pytest.mark.parametrize("state", [CallState.NEW, CallState.RINGING, CallState.QUEUED])
@pytest.mark.parametrize("listed", [False, True])
def test_what_waited_rings_no_more_and_may_ring_on_later(state: CallState, *, listed: bool) -> None:
    call = step(None, CallEvent(event=EventKind.RINGING, at=1.0, source="pbx", native_id="7"), call_id="c")
    found = unheard(CALL if state is CallState.NEW else call, 9.0, listed=listed)
    assert found is not None
    assert (found.event, found.lapsed, found.source, found.native_id, found.at) == (
        EventKind.RING_STOPPED,
        True,
        "pbx",
        "7",
        9.0,
    )


def test_who_talks_is_gone_only_where_the_line_lists_its_calls() -> None:
    ring = CallEvent(event=EventKind.RINGING, at=1.0, source="pbx", native_id="7")
    answer = CallEvent(event=EventKind.ANSWERED, at=2.0, source="pbx", native_id="7")
    talks = step(step(None, ring, call_id="c"), answer, call_id="c")
    assert unheard(talks, 9.0) is None
    ended = unheard(talks, 9.0, listed=True)
    assert ended is not None
    over = step(talks, ended, call_id="c")
    assert (over.state, over.outcome, over.ended) == (CallState.ENDED, Outcome.ANSWERED, 9.0)


def test_of_what_is_over_or_of_nobody_nothing_is_said() -> None:
    ring = CallEvent(event=EventKind.RINGING, at=1.0, source="pbx", native_id="7")
    end = CallEvent(event=EventKind.ENDED, at=2.0, source="pbx", native_id="7")
    assert unheard(step(step(None, ring, call_id="c"), end, call_id="c"), 9.0, listed=True) is None
    assert unheard(Call(id="c", started=1.0), 9.0, listed=True) is None
