"""`ringdesk desk --practice`: the real desk with fictional callers and a guided tour.

Everything is in a temporary directory: a server of its own, members, two simulated modems. Nothing leaves the machine and
nothing is left behind.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from cli import roots
from cli.demo import spoken
from cli.deskroot import DeskRoot
from cli.plan import Plan
from cli.simulated_line import SimulatedLine
from config.settings import Settings
from ringdesk import sample
from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Presentation
from ringdesk.errors import BadInput
from ringdesk.members import Member
from ringdesk.ops import Row
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.simulators.modem import Model, SimulatedModem
from ringdesk.tour import Deed, Ring
from ringdesk.tracker import Policy, Tracker
from server import admin
from server.admin import Office
from terminal import words
from terminal.callerid.source import parse
from terminal.desk import Business, Desk, Draft
from terminal.guide import DIGITS, Guide
from terminal.news import Match
from terminal.plain.commands import COMMANDS
from terminal.widgets.speech import say

SEED: Final = 1
MEMBERS: Final = 200
COLLEAGUES: Final = ("怡君", "志豪")
STRANGER: Final = "0987000123"
STRANGER_E164: Final = "+886987000123"
TAIWAN: Final = "+886"
RINGS: Final = {Ring.BRIEF: 1}
"""Rings of a call that gives up."""
PATIENT: Final = 8
"""Rings of any other: who is new looks for the key."""
CADENCE: Final = 2.0
GAP: Final = 5.0
READ: Final = 6.0
"""Seconds to read what comes next before anybody calls for it."""
AGAIN: Final = 15.0
"""Seconds until somebody who was not answered calls again."""
GIVES_UP: Final = Policy(ring_stopped=4.0)
"""A call that stopped ringing makes room for the next one soon."""
SYNC_SECONDS: Final = 120.0


class _Business(Business):
    """Tells the guide that an answer was read."""

    def __init__(self, guide: Guide, *parts: Any) -> None:
        super().__init__(*parts)
        self._guide = guide

    def was_read(self, article: Article) -> None:
        """Somebody reads an answer."""
        self._guide.did(Deed.ASKED)


class _PracticeDesk(Desk):
    """The desk, and a guide that sees what is no news: searches and drafts."""

    def __init__(self, guide: Guide, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, **more)
        self._guide = guide
        guide.me = self.person.person
        self.business = _Business(guide, self._store, guide.me)

    async def lookup(self, query: str, limit: int = 20) -> list[Match]:
        """The search box."""
        found = await super().lookup(query, limit)
        self._guide.searched(query, found)
        return found

    async def save_draft(self, draft: Draft) -> float:
        """Keep a half-typed note."""
        self._guide.noted(draft.promised.values())
        if draft.text.strip():
            self._guide.typed()
        return await super().save_draft(draft)


def practise(options: argparse.Namespace, settings: Settings) -> int:
    """Practise until the person leaves; the summary is printed at the end. Raises `BadInput`: it has no lines to give."""
    given = [
        name
        for name in ("server", "data", "enrol", "enrol_file", "user", "password_file", "source")
        if getattr(options, name)
    ]
    if given or options.headless:
        flag = given[0].replace("_", "-") if given else "headless"
        raise BadInput(f"--practice brings everything of its own; leave --{flag} out")
    words.language(settings.general.language)
    from cli.onterminal import LateLog, expect_terminal, show, until_told

    if not options.plain:
        expect_terminal("practice")
    with tempfile.TemporaryDirectory(prefix="ringdesk-practice-", ignore_cleanup_errors=True) as folder:
        room = Path(folder)
        log = LateLog(room / "practice.log", "info")
        log.open()
        guide = _guide(_keys(settings.desk.keys, plain=options.plain))

        def opening() -> Any:
            return _opened(room, guide)

        if options.plain:
            from cli.plain import run_plain

            code = run_plain(opening, settings, guide.hint)
        else:
            code = until_told(lambda: show(opening, say("Practice"), settings, log, hint=guide.hint))
    guide.left()
    sys.stdout.write("".join(f"{line}\n" for line in guide.summary()))
    return code


def _keys(changed: Mapping[str, str], *, plain: bool) -> dict[str, str]:
    """Key ids -> what is pressed, for this kind of desk."""
    if plain:
        letters = {command.id: command.letter for command in COMMANDS}
        return letters | {"answer": letters["take"], "save": say("an empty line")}
    from terminal.bindings import KEYS

    return {key.id: key.shown for key in KEYS} | dict(changed)


def _guide(keys: dict[str, str]) -> Guide:
    wanted = _found_by_digits(list(_people()))
    return Guide(
        keys,
        roots.wall,
        stranger=STRANGER_E164,
        owner=wanted,
        digits=_mobile(wanted)[-DIGITS:],
        surname=wanted.name[0],
        word=say("return"),
    )


def _people(speak: sample.Speak = sample.as_written) -> Iterator[Member]:
    return (sample.member(SEED, index, speak) for index in range(MEMBERS))


def _found_by_digits(people: Sequence[Member]) -> Member:
    """The first whom three digits name alone: whoever types them opens no other."""
    tails = Counter(number.e164[-DIGITS:] for each in people for number in each.numbers if number.e164)
    return next(each for each in people if not each.name.isascii() and tails[_mobile(each)[-DIGITS:]] == 1)


def _mobile(member: Member) -> str:
    """The number as it is dialled here; empty where there is none."""
    known = [number.e164 for number in member.numbers if (number.e164 or "").startswith(f"{TAIWAN}9")]
    return f"0{known[0].removeprefix(TAIWAN)}" if known and known[0] else ""


def _rows(colleagues: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Row]]:
    """Members with their past, colleagues (person and name), some answers."""
    now = roots.wall()
    speak = spoken()
    for disposition in sample.dispositions(speak):  # the digits of the demo
        yield "disposition", disposition
    for member in _people(speak):
        yield "member", member
        for contact in sample.history(member, SEED, now, speak):
            yield "contact", contact
    for promise, task in sample.promised(SEED, MEMBERS, now, speak):
        yield "contact", promise
        yield "task", task
    for ident, name in colleagues:
        yield (
            "presence",
            Presence(id=ident, name=SafeText(name), state=PresenceState.READY, since=now, at=now, site="main"),
        )
    answers = (
        (say("return"), say("How do I return something?"), say("Within seven days, with the receipt.")),
        (say("opening hours"), say("When are you open?"), say("Every day from 10:00 to 21:00.")),
        (say("parking"), say("Where can I park?"), say("Two hours free in the basement.")),
    )
    for index, (word, title, text) in enumerate(answers):
        page = Article(
            id=f"practice-a{index}", kind=ArticleKind.ANSWER, title=title, text=SafeLines(text), keywords=(word,)
        )
        yield "article", page


@asynccontextmanager
async def _opened(room: Path, guide: Guide) -> AsyncIterator[Desk]:
    """Two lines, the server with its people, the desk, and somebody who rings as the tour wants it."""
    first, second = (SimulatedLine(SimulatedModem(Model()), roots.wall) for _ in range(2))
    async with first, second:
        urls = [f"{await line.serve_socket()}?line={n}&ring-gap={GAP:g}" for n, line in ((1, first), (2, second))]
        me = str(say("Practice"))  # as row 0 calls them: the team must know them under the same name
        plan = Plan(data=room, user=me, sources=tuple(parse(url, "practice") for url in urls))

        async def people(office: Office) -> None:
            # a call is handed on to people whom the server knows
            team = [await admin.add_user(office, name, "agent", roots.random_id()) for name in COLLEAGUES]
            await admin.import_rows(office, _rows([(person.id, person.name) for person in team]))

        def make(*parts: Any, **more: Any) -> Desk:
            return _PracticeDesk(guide, *parts, **{**more, "tracker": Tracker(GIVES_UP)})

        root = DeskRoot(plan, prepare=people, make=make)
        try:
            desk = await root.open()
            await desk.sync(SYNC_SECONDS)
            end = desk.subscribe(guide.hear)
            guide.began()
            ringing = asyncio.create_task(_ring(first, second, lambda: guide.ring))
            try:
                yield desk
            finally:
                guide.left()
                end()
                ringing.cancel()
                await asyncio.gather(ringing, return_exceptions=True)
        finally:
            await root.close()


async def _ring(first: SimulatedLine, second: SimulatedLine, wanted: Callable[[], Ring]) -> None:
    """Ring as the tour wants it, until it wants nobody any more."""
    rng = random.Random(SEED)  # noqa: S311 - the same callers each time
    dialled = [number for number in map(_mobile, _people()) if number]
    await first.ready()
    await second.ready()
    await asyncio.sleep(READ)
    while True:
        ring = wanted()
        if ring is Ring.NOBODY:
            await asyncio.sleep(0.5)
            continue
        number = STRANGER if ring is Ring.STRANGER else rng.choice(dialled)
        line = second if ring in (Ring.SECOND, Ring.BRIEF) else first
        await line.ring(number, None, Presentation.SHOWN, RINGS.get(ring, PATIENT), CADENCE)
        for _ in range(int(AGAIN / 0.5)):
            await asyncio.sleep(0.5)
            if wanted() not in (ring, Ring.NOBODY):
                await asyncio.sleep(READ)
                break
