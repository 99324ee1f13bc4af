"""What is said of a call of which its line says nothing any more."""

import pytest

from ringdesk.calls import Call, CallEvent, CallState, EventKind, Outcome, SourceKey
from ringdesk.tracker import claim, step
from ringdesk.tracker.unheard import Judging, judged, unheard

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


class TestWhenItIsJudged:
    """A line that is looked at once a second: the seconds at which something is judged, and whether by its list."""

    def found(self, *looks: tuple[bool, bool | None], until: int = 90) -> list[tuple[int, bool]]:
        """`looks`: whether it is up, and has listed its calls, from the first second on; the last one lasts."""
        judging, found = Judging(0.0), []
        for now in range(until):
            up, listed = looks[min(now, len(looks) - 1)]
            said = judging.look(float(now), up=up, listed=listed)
            if said is not None:
                found.append((now, said))
            if judging.done:
                break
        return found

    def test_a_line_that_never_lists_is_judged_once_it_is_up_for_as_long_as_a_ring_lasts(self) -> None:
        assert self.found((True, None)) == [(12, False)]

    def test_a_line_with_a_list_is_judged_by_it(self) -> None:
        assert self.found((True, True)) == [(12, True)]

    def test_a_list_that_comes_late_is_waited_for_and_what_rings_is_not(self) -> None:
        assert self.found(*[(True, False)] * 20, (True, True)) == [(12, False), (32, True)]

    def test_a_break_of_the_line_begins_it_anew(self) -> None:
        assert self.found(*[(True, True)] * 8, (False, True), (True, False), (True, True)) == [(22, True)]

    def test_a_line_that_is_away_is_judged_when_nobody_can_believe_any_more_that_it_rings(self) -> None:
        assert self.found((False, False)) == [(60, False)]
        assert self.found(*[(False, None)] * 70, (True, True), until=200) == [(60, False), (82, True)]

    def test_one_that_never_was_up_may_list_yet(self) -> None:
        judging = Judging(0.0)
        judging.look(60.0, up=False, listed=None)
        assert not judging.done
        judging.look(61.0, up=True, listed=None)
        assert judging.done


class TestWhatIsJudged:
    RINGS = heard(EventKind.RINGING)

    def judge(self, left: Call, call: Call | None, *, listed: bool = True) -> CallEvent | None:
        return judged(left, call, "pbx", 9.0, own={"pbx"}, listed=listed)

    def test_what_nobody_told_of_since_is_over(self) -> None:
        assert self.judge(self.RINGS, self.RINGS) is not None
        assert self.judge(self.RINGS, claim(self.RINGS, "p1", 2.0)) is not None, "a person hears nothing of a line"
        assert self.judge(self.RINGS, None) is None

    @pytest.mark.parametrize("kind", [EventKind.RINGING, EventKind.HELD, EventKind.TRANSFERRING])
    def test_what_another_source_told_of_since_goes_on(self, kind: EventKind) -> None:
        since = step(self.RINGS, CallEvent(event=kind, at=8.0, source="pbx", native_id="7"), call_id="c")
        assert self.judge(self.RINGS, since) is None

    def test_what_another_source_saw_too_is_judged_by_a_list_alone(self) -> None:
        assert self.judge(NEW, NEW, listed=False) is None
        assert self.judge(NEW, NEW) is not None
        assert judged(NEW, NEW, "pbx", 9.0, own={"pbx", "modem"}, listed=False) is not None
