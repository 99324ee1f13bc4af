"""The desk line by line, on standard input and output: `ringdesk desk --plain`."""

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from cli.onterminal import until_told
from cli.pipes import stdin_chunks, write_stdout
from cli.refusals import reworded
from cli.roots import CLOCK, steady
from config.settings import Settings
from ringdesk.errors import RingdeskError
from ringdesk.hours import hours
from ringdesk.safetext import SafeText
from terminal import words
from terminal.plain import PlainDesk
from terminal.plain.voice import OPENING, UNLOCKED
from terminal.screens.wrapup import Mode, WrapUp
from terminal.widgets.speech import say
from terminal.widgets.telephone import home

if TYPE_CHECKING:
    from terminal.desk import Desk


def run_plain(
    opening: "Callable[[], AbstractAsyncContextManager[Desk]]",
    settings: Settings,
    hint: Callable[[], SafeText] = SafeText,
) -> int:
    """Open the desk and talk until `q` or the end of input; the exit code."""
    words.language(settings.general.language)
    home(settings.general.region)
    open_hours = hours(settings.business.hours, settings.business.closed)
    wrap_up = WrapUp(Mode(settings.desk.wrap_up), settings.desk.wrap_up_seconds)
    shared = sys.stdin.isatty() and sys.stdout.isatty()

    async def work() -> None:
        write_stdout(f"{say(OPENING)}\n".encode())
        if settings.desk.lock_minutes:
            write_stdout(f"{say(UNLOCKED)}\n".encode())
        async with opening() as desk:
            plain = PlainDesk(
                desk,
                write_stdout,
                wall=CLOCK,
                steady=steady,
                hours=open_hours,
                wrap_up=wrap_up,
                shared=shared,
                hint=hint,
            )
            await plain.run(stdin_chunks())

    try:
        return until_told(work)
    except RingdeskError as error:
        raise reworded(error) from error
