"""A number that is nobody's in the real store: what was noted in its calls is there when it calls again, and when it is a
member's."""

from pathlib import Path

from ringdesk.calls import CallState, Outcome
from ringdesk.members import MemberNumber
from ringdesk.ops import NumberAttach
from ringdesk.safetext import SafeLines, SafeText
from terminal.news import ScreenPop
from tests.terminal.desk.place import MEMBER, opened
from tests.terminal.desk.test_callbacks import missed

FIRST = missed("first", 100.0, outcome=Outcome.ANSWERED, answered=110.0, claimed_name=SafeText("Mei"))


async def test_who_calls_again_is_known_by_what_was_noted_before(tmp_path: Path) -> None:
    async with opened(tmp_path, calls=(FIRST,)) as place:
        note = await place.desk.note(SafeLines("要三十份"), None, "first")
        await place.hand.ring("0965118402")
        call = (await place.ear.until(ScreenPop)).call
        past = await place.desk.business.past(call)
        assert call.state is CallState.RINGING
        assert [each.id for each in past.notes] == [note]
        assert [each.call for each in past.timeline] == ["first"]
        await place.hand.ring(None, native="2")
        hidden = (await place.ear.until(ScreenPop, lambda pop: pop.call.id != call.id)).call
        assert await place.desk.business.past(hidden) == ((), ())


async def test_the_pop_of_whoever_got_the_number_has_the_notes_of_before(tmp_path: Path) -> None:
    async with opened(tmp_path, calls=(FIRST,)) as place:
        note = await place.desk.note(SafeLines("要三十份"), None, "first")
        assert (await place.desk.open(MEMBER.id)).notes == ()
        await place.desk.do(NumberAttach(member=MEMBER.id, number=MemberNumber(SafeText("0965118402"))))
        assert [(each.id, each.member) for each in (await place.desk.open(MEMBER.id)).notes] == [(note, None)]
        await place.hand.ring("0965118402")
        pop = await place.ear.until(ScreenPop)
        assert [each.id for each in pop.notes] == [note]
