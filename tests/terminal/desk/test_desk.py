"""The rules of the desk, with the real store, look-up and tracker."""

import asyncio
import random
import time
from functools import partial
from pathlib import Path

import msgspec
import pytest

from cli.simulated_line import SimulatedLine
from ringdesk.calls import Call, Caller, CallState, EventKind, Presentation, SourceKey
from ringdesk.dialects import Level, Notice
from ringdesk.dialects.modem import ModemDialect
from ringdesk.errors import Refused
from ringdesk.ids import call_id
from ringdesk.marks import MarkLabel
from ringdesk.members import MemberNumber
from ringdesk.ops import (
    Actor,
    CallHand,
    CallHold,
    CallReport,
    DispositionSave,
    MemberFields,
    NumberAttach,
    NumberChoose,
    NumberMarked,
    decode_args,
)
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.simulators.modem import Model, SimulatedModem
from ringdesk.why import Why
from terminal.callerid.pump import SourcePump
from terminal.callerid.source import parse
from terminal.desk import Draft, Source
from terminal.news import CallNews, HealthNews, MemberNews, News, NoteNews, ScreenPop, TaskNews
from terminal.sync.link import Link
from tests.terminal.desk.place import E164, MEMBER, NUMBER, Hand, opened


async def test_a_ring_pops_once_with_the_member_card_and_greeting(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring(NUMBER)
        pop = await place.ear.until(ScreenPop)
        await place.hand.say(EventKind.RINGING)
        await place.hand.say(EventKind.RING_STOPPED)
        stopped = await place.ear.until(CallNews)
        assert pop.call.caller.e164 == E164
        assert [(match.member.id, match.guess) for match in pop.matches] == [("m1", False)]
        assert pop.greeting == "Hello, Ms 林"
        assert stopped.call.state is CallState.RING_STOPPED
        assert len(place.ear.of(ScreenPop)) == 1


async def test_the_area_code_of_the_line_reads_a_local_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring("2698-2989")
        assert (await place.ear.until(ScreenPop)).call.caller.e164 == "+886226982989"


@pytest.mark.parametrize("number", [None, "P", "O", "anonymous"])
async def test_a_withheld_number_matches_nobody(tmp_path: Path, number: str | None) -> None:
    raw = MemberNumber(SafeText(number or "private"))
    twin = msgspec.structs.replace(MEMBER, numbers=(raw,))
    async with opened(tmp_path, members=(twin,)) as place:
        await place.hand.ring(number)
        pop = await place.ear.until(ScreenPop)
        assert pop.matches == ()
        assert (pop.timeline, pop.tasks, pop.notes) == ((), (), ())
        assert pop.call.caller.presentation is not Presentation.SHOWN


async def test_a_number_and_name_that_come_late_are_news_of_the_call(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.say(EventKind.RINGING)
        await place.hand.say(EventKind.RINGING)
        pop = await place.ear.until(ScreenPop)
        assert pop.matches == ()
        await place.hand.say(EventKind.CALLER, Caller(SafeText(NUMBER), None, Presentation.SHOWN))
        late = await place.ear.until(CallNews, lambda news: news.matches is not None)
        assert late.matches is not None
        assert [match.member.id for match in late.matches] == ["m1"]
        await place.hand.say(EventKind.CALLER, Caller(name=SafeText("LIN MEI LING")))
        named = await place.ear.until(CallNews, lambda news: news.call.caller.name is not None)
        assert named.matches is None
        assert len(place.ear.of(ScreenPop)) == 1


async def test_shared_numbers_are_not_greeted_by_name(tmp_path: Path) -> None:
    other = msgspec.structs.replace(MEMBER, id="m2", name=SafeText("林大同"))
    async with opened(tmp_path, members=(MEMBER, other)) as place:
        await place.hand.ring(NUMBER)
        pop = await place.ear.until(ScreenPop)
        assert len(pop.matches) == 2
        assert pop.greeting == "Hello"


async def test_a_call_is_reported_after_its_pop_and_a_note_follows_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring(None)
        pop = await place.ear.until(ScreenPop)
        op_id = await place.desk.note(SafeLines("要改取貨時間"), None, pop.call.id)
        outbox = await place.desk.dump("outbox")
        assert [op["kind"] for op in outbox] == ["call.report", "note.add"]
        (note,) = await place.desk.dump("notes")
        assert (note["op_id"], note["call"], note["member"], note["state"]) == (op_id, pop.call.id, None, "pending")
        assert (await place.ear.until(NoteNews)).state == "pending"


async def test_a_claim_is_mine_and_a_wrapup_ends_the_call(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring(NUMBER)
        call = (await place.ear.until(ScreenPop)).call.id
        await place.desk.claim(call, "m1")
        mine = await place.ear.until(CallNews, lambda news: news.mine)
        assert mine.claimed_name == "Mei"
        await place.hand.say(EventKind.RING_STOPPED)
        await place.ear.until(CallNews, lambda news: news.call.state is CallState.ANSWERED)
        await place.desk.wrapup(call, SafeText("handled"), "m1")
        ended = await place.ear.until(CallNews, lambda news: news.call.state is CallState.ENDED)
        assert ended.call.disposition == "handled"
        assert [each.id for each in place.desk.calls()] == [call]


async def test_a_claim_elsewhere_withdraws_the_pop_with_a_name(tmp_path: Path) -> None:
    call = Call(
        id="c9", state=CallState.RINGING, caller=Caller(SafeText(NUMBER), E164, Presentation.SHOWN), started=time.time()
    )
    async with opened(tmp_path, calls=(call,)) as place:
        pop = await place.ear.until(ScreenPop)
        assert pop.call.id == "c9"
        place.desk._news.introduce("ann", SafeText("Ann"))
        place.desk._flow.row(msgspec.structs.replace(call, claimed_by="ann"))
        news = await place.ear.until(CallNews)
        assert (news.mine, news.claimed_name) == (False, "Ann")
        with pytest.raises(Refused) as caught:
            await place.desk.claim("nobody knows this call")
        assert caught.value.code == "unknown_call"


async def test_whose_calls_they_are_is_known_at_the_start(tmp_path: Path) -> None:
    """Not one after the other: a desk that is told of a held call first would turn to that caller."""
    caller = Caller(SafeText(NUMBER), E164, Presentation.SHOWN)
    held = Call(
        id="held", state=CallState.ANSWERED, caller=caller, started=time.time() - 60, claimed_by="me", on_hold=True
    )
    on = Call(id="on", state=CallState.RINGING, caller=caller, started=time.time() - 5, claimed_by="me")
    async with opened(tmp_path, calls=(held, on)) as place:
        assert [(each.id, each.claimed_by) for each in place.desk.calls()] == [("held", "me"), ("on", "me")]


async def test_an_old_report_of_another_desk_does_not_pop(tmp_path: Path) -> None:
    old = Call(
        id="c9",
        state=CallState.RINGING,
        caller=Caller(SafeText(NUMBER), E164, Presentation.SHOWN),
        started=time.time() - 31,
    )
    async with opened(tmp_path, calls=(old,)) as place:
        await place.hand.ring(NUMBER)
        pop = await place.ear.until(ScreenPop)
        assert pop.call.id == call_id(place.hand.spec.id, "1")
        assert [each.id for each in place.desk.calls()] == ["c9", pop.call.id]


async def test_an_id_that_was_another_calls_before_the_desk_began_is_a_call_that_pops(tmp_path: Path) -> None:
    source, yesterday = Hand().spec.id, time.time() - 86_400
    before = Call(
        id=call_id(source, "9"),
        state=CallState.ENDED,
        started=yesterday - 60,
        ended=yesterday,
        sources=(SourceKey(source, "9"),),
    )
    async with opened(tmp_path, calls=(before,)) as place:
        await place.hand.ring(NUMBER, native="9")
        pop = await place.ear.until(ScreenPop)
        await place.hand.say(EventKind.ENDED, native="9")
        over = await place.ear.until(CallNews, lambda news: not news.call.live)
        assert over.call.id == pop.call.id != before.id
        (key,) = pop.call.sources
        assert call_id(source, key.native_id) == pop.call.id, "the server has to be able to tell whose it is"


async def test_refusals_have_the_codes_of_the_contract(tmp_path: Path) -> None:
    async def code_of(work: object) -> str:
        with pytest.raises(Refused) as caught:
            await work  # type: ignore[misc]
        return caught.value.code

    async with opened(tmp_path) as place:
        desk = place.desk
        assert await code_of(desk.open("nobody")) == "unknown_member"
        assert await code_of(desk.note(SafeLines("x"), "nobody", None)) == "unknown_member"
        assert await code_of(desk.note(SafeLines("x"), None, "no call")) == "unknown_call"
        assert await code_of(desk.wrapup("no call", SafeText("x"))) == "unknown_call"
        assert await code_of(desk.sync(0.05)) == "offline"
        assert await desk.dump("outbox") == []


async def test_a_role_that_may_not_is_refused_before_anything_is_saved(tmp_path: Path) -> None:
    async with opened(tmp_path, person=Actor("mo", SafeText("Mo"), "device", ("marketing",))) as place:
        with pytest.raises(Refused) as caught:
            await place.desk.update("m1", MemberFields(name=SafeText("x")))
        assert caught.value.code == "not_allowed"
        with pytest.raises(Refused):
            await place.desk.dump("calls")
        assert await place.desk.dump("outbox") == []


async def test_an_update_reads_the_number_and_takes_its_base_from_the_replica(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        fields = MemberFields(numbers=(MemberNumber(SafeText("0987 654 321")),), tags=(SafeText("vip"),))
        await place.desk.update("m1", fields)
        card = await place.desk.open("m1")
        assert card.member.numbers[0].e164 == "+886987654321"
        assert card.greeting == "Hello, Ms 林"
        assert (await place.ear.until(MemberNews)).member.tags == ("vip",)
        (found,) = await place.desk.lookup("0987654321")
        assert found.member.id == "m1"


async def test_tasks_and_drafts(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        task = await place.desk.task(SafeText("call back"), "m1", due="2030-01-02")
        await place.ear.until(TaskNews)
        assert [each.id for each in (await place.desk.open("m1")).tasks] == [task]
        await place.desk.done(task)
        assert (await place.desk.open("m1")).tasks == ()
        await place.desk.save_draft(Draft("m1", None, "half a"))
    async with opened(tmp_path) as place:
        (draft,) = await place.desk.drafts()
        assert (draft.member, draft.call, draft.text) == ("m1", None, "half a")
        await place.desk.save_draft(Draft("m1", None, ""))
        assert await place.desk.drafts() == []


async def test_what_came_before_the_first_listener_is_told_to_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring(NUMBER)
        async with asyncio.timeout(10):
            while not place.desk.calls():
                await asyncio.sleep(0.01)
        assert (await place.ear.until(ScreenPop)).matches
        later: list[News] = []
        place.desk.subscribe(later.append)
        assert not [news for news in later if isinstance(news, ScreenPop)]


async def test_a_listener_that_fails_and_a_broken_event_do_not_end_the_desk(tmp_path: Path) -> None:
    def fails(_: News) -> None:
        raise RuntimeError("a bug of a screen")

    async with opened(tmp_path) as place:
        place.desk._news.subscribe(fails)
        ear = place.ear  # from here on: only a first listener is told what came before it
        place.desk._flow._queue.put_nowait(("", object()))  # type: ignore[arg-type]
        await place.hand.ring(NUMBER)
        assert (await ear.until(ScreenPop)).matches


async def test_health_is_told_with_the_name_of_the_line_and_again_to_who_comes_later(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        place.hand.on_health(place.hand.spec.id, Notice(Level.BROKEN, Why("port_missing", {"port": "COM3"})))
        news = await place.ear.until(HealthNews)
        assert (news.label, news.level) == ("front", Level.BROKEN)
        later: list[News] = []
        place.desk.subscribe(later.append)
        assert news in later
        assert (await place.desk.standing()).sources[0].why_code == "port_missing"


async def test_a_real_modem_on_a_real_socket(tmp_path: Path) -> None:
    async with SimulatedLine(SimulatedModem(Model()), time.time) as line:
        spec = parse(f"{await line.serve_socket()}?line=back&ring-gap=0.6", "test")
        pump = partial(SourcePump, spec, ModemDialect, wall=time.time, jitter=random.Random(1))
        source = Source(spec, lambda on_event, on_health: pump(on_event=on_event, on_health=on_health))
        async with opened(tmp_path, sources=(source,)) as place:
            await line.ready()
            await line.ring("0912345678", "LIN", rings=2, cadence=0.3)
            over = await place.ear.until(CallNews, lambda news: news.call.state is CallState.RING_STOPPED)
            (pop,) = place.ear.of(ScreenPop)
            assert [match.member.id for match in pop.matches] == ["m1"]
            assert (pop.call.called.line, over.call.caller.name) == ("back", "LIN")


async def test_any_intent_can_be_done_and_means_the_call_by_either_id(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring("02-2345-6789")
        pop = await place.ear.until(ScreenPop)
        assert (pop.matches, pop.mark) == ((), None)
        await place.desk.claim(pop.call.id)
        await place.desk.do(CallHold(call=pop.call.id))
        held = await place.ear.until(CallNews, lambda news: news.call.on_hold)
        assert held.mine
        await place.desk.do(CallHand(call=pop.call.id, to="p-lin", to_name=SafeText("Lin")))
        handed = await place.ear.until(CallNews, lambda news: news.call.handed_by is not None)
        assert (handed.mine, handed.claimed_name, handed.call.held) == (False, "Lin", False)
        await place.desk.do(NumberAttach(member="m1", number=MemberNumber(raw=SafeText("02-2345-6789"))))
        member = await place.ear.until(MemberNews)
        assert member.member.numbers[-1].e164 == "+886223456789"


async def test_a_marked_number_pops_with_its_mark(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.desk.do(NumberMarked(raw=SafeText("0223456789"), label=MarkLabel.JUNK))
        await place.hand.ring("02-2345-6789")
        assert (await place.ear.until(ScreenPop)).mark is MarkLabel.JUNK


async def test_a_role_that_may_not_is_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        with pytest.raises(Refused, match="supervisor"):
            await place.desk.do(DispositionSave(code="x", title=SafeText("x")))


async def test_the_one_who_was_chosen_for_a_shared_number_comes_first(tmp_path: Path) -> None:
    twin = msgspec.structs.replace(MEMBER, id="m2", code=SafeText("M2"), name=SafeText("林大同"))
    async with opened(tmp_path, members=(MEMBER, twin)) as place:
        await place.desk.do(NumberChoose(member="m2", e164=E164))
        await place.hand.ring(NUMBER)
        pop = await place.ear.until(ScreenPop)
        assert [match.member.id for match in pop.matches] == ["m2", "m1"]
        await place.desk.do(NumberChoose(member="m1", e164=E164))
        await place.hand.ring(NUMBER, native="2")
        again = await place.ear.until(ScreenPop, lambda news: news.call.id != pop.call.id)
        assert [match.member.id for match in again.matches] == ["m1", "m2"]


async def test_two_lines_that_saw_one_call_tell_the_server_that_it_is_one(tmp_path: Path) -> None:
    """Both were reported before the number proved it: the second call's row would stay open for ever."""
    side = Hand()
    side.spec = parse("socket://127.0.0.1:2?area=2", "test")
    async with opened(tmp_path, sources=(Source(side.spec, side.make),)) as place:
        shown = Caller(SafeText(NUMBER), None, Presentation.SHOWN)
        for hand in (place.hand, side):
            await hand.say(EventKind.RINGING)
            await hand.say(EventKind.RINGING)
        await place.ear.until(ScreenPop, lambda pop: len(place.ear.of(ScreenPop)) == 2)
        kept, gone = (pop.call.id for pop in place.ear.of(ScreenPop))
        note = await place.desk.note(SafeLines("before"), None, gone)
        for hand in (place.hand, side):
            await hand.say(EventKind.CALLER, shown)
        await place.ear.until(CallNews, lambda news: news.call.id == gone and news.call.state is CallState.ENDED)
        await place.desk.wrapup(gone, SafeText("info"))
        reports = [op["args"] for op in await place.desk.dump("outbox") if op["kind"] == "call.report"]
        assert [(each["call"], each["also"]) for each in reports if each["also"]] == [(kept, [gone])]
        assert (await place.store.call(gone)).id == kept
        assert [each.id for each in await place.store.call_notes(kept)] == [note]
        assert [call.id for call in place.desk.calls()] == [kept]
        rows = {each["call"]: each for each in await place.desk.dump("calls")}
        assert (rows[gone]["state"], rows[gone]["merged_into"], rows[kept]["merged_into"]) == ("ended", kept, None)
        assert (rows[kept]["disposition"], rows[gone]["disposition"]) == ("info", None)


async def test_ops_carry_the_time_since_hello_and_reports_how_sure_the_clock_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as place:
        await place.desk.note(SafeLines("no hello yet"), "m1", None)
        monkeypatch.setattr(Link, "mono", 1500)
        monkeypatch.setattr(Link, "uncertainty", 0.25)
        await place.hand.ring(NUMBER)
        pop = await place.ear.until(ScreenPop)
        await place.desk.note(SafeLines("online"), "m1", pop.call.id)
        made = await place.store.outgoing(1, 9, 1 << 20)
        assert [(op.kind, op.mono) for op in made] == [("note.add", None), ("call.report", 1500), ("note.add", 1500)]
        report = decode_args(made[1])
        assert isinstance(report, CallReport)
        assert report.uncertainty == 0.25
