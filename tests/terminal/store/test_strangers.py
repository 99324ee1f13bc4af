"""What a number that is nobody's left behind is found when it calls again, and on the card of whoever has it one day."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ringdesk.calls import Call, Called, Caller, CallState, Direction, Outcome, Presentation
from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import NoteAdd, NumberAttach, NumberDetach, Row, RowKey
from ringdesk.reached import e164_of
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.timeline import Contact, ContactKind
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, SHOP, Ids, Server
from tests.terminal.store.test_replica import NOON, Clock, feed, serve

STRANGER = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)
THEIRS = MemberNumber(SafeText("0965-118-402"), "+886965118402")
MEMBER = Member(id="m", name=SafeText("林美玲"), numbers=(MemberNumber(SafeText("0912345678"), "+886912345678"),))


def met(ident: str, before: float, **more: Any) -> Call:
    fields: dict[str, Any] = {"state": CallState.ENDED, "outcome": Outcome.ANSWERED, "caller": STRANGER, **more}
    return Call(id=ident, started=NOON - before, site="main", **fields)


def noted(ident: str, call: str, before: float, member: str | None = None) -> Note:
    return Note(id=ident, call=call, member=member, text=SafeLines("要三十份"), at=NOON - before)


AGAIN = met("again", 0, state=CallState.RINGING, outcome=None)
CALLS = (
    met("first", 900, answered=NOON - 890, disposition="order", claimed_name=SafeText("怡君")),
    met("lost", 600, outcome=Outcome.MISSED),
    met("other", 500, caller=msgspec.structs.replace(STRANGER, raw=SafeText("0911"), e164="+886911222333")),
    met("hidden", 400, caller=msgspec.structs.replace(STRANGER, presentation=Presentation.PRIVATE)),
    met("members", 300, answered=NOON - 290),
    AGAIN,
)
NOTES = (
    noted("n-first", "first", 880),
    noted("n-other", "other", 480),
    noted("n-hidden", "hidden", 380),
    noted("n-members", "members", 280, "m"),
)
CONTACT = Contact(id="c", member="m", kind=ContactKind.CALL_IN, at=NOON - 300, call="members")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(Clock()))
    server = Server()
    await opened.welcomed(server.welcome())
    rows: dict[RowKey, Row] = {("member", "m"): MEMBER, ("contact", "c"): CONTACT}
    server.write({**rows, **{("note", each.id): each for each in NOTES}}, None)
    server.write({("call", each.id): each for each in CALLS}, None, to="store:main")
    await feed(opened, serve(server))
    await feed(opened, serve(server, SHOP))
    yield opened
    await opened.close()


async def test_a_number_that_is_nobodys_has_its_earlier_calls_and_notes_also_after_a_restart(
    store: Store, tmp_path: Path
) -> None:
    here = (await store.save(NoteAdd(call="again", text=SafeLines("今天")), actor=ACTOR)).op_id
    await store.close()
    opened = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(Clock()))
    past = await opened.past(AGAIN)
    await opened.close()
    assert [note.id for note in past.notes] == [here, "n-first"], "no other number's, and no member's"
    assert [(each.call, each.kind, each.text, each.who) for each in past.timeline] == [
        ("lost", ContactKind.MISSED, "", ""),
        ("first", ContactKind.CALL_IN, "order", "怡君"),
    ]


async def test_a_withheld_number_has_no_past_but_the_notes_of_its_call(store: Store) -> None:
    past = await store.past(CALLS[3])
    assert past.timeline == ()
    assert [note.id for note in past.notes] == ["n-hidden"]


async def test_who_gets_the_number_has_its_notes_on_the_card_and_they_stay_nobodys(store: Store) -> None:
    assert [note.id for note in (await store.card("m")).notes] == ["n-members"]
    await store.save(NumberAttach(member="m", number=THEIRS), actor=ACTOR)
    notes = (await store.card("m")).notes
    assert [(note.id, note.member) for note in notes] == [("n-members", "m"), ("n-first", None)]
    page = await store.older("m", "note", (notes[0].at, notes[0].id), frozenset())
    assert [row.id for row in page.rows] == ["n-first"]
    await store.save(NumberDetach(member="m", raw=THEIRS.raw, e164=THEIRS.e164), actor=ACTOR)
    assert [note.id for note in (await store.card("m")).notes] == ["n-members"]


async def test_of_several_on_one_number_nobody_has_the_notes_of_another(store: Store) -> None:
    server = Server()
    for who in ("a", "b"):
        server.write({("member", who): Member(id=who, numbers=(THEIRS,))}, None)
    server.write({("note", "n-a"): noted("n-a", "first", 100, "a")}, None)
    server.write({("note", "n-first"): NOTES[0]}, None)
    server.write({("call", "first"): CALLS[0]}, None, to="store:main")
    await store.welcomed(server.welcome())
    await feed(store, serve(server))
    await feed(store, serve(server, SHOP))
    assert [note.id for note in (await store.card("a")).notes] == ["n-a", "n-first"]
    assert [note.id for note in (await store.card("b")).notes] == ["n-first"]


def test_the_number_of_a_call_out_is_the_one_that_was_dialled() -> None:
    out = met("out", 0, direction=Direction.OUT, called=Called(SafeText("+886 911 222 333")))
    assert e164_of(out) == "+886911222333"
    assert e164_of(msgspec.structs.replace(out, called=Called(SafeText("0911222333")))) is None
