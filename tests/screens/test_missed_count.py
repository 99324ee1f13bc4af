"""What was missed is counted once: row 0, the tab and the panel say the same of the same calls. And what falls silent while
somebody talks leaves the banner for that list."""

from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Call, Caller, CallState, Outcome, Presentation
from ringdesk.ids import callback_id
from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind
from terminal.news import CallNews, TaskNews
from terminal.screens import views
from terminal.screens.board import Board
from terminal.screens.onshow import SHOWN_AFTER_TAKEN
from terminal.widgets.callbacks import tally
from terminal.widgets.when import Now
from tests.screens.harness import LANGUAGES, SIZES, SMALL, Running, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, serve
from tests.terminal.scripted_desk import ME, NOW, call, member, plain_card, pop


def lost(ident: str, who: Member) -> Call:
    """A call of theirs that nobody had."""
    return call(ident, who, state=CallState.ENDED, outcome=Outcome.MISSED)


async def title_count(run: Running) -> str:
    """What the corner of the panel says."""
    run.screen.panes.go("missed")
    await run.settle()
    return " ".join(run.title("missed").strip("╶╌╴╺╍╸ ").split()[-2:])


@SIZES
@LANGUAGES
async def test_row_0_and_the_panel_count_the_same(size: tuple[int, int], language: str, chinese: Path) -> None:
    english = language == "en"
    word = "Missed" if english else "未接"
    hidden = Caller(None, None, Presentation.PRIVATE)
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        run.desk.publish(
            CallNews(lost("a", LIN)),
            CallNews(msgspec.structs.replace(lost("b", CHEN), caller=hidden)),
            CallNews(call("c", HUANG, state=CallState.RING_STOPPED)),
        )
        await run.still()
        assert f"{word} 2 +1?" in run.pane("topbar")
        assert (await title_count(run)).endswith("2 +1?")
        owed = Task(
            id=callback_id("a"), call="a", member=LIN.id, kind=TaskKind.CALLBACK, title=SafeText("回電"), at=NOW,
            number=SafeText("+886912345678"),
        )  # fmt: skip
        run.desk.publish(TaskNews(owed, "settled"))
        await run.still()
        assert f"{word} 1 +1?" in run.pane("topbar"), "that one is to be called back: it is counted there"
        assert (await title_count(run)).endswith("1 +1?")


PEOPLE = [member(f"m{index}", f"人{index}", f"0912-345-60{index}") for index in range(3)]
HAPPENING = st.tuples(
    st.sampled_from(["missed", "silent", "withheld", "taken", "owed", "ticks"]), st.integers(0, 2), st.integers(0, 3)
)


@given(st.lists(HAPPENING, max_size=25))
def test_whatever_happened_row_0_counts_what_the_panel_lists(happenings: list[tuple[str, int, int]]) -> None:
    board, now = Board(), Now(NOW)
    for what, index, number in happenings:
        one = call(f"c{number}", PEOPLE[index])
        if what == "withheld":
            one = msgspec.structs.replace(one, caller=Caller(None, None, Presentation.PRIVATE))
        if what == "owed":
            task = Task(id=callback_id(one.id), call=one.id, kind=TaskKind.CALLBACK, title=SafeText("回電"), at=NOW)
            board.hear(TaskNews(task, "settled"), NOW)
        elif what == "ticks":
            board.tick(NOW + 99)
        else:
            state = CallState.RING_STOPPED if what == "silent" else CallState.ENDED
            outcome = Outcome.MISSED if what in ("missed", "withheld") else None
            ended = msgspec.structs.replace(one, state=state, outcome=outcome)
            board.hear(CallNews(ended, claimed_name=SafeText("怡君") if what == "taken" else None), NOW)
        listed = views.missed(board, now).calls
        assert views.top(board, now, SafeText("雅婷"), SafeText("店")).missed == tally(listed)


@SIZES
@LANGUAGES
async def test_what_falls_silent_while_one_talks_leaves_the_banner_for_the_list(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    said = (
        f"{CHEN.name} rang and nobody took it: it is among the missed calls."
        if english
        else f"{CHEN.name}剛才來電沒接到，已列入未接來電。"
    )
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run, plain_card(LIN))
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        run.desk.publish(CallNews(call("c2", CHEN, state=CallState.RING_STOPPED)))
        await run.still()
        assert said in run.pane("banner")
        run.wall += SHOWN_AFTER_TAKEN
        await run.still()
        assert CHEN.name not in run.pane("banner")
        assert LIN.name in run.pane("banner")
        assert "1?" in run.pane("topbar")
        run.screen.panes.go("missed")
        await run.settle()
        assert CHEN.name in run.pane("missed")
        run.screen.panes.go("lines")
        await run.press("j", "enter")
        assert CHEN.name in run.title("card"), "it can still be taken from the lines"


async def test_on_an_idle_desk_it_stays_and_a_call_that_rings_again_is_told_again() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c2", CHEN), plain_card(CHEN)))
        run.desk.publish(CallNews(call("c2", CHEN, state=CallState.RING_STOPPED)))
        run.wall += SHOWN_AFTER_TAKEN + 1
        await run.still()
        assert CHEN.name in run.pane("banner"), "on such a line F2 says that one has it"
        await serve(run, plain_card(LIN))
        run.wall += SHOWN_AFTER_TAKEN + 1
        await run.still()
        assert CHEN.name not in run.pane("banner")
        run.desk.publish(CallNews(call("c2", CHEN)))
        await run.still()
        assert CHEN.name in run.pane("banner")


@SIZES
@LANGUAGES
async def test_a_row_says_which_key_is_right_where_another_was_pressed(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    promised = Task(id="t", title=SafeText("x"), kind=TaskKind.CALLBACK, number=SafeText("0933-218-457"))
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        run.desk.publish(CallNews(lost("a", LIN)), TaskNews(promised, "settled"))
        await run.settle()
        run.screen.panes.go("missed")
        await run.press("home", "m")
        already = "This is a callback already: a notes" if english else "這通已經是待回電：按 a 記下"
        assert already in run.picture()
        await run.press("down", "a")
        assert ("No callback yet: m makes one" if english else "還不是待回電：按 m ") in run.picture()


@SIZES
@LANGUAGES
async def test_to_call_is_one_number_of_what_this_desk_may_call_today(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"

    def owed(ident: str, due: str, who: str | None = None) -> Task:
        number = SafeText(f"0933-218-45{ident}")
        title, day = SafeText(f"回電{ident}"), SafeText(due)
        return Task(id=ident, title=title, kind=TaskKind.CALLBACK, number=number, due=day, opens=day, assignee=who)

    one = desk()
    one.business.tasks = [
        owed("1", "2026-11-24T09:30:00Z"),
        owed("2", "2026-11-24T09:40:00Z", ME),
        owed("3", "2026-11-24T09:50:00Z", "a colleague"),
        owed("4", "2026-11-30T02:00:00Z"),
    ]
    words = "To call" if english else "待回電"
    async with running(one, size, catalogue=None if english else chinese) as run:
        assert f"{words} 2" in run.pane("topbar")
        assert f"{words} 2" in run.pane("card"), "Home"
        if size == SMALL:
            assert "!" not in run.pane("tabs"), "nothing is late"
        run.screen.panes.go("missed")
        await run.settle()
        run.screen.set_focus(None)
        await run.settle()
        assert f"{words} 2" in run.pane("missed").split("\n")[-1]
        one.publish(TaskNews(owed("5", "2026-11-24T06:00:00Z", "a colleague"), "settled"))
        one.publish(TaskNews(owed("6", "2026-11-24T06:00:00Z"), "settled"))
        await run.settle()
        if size == SMALL:
            assert ("! 1 late" if english else "! 逾期 1") in run.pane("tabs")


async def test_a_colleagues_callback_leaves_this_desk_clear() -> None:
    one = desk()
    theirs = Task(
        id="t", title=SafeText("x"), kind=TaskKind.CALLBACK, due=SafeText("2026-11-24"), assignee="a colleague"
    )
    async with running(one) as run:
        one.publish(TaskNews(theirs, "settled"))
        await run.settle()
        assert "All is clear" in run.pane("card")
        assert "To call 0" in run.pane("topbar")
