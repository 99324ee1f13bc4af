"""The plain desk, line by line: what is said, what is saved, and to whom."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import CallState, Outcome
from ringdesk.errors import Refused
from ringdesk.marks import MarkLabel
from ringdesk.members import Member
from ringdesk.ops import CallHand, CallHold, CallVerdict, NumberAttach, NumberMarked, TaskAdd
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task, TaskKind
from ringdesk.why import Why
from terminal.desk import Draft
from terminal.news import UNSAVED, CallNews, Match, ScreenPop, SyncNews
from terminal.sync import link  # has the words of `UNSAVED`
from terminal.widgets.speech import VOICE_STAYS, say
from tests.hostile import CASES, is_forbidden
from tests.terminal.plain.talking import Typist, spoken, talking
from tests.terminal.scripted_desk import ME, NOW, ScriptedBusiness, ScriptedDesk, call, member, plain_card, pop

assert link
LIN = member(
    "lin", "林淑芬", "0912-345-678", honorific=SafeText("小姐"), tier=SafeText("gold"), flags=(SafeText("對堅果過敏"),)
)
CHEN = member("chen", "陳志明", "0922-111-222")


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk({who.id: plain_card(who) for who in (LIN, CHEN)})


@pytest.fixture
async def typist(desk: ScriptedDesk) -> AsyncIterator[Typist]:
    async with talking(desk) as it:
        yield it


def business(desk: ScriptedDesk) -> ScriptedBusiness:
    assert isinstance(desk.business, ScriptedBusiness)
    return desk.business


async def ring(typist: Typist, ident: str, who: Member | None, line: str = "2") -> list[str]:
    """A call; what is said of it."""
    before = len(typist.said)
    card = typist.desk.cards[who.id] if who else None
    typist.desk.publish(pop(call(ident, who, line=line), card))
    await typist.settle()
    return typist.said[before:].decode().splitlines()


async def test_a_ring_says_who_what_must_not_be_forgotten_and_how_to_take_it(typist: Typist) -> None:
    said = await ring(typist, "c1", LIN)
    assert said == [
        "Line 2 rings: 林淑芬 Ms, gold, 0912-345-678.",
        "Careful: 對堅果過敏.",
        "Say: Hello, Ms 林. t: I have it.",
    ]
    said = await ring(typist, "c2", CHEN, line="1")
    assert said[-1] == "Say: Hello, 陳志明. t 1: I have it."


async def test_what_is_overdue_is_said_before_the_call_is_taken(typist: Typist, desk: ScriptedDesk) -> None:
    desk.clock = NOW + 86400
    assert "Overdue: 林淑芬 的待辦." in await ring(typist, "c1", LIN)


async def test_the_same_in_chinese(desk: ScriptedDesk) -> None:
    with spoken("zh_TW"):
        async with talking(desk) as typist:
            assert "目前服務對象：無。" in typist.lines
            said = await ring(typist, "c1", LIN)
            assert said[0] == "2 線響了：林淑芬 小姐、gold、0912-345-678。"
            assert said[-1] == "請說：林小姐您好。輸入 t 接聽。"
            assert "由您接聽：林淑芬，2 線。" in await typist.type("接")
            said = await typist.type("說明")
            assert all(re.fullmatch(r".+ 或 .+：.+", line) for line in said)


async def test_take_note_and_wrap_up(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    said = await typist.type("t")
    assert said[:2] == ["You have it: 林淑芬, line 2.", "Careful: 對堅果過敏."]
    await typist.type("n", "要開統編", "下週三改送", "")
    assert ("note", "要開統編\n下週三改送", "lin", "c1") in desk.did
    assert "1 Inquiry" in await typist.type("w")
    assert await typist.type("2") == ["Closed: 林淑芬", "On the desk: nobody."]
    assert desk.did[-1] == ("wrapup", "c1", "order", "lin")


async def test_wrap_up_in_one_line_saves_what_was_typed(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t", "n", "half", ":", "w 1")
    assert [each[0] for each in desk.did] == ["claim", "note", "wrapup"]
    assert desk.did[1][1:] == ("half", "lin", "c1")


async def test_a_note_belongs_to_the_person_named_when_it_began(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t", "n", "first line")
    for index in range(20):
        assert (await ring(typist, f"x{index}", CHEN, line="1"))[0].startswith("Line 1 rings: 陳志明")
    gone = call("c1", LIN, state=CallState.ENDED, claimed_by=desk.person.person)
    desk.publish(CallNews(gone, claimed_name=SafeText("雅婷"), mine=True))
    await typist.type("second line", "")
    assert [each for each in desk.did if each[0] == "note"] == [("note", "first line\nsecond line", "lin", "c1")]


async def test_a_note_goes_along_when_its_caller_becomes_a_member(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", None)
    await typist.type("t", "n", "first line")
    known = call("c1", LIN, state=CallState.ANSWERED, claimed_by=desk.person.person)
    desk.publish(CallNews(known, claimed_name=SafeText("雅婷"), mine=True, matches=(Match(LIN, Why("number_exact")),)))
    await typist.type("second line", "")
    assert [each for each in desk.did if each[0] == "note"] == [("note", "first line\nsecond line", "lin", "c1")]


async def test_a_one_line_note_never_goes_to_who_began_to_ring_meanwhile(typist: Typist, desk: ScriptedDesk) -> None:
    """The first caller gave up while the line was being typed; the next one rings."""
    await ring(typist, "c1", LIN)
    gone = call("c1", LIN, state=CallState.ENDED, outcome=Outcome.MISSED)
    desk.publish(CallNews(gone))
    await ring(typist, "c2", CHEN)
    assert await typist.type("n she is allergic") == ["Nobody is on the desk: t takes a call, s finds a member."]
    assert desk.did == []


async def test_every_line_of_a_note_is_kept_as_a_draft_and_comes_back(desk: ScriptedDesk) -> None:
    async with talking(desk) as typist:
        await ring(typist, "c1", LIN)
        await typist.type("t", "n", "half typed")
        assert desk.kept[("lin", "c1")] == "half typed"
    again = ScriptedDesk(desk.cards, [Draft("lin", "c1", "half typed", NOW)])
    async with talking(again) as typist:
        assert "1 Draft: 林淑芬, half typed" in typist.lines
        assert "A draft is kept: half typed" in await typist.type("1")
        await typist.type("n", "and on", "")
        assert ("note", "half typed\nand on", "lin", "c1") in again.did
        assert again.kept[("lin", "c1")] == ""


async def test_a_refused_note_stays_a_draft_and_is_one_line_of_error(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t", "n", "keep me")
    desk.refuse = Refused("disk_full", "no space left")
    said = await typist.type("")
    assert said == ["Not done: the disk is full: free some space, then save again"]
    assert desk.kept[("lin", "c1")] == "keep me"


async def test_news_never_changes_what_a_number_means(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t", "w")
    await ring(typist, "c2", CHEN, line="1")
    await typist.type("4")
    assert desk.did[-1] == ("wrapup", "c1", "complaint", "lin")


async def test_who_was_served_comes_back_with_the_draft(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t", "n", "for lin", ":")
    await ring(typist, "c2", CHEN, line="1")
    assert (await typist.type("t 1"))[0] == "You have it: 陳志明, line 1."
    assert (await typist.type("w 1"))[-1] == "On the desk: 林淑芬 (line 2)."
    await typist.type("n", "")
    assert desk.did[-1] == ("note", "for lin", "lin", "c1")


async def test_several_on_one_number_are_chosen_by_number(typist: Typist, desk: ScriptedDesk) -> None:
    desk.publish(pop(call("c1", LIN), desk.cards["lin"], CHEN))
    await typist.settle()
    assert any("2 people" in line for line in typist.lines)
    said = await typist.type("t")
    assert [line[:5] for line in said if line[:2] in ("1 ", "2 ")] == ["1 林淑芬", "2 陳志明"]
    assert "Member: 陳志明, M-chen." in await typist.type("2")


async def test_an_unknown_number_is_attached_or_becomes_a_member(typist: Typist, desk: ScriptedDesk) -> None:
    stranger = call("c1", None, caller=call("x", member("s", "", "0933-999-888")).caller)
    desk.publish(pop(stranger))
    await typist.settle()
    said = await typist.type("t")
    assert "0933-999-888: nobody has this number." in said
    await typist.type("s 林", "1", "a")
    (attached,) = [each[1] for each in desk.did if each[0] == "do"]
    assert isinstance(attached, NumberAttach)
    assert (attached.member, attached.number.e164) == ("lin", "+886933999888")


async def test_hold_and_hand_on_with_the_note(typist: Typist, desk: ScriptedDesk) -> None:
    business(desk).people = [
        Presence(id="p-an", name=SafeText("安"), state=PresenceState.BREAK),
        Presence(id="p-yijun", name=SafeText("怡君"), state=PresenceState.READY),
        Presence(id="p-gone", name=SafeText("不在"), state=PresenceState.AWAY),
        Presence(id=desk.person.person, name=SafeText("雅婷"), state=PresenceState.READY),
    ]
    await ring(typist, "c1", LIN)
    await typist.type("t", "n", "tell her", ":")
    desk.publish(CallNews(call("c1", LIN, claimed_by=ME), claimed_name=SafeText("雅婷"), mine=True))
    assert await typist.type("h") == ["林淑芬 waits."]
    assert await typist.type("g") == [
        str(say(VOICE_STAYS)),
        "Who takes over 林淑芬?",
        "1 怡君: Ready",
        "2 安: On a break",
    ]
    await typist.type("1")
    did = [each[1] for each in desk.did if each[0] == "do"]
    assert [type(each) for each in did] == [CallHold, CallHand]
    assert ("note", "tell her", "lin", "c1") in desk.did


async def test_a_promise_and_a_missed_call(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t", "l 3")
    (promised,) = [each[1] for each in desk.did if each[0] == "do"]
    assert isinstance(promised, TaskAdd)
    assert (promised.member, promised.number, promised.kind) == ("lin", "+886912345678", "callback")
    assert promised.opens
    assert promised.due
    assert NOW < _at(promised.opens) < _at(promised.due)

    await ring(typist, "c2", CHEN, line="1")
    desk.publish(CallNews(call("c2", CHEN, line="1", state=CallState.ENDED, outcome=Outcome.MISSED)))
    await typist.settle()
    assert "Line 1 ended: 陳志明." in typist.lines
    assert any(line.startswith("1 ") and "陳志明" in line for line in await typist.type("m"))
    await typist.type("1", "2")
    verdict = desk.did[-1][1]
    assert isinstance(verdict, CallVerdict)
    assert (verdict.call, verdict.verdict) == ("c2", "elsewhere")


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


async def test_junk_is_marked_and_disturbs_nobody(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", CHEN)
    await typist.type("x")
    assert isinstance(desk.did[-1][1], NumberMarked)
    marked = ScreenPop(call("c2", CHEN), (), (), (), (), SafeText(), MarkLabel.JUNK)
    before = len(typist.said)
    desk.publish(marked)
    await typist.settle()
    assert len(typist.said) == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("k she moved", "Nothing was done: tasks takes no text, and there is she moved. Type k alone."),
        ("q now", "Nothing was done: quit takes no text, and there is now. Type q alone."),
        ("? w", "Nothing was done: help takes no text, and there is w. Type ? alone."),
        ("w she moved", "Nothing was done: wrap takes a number or nothing, not she moved. Type w alone."),
        ("l 3 weeks", "Nothing was done: callback takes a number or nothing, not 3 weeks. Type l alone."),
        ("w 99", "There is no 99 to choose."),
        ("l 99", "There is no 99 to choose."),
    ],
)
async def test_what_a_command_has_no_use_for_is_said_and_nothing_is_done(
    typist: Typist, desk: ScriptedDesk, line: str, said: str
) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t")
    did = len(desk.did)
    assert (await typist.type(line))[0] == said
    assert len(desk.did) == did
    assert "林淑芬" in (await typist.type(""))[0]


async def test_in_chinese_stray_text_is_refused_in_chinese(desk: ScriptedDesk) -> None:
    with spoken("zh_Hant"):
        async with talking(desk) as typist:
            assert await typist.type("o 回電") == ["沒有執行：「首頁」後面不接文字，卻多了「回電」。請只輸入 o。"]


async def test_a_kept_draft_is_saved_by_its_own_word(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    await typist.type("t")
    assert await typist.type("v") == ["There is nothing to save yet."]
    await typist.type("n", "改送門市", ":c")
    await typist.type("save the note")
    assert any(each[:2] == ("note", "改送門市") for each in desk.did)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Nobody has both 王 and 999. These have one of the two:"),
        ("zh_Hant", "沒有人同時符合「王」和 999，以下只符合其中一項："),
    ],
)
async def test_a_search_that_nobody_fits_whole_says_so(desk: ScriptedDesk, language: str, said: str) -> None:
    desk.found = [Match(LIN, Why("tail_only", {"text": "王", "digits": "999"}), guess=True)]
    with spoken(language):
        async with talking(desk) as typist:
            lines = await typist.type("s 王 999")
            assert lines[0] == said
            assert LIN.name in lines[2]


async def test_answers_are_read_and_a_question_without_one_is_passed_on(typist: Typist, desk: ScriptedDesk) -> None:
    page = Article(id="a", kind=ArticleKind.ANSWER, title=SafeText("退貨"), text=SafeLines("七天內\n要發票"))
    business(desk).pages = [page]
    assert (await typist.type("f 退貨"))[:2] == ["Found: 1", "1 退貨"]
    assert await typist.type("1") == ["退貨", "七天內", "要發票"]
    assert (await typist.type("f 停車"))[0] == "There is no answer yet."
    await typist.type("1")
    assert desk.did[-1][0] == "do"


async def test_somebody_else_takes_it_and_a_colleague_gives_one(typist: Typist, desk: ScriptedDesk) -> None:
    await ring(typist, "c1", LIN)
    desk.publish(CallNews(call("c1", LIN, claimed_by="p-2"), claimed_name=SafeText("怡君")))
    handed = call("c2", CHEN, line="1", claimed_by=desk.person.person, handed_by="p-2", handed_name=SafeText("怡君"))
    desk.publish(CallNews(handed, claimed_name=SafeText("雅婷"), mine=True))
    await typist.settle()
    assert "Line 2: 怡君 has 林淑芬." in typist.lines
    assert any("怡君 gives you" in line and "t 1 turns to it." in line for line in typist.lines)
    assert any(line.startswith("You have it") for line in await typist.type("t"))
    assert not [each for each in desk.did if each[0] == "claim"]


@pytest.mark.parametrize("typed", ["t", "t 2"])
async def test_a_call_that_was_picked_up_before_anybody_said_so_is_taken(
    typist: Typist, desk: ScriptedDesk, typed: str
) -> None:
    await ring(typist, "c1", LIN)
    desk.publish(CallNews(call("c1", LIN, line="2", state=CallState.ANSWERED, answered=NOW)))
    await typist.settle()
    assert any(line.startswith("t or take:") for line in await typist.type("?"))
    assert "You have it: 林淑芬, line 2." in await typist.type(typed)
    assert [each[1] for each in desk.did if each[0] == "claim"] == ["c1"]
    await typist.type("w 2")
    assert desk.did[-1] == ("wrapup", "c1", "order", "lin")


async def test_help_lists_what_works_now(typist: Typist) -> None:
    idle = await typist.type("?")
    assert not any(line.startswith(("t ", "n ", "w ")) for line in idle)
    await ring(typist, "c1", LIN)
    assert any(line.startswith("t or take") for line in await typist.type("?"))
    await typist.type("t")
    busy = await typist.type("?")
    assert {line.split()[0] for line in busy} >= {"n", "w", "l", "h", "g", "k", "d"}


async def test_a_command_that_is_none_and_a_number_that_was_not_offered_are_one_line(typist: Typist) -> None:
    assert await typist.type("frobnicate") == ["frobnicate is no command; ? reads them."]
    assert await typist.type("7") == ["There is no 7 to choose."]
    assert await typist.type("x" * 70_000) == ["This line is too long."]


async def test_on_a_terminal_news_begins_on_a_line_of_its_own(desk: ScriptedDesk) -> None:
    async with talking(desk, shared=True) as typist:
        before = len(typist.said)
        desk.publish(pop(call("c1", LIN), desk.cards["lin"]))
        await typist.settle()
        assert typist.said[before:].startswith(b"\nLine 2 rings")


async def test_no_escape_sequence_whatever_people_are_called(desk: ScriptedDesk) -> None:
    hostile = [str.__new__(SafeText, text) for text in CASES.values()]
    async with talking(desk) as typist:
        for index, name in enumerate(hostile):
            who = member("bad", "x", "0912-345-678", honorific=name, flags=(name,), facts=(name,), tier=name)
            who = type(who)(**{f: getattr(who, f) for f in who.__struct_fields__} | {"name": name})
            desk.cards["bad"] = plain_card(who)
            await ring(typist, f"c{index}", who)
            await typist.type("t", "c", "p", "k", "w 1")
        text = typist.said.decode()
    assert "\x1b" not in text
    assert {char for char in text if is_forbidden(char, line_feeds=True)} == set()


async def test_a_server_that_cannot_save_is_said_once_and_so_is_that_it_can(typist: Typist, desk: ScriptedDesk) -> None:
    well = SyncNews(connected=True, outbox=0, cursor=9)
    full = SyncNews(connected=True, outbox=1, cursor=9, why=Why(UNSAVED))
    said = []
    for news in (well, full, full, well):
        before = len(typist.said)
        desk.publish(news)
        await typist.settle()
        said.append(typist.said[before:].decode().splitlines())
    assert [len(lines) for lines in said[1:]] == [1, 0, 1]
    assert "the server cannot save now: make room on its disk" in said[1][0]
    assert "connected" in said[3][0]


async def test_the_end_of_input_keeps_the_draft(desk: ScriptedDesk) -> None:
    async with talking(desk) as typist:
        await ring(typist, "c1", LIN)
        await typist.type("t", "n", "unfinished")
    assert desk.kept[("lin", "c1")] == "unfinished"


@pytest.mark.parametrize(
    ("language", "title", "more", "second"),
    [("en", "Yours to do: 10 of 25", "0 reads the next 10.", "11 to 20 of 25:"),
     ("zh_TW", "您的待辦：25 件中的 10 件", "輸入 0 讀接下來的 10 件。", "第 11 到 20 件，共 25 件：")],
)  # fmt: skip
async def test_what_is_to_be_done_is_counted_as_it_is_read(
    desk: ScriptedDesk, language: str, title: str, more: str, second: str
) -> None:
    tasks = [
        Task(assignee=ME, id=f"t{n}", member="lin", title=SafeText(f"task {n:02}"), due=SafeText(f"2026-12-{n:02}"))
        for n in range(1, 26)
    ]
    business(desk).tasks = tasks
    with spoken(language):
        async with talking(desk) as typist:
            said = await typist.type("o")
            at = said.index(title)
            assert len(said) == at + 1 + 10 + 1
            assert said[at + 1].startswith("1 ")
            assert said[-1] == more
            said = await typist.type("0")
            assert said[0] == second
            assert [line.split()[0] for line in said[1:-1]] == [str(n) for n in range(11, 21)]
            said = await typist.type("0")
            assert len(said) == 1 + 5, "and no more is promised"
            assert "task 25" in said[-1]
            refused = await typist.type("0")
            assert len(refused) == 1
            assert "0" in refused[0]
            assert "task 03" in (await typist.type("3"))[0], "what was read before can still be chosen"


async def test_a_draft_counts_among_what_is_to_be_done(desk: ScriptedDesk) -> None:
    desk._drafts = [Draft("lin", None, "一句", NOW)]
    async with talking(desk) as typist:
        said = await typist.type("o")
        assert "Yours to do: 1" in said
        assert said[-1].startswith("1 Draft: ")


async def test_home_lists_what_the_screen_lists_with_whom_it_is_about(desk: ScriptedDesk) -> None:
    later = SafeText("2030-01-01")
    business(desk).known = {LIN.id: LIN}
    business(desk).tasks = [
        Task(id="own", member=LIN.id, title=SafeText("追收欠款"), due=later, assignee=desk.person.person),
        Task(id="theirs", member=LIN.id, title=SafeText("寄型錄"), due=later),
        Task(id="call", kind=TaskKind.CALLBACK, member=LIN.id, due=later, assignee=desk.person.person),
    ]
    async with talking(desk) as typist:
        listed = [line for line in typist.lines if re.match(r"\d ", line)]
        assert len(listed) == 1
        assert "追收欠款" in listed[0]
        assert LIN.name in listed[0]


async def test_who_was_said_to_be_the_caller_is_taken_back(typist: Typist, desk: ScriptedDesk) -> None:
    assert "z or undo: take one of the last things back, such as who the caller is" not in await typist.type("?")
    await ring(typist, "c1", None)
    await typist.type("t", "s 林", "1")
    assert LIN.name in typist.plain.bench.board.person.name
    assert "z or undo: take one of the last things back, such as who the caller is" in await typist.type("?")
    await typist.type("z", "1")
    assert typist.plain.bench.board.person.key == (None, "c1")
