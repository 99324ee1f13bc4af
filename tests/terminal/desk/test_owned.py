"""Somebody comes to own the number of a call that is on: who calls is looked up anew, and told."""

from pathlib import Path

import msgspec
import pytest

from ringdesk.calls import Caller, Presentation
from ringdesk.members import MemberNumber
from ringdesk.ops import MemberAdd, MemberFields, NumberAttach
from ringdesk.safetext import SafeText
from terminal.desk import Draft
from terminal.news import CallNews, ScreenPop
from tests.terminal.desk.place import E164, MEMBER, Place, opened
from tests.terminal.scripted_desk import NOW, call

STRANGER = MemberNumber(SafeText("0955000111"), "+886955000111")


def made(name: str) -> MemberAdd:
    return MemberAdd(fields=MemberFields(name=SafeText(name), numbers=(STRANGER,)))


async def told(place: Place) -> tuple[str, ...]:
    """Who may be calling, as the first news say that name anybody."""
    news = await place.ear.until(CallNews, lambda each: bool(each.matches))
    return tuple(sorted(match.member.name for match in news.matches or ()))


@pytest.mark.parametrize("names", [("Newby",), ("Twin A", "Twin B")], ids=["one", "two"])
async def test_members_made_with_the_number_of_a_caller_are_told_with_the_call_all_at_once(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring("0955000111")
        assert (await place.ear.until(ScreenPop)).matches == ()
        await place.desk.do_together(*map(made, names), draft=lambda _: Draft(None, None, ""))
        assert await told(place) == names


async def test_a_member_who_gets_the_number_is_told_and_one_who_gets_another_is_not(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring("0955000111")
        await place.ear.until(ScreenPop)
        other = msgspec.structs.replace(STRANGER, raw=SafeText("0955000112"), e164="+886955000112")
        await place.desk.do(NumberAttach(member="m1", number=other))
        await place.desk.do(NumberAttach(member="m1", number=STRANGER))
        assert await told(place) == (MEMBER.name,)
        await place.desk.do(NumberAttach(member="m1", number=STRANGER))
        await place.hand.ring(None, native="2")
        await place.ear.until(ScreenPop, lambda pop: pop.call.caller.raw is None)
        identified = [news for news in place.ear.of(CallNews) if news.matches is not None]
        assert len(identified) == 1, "who has it already is no news"


async def test_a_call_that_calls_nobody_here_is_not_told(tmp_path: Path) -> None:
    shown = Caller(STRANGER.raw, STRANGER.e164, Presentation.SHOWN)
    old = msgspec.structs.replace(call("x", None), caller=shown, started=NOW - 10_000)
    async with opened(tmp_path, calls=(old,)) as place:
        await place.desk.do(NumberAttach(member="m1", number=STRANGER))
        await place.hand.ring("0912345678")
        await place.ear.until(ScreenPop, lambda pop: pop.call.caller.e164 == E164)
        assert [news.call.id for news in place.ear.of(CallNews) if news.matches] == []
