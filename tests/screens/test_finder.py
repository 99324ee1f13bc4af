"""The search box says why somebody was found, whole; and what nobody has."""

from pathlib import Path

import pytest

from ringdesk.safetext import SafeText
from ringdesk.why import ENGLISH, Why
from terminal.messages import Opened
from terminal.news import Match
from terminal.widgets.speech import BRIEF, in_short
from tests.screens.harness import LANGUAGES, SMALL, WIDE, running
from tests.terminal.scripted_desk import ScriptedDesk, member

WANG = member(
    "wang",
    "王" * 12,
    "(02)2541-9463",
    tier=SafeText("platinum"),
    honorific=SafeText("Ms"),
    home_store=SafeText("南京復興店"),
)
ASKED = {"text": "王", "digits": "9463", "count": "12", "code": "M0001234"}
BOTH = Why("and", ASKED | {"first_code": "tail_matches", "second_code": "name_starts", "first": "", "second": ""})


@pytest.mark.parametrize("size", [WIDE, SMALL, (110, 30)], ids=["160x45", "80x24", "110x30"])
@LANGUAGES
async def test_why_somebody_was_found_is_never_cut(size: tuple[int, int], language: str, chinese: Path) -> None:
    desk = ScriptedDesk()
    desk.found = [Match(WANG, why, guess=True) for why in (BOTH, *(Why(code, ASKED) for code in BRIEF))]
    async with running(desk, size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("escape", "slash", "x")
        for index, match in enumerate(desk.found):
            row = next(line for line in run.in_sight("choices").split("\n") if in_short(match.why) in line)
            assert ("guess" if language == "en" else "猜測") in row
            await run.press(*["down"] * (index < len(desk.found) - 1))


@LANGUAGES
async def test_a_reason_in_short_is_in_the_language_in_force(language: str, chinese: Path) -> None:
    async with running(ScriptedDesk(), catalogue=chinese if language == "zh" else None):
        wanted = "ends in 9463, name: 王" if language == "en" else "末碼 9463，姓名：王"
        assert in_short(BOTH) == wanted


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@LANGUAGES
async def test_how_many_were_found_is_said_and_the_best_come_first(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    def found(name: str, code: str, number: str = "0912-000-000") -> Match:
        return Match(member(name + number, name, number), Why(code, {"text": "林"}), guess=True)

    desk = ScriptedDesk()
    best = [
        found("林", "name_starts"),
        found("林一", "name_starts", "0911-000-001"),
        found("林一", "name_starts", "0911-000-002"),
        found("林丁", "name_starts"),
        found("丁林", "name_matches"),
    ]
    others = [found(f"王林{index:03}", "name_matches") for index in range(40)]
    desk.found = [*reversed(others), *reversed(best)]
    async with running(desk, size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("escape", "slash", "林")
        box = run.in_sight("choices")
        rows = [line for line in box.split("\n") if "林" in line]
        places = [box.find(each) for each in ("林一", "林丁", "丁林", "王林000", "王林001")]
        assert places == sorted(places)
        assert -1 not in places
        assert box.find("0911-000-001") < box.find("0911-000-002")
        last = len([line for line in rows if "guess" in line or "猜測" in line])
        assert (f"1 to {last} of 45" if language == "en" else f"第 1 到 {last}，共 45") in box
        desk.found = [found(f"林{index:03}", "name_starts") for index in range(300)]
        await run.press("x")
        box = run.in_sight("choices")
        assert (f"1 to {last} of 100+" if language == "en" else f"第 1 到 {last}，共 100+") in box


def test_every_reason_in_short_is_one_that_a_search_gives() -> None:
    assert set(BRIEF) <= set(ENGLISH)


@pytest.mark.parametrize(
    ("code", "language", "said"),
    [
        ("tail_only", "en", "Nobody has both 王 and 999. These have one of the two:"),
        ("name_only", "zh", "沒有人同時符合「王」和 999，以下只符合其中一項："),
        ("name_alone", "en", "999 is too short: at least 3 digits. These have the name 王:"),
        ("name_alone", "zh", "999 太短，號碼至少要 3 碼。以下是姓名符合「王」的人："),
        ("name_starts", "en", None),
    ],
)
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
async def test_what_nobody_has_stands_over_the_rows(
    size: tuple[int, int], code: str, language: str, said: str | None, chinese: Path
) -> None:
    desk = ScriptedDesk()
    desk.found = [Match(WANG, Why(code, {"text": "王", "digits": "999"}), guess=True)]
    async with running(desk, size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("escape", "slash", "x")
        over = run.in_sight("choices").split("\n")[2]
        assert over.strip("╏ ") == (said or "")


async def test_what_was_asked_before_the_desk_was_open_is_asked_again_when_it_is() -> None:
    desk = ScriptedDesk()
    desk.found = [Match(WANG, Why("number_exact"))]
    async with running(desk) as run:
        run.screen.keeper.desk = None  # as before it is open
        await run.press("escape", "slash", "x")
        assert "The desk is not open yet" in run.in_sight("choices")
        run.screen.post_message(Opened(desk))
        await run.settle()
        assert WANG.numbers[0].raw in run.in_sight("choices")
        assert "The desk is not open yet" not in run.in_sight("choices")
