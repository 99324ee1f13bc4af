"""`ringdesk desk`: the terminal of a phone agent: on the screen, line by line (`--plain`), or for a program (`--headless`)."""

import argparse
import contextlib
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cli.asking import asked_secretly, code_asked, user_asked
from cli.deskname import names
from cli.firstline import first_line
from cli.onterminal import LateLog, expect_terminal, show, until_told
from cli.output import complain
from config.load import load, places
from config.settings import Settings
from ringdesk.errors import BadInput, Refused
from ringdesk.why import Why, register

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from cli.plan import Plan
    from terminal.callerid.source import SourceSpec
    from terminal.desk import Desk


register(
    {
        "desk_same_source": "two of the sources have the same id; name each source once",
    }
)

TRIES: Final = 3
"""How often a password may be typed before the desk gives up."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "--server",
        metavar="URL",
        help="HOST:PORT, or in full ws(s)://HOST:PORT/sync; without it the desk starts its own",
    )
    parser.add_argument("--data", metavar="DIR", help="where the replica is; default: the platform's data directory")
    enrol = parser.add_mutually_exclusive_group()
    enrol.add_argument("--enrol", metavar="CODE", help="one-time code of `ringdesk admin enrol`, at the first start")
    enrol.add_argument("--enrol-file", metavar="FILE", help="file with that code")
    parser.add_argument("--user", metavar="NAME", help="who signs in")
    parser.add_argument("--password-file", metavar="FILE", help="file with their password in its first line")
    parser.add_argument(
        "--source", action="append", metavar="URL", help="a telephone line: its port or URL; may be repeated"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--headless", action="store_true", help="JSON lines on stdin and stdout instead of a screen")
    how.add_argument("--plain", action="store_true", help="line by line, for screen readers and slow links")
    parser.add_argument("--practice", action="store_true", help="fictional callers and a guided tour; nothing is kept")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    parser.add_argument("--region", help="country of the lines, ISO 3166")
    parser.add_argument("--area", help="area code of the lines")
    parser.add_argument("--language", help="language of the screen: en, zh-Hant")
    parser.add_argument("--log-level", choices=["debug", "info", "warning", "error"], help="what the log file keeps")


def run(options: argparse.Namespace) -> int:
    """Run the desk until its person, or the end of stdin, ends it."""
    settings = load(options.config, flags=_flags(options))
    if options.practice:
        from cli.practice import practise

        return practise(options, settings)
    plan = _plan(settings, options)
    log = LateLog(places().state / "desk.log", settings.general.log_level)
    if options.headless:
        log.open()
        return run_headless(plan, settings)
    if options.plain:
        from cli.plain import run_plain

        log.open()
        return _signed_in(lambda plan: run_plain(lambda: opened(plan), settings), plan, settings, options)
    expect_terminal()
    spoken = options.language is not None
    agent, site = names(plan.user, settings)

    def on_screen(plan: "Plan") -> int:
        return until_told(lambda: show(lambda: opened(plan), agent, settings, log, site=site, spoken=spoken))

    return _signed_in(on_screen, plan, settings, options)


def run_headless(plan: "Plan", settings: Settings) -> int:
    """The JSON line protocol until stdin ends."""
    from cli.pipes import stdin_chunks, write_stdout
    from terminal import words
    from terminal.headless import Headless

    words.language(settings.general.language)

    async def work() -> None:
        async with opened(plan) as desk:
            await Headless(desk, write_stdout).run(stdin_chunks())

    return until_told(work)


@contextlib.asynccontextmanager
async def opened(plan: "Plan") -> "AsyncIterator[Desk]":
    """The desk of a plan, with all its parts, closed at the end."""
    from cli.deskroot import DeskRoot

    root = DeskRoot(plan)
    try:
        yield await root.open()
    finally:
        await root.close()


def _flags(options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    desk = {
        "server": options.server,
        "data": options.data,
        "user": options.user,
        "password_file": options.password_file,
        "enrol_file": options.enrol_file,
        "sources": None if options.source is None else tuple(options.source),
    }
    names = ("region", "area", "language", "log_level")
    return {"desk": desk, "general": {name: getattr(options, name) for name in names}}


def _plan(settings: Settings, options: argparse.Namespace) -> "Plan":
    """What the settings mean, checked before the screen is taken. Raises `BadInput`."""
    from cli.plan import Plan

    desk, general = settings.desk, settings.general
    specs = _sources(settings) if desk.sources else ()
    data = Path(desk.data).expanduser() if desk.data else places().data
    server = password = user = code = ""
    if desk.server:
        from cli.paths import exists
        from terminal.sync.address import addressed, spelled_out
        from terminal.sync.key import KEY_FILE

        server = spelled_out(desk.server)
        addressed(server)
        user, password = _login(settings, options)
        if not exists(data / KEY_FILE):
            code = options.enrol or (first_line(desk.enrol_file) if desk.enrol_file else "")
            code = code or code_asked(general.language, options)
        else:  # known already, or an enrolment that did not come to its end
            spare = options.enrol_file and exists(Path(options.enrol_file).expanduser())
            code = options.enrol or (first_line(desk.enrol_file) if spare else "")
    return Plan(
        data=data,
        server=server,
        user=user or desk.user,
        password=password,
        code=code,
        sources=specs,
        region=general.region,
        area=general.area,
        dialects=general.dialects,
        config=options.config,
    )


def _login(settings: Settings, options: argparse.Namespace) -> tuple[str, str]:
    """Who signs in, and the password: as the settings say, else as is typed. Raises `BadInput`."""
    desk = settings.desk
    user = desk.user or user_asked(settings.general.language, options)
    if desk.password_file:
        return user, first_line(desk.password_file)
    return user, asked_secretly(user, settings.general.language, options)


def _signed_in(work: "Callable[[Plan], int]", plan: "Plan", settings: Settings, options: argparse.Namespace) -> int:
    """Run `work`; a login that was typed and is wrong is asked for again, `TRIES` times in all."""
    typed = bool(settings.desk.server) and not settings.desk.password_file
    for _ in range(TRIES - 1 if typed else 0):
        try:
            return work(plan)
        except Refused as error:
            from cli.refusals import is_wrong_login, once_more

            if not is_wrong_login(error):
                raise
            complain(str(once_more(error)))
        user, password = _login(settings, options)
        plan = plan.signing_in(user, password)
    return work(plan)


def _sources(settings: Settings) -> "tuple[SourceSpec, ...]":
    from cli.pumps import expect_dialect
    from terminal.callerid.source import expect_apart, parse

    general = settings.general
    urls = settings.desk.sources
    specs = tuple(parse(url, platform.node(), region=general.region, area=general.area) for url in urls)
    if len({spec.id for spec in specs}) < len(specs):
        raise BadInput(Why("desk_same_source"))
    expect_apart(specs)
    for spec in specs:
        expect_dialect(spec, general.dialects)
    return specs
