"""What is said of a call of which its line says nothing any more."""

import pytest

from ringdesk.calls import Call, CallEvent, CallState, EventKind, Outcome, SourceKey
from ringdesk.tracker import claim, step
from ringdesk.tracker.unheard import unheard

NEW = Call(id="c", started=1.0, sources=(SourceKey("modem", "1"), SourceKey("pbx", "7"), SourceKey("pbx", "8")))


def heard(*kinds: EventKind) -> Call:
    call: Call | None = None
    for at, kind in enumerate(kinds, 1):
        call = step(call, CallEvent(event=kind, at=float(at), source="pbx", native_id="7"), call_id="c")
    assert call is not None
    return call


@pytest.mark.parametrize("call", [NEW, heard(EventKind.RINGING), heard(EventKind.QUEUED)])
def test_what_waited_rings_no_more_and_may_ring_on_later(call: Call) -> None:
    found = unheard(call, "pbx", 9.0)
    assert found is not None
    assert (found.event, found.lapsed, found.source, found.native_id, found.at) == (
        EventKind.RING_STOPPED,
        True,
        "pbx",
        "7",
        9.0,
    )


@pytest.mark.parametrize("call", [heard(EventKind.RINGING), heard(EventKind.RINGING, EventKind.RING_STOPPED)])
def test_what_is_not_in_a_list_of_all_calls_is_over_how_is_not_known(call: Call) -> None:
    found = unheard(call, "pbx", 9.0, listed=True)
    assert found is not None
    over = step(call, found, call_id="c")
    assert (over.state, over.outcome, over.ended) == (CallState.ENDED, Outcome.UNKNOWN, 9.0)


def test_who_talks_is_gone_only_where_the_line_lists_its_calls() -> None:
    talks = heard(EventKind.RINGING, EventKind.ANSWERED)
    assert unheard(talks, "pbx", 9.0) is None
    ended = unheard(talks, "pbx", 9.0, listed=True)
    assert ended is not None
    over = step(talks, ended, call_id="c")
    assert (over.state, over.outcome, over.ended) == (CallState.ENDED, Outcome.ANSWERED, 9.0)


def test_somebody_who_claimed_a_ring_of_a_caller_who_is_gone_has_nobody() -> None:
    claimed = claim(heard(EventKind.RINGING), "p1", 2.0)
    found = unheard(claimed, "pbx", 9.0, listed=True)
    assert found is not None
    assert not step(claimed, found, call_id="c").live


def test_of_what_is_over_or_of_another_source_nothing_is_said() -> None:
    assert unheard(heard(EventKind.RINGING, EventKind.ENDED), "pbx", 9.0, listed=True) is None
    assert unheard(heard(EventKind.RINGING), "modem", 9.0, listed=True) is None
    assert unheard(Call(id="c", started=1.0), "pbx", 9.0, listed=True) is None
