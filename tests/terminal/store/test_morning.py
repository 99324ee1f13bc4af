"""Birthdays follow their members, also after an index is made anew; calls that nobody had; when somebody was last here."""

from datetime import date
from pathlib import Path

import msgspec

from ringdesk.calls import Call, Caller, CallState, Outcome, Presentation
from ringdesk.marks import MarkLabel
from ringdesk.members import Member, MemberNumber
from ringdesk.ops import NumberMarked
from ringdesk.safetext import SafeText
from terminal.store import index
from terminal.store.connection import Transaction
from terminal.store.edit import Happened
from tests.terminal.desk.place import MEMBER, install, opened

DAY = date(2026, 11, 24)
E164 = "+886912345678"


def born(ident: str, birthday: str | None, **more: object) -> Member:
    day = None if birthday is None else SafeText(birthday)
    return Member(id=ident, name=SafeText(ident), birthday=day, **more)  # type: ignore[arg-type]


PEOPLE = (
    born("b", "1980-11-24"),
    born("a", "--11-24"),
    born("other", "1980-11-25"),
    born("none", None),
    born("odd", "24 November"),
    born("alias", "1980-11-24", merged_into="a"),
    born("leap", "2000-02-29"),
)


async def test_birthdays_follow_their_members(tmp_path: Path) -> None:
    async with opened(tmp_path, members=PEOPLE) as place:

        async def names(day: date = DAY) -> list[str]:
            return [row.id for row in await place.store.anniversaries(day)]

        assert await names() == ["a", "b"]
        assert await names(date(2027, 2, 28)) == ["leap"]
        assert await names(date(2028, 2, 28)) == []
        assert await names(date(2028, 2, 29)) == ["leap"]

        def changed(tx: Transaction) -> Happened:
            index.reindex(tx, ("member", "b"), PEOPLE[0], msgspec.structs.replace(PEOPLE[0], birthday=None))
            index.reindex(tx, ("member", "other"), PEOPLE[2], born("other", "1980-11-24"))
            return Happened()

        await place.store._write(changed)
        assert await names() == ["a", "other"]

        def anew(tx: Transaction) -> Happened:
            index.rebuild(tx)
            return Happened()

        await place.store._write(anew)
        assert await names() == ["a", "b"]


OTHER = Caller(SafeText("0987654321"), "+886987654321", Presentation.SHOWN)


def lost(ident: str, at: float, **more: object) -> Call:
    caller = Caller(SafeText("0912345678"), E164, Presentation.SHOWN)
    fields: dict[str, object] = {"state": CallState.ENDED, "outcome": Outcome.MISSED, "caller": caller, **more}
    return Call(id=ident, started=at, **fields)  # type: ignore[arg-type]


async def test_calls_that_nobody_had_with_the_one_whose_number_it_is(tmp_path: Path) -> None:
    calls = (
        lost("before", 10.0),
        lost("missed", 100.0),
        lost("silent", 200.0, state=CallState.RING_STOPPED, outcome=None),
        lost("had", 300.0, claimed_by="me", caller=OTHER),
        lost("answered", 400.0, outcome=Outcome.ANSWERED, answered=401.0, caller=OTHER),
        lost("elsewhere", 500.0, outcome=Outcome.ANSWERED, disposition="elsewhere", caller=OTHER),
        lost("ignored", 600.0, outcome=Outcome.UNKNOWN, disposition="ignored"),
        lost("verdict", 700.0, disposition="missed"),
        lost("twin", 800.0, merged_into="verdict"),
    )
    async with opened(tmp_path, calls=calls) as place:
        found = await place.desk.business.lost_calls(50.0)
        assert [each.call.id for each in found] == ["verdict", "silent", "missed"]
        assert {each.member.id for each in found if each.member} == {MEMBER.id}
        again = msgspec.structs.replace(MEMBER, id="m2", numbers=(MemberNumber(SafeText("x"), E164),))
        await install(place.store, "org@clear", MEMBER, again)
        (both,) = await place.desk.business.lost_calls(600.0)
        assert both.member is None
        assert {each.id for each in both.shared} == {MEMBER.id, "m2"}


async def test_calls_of_marked_numbers_and_those_decided_on_are_not_lost(tmp_path: Path) -> None:
    calls = (lost("junk", 100.0), lost("ignored", 200.0, disposition="ignored"))
    async with opened(tmp_path, calls=calls) as place:
        assert [each.call.id for each in await place.desk.business.lost_calls(50.0)] == ["junk"]
        await place.desk.do(NumberMarked(raw=SafeText("0912345678"), e164=E164, label=MarkLabel.JUNK))
        assert await place.desk.business.lost_calls(50.0) == []


async def test_a_person_is_away_from_when_they_left(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        assert place.desk.away_since == 0.0
        first = await place.store.arrived("me")
    async with opened(tmp_path) as place:
        assert place.desk.away_since > first
        assert await place.store.arrived("somebody else") == 0.0


async def test_choices_are_each_persons_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.store.choose("me", "theme", "light")
        await place.store.choose("me", "theme", "contrast")
        await place.store.choose("you", "theme", "ansi")
        assert await place.store.choices("me") == {"theme": "contrast"}
        assert await place.store.choices("you") == {"theme": "ansi"}
        assert await place.store.choices("nobody") == {}
