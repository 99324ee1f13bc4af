"""The lock: nothing of anybody on the screen, drafts stay with their author, the next person has a desk of their own."""

from pathlib import Path

import msgspec
import pytest
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App

from ringdesk.calls import CallState
from ringdesk.errors import MustWait
from ringdesk.safetext import SafeText
from terminal.desk import Draft
from terminal.news import CallNews
from terminal.screens.lock import LockScreen
from terminal.screens.wrapup import Mode, WrapUp
from terminal.widgets.lockface import LockFace
from tests.screens.harness import SMALL, WIDE, Running, running
from tests.screens.test_home import desk as home_desk
from tests.screens.test_layout import CHEN, LIN, a_busy_desk, desk
from tests.terminal.scripted_desk import ME, NOW, ScriptedDesk, call, plain_card, pop


def screen_text(run: Running) -> str:
    return "\n".join(strip.text for strip in run.app.screen._compositor.render_strips())


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_locked_desk_tells_nothing_but_that_calls_ring(
    size: tuple[int, int], language: str, chinese: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def display(_self: object, _screen: object, update: object) -> None:
        if isinstance(update, LayoutUpdate):
            seen.extend(strip.text for line in update.strips for strip in line)
        elif isinstance(update, ChopsUpdate):
            seen.extend(strip.text for chop in update.chops for strip in chop.values() if strip is not None)

    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await a_busy_desk(run)
        await run.press("ctrl+g")
        monkeypatch.setattr(App, "_display", display)
        run.desk.publish(pop(call("c3", LIN, line="7"), plain_card(LIN)))
        await run.pilot.pause(1.2)
        text = screen_text(run)
        drawn = "".join(seen)
        for words in (LIN.name, CHEN.name, "0912", "0933", "堅果", "買茶"):
            assert words not in text
            assert words not in drawn
        wanted = (
            ("Locked", "Ringing 2", "line 7", "line 2", "佩君") if language == "en" else ("已鎖定", "響鈴 2", "7 線")
        )
        assert not [words for words in wanted if words not in text], text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_under_the_lock_only_what_rings_is_counted_each_line_once(language: str, chinese: Path) -> None:
    async with running(desk(), catalogue=chinese if language == "zh" else None) as run:
        for ident, line in (("c1", "1"), ("c2", "1"), ("c3", "2"), ("c4", "1")):
            run.desk.publish(pop(call(ident, LIN, line=line), plain_card(LIN)))
        for ident, line in (("c1", "1"), ("c3", "2")):
            stopped = msgspec.structs.replace(call(ident, LIN, line=line), state=CallState.RING_STOPPED)
            run.desk.publish(CallNews(stopped))
        await run.settle()
        await run.press("ctrl+g")
        rings = screen_text(run).split("\n")[2]
        assert ("Ringing 1" if language == "en" else "響鈴 1") in rings
        assert rings.count("line 1" if language == "en" else "1 線") == 1
        assert "2 線" not in rings
        assert "line 2" not in rings
        for ident in ("c2", "c4"):
            run.desk.publish(CallNews(msgspec.structs.replace(call(ident, LIN), state=CallState.RING_STOPPED)))
        await run.pilot.pause(1.2)
        assert ("No call is ringing" if language == "en" else "目前沒有響鈴") in screen_text(run)


async def test_what_is_typed_behind_the_key_of_the_lock_is_no_note() -> None:
    async with running(desk()) as run:
        await a_busy_desk(run)
        for key in ("h", "i", "ctrl+g", *"1111", "enter"):
            run.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await run.settle()
        assert run.screen_under.area.text == "hi"


async def test_the_same_person_goes_on_where_they_were() -> None:
    async with running(desk()) as run:
        await a_busy_desk(run)
        await run.press(*"half")
        await run.press("ctrl+g")
        assert isinstance(run.app.screen, LockScreen)
        await run.press(*"1111", "enter")
        assert "That is not the PIN" in screen_text(run)
        assert "1111" not in screen_text(run)
        await run.press(*"1234", "enter")
        assert run.screen.area.text == "half"
        assert run.focus == "note"
        assert LIN.name in run.title("card")


async def test_no_key_of_the_desk_works_under_the_lock() -> None:
    async with running(desk()) as run:
        run.desk.publish(pop(call("c1", LIN), plain_card(LIN)))
        await run.settle()
        await run.press("ctrl+g")
        await run.press("f2", "f4", "f8", "ctrl+p", "escape", "f1", "slash", "ctrl+s")
        assert isinstance(run.app.screen, LockScreen)
        assert run.desk.did == []


async def test_the_next_person_has_a_desk_of_their_own_and_drafts_stay_with_their_author() -> None:
    one = home_desk()
    async with running(one) as run:
        one.cards["lin"] = plain_card(LIN)
        run.desk.publish(pop(call("c1", LIN, line="1", claimed_by=ME), plain_card(LIN)))
        await run.settle()
        await run.press("f2")
        await run.press(*"mine")
        await run.press("ctrl+g")
        one._drafts = [Draft("chen", None, "佩君的草稿", NOW)]
        await run.press("down" if run.app.screen.query_one(LockFace).value.selected == 0 else "up")
        await run.press(*"9876", "enter")
        await run.settle()
        assert one.kept[(LIN.id, "c1")] == "mine"
        assert run.screen.area.text == "佩君的草稿"
        assert "佩君" in run.pane("topbar")
        assert "雅婷" not in run.pane("topbar")
        assert LIN.name not in run.pane("card") + run.pane("noteframe")
        assert not run.screen.board.served
        run.screen.area.undo()
        assert "mine" not in run.screen.area.text
        assert (LIN.id, "c1") not in run.screen.keeper.texts


async def test_theme_and_language_are_those_of_the_next_person(chinese: Path) -> None:
    one = desk()
    one.chosen = {"p-peijun": {"theme": "light", "language": "zh_Hant"}}
    async with running(one, catalogue=chinese) as run:
        await run.press("ctrl+g")
        await run.press("down", *"9876", "enter")
        await run.settle()
        assert run.app.theme == "light"
        assert "首頁" in run.title("card")


async def test_who_has_no_pin_is_asked_for_one_first_and_types_it_twice() -> None:
    one = desk()
    del one.secrets["yating"]
    async with running(one) as run:
        await run.press("ctrl+g")
        assert "Set a PIN" in screen_text(run)
        await run.press(*"4321", "enter")
        await run.press(*"4322", "enter")
        assert "two different ones" in screen_text(run)
        await run.press(*"4321", "enter", *"4321", "enter")
        assert one.secrets["yating"] == "4321"
        assert "Locked" in screen_text(run)
        await run.press(*"4321", "enter")
        assert "Home" in run.title("card")


async def test_esc_leaves_the_setting_of_a_pin_but_never_the_lock() -> None:
    one = desk()
    del one.secrets["yating"]
    async with running(one) as run:
        await run.press("ctrl+g")
        await run.press("escape")
        assert "Home" in run.title("card")
    async with running(desk()) as run:
        await run.press("ctrl+g")
        await run.press("escape")
        assert isinstance(run.app.screen, LockScreen)


async def test_it_locks_itself_when_no_key_comes_but_not_during_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(desk()) as run:
        run.screen.guard._seconds = 2
        run.desk.publish(pop(call("c1", LIN, line="1"), plain_card(LIN)))
        await run.settle()
        await run.press("f2")
        await run.pilot.pause(3.2)
        assert not isinstance(run.app.screen, LockScreen)
        await run.press("f4", "1")
        await run.pilot.pause(3.2)
        assert isinstance(run.app.screen, LockScreen)


async def test_the_focus_does_not_come_back_under_the_lock() -> None:
    async with running(desk()) as run:
        await a_busy_desk(run)
        run.app.app_focus = False
        await run.settle()
        run.screen.guard.lock()
        await run.settle()
        run.app.app_focus = True
        await run.settle()
        await run.press(*"secret")
        assert run.screen_under.area.text == ""


async def test_a_desk_that_nobody_may_leave_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from ringdesk.errors import Refused

    one = desk()

    async def refuses(_login: str, _secret: str) -> None:
        raise Refused("elsewhere", SafeText("try \x1b[2J later"))

    monkeypatch.setattr(one, "enter", refuses)
    async with running(one) as run:
        await run.press("ctrl+g")
        await run.press(*"1234", "enter")
        assert "try" in screen_text(run)
        assert "\x1b" not in screen_text(run)


async def test_who_is_not_in_the_list_names_themselves_and_nothing_secret_is_ever_shown() -> None:
    async with running(desk()) as run:
        await run.press("ctrl+g")
        assert "Somebody else" in screen_text(run)
        await run.press(*"typed", "up")
        assert "typed" not in screen_text(run), "what was meant as a secret is gone before the field may show it"
        await run.press(*"ann")
        assert "ann" in screen_text(run)
        await run.press("enter", *"correct horse")
        assert "correct" not in screen_text(run)
        for key in ("ctrl+c", "ctrl+x"):
            await run.press("home", "shift+end", key)
            assert run.app.clipboard == "", "a terminal's clipboard is outside of it"
        await run.press("enter")
        await run.settle()
        assert "Ann" in run.pane("topbar")


async def test_esc_takes_back_the_name_that_was_given() -> None:
    async with running(desk()) as run:
        await run.press("ctrl+g")
        await run.press("up", *"amn", "enter")
        assert "Password" in screen_text(run)
        await run.press("escape", *"ann")
        assert "ann" in screen_text(run)


def nobody_knows_a_password() -> ScriptedDesk:
    """A desk with a server of its own."""
    one = desk()
    one.chosen_passwords = False
    one.secrets.clear()
    return one


async def test_where_nobody_knows_a_password_it_is_not_locked_without_a_pin() -> None:
    one = nobody_knows_a_password()
    async with running(one) as run:
        await run.press("ctrl+g")
        await run.press("enter")
        assert "you could not come in again" in screen_text(run)
        await run.press("escape")
        assert "Home" in run.title("card")
        await run.press("ctrl+g")
        await run.press(*"4321", "enter", *"4321", "enter")
        text = screen_text(run)
        assert "Locked" in text
        assert "password" not in text.casefold()
        assert "Somebody else" not in text
        assert "no PIN was set" in text, "the other one cannot come in, and it says why"
        await run.press(*"4321", "enter")
        assert "Home" in run.title("card")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_desk_that_could_not_be_opened_again_does_not_lock_itself_and_says_what_to_do(
    language: str, chinese: Path
) -> None:
    words = ("This desk is to lock itself", "The desk was not locked") if language == "en" else ("自動鎖定", "沒有鎖定")
    one = nobody_knows_a_password()
    async with running(one, lock_minutes=1, catalogue=chinese if language == "zh" else None) as run:
        assert words[0] in run.pane("banner")
        run.screen.guard._seconds = 1
        await run.pilot.pause(3.4)
        assert not isinstance(run.app.screen, LockScreen)
        await run.press("f9")
        await run.pilot.pause(1.2)
        assert words[1] in run.pane("banner")
        one.secrets["yating"] = "1234"
        await run.pilot.pause(3.4)
        assert isinstance(run.app.screen, LockScreen)


async def test_too_many_wrong_pins_where_nobody_knows_a_password_say_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ringdesk.errors import Refused

    one = nobody_knows_a_password()
    one.secrets["yating"] = "1234"

    async def refuses(_login: str, _secret: str) -> None:
        raise Refused("not_allowed", "no")

    monkeypatch.setattr(one, "enter", refuses)
    async with running(one) as run:
        await run.press("ctrl+g")
        await run.press(*"0000", "enter")
        assert "start the desk again" in screen_text(run)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_a_pin_is_stands_there_before_one_is_typed(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    one = desk()
    del one.secrets["yating"]
    async with running(one, size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("ctrl+g")
        rule = "A PIN has 4 to 8 digits, no letters and no signs."
        assert (rule if language == "en" else "PIN 是 4 到 8 位數字，不含字母和符號。") in screen_text(run)
        why = "Locking the desk needs a PIN that opens it again. Esc leaves this."
        assert (why if language == "en" else "鎖定客服桌需要 PIN，之後才能再開啟。按 Esc 離開。") in screen_text(run)


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("typed", ["123", "123456789", "12ab", "12-34"])
async def test_what_cannot_be_a_pin_is_refused_before_it_is_typed_twice(
    size: tuple[int, int], language: str, typed: str, chinese: Path
) -> None:
    one = desk()
    del one.secrets["yating"]
    async with running(one, size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("ctrl+g")
        await run.press(*("minus" if char == "-" else char for char in typed), "enter")
        bad = "That is no PIN: type 4 to 8 digits, no letters and no signs."
        assert (bad if language == "en" else "這不能當 PIN：請輸入 4 到 8 位數字，不含字母和符號。") in screen_text(run)
        await run.press(*"4321", "enter")
        assert ("once more" if language == "en" else "再輸入一次") in screen_text(run)
        await run.press(*"4321", "enter")
        assert one.secrets["yating"] == "4321"


@pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_after_too_many_wrong_tries_it_says_how_long_to_wait(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await run.press("ctrl+g")
        run.desk.refuse = MustWait("no", 15.2)
        await run.press(*"1111", "enter")
        assert ("wait 16 s, then type it again" if language == "en" else "請等 16 秒再輸入") in screen_text(run)


async def switched(run: Running) -> None:
    """佩君 comes in where 雅婷 sat, or the other way round."""
    await run.press("ctrl+g")
    face = run.app.screen.query_one(LockFace).value
    pin = "9876" if run.desk.login == "yating" else "1234"
    await run.press("down" if face.selected == 0 else "up", *pin, "enter")
    await run.settle()


@pytest.mark.parametrize("mode", [Mode.DISCRETIONARY, Mode.TIMED, Mode.TIMED_STRICT])
async def test_what_one_has_not_closed_waits_for_them_and_the_next_one_is_free(mode: Mode) -> None:
    made = home_desk()
    async with running(made, wrap_up=WrapUp(mode, 30.0)) as run:
        made.cards["lin"] = plain_card(LIN)
        mine = call("c1", LIN, line="1", claimed_by=ME)
        run.desk.publish(pop(mine, plain_card(LIN)))
        await run.settle()
        await run.press("f2")
        over = msgspec.structs.replace(mine, state=CallState.ENDED, ended=NOW)
        run.desk.publish(CallNews(over, mine=True))
        await run.settle()
        assert run.screen.board.wrap_up.over == ("c1",)
        await switched(run)
        assert run.screen.board.me == "p-peijun"
        assert not run.screen.board.wrap_up.active(NOW)
        assert not run.screen.board.served
        await switched(run)
        assert run.screen.board.me == ME
        assert run.screen.board.wrap_up.over == ("c1",)
        assert run.screen.board.served == ["c1"]
        await run.press("f4")
        assert LIN.name in run.title("menu")


async def test_the_wish_for_help_and_what_can_be_undone_stay_with_who_left() -> None:
    async with running(home_desk()) as run:
        run.screen.work.undo.add(lambda: SafeText("x"), run.screen.attendance.wish)
        await run.screen.attendance.wish()
        await switched(run)
        assert not run.screen.attendance.now().help
        assert run.screen.work.undo.labels() == []
