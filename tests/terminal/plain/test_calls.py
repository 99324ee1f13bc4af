"""A call is closed line by line."""

from ringdesk.dispositions import BUILT_IN, Disposition
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from terminal.news import NoteNews
from tests.terminal.plain.talking import talking
from tests.terminal.scripted_desk import NOW, ScriptedDesk, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")
GIFT = Disposition(id="gift", title=SafeText("禮盒團購"), rank=1, needs_note=True)
WRAPPED = ("wrapup", "c2", "gift", LIN.id)


async def test_a_saved_note_of_the_call_is_the_note_that_a_code_needs_and_a_refused_one_is_not() -> None:
    desk = ScriptedDesk({LIN.id: plain_card(LIN)})
    desk.business.codes = (GIFT, *BUILT_IN)
    async with talking(desk) as typist:
        desk.publish(pop(call("c2", LIN), plain_card(LIN)))
        await typist.type("t 2")
        note = Note(id="n", member=LIN.id, call="c2", text=SafeLines("tea"), at=NOW)
        desk.publish(NoteNews(note, "refused"))
        assert any("needs a note first" in line for line in await typist.type("w 1"))
        desk.publish(NoteNews(note, "settled"))
        await typist.type("w 1")
        assert WRAPPED in desk.did
