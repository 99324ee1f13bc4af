"""`ringdesk setup`: from nothing to the first call, step by step, in plain lines.

What the settings file has already is proposed, so setup can be run again. Nothing is written before the end, or before
`quit`, which keeps the answers so far; Ctrl+C leaves the settings as they were.
"""

import argparse
import locale
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cli.desk import LateLog
from cli.plan import Plan
from cli.setup_answers import Answers
from cli.setup_console import Back, Console, Quit, Skipped
from config.load import places
from ringdesk import numbers
from ringdesk.errors import BadInput, RingdeskError
from ringdesk.numbers import Kind
from ringdesk.safetext import SafeText
from terminal import words
from terminal.widgets.speech import because, mark, say
from terminal.widgets.telephone import home, written

EXAMPLE: Final = "02-2345-6789"
LANGUAGES: Final = (("zh-Hant", "繁體中文"), ("en", "English"))
RINGS: Final = ("wait", "simulate", "skip")
KINDS: Final = {
    Kind.MOBILE: mark("a mobile telephone"),
    Kind.FIXED: mark("a fixed line"),
    Kind.TOLL_FREE: mark("a toll-free number"),
}


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

    @property
    def data(self) -> Path:
        """The data directory of the desk."""
        known = self.answers["desk.data"]
        return Path(known).expanduser() if known else places().data

    @property
    def place(self) -> tuple[str, str]:
        """Region and area code."""
        return self.answers["general.region"], self.answers["general.area"]


def language(setup: Setup) -> str:
    """Which language."""
    given = setup.options.language
    if given is None:
        known = setup.answers["general.language"] or (locale.getlocale()[0] or "")
        tags = [tag for tag, _ in LANGUAGES]
        proposal = 2 if known.startswith("en") else 1
        given = tags[
            setup.console.choose(SafeText("語言 Language"), [SafeText(name) for _, name in LANGUAGES], proposal)
        ]
    words.language(given)
    setup.answers["general.language"] = given
    return str(given)


def region(setup: Setup) -> str:
    """Country and area code of the lines; a number read aloud is the check."""
    console, options = setup.console, setup.options
    while True:
        country = (options.region or console.ask(say("Country of the lines, two letters:"), setup.place[0])).upper()
        area = (
            options.area
            if options.area is not None
            else console.ask(say("Area code without the 0, as in 2 for Taipei (- for none):"), setup.place[1])
        )
        area = "" if area == "-" else area.lstrip("0")
        if not numbers.known_region(country) or not (area == "" or (area.isdecimal() and len(area) <= 5)):
            wrong = BadInput(f"{country!r} with area code {area!r} is no place with telephones; write TW and 2")
            if options.region or options.area is not None:
                raise wrong
            console.wrong(wrong)
            continue
        example = (
            console.ask(say("A number to try:"), EXAMPLE if country == "TW" else "") if not options.region else EXAMPLE
        )
        console.say(aloud(example, country, area))
        setup.answers["general.region"], setup.answers["general.area"] = country, area
        home(country)
        return f"{country} {area}".strip()


def aloud(raw: str, country: str, area: str) -> SafeText:
    """What a number means on these lines."""
    number = numbers.read(raw, country, area)
    shown = SafeText(raw)
    if number.e164 is None:
        return say("{number}: {text}", number=shown, text=because(number.why))
    kind = say(KINDS[number.kind]) if number.kind in KINDS else SafeText(number.kind)
    return say(
        "{number} is {read}, {kind}.",
        number=shown,
        read=SafeText(f"{written(number.e164, shown)} ({number.e164})"),
        kind=kind,
    )


def line(setup: Setup) -> str:
    """The telephone line."""
    from cli import setup_line

    options, known = setup.options, setup.answers["desk.sources"]
    if options.no_source:
        found: tuple[str, ...] = ()
    elif options.source:
        found = tuple(options.source)
        for url in found:
            setup_line.probe(setup.console, url, *setup.place)
    else:
        found = setup_line.find(setup.console, *setup.place, tuple(known))
    setup.answers["desk.sources"] = found
    return " ".join(found)


def ring(setup: Setup) -> str:
    """A test ring on that line."""
    from cli import setup_line

    sources = setup.answers["desk.sources"]
    how = setup.options.ring
    if how is None and sources:
        entries = [say("wait for a real ring, up to a minute"), say("simulate one"), say("no test")]
        how = RINGS[setup.console.choose(say("A test ring?"), entries, 3 if setup.console.yes else 1)]
    if not sources or how != "wait":
        # the simulated ring is the test call at the end
        raise Skipped
    return setup_line.await_ring(setup.console, sources[0], *setup.place)


def server(setup: Setup) -> str:
    """Where the server is."""
    from cli import setup_server

    options, console, answers = setup.options, setup.console, setup.answers
    if options.data:
        answers["desk.data"] = str(Path(options.data).expanduser().absolute())
    address = "" if options.embedded else options.server
    if address is None and not options.embedded:
        entries = [say("this desk alone, with a server of its own"), say("a server on the network")]
        if console.choose(say("Where is the server?"), entries, 2 if answers["desk.server"] else 1) == 0:
            address = ""
    if address == "":
        answers["desk.server"] = ""
        return "embedded"
    while True:
        try:
            address = setup_server.check_address(
                options.server
                or console.ask(say("Address, as in `wss://shop-server.local:8780/sync`:"), answers["desk.server"])
            )
            said = _signed_in(setup, address)
        except RingdeskError as error:
            if options.server:
                raise
            console.wrong(error)
            continue
        console.say(said)
        return str(address)


def _signed_in(setup: Setup, address: str) -> SafeText:
    from cli import setup_server

    options, console, answers = setup.options, setup.console, setup.answers
    user = options.user or console.ask(say("User:"), answers["desk.user"])
    file = options.password_file or answers["desk.password_file"]
    password = (
        setup_server.read_first_line(file, "the password") if file else console.ask(say("Password:"), secret=True)
    )
    code = setup_server.ask_code(console, setup.data, options.enrol, options.enrol_file)
    console.say(say("Signing in ..."))
    said = setup_server.log_in(Plan(data=setup.data, server=address, user=user, password=password, code=code))
    answers["desk.server"], answers["desk.user"] = address, user
    if file:
        answers["desk.password_file"] = str(Path(file).expanduser().absolute())
    return said


def call(setup: Setup) -> str:
    """A test call, popped here."""
    from cli.setup_call import pop_a_call

    setup.console.say(say("A test call with a fictional member comes through everything real ..."))
    setup.console.say(*pop_a_call())
    return "popped"


STEPS: Final[tuple[Callable[[Setup], str], ...]] = (language, region, line, ring, server, call)
"""The steps in their order; the name of each is its name for `--only` and in status lines."""


def run(options: argparse.Namespace) -> int:
    """Ask, try, write."""
    answers = Answers(options.config if options.config is not None else places().settings)
    words.language(options.language or answers["general.language"])
    LateLog(places().state / "setup.log", "info").open()
    console = Console(yes=options.yes, json=options.json)
    setup = Setup(options, console, answers)
    console.say(say("Setup. Enter takes what is proposed; `skip`, `back` and `quit` work at every question."))
    try:
        _steps(setup)
    except Quit:
        console.status("setup", "quit")
    if answers.keep():
        console.say(say("Written: {file}", file=SafeText(str(answers.file))))
    console.status("write", "done", file=str(answers.file))
    start = "ringdesk desk" if options.config is None else f"ringdesk desk --config {options.config}"
    console.say(say("Start with: {command}", command=SafeText(start)))
    return 0


def _steps(setup: Setup) -> None:
    steps = [step for step in STEPS if setup.options.only in (None, step.__name__)]
    at = 0
    while at < len(steps):
        name = steps[at].__name__
        try:
            said = steps[at](setup)
        except Skipped:
            setup.console.status(name, "skipped")
        except Back:
            at = max(0, at - 1)
            continue
        except RingdeskError as error:
            setup.console.status(name, "failed", reason=str(error))
            raise
        else:
            setup.console.status(name, "done", answer=said)
        at += 1
