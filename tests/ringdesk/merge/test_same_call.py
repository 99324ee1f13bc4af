"""A person says whether two calls that may be one are one."""

from collections.abc import Mapping

import msgspec
import pytest

from ringdesk import ids, merge, tracker
from ringdesk.calls import Call, Called, Caller, CallEvent, CallState, EventKind, Outcome, Presentation, SourceKey
from ringdesk.errors import Refused
from ringdesk.ops import Actor, CallSame, Row, RowKey
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind, TaskState

T = 1795325880.0
MEI = Caller(raw=SafeText("0912345678"), e164="+886912345678", presentation=Presentation.SHOWN)


def call(name: str, at: float, line: str, **more: object) -> Call:
    made = Call(
        id=name,
        state=CallState.RINGING,
        caller=MEI,
        called=Called(line=SafeText(line)),
        started=at,
        sources=(SourceKey(f"s-{name}", name),),
        ring_count=1,
    )
    return msgspec.structs.replace(made, **more)


FIRST = call("c1", T, "1")
SECOND = call("c2", T + 2, "2", perhaps="c1")
PAIR: dict[RowKey, Row] = {("call", "c1"): FIRST, ("call", "c2"): SECOND}


def said(rows: Mapping[RowKey, Row], verdict: str, *, one: str = "c2", other: str = "c1") -> dict[RowKey, Row]:
    args = merge.retarget(CallSame(call=one, other=other, verdict=verdict), merge.leads(rows.values()))  # type: ignore[arg-type]
    effect = merge.apply("op", args, actor=Actor("p", SafeText("Lin"), "d"), at=T + 9, base={}, rows=rows)
    return {**rows, **effect.rows}


def both(rows: Mapping[RowKey, Row]) -> tuple[Call, Call]:
    first, second = rows["call", "c1"], rows["call", "c2"]
    assert isinstance(first, Call)
    assert isinstance(second, Call)
    return first, second


def test_yes_makes_one_of_them_once() -> None:
    rows = said(PAIR, "same")
    first, second = both(rows)
    assert (second.merged_into, second.state, second.perhaps) == ("c1", CallState.ENDED, None)
    assert first.sources == (*FIRST.sources, *SECOND.sources)
    assert first.live
    assert said(rows, "same") == rows


def test_no_takes_the_question_away_for_good_and_once() -> None:
    rows = said(PAIR, "another")
    first, second = both(rows)
    assert (second.perhaps, second.apart, second.merged_into) == (None, ("c1",), None)
    assert not tracker.perhaps_one(first, second, 6)
    assert tracker.doubted(None, second, (first,), 6).perhaps is None
    alike = msgspec.structs.replace(second, called=first.called)
    assert tracker.twin(alike, (first,), 6) is None, "nor are they joined behind the person's back"
    assert said(rows, "another") == rows


@pytest.mark.parametrize("verdict", ["same", "another"])
def test_what_was_said_can_be_taken_back(verdict: str) -> None:
    rows = said(said(PAIR, verdict), "unsaid")
    silent = msgspec.structs.replace(SECOND, state=CallState.RING_STOPPED, lapsed=True)
    assert both(rows) == (FIRST, silent if verdict == "same" else SECOND)
    assert both(said(rows, "same"))[1].merged_into == "c1"


def test_what_rang_when_it_was_joined_rings_after_that_only_where_its_source_says_so() -> None:
    _, second = both(said(said(PAIR, "same"), "unsaid"))
    event = CallEvent(event=EventKind.RINGING, at=T + 12, source="s-c2", native_id="c2")
    assert tracker.step(second, event, call_id="c2").state is CallState.RINGING


def test_what_became_of_the_call_meanwhile_stays_when_they_are_parted() -> None:
    rows = said(PAIR, "same")
    first, _ = both(rows)
    hidden = msgspec.structs.replace(first, claimed_by="p", claimed_name=SafeText("Lin"))
    first, second = both(said({**rows, ("call", "c1"): hidden}, "another"))
    assert (first.claimed_by, first.sources, first.called) == ("p", FIRST.sources, FIRST.called)
    assert (second.claimed_by, second.live, second.apart) == (None, True, ("c1",))


@pytest.mark.parametrize("verdict", ["same", "another", "unsaid"])
def test_calls_that_cannot_be_one_stay_two(verdict: str) -> None:
    for other in (call("c1", T - 60, "1"), call("c1", T, "1", site="north")):
        rows: dict[RowKey, Row] = {("call", "c1"): other, ("call", "c2"): call("c2", T, "2")}
        with pytest.raises(Refused) as refused:
            said(rows, verdict)
        assert refused.value.code == "not_same"
    with pytest.raises(Refused, match="no call"):
        said({("call", "c2"): SECOND}, "same")


def test_what_was_joined_by_proof_is_not_parted() -> None:
    kept, gone = tracker.one_of(None, SECOND, FIRST, T)
    rows: dict[RowKey, Row] = {("call", "c1"): kept, ("call", "c2"): gone}
    with pytest.raises(Refused) as refused:
        said(rows, "another")
    assert refused.value.code == "not_same"


def test_one_call_has_one_callback_and_none_if_somebody_spoke() -> None:
    over = {"state": CallState.ENDED, "ended": T + 30}
    missed = [msgspec.structs.replace(each, outcome=Outcome.MISSED, **over) for each in (FIRST, SECOND)]
    owed = {
        each.id: Task(id=ids.callback_id(each.id), kind=TaskKind.CALLBACK, call=each.id, number=SafeText("0912345678"))
        for each in missed
    }
    rows: dict[RowKey, Row] = {("call", each.id): each for each in missed}
    rows |= {("task", task.id): task for task in owed.values()}

    def states(after: Mapping[RowKey, Row]) -> list[object]:
        return [getattr(after["task", owed[each].id], "state", None) for each in ("c1", "c2")]

    assert states(said(rows, "same")) == [TaskState.OPEN, TaskState.DONE]
    answered = msgspec.structs.replace(missed[1], outcome=Outcome.ANSWERED, answered=T + 5)
    after = said({**rows, ("call", "c2"): answered}, "same")
    assert states(after) == [TaskState.DONE, TaskState.DONE]
    assert both(after)[0].outcome is Outcome.ANSWERED
