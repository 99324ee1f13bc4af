"""`ringdesk setup`: from nothing to the first call, step by step, in plain lines.

What the settings file has already is proposed, so setup can be run again. No setting is written before the end, or before
`quit`, which keeps the answers so far; whatever ends it otherwise leaves the settings as they were, and the answers in a draft
that the next setup proposes.
"""

import argparse
import contextlib
import locale
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from cli import setup_language, setup_place, setup_rows, setup_server
from cli.deskname import computer
from cli.onterminal import LateLog
from cli.setup_answers import Answers
from cli.setup_console import Console, Quit, Skipped, Wrong, spoken
from cli.setup_walk import walk
from config.load import is_language, language_of, places
from ringdesk.dialects import Level
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.safetext import SafeText
from terminal import words
from terminal.widgets.speech import mark, say

NO_LANGUAGE: Final = mark("there are no words in the language {language}; use `en` or `zh-Hant`")
STEP_NAMES: Final = {
    "language": mark("language"),
    "region": mark("where the lines are"),
    "line": mark("the telephone line"),
    "ring": mark("a test ring"),
    "server": mark("the server"),
    "call": mark("a test call"),
}
NO_RING: Final = mark("Nothing is tested: this desk has no line of its own.")
RING_LATER: Final = mark("No test ring now; `ringdesk setup --only ring` makes one later.")
RING_AT_THE_END: Final = mark("No real ring is waited for: the test call at the end is simulated.")
NO_LINE: Final = mark(
    "Without a line the desk shows the calls of the other desks. Later: `ringdesk setup --only line`."
)
GREETING: Final = mark("Setup. Enter takes what is proposed; `skip`, `back` and `quit` work at every question.")
DRAFT: Final = "setup-draft.json"
"""In the state directory: the answers of a setup that was broken off."""
RINGS: Final = ("wait", "simulate", "skip")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags: every question has one."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="the settings file to write")
    parser.add_argument("--language", help="language of screens: en, zh-Hant")
    parser.add_argument("--region", help="country of the lines, ISO 3166")
    parser.add_argument("--area", help="area code of the lines, without the leading 0")
    parser.add_argument("--source", action="append", metavar="URL", help="the telephone line; may be repeated")
    parser.add_argument("--no-source", action="store_true", help="this desk has no line of its own")
    parser.add_argument("--ring", choices=RINGS, help="the test ring: wait for a real one, simulate one, or none")
    parser.add_argument("--server", metavar="URL", help="address of the server, ws(s)://HOST:PORT/sync")
    parser.add_argument("--embedded", action="store_true", help="the desk starts a server of its own")
    enrol = parser.add_mutually_exclusive_group()
    enrol.add_argument("--enrol", default="", metavar="CODE", help="one-time code of `ringdesk admin enrol`")
    enrol.add_argument("--enrol-file", default="", metavar="FILE", help="file with that code")
    parser.add_argument("--user", metavar="NAME", help="who signs in")
    parser.add_argument("--password-file", metavar="FILE", help="file with their password in its first line")
    parser.add_argument("--name", help="name of this desk or shop on the screen; default: the computer's")
    parser.add_argument("--data", metavar="DIR", help="where the data is; default: the platform's data directory")
    parser.add_argument("--only", choices=[step.__name__ for step in STEPS], help="do one step again")
    parser.add_argument("--yes", action="store_true", help="ask nothing: take every proposal")
    parser.add_argument("--json", action="store_true", help="status lines for programs on stdout")


class Setup:
    """What the steps share."""

    def __init__(self, options: argparse.Namespace, console: Console, answers: Answers) -> None:
        self.options = options
        self.console = console
        self.answers = answers
        self.trouble = ""
        """What a step that is done did not find well, in English for programs."""

    @property
    def data(self) -> Path:
        """The data directory of the desk."""
        known = self.answers["desk.data"]
        return Path(known).expanduser() if known else places().data

    @property
    def user(self) -> str:
        """Who works at a desk with a server of its own."""
        return self.answers["desk.user"] or "me"

    @property
    def place(self) -> tuple[str, str]:
        """Region and area code."""
        return self.answers["general.region"], self.answers["general.area"]


def language(setup: Setup) -> str:
    """Which language."""
    given = setup.options.language
    if given is None:
        known = setup.answers["general.language"] or words.language() or ""
        proposal = 1 if known.startswith("zh") or _speaks_chinese() else 2
        given = setup_language.asked(setup.console, setup.answers["general.language"], proposal)
    if not given or not is_language(given):
        raise Wrong(NO_LANGUAGE, language=SafeText(given))
    words.language(given)
    setup.answers["general.language"] = given
    if not setup.console.yes:
        setup.console.say(say("The desk speaks English from here on."))
    return str(given)


def _speaks_chinese() -> bool:
    """Whether the system does, where the environment says nothing (Windows)."""
    spoken = locale.getlocale()[0] or ""
    return spoken.startswith(("zh", "Chinese"))


def region(setup: Setup) -> str:
    """Country and area code of the lines."""
    options, answers = setup.options, setup.answers
    asks = options.region is None and options.area is None
    while True:
        country, area = setup_place.ask(setup.console, setup.place, options.region, options.area)
        answers["general.region"], answers["general.area"] = country, area
        setup.console.finished("region")  # the answers propose it, as people write it
        if setup_place.check(setup.console, country, area, asks=asks):
            break
        setup.console.instead(0)
    return f"{country} {area}".strip()


def line(setup: Setup) -> str:
    """The telephone line."""
    from cli import setup_line

    options, known = setup.options, setup.answers["desk.sources"]
    if options.no_source:
        found: tuple[str, ...] = ()
    elif options.source:
        found = tuple(map(setup_line.addressed, options.source))
        for url in found:
            notice = setup_line.probe(setup.console, url, *setup.place, setup.answers["general.dialects"])
            if notice.level is not Level.OK:
                setup.trouble = notice.why.english()
    else:
        found = setup_line.chosen(setup.console, *setup.place, tuple(known), setup.answers["general.dialects"])
    setup_line.warn_of_names(setup.console, found, tuple(known))
    setup.answers["desk.sources"] = found
    if found:
        setup.console.say(say("This desk listens to {lines}.", lines=SafeText(" ".join(found))))
    elif not setup.console.yes:
        setup.console.say(say(NO_LINE))
    return " ".join(found)


def ring(setup: Setup) -> str:
    """A test ring on that line."""
    from cli import setup_line

    sources = setup.answers["desk.sources"]
    how, console = setup.options.ring, setup.console
    if how is None and sources:
        entries = [say("wait for a real ring, up to a minute"), say("simulate one"), say("no test")]
        named = {name: row for row, name in enumerate(RINGS)}
        how = RINGS[console.choose(say("A test ring?"), entries, 3 if console.yes else 1, meant=named.get, name="ring")]
    if not sources or how != "wait":
        why = RING_AT_THE_END if how == "simulate" else RING_LATER
        raise Skipped(say(why if sources else NO_RING))
    while True:
        came = setup_line.await_ring(console, sources[-1], *setup.place, setup.answers["general.dialects"])
        console.settled()
        asks = setup.options.ring is None and not console.yes
        if came in setup_line.HEARD or not asks:
            return came
        if console.choose(say("Once more?"), [say("ring once more"), say("go on without it")], 1) == 1:
            return came


def server(setup: Setup) -> str:
    """Where the server is."""
    options, console, answers = setup.options, setup.console, setup.answers
    if options.data:
        answers["desk.data"] = str(Path(options.data).expanduser().absolute())
    if options.name is not None:
        answers["desk.name"] = options.name
    address, typed = "" if options.embedded else options.server, ""
    if address is None and not options.embedded:
        entries = [say("this desk alone, with a server of its own"), say("a server on the network")]
        row, typed = console.choose_or_type(
            say("Where is the server?"),
            entries,
            2 if answers["desk.server"] else 1,
            meant=_server_meant,
            name="server.where",
        )
        if row == 0:
            address = ""
    if address == "":
        answers["desk.server"] = ""
        if not options.embedded and options.server is None:
            if not (setup.data / "server.db").exists():
                answers["desk.user"] = console.ask(
                    say("Your name, as it stands on the screen and in notes:"), setup.user
                )
            called = console.ask(
                say("Name of this desk or shop, as it stands on the screen:"), answers["desk.name"] or computer()
            )
            answers["desk.name"] = "" if called == computer() else called
        console.say(say("This desk works with a server of its own, which starts and ends with it."))
        return "embedded"
    return setup_server.join(setup, typed)


def _server_meant(typed: str) -> int | None:
    """The address of a server, where the row for it was asked."""
    return 1 if setup_rows.scheme(typed) or setup_rows.is_host(typed) else None


def call(setup: Setup) -> str:
    """A test call, popped here."""
    from cli.setup_call import pop_a_call

    setup.console.say(say("A test call with a fictional member comes through everything real ..."))
    setup.console.say(
        *pop_a_call(), say("The test call came through. So it will look, on the screen with the whole card.")
    )
    return "popped"


STEPS: Final[tuple[Callable[[Setup], str], ...]] = (language, region, line, ring, server, call)
"""The steps in their order; the name of each is its name for `--only` and in status lines."""


def run(options: argparse.Namespace) -> int:
    """Ask, try, write. What ends it is said in the language of the conversation."""
    try:
        return _converse(options)
    except BadInput as error:
        raise BadInput(spoken(error)) from error
    except RingdeskError as error:
        raise RingdeskError(spoken(error)) from error


def _converse(options: argparse.Namespace) -> int:
    if options.language:
        options.language = setup_language.tag(options.language)
    if options.language and is_language(options.language):
        words.language(options.language)
    elif not options.language:
        words.language(
            language_of(options.config)
        )  # what ends it before the first question is said in some language too
    answers = Answers(options.config if options.config is not None else places().settings)
    if options.language:
        if not is_language(options.language):
            raise Wrong(NO_LANGUAGE, language=SafeText(options.language))
        answers["general.language"] = options.language
    words.language(answers["general.language"])
    answers.expect_writable()
    LateLog(places().state / "setup.log", "info").open()
    console = Console(yes=options.yes, json=options.json)
    setup = Setup(options, console, answers)
    if not options.yes:
        found = answers.resume(places().state / DRAFT)
        words.language(answers["general.language"])
        console.begun, console.changed = answers.begun, answers.set_aside
        console.say(*setup_language.in_each(answers["general.language"], lambda: say(GREETING)))
        if found:
            console.say(say("The answers of the setup that was broken off are proposed."))
    try:
        with _told_to_end():
            steps = [step for step in STEPS if options.only in (None, step.__name__)]
            walk(setup, steps, lambda name: say(STEP_NAMES[name]))
    except Quit:
        console.status("setup", "quit")
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # the terminal may be gone
            console.say(SafeText(), say("Stopped; no setting was changed. `ringdesk setup` goes on with your answers."))
        raise
    if answers.keep():
        console.say(say("Written: {file}", file=SafeText(str(answers.file))))
    else:
        console.say(say("Nothing was to write: {file} says all that already.", file=SafeText(str(answers.file))))
    answers.done(places().state / DRAFT)
    console.status("write", "done", file=str(answers.file))
    start = "ringdesk desk" if options.config is None else f"ringdesk desk --config {options.config}"
    console.say(say("Start with: {command}", command=SafeText(start)))
    return 0


@contextlib.contextmanager
def _told_to_end() -> Iterator[None]:
    """SIGTERM and SIGHUP (the window was closed) end setup as Ctrl+C does."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
