"""The application around the screen: what it needs to paint, and what it does when something fails."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from textual import events
from textual._compositor import LayoutUpdate
from textual.app import App

from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from terminal.app import RingdeskApp
from terminal.desk import Desk
from tests.screens.harness import running
from tests.terminal.scripted_desk import NOW, ScriptedDesk, call, member, plain_card, pop

LATER = (
    "aiosqlite",
    "sqlite3",
    "phonenumbers",
    "websockets",
    "serial",
    "httptools",
    "structlog",
    "terminal.store",
    "terminal.desk",
)
"""What the first paint must not wait for."""


def test_the_shell_needs_nothing_but_textual_and_values() -> None:
    code = f"import sys, terminal.app; print([name for name in {LATER!r} if name in sys.modules])"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_the_shell_is_painted_before_the_desk_is_opened() -> None:
    opened = asyncio.Event()
    app: RingdeskApp

    async def slow() -> Desk:
        assert "Ringdesk" in "".join(strip.text for strip in app.screen._compositor.render_strips())
        opened.set()
        return ScriptedDesk()

    app = _app(slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.3)
        assert opened.is_set()


async def test_the_first_frame_says_who_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[object] = []
    monkeypatch.setattr(App, "_display", lambda _self, _screen, update: frames.append(update))
    async with running(ScriptedDesk()):
        pass
    first = next(frame for frame in frames if isinstance(frame, LayoutUpdate))
    assert "Ringdesk" in "".join(strip.text for line in first.strips for strip in line)


def _app(factory: object) -> RingdeskApp:
    return RingdeskApp(
        factory,  # type: ignore[arg-type]
        language="en",
        agent=SafeText("雅婷"),
        site=SafeText("信義店"),
        wall=lambda: NOW,
    )


@pytest.mark.parametrize("error", [RingdeskError("run `ringdesk doctor`"), OSError("no such file: run \x1b[2J it")])
async def test_a_desk_that_does_not_open_ends_the_screen_and_says_why(error: Exception) -> None:
    async def fails() -> Desk:
        raise error

    app = _app(fails)
    async with app.run_test(size=(120, 32)) as pilot:
        for _ in range(50):
            await pilot.pause(0.1)
            if not app.is_running:
                break
    assert not app.is_running
    if isinstance(error, RingdeskError):
        assert app.unopened is error
    else:
        assert str(app.unopened).startswith("The desk could not be opened: OSError: no such file: run")
        assert "\x1b" not in str(app.unopened)


async def test_a_worker_error_that_nobody_caught_is_shown_and_the_app_stays() -> None:
    async with running(ScriptedDesk()) as run:

        async def breaks() -> None:
            raise ZeroDivisionError

        run.app.run_worker(breaks())
        await run.settle()
        assert "ZeroDivisionError" in run.pane("banner")
        assert run.app.is_running


async def test_a_broken_widget_ends_the_app_without_a_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    app = _app(ScriptedDesk)
    secret = "林淑芬 0912-345-678"  # noqa: F841  a local variable that a traceback with locals would print
    with pytest.raises(ZeroDivisionError):
        async with app.run_test(size=(80, 24)):
            app._handle_exception(ZeroDivisionError())
    assert app.failure is not None
    assert "drafts are kept" in app.failure
    written = capfd.readouterr()
    assert written.out + written.err == ""


async def test_every_frame_passes_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(App, "_display", lambda _self, _screen, update: seen.append(update))
    monkeypatch.setattr("terminal.app.gate", lambda _update, plain: "gated")
    async with running(ScriptedDesk()):
        pass
    assert seen
    assert set(seen) == {"gated"}


async def test_ctrl_c_says_how_to_leave() -> None:
    async with running(ScriptedDesk()) as run:
        run.screen.painter.panel("timeline").focus()
        await run.press("ctrl+c")
        assert "Ctrl+Q leaves" in run.pane("banner")


async def test_keys_that_come_in_one_read_are_done_in_their_order() -> None:
    """A letter is the field's, any other key the screen's, which comes to it later."""
    async with running(ScriptedDesk()) as run:
        lin = member("m1", "林淑芬", "0912-345-678")
        run.desk.publish(pop(call("a", lin), plain_card(lin)))
        await run.settle()
        await run.press("f2")
        for key in ("a", "b", "c", "left", "left", "X", "ctrl+s", "d", "backspace", "e"):
            char = key if len(key) == 1 else None
            run.app.post_message(events.Key(key, char))
        await run.settle()
        assert [done[1] for done in run.desk.did if done[0] == "note"] == ["aXbc"]
        assert run.screen.area.text == "e"


async def test_what_is_cut_goes_to_the_clipboard_and_nothing_goes_where_nothing_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def copied(wrote: list[str]) -> list[str]:
        return [each for each in wrote if "]52" in each]

    async with running(ScriptedDesk()) as run:
        lin = member("m1", "林淑芬", "0912-345-678")
        run.desk.publish(pop(call("a", lin), plain_card(lin)))
        await run.settle()
        wrote: list[str] = []
        monkeypatch.setattr(run.app._driver, "write", wrote.append)
        await run.press("f2", "ctrl+x")
        assert copied(wrote) == []
        await run.press("O", "K", "ctrl+x", "ctrl+x")
        assert copied(wrote) == ["\x1b]52;c;T0s=\x07"]
        await run.press("ctrl+v")
        assert run.screen.area.text == "OK"
        run.screen.guard.lock()
        await run.settle()
        run.app.copy_to_clipboard("1234")
        assert len(copied(wrote)) == 1
