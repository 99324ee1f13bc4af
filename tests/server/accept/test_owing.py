"""The callback of a missed call is made, joined and closed in the transaction of the call, at whichever door it comes in."""

import asyncio
from typing import Any, Final

import msgspec
import pytest

from ringdesk import ops
from ringdesk.callbacks import Policy
from ringdesk.calls import Call, Caller, CallEvent, Direction, EventKind, Leg, LegState, Outcome, Presentation
from ringdesk.calls import Called as CalledNumber
from ringdesk.ids import call_id, callback_id
from ringdesk.marks import MarkLabel
from ringdesk.members import MemberNumber
from ringdesk.ops import (
    CallClaim,
    CallReport,
    CallSame,
    CallVerdict,
    MemberAdd,
    MemberFields,
    NumberMarked,
    TaskAdd,
    TaskDone,
)
from ringdesk.routing import MarkedNumbers
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind, TaskState
from server.callroom import Report, listed
from server.store.values import Central, LineRow, Rules, StoreHours
from tests.server.callroom.test_callroom import ENTRY, KEY, NOW, Bench, bench

__all__ = ["bench"]

MAIN: Final = LineRow(id="front", source="pbx", site="main", area="2")
WU: Final = "0965118402"


def event(kind: EventKind, call: str = "c", number: str | None = WU, **more: Any) -> CallEvent:
    shown = Caller(raw=SafeText(number), presentation=Presentation.SHOWN) if number else Caller()
    fields: dict[str, Any] = {"event": kind, "at": NOW, "source": "pbx", "native_id": call, "caller": shown}
    return CallEvent(**fields | more)


class Office:
    """A desk, a telephone service, and what the business owes."""

    def __init__(self, desk: Bench) -> None:
        self.desk = desk

    async def hooked(self, *events: CallEvent) -> None:
        at = [msgspec.structs.replace(each, at=self.desk.now) if each.at == NOW else each for each in events]
        assert await self.desk.room.hear(Report(source="pbx", events=tuple(at), lines=(MAIN,)))

    async def missed(self, call: str = "c", number: str | None = WU, **more: Any) -> None:
        await self.hooked(
            event(EventKind.RINGING, call, number), event(EventKind.ENDED, call, number, outcome=Outcome.MISSED, **more)
        )

    async def tasks(self) -> list[Task]:
        found = await self.desk.store.order.slice("org", "org@clear", 0, 1 << 20)
        rows = [ops.decode_row(held.kind, held.body or b"") for held in found.images if held.kind == "task"]
        return [row for row in rows if isinstance(row, Task)]

    async def owed(self) -> list[Task]:
        return [task for task in await self.tasks() if task.state is TaskState.OPEN]

    async def rules(self, rules: Rules) -> None:
        await self.desk.store.register.settle(lambda _before, _sites: (Central(rules=rules), ENTRY))


@pytest.fixture
def office(bench: Bench) -> Office:
    return Office(bench)


async def test_a_webhook_call_that_nobody_had_makes_one(office: Office) -> None:
    await office.missed()
    await office.hooked(event(EventKind.ENDED, outcome=Outcome.MISSED))
    (task,) = await office.tasks()
    assert (task.id, task.call, task.number) == (callback_id(call_id("pbx", "c")), call_id("pbx", "c"), "+886965118402")
    assert (task.state, task.author, task.title, task.called) == (TaskState.OPEN, "", "", 0)


async def test_it_is_the_one_members_whose_number_it_is(office: Office) -> None:
    number = MemberNumber(raw=SafeText(WU), e164="+886965118402")
    await office.desk.does(MemberAdd(fields=MemberFields(name=SafeText("吳"), numbers=(number,))))
    await office.missed()
    (task,) = await office.tasks()
    assert task.member is not None


async def test_a_repeat_joins_it_and_an_answer_closes_it(office: Office) -> None:
    await office.missed()
    office.desk.now += 100
    await office.missed("d")
    (task,) = await office.owed()
    assert (task.called, task.called_at, task.calls) == (1, NOW + 100, (call_id("pbx", "d"),))
    office.desk.now += 100
    await office.hooked(event(EventKind.RINGING, "e"), event(EventKind.ANSWERED, "e"))
    assert await office.owed() == []
    office.desk.now += 100
    await office.missed("f")
    (task,) = await office.owed()
    assert task.call == call_id("pbx", "f"), "who is missed after that is called back for it"


async def test_an_answer_that_was_overtaken_by_the_end_closes_it(office: Office) -> None:
    leg = Leg(SafeText("801"), LegState.RINGING)
    await office.hooked(event(EventKind.RINGING), event(EventKind.LEG, leg=leg), event(EventKind.ENDED))
    (task,) = await office.owed()
    await office.hooked(event(EventKind.ANSWERED))
    assert [(each.id, each.state) for each in await office.tasks()] == [(task.id, TaskState.DONE)]
    held = await office.desk.store.order.row(("call", call_id("pbx", "c")))
    assert held is not None
    call = ops.decode_row("call", held.body or b"")
    assert isinstance(call, Call)
    assert call.outcome is Outcome.ANSWERED


async def test_a_call_whose_telephone_was_heard_of_before_its_caller_makes_one(office: Office) -> None:
    leg = Leg(SafeText("801"), LegState.RINGING)
    called = CalledNumber(raw=SafeText("801"))
    rung = event(EventKind.RINGING, caller=None, called=called, direction=Direction.OUT, leg=leg)
    await office.hooked(rung)
    await office.hooked(event(EventKind.ENDED, caller=None, outcome=Outcome.MISSED))
    assert await office.owed() == []
    await office.hooked(event(EventKind.RINGING))
    (task,) = await office.owed()
    assert task.number == "+886965118402"


async def test_a_call_out_that_was_answered_closes_it(office: Office) -> None:
    await office.missed()
    office.desk.now += 100
    out: dict[str, Any] = {"direction": Direction.OUT, "called": CalledNumber(raw=SafeText(WU)), "number": None}
    await office.hooked(event(EventKind.RINGING, "o", **out))
    assert len(await office.owed()) == 1, "it only rings"
    await office.hooked(event(EventKind.ANSWERED, "o", **out))
    assert await office.owed() == []


async def test_a_claim_at_a_desk_closes_it(office: Office) -> None:
    await office.missed()
    office.desk.now += 100
    await office.hooked(event(EventKind.RINGING, "d"))
    await office.desk.does(CallClaim(call=call_id("pbx", "d")))
    (task,) = await office.tasks()
    assert (task.state, task.done_by) == (TaskState.DONE, "p1")


async def test_one_in_the_same_report_counts_too(office: Office) -> None:
    await office.missed()
    office.desk.now += 10
    report = CallReport(
        call=call_id("line", "x"),
        events=(
            event(EventKind.RINGING, "x", source="line", at=NOW + 10),
            event(EventKind.ANSWERED, "x", source="line", at=NOW + 10),
        ),
    )
    await office.desk.does(report)
    assert await office.owed() == []


@pytest.mark.parametrize("number", [None, "201"])
async def test_who_shows_no_number_is_not_called_back(office: Office, number: str | None) -> None:
    await office.missed(number=number)
    assert await office.tasks() == []


async def test_nor_is_who_hides(office: Office) -> None:
    hidden = Caller(presentation=Presentation.PRIVATE)
    await office.hooked(
        event(EventKind.RINGING, caller=hidden), event(EventKind.ENDED, caller=hidden, outcome=Outcome.MISSED)
    )
    assert await office.tasks() == []


async def test_nor_is_junk_until_the_mark_is_taken_back(office: Office) -> None:
    await office.desk.does(NumberMarked(raw=SafeText("0965-118-402"), label=MarkLabel.JUNK))
    mark = (await office.desk.store.order.slice("org", "org@clear", 0, 1 << 20)).images[0].id
    await office.missed()
    assert await office.tasks() == []
    await office.desk.does(NumberMarked(raw=SafeText("0965-118-402"), label=MarkLabel.NONE, mark=mark))
    await office.missed("d")
    assert len(await office.owed()) == 1


@pytest.mark.parametrize("label", list(MarkLabel))
async def test_a_number_that_is_marked_as_junk_is_not_called_back_any_more(office: Office, label: MarkLabel) -> None:
    await office.missed()
    await office.missed("d", number="0911222333")
    await office.desk.does(NumberMarked(raw=SafeText("0965-118-402"), e164="+886965118402", label=label))
    owed = {str(task.number) for task in await office.owed()}
    assert owed == ({"+886911222333"} if label is MarkLabel.JUNK else {"+886965118402", "+886911222333"})
    done = [task for task in await office.tasks() if task.state is TaskState.DONE]
    assert [bool(task.done_by) for task in done] == [True] * (label is MarkLabel.JUNK)


@pytest.mark.parametrize("number", ["0965118402", "+8869651*"])
async def test_nor_one_that_the_central_settings_call_junk(office: Office, number: str) -> None:
    await office.missed()
    await office.missed("d", number="0911222333")
    marks = (MarkedNumbers(number="0911222333", label=MarkLabel.SUPPLIER), MarkedNumbers(number=number))
    order = office.desk.store.order
    assert await listed.drop(order, KEY, marks, "TW", office.desk.now) == 1
    (task,) = await office.owed()
    assert task.number == "+886911222333"
    assert await listed.drop(order, KEY, marks, "TW", office.desk.now) == 0


@pytest.mark.parametrize("late", [True, False])
async def test_a_report_that_comes_late_makes_none(office: Office, *, late: bool) -> None:
    office.desk.now += 1200 if late else 20
    report = CallReport(
        call=call_id("line", "x"),
        events=(
            event(EventKind.RINGING, "x", source="line"),
            event(EventKind.ENDED, "x", source="line", outcome=Outcome.MISSED),
        ),
    )
    await office.desk.does(report)
    assert len(await office.tasks()) == (not late)


@pytest.mark.parametrize("late", [True, False])
async def test_nor_does_a_late_webhook(office: Office, *, late: bool) -> None:
    office.desk.now += 1200 if late else 20
    await office.desk.room.hear(
        Report(
            source="pbx",
            events=(event(EventKind.RINGING), event(EventKind.ENDED, outcome=Outcome.MISSED)),
            lines=(MAIN,),
        )
    )
    assert len(await office.tasks()) == (not late)


@pytest.mark.parametrize("late", [True, False])
async def test_a_call_that_is_given_up_was_missed_unless_all_of_it_is_history(office: Office, *, late: bool) -> None:
    """All telephones rang in vain, and then nothing more was heard."""
    office.desk.now += 1200 if late else 0
    leg = Leg(SafeText("801"), LegState.MISSED)
    events = (event(EventKind.RINGING, "x", source="line"), event(EventKind.LEG, "x", source="line", leg=leg))
    await office.desk.does(CallReport(call=call_id("line", "x"), events=events))
    office.desk.now += 400
    await office.desk.room.look()
    assert len(await office.tasks()) == (not late)


async def test_missed_on_a_passive_line_makes_one_at_once_where_that_is_set(office: Office) -> None:
    await office.hooked(event(EventKind.RINGING), event(EventKind.RING_STOPPED))
    assert await office.tasks() == []
    await office.rules(Rules(callbacks=Policy(passive=True)))
    await office.hooked(event(EventKind.RINGING, "d"), event(EventKind.RING_STOPPED, "d"))
    (task,) = await office.owed()
    assert task.call == call_id("pbx", "d")
    await office.desk.does(CallClaim(call=call_id("pbx", "d")))
    assert await office.owed() == [], "somebody had it after all"


async def test_none_is_made_where_the_business_wants_none(office: Office) -> None:
    await office.rules(Rules(callbacks=Policy(make=False)))
    await office.missed()
    assert await office.tasks() == []


async def test_the_hours_of_the_store_say_when(office: Office) -> None:
    week = {"mon": "09:00-18:00"}
    await office.rules(Rules(hours=(StoreHours(id="main", zone="Asia/Taipei", week=week),)))
    await office.missed()  # NOW is 1970-01-12 21:46 in Taipei, a Monday
    (task,) = await office.tasks()
    assert (task.opens, task.due) == ("1970-01-19T01:00:00Z", "1970-01-19T02:00:00Z")


async def test_the_key_for_missed_finds_the_one_that_is_there(office: Office) -> None:
    await office.missed()
    await office.desk.does(CallVerdict(call=call_id("pbx", "c"), verdict="missed", title=SafeText("Call back")))
    office.desk.now += 50
    await office.hooked(event(EventKind.RINGING, "d"), event(EventKind.RING_STOPPED, "d"))
    await office.desk.does(CallVerdict(call=call_id("pbx", "d"), verdict="missed", title=SafeText("Call back")))
    (task,) = await office.tasks()
    assert (task.call, task.calls) == (call_id("pbx", "c"), (call_id("pbx", "d"),))


async def test_answered_elsewhere_closes_it(office: Office) -> None:
    await office.missed()
    await office.desk.does(CallVerdict(call=call_id("pbx", "c"), verdict="elsewhere"))
    assert await office.owed() == []


async def test_a_person_s_promise_takes_its_place_and_is_the_one(office: Office) -> None:
    await office.missed()
    promise = TaskAdd(kind=TaskKind.CALLBACK, title=SafeText("Call Wu"), number=SafeText(WU))
    await office.desk.does(promise)
    (task,) = await office.owed()
    assert task.title == "Call Wu"
    office.desk.now += 50
    await office.missed("d")
    (task,) = await office.owed()
    assert (task.title, task.called) == ("Call Wu", 1)
    await office.desk.does(TaskDone(task=task.id))
    office.desk.now += 50
    await office.missed("e")
    assert len(await office.owed()) == 1


async def test_callbacks_of_before_are_found_after_the_migration(office: Office) -> None:
    from server.store.sqlite import _index_dialled

    await office.missed()
    await office.desk.store._lanes[0].run(lambda db: db.execute("DELETE FROM dialled").rowcount)
    await office.desk.store._lanes[0].run(_index_dialled)
    office.desk.now += 50
    await office.missed("d")
    (task,) = await office.owed()
    assert task.called == 1


async def test_those_who_call_at_once_in_several_processes_are_called_back_once(office: Office) -> None:
    """One number on several lines, as an impatient caller or a dialler has it."""
    rooms = [office.desk.another_room() for _ in range(4)]

    async def missed(n: int) -> None:
        events = (event(EventKind.RINGING, f"n{n}"), event(EventKind.ENDED, f"n{n}", outcome=Outcome.MISSED))
        for each in events:
            await rooms[n % 4].hear(Report(source="pbx", events=(each,), lines=(MAIN,)))

    await asyncio.gather(*(missed(n) for n in range(12)))
    (task,) = await office.tasks()
    assert (task.called, len(task.calls)) == (11, 11)


async def test_two_reports_of_one_call_are_one_try_once_somebody_says_so(office: Office) -> None:
    """Two lines with different names; whoever looks takes it back, and says it again."""
    first, second = call_id("pbx", "c"), call_id("sip", "1")
    line = LineRow(id="two", source="sip", site="main", label="two", area="2")

    async def both(kind: EventKind, **how: Any) -> None:
        await office.hooked(event(kind, called=CalledNumber(line=SafeText("front")), **how))
        seen = event(kind, "1", source="sip", called=CalledNumber(line=SafeText("two")), at=office.desk.now, **how)
        assert await office.desk.room.hear(Report(source="sip", events=(seen,), lines=(line,)))

    await both(EventKind.RINGING)
    await both(EventKind.ENDED, outcome=Outcome.MISSED)
    office.desk.now += 100
    await office.missed("again")
    (task,) = await office.owed()
    assert (task.call, task.calls[0], task.called) == (first, second, 2)
    counted = {"same": 1, "unsaid": 2, "another": 2}
    for verdict in ("same", "unsaid", "same", "another"):
        await office.desk.does(CallSame(call=second, other=first, verdict=verdict))
        (task,) = await office.owed()
        assert (verdict, task.called) == (verdict, counted[verdict])


async def test_a_caller_who_is_missed_at_two_stores_within_seconds_is_owed_one_by_each(office: Office) -> None:
    await office.missed()
    north = LineRow(id="north", source="sip", site="north", area="2")
    kinds = ((EventKind.RINGING, None), (EventKind.ENDED, Outcome.MISSED))
    events = tuple(event(kind, "1", source="sip", outcome=outcome, at=office.desk.now) for kind, outcome in kinds)
    assert await office.desk.room.hear(Report(source="sip", events=events, lines=(north,)))
    assert sorted(task.call or "" for task in await office.owed()) == sorted((call_id("pbx", "c"), call_id("sip", "1")))
