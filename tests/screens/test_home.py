"""Home: what an idle desk shows at nine in the morning, and that a ringing caller takes its place and gives it back."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Caller, CallState, Outcome, Presentation
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task, TaskKind
from terminal.desk import Draft
from terminal.desk.values import LostCall
from terminal.news import TaskNews
from terminal.screens.arrangement import DeskLayout
from tests.screens.harness import LANGUAGES, SMALL, WIDE, running
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678", tier=SafeText("銀卡"))
CHEN = member("chen", "陳冠宇", "0933-218-457")


def task(ident: str, title: str, due: str | None, **more: object) -> Task:
    return Task(id=ident, title=SafeText(title), due=SafeText(due) if due else None, **more)  # type: ignore[arg-type]


def desk() -> ScriptedDesk:
    one = ScriptedDesk({who.id: plain_card(who) for who in (LIN, CHEN)})
    one.business.tasks = [
        task("t1", "寄發票", "2026-11-25", assignee=ME, member="chen"),
        task("t2", "追收欠款", "2026-11-22", assignee=ME),
        task("t3", "誰都可以", "2026-12-24"),
        task("c1", "回電報價", "2026-11-24T09:30:00Z", kind=TaskKind.CALLBACK, member="lin", call="gone"),
        task("c2", "下週再打", "2026-12-01", kind=TaskKind.CALLBACK),
    ]
    lost = call("lost", CHEN, state=CallState.ENDED, outcome=Outcome.MISSED, started=NOW - 9 * 3600)
    gone = call("gone", LIN, state=CallState.ENDED, outcome=Outcome.MISSED, started=NOW - 8 * 3600)
    old = call("old", LIN, state=CallState.ENDED, outcome=Outcome.MISSED, started=NOW - 80 * 3600)
    one.business.lost = [LostCall(each, who) for each, who in ((gone, LIN), (lost, CHEN), (old, LIN))]
    one.business.born_today = [LIN]
    notice = Article(id="n", kind=ArticleKind.NOTICE, title=SafeText("今天提早打烊"), text=SafeLines("20:00 關門"))
    one.business.pages = [notice]
    return one


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_there_at_nine(size: tuple[int, int], language: str, chinese: Path) -> None:
    one = desk()
    one.business.tasks.insert(0, task("c0", "昨天沒打", "2026-11-23T09:30:00Z", kind=TaskKind.CALLBACK))
    async with running(one, size, catalogue=chinese if language == "zh" else None) as run:
        card, rows = run.pane("card"), run.pane("timeline")
        english = ("Home", "To call 2", "Tasks 2", "! 1 late", "Missed 1", "Birthdays 1", "Notices 1")
        wanted = english if language == "en" else ("首頁", "待回電 2", "待辦 2", "逾期 1", "未接 1", "壽星 1", "公告 1")
        assert not [words for words in (*wanted, "今天提早打烊") if words not in card], card
        order = ["追收欠款", "昨天沒打", "回電報價", "11/24 07:43", "今天提早打烊", "寄發票", "林淑芬\n"]
        birthday = rows.rfind("Birthday" if language == "en" else "生日")
        below = "2 rows below" if language == "en" else "還有 2 列"
        if size == SMALL:
            assert ("1 to 5" if language == "en" else "第 1 到 5") in rows
            assert below in run.title("timeline")
            tab = "2 Tasks 2 !1" if language == "en" else "2 待辦 2 !1"
            assert tab in run.pane("tabs"), "the same as Home says"
            order = order[:5]
        else:
            assert below not in rows
            assert birthday > rows.find("寄發票") > -1
            order.pop()
            own = "Yours are in Today: 2" if language == "en" else "您的待辦在「今日」：2"
            assert own in run.pane("tasks")
        places = [rows.find(words) for words in order]
        assert -1 not in places, rows
        assert places == sorted(places), rows
        for words in ("誰都可以", "下週再打"):
            assert words not in rows


async def test_a_missed_call_with_its_callback_stands_once() -> None:
    async with running(desk()) as run:
        assert (
            run.pane("timeline").count("林淑芬") == 2
        )  # her callback and her birthday, not the call behind the callback


@pytest.mark.parametrize(("language", "words"), [("en", "All is clear"), ("zh", "一切就緒")])
async def test_it_says_when_all_is_clear(language: str, words: str, chinese: Path) -> None:
    async with running(ScriptedDesk(), catalogue=chinese if language == "zh" else None) as run:
        assert words in run.pane("card")


async def test_enter_opens_the_row_and_esc_comes_back() -> None:
    async with running(desk()) as run:
        run.screen.painter.panel("timeline").focus()
        await run.press("down", "enter")
        assert LIN.name in run.title("card")
        assert LIN.name in run.title("timeline")
        await run.press("escape")
        assert "Home" in run.title("card")
        assert "回電報價" in run.pane("timeline")


async def test_the_detail_follows_the_selected_row() -> None:
    async with running(desk()) as run:
        run.screen.painter.panel("timeline").focus()
        await run.press("end", "up", "up")
        assert "20:00 關門" in run.pane("detail")
        await run.press("enter")
        assert "20:00 關門" in run.pane("banner")
        assert "Home" in run.title("card")


async def test_a_callback_to_a_number_finds_its_member() -> None:
    one = desk()
    row = task("c9", "有人來電", "2026-11-20", kind=TaskKind.CALLBACK, number=SafeText("0933-218-457"))
    one.business.tasks = [row, task("t9", "沒有人", "2026-11-21", assignee=ME)]
    async with running(one) as run:
        run.screen.painter.panel("timeline").focus()
        await run.press("home", "down", "enter")
        assert "No member is known for this: 沒有人" in run.pane("banner")
        await run.press("home", "enter")
        assert CHEN.name in run.title("card")


async def test_a_kept_draft_is_one_row() -> None:
    one = desk()
    one._drafts = [Draft("lin", None, "第一句\n第二句", NOW - 60), Draft("chen", None, "另一則", NOW - 90)]
    async with running(one) as run:
        await run.press("escape")  # the newest draft was brought back with its person
        run.screen.area.load_text("")
        run.screen.writing.hold()
        await run.press("escape")
        rows = run.pane("timeline")
        assert "Draft" in rows
        assert "另一則" in rows
        assert "第二句" not in rows


@LANGUAGES
async def test_a_draft_of_a_caller_whom_nobody_knows_names_their_number(language: str, chinese: Path) -> None:
    one = ScriptedDesk({LIN.id: plain_card(LIN)})
    stranger = call("u", None, state=CallState.ENDED, outcome=Outcome.UNKNOWN, started=NOW - 900)
    caller = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)
    one.business.lost = [LostCall(msgspec.structs.replace(stranger, caller=caller), None)]
    one._drafts = [Draft("lin", None, "第一則", NOW - 60), Draft(None, "u", "第二則", NOW - 90)]
    async with running(one, catalogue=None if language == "en" else chinese) as run:
        await run.press("escape")  # the newest draft was brought back with its person
        run.screen.area.load_text("")
        run.screen.writing.hold()
        await run.press("escape")
        await run.still()
        row = next(row for row in run.pane("timeline").split("\n") if "第二則" in row)
        assert "0965-118-402" in row
        mark = "Missed 1?" if language == "en" else "未接 1?"
        assert mark in run.pane("card")
        assert mark in run.pane("topbar")


async def test_a_ringing_caller_replaces_it_without_a_layout_and_it_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(desk()) as run:
        laid: list[object] = []
        original = DeskLayout.arrange

        def arrange(*given: Any, **more: Any) -> Any:
            laid.append(given)
            return original(*given, **more)

        monkeypatch.setattr(DeskLayout, "arrange", arrange)
        run.desk.publish(pop(call("c1", CHEN), plain_card(CHEN)))
        await run.settle()
        assert CHEN.name in run.title("card")
        assert CHEN.name in run.title("timeline")
        assert "回電報價" not in run.pane("timeline")
        assert laid == []
        await run.press("f2", "f4")
        await run.settle()


async def test_it_follows_what_happens() -> None:
    async with running(desk()) as run:
        fresh = task("t7", "剛剛交辦", "2026-11-24", assignee=ME)
        run.desk.business.tasks.append(fresh)
        run.desk.publish(TaskNews(fresh, "settled"))
        await run.pilot.pause(1.3)
        assert "剛剛交辦" in run.pane("timeline")


async def test_the_selection_stays_on_its_row_when_another_comes_before_it() -> None:
    async with running(desk()) as run:
        run.screen.panes.go("timeline")
        await run.press("down")
        assert "回電報價" in run.pane("detail")
        run.desk.business.tasks.append(task("t0", "更早的", "2026-11-20", assignee=ME))
        run.desk.publish(TaskNews(run.desk.business.tasks[-1], "settled"))
        await run.settle()
        await run.still()
        assert "更早的" in run.pane("timeline")
        await run.press("enter")
        assert LIN.name in run.pane("card")


async def test_a_trouble_with_it_is_said_and_the_desk_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    one = desk()

    async def breaks(*, mine: bool = False) -> list[Task]:
        raise ZeroDivisionError

    monkeypatch.setattr(one.business, "agenda", breaks)
    async with running(one) as run:
        assert "ZeroDivisionError" in run.pane("banner")
        run.desk.publish(pop(call("c1", CHEN), plain_card(CHEN)))
        await run.settle()
        assert CHEN.name in run.title("card")
        assert msgspec.structs.asdict(run.screen.board.morning)["known"] is False


async def test_late_tasks_are_a_few_and_a_count_until_somebody_asks() -> None:
    one = desk()
    one.business.tasks += [task(f"l{day}", f"逾期{day}", f"2026-11-{day:02}", assignee=ME) for day in range(1, 20)]
    async with running(one, SMALL) as run:
        timeline = run.screen.painter.panel("timeline")
        assert "Tasks 21" in run.pane("card")
        timeline.focus()
        await run.press("home", "down", "down", "down")
        assert "17 more late tasks" in run.pane("timeline")
        assert "25 entries" in run.pane("timeline")
        assert "1 Today 25" in run.pane("tabs"), "one count, whatever is listed"
        await run.press("enter")
        assert "17 more late tasks" not in run.pane("timeline")
        await run.press("end")
        assert "to 25 " in run.pane("timeline"), run.pane("timeline")


async def test_the_pane_is_called_today_everywhere_and_empty_panes_say_a_word() -> None:
    async with running(desk(), SMALL) as run:
        run.screen.painter.panel("timeline").focus()
        await run.settle()
        assert "1 Today 6" in run.pane("tabs")
    async with running(desk()) as run:
        run.screen.painter.panel("timeline").focus()
        await run.settle()
        assert "focus: Today" in run.pane("keybar")
        for name in ("tasks", "tags", "earlier"):
            assert "Nobody is on the desk." in run.pane(name)


async def test_many_missed_calls_leave_the_birthdays_in_sight() -> None:
    one = desk()
    who = [member(f"m{index}", f"客人{index:02}", f"0911-000-{index:03}") for index in range(85)]
    ended = {"state": CallState.ENDED, "outcome": Outcome.MISSED}
    one.business.lost = [
        LostCall(call(each.id, each, started=NOW - 9 * 3600 - at, **ended), each)  # type: ignore[arg-type]
        for at, each in enumerate(who)
    ]
    async with running(one) as run:
        text = run.pane("timeline")
        assert text.count("客人") == 3
        assert "82 more missed calls" in text
        assert "Birthday" in text
        assert "Missed 85" in run.pane("card")
        at = next(at for at, row in enumerate(run.screen.board.morning.rows) if "82 more" in row.text)
        run.screen.painter.panel("timeline").focus()
        await run.press("home", *["down"] * at, "enter")
        assert run.pane("timeline").count("客人") > 3
