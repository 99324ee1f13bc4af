"""A call has one caller: banner, lines, card, note and F4 name the same, whatever card was opened, attached or taken back."""

import asyncio
from pathlib import Path

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from ringdesk.calls import CallState
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.why import Why
from terminal.news import CallNews, Match
from terminal.screens.board import Board
from terminal.screens.keeper import Keeper, Owner
from terminal.screens.numberwork import NumberWork, Wish
from terminal.screens.views import announcement, calls
from terminal.screens.work import Work
from terminal.widgets.caller import called_by
from terminal.widgets.when import Now
from tests.screens.harness import LANGUAGES, SIZES, Running, running
from tests.screens.test_callstory import UNKNOWN
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, serve
from tests.terminal.scripted_desk import NOW, ScriptedDesk, call, plain_card, pop

PEOPLE = (LIN, CHEN, HUANG)
WHO = st.integers(0, 2)
STEP = st.one_of(
    st.tuples(st.sampled_from(("open", "look")), WHO),
    st.tuples(st.sampled_from(("rings", "unknown", "attach", "share", "undo", "esc", "f4")), WHO),
)


async def written(run: Running) -> None:
    """On the line is a caller whom nobody knows, with a note."""
    run.desk.publish(pop(UNKNOWN))
    await run.settle()
    await run.press("f2", *"ab")


async def opens(run: Running, who: str) -> None:
    await run.press("escape", "slash", *who, "enter")


def on_card(run: Running) -> Owner:
    return run.screen.board.person.key


async def undoes(run: Running, english: bool) -> None:
    await run.press("escape", "ctrl+p", *("undo" if english else "復原"), "enter")


@SIZES
@LANGUAGES
async def test_a_note_that_was_saved_for_the_wrong_member_is_said_to_stay_theirs(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    made = desk()
    async with running(made, size, catalogue=None if english else chinese) as run:
        await written(run)
        await opens(run, "林")
        await run.press("ctrl+s")
        note = Note(id="saved", member=LIN.id, call=UNKNOWN.id, text=SafeLines("ab"))
        made.cards[LIN.id] = msgspec.structs.replace(made.cards[LIN.id], notes=(note,))
        await undoes(run, english)
        stays = f"The saved note stays {LIN.name}'s" if english else f"存好的備註仍屬於{LIN.name}"
        assert stays in "\n".join(run.rows())
        assert on_card(run) == (None, UNKNOWN.id)


@SIZES
@LANGUAGES
async def test_a_wrong_card_is_said_and_taken_back_with_the_note(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    said = (
        f"{LIN.name} is the caller now. Ctrl+P takes it back."
        if english
        else f"來電者現在是{LIN.name}。Ctrl+P 可復原。"
    )
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await written(run)
        await opens(run, "林")
        assert said in run.pane("banner")
        assert LIN.name in run.title("noteframe")
        await undoes(run, english)
        again = "The caller is unknown again: 0965-118-402." if english else "來電者改回未知：0965-118-402。"
        assert again in run.pane("banner") + run.pane("noteframe").replace("\n", "")
        assert run.screen.board.person.key == (None, "u")
        assert run.screen.area.text == "ab"
        assert run.screen.work.keeper.texts == {(None, "u"): "ab"}
        row = run.screen.board.row("u")
        assert row is not None
        assert row.sure is None
        assert LIN.name not in run.pane("banner").split("\n")[0] + run.title("card") + run.title("noteframe")


@SIZES
@LANGUAGES
async def test_whose_the_number_is_is_the_caller_on_card_note_and_record(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        await written(run)
        await opens(run, "林")
        await opens(run, "黃")
        await run.press("ctrl+l", "escape")
        assert run.screen.board.person.key == (HUANG.id, "u")
        assert run.screen.area.text == "ab"
        assert all(HUANG.name in pane for pane in (run.pane("banner"), run.title("card"), run.title("noteframe")))
        await run.press("f4")
        assert HUANG.name in run.pane("menu")
        await run.press("1")
        assert run.desk.did[-2:] == [("note", "ab", HUANG.id, "u"), ("wrapup", "u", "inquiry", HUANG.id)]


@LANGUAGES
async def test_taking_the_number_back_puts_card_and_note_back(language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        await written(run)
        await opens(run, "林")
        await opens(run, "黃")
        await run.press("ctrl+l", "ctrl+l")
        assert HUANG.name in run.title("card"), "the card that was opened by hand stays"
        await run.press("escape")
        assert on_card(run) == (LIN.id, "u")
        assert run.screen.area.text == "ab"
        assert HUANG.name not in run.pane("banner").split("\n")[0]
        await undoes(run, english)
        assert on_card(run) == (None, "u")
        assert run.screen.area.text == "ab"


async def test_a_number_that_is_anothers_by_now_is_not_taken_back_by_the_older_undo() -> None:
    async with running(desk()) as run:
        await written(run)
        await opens(run, "林")
        await opens(run, "黃")
        await run.press("ctrl+l", "escape", "ctrl+p", *"caller now", "enter")
        assert f"{LIN.name} is not the caller any more." in run.pane("banner")
        assert run.screen.board.person.key == (HUANG.id, "u")


@SIZES
@LANGUAGES
async def test_f4_on_another_card_closes_the_call_and_the_card_comes_back_with_its_note(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    asked = "How was it?" if language == "en" else "結案"
    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"ab")
        await opens(run, "黃")
        run.screen.area.focus()
        await run.press(*"cd", "f4")
        assert LIN.name in run.pane("menu")
        assert asked in run.pane("menu")
        await run.press("1")
        assert run.desk.did[-2:] == [("note", "ab", LIN.id, "c1"), ("wrapup", "c1", "inquiry", LIN.id)]
        assert run.screen.board.person.key == (HUANG.id, None)
        assert run.screen.area.text == "cd"


async def test_a_card_that_was_only_looked_at_does_not_come_back_after_f4() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await opens(run, "黃")
        await run.press("f4", "1")
        assert run.desk.did[-1] == ("wrapup", "c1", "inquiry", LIN.id)
        assert not run.screen.board.busy


async def test_f4_takes_along_what_was_typed_for_the_caller_on_a_card_opened_by_hand() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await opens(run, "林")
        run.screen.area.focus()
        await run.press(*"cd", "f4", "1")
        assert run.desk.did[-2:] == [("note", "cd", LIN.id, "c1"), ("wrapup", "c1", "inquiry", LIN.id)]
        assert run.screen.work.keeper.texts == {}


async def test_a_desk_that_comes_back_names_the_caller_after_whom_the_note_was_written_for() -> None:
    desk_ = Desk()
    desk_.board.hear(pop(UNKNOWN), NOW)
    desk_.board.hear(CallNews(msgspec.structs.replace(UNKNOWN, state=CallState.ANSWERED), mine=True), NOW)
    await desk_.work.resume((LIN.id, "u"))
    assert desk_.board.person.key == (LIN.id, "u")
    assert desk_.wrong() == []


class Desk:
    """A board with the work on it, without a screen."""

    def __init__(self) -> None:
        self.board, self.keeper = Board(), Keeper()
        self.keeper.desk = ScriptedDesk({who.id: plain_card(who) for who in PEOPLE})
        self.work = Work(self.board, self.keeper, lambda: NOW, None)
        self.numbers = NumberWork(self.work)

    async def do(self, what: str, index: int) -> None:
        board, who = self.board, PEOPLE[index]
        if what == "rings" and f"c{index}" not in board.calls:
            board.hear(pop(call(f"c{index}", who), plain_card(who)), NOW)
            board.serve(f"c{index}")
        elif what == "unknown" and "u" not in board.calls:
            board.hear(pop(UNKNOWN), NOW)
            board.serve("u")
        elif what == "open":
            await self.work.open(Match(await self.member(index), Why("name"), guess=index == 1))
        elif what == "look":
            await self.work.look(who.id)
        elif what in ("attach", "share"):
            wish = self.numbers.wish()
            if isinstance(wish, Wish):
                former = wish.owners[0] if wish.owners and what == "attach" else None
                await self.numbers.give(wish, SafeText("Ctrl+L"), former)
        elif what == "undo" and (back := self.work.undo.take(0)) is not None:
            await back()
        elif what == "esc" and board.by_hand:
            board.put_away(NOW)
        elif what == "f4":
            self.work.to_call()
            if board.current is not None and index == 0:
                board.leave(board.current.call.id)

    async def member(self, index: int) -> Member:
        return (await self.work.desk.open(PEOPLE[index].id)).member

    def type(self) -> None:
        """A text stands in the note of whoever is on show."""
        owner = self.board.person.key
        if owner[1] is not None:
            self.keeper.hold(owner, self.keeper.texts.get(owner, "") or f"of {owner[1]}")

    def wrong(self) -> list[str]:
        """Where a call is named after somebody else than its card, or has its note with somebody else."""
        board, found = self.board, []
        shown = announcement(board, Now(NOW, None), SafeText(), bad=False, drafts=0)
        for row in calls(board, Now(NOW, None)).calls:
            card = board.of_call(row.call.id)
            if card is None or row.call.id not in board.served:
                continue
            found += ["lines"] if called_by(row.call, row.sure) != card.name else []
            found += ["banner"] if row is board.serving and shown.serving_name != card.name else []
            found += [
                f"note of {owner}" for owner in self.keeper.texts if owner[1] == row.call.id and owner != card.key
            ]
        return found


@given(st.lists(STEP, max_size=12))
@example([("unknown", 0), ("open", 0), ("open", 1), ("attach", 0), ("esc", 0)])
@example([("unknown", 0), ("open", 0), ("open", 1), ("attach", 0), ("undo", 0), ("undo", 0), ("esc", 0)])
@example([("unknown", 0), ("look", 2), ("attach", 0), ("f4", 1)])
@example([("unknown", 0), ("open", 1)])
def test_no_call_ever_has_two_names(steps: list[tuple[str, int]]) -> None:
    async def all_of_them() -> None:
        desk_ = Desk()
        for what, index in steps:
            await desk_.do(what, index)
            assert desk_.wrong() == [], (what, index)
            if what == "f4":
                assert desk_.board.current is desk_.board.serving, "what F4 closes is what the banner says"
            desk_.type()

    asyncio.run(all_of_them())
