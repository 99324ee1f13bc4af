"""Card, timeline, tasks and notes are of one person, whatever happens and whenever it is drawn."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual.geometry import Size

from ringdesk.calls import CallState
from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind
from terminal.desk import Card, Past
from terminal.news import CallNews, MemberNews, News, NoteNews, RowNews, TaskNews
from terminal.screens.board import Board
from terminal.screens.onshow import Part
from terminal.store.strangers import contact_of
from terminal.widgets.panel import Picture
from terminal.widgets.person import Person
from terminal.widgets.tasks import Duties, Tasks
from tests.screens.harness import SMALL, WIDE, running
from tests.screens.test_desk import CHEN, LIN, desk, named, serve
from tests.screens.test_promises import UNKNOWN
from tests.terminal.scripted_desk import ME, NOW, call, member, plain_card, pop

PEOPLE = [member(f"m{index}", f"人{index}", f"0912-345-60{index}") for index in range(3)]
OF = st.sampled_from([None, "m0", "m1", "m2"])
CALLS = st.sampled_from([None, "c0", "c1", "c2", "u", "u0"])
WHO = st.integers(0, 2)
BEFORE = msgspec.structs.replace(UNKNOWN, id="u0", state=CallState.ENDED, started=NOW - 99)
"""An earlier call of the number that is nobody's."""
STEP = st.one_of(
    st.tuples(st.sampled_from(("task", "note", "contact")), st.tuples(st.sampled_from("xyz"), OF, CALLS)),
    st.tuples(st.sampled_from(("rings", "ends", "taken", "mine", "serve", "opened", "edited", "parted")), WHO),
    st.tuples(st.sampled_from(("unknown", "past", "serve unknown", "look", "becomes", "nobody")), st.just(0)),
    st.tuples(st.sampled_from(("release", "home", "tick", "typed", "next person")), st.just(0)),
)


def card_of(who: Member) -> Card:
    """A card with a task, a note and a contact of its own."""
    task = Task(id=f"t-{who.id}", member=who.id, title=SafeText("回電"))
    return msgspec.structs.replace(plain_card(who), tasks=(task,))


def row_of(kind: str, ident: str, owner: str | None, of: str | None) -> News:
    if kind == "task":
        return TaskNews(Task(id=ident, member=owner, call=of, title=SafeText("寄出")), "settled")
    if kind == "note":
        return NoteNews(Note(id=f"n{ident}", member=owner, call=of, text=SafeLines("說過"), at=NOW), "settled")
    return RowNews(Contact(id=f"k{ident}", member=owner or "", kind=ContactKind.VISIT, at=NOW, call=of))


def do(board: Board, what: str, index: int) -> None:
    who = PEOPLE[index]
    ident = f"c{index}"
    if what == "rings":
        board.hear(pop(call(ident, who), card_of(who)), NOW)
    elif what == "unknown":
        board.hear(pop(UNKNOWN), NOW)
    elif what == "past":
        past(board)
    elif what in ("ends", "taken", "mine"):
        state = CallState.ENDED if what == "ends" else CallState.ANSWERED
        changed = msgspec.structs.replace(call(ident, who), state=state)
        claimed = SafeText("怡君") if what == "taken" else None
        board.hear(CallNews(changed, claimed_name=claimed, mine=what == "mine"), NOW)
    elif what in ("serve", "serve unknown") and (key := "u" if what != "serve" else ident) in board.calls:
        board.serve(key)
    elif what == "opened":
        board.opened(card_of(who))
    elif what == "edited":
        board.hear(MemberNews(who), NOW)
    elif what == "parted":
        board.hear(MemberNews(msgspec.structs.replace(who, numbers=())), NOW)
    elif what == "look" and "u" in board.calls:
        board.look(board.calls["u"].call)
    elif what == "becomes":
        board.hear(CallNews(UNKNOWN, matches=pop(UNKNOWN, card_of(PEOPLE[0])).matches), NOW)
    elif what == "nobody" and board.person.call is not None:
        board.identify(None)
    elif what == "typed":
        board.typed = True
    elif what == "next person":
        board.handed_over(ME, SafeText("雅婷"))
    elif what == "tick":
        board.tick(NOW + 99)
    elif what == "release":
        board.release()
    elif what == "home":
        board.put_away(NOW)


def past(board: Board) -> None:
    """What the number of the unknown caller left behind, where it is on the card."""
    board.hear(CallNews(BEFORE), NOW)
    if board.person.member is None and board.person.call is not None and board.person.call.id == "u":
        note = Note(id="n-u0", call="u0", text=SafeLines("說過"), at=NOW - 90)
        board.found((), Past((contact_of(BEFORE),), (note,)))


def strangers(board: Board) -> list[str]:
    """The rows beside the card that are not of whoever is on it. What is of no member is of the caller in whose call it was
    made; a note, as in the store, of whoever has the number of that call."""
    person = board.person
    whose = person.member.id if person.member else None
    call_of = person.call.id if person.call else None
    theirs = {number.e164 for number in person.member.numbers} if person.member else set()
    if person.call is not None and person.member is None:
        theirs = {person.call.caller.e164} - {None}

    def strange(row: Task | Note) -> bool:
        if row.member is not None:
            return row.member != whose
        made = board.row(row.call) if isinstance(row, Note) else None
        return row.call != call_of and (made is None or made.call.caller.e164 not in theirs)

    rows: list[Task | Note] = [*person.tasks, *person.notes]
    wrong = [row.id for row in rows if strange(row)]
    return wrong + [row.id for row in person.timeline if (row.member or None) != whose]


@given(st.lists(STEP, max_size=30))
@example([("unknown", 0), ("task", ("x", "m0", "u"))])
@example([("opened", 0), ("contact", ("x", "m0", None)), ("contact", ("x", "m1", None))])
@example([("rings", 0), ("becomes", 0), ("serve unknown", 0), ("note", ("x", None, "c0"))])
@example([("rings", 1), ("opened", 0), ("note", ("x", None, "c1"))])
@example([("unknown", 0), ("past", 0), ("typed", 0), ("becomes", 0)])
@example([("rings", 0), ("opened", 0), ("note", ("x", None, "c0")), ("parted", 0)])
def test_no_row_of_another_stands_beside_a_card(
    steps: list[tuple[str, tuple[str, str | None, str | None] | int]],
) -> None:
    board = Board()
    for what, how in steps:
        if isinstance(how, tuple):
            board.hear(row_of(what, *how), NOW)
        else:
            do(board, what, how)
        assert strangers(board) == [], what


def test_a_members_task_about_the_call_of_an_unknown_caller_is_not_the_callers() -> None:
    board = Board()
    board.hear(pop(UNKNOWN), NOW)
    board.hear(row_of("task", "x", "m0", "u"), NOW)
    assert not board.person.tasks
    board.hear(row_of("task", "y", None, "u"), NOW)
    assert [task.id for task in board.person.tasks] == ["y"]
    board.hear(row_of("task", "y", "m1", "u"), NOW)
    assert not board.person.tasks, "it is a member's now"


def test_an_earlier_call_of_an_unknown_number_that_a_member_has_in_their_timeline_is_theirs() -> None:
    board = Board()
    board.hear(pop(UNKNOWN), NOW)
    past(board)
    board.hear(row_of("contact", "x", "m0", "c0"), NOW)
    assert [row.call for row in board.person.timeline] == ["u0"]
    assert board.hear(row_of("contact", "y", "m0", "u0"), NOW) & Part.PERSON
    assert board.person.timeline == ()


def test_a_task_that_is_given_to_another_member_leaves_the_card() -> None:
    board = Board()
    board.opened(card_of(PEOPLE[0]))
    board.hear(TaskNews(Task(id="t-m0", member="m1", title=SafeText("回電")), "settled"), NOW)
    assert board.person.tasks == ()


def test_a_kept_card_is_not_the_next_persons() -> None:
    board = Board()
    for index in (0, 1):
        do(board, "rings", index)
        board.serve(f"c{index}")
    assert board.kept
    board.handed_over("p-new", SafeText("雅婷"))
    assert board.kept == {}


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_whatever_is_drawn_first_the_panels_are_of_one_person(size: tuple[int, int]) -> None:
    async with running(desk(), size) as run:
        await serve(run, plain_card(LIN))
        painter, board = run.screen.painter, run.screen.board
        for draw in (painter.card, painter.note, painter.detail, painter._about):
            for who in (plain_card(CHEN), plain_card(LIN)):
                board.opened(who)
                draw()
                assert named(run) == {who.member.name}, draw
            board.person = Person()
            draw()
            assert named(run) == set(), draw


async def test_a_panel_that_cannot_show_somebody_shows_nobody_and_the_others_show_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(_panel: Tasks, value: Duties, _inside: Size) -> Picture:
        raise ValueError(value.person.name)

    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        monkeypatch.setattr(Tasks, "picture", fails)
        await serve(run, plain_card(CHEN), "c2")
        assert LIN.name not in run.pane("tasks")
        assert CHEN.name in run.title("earlier")
        assert CHEN.name in run.title("noteframe")
        assert named(run) == {CHEN.name}


async def test_what_was_deleted_in_one_note_is_not_undone_in_the_next_persons() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a", "b", "ctrl+u")
        await serve(run, plain_card(CHEN), "c2")
        await run.press("ctrl+z")
        assert run.screen.area.text == ""


async def test_drafts_of_the_same_words_share_nothing_to_undo() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("a", "b", "backspace")
        run.screen.keeper.hold((CHEN.id, "c2"), "a")
        await serve(run, plain_card(CHEN), "c2")
        assert run.screen.area.text == "a"
        await run.press("ctrl+z")
        assert run.screen.area.text == "a"
        assert CHEN.name in run.title("noteframe")
