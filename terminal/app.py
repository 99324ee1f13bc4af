"""The application around the screens: it paints first and opens the desk after, guards the way out, and outlives errors."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
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
from terminal.screens.attention import Attention
from terminal.screens.desk import DeskScreen
from terminal.screens.lock import LockScreen
from terminal.screens.looks import LANGUAGE, THEME, Looks
from terminal.screens.themes import themes
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
    zone of the desk (None: the machine's), `region` its country, `keys` are remapped keys (id -> key). `theme` is one of
    `screens.themes`; what is `fixed` (theme, language) no kept choice of a person changes. `wrap_up` has the rules of the
    work after a call, `notify` and `lock_minutes` are the settings of `[desk]`. After the end, `failure` is the one line
    that says why it ended, if it was not the person's wish.
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
        theme: str = "dark",
        fixed: Iterable[str] = (),
        notify: str = "bell",
        lock_minutes: int = 0,
        wrap_up: WrapUp | None = None,
    ) -> None:
        super().__init__()
        spoken = speak(language)
        home(region)
        self.failure: str | None = None
        self._gone = False
        self._desk_factory = desk_factory
        remap = remapped(keys or {})
        self._keys = remap.keys
        self._refused_keys = remap.refused
        usual = {THEME: theme, LANGUAGE: spoken}
        self._desk_screen = DeskScreen(
            agent=agent,
            site=site,
            wall=wall,
            zone=zone,
            keys=self._keys,
            looks=lambda painter: Looks(self, painter, usual, fixed),
            attention=Attention(notify, self._signal, lambda: self.locked),
            lock_minutes=lock_minutes,
            wrap_up=wrap_up,
        )
        for each in themes():
            self.register_theme(each)
        self.theme = theme
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
            await self._desk_screen.looks.welcome(desk)
            for message, values in self._refused_keys[:1]:
                text = say(message, **{name: SafeText(value) for name, value in values.items()})
                more = (
                    say("and {count} more", count=len(self._refused_keys) - 1) if self._refused_keys[1:] else SafeText()
                )
                self._desk_screen.painter.tell(SafeText(f"{text} {more}".strip()), bad=True)
            self._desk_screen.post_message(Opened(desk))

    def guide(self, hint: Callable[[], SafeText]) -> None:
        """`hint` gives one line for the banner, whenever it is drawn."""
        self._desk_screen.painter.hint = hint

    async def on_event(self, event: events.Event) -> None:
        """A key makes drawing wait, wherever it goes."""
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._desk_screen.painter.pressed()
            self._desk_screen.guard.touched()
        await super().on_event(event)

    async def action_quit(self) -> None:
        """Ctrl+Q, which Textual binds before any screen can: keep the drafts first."""
        await self._desk_screen.action_leave()

    @property
    def locked(self) -> bool:
        """Whether the lock lies over the desk."""
        return any(isinstance(screen, LockScreen) for screen in self.screen_stack)

    def _signal(self, sequence: str) -> None:
        """To the terminal, beside the frames: only what `widgets.outlet` made comes here."""
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    def on_app_blur(self) -> None:
        """The terminal went behind."""
        self._desk_screen.attention.look(away=True)

    def on_app_focus(self) -> None:
        """The terminal came in front."""
        self._desk_screen.attention.look(away=False)

    def action_help_quit(self) -> None:
        """Ctrl+C outside a text field: say how to leave."""
        self._desk_screen.painter.tell(say("Ctrl+Q leaves; drafts are kept."))

    def hung_up(self) -> None:
        """The terminal is gone: draw no more, keep the drafts, and end."""
        self._gone = True
        self.call_later(self._desk_screen.action_leave)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """The only way from strips to the terminal: through the gate; from under the lock there is none."""
        if not self._gone and (isinstance(screen, LockScreen) or not self.locked):
            super()._display(screen, cast("RenderableType | None", gate(renderable, plain=self.theme == "none")))

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
