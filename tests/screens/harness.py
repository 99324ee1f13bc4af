"""The desk screen on a scripted desk: start it, read what stands in a region, in either language."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from textual.pilot import Pilot

from ringdesk.safetext import SafeText
from terminal import words
from terminal.app import RingdeskApp
from terminal.screens.desk import DeskScreen
from terminal.screens.wrapup import WrapUp
from tests.terminal.scripted_desk import NOW, ScriptedDesk

WIDE = (160, 45)
SMALL = (80, 24)
PERSON_PANES = ("card", "tags", "timeline", "detail", "tasks", "earlier", "noteframe")


class Running:
    """A running desk: the pilot, the screen, the scripted desk behind it, and its wall clock."""

    def __init__(self, app: RingdeskApp, desk: ScriptedDesk) -> None:
        self.app = app
        self.desk = desk
        self.pilot: Pilot[None]
        self.wall = NOW

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
        """Until everything that was asked for is drawn: longer than the slowest pace."""
        await self.pilot.pause(0.45)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    def pane(self, name: str) -> str:
        """The text of a panel as it stands on the screen."""
        panel = self.screen.painter.panel(name)
        return "\n".join(panel.render_line(y).text for y in range(panel.size.height))

    def title(self, name: str) -> str:
        return self.pane(name).split("\n")[0]

    def rows(self) -> list[str]:
        """The whole screen, row by row, as the compositor puts it together."""
        return [strip.text for strip in self.screen._compositor.render_strips()]

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
) -> AsyncIterator[Running]:
    async def ready() -> ScriptedDesk:
        return desk

    words.language("en", catalogue or words.LOCALE)
    app = RingdeskApp(
        ready,
        language="zh_Hant" if catalogue is not None else "en",
        agent=SafeText("雅婷"),
        site=SafeText("信義店"),
        wall=lambda: run.wall,
        zone=ZoneInfo("Asia/Taipei"),
        keys=keys,
        theme=theme,
        wrap_up=wrap_up,
        lock_minutes=lock_minutes,
    )
    run = Running(app, desk)
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
