"""Callbacks in the real store: which a conversation closes, which it leaves, and what was promised to a caller."""

from pathlib import Path
from typing import Any

from ringdesk.calls import Call, Caller, CallState, Direction, Outcome, Presentation
from ringdesk.ids import callback_id
from ringdesk.ops import CallClaim, CallVerdict, MemberAdd, MemberFields, TaskAdd, TaskAttempt, TaskFields, TaskUpdate
from ringdesk.safetext import SafeText
from ringdesk.tasks import AttemptResult, TaskKind
from tests.terminal.desk.place import E164, MEMBER, Place, opened

WU = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)


def missed(ident: str, at: float, caller: Caller = WU, **more: Any) -> Call:
    fields: dict[str, Any] = {"state": CallState.ENDED, "outcome": Outcome.MISSED, "site": "main", **more}
    return Call(id=ident, started=at, caller=caller, **fields)


def again(at: float = 300.0, **more: Any) -> Call:
    return missed("again", at, **{"state": CallState.RINGING, "outcome": None, **more})


async def judged(place: Place, *calls: str) -> None:
    """Somebody says that these were missed: each gets its callback."""
    for each in calls:
        await place.desk.do(CallVerdict(call=each, verdict="missed", title=SafeText("Call back")))


async def owed(place: Place) -> set[str]:
    return {task.id for task in await place.desk.business.agenda()}


async def promise(place: Place, call: str | None = None, number: str = "+886965118402") -> str:
    return await place.desk.do(
        TaskAdd(kind=TaskKind.CALLBACK, call=call, title=SafeText("Call back"), number=SafeText(number))
    )


async def test_wrapping_up_a_conversation_closes_the_callbacks_of_the_calls_missed_before(tmp_path: Path) -> None:
    other = missed("other", 100.0, Caller(SafeText("0911222333"), "+886911222333", Presentation.SHOWN))
    elsewhere = missed("elsewhere", 100.0, site="b")
    async with opened(tmp_path, calls=(missed("m1", 100.0), missed("m2", 200.0), other, elsewhere, again())) as place:
        await judged(place, "m1", "m2", "other", "elsewhere")
        kept = await promise(place)
        await place.desk.do(CallClaim(call="again"))
        assert len(await owed(place)) == 5
        said = await place.desk.wrapup("again", SafeText("inquiry"), MEMBER.id)
        assert await owed(place) == {callback_id("other"), callback_id("elsewhere"), kept}
        card = await place.desk.open(MEMBER.id)
        assert [contact.id for contact in card.timeline] == [said]


async def test_of_two_people_on_a_number_only_theirs_is_closed(tmp_path: Path) -> None:
    async with opened(tmp_path, calls=(missed("m1", 100.0), missed("m2", 200.0), again())) as place:
        await place.desk.do(CallVerdict(call="m1", verdict="missed", title=SafeText("x"), member=MEMBER.id))
        await judged(place, "m2")
        other = await place.desk.do(MemberAdd(fields=MemberFields(name=SafeText("阿本"))))
        await place.desk.do(CallClaim(call="again"))
        await place.desk.wrapup("again", SafeText("inquiry"), other)
        assert await owed(place) == {callback_id("m1")}


async def test_a_call_that_nobody_had_closes_no_callback(tmp_path: Path) -> None:
    out = again(direction=Direction.OUT)
    async with opened(tmp_path, calls=(missed("m1", 100.0), out)) as place:
        await judged(place, "m1")
        await place.desk.wrapup("again", SafeText("wrong_number"))
        assert await owed(place) == {callback_id("m1")}


async def test_an_attempt_that_reached_them_closes_the_other_callbacks_of_the_number(tmp_path: Path) -> None:
    async with opened(tmp_path, calls=(missed("m1", 100.0), missed("m2", 200.0))) as place:
        await judged(place, "m1", "m2")
        await place.desk.do(TaskAttempt(task=callback_id("m1"), result=AttemptResult.NO_ANSWER))
        assert len(await owed(place)) == 2
        await place.desk.do(TaskAttempt(task=callback_id("m1"), result=AttemptResult.REACHED))
        assert await owed(place) == set()
        assert await place.desk.business.lost_calls(0.0) == []


async def test_a_call_is_lost_until_its_number_was_spoken_with(tmp_path: Path) -> None:
    before, after = missed("before", 100.0), missed("after", 400.0)
    async with opened(tmp_path, calls=(before, again(), after)) as place:
        assert [each.call.id for each in await place.desk.business.lost_calls(0.0)] == ["after", "before"]
        await place.desk.do(CallClaim(call="again"))
        assert [each.call.id for each in await place.desk.business.lost_calls(0.0)] == ["after"]


async def test_a_member_who_was_reached_by_another_callback_is_not_lost(tmp_path: Path) -> None:
    theirs = Caller(SafeText("0912345678"), E164, Presentation.SHOWN)
    async with opened(tmp_path, calls=(missed("m1", 100.0, theirs),)) as place:
        task = await promise(place, number=E164)
        await place.desk.do(TaskUpdate(task=task, fields=TaskFields(member=MEMBER.id)))
        assert [each.call.id for each in await place.desk.business.lost_calls(0.0)] == ["m1"]
        await place.desk.do(TaskAttempt(task=task, result=AttemptResult.REACHED))
        assert await place.desk.business.lost_calls(0.0) == []


async def test_what_was_promised_to_a_caller_is_found_by_the_call_and_by_the_number(tmp_path: Path) -> None:
    calls = (missed("m1", 100.0), missed("m2", 200.0))
    async with opened(tmp_path, calls=calls) as place:
        here, number = await promise(place, "m1", number="+886900000000"), await promise(place)
        await promise(place, "m2", number="+886900000000")
        theirs = await promise(place)
        await place.desk.do(TaskUpdate(task=theirs, fields=TaskFields(member=MEMBER.id)))
        assert {task.id for task in await place.desk.business.promised(calls[0])} == {here, number}
        card = await place.desk.open(MEMBER.id)
        assert [task.id for task in card.tasks] == [theirs]


async def test_what_is_to_do_has_one_callback_for_a_caller_also_before_the_server_has_heard_of_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, calls=(missed("m1", 100.0), missed("m2", 200.0))) as place:
        await judged(place, "m1", "m2")
        assert [task.id for task in await place.desk.business.agenda(mine=True)] == [callback_id("m1")]
