"""The application around the screens: it paints first and opens the desk after, guards the way out, and outlives errors."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import WorkerFailed

from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from terminal.bindings import remapped
from terminal.messages import Opened, Trouble
from terminal.screens.desk import DeskScreen
from terminal.screens.themes import DARK, LIGHT
from terminal.screens.wrapup import WrapUp
from terminal.widgets.gate import gate
from terminal.widgets.speech import say
from terminal.widgets.telephone import home
from terminal.words import language as speak

if TYPE_CHECKING:
    from terminal.desk import Desk

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class RingdeskApp(App[None]):
    """The terminal of a phone agent.

    `desk_factory` opens the desk; it is awaited after the first paint. `wall` gives seconds since 1970, `zone` is the time
    zone of the desk (None: the machine's), `region` its country, `keys` are remapped keys (id -> key), `wrap_up` has the
    rules of the work after a call. After the end, `failure` is the one line that says why it ended, if it was not the
    person's wish.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[Binding]] = []  # type: ignore[assignment]  # every key stands in terminal.bindings
    CSS_PATH = Path(__file__).parent / "screens" / "desk.tcss"
    TITLE = "Ringdesk"

    def __init__(  # noqa: PLR0913 - what a composition root knows, each by its name
        self,
        desk_factory: "Callable[[], Awaitable[Desk]]",
        *,
        language: str,
        region: str = "TW",
        agent: SafeText,
        site: SafeText,
        wall: Callable[[], float],
        zone: tzinfo | None = None,
        keys: Mapping[str, str] | None = None,
        light: bool = False,
        wrap_up: WrapUp | None = None,
    ) -> None:
        super().__init__()
        speak(language)
        home(region)
        self.failure: str | None = None
        self._gone = False
        self._desk_factory = desk_factory
        self._keys = remapped(keys or {})
        self._desk_screen = DeskScreen(agent=agent, site=site, wall=wall, zone=zone, keys=self._keys, wrap_up=wrap_up)
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = LIGHT.name if light else DARK.name
        if self._keys:
            self.set_keymap(self._keys)

    def get_default_screen(self) -> Screen[None]:
        """The desk is all there is."""
        return self._desk_screen

    def on_ready(self) -> None:
        """The shell is on the screen: now open the desk."""
        self.run_worker(self._open(), name="open", exit_on_error=False)

    async def _open(self) -> None:
        try:
            desk = await self._desk_factory()
        except RingdeskError as error:
            log.error("the desk could not be opened", exc_info=error)
            self._desk_screen.painter.stay(say("The desk could not be opened: {reason}", reason=SafeText(str(error))))
        except Exception as error:
            log.error("the desk could not be opened", exc_info=error)
            reason = SafeText(f"{type(error).__name__}: {error}")
            self._desk_screen.painter.stay(say("The desk could not be opened: {reason}", reason=reason))
        else:
            self._desk_screen.post_message(Opened(desk))

    async def on_event(self, event: events.Event) -> None:
        """A key makes drawing wait, wherever it goes."""
        if isinstance(event, events.Key | events.Paste):
            self._desk_screen.painter.pressed()
        await super().on_event(event)

    def speak(self, language: str) -> None:
        """Another language, from the next drawing on."""
        speak(language)
        self._desk_screen.painter.everything()

    async def action_quit(self) -> None:
        """Ctrl+Q, which Textual binds before any screen can: keep the drafts first."""
        await self._desk_screen.action_leave()

    def action_help_quit(self) -> None:
        """Ctrl+C outside a text field: say how to leave."""
        self._desk_screen.painter.tell(say("Ctrl+Q leaves; drafts are kept."))

    def hung_up(self) -> None:
        """The terminal is gone: draw no more, keep the drafts, and end."""
        self._gone = True
        self.call_later(self._desk_screen.action_leave)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """The only way from strips to the terminal: through the gate."""
        if not self._gone:
            super()._display(screen, cast("RenderableType | None", gate(renderable)))

    def _handle_exception(self, error: Exception) -> None:
        """An error that nobody caught. A worker's is shown; a broken widget ends the app, with one line and a log entry."""
        if isinstance(error, WorkerFailed):
            self._desk_screen.post_message(Trouble(error.error))
            return
        log.critical("the screen ended by an error", exc_info=error)
        self.failure = (
            f"the screen ended by an error ({type(error).__name__}); drafts are kept, the log has the details"
        )
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without a traceback: it would put local variables, customers among them, on the terminal."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Nothing is written to stderr; `failure` says why."""
        self._exit_renderables.clear()
