"""Promises and missed calls, line by line."""

import msgspec
import pytest

from ringdesk.calls import Caller, CallState, Outcome, Presentation
from ringdesk.ops import CallVerdict, MemberFields, TaskAdd
from ringdesk.safetext import SafeText
from terminal.news import CallNews
from tests.terminal.plain.talking import Typist, spoken, talking
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")
OTHER = Caller(SafeText("0227001122"), "+886227001122", Presentation.SHOWN)
STRANGER = Caller(SafeText("0965118402"), "+886965118402", Presentation.SHOWN)


def desk() -> ScriptedDesk:
    return ScriptedDesk({LIN.id: plain_card(LIN)})


async def unknown_rings(typist: Typist) -> None:
    typist.desk.publish(pop(call("u", caller=STRANGER)))
    await typist.settle()


def over(ident: str, ago: float, outcome: Outcome, caller: Caller = STRANGER) -> CallNews:
    return CallNews(call(ident, caller=caller, state=CallState.ENDED, started=NOW - ago, outcome=outcome))


@pytest.mark.parametrize(
    ("language", "hours", "task"),
    [
        ("en", "in 30 minutes (17:13-17:43)", "today 17:13-17:43, Call back 林淑芬, 雅婷"),
        ("zh_TW", "30 分鐘後（17:13-17:43）", "今天 17:13-17:43、回電 林淑芬、雅婷"),
    ],
)
async def test_a_promise_is_read_with_its_hours_and_goes_along_to_the_member(
    language: str, hours: str, task: str
) -> None:
    made = desk()
    with spoken(language):
        async with talking(made) as typist:
            await unknown_rings(typist)
            await typist.type("t")
            assert f"1 {hours}" in await typist.type("l")
            assert hours in await typist.type("1")
            (promised,) = made.business.tasks
            assert (promised.member, promised.call) == (None, "u")
            await typist.type("s 林", "1")
            (promised,) = made.business.tasks
            assert (promised.member, promised.call) == (LIN.id, "u")
            assert task in await typist.type("k")


@pytest.mark.parametrize(
    ("choice", "lins", "chens", "words"),
    [
        ("1", 1, 2, ("is now 陳冠宇's too", "現在也是陳冠宇的")),
        ("2", 0, 2, ("is now 陳冠宇's", "現在是陳冠宇的")),
        ("3", 1, 1, ("Nothing was changed.", "沒有變更。")),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh_TW"])
async def test_a_number_that_has_an_owner_is_asked_about(
    language: str, choice: str, lins: int, chens: int, words: tuple[str, str]
) -> None:
    chen = member("chen", "陳冠宇", "0933-000-111")
    made = ScriptedDesk({LIN.id: plain_card(LIN), chen.id: plain_card(chen)})
    with spoken(language):
        async with talking(made) as typist:
            made.publish(pop(call("c1", LIN), plain_card(LIN)))
            await typist.settle()
            await typist.type("t", "s 陳", "1")
            said = await typist.type("a")
            english = language == "en"
            assert [line[0] for line in said[1:]] == ["1", "2", "3"]
            wanted = ("陳冠宇 has it instead of 林淑芬", "leave it as it is") if english else ("改為陳冠宇的", "不變")
            assert not [each for each in wanted if not any(each in line for line in said)], said
            assert not [what for what in made.did if what[0] == "do"], "nothing is done before it is answered"
            told = await typist.type(choice)
            assert any(words[0 if english else 1] in line for line in told), told
            assert len(made.cards[LIN.id].member.numbers) == lins
            assert len(made.cards[chen.id].member.numbers) == chens
            if choice != "3":
                await typist.type("a")
                assert len(made.cards[LIN.id].member.numbers) == 1
                assert len(made.cards[chen.id].member.numbers) == 1


@pytest.mark.parametrize("language", ["en", "zh_TW"])
async def test_the_command_is_called_as_the_key_of_the_screen(language: str) -> None:
    """One thing, one word: F8 is Callback, 約定回電."""
    made = desk()
    with spoken(language):
        async with talking(made) as typist:
            made.publish(pop(call("c1", LIN), plain_card(LIN)))
            await typist.settle()
            await typist.type("t")
            word = "callback" if language == "en" else "約定回電"
            assert any(line.startswith("1 ") for line in await typist.type(word))
            assert any(word in line for line in await typist.type("?"))
            await typist.type(f"{word} 1")
            (task,) = made.business.tasks
            assert (task.assignee, task.assignee_name) == (ME, "雅婷")


async def test_a_form_of_address_is_no_part_of_a_new_name() -> None:
    made = desk()
    async with talking(made) as typist:
        await unknown_rings(typist)
        assert "New member: 王小姐." in await typist.type("t", "r 王小姐")
        (fields,) = [what[1] for what in made.did if what[0] == "add_member"]
        assert isinstance(fields, MemberFields)
        assert (fields.name, fields.honorific) == ("王", "小姐")


@pytest.mark.parametrize(("language", "asked", "sure"), [("en", "missed?", "missed"), ("zh_TW", "未接？", "未接")])
async def test_missed_is_asked_only_where_nobody_knows(language: str, asked: str, sure: str) -> None:
    made = desk()
    with spoken(language):
        async with talking(made) as typist:
            made.publish(over("sure", 600, Outcome.MISSED), over("asked", 500, Outcome.UNKNOWN, OTHER))
            rows = (await typist.type("m"))[1:]
            comma = ", " if language == "en" else "、"
            assert [row.split(comma)[1] for row in rows] == [asked, sure]


@pytest.mark.parametrize(("language", "often"), [("en", "called 2x"), ("zh_TW", "來電 2 次")])
async def test_who_called_in_vain_twice_is_one_row_and_one_word_is_said_of_both(language: str, often: str) -> None:
    made = desk()
    with spoken(language):
        async with talking(made) as typist:
            made.publish(over("first", 600, Outcome.UNKNOWN), over("again", 500, Outcome.UNKNOWN))
            (row,) = (await typist.type("m"))[1:]
            assert row.endswith(often)
            assert row.startswith("1 16:34")
            await typist.type("1", "3")
            judged = [what[1] for what in made.did if what[0] == "do"]
            assert [(each.call, each.verdict) for each in judged if isinstance(each, CallVerdict)] == [
                ("again", "ignored"),
                ("first", "ignored"),
            ]


async def test_who_was_spoken_with_is_missed_no_more() -> None:
    made = desk()
    async with talking(made) as typist:
        made.publish(over("m", 600, Outcome.MISSED))
        assert len(await typist.type("m")) == 2
        await unknown_rings(typist)
        assert len(await typist.type("m")) == 2
        await typist.type("t")
        assert await typist.type("m") == ["Nothing missed"]


async def test_text_of_a_junk_call_is_said_to_be_a_draft() -> None:
    made = desk()
    async with talking(made) as typist:
        await unknown_rings(typist)
        await typist.type("t", "n", "half a note")
        assert "A draft is kept: half a note" in await typist.type(":x")
        assert made.kept[None, "u"] == "half a note"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Points: 12,840.", "Language: Chinese.")), ("zh_TW", ("點數：12,840。", "語言：中文。"))],
)
async def test_the_card_is_read_in_the_words_and_numbers_of_the_screen(language: str, words: tuple[str, ...]) -> None:
    known = msgspec.structs.replace(LIN, points=12_840, language=SafeText("zh-TW"))
    with spoken(language):
        async with talking(ScriptedDesk({LIN.id: plain_card(known)})) as typist:
            said = await typist.type("s 林", "1")
            assert not [word for word in words if word not in said], said


@pytest.mark.parametrize("language", ["en", "zh_TW"])
async def test_what_a_saved_note_promises_is_offered_and_a_number_makes_each_task_once(language: str) -> None:
    made = desk()
    with spoken(language):
        async with talking(made) as typist:
            made.publish(pop(call("c1", LIN), plain_card(LIN)))
            await typist.settle()
            said = await typist.type("t", "n 12/2 前寄樣品，另外請店長今天 17:30 前回電")
            assert [line[:2] for line in said[-2:]] == ["1 ", "2 "]
            assert "寄樣品" in said[-2]
            assert said[-1].endswith("17:30 請店長回電" if language == "en" else "17:30 前 請店長回電"), said[-1]
            await typist.type("2", "2", "1")
            tasks = [what[1] for what in made.did if what[0] == "do" and isinstance(what[1], TaskAdd)]
            assert [(each.title, each.member, each.call) for each in tasks] == [
                ("請店長回電", LIN.id, "c1"),
                ("寄樣品", LIN.id, "c1"),
            ]
            assert len(await typist.type("n 三盒茶")) == 1
