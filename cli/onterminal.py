"""A desk on the terminal of its person: the screen, the log behind it, and what ends it from outside."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cli.hangup import ended_by_hangup, ended_by_signal
from cli.output import complain
from cli.roots import CLOCK, steady
from config.settings import Settings
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.hours import hours
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from terminal.desk import Desk

register(
    {
        "desk_no_terminal": (
            "the desk draws on a terminal, and this is none; add --plain for lines, --headless for JSON"
        ),
        "desk_dumb_terminal": (
            "this terminal cannot draw (TERM={term}); add --plain for lines, or set TERM=xterm-256color if it can"
        ),
        "practice_no_terminal": "the desk draws on a terminal, and this is none; add --plain for lines",
        "demo_no_terminal": (
            "the demo draws on a terminal, and this is none; `ringdesk desk --practice --plain` shows much the same in"
            " lines, --headless prints JSON"
        ),
        "demo_dumb_terminal": (
            "this terminal cannot draw (TERM={term}); `ringdesk desk --practice --plain` shows much the same in lines,"
            " or set TERM=xterm-256color if it can"
        ),
    }
)

DUMB = ("dumb", "unknown")
"""Kinds of terminal that know no escape sequence (terminfo(5)). One that says no kind at all is drawn on."""
GIVE_WAY = 0.0005
"""Seconds after which a thread of the store lets the screen go on. Python's own 5 ms are a third of a pop."""


def expect_terminal(what: Literal["desk", "practice", "demo"] = "desk") -> None:
    """Raises `BadInput` where there is nothing to draw on, with what `what` can do without."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BadInput(Why(f"{what}_no_terminal"))
    term = os.environ.get("TERM", "")
    if term in DUMB:
        raise BadInput(Why("demo_dumb_terminal" if what == "demo" else "desk_dumb_terminal", {"term": term}))


async def show(
    opening: "Callable[[], AbstractAsyncContextManager[Desk]]",
    agent: str,
    settings: Settings,
    log: "LateLog",
    *,
    hint: "Callable[[], SafeText]" = SafeText,
    site: str = "",
    spoken: bool = False,
) -> None:
    """The screen: the shell is painted first, then the log is opened, and `opening` opens the desk behind it. `hint` gives
    one line for the banner.

    `spoken`: the command line says the language, whatever the person chose earlier. Raises `RingdeskError` when the screen
    ended otherwise than by its person; where the desk could not be opened, in the language of the screen.
    """
    from terminal.app import RingdeskApp
    from terminal.screens.wrapup import Mode, WrapUp

    opened_here = contextlib.AsyncExitStack()
    colourless = bool(os.environ.get("NO_COLOR"))  # https://no-color.org

    async def open_desk() -> "Desk":
        log.open()
        desk = await opened_here.enter_async_context(opening())
        gc.collect()
        gc.freeze()  # modules and styles live as long as the desk: looking through them again and again delays pops
        return desk

    sys.setswitchinterval(GIVE_WAY)

    app = RingdeskApp(
        open_desk,
        language=settings.general.language,
        region=settings.general.region,
        agent=SafeText(agent),
        site=SafeText(site),
        wall=CLOCK,
        steady=steady,
        keys=settings.desk.keys,
        theme="none" if colourless else settings.general.theme,
        notify=settings.desk.notify,
        lock_minutes=settings.desk.lock_minutes,
        fixed=("theme",) * colourless + ("language",) * spoken,
        wrap_up=WrapUp(Mode(settings.desk.wrap_up), settings.desk.wrap_up_seconds),
        hours=hours(settings.business.hours, settings.business.closed),
    )
    app.guide(hint)
    async with opened_here:
        loop = asyncio.get_running_loop()
        with (
            ended_by_hangup(sys.stdin.fileno(), loop, app.hung_up),
            ended_by_signal(loop, lambda: app.call_later(app.end)),
        ):
            await app.run_async()
    if app.unopened is not None:
        from cli.refusals import reworded

        raise reworded(app.unopened) from app.unopened
    if app.failure is not None:
        raise RingdeskError(app.failure)


def until_told(work: Any) -> int:
    """Run `work()`; SIGTERM, SIGHUP and SIGINT end it in order. The exit code: 0, or 130 after Ctrl+C."""

    async def main() -> None:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):  # SIGHUP: the terminal window was closed
            with contextlib.suppress(NotImplementedError, AttributeError):  # Windows ends a process without asking it
                loop.add_signal_handler(getattr(signal, name), task.cancel)
        await work()

    try:
        asyncio.run(main())
    except asyncio.CancelledError:
        return 0
    return 0


class LateLog(logging.Handler):
    """The log file, opened when the shell is painted, or before that by the first record. It costs as much as a third of
    the shell. A desk whose log cannot be written works all the same."""

    def __init__(self, path: Path, level: str) -> None:
        super().__init__()
        self._path = path
        self._level = level
        logging.getLogger().handlers = [self]

    def open(self) -> None:
        """From now on everything goes to the file. Twice is no error."""
        root = logging.getLogger()
        if self not in root.handlers:
            return
        root.removeHandler(self)
        from cli import logs

        try:
            logs.to_file(self._path, self._level)
        except OSError as error:
            complain(f"nothing is logged: {self._path}: {error.strerror}; make that folder writable")

    def emit(self, record: logging.LogRecord) -> None:
        """The first record, before the file: open it."""
        self.open()
        logging.getLogger().handle(record)
