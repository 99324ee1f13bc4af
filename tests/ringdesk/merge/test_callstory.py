"""merge: hold, hand on, verdicts and callbacks; numbers of members and marks."""

import msgspec
import pytest

from ringdesk.calls import Call, Caller, CallState, Direction, Outcome, Presentation
from ringdesk.ids import callback_id
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.members import Member, MemberNumber
from ringdesk.merge import Effect
from ringdesk.ops import (
    Args,
    CallClaim,
    CallHand,
    CallHold,
    CallVerdict,
    ContactAdd,
    NumberAttach,
    NumberChoose,
    NumberDetach,
    NumberMarked,
    Row,
    TaskAdd,
    TaskAttempt,
    TaskDone,
    TaskFields,
    TaskReopen,
    TaskUpdate,
)
from ringdesk.ops.touched import touches
from ringdesk.safetext import SafeText
from ringdesk.tasks import MAX_ATTEMPTS, AttemptResult, Task, TaskKind, TaskState
from ringdesk.timeline import Contact, ContactKind
from tests.ringdesk.merge.test_apply import CHEN, LIN, MEI, MOBILE, done, refused

STOPPED = Call(
    id="c1",
    state=CallState.RING_STOPPED,
    started=100.0,
    caller=Caller(raw=SafeText("0912345678"), e164="+886912345678", presentation=Presentation.SHOWN),
)
MINE = Call(id="c1", state=CallState.ANSWERED, started=100.0, answered=104.0, claimed_by="p-mei")


def call_after(args: Args, *rows: Row) -> Call:
    row = done(args, *rows).rows["call", "c1"]
    assert isinstance(row, Call)
    return row


def member_after(args: Args, *rows: Row, at: float = 1000.0) -> Member:
    row = done(args, *rows, at=at).rows["member", "m1"]
    assert isinstance(row, Member)
    return row


def task_after(args: Args, *rows: Row, task: str = "t1", at: float = 1000.0) -> Task:
    row = done(args, *rows, at=at).rows["task", task]
    assert isinstance(row, Task)
    return row


class TestHold:
    def test_who_has_the_call_holds_it_and_goes_on(self) -> None:
        held = call_after(CallHold(call="c1"), MINE)
        assert held.held
        assert done(CallHold(call="c1"), held) == Effect({})
        assert not call_after(CallHold(call="c1", held=False), held).held

    def test_nobody_else_holds_it(self) -> None:
        with pytest.raises(Exception, match="take it first"):
            done(CallHold(call="c1"), MINE, actor=LIN)

    def test_a_call_that_is_over_is_not_held(self) -> None:
        assert done(CallHold(call="c1"), Call(id="c1", state=CallState.ENDED, claimed_by="p-mei")) == Effect({})


class TestHand:
    def test_it_goes_to_the_colleague_and_says_from_whom(self) -> None:
        held = call_after(CallHold(call="c1"), MINE)
        handed = call_after(CallHand(call="c1", to="p-lin", to_name=SafeText("Lin")), held)
        assert (handed.claimed_by, handed.claimed_name, handed.handed_name) == ("p-lin", "Lin", "Mei")
        assert not handed.held
        assert handed.answered == 104.0

    def test_somebody_elses_call_is_not_handed_on(self) -> None:
        args = CallHand(call="c1", to="p-mei", to_name=SafeText("Mei"))
        taken = Call(id="c1", state=CallState.ANSWERED, claimed_by="p-wu", claimed_name=SafeText("Wu"))
        assert refused(args, taken) == "already_claimed"

    def test_a_call_that_nobody_has_can_be_given_to_a_colleague(self) -> None:
        handed = call_after(CallHand(call="c1", to="p-lin", to_name=SafeText("Lin")), STOPPED)
        assert (handed.claimed_by, handed.state) == ("p-lin", CallState.ANSWERED)


class TestVerdict:
    MISSED = CallVerdict(call="c1", verdict="missed", title=SafeText("Call back"), due=SafeText("2026-11-26T10:00:00"))

    def test_a_missed_call_gets_one_callback(self) -> None:
        effect = done(self.MISSED, STOPPED)
        task_id = callback_id("c1")
        call, task = effect.rows["call", "c1"], effect.rows["task", task_id]
        assert isinstance(call, Call)
        assert isinstance(task, Task)
        assert (call.state, call.outcome, call.disposition) == (CallState.ENDED, Outcome.MISSED, "missed")
        assert (task.kind, task.number, task.due) == (TaskKind.CALLBACK, "+886912345678", "2026-11-26T10:00:00")
        assert done(self.MISSED, call, task) == Effect({})

    def test_it_is_said_and_no_longer_inferred(self) -> None:
        call = done(self.MISSED, msgspec.structs.replace(STOPPED, inferred=True)).rows["call", "c1"]
        assert isinstance(call, Call)
        assert not call.inferred

    def test_a_later_verdict_corrects_it_and_closes_the_callback(self) -> None:
        rows = done(self.MISSED, STOPPED).rows
        effect = done(CallVerdict(call="c1", verdict="elsewhere"), *rows.values())
        call, task = effect.rows["call", "c1"], effect.rows["task", callback_id("c1")]
        assert isinstance(call, Call)
        assert isinstance(task, Task)
        assert (call.outcome, call.disposition, task.state) == (Outcome.ANSWERED, "elsewhere", TaskState.DONE)

    def test_who_hides_cannot_be_called_back(self) -> None:
        hidden = Call(id="c1", state=CallState.RING_STOPPED, caller=Caller(presentation=Presentation.PRIVATE))
        assert set(done(self.MISSED, hidden).rows) == {("call", "c1")}

    def test_what_somebody_has_was_not_missed(self) -> None:
        claimed = call_after(CallClaim(call="c1"), STOPPED)
        assert refused(self.MISSED, claimed) == "already_claimed"


class TestNumbers:
    def test_attach_twice_is_once(self) -> None:
        member = member_after(NumberAttach(member="m1", number=MOBILE), CHEN)
        assert member.numbers == (MOBILE,)
        assert member.revs["numbers"] == 1
        again = NumberAttach(member="m1", number=MemberNumber(raw=SafeText("0912345678"), e164="+886912345678"))
        assert done(again, member) == Effect({})

    def test_detach_takes_one_and_leaves_the_others(self) -> None:
        other = MemberNumber(raw=SafeText("分機 12"))
        both = member_after(
            NumberAttach(member="m1", number=other), member_after(NumberAttach(member="m1", number=MOBILE), CHEN)
        )
        assert member_after(NumberDetach(member="m1", e164="+886912345678"), both).numbers == (other,)
        assert member_after(NumberDetach(member="m1", raw=SafeText("分機 12")), both).numbers == (MOBILE,)
        assert done(NumberDetach(member="m1", e164="+886911111111"), both) == Effect({})

    def test_the_latest_choice_is_remembered(self) -> None:
        member = member_after(NumberAttach(member="m1", number=MOBILE), CHEN)
        chosen = member_after(NumberChoose(member="m1", e164="+886912345678"), member, at=500.0)
        assert chosen.numbers[0].chosen_at == 500.0
        assert chosen.revs == member.revs
        assert done(NumberChoose(member="m1", e164="+886912345678"), chosen, at=400.0) == Effect({})

    def test_a_tail_is_no_number(self) -> None:
        args = NumberAttach(member="m1", number=MemberNumber(raw=SafeText("***678")))
        assert refused(args, CHEN) == "masked_number"
        assert refused(NumberMarked(raw=SafeText("***678"), label=MarkLabel.JUNK)) == "masked_number"
        assert refused(NumberMarked(raw=SafeText(" "), label=MarkLabel.JUNK)) == "empty_number"

    def test_a_mark_is_made_and_taken_back(self) -> None:
        made = done(NumberMarked(raw=SafeText("0800000000"), label=MarkLabel.JUNK)).rows["mark", "op1"]
        assert isinstance(made, NumberMark)
        back = done(NumberMarked(mark="op1", raw=made.raw, label=MarkLabel.NONE), made).rows["mark", "op1"]
        assert isinstance(back, NumberMark)
        assert (made.label, back.label) == (MarkLabel.JUNK, MarkLabel.NONE)


class TestTasks:
    TASK = Task(id="t1", title=SafeText("報價"), due=SafeText("2026-11-30"))

    def test_fields_change_until_it_is_done(self) -> None:
        fields = TaskFields(due=SafeText("2026-12-01"), assignee="p-lin", assignee_name=SafeText("Lin"))
        changed = task_after(TaskUpdate(task="t1", fields=fields), self.TASK)
        assert (changed.title, changed.due, changed.assignee_name) == ("報價", "2026-12-01", "Lin")
        closed = task_after(TaskDone(task="t1"), changed)
        assert done(TaskUpdate(task="t1", fields=TaskFields(title=SafeText("x"))), closed) == Effect({})
        assert task_after(TaskReopen(task="t1"), closed) == changed

    def test_a_task_becomes_a_members_and_nobodys_again(self) -> None:
        theirs = task_after(TaskUpdate(task="t1", fields=TaskFields(member="m1")), self.TASK, CHEN)
        assert theirs.member == "m1"
        assert task_after(TaskUpdate(task="t1", fields=TaskFields(member=None)), theirs) == self.TASK
        args = TaskUpdate(task="t1", fields=TaskFields(member="m9"))
        assert refused(args, self.TASK) == "unknown_member"
        assert touches("op1", args) == (("member", "m9"), ("task", "t1"))

    def test_attempts_are_kept_and_reaching_them_closes_it(self) -> None:
        tried = task_after(TaskAttempt(task="t1", result=AttemptResult.NO_ANSWER), self.TASK, at=10.0)
        assert [(each.at, each.result, each.who) for each in tried.attempts] == [(10.0, "no_answer", "Mei")]
        assert tried.state is TaskState.OPEN
        assert done(TaskAttempt(task="t1", result=AttemptResult.NO_ANSWER), tried, at=10.0) == Effect({})
        reached = task_after(TaskAttempt(task="t1", result=AttemptResult.REACHED), tried, at=20.0)
        assert (reached.state, reached.done_by) == (TaskState.DONE, MEI.person)

    def test_attempts_have_a_limit(self) -> None:
        task = self.TASK
        for second in range(MAX_ATTEMPTS + 3):
            task = task_after(TaskAttempt(task="t1", result=AttemptResult.BUSY), task, at=float(second))
        assert len(task.attempts) == MAX_ATTEMPTS
        assert task.attempts[-1].at == MAX_ATTEMPTS + 2

    def test_a_bad_window_or_title_is_refused(self) -> None:
        assert refused(TaskAdd(title=SafeText("x"), opens=SafeText("tomorrow"))) == "bad_date"
        assert refused(TaskUpdate(task="t1", fields=TaskFields(title=SafeText(" "))), self.TASK) == "empty_task"
        assert refused(TaskAttempt(task="t9", result=AttemptResult.BUSY)) == "unknown_task"


class TestContacts:
    def test_a_visit_is_in_the_timeline(self) -> None:
        args = ContactAdd(member="m1", kind=ContactKind.VISIT, text=SafeText("試喝"), state=SafeText("inquiry"))
        row = done(args, CHEN).rows["contact", "op1"]
        assert isinstance(row, Contact)
        assert (row.member, row.kind, row.who, row.at) == ("m1", ContactKind.VISIT, "Mei", 1000.0)

    def test_a_conflict_is_no_meeting(self) -> None:
        assert refused(ContactAdd(member="m1", kind=ContactKind.CONFLICT), CHEN) == "bad_contact"
        assert refused(ContactAdd(member="m9", kind=ContactKind.VISIT), CHEN) == "unknown_member"


def test_an_outgoing_call_is_not_missed() -> None:
    out = msgspec.structs.replace(STOPPED, direction=Direction.OUT)
    assert refused(CallVerdict(call="c1", verdict="missed", title=SafeText("x")), out) == "not_missed"
    assert call_after(CallVerdict(call="c1", verdict="ignored"), out).state is CallState.ENDED


def test_a_call_is_handed_to_somebody() -> None:
    assert refused(CallHand(call="c1", to="", to_name=SafeText("")), MINE) == "unknown_person"


@pytest.mark.parametrize(
    "due",
    [
        "2026-W01-1",
        "20260101",
        "2026-01-01T10",
        "2026-01-01T10:00+08:00",
        "1899-12-31",
        "2201-01-01",
        "2026-02-30",
        "0001-01-01T00:00:00+23:59",
        " 2026-01-01",
        "2026-01-01T24:00:00",
        "２０２６-01-01",
        "",
    ],
)
def test_what_is_no_date_everywhere_is_none(due: str) -> None:
    assert refused(TaskAdd(title=SafeText("x"), due=SafeText(due))) == "bad_date"


@pytest.mark.parametrize(
    "due", ["2026-01-01", "2026-01-01T10:00", "2026-01-01 10:00:00.5Z", "2200-12-31T23:59:59+00:00"]
)
def test_a_date_or_a_time_in_utc_is_one(due: str) -> None:
    assert done(TaskAdd(title=SafeText("x"), due=SafeText(due))).rows
