"""What was promised, and who was missed, as a person sees it: windows, whose a promise is, what a conversation settles; and
text that has no owner, or leaves the screen."""

from pathlib import Path

import msgspec
import pytest
from textual import events

from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Call, Caller, CallState, Outcome, Presentation
from ringdesk.ids import callback_id
from ringdesk.members import MemberNumber
from ringdesk.ops import TaskAdd, TaskFields, TaskReopen, TaskUpdate
from ringdesk.safetext import SafeText, decode_hook
from ringdesk.tasks import AttemptResult, Task, TaskKind, TaskState
from terminal.news import CallNews, TaskNews
from terminal.widgets.tasks import listed
from tests.screens.harness import LANGUAGES, SIZES, SMALL, WIDE, Running, running
from tests.screens.test_desk import CHEN, HUANG, LIN, desk, named, serve
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, plain_card, pop

STRANGER = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)
UNKNOWN = Call(id="u", state=CallState.RINGING, caller=STRANGER, started=NOW - 5)


def updates(run: Running) -> list[TaskUpdate]:
    return [what[1] for what in run.desk.did if what[0] == "do" and isinstance(what[1], TaskUpdate)]


async def looks_at(run: Running, pane: str) -> str:
    run.screen.panes.go(pane)
    await run.settle()
    return run.pane(pane)


# the window


@SIZES
@LANGUAGES
async def test_a_promise_shows_the_hours_that_were_promised(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    hours = f"{'today' if english else '今天'} 17:13-17:43"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run, plain_card(LIN))
        await run.press("f8")
        assert "17:13-17:43" in run.pane("menu")
        assert ("11/25 Wed 09:00-12:00" if english else "11/25 週三 09:00-12:00") in run.pane("menu")
        await run.press("1")
        said = "in 30 minutes (17:13-17:43)" if english else "30 分鐘後（17:13-17:43）"
        assert said in run.pane("banner")
        assert hours in await looks_at(run, "tasks")
        run.wall += 31 * 60
        await run.still()
        assert hours in await looks_at(run, "tasks"), "the window has opened"
        run.desk.publish(TaskNews(msgspec.structs.replace(plain_card(LIN).tasks[0], state=TaskState.DONE), "settled"))
        await run.settle()
        assert f"- {hours} " in run.pane("card")
        run.wall += 30 * 60
        run.screen.tick()
        await run.settle()
        assert ("late since 17:43" if english else "17:43 起逾時") in run.pane("card")


@LANGUAGES
async def test_home_shows_the_hours_too_and_the_beginning_on_another_day(language: str, chinese: Path) -> None:
    english = language == "en"
    made = desk()
    made.business.tasks = [
        Task(
            id=ident,
            kind=TaskKind.CALLBACK,
            member=LIN.id,
            title=SafeText(ident),
            opens=SafeText(opens),
            due=SafeText(due),
            assignee=ME,
        )
        for ident, opens, due in (
            ("soon", "2026-11-24T09:13:07Z", "2026-11-24T09:43:07Z"),
            ("tomorrow", "2026-11-25T01:00:00Z", "2026-11-25T04:00:00Z"),
        )
    ]
    made.cards[LIN.id] = msgspec.structs.replace(plain_card(LIN), tasks=tuple(made.business.tasks))
    async with running(made, catalogue=None if english else chinese) as run:
        row = next(row for row in run.pane("timeline").split("\n") if "soon" in row)
        assert f"{'today' if english else '今天'} 17:13-17:43" in row
        run.screen.panes.go("timeline")
        await run.press("enter")
        rows = [row for row in run.pane("tasks").split("\n") if "tomorrow" in row]
        assert ("11/25 Wed 09:00 " if english else "11/25 週三 09:00 ") in rows[0]


@LANGUAGES
@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (12, {"en": "this afternoon", "zh": "今天下午"}),
        (17.5, {"en": "tonight", "zh": "今晚"}),
        (18.5, {"en": "today by 21:00", "zh": "今天 21:00 前"}),
        (20.5, {"en": "tomorrow afternoon", "zh": "明天下午"}),
    ],
)
async def test_tonight_is_offered_while_it_is_still_to_come(
    hour: float, words: dict[str, str], language: str, chinese: Path
) -> None:
    at = NOW - (16 * 3600 + 43 * 60 + 7) + hour * 3600
    async with running(desk(), at=at, catalogue=None if language == "en" else chinese) as run:
        await serve(run, plain_card(LIN))
        await run.press("f8")
        second = next(row for row in run.pane("menu").split("\n") if " 2 " in row)
        assert words[language] in second


@LANGUAGES
async def test_a_missed_call_says_until_when_it_is_to_be_called_back(language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)), CallNews(call("c1", LIN, state=CallState.RING_STOPPED)))
        await run.settle()
        run.screen.panes.go("missed")
        await run.press("m")
        assert ("to call back before 17:43" if english else "17:43 前要回電") in run.pane("banner")
        assert ("before 17:43" if english else "17:43 前回") in run.pane("missed")


@SIZES
@LANGUAGES
async def test_a_call_that_was_said_to_be_missed_keeps_its_number_and_how_long_it_rang(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        over = call("c1", LIN, state=CallState.RING_STOPPED, started=NOW - 60, last_ring=NOW - 43)
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)), CallNews(over))
        await run.settle()
        rang = "rang 17 s" if english else "響 17 秒"
        before = await looks_at(run, "missed")
        assert all(each in before for each in (LIN.name, "0912-345-678", rang))
        await run.press("m")
        after = run.pane("missed")
        window = "before 17:43" if english else "17:43 前回"
        assert all(each in after for each in (LIN.name, "0912-345-678", rang, window)), after
        await run.press("a", "2")
        tried = run.pane("missed")
        result = "1x no answer" if english else "1 次 無人接"
        assert all(each in tried for each in (LIN.name, "0912-345-678", window, result)), tried


@LANGUAGES
@pytest.mark.parametrize("how", ["f8", "note"])
async def test_who_promises_has_it_and_the_team_may_get_it(how: str, language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        await serve(run, plain_card(LIN))
        await run.press(*(("f8", "1") if how == "f8" else (*"今天 17:30 回電", "ctrl+backslash")))
        (task,) = run.desk.business.tasks
        assert (task.assignee, task.assignee_name) == (ME, "雅婷")
        mine = "for 雅婷" if english else "雅婷 負責"
        assert mine in await looks_at(run, "tasks")
        index = [each.id for _, each in listed(run.screen.board.person.tasks, run.screen.now)].index(task.id)
        await run.press(*["down"] * index, "enter")
        offered = "Hand on to the team" if english else "交給大家"
        rows = [row for row in run.pane("menu").split("\n") if offered in row]
        assert rows, run.pane("menu")
        digit = next(char for char in rows[0] if char.isdigit())
        await run.press(digit)
        assert run.desk.business.tasks[-1].assignee is None
        assert mine not in run.pane("tasks")


# whose it is


async def promised_to_the_stranger(run: Running) -> Task:
    run.desk.publish(pop(UNKNOWN))
    await run.settle()
    await run.press("f2", "f8", "1")
    (task,) = run.desk.business.tasks
    assert (task.member, task.call) == (None, "u")
    return task


@LANGUAGES
@pytest.mark.parametrize("how", ["finds", "attaches"])
async def test_a_promise_goes_along_to_the_member_whose_the_call_is(how: str, language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        await promised_to_the_stranger(run)
        if how == "finds":
            await run.press("escape", "slash", *"黃", "enter")
        else:
            await run.screen.work.look(HUANG.id)
            await run.press("ctrl+l")
        (task,) = run.desk.business.tasks
        name = f"Call back {HUANG.name}" if english else f"回電 {HUANG.name}"
        assert (task.member, task.call, task.title) == (HUANG.id, "u", name)
        assert name in await looks_at(run, "tasks")
        assert HUANG.name in await looks_at(run, "missed")


async def test_a_number_that_is_taken_back_takes_its_promise_back() -> None:
    async with running(desk()) as run:
        before = await promised_to_the_stranger(run)
        await run.screen.work.look(HUANG.id)
        await run.press("ctrl+l", "ctrl+l")
        assert run.desk.business.tasks == [before]
        await run.press("ctrl+l", "ctrl+p", *"undo", "enter")
        assert run.desk.business.tasks == [before]
        assert len(updates(run)) == 4


async def test_an_older_callback_to_the_number_becomes_the_members_and_others_stay() -> None:
    made = desk()
    number = SafeText("+886965118402")
    old = Task(id="old", kind=TaskKind.CALLBACK, title=SafeText("old"), number=number)
    theirs = Task(id="theirs", kind=TaskKind.CALLBACK, title=SafeText("theirs"), number=number, member=CHEN.id)
    other = Task(id="other", kind=TaskKind.CALLBACK, title=SafeText("other"), number=SafeText("+886911000111"))
    made.business.tasks = [old, theirs, other]
    async with running(made) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("f2", "escape", "slash", *"黃", "enter", "ctrl+l")
        assert updates(run) == [TaskUpdate(task="old", fields=TaskFields(member=HUANG.id, title=SafeText("old")))]


async def test_a_promise_goes_along_to_a_new_member_and_gets_their_name() -> None:
    async with running(desk()) as run:
        await promised_to_the_stranger(run)
        await run.press("ctrl+r", *"王小明", "enter")
        (task,) = run.desk.business.tasks
        assert task.member is not None
        assert run.desk.cards[task.member].member.name == "王小明"
        assert task.title == "Call back 王小明"


async def test_a_promise_goes_along_to_the_one_of_several_who_is_chosen() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN), CHEN))
        await run.settle()
        await run.press("f2", "f8", "1", "escape", "2")
        (task,) = run.desk.business.tasks
        assert (task.member, task.title) == (CHEN.id, f"Call back {CHEN.name}")


async def test_a_promise_leaves_with_the_caller_who_is_somebody_else() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press("f8", "1", "escape", "n")
        (task,) = run.desk.business.tasks
        assert (task.member, task.call, task.title) == (None, "c1", "Call back 0912-345-678")
        await run.press("ctrl+p", *"undo", "enter")
        (task,) = run.desk.business.tasks
        assert (task.member, task.title) == (LIN.id, f"Call back {LIN.name}")


# after the note was saved


@SIZES
@LANGUAGES
async def test_a_promise_can_be_made_after_the_note_was_saved(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    made, key = ("task made", "Ctrl+\\") if english else ("已建立待辦", "Ctrl+\\")
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"今天 17:30 回電", "ctrl+s")
        assert run.screen.area.text == ""
        assert "今天 17:30 回電" in run.pane("noteframe").replace("today", "今天")
        assert key in run.pane("noteframe")
        await run.press("ctrl+backslash")
        (task,) = run.desk.business.tasks
        assert (task.member, task.call, task.due) == (LIN.id, "c1", "2026-11-24T09:30:00Z")
        assert made in run.pane("noteframe")
        await run.press("ctrl+backslash")
        assert run.desk.did[-1] == ("done", task.id)
        await run.press("f8", "3")
        assert len(run.desk.business.tasks) == 2
        await run.press("f4", "1")
        assert made not in run.pane("noteframe")
        assert key not in run.pane("noteframe")


async def test_a_task_that_was_made_stays_made_when_the_note_is_saved() -> None:
    async with running(desk()) as run:
        await serve(run, plain_card(LIN))
        await run.press(*"call back tomorrow 10am", "ctrl+backslash", "ctrl+s")
        assert "task made" in run.pane("noteframe")
        await run.press(*"later", "ctrl+backslash")
        assert [what for what in run.desk.did if what[0] == "done"]
        assert len([what for what in run.desk.did if isinstance(what[-1], TaskAdd)]) == 1
        assert run.screen.area.text == "later"
        assert run.desk.kept[LIN.id, "c1"] == "later"


# who was missed


def over(ident: str, ago: float, caller: Caller = STRANGER, **more: object) -> Call:
    fields: dict[str, object] = {"state": CallState.ENDED, "outcome": Outcome.MISSED, "caller": caller, **more}
    return call(ident, started=NOW - ago, **fields)  # type: ignore[arg-type]


@SIZES
@LANGUAGES
async def test_a_later_conversation_takes_the_number_off_the_missed(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=None if language == "en" else chinese) as run:
        for each in (over("m1", 600), over("m2", 500), over("x", 400, UNKNOWN_TOO)):
            run.desk.publish(CallNews(each))
        await run.settle()
        number = "0965-118-402"
        assert number in await looks_at(run, "missed")
        assert run.pane("topbar").count(" 2 ") == 1, "one of them called twice"
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        assert number in run.pane("missed"), "it only rings"
        await run.press("f2")
        run.screen.tick()
        await run.settle()
        assert number not in await looks_at(run, "missed")
        assert "0911-000-111" in run.pane("missed")
        assert run.pane("topbar").count(" 1 ") >= 1


UNKNOWN_TOO = Caller(SafeText("0911000111"), "+886911000111", Presentation.SHOWN)


async def test_a_conversation_of_a_colleague_settles_it_here() -> None:
    async with running(desk()) as run:
        run.desk.publish(CallNews(over("m1", 600)))
        later = msgspec.structs.replace(UNKNOWN, state=CallState.ANSWERED, claimed_by="p-mei")
        await run.settle()
        assert "0965-118-402" in run.pane("missed")
        run.desk.publish(CallNews(later, claimed_name=SafeText("美惠")))
        await run.settle()
        assert "0965-118-402" not in run.pane("missed")


async def test_who_was_reached_is_missed_no_more_on_home_and_in_the_list() -> None:
    async with running(desk()) as run:
        run.desk.publish(CallNews(over("m1", 600)), CallNews(over("m2", 500)))
        await run.settle()
        run.screen.panes.go("missed")
        await run.press("m")
        assert run.desk.business.tasks[0].id == callback_id("m2")
        await run.press("home", "a")
        assert run.pane("menu")
        await run.press(str(list(AttemptResult).index(AttemptResult.REACHED) + 1))
        missed = run.pane("missed")
        assert missed.count("0965-118-402") == 1, missed
        assert "\N{CHECK MARK} 16:43" in missed
        run.screen.home.stale()
        run.screen.tick()
        await run.settle()
        assert "0965-118-402" not in run.pane("timeline")
        assert "Missed 0" in run.pane("topbar")


async def test_taking_back_that_somebody_was_reached_opens_what_was_closed_with_it() -> None:
    made = desk()
    number = SafeText("+886965118402")
    made.business.tasks = [
        Task(id=callback_id("m1"), call="m1", kind=TaskKind.CALLBACK, title=SafeText("m1"), number=number),
        Task(id=callback_id("m2"), call="m2", kind=TaskKind.CALLBACK, title=SafeText("m2"), number=number),
        Task(id="promised", kind=TaskKind.CALLBACK, title=SafeText("later"), number=number),
    ]
    first, second = (task.id for task in made.business.tasks[:2])
    async with running(made) as run:
        run.screen.panes.go("missed")
        at = run.screen.painter.panel("missed")
        chosen = at.value.rows()[0].id  # type: ignore[attr-defined]
        await run.press("a", str(list(AttemptResult).index(AttemptResult.REACHED) + 1))
        await run.press("ctrl+p", *"undo", "enter")
        again = {what[1].task for what in run.desk.did if isinstance(what[-1], TaskReopen)}  # type: ignore[attr-defined]
        assert again == {chosen, first, second}


@LANGUAGES
async def test_missed_is_asked_only_where_nobody_knows(language: str, chinese: Path) -> None:
    asked, sure = ("Missed?", "Missed ") if language == "en" else ("未接？", "未接 ")
    async with running(desk(), catalogue=None if language == "en" else chinese) as run:
        run.desk.publish(CallNews(over("sure", 500)))
        run.desk.publish(CallNews(over("asked", 400, UNKNOWN_TOO, state=CallState.ENDED, outcome=Outcome.UNKNOWN)))
        await run.settle()
        run.screen.home.stale()
        run.screen.tick()
        await run.settle()
        for pane in ("missed", "timeline"):
            words = {row.count("?") + row.count("？") for row in run.pane(pane).split("\n") if "0911-000-111" in row}
            assert words == {1}, run.pane(pane)
            words = {row.count("?") + row.count("？") for row in run.pane(pane).split("\n") if "0965-118-402" in row}
            assert words == {0}, run.pane(pane)
        rows = run.pane("timeline")
        assert asked in rows
        assert sure in rows


# text without a place


@SIZES
@LANGUAGES
@pytest.mark.parametrize("what", ["keys", "paste"])
async def test_text_that_belongs_to_nobody_is_refused_with_a_word(
    what: str, size: tuple[int, int], language: str, chinese: Path
) -> None:
    word = "what you type goes nowhere" if language == "en" else "打的字不會留下"
    async with running(ScriptedDesk(), size, catalogue=None if language == "en" else chinese) as run:
        assert run.focus == "note"
        assert word not in run.pane("banner")
        if what == "keys":
            await run.press(*"wx 林")
        else:
            run.app.post_message(events.Paste("林小姐"))
            await run.settle()
        assert word in run.pane("banner")
        assert run.screen.area.text == ""
        await run.press("slash")
        assert run.focus == "query"
        await run.press("escape", "question_mark")
        assert run.focus == "help"


@LANGUAGES
@pytest.mark.parametrize("key", ["w", "x"])
async def test_text_of_a_call_that_is_closed_without_a_note_is_named_a_draft(
    key: str, language: str, chinese: Path
) -> None:
    word = "Your text is kept as a draft: Ctrl+P" if language == "en" else "您寫的內容已留作草稿：Ctrl+P"
    async with running(desk(), catalogue=None if language == "en" else chinese) as run:
        for text in ("", "half a note"):
            ident = f"u{len(text)}"
            run.desk.publish(pop(msgspec.structs.replace(UNKNOWN, id=ident)))
            await run.settle()
            await run.press("f2", *text, "escape", key)
            assert (word in run.pane("banner")) is bool(text)
            assert run.desk.kept.get((None, ident), "") == text


@LANGUAGES
async def test_text_that_leaves_the_screen_with_its_person_is_named_a_draft(language: str, chinese: Path) -> None:
    english = language == "en"
    async with running(desk(), catalogue=None if english else chinese) as run:
        await run.press("slash", *"黃", "enter", *"half", "slash")
        await run.press("escape", "slash", *"陳", "enter")
        told = f"What you wrote for {HUANG.name} is kept" if english else f"寫給{HUANG.name}的內容已留作草稿"
        assert told in run.pane("banner")
        assert named(run) == {CHEN.name}
        run.screen.panes.go("note")
        await run.press(*"more", "escape", "escape")
        said = f"What you wrote for {CHEN.name} is kept" if english else f"寫給{CHEN.name}的內容已留作草稿"
        assert said in run.pane("banner")
        assert {text for text in run.desk.kept.values() if text} == {"half/", "more"}


# the card


@SIZES
@LANGUAGES
async def test_a_notice_and_the_last_contact_stand_on_the_card_together(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    made = desk()
    title = SafeText("常客請先問統編")
    made.business.pages = [Article(id="n", kind=ArticleKind.NOTICE, title=title, tags=LIN.tags, at=NOW)]
    async with running(made, size, catalogue=None if language == "en" else chinese) as run:
        await serve(run, plain_card(LIN))
        card = run.pane("card")
        assert (f"Notice: {title}" if language == "en" else f"公告：{title}") in card
        assert f"{LIN.name} 買茶" in (card if size == WIDE else run.pane("timeline"))
        if size == SMALL:
            assert LIN.tags[0] in card.replace(title, "")
        assert f"{LIN.name} 的待辦" in card


@LANGUAGES
async def test_a_search_for_the_end_of_a_number_shows_that_number(language: str, chinese: Path) -> None:
    made = desk()
    other = MemberNumber(SafeText("0987-000-123"), "+886987000123")
    made.cards[LIN.id] = plain_card(msgspec.structs.replace(LIN, numbers=(*LIN.numbers, other)))
    async with running(made, catalogue=None if language == "en" else chinese) as run:
        await run.press("slash", *"123")
        assert "0987-000-123" in run.pane("choices")
        assert "0912-345-678" not in run.pane("choices")
        await run.press("escape", "slash", *"林")
        assert "0912-345-678" in run.pane("choices")


# what the server owes


def owed(**more: object) -> Task:
    """A callback as the server makes it: without words."""
    given = {"id": callback_id("u"), "kind": TaskKind.CALLBACK, "call": "u", "number": STRANGER.e164, "at": NOW - 60}
    return msgspec.convert({**given, **more}, Task, dec_hook=decode_hook)


@LANGUAGES
async def test_a_callback_that_the_server_made_has_words_at_the_desk(language: str, chinese: Path) -> None:
    english = language == "en"
    made = desk()
    made.business.tasks = [owed(called=2, called_at=NOW - 30)]
    async with running(made, catalogue=None if english else chinese) as run:
        seen = await looks_at(run, "missed")
        assert "0965-118-402" in seen
        assert ("called 3x" if english else "來電 3 次") in seen
        run.screen.home.stale()
        await run.still()
        run.screen.panes.go("missed")
        await run.press("a")
        assert ("Call back 0965-118-402" if english else "回電 0965-118-402") in run.pane("menu")


async def test_a_call_that_joined_a_callback_is_not_listed_beside_it() -> None:
    made = desk()
    made.business.tasks = [owed(calls=["again"], called=1, called_at=NOW - 20)]
    async with running(made) as run:
        again = msgspec.structs.replace(UNKNOWN, id="again", state=CallState.ENDED, outcome=Outcome.MISSED)
        run.desk.publish(pop(msgspec.structs.replace(again, state=CallState.RINGING, outcome=None)))
        run.desk.publish(CallNews(again))
        await run.settle()
        assert (await looks_at(run, "missed")).count("0965-118-402") == 1


async def test_a_promise_to_whom_the_server_owes_a_call_gives_that_one_the_window() -> None:
    made = desk()
    made.business.tasks = [owed()]
    async with running(made) as run:
        run.desk.publish(pop(UNKNOWN))
        await run.settle()
        await run.press("enter", "f8", "1")
        assert [args.task for args in updates(run)] == [callback_id("u")]
        assert (updates(run)[0].fields.assignee, updates(run)[0].fields.assignee_name) == (ME, "雅婷")
        assert not any(isinstance(what[1], TaskAdd) for what in run.desk.did if what[0] == "do")
        await run.press("ctrl+p", *"undo", "enter")
        assert updates(run)[-1].fields.due is None
        assert (updates(run)[-1].fields.assignee, updates(run)[-1].fields.assignee_name) == (None, "")
