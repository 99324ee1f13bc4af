"""What surrounds the work on a person, as a person sees it: answers, reasons, revisions, tasks, the timeline, notices, facts."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from ringdesk.articles import Article, ArticleKind
from ringdesk.dispositions import Disposition
from ringdesk.errors import Refused
from ringdesk.notes import Note
from ringdesk.ops import ArticleAsk, CallHold, MemberFields, TaskFields, TaskReopen, TaskUpdate
from ringdesk.presence import Presence
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind
from terminal.desk import Card
from terminal.news import NoteNews, RowNews, TaskNews
from terminal.screens.easel import AT_THE_KEYS
from terminal.widgets.timeline import Timeline
from tests.screens.harness import LANGUAGES, SIZES, SMALL, WIDE, Running, running
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, member, plain_card, pop

LIN = member(
    "lin",
    "林淑芬",
    "0912-345-678",
    tags=(SafeText("團購"),),
    flags=(SafeText("堅果過敏"),),
    facts=tuple(
        map(
            SafeText,
            ("左撇子", "養一隻柴犬", "靠窗座位", "喝無糖", "管理員可代收", "開統編", "不吃牛", "晚上七點後聯絡"),
        )
    ),
    home_store=SafeText("信義店"),
)
ANSWER = Article(
    id="a1",
    kind=ArticleKind.ANSWER,
    title=SafeText("可以停車嗎？"),
    text=SafeLines("地下停車場，滿 NT$500 折抵一小時。"),
)
NOTICES = [
    Article(id="n2", kind=ArticleKind.NOTICE, title=SafeText("團購本週五截止"), tags=(SafeText("團購"),), at=NOW - 60),
    Article(
        id="n1", kind=ArticleKind.NOTICE, title=SafeText("板橋店提早打烊"), text=SafeLines("機房檢修"), at=NOW - 90
    ),
]
ORDER = Disposition(
    id="order",
    rank=1,
    script=SafeLines("{name}您好，{store}{agent}為您服務。"),
    template=SafeLines("品項：\n取貨：{store}"),
)


def card() -> Card:
    def contact(ident: str, kind: ContactKind, ago: float, text: str, **more: object) -> Contact:
        fields = {"id": ident, "member": LIN.id, "kind": kind, "at": NOW - ago, "text": SafeText(text), **more}
        return Contact(**fields)  # type: ignore[arg-type]

    mine = Note(
        id="mine", member=LIN.id, text=SafeLines("要十份"), author=ME, author_name=SafeText("雅婷"), at=NOW - 5e5
    )
    better = msgspec.structs.replace(mine, id="better", text=SafeLines("要三十份"), at=NOW - 4e5, parent="mine")
    of_call = Note(
        id="deep",
        member=LIN.id,
        call="old",
        text=SafeLines("罐子凹損\n已換新"),
        author_name=SafeText("淑惠"),
        at=NOW - 8e5,
    )
    return msgspec.structs.replace(
        plain_card(LIN),
        notes=(better, mine, of_call),
        timeline=(
            contact("p1", ContactKind.PURCHASE, 1e5, "買茶"),
            contact(
                "c1",
                ContactKind.CALL_IN,
                8e5,
                "complaint",
                call="old",
                who=SafeText("淑惠"),
                state=SafeText("answered"),
            ),
            contact("m1", ContactKind.MESSAGE, 9e5, "LINE 詢問"),
        ),
    )


def desk() -> ScriptedDesk:
    made = ScriptedDesk({LIN.id: card()})
    made.business.pages = [ANSWER, *NOTICES]
    made.business.codes = (ORDER,)
    made.business.people = [Presence(id="p-yijun", name=SafeText("怡君")), Presence(id=ME, name=SafeText("雅婷"))]
    return made


async def serve(run: Running) -> None:
    run.desk.publish(pop(call("c1", LIN, line="1"), card()))
    await run.settle()
    await run.press("f2")


async def in_pane(run: Running, name: str) -> None:
    run.screen.panes.go(name)
    await run.settle()


# answers


@SIZES
@LANGUAGES
async def test_f12_reads_an_answer_and_puts_it_in_the_note(size: tuple[int, int], language: str, chinese: Path) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await serve(run)
        await run.press("f12", *"停車")
        assert "可以停車嗎？" in "\n".join(run.rows())
        await run.press("enter")
        box = run.in_sight("choices").split("\n")
        row = next(y for y, line in enumerate(box) if "可以停車嗎？" in line)
        assert ("Answer" if language == "en" else "解答") in box[row + 1]
        assert "滿 NT$500 折抵一小時" in box[row + 2]
        assert ("in the note: 林淑芬" if language == "en" else "備註：林淑芬") in box[-1]
        await run.press("enter")
        title = "[可以停車嗎？]" if language == "en" else "〔可以停車嗎？〕"
        assert run.screen.area.text == f"{title} 地下停車場，滿 NT$500 折抵一小時。 "
        assert run.focus == "note"


async def test_an_answer_of_several_lines_stands_under_its_title_in_the_note() -> None:
    made = desk()
    made.business.pages = [msgspec.structs.replace(ANSWER, text=SafeLines("滿 NT$500 折抵。\n平日免費。"))]
    async with running(made) as run:
        await serve(run)
        await run.press(*"hi", "f12", *"停車", "enter", "enter")
        assert run.screen.area.text == "hi [可以停車嗎？]\n滿 NT$500 折抵。\n平日免費。 "


async def test_an_answer_is_not_put_in_the_note_of_who_came_since() -> None:
    other = member("other", "陳冠宇", "0933-218-457")
    async with running(desk()) as run:
        await serve(run)
        await run.press("f12", *"停車", "enter")
        run.screen.board.opened(plain_card(other))
        run.screen.writing.settle()
        await run.press("enter")
        assert run.screen.area.text == ""


@SIZES
@LANGUAGES
async def test_no_call_takes_an_answer_away_from_an_idle_desk(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await run.press("f12", *"停車", "enter")
        assert "滿 NT$500" in run.in_sight("choices")
        assert ("Nobody is on the card" if english else "卡片上沒有人") in run.in_sight("choices")
        await run.press("enter")
        assert "滿 NT$500" in run.in_sight("choices")
        run.desk.publish(pop(call("c1", LIN, line="1"), card()))
        await asyncio.sleep(AT_THE_KEYS)
        await run.still()
        assert LIN.name in run.pane("banner")
        assert LIN.name in run.pane("noteframe")
        box = run.in_sight("choices")
        assert "可以停車嗎？" in box
        assert "滿 NT$500" in box
        assert ("Now 林淑芬 is on the card" if english else "卡片現在是林淑芬") in box
        await run.press("enter", "enter")
        assert "可以停車嗎？" in run.screen.area.text


async def test_an_answer_that_was_put_in_the_note_leaves_with_the_person() -> None:
    other = member("other", "陳冠宇", "0933-218-457")
    made = desk()
    made.cards[other.id] = plain_card(other)
    async with running(made) as run:
        await serve(run)
        await run.press("f12", *"停車")
        await run.press("enter", "enter")
        assert "滿 NT$500" in run.pane("detail")
        run.desk.publish(pop(call("c2", other), plain_card(other)))
        await run.settle()
        assert "滿 NT$500" in run.pane("detail")
        await run.press("f2")
        assert other.name in run.pane("card")
        assert "滿 NT$500" not in run.pane("detail")


@pytest.mark.parametrize("key", ["f2", "escape"])
async def test_the_keys_of_the_person_close_an_answer(key: str) -> None:
    other = member("other", "陳冠宇", "0933-218-457")
    made = desk()
    made.cards[other.id] = plain_card(other)
    async with running(made) as run:
        await serve(run)
        await run.press("f12", *"停車", "enter")
        run.desk.publish(pop(call("c2", other), plain_card(other)))
        await run.settle()
        assert "滿 NT$500" in run.in_sight("choices")
        await run.press(key)
        assert not run.in_sight("choices")
        assert "滿 NT$500" not in "\n".join(run.rows())
        assert (other.name if key == "f2" else LIN.name) in run.in_sight("card")


async def test_another_box_is_opened_while_an_answer_was_read() -> None:
    async with running(desk()) as run:
        await run.press("f12", *"停車", "enter", "escape", "escape", "slash")
        await run.still()
        assert "Search" in run.title("choices")
        assert "滿 NT$500" not in run.in_sight("choices")


async def test_another_question_takes_the_answer_away_that_does_not_fit_it() -> None:
    async with running(desk()) as run:
        await run.press("f12", *"停車", "enter", "backspace")
        assert "滿 NT$500" in run.in_sight("choices")
        await run.press("backspace", *"寵物")
        assert "滿 NT$500" not in run.in_sight("choices")


@SIZES
async def test_an_answer_too_long_for_its_place_is_turned(size: tuple[int, int]) -> None:
    long = desk()
    text = SafeLines("\n".join(f"停車 {number}" for number in range(40)))
    long.business.pages = [msgspec.structs.replace(ANSWER, text=text)]
    async with running(long, size) as run:
        await serve(run)
        await run.press("f12", *"停車", "enter")
        box = run.in_sight("choices")
        assert "停車 0" in box
        assert "of 40: PageDown" in box
        seen = [number for number in range(40) if f"停車 {number} " in box]
        await run.press("pagedown")
        assert f"停車 {seen[-1] + 1} " in run.in_sight("choices")
        await run.press(*["pagedown"] * 12)
        assert "停車 39" in run.in_sight("choices")
        await run.press(*["pageup"] * 12)
        assert "停車 0" in run.in_sight("choices")
        await run.press("enter")
        assert "可以停車嗎？" in run.screen.area.text


@LANGUAGES
async def test_without_an_answer_one_key_keeps_the_question_for_the_supervisor(language: str, chinese: Path) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await serve(run)
        await run.press("f12", *"寵物")
        wanted = (
            "No answer found: Enter keeps it for the supervisor"
            if language == "en"
            else "查無解答：按 Enter 記下，留給主管"
        )
        assert wanted in "\n".join(run.rows())
        await run.press("enter")
        assert run.desk.did[-1] == ("do", ArticleAsk(text=SafeText("寵物"), call="c1", member=LIN.id))
        kept = "Kept for the supervisor: 寵物" if language == "en" else "已記下，留給主管：寵物"
        assert kept in "\n".join(run.rows())
        assert run.focus == "note"


# reasons


@SIZES
async def test_a_reason_shows_its_script_and_begins_an_empty_note(size: tuple[int, int]) -> None:
    async with running(desk(), size) as run:
        await serve(run)
        await run.press("ctrl+p", *"reason order", "enter")
        assert "林淑芬您好，信義店雅婷為您服務。" in run.pane("detail" if size == WIDE else "page")
        assert run.screen.area.text == "品項：\n取貨：信義店"
        await run.press("escape")
        if size == WIDE:
            assert run.screen.area.text == "品項：\n取貨：信義店"


@LANGUAGES
async def test_a_template_that_nobody_filled_in_is_no_note(language: str, chinese: Path) -> None:
    words = "Only the template stands here" if language == "en" else "這裡只有範本"
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        await serve(run)
        await run.press("ctrl+p", *"reason order", "enter", "escape", "ctrl+s")
        assert words in "\n".join(run.rows())
        assert "note" not in [did[0] for did in run.desk.did]
        assert run.screen.area.text
        run.screen.area.insert("金萱")
        await run.press("ctrl+s")
        assert "note" in [did[0] for did in run.desk.did]


async def test_a_call_that_is_closed_over_a_bare_template_has_no_note() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.press("ctrl+p", *"reason order", "enter", "escape", "f4", "1")
        assert "wrapup" in [did[0] for did in run.desk.did]
        assert "note" not in [did[0] for did in run.desk.did]
        assert not any(run.screen.keeper.texts.values())
        assert not run.screen.area.text


async def test_whoever_saves_over_a_bare_template_saves_no_note() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.press("ctrl+p", *"reason order", "enter", "escape")
        await run.screen.work.save(CallHold(call="c1"))
        assert ("do", CallHold(call="c1")) in run.desk.did
        assert "note" not in [did[0] for did in run.desk.did]
        assert not any(run.screen.keeper.texts.values())


async def test_a_template_is_still_bare_when_what_it_was_filled_with_has_changed() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.press("ctrl+p", *"reason order", "enter", "escape")
        run.screen.casework.reasons._store = SafeText("板橋店")
        assert run.screen.casework.reasons.bare(run.screen.board.person)


async def test_a_reason_never_overwrites_what_was_typed() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.press("x", "ctrl+p", *"reason order", "enter")
        assert run.screen.area.text == "x"
        assert "The note stays as it is." in run.pane("banner")
        assert "為您服務" in run.pane("detail")


# revisions


@SIZES
@LANGUAGES
async def test_an_own_note_is_revised_and_its_older_text_read(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run)
        await in_pane(run, "earlier")
        earlier = run.pane("earlier")
        assert "要三十份" in earlier
        assert "要十份" not in earlier
        assert ("revised" if english else "已修訂") in earlier
        await run.press("o")
        assert "要十份" in run.pane("detail" if size == WIDE else "page")
        if size == SMALL:
            await run.press("escape")
        await run.press("enter")
        assert run.screen.area.text == "要三十份"
        assert run.focus == "note"
        assert ("revises 11/20" if english else "修訂 11/20") in run.title("noteframe")
        await run.press("!", "ctrl+s")
        assert ("note", "要三十份!", LIN.id, None, "better") in run.desk.did
        assert run.screen.area.text == ""
        assert ("revises" if english else "修訂") not in run.title("noteframe")


@SIZES
@LANGUAGES
async def test_a_half_typed_revision_comes_back_as_one(size: tuple[int, int], language: str, chinese: Path) -> None:
    catalogue = None if language == "en" else chinese
    async with running(desk(), size, catalogue=catalogue) as run:
        await serve(run)
        await in_pane(run, "earlier")
        await run.press("enter", "!")
        kept = run.desk.sheets[LIN.id, "c1"]
    again = desk()
    again._drafts = [msgspec.structs.replace(kept, call=None)]
    async with running(again, size, catalogue=catalogue) as run:
        assert run.screen.area.text == "要三十份!"
        assert ("revises 11/20" if language == "en" else "修訂 11/20") in run.title("noteframe")
        await run.press("ctrl+s")
        assert again.did == [("note", "要三十份!", LIN.id, None, "better")]
        assert run.screen.keeper.revises == {}


async def test_a_revision_that_is_refused_is_a_revision_still() -> None:
    async with running(desk()) as run:
        await serve(run)
        await in_pane(run, "earlier")
        await run.press("enter")
        run.desk.refuse = Refused("disk_full", "the disk is full")
        await run.press("ctrl+s")
        assert "revises 11/20" in run.title("noteframe")
        await run.press("ctrl+s")
        assert ("note", "要三十份", LIN.id, None, "better") in run.desk.did


async def test_a_note_of_somebody_else_stays_theirs() -> None:
    async with running(desk()) as run:
        await serve(run)
        await in_pane(run, "earlier")
        await run.press("down", "enter")
        assert "Only 淑惠 may change this note" in run.pane("banner")
        assert run.screen.area.text == ""


async def test_a_revision_never_overwrites_what_was_typed() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.press("x")
        await in_pane(run, "earlier")
        await run.press("enter")
        assert run.screen.area.text == "x"
        assert "save it first" in run.pane("banner")


# tasks


@SIZES
@LANGUAGES
async def test_space_closes_a_task_and_opens_it_again(size: tuple[int, int], language: str, chinese: Path) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await serve(run)
        await in_pane(run, "tasks")
        await run.press("space")
        assert ("done", "t-lin") in run.desk.did
        assert ("\N{CHECK MARK} done" if language == "en" else "\N{CHECK MARK} 完成") in run.pane("tasks")
        await run.press("space")
        assert run.desk.did[-1] == ("do", TaskReopen(task="t-lin"))


async def test_enter_offers_to_put_a_task_off_or_to_hand_it_on() -> None:
    async with running(desk()) as run:
        await serve(run)
        await in_pane(run, "tasks")
        await run.press("enter", "2")
        wanted = TaskUpdate(task="t-lin", fields=TaskFields(due=SafeText("2026-11-25")))
        assert run.desk.did[-1] == ("do", wanted)
        await run.press("enter")
        assert "Hand on to 怡君" in run.pane("menu")
        assert "雅婷" not in run.pane("menu")
        await run.press("5")
        fields = TaskFields(assignee="p-yijun", assignee_name=SafeText("怡君"))
        assert run.desk.did[-1] == ("do", TaskUpdate(task="t-lin", fields=fields))
        assert "for 怡君" in run.pane("tasks")


def promised(*days: int) -> Card:
    """A card with a task for each of these days of December."""
    return msgspec.structs.replace(
        card(),
        tasks=tuple(
            Task(id=f"t{day}", member=LIN.id, title=SafeText(f"寄第{day}份"), due=SafeText(f"2026-12-{day:02}"), at=NOW)
            for day in days
        ),
    )


async def look(run: Running) -> None:
    """The card by itself, without a call."""
    run.screen.do("open", lambda: run.screen.work.look(LIN.id))
    await run.settle()


async def test_what_is_handed_on_is_the_task_that_is_selected_also_below_a_closed_one() -> None:
    made = desk()
    made.cards[LIN.id] = promised(1, 2, 3)
    async with running(made) as run:
        await look(run)
        await in_pane(run, "tasks")
        await run.press("space")
        await run.press("ctrl+o")
        assert run.focus == "tasks", "a closed task is nobody's to do"
        await run.press("down", "ctrl+o")
        assert "寄第2份" in run.title("menu")
        await run.press("escape", "down", "ctrl+o", "1")
        fields = TaskFields(assignee="p-yijun", assignee_name=SafeText("怡君"))
        assert run.desk.did[-1] == ("do", TaskUpdate(task="t3", fields=fields))


@pytest.mark.parametrize("drawn", [True, False], ids=["drawn", "not drawn yet"])
async def test_the_selection_stays_on_its_task_when_another_comes_before_it(*, drawn: bool) -> None:
    made = desk()
    made.cards[LIN.id] = promised(2, 3)
    async with running(made) as run:
        await look(run)
        await in_pane(run, "tasks")
        await run.press("down")
        sooner = TaskNews(promised(1).tasks[0], "settled")
        if drawn:
            run.desk.publish(sooner)
            await run.settle()
            assert "寄第1份" in run.pane("tasks")
        else:
            run.screen.board.hear(sooner, NOW)
        await run.press("space")
        assert run.desk.did[-1] == ("done", "t3")


async def test_the_selection_stays_on_its_note_and_on_its_entry_when_newer_ones_come() -> None:
    async with running(desk()) as run:
        await look(run)
        await in_pane(run, "earlier")
        await run.press("down")
        run.desk.publish(NoteNews(Note(id="new", member=LIN.id, text=SafeLines("剛剛來過"), at=NOW), "settled"))
        await run.settle()
        assert "罐子凹損" in run.pane("earlier").split("\n")[2]
        await in_pane(run, "timeline")
        await run.press("down")
        assert "Call in" in run.pane("detail")
        visit = Contact(id="v1", member=LIN.id, kind=ContactKind.VISIT, at=NOW, text=SafeText("到店"))
        run.desk.publish(RowNews(visit))
        await run.settle()
        assert "到店" in run.pane("timeline")
        assert "Call in" in run.pane("detail")


# the timeline


@SIZES
@LANGUAGES
async def test_a_letter_is_a_lens_and_enter_reads_the_whole_entry(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(desk(), size, catalogue=None if english else chinese) as run:
        await serve(run)
        await in_pane(run, "timeline")
        assert ("c calls 1" if english else "c 通話 1") in run.pane("timeline")
        await run.press("c")
        pane = run.pane("timeline")
        assert "買茶" not in pane
        assert ("Complaint" if english else "客訴") in pane
        assert ("1 of 3 entries" if english else "1 / 共 3 筆") in pane
        await run.press("enter")
        page = run.pane("page")
        for word in ("罐子凹損", "已換新", "淑惠", "Complaint" if english else "客訴"):
            assert word in page
        await run.press("escape", "t")
        assert "要三十份" in run.pane("timeline")
        row = next(row for row in run.pane("timeline").split("\n") if "林淑芬 的待辦" in row)
        assert ("Task" if english else "待辦") in row.split("林淑芬")[0]
        assert ("3 entries" if english else "共 3 筆") in run.title("timeline"), (
            "two notes, one of them revised, and a task"
        )
        await run.press("a")
        assert "買茶" in run.pane("timeline")


@SIZES
async def test_a_lens_is_of_the_person_for_whom_it_was_chosen(size: tuple[int, int]) -> None:
    made = desk()
    wang = member("wang", "王大明", "0922-000-111")
    bought = Contact(id="w1", member="wang", kind=ContactKind.PURCHASE, at=NOW - 50, text=SafeText("烏龍茶"))
    made.cards["wang"] = msgspec.structs.replace(plain_card(wang), timeline=(bought,))
    async with running(made, size) as run:
        await serve(run)
        await in_pane(run, "timeline")
        await run.press("c")
        run.desk.publish(pop(call("c1", LIN, line="1", ring_count=2), card()))
        await run.settle()
        assert "買茶" not in run.pane("timeline"), "the same person is seen through the same lens"
        await run.press("f4", "1")
        await run.press("escape", "slash", *"王大明", "enter")
        assert wang.name in run.title("timeline")
        assert "烏龍茶" in run.pane("timeline")
        assert "1 entry" in run.title("timeline")


@SIZES
@LANGUAGES
async def test_notes_that_came_from_elsewhere_are_earlier_notes_and_nobodys_to_change(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    made = desk()
    brought = Contact(
        id="i1", member="lin", kind=ContactKind.NOTE, at=NOW - 7e5, text=SafeText("只收現金"), who=SafeText("舊系統")
    )
    made.cards["lin"] = msgspec.structs.replace(card(), notes=(), timeline=(brought,))
    async with running(made, size, catalogue=None if english else chinese) as run:
        await run.press("escape", "slash", *"0912", "enter")
        await in_pane(run, "earlier")
        assert "只收現金" in run.pane("earlier")
        assert ("1 note" if english else "1 則") in run.title("earlier")
        await run.press("enter")
        assert run.screen.area.text == ""
        if size == SMALL:
            assert ("5 Notes 1" if english else "5 舊備註 1") in run.pane("tabs")


@LANGUAGES
async def test_a_past_of_notes_alone_says_where_they_are(language: str, chinese: Path) -> None:
    english = language == "en"
    made = desk()
    made.cards["lin"] = msgspec.structs.replace(card(), timeline=())
    async with running(made, catalogue=None if english else chinese) as run:
        await open_past(run)
        said = "No contact recorded yet; t shows notes, tasks: 3" if english else "還沒有往來紀錄；按 t 看備註待辦：3"
        assert said in run.pane("timeline")
        await run.press("t")
        assert ("3 entries" if english else "共 3 筆") in run.title("timeline")


@pytest.mark.parametrize("name", ["timeline", "tasks", "earlier"])
async def test_an_arrow_moves_by_one(name: str) -> None:
    async with running(desk()) as run:
        await serve(run)
        await in_pane(run, name)
        await run.press("down")
        assert getattr(run.screen.painter.panel(name), "selected") == (0 if name == "tasks" else 1)  # noqa: B009


def long_past(count: int) -> ScriptedDesk:
    """Every fourth entry is a call, the others are purchases; 20 come with the card, the store has them all."""
    made = desk()
    made.past = [
        Contact(
            id=f"e{index:03d}",
            member=LIN.id,
            kind=ContactKind.CALL_IN if index % 4 == 0 else ContactKind.PURCHASE,
            at=NOW - 1000 * index,
            text=SafeText(f"第 {index} 筆"),
        )
        for index in range(1, count + 1)
    ]
    made.cards[LIN.id] = msgspec.structs.replace(card(), timeline=tuple(made.past[:20]))
    return made


async def open_past(run: Running) -> Timeline:
    await run.press("escape", "slash", *"0912", "enter")
    await in_pane(run, "timeline")
    return run.screen.query_one(Timeline)


@SIZES
@LANGUAGES
async def test_going_on_at_the_end_of_the_timeline_brings_what_is_older(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    english = language == "en"
    async with running(long_past(50), size, catalogue=None if english else chinese) as run:
        panel = await open_past(run)
        assert ("20+ entries" if english else "共 20+ 筆") in run.pane("timeline")
        if size == SMALL:
            assert ("1 History 20+ " if english else "1 紀錄 20+ ") in run.pane("tabs"), "the same as the frame"
        await run.press("end")
        assert panel.selected == 39  # what is there, and a page more
        assert "第 40 筆" in run.pane("timeline")
        assert ("40+ entries" if english else "共 40+ 筆") in run.pane("timeline")
        before = panel.selected - panel.top
        await run.press("down")
        assert (panel.selected, len(panel.shown)) == (40, 50)
        assert panel.selected - panel.top == before  # one line up, and no jump
        assert ("50 entries" if english else "共 50 筆") in run.pane("timeline")
        await run.press("pagedown", "end")
        assert "第 50 筆" in run.pane("timeline")
        asked = len(run.desk.asked)
        await run.press("down")
        assert len(run.desk.asked) == asked  # there is nothing more to ask for
        await run.press("home")
        assert panel.selected == 0
        assert "第 1 筆" in run.pane("timeline")


async def test_a_lens_brings_what_is_older_of_its_kind() -> None:
    async with running(long_past(200)) as run:
        panel = await open_past(run)
        await run.press("c", "end")
        assert {each.kind for each in panel.shown} == {ContactKind.CALL_IN}
        assert len(panel.shown) == 25
        assert panel.selected == 24
        assert "25+ of 100 entries" in run.pane("timeline")


async def test_what_was_loaded_stays_when_the_card_is_read_again_and_nothing_is_asked_for_in_a_pop() -> None:
    async with running(long_past(60)) as run:
        panel = await open_past(run)
        await run.press("end")
        await run.screen.work.refill()
        run.screen.painter.paint()
        assert (len(panel.shown), panel.selected) == (40, 39)
        asked = len(run.desk.asked)
        run.desk.publish(pop(call("c9", LIN), card()))
        await run.settle()
        assert (len(run.desk.asked), panel.selected) == (asked, 39)


async def test_whoever_asks_for_more_than_there_is_is_told_so() -> None:
    async with running(desk()) as run:
        await serve(run)
        await in_pane(run, "timeline")
        await run.press("o")
        assert "nothing older" in run.pane("banner")
        assert run.desk.asked == []


async def test_a_change_of_an_entry_that_is_not_loaded_leaves_no_gap() -> None:
    async with running(long_past(60)) as run:
        panel = await open_past(run)
        run.desk.publish(RowNews(run.desk.past[44]))
        await run.settle()
        assert len(panel.shown) == 20
        await run.press("end")
        assert [each.id for each in panel.shown] == [each.id for each in run.desk.past[:40]]


# notices, flags, facts


@SIZES
@LANGUAGES
async def test_notices_stand_where_they_concern_somebody(size: tuple[int, int], language: str, chinese: Path) -> None:
    word = "Notice" if language == "en" else "公告"
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        run.screen.tick()
        await run.settle()
        where = run.pane("status" if size == WIDE else "banner")
        assert word in where
        assert "板橋店提早打烊" in where
        await serve(run)
        assert "團購本週五截止" in run.pane("card")
        later = Article(id="n3", kind=ArticleKind.NOTICE, title=SafeText("新公告"), at=NOW)
        run.desk.business.pages.insert(0, later)
        run.desk.publish(RowNews(later))
        await run.settle()
        await run.press("ctrl+p", *("notices" if language == "en" else "看公告"), "enter")
        page = run.pane("page")
        for text in ("新公告", "板橋店提早打烊", "機房檢修", "團購本週五截止"):
            assert text in page


@SIZES
async def test_facts_are_pinned_and_what_does_not_fit_is_counted(size: tuple[int, int]) -> None:
    async with running(desk(), size) as run:
        await serve(run)
        pane = run.pane("card")
        assert "! 堅果過敏" in pane
        assert "* 左撇子" in pane
        assert "+" in pane
        assert "* 晚上七點後聯絡" not in pane


@LANGUAGES
async def test_a_flag_that_says_what_the_consent_says_stands_once(language: str, chinese: Path) -> None:
    english = language == "en"
    words = SafeText("no marketing calls" if english else "勿推銷")
    made = desk()
    told = msgspec.structs.replace(LIN, flags=(words,), do_not_call=True)
    made.cards[LIN.id] = msgspec.structs.replace(card(), member=told)
    async with running(made, catalogue=None if english else chinese) as run:
        await run.press("escape", "slash", *"0912", "enter")
        assert f"! {words}" in run.pane("card")
        assert run.pane("card").count(words) == 1


async def test_flags_and_facts_are_changed_from_the_palette() -> None:
    async with running(desk()) as run:
        await serve(run)
        await run.press("ctrl+p", *"add a flag", "enter", *"debt", "enter")
        assert ("update", LIN.id, MemberFields(flags=(SafeText("堅果過敏"), SafeText("debt")))) in run.desk.did
        assert "! debt" in run.pane("card")
        await run.press("ctrl+p", *"remove a flag", "enter", "1")
        assert ("update", LIN.id, MemberFields(flags=(SafeText("debt"),))) in run.desk.did
        assert "堅果過敏" not in run.pane("card")
        assert run.screen.area.text == ""
