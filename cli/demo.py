"""`ringdesk demo`: the whole real path in a temporary directory, without hardware and without an account.

The server is a process of its own, the members come through its import and by sync, the calls from a simulated modem that
speaks its dialect over a socket. Nothing is left behind.
"""

import argparse
import asyncio
import itertools
import random
import sys
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cli import roots
from cli.onterminal import LateLog, expect_terminal, show, until_told
from cli.output import print_json
from cli.plan import Plan
from config.load import load
from ringdesk.calls import Presentation
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.why import Why, register
from terminal import words
from terminal.words import _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from cli.deskroot import DeskRoot
    from cli.simulated_line import SimulatedLine
    from config.settings import Settings
    from ringdesk.ops import Row
    from ringdesk.sample import Speak
    from server.admin import Office
    from terminal.desk import Desk
    from terminal.news import News

USER: Final = "demo"
TAIWAN: Final = "+886"
SYNC_SECONDS: Final = 120.0
POP_SECONDS: Final = 30.0
LINES: Final = 2
"""Telephone lines of the screen; a program reads one."""
UNHURRIED: Final = 9.0
"""Seconds from call to call in which a call can ring at the pace of a real one; below that it rings faster."""
LONGEST: Final = 3600.0
WAITING: Final = 0.2
"""The share of calls from members to whom something was promised: they ask after it."""
SETTLED: Final = 4.0
"""Seconds after the line is listened to until the colleague comes: nothing waits for them."""
TELL_SECONDS: Final = 1.0
MARGIN: Final = 1.125
"""A call follows that many times the silence that ends a ringing."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How the simulated telephone rings. Times in seconds; `gap` is the silence that ends a ringing, `lost` and `withheld`
    the shares of calls from nobody we know."""

    rings: int
    cadence: float
    gap: float
    every: float
    lost: float = 0.0
    withheld: float = 0.0


register(
    {
        "demo_members": "--members must be at least 1, --calls at least 0",
        "demo_every": "--every must be more than 0 and at most {most} seconds",
    }
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--headless", action="store_true", help="print the desk's events as JSON and exit")
    parser.add_argument("--calls", type=int, metavar="N", help="how many calls (headless: 5; on the screen: no end)")
    parser.add_argument("--seed", type=int, default=1, help="other people, other calls")
    parser.add_argument("--members", type=int, default=2000, metavar="N", help="how many fictional members (2000)")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="from call to call (screen: 12, headless: 2)")
    parser.add_argument("--language", help="language of the screen: en, zh-Hant")


def run(options: argparse.Namespace) -> int:
    """Run the demo until its person ends it; headless: until the calls are shown."""
    if options.members < 1 or (options.calls is not None and options.calls < 0):
        raise BadInput(Why("demo_members"))
    if options.every is not None and not 0 < options.every <= LONGEST:
        raise BadInput(Why("demo_every", {"most": f"{LONGEST:g}"}))
    settings = load(flags={"general": {"language": options.language}})
    words.language(settings.general.language)
    if not options.headless:
        expect_terminal("demo")
    with tempfile.TemporaryDirectory(prefix="ringdesk-demo-", ignore_cleanup_errors=True) as folder:
        room = Path(folder)
        log = LateLog(room / "demo.log", "info")
        if options.headless:
            log.open()
            return _headless(room, options)
        return _on_screen(room, options, settings, log)


def _headless(room: Path, options: argparse.Namespace) -> int:
    pace = Pace(rings=2, cadence=0.4, gap=1.0, every=2.0 if options.every is None else options.every)
    wanted = 5 if options.calls is None else options.calls

    async def work() -> None:
        async with _opened(room, pace, options) as (desk, lines):
            news: asyncio.Queue[News] = asyncio.Queue()
            desk.subscribe(news.put_nowait)
            ringing = asyncio.create_task(_ring(lines, pace, options, None))
            try:
                await _print(news, wanted)
            finally:
                ringing.cancel()
                await asyncio.gather(ringing, return_exceptions=True)

    return until_told(work)


async def _print(news: "asyncio.Queue[News]", wanted: int) -> None:
    """Print what the desk says until so many members have called."""
    from terminal.desk.printing import news_object
    from terminal.news import ScreenPop

    shown = 0
    while shown < wanted:
        try:
            async with asyncio.timeout(POP_SECONDS):
                told = await news.get()
        except TimeoutError as error:
            raise RingdeskError("the simulated calls do not arrive; please report what the demo printed") from error
        print_json(news_object(told))
        shown += isinstance(told, ScreenPop) and bool(told.matches)


def _on_screen(room: Path, options: argparse.Namespace, settings: "Settings", log: LateLog) -> int:
    """Everything is made before the screen opens, with a line for each step; the first call comes after the first paint."""
    every = 12.0 if options.every is None else options.every
    quick = min(1.0, every / UNHURRIED)
    pace = Pace(rings=3, cadence=2.0 * quick, gap=4.0 * quick, every=every, lost=0.12, withheld=0.06)

    async def work() -> None:
        log.open()
        async with _opened(room, pace, options) as (desk, lines):

            @asynccontextmanager
            async def opening() -> "AsyncIterator[Desk]":
                ringing = asyncio.create_task(_ring(lines, pace, options, options.calls))
                try:
                    yield desk
                finally:
                    ringing.cancel()
                    await asyncio.gather(ringing, return_exceptions=True)

            _tell(_("opening the screen"))
            await show(opening, _("demo"), settings, log, spoken=options.language is not None)

    return until_told(work)


@asynccontextmanager
async def _opened(
    room: Path, pace: Pace, options: argparse.Namespace
) -> "AsyncIterator[tuple[Desk, tuple[SimulatedLine, ...]]]":
    """The modems, the server with its people, and the desk that has them all; on the screen a colleague beside it."""
    from cli.colleague import NAME, Told, beside
    from cli.deskroot import DeskRoot
    from cli.simulated_line import SimulatedLine
    from ringdesk.simulators.modem import Model, SimulatedModem
    from terminal.callerid.source import parse

    made = 0
    admitted: list[str] = []
    password = roots.random_id()
    async with AsyncExitStack() as stack:
        lines = [
            await stack.enter_async_context(SimulatedLine(SimulatedModem(Model()), roots.wall))
            for _line in range(1 if options.headless else LINES)
        ]
        urls = [f"{await line.serve_socket()}?line={n}&ring-gap={pace.gap:g}" for n, line in enumerate(lines, 1)]
        sources = tuple(parse(url, "demo") for url in urls)
        plan = Plan(data=room, user=USER if options.headless else _("demo"), sources=sources)

        async def people(office: "Office") -> None:
            from ringdesk import sample
            from server import admin

            nonlocal made
            speak = sample.as_written if options.headless else spoken()
            _tell(_("making fictional members: {count}").format(count=options.members))
            if not options.headless:
                await admin.add_user(office, NAME, "agent", password)
            made = await admin.import_rows(
                office, _counted(_rows(options.seed, options.members, speak), options.members)
            )

            if not options.headless:
                admitted.append(await admin.enrol_code(office, "main", "desk"))

        root = DeskRoot(plan, progress=_tell, prepare=people)
        try:
            desk = await root.open()
            _tell(_("bringing the members to the desk"))
            counting = asyncio.create_task(_count(root, made))
            try:
                await desk.sync(SYNC_SECONDS)
            finally:
                counting.cancel()
                await asyncio.gather(counting, return_exceptions=True)
            async with AsyncExitStack() as beside_it:
                if root.server is not None and admitted:
                    told = Told(room / "colleague", root.server.url, NAME, password, admitted[0], options.seed)
                    there = asyncio.create_task(beside(told, _settled(lines[0])))
                    beside_it.push_async_callback(_ended, there)
                yield desk, tuple(lines)
        finally:
            await root.close()


async def _settled(line: "SimulatedLine") -> None:
    """The screen is there, and the machine has time for somebody else's desk."""
    await line.ready()
    await asyncio.sleep(SETTLED)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _counted(rows: "Iterator[tuple[str, Row]]", members: int) -> "Iterator[tuple[str, Row]]":
    """The same rows, with a line a second about how many members there are by now."""
    told, made = time.monotonic(), 0
    for kind, row in rows:
        made += kind == "member"
        if time.monotonic() - told >= TELL_SECONDS:
            told = time.monotonic()
            _tell(_("{count} of {total} members made").format(count=made, total=members))
        yield kind, row


async def _count(root: "DeskRoot", total: int) -> None:
    """A line a second about how many rows have come to the desk."""
    while True:
        await asyncio.sleep(TELL_SECONDS)
        count = await root.rows()
        _tell(_("{count} of {total} rows are at the desk").format(count=min(count, total), total=total))


def spoken() -> "Speak":
    """How the sample speaks where the screen has this language; who reads it as JSON gets it as the shop wrote it."""
    from ringdesk import sample

    return sample.english if words.spoken() == words.ENGLISH_TAG else sample.as_written


def _rows(seed: int, count: int, speak: "Speak") -> "Iterator[tuple[str, Row]]":
    """What the business says; fictional members with what they did, what was written down and promised."""
    from ringdesk import sample

    now = roots.wall()
    for disposition in sample.dispositions(speak):
        yield "disposition", disposition
    for article in sample.articles(seed, now, speak):
        yield "article", article
    for member in sample.people(seed, count, speak):
        yield "member", member
        for contact in sample.history(member, seed, now, speak):
            yield "contact", contact
        for note in sample.notes(member, seed, now, speak):
            yield "note", note
    for contact, task in sample.promised(seed, count, now, speak):
        yield "contact", contact
        yield "task", task


async def _ring(lines: "tuple[SimulatedLine, ...]", pace: Pace, options: argparse.Namespace, count: int | None) -> None:
    """One call after the other, `count` of them or without end, on each line in turn, once the desk listens."""
    rng = random.Random(options.seed)  # noqa: S311 - the same seed, the same calls
    for line in lines:
        await line.ready()
    for index in itertools.count() if count is None else range(count):
        begun = asyncio.get_running_loop().time()
        draw = rng.random() if index else 1.0  # the first one is somebody whom everybody knows
        number, presentation = _caller(rng, draw, pace, options)
        await lines[index % len(lines)].ring(number, None, presentation, pace.rings, pace.cadence)
        over = asyncio.get_running_loop().time()
        await asyncio.sleep(max(pace.gap * MARGIN, pace.every - (over - begun)))


def _caller(
    rng: random.Random, draw: float, pace: Pace, options: argparse.Namespace
) -> tuple[str | None, Presentation]:
    """Who calls, for a draw from 0 to 1: somebody who withholds the number, somebody whom nobody knows, or a member."""
    from ringdesk import sample

    if draw < pace.withheld:
        return None, Presentation.PRIVATE
    if draw < pace.withheld + pace.lost:
        return f"09{rng.randrange(10**8):08d}", Presentation.SHOWN
    waiting = sample.indexes(options.seed, options.members)
    while True:
        known_to_wait = rng.random() < WAITING
        index = rng.choice(waiting) if known_to_wait else rng.randrange(options.members)
        member = sample.member(options.seed, index)
        known = [number.e164 or "" for number in member.numbers]
        dialled = [f"0{e164.removeprefix(TAIWAN)}" for e164 in known if e164.startswith(TAIWAN)]
        if dialled:
            return rng.choice(dialled), Presentation.SHOWN


def _tell(line: str) -> None:
    """Progress, for a person who waits: never on stdout, which is for programs, and never once the screen is there."""
    if sys.stderr.isatty():
        sys.stderr.write(f"ringdesk demo: {line}\n")
        sys.stderr.flush()
