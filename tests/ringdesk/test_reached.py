"""Missed calls that a later conversation settles, and those that it does not."""

from typing import Any

import pytest

from ringdesk.calls import Call, Called, Caller, CallState, Direction, Outcome, Presentation
from ringdesk.ids import callback_id
from ringdesk.reached import Settled, is_of_missed, numbers, spoken
from ringdesk.safetext import SafeText
from ringdesk.tasks import Attempt, AttemptResult, Task, TaskKind, TaskState

WU = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)


def call(ident: str, at: float, **more: Any) -> Call:
    return Call(id=ident, started=at, state=CallState.ENDED, **{"caller": WU, "site": "a", **more})


MISSED = call("m", 100.0, outcome=Outcome.MISSED)


@pytest.mark.parametrize(
    ("later", "settles"),
    [
        (call("c", 200.0, claimed_by="p"), True),
        (call("c", 200.0, answered=201.0), True),
        (call("c", 200.0, outcome=Outcome.ANSWERED), True),
        (call("c", 200.0, direction=Direction.OUT, caller=Caller(), called=Called(WU.raw), answered=204.0), True),
        (call("c", 200.0, direction=Direction.OUT, caller=Caller(), called=Called(WU.raw), claimed_by="p"), False),
        (call("c", 200.0, direction=Direction.OUT, called=Called(SafeText("0965-118-402")), answered=204.0), True),
        (call("c", 50.0, claimed_by="p"), False),
        (call("c", 200.0, outcome=Outcome.MISSED), False),
        (call("c", 200.0, claimed_by="p", site="b"), False),
        (call("c", 200.0, claimed_by="p", caller=Caller(SafeText("0911"), "+886911222333", Presentation.SHOWN)), False),
    ],
)
def test_a_later_call_in_which_somebody_spoke_settles_it(later: Call, settles: bool) -> None:
    assert (MISSED in Settled([each for each in (MISSED, later) if spoken(each)])) is settles


def test_a_withheld_number_is_nobodys() -> None:
    hidden = Caller(WU.raw, WU.e164, Presentation.PRIVATE)
    assert numbers(call("c", 1.0, caller=hidden)) == frozenset()
    assert call("m", 1.0, caller=hidden) not in Settled([call("c", 2.0, caller=hidden, claimed_by="p")])


def test_an_extension_is_nobodys_number() -> None:
    assert numbers(call("c", 1.0, caller=Caller(SafeText("201"), None, Presentation.SHOWN))) == frozenset()


def callback(result: AttemptResult, at: float, number: str = "+886965118402", **more: Any) -> Task:
    attempts = (Attempt(at=at, result=result),)
    return Task(id="t", kind=TaskKind.CALLBACK, number=SafeText(number), attempts=attempts, **more)


@pytest.mark.parametrize(
    ("task", "settles"),
    [
        (callback(AttemptResult.REACHED, 150.0), True),
        (callback(AttemptResult.REACHED, 150.0, number="0965-118-402"), True),
        (callback(AttemptResult.NO_ANSWER, 150.0), False),
        (callback(AttemptResult.REACHED, 90.0), False),
        (callback(AttemptResult.REACHED, 150.0, number="+886911222333"), False),
        (Task(id=callback_id("m"), kind=TaskKind.CALLBACK, call="m", state=TaskState.DONE), True),
        (Task(id=callback_id("m"), kind=TaskKind.CALLBACK, call="m"), False),
    ],
)
def test_an_attempt_that_reached_them_settles_it_and_so_does_its_callback(task: Task, settles: bool) -> None:
    assert (MISSED in Settled([], [task])) is settles


def test_a_callback_of_a_missed_call_is_known_by_its_id() -> None:
    assert is_of_missed(Task(id=callback_id("m"), kind=TaskKind.CALLBACK, call="m"))
    assert not is_of_missed(Task(id="promised", kind=TaskKind.CALLBACK, call="m"))
    assert not is_of_missed(Task(id="promised", kind=TaskKind.CALLBACK))


def test_a_number_is_also_known_as_it_is_dialled_at_home() -> None:
    """The missed call has the international form alone, the call back was dialled without it."""
    lost = call("m", 1.0, caller=Caller(SafeText("+886965118402"), "+886965118402", Presentation.SHOWN))
    out = call("c", 2.0, direction=Direction.OUT, caller=Caller(), called=Called(SafeText("0965118402")), answered=3.0)
    assert lost in Settled([out])
