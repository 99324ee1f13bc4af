"""A call is given up after so many seconds without a word, whatever is done to the clock meanwhile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Call, CallEvent, CallState, EventKind
from ringdesk.tracker import Tracker, patience
from terminal.desk.callbook import CallBook

AT = 1_700_000_000.0


class Desk:
    """A call of a line here, one of another desk; the time that has really passed, and what the clock says."""

    def __init__(self, kind: EventKind, state: CallState) -> None:
        self.passed = self.set = 0.0
        self.book = CallBook(Tracker(), lambda: self.passed)
        self.hear(EventKind.RINGING)
        if kind is not EventKind.RINGING:
            self.hear(kind)
        self.book.row(Call(id="other", state=state, started=AT, claimed_by="p"), AT)

    @property
    def now(self) -> float:
        return AT + self.passed + self.set

    def hear(self, kind: EventKind) -> None:
        self.book.heard(CallEvent(event=kind, at=self.now, source="line", native_id="1"), "main", self.now)

    def live(self) -> list[Call]:
        self.book.due(self.now)
        return [call for call in self.book.calls(self.now) if call.live]


@pytest.mark.parametrize("kind", [EventKind.RINGING, EventKind.RING_STOPPED, EventKind.ANSWERED])
@given(steps=st.lists(st.floats(-4e7, 4e7), min_size=1, max_size=8))
def test_no_step_ends_a_call_and_none_keeps_it(kind: EventKind, steps: list[float]) -> None:
    desk = Desk(kind, CallState.ANSWERED)
    for step in steps:
        desk.passed += 1.0
        desk.set += step
        assert len(desk.live()) == 2
    (own,) = (call for call in desk.live() if call.id != "other")
    wait = patience(own, Tracker().policy)
    left = desk.book.due_in(desk.now)
    assert wait is not None
    assert left is not None
    assert left == pytest.approx(wait - desk.passed)
    desk.passed += left - 0.5
    assert own.id in [call.id for call in desk.live()]
    desk.passed += 1.0
    assert own.id not in [call.id for call in desk.live()]


def test_a_ring_after_a_step_is_heard_of_it() -> None:
    desk = Desk(EventKind.RINGING, CallState.ANSWERED)
    desk.set = -18_000.0
    for _ in range(5):
        desk.passed += 100.0
        desk.hear(EventKind.RINGING)
        assert len(desk.live()) == 2
    desk.passed += 181.0
    assert [call.id for call in desk.live()] == ["other"]
