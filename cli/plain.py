"""The desk line by line, on standard input and output: `ringdesk desk --plain`."""

import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from cli.desk import until_told
from cli.pipes import stdin_chunks, write_stdout
from cli.roots import wall
from config.settings import Settings
from ringdesk.safetext import SafeText
from terminal import words
from terminal.plain import PlainDesk
from terminal.plain.voice import OPENING
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
    shared = sys.stdin.isatty() and sys.stdout.isatty()

    async def work() -> None:
        write_stdout(f"{say(OPENING)}\n".encode())
        async with opening() as desk:
            await PlainDesk(desk, write_stdout, wall=wall, shared=shared, hint=hint).run(stdin_chunks())

    return until_told(work)
