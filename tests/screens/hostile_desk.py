"""A desk screen that shows the whole hostile corpus in every field that it has; run under a pty by test_terminal_bytes.

`python -m tests.screens.hostile_desk LAYER`: `clean` cleans as always. `leak` smuggles the corpus past `SafeText` and into
a stock widget, so that only the last gate is left. `open` takes the gate away too: what a broken gate looks like.
"""

import asyncio
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from ringdesk.calls import Call, Called, Caller, CallState, Presentation
from ringdesk.dialects import Level
from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind
from ringdesk.why import Why
from terminal.app import RingdeskApp
from terminal.desk import Card, Draft
from terminal.news import CallNews, HealthNews, Match, NoticeNews, ScreenPop, SyncNews
from terminal.screens.desk import DeskScreen
from tests.hostile import CASES
from tests.terminal.scripted_desk import NOW, ScriptedDesk

LAYER = sys.argv[1]
SEQUENCES = [text for name, text in CASES.items() if name.startswith(("CSI", "OSC"))]


def safe(text: str) -> SafeText:
    return SafeText(text) if LAYER == "clean" else str.__new__(SafeText, text.replace("\n", "\x1b"))


def lines(text: str) -> SafeLines:
    return SafeLines(text) if LAYER == "clean" else str.__new__(SafeLines, text)


def card(ident: str, text: str) -> Card:
    bad = safe(text)
    member = Member(
        id=ident,
        code=bad,
        name=bad,
        honorific=bad,
        numbers=(MemberNumber(bad, "+886912345678", bad),),
        tier=bad,
        tags=(bad, bad),
        flags=(bad, bad),
        home_store=bad,
        language=bad,
        birthday=bad,
        since=bad,
    )
    contact = Contact(id="c", member=ident, kind=ContactKind.VISIT, at=NOW - 1, text=bad, who=bad, state=bad)
    task = Task(id="t", member=ident, title=bad, due=bad, author_name=bad)
    note = Note(id="n", member=ident, text=lines(text), author_name=bad, at=NOW - 9)
    return Card(member, (contact,), (task,), (note,), bad)


class HostileApp(RingdeskApp):
    """The desk; without its gate when asked."""

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if LAYER == "open":
            App._display(self, screen, renderable)
        else:
            super()._display(screen, renderable)


async def parade(screen: DeskScreen, desk: ScriptedDesk) -> None:
    """Every case in every field."""
    for index, text in enumerate(CASES.values() if LAYER != "open" else SEQUENCES):
        bad = safe(text)
        one = card(f"m{index}", text)
        desk.cards[one.member.id] = one
        caller = Caller(bad, "+886912345678", Presentation.SHOWN, bad)
        ringing = Call(id=f"c{index}", state=CallState.RINGING, caller=caller, called=Called(bad, bad), started=NOW - 3)
        unknown = Call(id=f"u{index}", state=CallState.RINGING, caller=caller, called=Called(bad), started=NOW - 3)
        why = Why("name_contains", {"text": text})
        several = (Match(one.member, why), Match(one.member, why))
        first = ScreenPop(ringing, (Match(one.member, why),), one.timeline, one.tasks, one.notes, one.greeting)
        for pop in (first, ScreenPop(unknown, several, (), (), (), bad), ScreenPop(unknown, (), (), (), (), bad)):
            screen.hear(pop)
            screen.hear(HealthNews("box", Level.WARNING, why, bad, bad))
            screen.hear(NoticeNews("x", bad))
            await asyncio.sleep(0)
            screen.painter.paint()
            await asyncio.sleep(0.004)
            screen.hear(CallNews(pop.call, claimed_name=bad))
            await asyncio.sleep(0)
            screen.painter.paint()
            screen.board.calls.clear()
            screen.board.home()
        screen.hear(SyncNews(connected=False, outbox=1, cursor=1, why=why))
    await typed(screen)
    screen.app.exit()


async def typed(screen: DeskScreen) -> None:
    """The corpus as drafts, pastes and queries."""
    for index, text in enumerate(CASES.values()):
        if index % 10 == 0:
            screen.keeper.texts[(f"m{index}", None)] = text
            await screen.work.resume((f"m{index}", None))
            screen.writing.settle()
            screen.app.post_message(events.Paste(text))
            await asyncio.sleep(0.01)
    screen.action_palette()
    await asyncio.sleep(0.1)
    screen.action_search()
    for text in list(CASES.values())[::10]:
        screen.query_one("#query").value = text  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)
    if LAYER != "clean":
        for text in CASES.values():
            screen.painter.panel("help").mount(Static(Content(text)))
        screen.action_help()
        await asyncio.sleep(0.2)


def main() -> None:
    desk = ScriptedDesk(drafts=[Draft(None, "x", next(iter(CASES.values())), NOW)])
    desk.cards = {}

    async def ready() -> ScriptedDesk:
        asyncio.get_running_loop().call_later(0.2, lambda: tasks.append(asyncio.ensure_future(begin())))
        return desk

    async def begin() -> None:
        screen = app.screen
        assert isinstance(screen, DeskScreen)
        await parade(screen, desk)

    tasks: list[asyncio.Future[None]] = []
    app = HostileApp(
        ready,
        language="en",
        agent=safe("\x1b]0;agent\x07"),
        site=safe("\x9b2J"),
        wall=lambda: NOW,
        zone=ZoneInfo("Asia/Taipei"),
    )
    app.run()
    done = all(task.done() and task.exception() is None for task in tasks)
    Path(sys.argv[2]).write_text("complete" if tasks and done and app.failure is None else f"{app.failure} {tasks}")


if __name__ == "__main__":
    main()
