"""The plain desk: lines in, lines out, nothing else.

A terminal in line mode keeps a half-typed line to itself until Enter, so nobody can know of one: news is said at once, on
a line of its own, and nothing is said again. What was typed by then is still there; Enter sends it as if nothing had come.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Final

import structlog

from ringdesk.errors import Refused, RingdeskError
from ringdesk.hours import Hours
from ringdesk.safetext import SafeLines, SafeText
from terminal.desk import Desk
from terminal.headless import Lines
from terminal.news import News
from terminal.plain import calls, home, past, people, team, voice
from terminal.plain.bench import Bench
from terminal.plain.commands import COMMANDS, ESCAPE, NOTHING, NUMBER, Command, is_number, parse, plain, shown
from terminal.screens.day import lost_before
from terminal.screens.promised import to_dial
from terminal.screens.windows import UNKNOWN
from terminal.screens.wrapup import WrapUp
from terminal.widgets.speech import REFUSALS, because, say

MAX_LINE: Final = 64 * 1024
"""Bytes of one line; a longer one is not taken."""
TICK: Final = 1.0

_ACTS: Final[Mapping[str, Callable[[Bench, str], Awaitable[None]]]] = {
    "take": calls.take,
    "note": people.note,
    "save": people.save,
    "wrapup": calls.wrap_up,
    "later": calls.later,
    "hold": calls.hold,
    "hand": calls.hand_on,
    "attach": people.attach,
    "register": people.register,
    "junk": calls.junk,
    "card": people.card,
    "timeline": past.timeline,
    "tasks": people.tasks,
    "done": people.done,
    "search": people.search,
    "answers": people.answers,
    "lines": calls.lines,
    "same": calls.same,
    "missed": calls.missed,
    "drafts": home.drafts,
    "undo": home.undo,
    "home": home.home,
    "me": team.me,
    "state": home.state,
}
"""What each command does; `help` and `quit` are the conversation's own."""

_WORKS: Final[Mapping[str, Callable[[Bench], bool]]] = {
    "take": calls.can_take,
    "hold": calls.on_a_call,
    "same": calls.may_be_one,
    "hand": calls.on_a_call,
    "note": lambda bench: not bench.nobody,
    "save": lambda bench: bool(bench.typed),
    "wrapup": lambda bench: not bench.nobody,
    "later": lambda bench: to_dial(bench.board.person) is not None,
    "timeline": people.known_caller,
    "tasks": people.known_caller,
    "done": people.known_caller,
    "attach": people.known_caller,
    "register": people.unknown_caller,
    "undo": lambda bench: bool(bench.work.undo.labels()),
}
"""When a command would do something; what is not here always does."""

_log = structlog.get_logger(__name__)


class PlainDesk:
    """One conversation with one person.

    `write` takes whole lines and may block; it is called in a thread. `wall` gives seconds since 1970, `zone` is the time
    zone of the desk, `hours` are those of the business, `wrap_up` has the rules of the work after a call. `shared`: a
    terminal echoes what is typed, so news begins on a new line. `hint` is one more line, said whenever it changes.
    """

    def __init__(  # noqa: PLR0913 - what a composition root knows, each by its name
        self,
        desk: Desk,
        write: Callable[[bytes], object],
        *,
        wall: Callable[[], float],
        steady: Callable[[], float] | None = None,
        zone: tzinfo | None = None,
        hours: Hours = UNKNOWN,
        wrap_up: WrapUp | None = None,
        shared: bool = False,
        hint: Callable[[], SafeText] = SafeText,
    ) -> None:
        self._desk = desk
        self._write = write
        self._shared = shared
        self._hint = hint
        self._hinted = SafeText()
        self._out: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.bench = Bench(desk, self._say, wall, zone, hours, wrap_up, steady)

    async def run(self, chunks: AsyncIterator[bytes]) -> None:
        """Obey until `quit` or the end of `chunks`. Drafts are kept. Raises `BrokenPipeError` when the reader is gone."""
        bench = self.bench
        bench.board.begin(self._desk.calls(), self._desk.person.person)
        bench.board.remember(await lost_before(self._desk, bench.now.at))
        bench.keeper.begin(self._desk, await self._desk.drafts())
        bench.settle()
        self._say((say("Ringdesk, line by line. {key} reads the commands.", key=SafeText(shown("help"))),))
        end = self._desk.subscribe(self._hear)
        printer = asyncio.create_task(self._print(), name="printer")
        tasks = [printer, asyncio.create_task(self._obey(chunks)), asyncio.create_task(self._tick())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if not printer.done():
                self._out.put_nowait(None)
            await printer
            await bench.keeper.keep()
            await bench.attendance.leave()
        finally:
            end()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # what comes in

    async def _obey(self, chunks: AsyncIterator[bytes]) -> None:
        lines = Lines(MAX_LINE, keep_empty=True)
        await self.bench.attendance.say()
        await self._act(lambda: home.home(self.bench, ""))
        async for data in chunks:
            for line in lines.feed(data):
                if await self._obeyed(line):
                    return
        for line in lines.end():
            if line and await self._obeyed(line):
                return

    async def _obeyed(self, line: bytes | None) -> bool:
        """Do what one line says; whether it was the last."""
        if line is None:
            self._say((say("This line is too long."),))
            return False
        text = str(SafeLines(line.decode("utf-8", "replace").rstrip("\r")))
        ended = False

        async def do() -> None:
            nonlocal ended
            ended = await self._meant(text)

        await self._act(do)
        return ended

    async def _meant(self, text: str) -> bool:
        bench = self.bench
        if bench.writing is not None:
            if plain(text[:1]) != ESCAPE:
                await people.written(bench, bench.writing, text)
                return False
            bench.writing, text = None, text[1:]
            bench.talk.say(say("The draft is kept."))
        if await bench.talk.answered(text):
            return False
        typed = parse(text)
        if typed.number is not None:
            await bench.talk.chosen(typed.number)
        elif typed.command is not None and (stray := _stray(typed.command, typed.rest)):
            bench.talk.say(stray)
        elif typed.command is not None:
            bench.talk.forget()
            return await self._command(typed.command, typed.rest)
        elif text.strip():
            bench.talk.say(
                say("{text} is no command; {key} reads them.", text=SafeText(text), key=SafeText(shown("help")))
            )
        else:
            bench.talk.say(say("On the desk: {who}.", who=voice.subject(bench.board.person)))
        return False

    async def _command(self, command: Command, rest: str) -> bool:
        if command.id == "help":
            self._say(voice.help_lines([each for each in COMMANDS if _works(each, self.bench)]))
        elif command.id == "quit":
            self._say((say("Goodbye; drafts are kept."),))
            return True
        else:
            await _ACTS[command.id](self.bench, rest)
        return False

    async def _act(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it; what went wrong is one line, and the conversation goes on."""
        try:
            await act()
        except Refused as error:
            reason = say(REFUSALS[error.code]) if error.code in REFUSALS else say(str(error))
            self._say((say("Not done: {reason}", reason=reason),))
        except RingdeskError as error:
            reason = because(error.why) if error.why is not None else SafeText(str(error))
            self._say((say("Not done: {reason}", reason=reason),))
        except Exception as error:  # noqa: BLE001 - logged whole; the note must survive it
            _log.exception("a command failed")
            name = SafeText(type(error).__name__)
            self._say((say("Something went wrong ({name}); the log has the details. You can go on.", name=name),))
        self.bench.settle()
        self._guide()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            await self._act(self._passed)

    async def _passed(self) -> None:
        """A second passed."""
        self._news(await self.bench.tick())

    # what goes out

    def _hear(self, news: News) -> None:
        self._news(self.bench.hear(news))

    def _news(self, lines: Sequence[SafeText]) -> None:
        if lines and self._shared:
            self._out.put_nowait(b"\n")
        self._say(lines)

    def _guide(self) -> None:
        hint = self._hint()
        if hint and hint != self._hinted:
            self._say((hint,))
        self._hinted = hint

    def _say(self, lines: Sequence[SafeText]) -> None:
        """The last gate: whatever a line was made of, one clean line goes out."""
        for line in lines:
            self._out.put_nowait(f"{SafeText(str(line))}\n".encode("utf-8", "replace"))

    async def _print(self) -> None:
        while (line := await self._out.get()) is not None:
            with contextlib.suppress(asyncio.QueueEmpty):
                while (more := self._out.get_nowait()) is not None:
                    line += more
                await asyncio.to_thread(self._write, line)
                return
            await asyncio.to_thread(self._write, line)


def _works(command: Command, bench: Bench) -> bool:
    test = _WORKS.get(command.id)
    return test is None or test(bench)


def _stray(command: Command, rest: str) -> SafeText:
    """What is said of text behind a command that has no use for it: it may be a note that was meant to be kept."""
    said = {"command": say(command.word), "letter": SafeText(command.letter), "text": SafeText(rest)}
    if rest and command.takes == NOTHING:
        return say("Nothing was done: {command} takes no text, and there is {text}. Type {letter} alone.", **said)
    if rest and command.takes == NUMBER and not is_number(plain(rest)):
        return say("Nothing was done: {command} takes a number or nothing, not {text}. Type {letter} alone.", **said)
    return SafeText()
