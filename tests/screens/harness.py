"""The desk screen on a scripted desk: start it, read what stands in a region, in either language."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, TextArea

from ringdesk.safetext import SafeText
from terminal import words
from terminal.app import RingdeskApp
from terminal.screens.desk import DeskScreen
from terminal.screens.painter import GLANCE
from terminal.screens.wrapup import WrapUp
from terminal.widgets.row import Tone
from tests.screens.cells import pictured
from tests.terminal.scripted_desk import NOW, ScriptedDesk

WIDE = (160, 45)
SMALL = (80, 24)
SIZES = pytest.mark.parametrize("size", [WIDE, SMALL], ids=["160x45", "80x24"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
"""A test with both is run in English wide and in Chinese narrow by `make check`, in all four ways by `make slow`."""
PERSON_PANES = ("card", "tags", "timeline", "detail", "tasks", "earlier", "noteframe")

LONGEST = 2.0
"""Seconds: more than the desk takes for anything, also on a busy machine."""


class Running:
    """A running desk: the pilot, the screen, the scripted desk behind it, its time, and by how much its clock was set."""

    def __init__(self, app: RingdeskApp, desk: ScriptedDesk) -> None:
        self.app = app
        self.desk = desk
        self.pilot: Pilot[None]
        self.wall = NOW
        self.clock_set = 0.0
        self.changed: dict[str, str] = {}
        """The usual keys that are remapped, and what they are now."""

    @property
    def screen(self) -> DeskScreen:
        screen = self.app.screen
        assert isinstance(screen, DeskScreen)
        return screen

    @property
    def screen_under(self) -> DeskScreen:
        """The desk, also while something lies over it."""
        screen = self.app._desk_screen
        assert screen is not None
        return screen

    async def settle(self) -> None:
        """Until what was begun is done and drawn; for what a test holds up, no longer than `LONGEST`."""
        loop = asyncio.get_running_loop()
        end = loop.time() + LONGEST
        quiet = 0
        while quiet < 2 and loop.time() < end:
            if self._busy():  # looked at often, and cheaply: a pause asks every widget
                await asyncio.sleep(0.01)
                quiet = 0
                continue
            await self.pilot.pause(0.02)
            quiet = 0 if self._busy() else quiet + 1

    def _busy(self) -> bool:
        """Whether a key, a drawing, a draft or an errand is on its way; under the lock nothing is drawn."""
        desk = self.app._desk_screen
        if desk is None or self.app._keys or self.app._key_since is not None:
            return True
        if desk.autosave.due or (desk.painter._due and not self.app.locked):
            return True
        return not all(worker.is_finished for worker in self.app.workers)

    async def still(self) -> None:
        """Until nothing more comes of what was done: a second has passed, what is late by design is there."""
        self.screen_under.tick()
        await self.settle()

    async def look(self) -> None:
        """As long as somebody needs to see who is on the card."""
        await self.settle()
        await self.pilot.pause(GLANCE)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    def pane(self, name: str) -> str:
        """The text of a panel as it stands on the screen."""
        panel = self.screen.painter.panel(name)
        return "\n".join(panel.render_line(y).text for y in range(panel.size.height))

    def title(self, name: str) -> str:
        return self.pane(name).split("\n")[0]

    def strips(self) -> list[Strip]:
        """The whole screen (or what lies over it), row by row, as the compositor puts it together."""
        return self.app.screen._compositor.render_strips()

    def rows(self) -> list[str]:
        """Its text."""
        return [strip.text for strip in self.strips()]

    def in_sight(self, name: str) -> str:
        """The text of a panel as far as it is seen: nothing if it has no place or something lies over it."""
        panel = self.app.screen.query_one(f"#{name}")
        x, y, width, height = panel.region
        if not height or self.app.screen.get_widget_at(x, y)[0] is not panel:
            return ""
        return "\n".join(strip.crop(x, x + width).text for strip in self.strips()[y : y + height])

    def picture(self) -> str:
        """The whole screen for a snapshot; a cursor is in the light half of its blinking."""
        for field in (*self.app.screen.query(Input), *self.app.screen.query(TextArea)):
            field._pause_blink(visible=field.has_focus)
        tones = {tone: self.app.screen.get_component_rich_style(f"row--{tone}") for tone in Tone}
        return pictured(self.strips(), tones)

    async def resize(self, size: tuple[int, int]) -> None:
        await self.pilot.resize_terminal(*size)
        async with asyncio.timeout(LONGEST):
            while (strips := self.strips()) and (strips[0].cell_length, len(strips)) != size:
                await self.pilot.pause(0.02)
        await self.settle()

    @property
    def focus(self) -> str | None:
        return self.screen.focused.id if self.screen.focused else None


@contextlib.asynccontextmanager
async def running(
    desk: ScriptedDesk,
    size: tuple[int, int] = WIDE,
    *,
    catalogue: Path | None = None,
    keys: dict[str, str] | None = None,
    theme: str = "dark",
    wrap_up: WrapUp | None = None,
    lock_minutes: int = 0,
    at: float = NOW,
    broken: Exception | None = None,
) -> AsyncIterator[Running]:
    """The app on this desk, or on one that cannot be opened because of `broken`; its wall clock stands at `at`."""

    async def ready() -> ScriptedDesk:
        if broken is not None:
            raise broken
        return desk

    words.language("en", catalogue or words.LOCALE)
    app = RingdeskApp(
        ready,
        language="zh_Hant" if catalogue is not None else "en",
        agent=SafeText("雅婷"),
        site=SafeText("信義店"),
        wall=lambda: run.wall + run.clock_set,
        steady=lambda: run.wall,
        zone=ZoneInfo("Asia/Taipei"),
        keys=keys,
        theme=theme,
        wrap_up=wrap_up,
        lock_minutes=lock_minutes,
    )
    run = Running(app, desk)
    run.wall = at
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        run.pilot = pilot
        await run.settle()
        yield run


def compiled(folder: Path) -> Path:
    """The Chinese catalogue, compiled into `folder`, so that no test depends on an earlier build."""
    source = words.LOCALE / "zh_Hant" / "LC_MESSAGES" / "ringdesk.po"
    target = folder / "zh_Hant" / "LC_MESSAGES" / "ringdesk.mo"
    target.parent.mkdir(parents=True)
    with source.open("rb") as stream:
        catalogue = read_po(stream, domain=words.DOMAIN, abort_invalid=True)
    with target.open("wb") as out:
        write_mo(out, catalogue)
    return folder
