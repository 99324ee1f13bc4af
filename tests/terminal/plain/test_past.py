"""`p`: the past of whoever is on the desk, a few contacts at a time, as far back as the store goes."""

import msgspec
import pytest

from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.timeline import Contact, ContactKind
from terminal.plain.voice import LATEST
from tests.terminal.plain.talking import spoken, talking
from tests.terminal.scripted_desk import NOW, ScriptedDesk, member, plain_card

LIN = member("lin", "林淑芬", "0912-345-678")
WITH_THE_CARD = 20


def desk(count: int) -> ScriptedDesk:
    made = ScriptedDesk({LIN.id: plain_card(LIN)})
    made.past = [
        Contact(
            id=f"e{index}",
            member=LIN.id,
            kind=ContactKind.CALL_IN,
            at=NOW - 1000 * index,
            text=SafeText(f"第 {index} 筆"),
            call=f"call-{index}",
        )
        for index in range(1, count + 1)
    ]
    note = Note(id="n", member=LIN.id, call="call-2", text=SafeLines("想改地址\n明天送"), author_name=SafeText("淑惠"))
    card = msgspec.structs.replace(plain_card(LIN), timeline=tuple(made.past[:WITH_THE_CARD]), notes=(note,))
    made.cards[LIN.id] = card
    return made


@pytest.mark.parametrize(
    ("language", "title", "more", "further", "older"),
    [
        (
            "en",
            "Past contacts of 林淑芬, the newest first:",
            "0 reads the next 10.",
            "11 to 20:",
            "0 reads what is older.",
        ),
        (
            "zh_Hant",
            "林淑芬的往來紀錄，由新到舊：",
            "輸入 0 讀接下來的 10 件。",
            "第 11 到 20 筆：",
            "輸入 0 讀更早的紀錄。",
        ),
    ],
)
async def test_the_past_says_that_there_is_more_and_how_to_get_it(
    language: str, title: str, more: str, further: str, older: str
) -> None:
    with spoken(language):
        async with talking(desk(45)) as typist:
            await typist.type("s 林", "1")
            said = await typist.type("p")
            assert (said[0], said[-1], len(said)) == (title, more, LATEST + 2)
            assert said[1].startswith("1 ")
            assert "第 1 筆" in said[1]
            said = await typist.type("0")
            assert (said[0], said[-1], len(said)) == (further, older, LATEST + 2)
            heard = [line for _ in range(3) for line in await typist.type("0")]
            assert "第 45 筆" in heard[-1]
            assert heard[-1].startswith("45 ")


async def test_a_short_past_says_nothing_of_more() -> None:
    async with talking(desk(3)) as typist:
        await typist.type("s 林", "1")
        said = await typist.type("p")
        assert len(said) == 4
        assert "There is no 0" in (await typist.type("0"))[0]


async def test_a_past_that_ends_where_the_card_does_says_that_this_was_all() -> None:
    async with talking(desk(WITH_THE_CARD)) as typist:
        await typist.type("s 林", "1", "p", "0")
        assert await typist.type("0") == ["That was all."]
        assert "There is no 0" in (await typist.type("0"))[0]


async def test_a_number_reads_a_contact_whole_and_the_list_stays() -> None:
    async with talking(desk(12)) as typist:
        await typist.type("s 林", "1", "p")
        said = await typist.type("2")
        assert "第 2 筆" in said[0]
        assert said[1:] == ["Note of this call, 淑惠", "想改地址", "明天送"]
        assert "第 3 筆" in (await typist.type("3"))[0]
        assert "第 12 筆" in (await typist.type("0"))[-1]


async def test_without_a_past_or_a_person_it_says_so() -> None:
    async with talking(desk(0)) as typist:
        assert (await typist.type("p"))[0].startswith("Nobody is on the desk")
        await typist.type("s 林", "1")
        assert await typist.type("p") == ["Nothing on record yet"]
