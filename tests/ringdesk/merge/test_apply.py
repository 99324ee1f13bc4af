"""merge: what each kind of op does, and that it does the same every time."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import ids, merge
from ringdesk.calls import Call, CallEvent, CallState, Direction, EventKind, Outcome, SourceKey
from ringdesk.errors import Refused
from ringdesk.members import EDITABLE, GUARDED, Member, MemberNumber
from ringdesk.merge import Effect, apply, enrol_twin, retarget
from ringdesk.notes import Note
from ringdesk.ops import (
    KINDS,
    ROW_TYPES,
    Actor,
    Args,
    CallClaim,
    CallReport,
    CallWrapup,
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NoteAdd,
    Row,
    RowKey,
    TaskAdd,
    TaskDone,
)
from ringdesk.ops.touched import touches
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task, TaskState
from ringdesk.timeline import Contact, ContactKind
from tests.ringdesk.shapes import values_of

MEI = Actor("p-mei", SafeText("Mei"), "d1", ("agent",))
LIN = Actor("p-lin", SafeText("Lin"), "d2", ("agent",))
CHEN = Member(id="m1", name=SafeText("陳怡君"), honorific=SafeText("小姐"), revs={"name": 2, "honorific": 4})
RINGING = Call(id="c1", state=CallState.RINGING, started=100.0)
MOBILE = MemberNumber(raw=SafeText("0912 345 678"), e164="+886912345678")


def keyed(*rows: Row) -> dict[RowKey, Row]:
    kinds = {shape: kind for kind, shape in ROW_TYPES.items()}
    return {(kinds[type(row)], row.id): row for row in rows}


def done(
    args: Args,
    *rows: Row,
    actor: Actor = MEI,
    base: dict[str, int] | None = None,
    fact: bool = False,
    at: float = 1000.0,
) -> Effect:
    return apply("op1", args, actor=actor, at=at, base=base or {}, rows=keyed(*rows), fact=fact)


def refused(args: Args, *rows: Row, actor: Actor = MEI, base: dict[str, int] | None = None) -> str:
    with pytest.raises(Refused) as caught:
        done(args, *rows, actor=actor, base=base)
    assert "\n" not in str(caught.value)
    return caught.value.code


def test_every_kind_has_its_function() -> None:
    assert set(merge._EFFECTS) == set(KINDS.values())


class TestNotes:
    def test_a_note_is_written_once_and_belongs_to_its_author(self) -> None:
        effect = done(NoteAdd(member="m1", text=SafeLines("wants\na table")), CHEN)
        note = Note(
            id="op1",
            member="m1",
            text=SafeLines("wants\na table"),
            author="p-mei",
            author_name=SafeText("Mei"),
            at=1000.0,
        )
        assert effect == Effect({("note", "op1"): note})
        assert done(NoteAdd(member="m1", text=SafeLines("other words")), CHEN, note) == Effect({})

    def test_what_it_is_about_must_exist_except_for_a_fact(self) -> None:
        args = NoteAdd(member="m9", call="c9", text=SafeLines("x"))
        assert refused(args) == "unknown_member"
        assert refused(NoteAdd(call="c9", text=SafeLines("x"))) == "unknown_call"
        written = done(args, fact=True).rows["note", "op1"]
        assert isinstance(written, Note)
        assert (written.member, written.call) == ("m9", "c9")

    @pytest.mark.parametrize("text", ["", "  \n  "])
    def test_an_empty_note_is_refused(self, text: str) -> None:
        assert refused(NoteAdd(member="m1", text=SafeLines(text)), CHEN) == "empty_note"

    def test_a_note_may_be_about_nobody_yet(self) -> None:
        note = done(NoteAdd(text=SafeLines("x"))).rows["note", "op1"]
        assert isinstance(note, Note)
        assert (note.member, note.call) == (None, None)

    def test_a_revision_stays_with_its_parent(self) -> None:
        parent = Note(id="n1", member="m1", call="c1", text=SafeLines("a"), author="p-mei")
        revision = done(NoteAdd(parent="n1", text=SafeLines("b")), parent).rows["note", "op1"]
        assert isinstance(revision, Note)
        assert (revision.member, revision.call, revision.parent) == ("m1", "c1", "n1")
        assert refused(NoteAdd(parent="n1", member="m2", text=SafeLines("b")), parent) == "moved_note"
        assert refused(NoteAdd(parent="n1", text=SafeLines("b")), parent, actor=LIN) == "not_own_note"
        assert refused(NoteAdd(parent="n1", text=SafeLines("b"))) == "unknown_note"

    def test_a_revision_that_is_a_fact_is_written_even_without_its_parent(self) -> None:
        orphan = done(NoteAdd(parent="n1", text=SafeLines("b")), fact=True).rows["note", "op1"]
        assert isinstance(orphan, Note)
        assert orphan.parent == "n1"


class TestTasks:
    def test_a_task_is_made(self) -> None:
        args = TaskAdd(member="m1", title=SafeText("call back"), due=SafeText("2026-12-31T10:00:00Z"), assignee="p-lin")
        task = done(args, CHEN).rows["task", "op1"]
        assert isinstance(task, Task)
        assert (task.title, task.due, task.assignee, task.author) == (
            "call back",
            "2026-12-31T10:00:00Z",
            "p-lin",
            "p-mei",
        )

    def test_what_cannot_be_kept_is_refused(self) -> None:
        assert refused(TaskAdd(title=SafeText(" "))) == "empty_task"
        assert refused(TaskAdd(title=SafeText("x"), due=SafeText("tomorrow"))) == "bad_date"
        assert refused(TaskAdd(title=SafeText("x"), member="m9")) == "unknown_member"
        assert refused(TaskAdd(title=SafeText("x"), call="c9")) == "unknown_call"

    def test_done_is_done_by_the_first(self) -> None:
        task = Task(id="t1", title=SafeText("x"))
        closed = done(TaskDone(task="t1"), task).rows["task", "t1"]
        assert isinstance(closed, Task)
        assert (closed.state, closed.done_by, closed.done_at) == (TaskState.DONE, "p-mei", 1000.0)
        assert done(TaskDone(task="t1"), closed, actor=LIN) == Effect({})
        assert refused(TaskDone(task="t9")) == "unknown_task"


class TestNewMembers:
    def test_a_member_has_the_id_of_its_op(self) -> None:
        fields = MemberFields(name=SafeText("林"), numbers=(MOBILE,), do_not_call=True)
        row = done(MemberAdd(code=SafeText("A1"), fields=fields)).rows["member", "op1"]
        assert row == Member(id="op1", code=SafeText("A1"), name=SafeText("林"), numbers=(MOBILE,), do_not_call=True)

    def test_nobody_at_all_is_refused(self) -> None:
        assert refused(MemberAdd(fields=MemberFields(tier=SafeText("gold")))) == "empty_member"

    def test_an_existing_member_is_never_overwritten(self) -> None:
        here = Member(id="op1", name=SafeText("first"))
        assert done(MemberAdd(fields=MemberFields(name=SafeText("second"))), here) == Effect({})

    def test_a_twin_becomes_an_alias_that_keeps_what_was_typed(self) -> None:
        args = MemberAdd(fields=MemberFields(name=SafeText("怡君"), numbers=(MOBILE,)))
        effect = enrol_twin("op1", args, CHEN)
        alias = effect.rows["member", "op1"]
        assert (effect.into, effect.result) == ("m1", "merged_into")
        assert alias == Member(id="op1", name=SafeText("怡君"), numbers=(MOBILE,), merged_into="m1")

    def test_later_ops_follow_the_alias(self) -> None:
        note = NoteAdd(member="op1", text=SafeLines("x"))
        assert retarget(note, {("member", "op1"): "m2", ("member", "m2"): "m1"}) == NoteAdd(
            member="m1", text=SafeLines("x")
        )
        assert retarget(note, {("member", "m7"): "m1", ("call", "op1"): "c1"}) is note
        assert retarget(TaskDone(task="op1"), {("member", "op1"): "m1"}) == TaskDone(task="op1")
        retarget(note, {("member", "op1"): "m2", ("member", "m2"): "op1"})  # a ring of aliases ends


class TestCallsThatAreOne:
    def test_the_other_ends_and_leads_to_the_one_that_goes_on(self) -> None:
        other = Call(id="c2", state=CallState.RINGING, started=101.0, claimed_by="p-lin", ring_count=3)
        effect = done(CallReport(call="c1", events=(), also=("c2", "never came")), RINGING, other)
        kept, gone = effect.rows["call", "c1"], effect.rows["call", "c2"]
        assert isinstance(kept, Call)
        assert isinstance(gone, Call)
        assert (kept.claimed_by, kept.ring_count, kept.merged_into) == ("p-lin", 3, None)
        assert (gone.state, gone.outcome, gone.ended, gone.merged_into) == (CallState.ENDED, None, 1000.0, "c1")
        again = done(CallReport(call="c1", events=(), also=("c2", "c1")), kept, gone)
        assert again.rows == {}

    def test_a_call_of_another_store_stays_alone(self) -> None:
        other = Call(id="c2", state=CallState.RINGING, started=101.0, site="east")
        assert done(CallReport(call="c1", events=(), also=("c2",)), RINGING, other).rows == {}

    def test_ops_follow_and_a_note_may_be_revised_under_the_new_id(self) -> None:
        wrapup = CallWrapup(call="c2", code=SafeText("info"), member="op1")
        assert retarget(wrapup, {("call", "c2"): "c1", ("member", "op1"): "m1"}) == CallWrapup(
            call="c1", code=SafeText("info"), member="m1"
        )
        gone = ids.call_id("line", "2")
        kept = msgspec.structs.replace(RINGING, sources=(SourceKey("line", "1"), SourceKey("line", "2")))
        note = Note(id="n1", call=gone, text=SafeLines("x"), author=MEI.person, author_name=MEI.name, at=1.0)
        revision = NoteAdd(call="c1", text=SafeLines("y"), parent="n1")
        written = done(revision, kept, note).rows["note", "op1"]
        assert isinstance(written, Note)
        assert written.call == gone
        with pytest.raises(Refused) as refusal:
            done(revision, RINGING, note)
        assert refusal.value.code == "moved_note"


class TestFields:
    def test_a_change_on_a_fresh_image_just_wins(self) -> None:
        update = MemberUpdate(member="m1", fields=MemberFields(name=SafeText("陳君"), tier=SafeText("gold")))
        effect = done(update, CHEN, base={"name": 2})
        after = effect.rows["member", "m1"]
        assert isinstance(after, Member)
        assert (after.name, after.tier, after.honorific) == ("陳君", "gold", "小姐")
        assert after.revs == {"name": 3, "honorific": 4, "tier": 1}
        assert (effect.result, len(effect.rows)) == ("applied", 1)

    def test_the_last_to_arrive_wins_and_the_overwritten_value_is_kept(self) -> None:
        update = MemberUpdate(member="m1", fields=MemberFields(honorific=SafeText("女士")))
        effect = done(update, CHEN, base={"honorific": 3})
        after, conflict = effect.rows["member", "m1"], effect.rows["contact", "op1"]
        assert isinstance(after, Member)
        assert (after.honorific, after.revs["honorific"]) == ("女士", 5)
        assert isinstance(conflict, Contact)
        assert (conflict.kind, conflict.text, conflict.state) == (ContactKind.CONFLICT, "honorific: 小姐", "honorific")
        assert (effect.kept, effect.lost, effect.result) == (("honorific",), (), "merged")

    @pytest.mark.parametrize("field", sorted(GUARDED))
    def test_a_guarded_field_with_an_old_base_is_refused_whole(self, field: str) -> None:
        values: dict[str, Any] = {"numbers": (MOBILE,), "do_not_call": True}
        fields = MemberFields(**{field: values.get(field, SafeText("x"))}, language=SafeText("en"))
        moved = msgspec.structs.replace(CHEN, revs={field: 1})
        assert refused(MemberUpdate(member="m1", fields=fields), moved) == "stale_field"

    def test_the_same_value_is_no_conflict(self) -> None:
        same = MemberUpdate(member="m1", fields=MemberFields(name=SafeText("陳怡君"), honorific=SafeText("小姐")))
        assert done(same, CHEN) == Effect({})

    def test_a_fact_with_an_old_base_loses_and_is_kept(self) -> None:
        update = MemberUpdate(member="m1", fields=MemberFields(name=SafeText("old"), tier=SafeText("gold")))
        effect = done(update, CHEN, base={"name": 1, "tier": 6}, fact=True)
        after, conflict = effect.rows["member", "m1"], effect.rows["contact", "op1"]
        assert isinstance(after, Member)
        assert (after.name, after.tier, after.revs["tier"]) == ("陳怡君", "gold", 7)
        assert isinstance(conflict, Contact)
        assert conflict.text == "name: old"
        assert (effect.kept, effect.lost, effect.result) == ((), ("name",), "merged")

    def test_facts_find_the_old_order_again_whichever_comes_first(self) -> None:
        def after(*changes: tuple[str, int]) -> SafeText:
            member = Member(id="m1")
            for name, base in changes:
                args = MemberUpdate(member="m1", fields=MemberFields(name=SafeText(name)))
                row = done(args, member, base={"name": base}, fact=True).rows.get(("member", "m1"), member)
                assert isinstance(row, Member)
                member = row
            return member.name

        assert after(("first", 0), ("second", 1)) == after(("second", 1), ("first", 0)) == "second"

    def test_a_rev_stays_within_what_the_wire_carries(self) -> None:
        update = MemberUpdate(member="m1", fields=MemberFields(language=SafeText("en")))
        after = done(update, CHEN, base={"language": 2**60}, fact=True).rows["member", "m1"]
        assert isinstance(after, Member)
        assert after.revs["language"] == 2**53

    def test_the_tail_of_a_number_never_becomes_the_number(self) -> None:
        fields = MemberFields(numbers=(MemberNumber(raw=SafeText("***678")),))
        assert refused(MemberUpdate(member="m1", fields=fields), CHEN) == "masked_number"
        assert refused(MemberAdd(fields=fields)) == "masked_number"

    def test_a_birthday_is_a_date_or_nothing(self) -> None:
        good = MemberFields(birthday=SafeText("1990-02-28"))
        assert done(MemberUpdate(member="m1", fields=good), CHEN).rows
        assert refused(MemberUpdate(member="m1", fields=MemberFields(birthday=SafeText("x"))), CHEN) == "bad_date"
        born = msgspec.structs.replace(CHEN, birthday=SafeText("1990-02-28"))
        cleared = done(MemberUpdate(member="m1", fields=MemberFields(birthday=None)), born).rows["member", "m1"]
        assert isinstance(cleared, Member)
        assert cleared.birthday is None

    @pytest.mark.parametrize("blank", ["   ", "\u3000"])
    def test_a_name_of_blanks_is_none(self, blank: str) -> None:
        for name, kept in ((blank, ""), (f"{blank}林{blank}", "林")):
            update = MemberUpdate(member="m1", fields=MemberFields(name=SafeText(name)))
            row = done(update, CHEN, base={"name": 2}).rows["member", "m1"]
            assert isinstance(row, Member)
            assert row.name == kept

    def test_an_unknown_member_is_refused(self) -> None:
        assert refused(MemberUpdate(member="m9", fields=MemberFields(name=SafeText("x")))) == "unknown_member"

    def test_the_patch_can_change_what_may_be_edited_and_nothing_else(self) -> None:
        assert set(MemberFields.__struct_fields__) == EDITABLE


def the_call(effect: Effect) -> Call:
    row = effect.rows["call", "c1"]
    assert isinstance(row, Call)
    return row


class TestCalls:
    def test_the_first_claim_stands(self) -> None:
        claimed = the_call(done(CallClaim(call="c1"), RINGING))
        assert (claimed.claimed_by, claimed.claimed_name, claimed.state) == ("p-mei", "Mei", CallState.RINGING)
        assert done(CallClaim(call="c1"), claimed) == Effect({})
        with pytest.raises(Refused, match="Mei has this call") as caught:
            done(CallClaim(call="c1"), claimed, actor=LIN)
        assert caught.value.code == "already_claimed"
        assert done(CallClaim(call="c1"), claimed, actor=LIN, fact=True) == Effect({}, lost=("claimed_by",))
        assert refused(CallClaim(call="c9")) == "unknown_call"

    def test_a_claim_after_the_ring_stopped_says_that_it_was_picked_up(self) -> None:
        stopped = msgspec.structs.replace(RINGING, state=CallState.RING_STOPPED)
        claimed = the_call(done(CallClaim(call="c1"), stopped))
        assert (claimed.state, claimed.answered) == (CallState.ANSWERED, 1000.0)

    def test_a_wrap_up_ends_the_call_and_enters_the_timeline(self) -> None:
        claimed = msgspec.structs.replace(RINGING, claimed_by="p-mei")
        effect = done(CallWrapup(call="c1", code=SafeText("booking"), member="m1"), claimed, CHEN)
        over = the_call(effect)
        assert (over.state, over.outcome, over.ended, over.disposition) == (
            CallState.ENDED,
            Outcome.ANSWERED,
            1000.0,
            "booking",
        )
        assert effect.rows["contact", "op1"] == Contact(
            id="op1",
            member="m1",
            kind=ContactKind.CALL_IN,
            at=100.0,
            text=SafeText("booking"),
            who=SafeText("Mei"),
            call="c1",
            state=SafeText("answered"),
        )

    def test_what_the_line_said_about_the_end_stands(self) -> None:
        missed = msgspec.structs.replace(RINGING, state=CallState.ENDED, outcome=Outcome.MISSED, ended=130.0)
        over = the_call(done(CallWrapup(call="c1", code=SafeText("callback")), missed))
        assert (over.outcome, over.ended) == (Outcome.MISSED, 130.0)
        assert the_call(done(CallWrapup(call="c1", code=SafeText("x")), RINGING)).outcome is Outcome.UNKNOWN

    def test_an_outgoing_call_is_entered_as_one(self) -> None:
        out = msgspec.structs.replace(RINGING, direction=Direction.OUT)
        contact = done(CallWrapup(call="c1", code=SafeText("x"), member="m1"), out, CHEN).rows["contact", "op1"]
        assert isinstance(contact, Contact)
        assert contact.kind is ContactKind.CALL_OUT

    def test_a_wrap_up_needs_its_call_and_member(self) -> None:
        assert refused(CallWrapup(call="c9", code=SafeText("x"))) == "unknown_call"
        assert refused(CallWrapup(call="c1", code=SafeText("x"), member="m9"), RINGING) == "unknown_member"
        assert done(CallWrapup(call="c1", code=SafeText("x"), member="m9"), RINGING, fact=True).rows


def event(kind: EventKind, at: float) -> CallEvent:
    return CallEvent(event=kind, at=at, source="s1", native_id="100")


class TestReports:
    def test_events_open_the_call_at_the_site_of_the_desk(self) -> None:
        args = CallReport(call="c1", events=(event(EventKind.RINGING, 100.0), event(EventKind.RING_STOPPED, 110.0)))
        effect = apply("op1", args, actor=MEI, at=111.0, base={}, rows={}, site="east")
        call = the_call(effect)
        assert (call.id, call.state, call.site) == ("c1", CallState.RING_STOPPED, "east")

    def test_claim_and_ring_stop_mean_the_same_in_either_order(self) -> None:
        stop = CallReport(call="c1", events=(event(EventKind.RING_STOPPED, 110.0),))
        rung = the_call(done(CallReport(call="c1", events=(event(EventKind.RINGING, 100.0),))))
        claimed_first = the_call(done(stop, the_call(done(CallClaim(call="c1"), rung))))
        stopped_first = the_call(done(CallClaim(call="c1"), the_call(done(stop, rung)), at=110.0))
        assert claimed_first.state is stopped_first.state is CallState.ANSWERED

    def test_a_report_twice_changes_nothing(self) -> None:
        args = CallReport(call="c1", events=(event(EventKind.RINGING, 100.0), event(EventKind.ENDED, 130.0)))
        assert done(args, the_call(done(args))) == Effect({})

    def test_a_lamp_opens_no_call(self) -> None:
        assert refused(CallReport(call="c1", events=(event(EventKind.MESSAGE_WAITING, 1.0),))) == "empty_report"


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
def test_any_op_on_any_rows_has_one_answer(kind: str, data: st.DataObject) -> None:
    args = data.draw(values_of(KINDS[kind]))
    rows: dict[RowKey, Row] = {}
    actor = data.draw(values_of(Actor))
    for row_kind, row_id in touches("op1", args, actor.person):
        if data.draw(st.booleans()):
            row = data.draw(values_of(ROW_TYPES[row_kind]))
            rows[row_kind, row_id] = msgspec.structs.replace(row, id=row_id)
    context = data.draw(
        st.fixed_dictionaries(
            {
                "actor": st.just(actor),
                "at": st.floats(allow_nan=False, allow_infinity=False),
                "base": st.dictionaries(st.sampled_from(sorted(EDITABLE)), st.integers(-(2**53), 2**53)),
                "fact": st.booleans(),
                "site": st.text(max_size=5),
            }
        )
    )
    first, again = (_answer(args, rows, context) for _ in range(2))
    assert first == again
    if isinstance(first, Effect):
        assert set(first.rows) <= set(touches("op1", args, actor.person))
        assert all(row.id == key[1] and isinstance(row, ROW_TYPES[key[0]]) for key, row in first.rows.items())
        _answer(args, rows | first.rows, context)


def _answer(args: Args, rows: Mapping[RowKey, Row], context: dict[str, Any]) -> Effect | str:
    try:
        return apply("op1", args, rows=rows, **context)
    except Refused as refusal:
        return refusal.code
