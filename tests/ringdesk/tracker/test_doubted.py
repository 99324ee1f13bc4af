"""Two reports that may be one call, though nothing proves it."""

from typing import Any

import msgspec
import pytest

from ringdesk.calls import Call, Called, Caller, CallEvent, CallState, Direction, EventKind, Presentation, SourceKey
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker, doubted, perhaps_one

T = 1795325880.0
CHEN = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)
LIN = Caller(SafeText("0922333444"), "+886922333444", Presentation.SHOWN)
WITHHELD = Caller(presentation=Presentation.PRIVATE)
NOWHERE = Caller(presentation=Presentation.UNAVAILABLE)


def call(source: str, caller: Caller | None = CHEN, line: str = "", **more: Any) -> Call:
    fields: dict[str, Any] = {
        "id": source,
        "state": CallState.RINGING,
        "caller": caller or Caller(),
        "absent": caller is not None and caller.raw is None,
        "called": Called(line=SafeText(line) or None),
        "started": T,
        "sources": (SourceKey(source, "1"),),
        "ring_count": 2,
    }
    return Call(**fields | more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(call("a", line="1"), call("b", line="main"), id="one number, two names of lines"),
        pytest.param(call("a", None), call("b"), id="nothing said of one"),
        pytest.param(call("a", WITHHELD), call("b", WITHHELD), id="both hide"),
        pytest.param(call("a", WITHHELD), call("b", NOWHERE), id="no number for different reasons"),
    ],
)
def test_what_may_be_one_call(one: Call, other: Call) -> None:
    for pair in ((one, other), (other, one)):
        assert perhaps_one(*pair, 6.0)
        assert not perhaps_one(pair[0], msgspec.structs.replace(pair[1], started=T + 6.1), 6.0)
        assert not perhaps_one(pair[0], msgspec.structs.replace(pair[1], site="north"), 6.0)
        assert not perhaps_one(pair[0], msgspec.structs.replace(pair[1], direction=Direction.OUT), 6.0)
        assert not perhaps_one(pair[0], msgspec.structs.replace(pair[1], sources=pair[0].sources), 6.0), (
            "it knows its calls"
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(call("a"), call("b", LIN), id="two numbers"),
        pytest.param(call("a"), call("b", WITHHELD), id="one shows, one hides"),
        pytest.param(call("a", None), call("b", None), id="nothing said of either"),
        pytest.param(call("a", WITHHELD, "1"), call("b", WITHHELD, "2"), id="two lines"),
        pytest.param(call("a", None, "1"), call("b", CHEN, "2"), id="two lines, nothing said of one"),
    ],
)
def test_what_is_certainly_two(one: Call, other: Call) -> None:
    assert not perhaps_one(one, other, 6.0)
    assert not perhaps_one(other, one, 6.0)


class TestTheSecond:
    first = call("a", line="1")
    second = call("b", line="2")

    def test_says_which_the_first_was(self) -> None:
        assert doubted(None, self.second, [self.first], 6.0).perhaps == "a"
        unseen = msgspec.structs.replace(self.second, caller=Caller(), ring_count=1)
        assert doubted(unseen, self.second, [self.first], 6.0).perhaps == "a"

    def test_that_was_shown_already_is_left_as_it_is(self) -> None:
        assert doubted(self.second, self.second, [self.first], 6.0).perhaps is None

    def test_that_nobody_is_shown_yet_waits(self) -> None:
        unseen = msgspec.structs.replace(self.second, caller=Caller(), ring_count=1)
        assert doubted(None, unseen, [self.first], 6.0).perhaps is None

    def test_is_not_the_second_of_a_second_or_of_one_that_nobody_saw(self) -> None:
        third = call("c", line="3", perhaps="a")
        unseen = call("d", None, ring_count=1)
        assert doubted(None, self.second, [third, unseen], 6.0).perhaps is None

    def test_is_no_longer_one_when_it_is_known_who_calls(self) -> None:
        bare = call("b", None, perhaps="a")
        named = msgspec.structs.replace(bare, caller=LIN)
        assert doubted(bare, bare, [self.first], 6.0).perhaps == "a"
        assert doubted(bare, named, [self.first], 6.0).perhaps is None


def test_a_tracker_marks_it_and_joins_what_is_proven_later() -> None:
    def said(source: str, kind: EventKind, caller: Caller | None = None) -> CallEvent:
        return CallEvent(event=kind, at=T, source=source, native_id="1", caller=caller)

    tracker = Tracker()
    tracker.received(said("pbx", EventKind.RINGING))
    (first,) = tracker.received(said("pbx", EventKind.CALLER, CHEN))
    tracker.received(said("modem", EventKind.RINGING))
    (second,) = tracker.received(said("modem", EventKind.RINGING))
    assert (first.perhaps, second.perhaps) == (None, first.id)
    kept, gone = tracker.received(said("modem", EventKind.CALLER, CHEN))
    assert (kept.id, kept.perhaps, gone.merged_into) == (first.id, None, first.id)
