"""Which call makes a callback by itself, which joins one, which closes it."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import callbacks
from ringdesk.callbacks import Known, Policy, Window, window
from ringdesk.calls import Call, Called, Caller, CallState, Direction, Outcome, Presentation
from ringdesk.hours import Hours, hours
from ringdesk.ids import callback_id
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind, TaskState

WU = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)
HIDDEN = Caller(WU.raw, WU.e164, Presentation.PRIVATE)
SOON = Window(None, SafeText("2026-11-26T10:00:00Z"))
TAIPEI = ZoneInfo("Asia/Taipei")
OPEN = hours({"mon": "09:00-18:00", "fri": "09:00-18:00"}, ["2026-11-30"])


def call(ident: str, at: float, **more: Any) -> Call:
    given: dict[str, Any] = {"caller": WU, "site": "a", "state": CallState.ENDED, "outcome": Outcome.MISSED} | more
    return Call(id=ident, started=at, **given)


def callback(lost: Call, **more: Any) -> Task:
    task = callbacks.made(lost, Known(), SOON)
    assert task is not None
    return msgspec.structs.replace(task, **more)


class TestLost:
    @pytest.mark.parametrize(
        ("more", "makes"),
        [
            ({}, True),
            ({"outcome": Outcome.ABANDONED}, True),
            ({"disposition": "missed"}, True),
            ({"outcome": Outcome.UNKNOWN}, False),
            ({"outcome": Outcome.BUSY}, False),
            ({"outcome": Outcome.VOICEMAIL}, False),
            ({"outcome": Outcome.BLOCKED}, False),
            ({"direction": Direction.OUT}, False),
            ({"direction": Direction.INTERNAL}, False),
            ({"claimed_by": "p"}, False),
            ({"answered": 5.0}, False),
            ({"disposition": "ignored"}, False),
            ({"merged_into": "other"}, False),
        ],
    )
    def test_a_call_that_nobody_had(self, more: dict[str, Any], *, makes: bool) -> None:
        assert callbacks.lost(call("c", 1.0, **more), Policy()) is makes

    @pytest.mark.parametrize("more", [{"state": CallState.RING_STOPPED, "outcome": None}, {"outcome": Outcome.UNKNOWN}])
    def test_one_of_a_passive_line_only_where_the_business_wants_it(self, more: dict[str, Any]) -> None:
        assert not callbacks.lost(call("c", 1.0, **more), Policy())
        assert callbacks.lost(call("c", 1.0, **more), Policy(passive=True))
        assert not callbacks.newly_lost(None, call("c", 1.0, **more), Policy(passive=True, make=False))

    def test_it_is_news_once(self) -> None:
        stopped = call("c", 1.0, state=CallState.RING_STOPPED, outcome=None)
        over = call("c", 1.0, outcome=Outcome.UNKNOWN)
        policy = Policy(passive=True)
        assert callbacks.newly_lost(None, stopped, policy)
        assert not callbacks.newly_lost(stopped, over, policy)


class TestMade:
    def test_it_says_whom_to_call_and_by_when(self) -> None:
        task = callbacks.made(call("c", 100.0, ended=130.0), Known(members=("m",)), SOON)
        assert task is not None
        assert (task.id, task.kind, task.call) == (callback_id("c"), TaskKind.CALLBACK, "c")
        assert (task.number, task.member, task.opens, task.due) == ("+886965118402", "m", None, SOON.due)
        assert (task.called, task.called_at, task.at, task.author, task.title) == (0, 100.0, 130.0, "", "")

    def test_of_two_members_of_a_number_it_is_nobodys(self) -> None:
        task = callbacks.made(call("c", 1.0), Known(members=("m", "n")), SOON)
        assert task is not None
        assert task.member is None

    def test_who_hides_is_not_called_back(self) -> None:
        assert callbacks.made(call("c", 1.0, caller=HIDDEN), Known(), SOON) is None
        assert callbacks.made(call("c", 1.0, caller=Caller()), Known(), SOON) is None

    @pytest.mark.parametrize("label", list(MarkLabel))
    def test_nor_is_junk_or_a_supplier(self, label: MarkLabel) -> None:
        mark = NumberMark(id="k", raw=SafeText("0965-118-402"), label=label)
        task = callbacks.made(call("c", 1.0), Known(marks=(mark,)), SOON)
        assert (task is None) is (label is not MarkLabel.NONE)

    def test_who_tries_again_joins_the_open_one(self) -> None:
        first, again = call("c", 100.0), call("d", 160.0)
        task = callbacks.made(again, Known(tasks=(callback(first),), calls={"c": first}), SOON)
        assert task is not None
        assert (task.id, task.calls, task.called, task.called_at) == (callback_id("c"), ("d",), 1, 160.0)

    @pytest.mark.parametrize(
        ("task", "lost"),
        [
            ({"state": TaskState.DONE}, {}),
            ({"number": SafeText("+886911222333")}, {}),
            ({}, {"site": "b"}),
            ({"kind": TaskKind.TODO}, {}),
        ],
    )
    def test_but_none_that_is_done_or_of_somebody_else(self, task: dict[str, Any], lost: dict[str, Any]) -> None:
        first = call("c", 100.0)
        made = callbacks.made(
            call("d", 160.0, **lost), Known(tasks=(callback(first, **task),), calls={"c": first}), SOON
        )
        assert made is not None
        assert made.id == callback_id("d")

    def test_who_was_promised_a_call_is_promised_no_second_one(self) -> None:
        promise = Task(id="p", kind=TaskKind.CALLBACK, number=SafeText("0965118402"), author="mei")
        task = callbacks.made(call("c", 100.0), Known(tasks=(promise,)), SOON)
        assert task is not None
        assert (task.id, task.calls) == ("p", ("c",))

    def test_two_ids_of_one_call_are_one_try(self) -> None:
        first = call("c", 100.0)
        known = Known(tasks=(callback(first),), calls={"c": first})
        task = callbacks.made(call("d", 100.0), known, SOON, also=("c",))
        assert task is not None
        assert (task.calls, task.called, task.called_at) == (("d",), 0, 100.0)


class TestClosed:
    @pytest.mark.parametrize(
        ("later", "closes"),
        [
            ({"claimed_by": "p", "outcome": None}, True),
            ({"answered": 201.0, "outcome": Outcome.ANSWERED}, True),
            ({"direction": Direction.OUT, "caller": Caller(), "called": Called(WU.raw), "answered": 204.0}, True),
            ({"claimed_by": "p", "site": "b"}, False),
            ({"claimed_by": "p", "caller": HIDDEN}, False),
        ],
    )
    def test_a_later_conversation_closes_it(self, later: dict[str, Any], *, closes: bool) -> None:
        lost, spoke = call("c", 100.0), call("d", 200.0, **later)
        known = Known(tasks=(callback(lost),), calls={"c": lost})
        assert callbacks.newly_spoken(None, spoke)
        assert [task.state for task in callbacks.closed(spoke, known, 210.0)] == [TaskState.DONE] * closes

    def test_one_of_before_does_not(self) -> None:
        lost = call("c", 100.0)
        known = Known(tasks=(callback(lost, called_at=300.0),), calls={"c": lost})
        assert callbacks.closed(call("d", 200.0, claimed_by="p"), known, 210.0) == ()

    def test_the_call_itself_closes_it_where_somebody_had_it_after_all(self) -> None:
        lost = call("c", 100.0, state=CallState.RING_STOPPED, outcome=None)
        known = Known(tasks=(callback(lost),), calls={"c": lost})
        (task,) = callbacks.closed(call("c", 100.0, claimed_by="p"), known, 120.0)
        assert (task.state, task.done_by, task.done_at) == (TaskState.DONE, "p", 120.0)

    def test_of_several_people_on_a_number_nobody_elses_is_closed(self) -> None:
        lost = call("c", 100.0)
        known = Known(tasks=(callback(lost, member="m"),), calls={"c": lost}, members=("m", "n"))
        assert callbacks.closed(call("d", 200.0, claimed_by="p"), known, 210.0) == ()

    def test_what_a_person_promised_stays(self) -> None:
        promise = Task(id="p", kind=TaskKind.CALLBACK, number=WU.raw, author="mei", call="c")
        known = Known(tasks=(promise,), calls={"c": call("c", 1.0)})
        assert callbacks.closed(call("d", 200.0, claimed_by="p"), known, 210.0) == ()

    def test_a_promise_takes_the_place_of_the_servers(self) -> None:
        lost = call("c", 100.0)
        promise = Task(id="p", kind=TaskKind.CALLBACK, number=WU.raw, author="mei")
        known = Known(tasks=(callback(lost), promise), calls={"c": lost})
        (task,) = callbacks.replaced(promise, known, "a", 120.0)
        assert (task.id, task.state, task.done_by) == (callback_id("c"), TaskState.DONE, "mei")
        assert callbacks.replaced(promise, known, "b", 120.0) == ()

    def test_the_key_finds_the_open_one(self) -> None:
        lost, again = call("c", 100.0), call("d", 150.0)
        fresh = Task(id=callback_id("d"), kind=TaskKind.CALLBACK, call="d", title=SafeText("Call back"), member="m")
        known = Known(tasks=(callback(lost),), calls={"c": lost})
        task = callbacks.taken_up(fresh, again, known)
        assert task is not None
        assert (task.id, task.title, task.member, task.calls) == (callback_id("c"), "Call back", "m", ("d",))
        assert callbacks.taken_up(fresh, again, Known()) is None


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI).timestamp()


def wall(text: SafeText | None) -> str | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(TAIPEI).strftime("%m-%d %H:%M")


class TestWindow:
    @pytest.mark.parametrize(
        ("missed", "opens", "due"),
        [
            ("2026-11-27T10:00", None, "11-27 11:00"),
            ("2026-11-27T17:30", None, "11-27 18:00"),
            ("2026-11-27T08:00", "11-27 09:00", "11-27 10:00"),
            ("2026-11-27T17:55", "12-04 09:00", "12-04 10:00"),  # Monday is closed, and so are the days between
            ("2026-11-28T12:00", "12-04 09:00", "12-04 10:00"),
        ],
    )
    def test_nobody_is_called_back_while_nobody_is_there(self, missed: str, opens: str | None, due: str) -> None:
        found = window(at(missed), OPEN, TAIPEI)
        assert (wall(found.opens), wall(found.due)) == (opens, due)

    def test_without_hours_it_is_at_once_but_for_closed_days(self) -> None:
        assert wall(window(at("2026-11-28T23:00"), Hours(), TAIPEI).due) == "11-29 00:00"
        closed = window(at("2026-11-27T10:00"), hours({}, ["2026-11-27"]), TAIPEI)
        assert (wall(closed.opens), wall(closed.due)) == ("11-30 09:00", "11-30 10:00")


SPANS = st.dictionaries(
    st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
    st.sampled_from(["09:00-18:00", "10:00-14:00", "00:00-24:00", "08:30-09:00"]),
    min_size=1,
)


@given(week=SPANS, missed=st.floats(1.7e9, 1.9e9), within=st.sampled_from([600.0, 3600.0, 7200.0]))
def test_a_callback_is_due_while_the_business_is_open_and_never_before_the_call(
    week: dict[str, str], missed: float, within: float
) -> None:
    known = hours(week, [])
    found = window(missed, known, TAIPEI, within)
    due = datetime.fromisoformat(found.due).replace(tzinfo=UTC)
    begins = missed if found.opens is None else datetime.fromisoformat(found.opens).timestamp()
    assert missed - 1 <= begins < due.timestamp()
    assert due.timestamp() - begins <= within + 1
    local = due.astimezone(TAIPEI)
    span = known.on(local.date())
    assert span is not None
    assert span.opens <= local.time().replace(microsecond=0) <= span.closes


NUMBERS = ("0965118402", "0911222333")


@st.composite
def days(draw: st.DrawFn) -> list[Call]:
    """Calls one after the other, of two callers at two stores."""
    calls = []
    for n in range(draw(st.integers(1, 12))):
        raw = draw(st.sampled_from(NUMBERS))
        caller = Caller(
            SafeText(raw), f"+886{raw[1:]}", draw(st.sampled_from([Presentation.SHOWN] * 4 + [Presentation.PRIVATE]))
        )
        taken = draw(st.booleans())
        more: dict[str, Any] = {"claimed_by": "p", "outcome": Outcome.ANSWERED} if taken else {}
        calls.append(call(f"c{n}", 100.0 * (n + 1), caller=caller, site=draw(st.sampled_from("ab")), **more))
    return calls


@given(days())
def test_a_caller_has_one_open_callback_exactly_while_their_last_call_was_missed(calls: list[Call]) -> None:
    tasks: dict[str, Task] = {}
    seen: dict[str, Call] = {}
    for each in calls:
        seen[each.id] = each
        known = Known(tasks=tuple(tasks.values()), calls=seen)
        if callbacks.newly_lost(None, each, Policy()):
            made = callbacks.made(each, known, SOON)
            tasks |= {made.id: made} if made else {}
        if callbacks.newly_spoken(None, each):
            tasks |= {task.id: task for task in callbacks.closed(each, known, each.started)}
        for site in "ab":
            for raw in NUMBERS:
                mine = [one for one in seen.values() if one.site == site and one.caller.raw == raw]
                shown = [one for one in mine if one.caller.presentation is Presentation.SHOWN]
                owed = [
                    task
                    for task in tasks.values()
                    if task.state is TaskState.OPEN
                    and task.number == f"+886{raw[1:]}"
                    and seen[task.call or ""].site == site
                ]
                assert len(owed) == bool(shown and shown[-1].claimed_by is None)
                if owed:
                    since = max((n for n, one in enumerate(shown) if one.claimed_by), default=-1)
                    assert owed[0].called == len(shown) - since - 2


class TestOneEach:
    """What a desk lists while the server has not heard of it: one callback for each caller, as the server will have it."""

    SERVERS = callback(call("c", 100.0))
    PROMISE = Task(id="mine", kind=TaskKind.CALLBACK, call="c", number=SafeText("0965118402"), author="ann", at=150.0)
    VERDICT = msgspec.structs.replace(callback(call("d", 200.0)), author="ann", at=210.0)

    def test_the_servers_gives_way_to_what_a_person_promised(self) -> None:
        assert callbacks.one_each((self.SERVERS, self.PROMISE)) == {self.SERVERS.id: "mine"}

    def test_of_a_caller_who_tried_again_the_one_that_was_there_stays(self) -> None:
        assert callbacks.one_each((self.VERDICT, self.SERVERS)) == {self.VERDICT.id: self.SERVERS.id}
        assert callbacks.one_each((self.VERDICT, self.PROMISE)) == {self.VERDICT.id: "mine"}

    def test_the_server_leaves_these_alone(self) -> None:
        later = msgspec.structs.replace(self.PROMISE, at=300.0)
        elsewhere = callback(call("e", 120.0, site="b"))
        done = msgspec.structs.replace(self.PROMISE, state=TaskState.DONE)
        theirs = msgspec.structs.replace(self.PROMISE, member="m2")
        other = msgspec.structs.replace(self.PROMISE, number=SafeText("0911222333"))
        for task in (elsewhere, done, other):
            assert callbacks.one_each((self.SERVERS, task)) == {}
        assert callbacks.one_each((self.VERDICT, later)) == {}
        assert callbacks.one_each((msgspec.structs.replace(self.SERVERS, member="m1"), theirs)) == {}
        assert callbacks.one_each((self.PROMISE, later)) == {}, "two promises are two"
