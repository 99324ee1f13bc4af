"""The application around the screens: it paints first, then loads the desk's screen, then opens the desk behind it; it
guards the way out and outlives errors.

What the first frame does not need is imported after it: the desk's screen costs as much as the half of Textual.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, Final, cast

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer, TimerCallback
from textual.worker import WorkerFailed

from ringdesk.errors import RingdeskError
from ringdesk.hours import Hours
from ringdesk.safetext import SafeLines, SafeText
from terminal.keyboard import keyboard
from terminal.messages import Opened, Trouble
from terminal.screens.backlog import LOOK_AGAIN, MOST, backlog
from terminal.screens.later import once
from terminal.screens.shell import Cover, Shell
from terminal.screens.themes import themes
from terminal.widgets.gate import gate
from terminal.widgets.outlet import clipboard

if TYPE_CHECKING:
    from terminal.desk import Desk
    from terminal.screens.desk import DeskScreen
    from terminal.screens.wrapup import WrapUp

LONGEST_KEY: Final = 2.0
"""Seconds after which a key is not waited for any more: what it began may wait for an answer."""

WAYS_OUT: Final = ("quit", "leave")
"""Actions after whose failure nothing goes on."""

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


class RingdeskApp(App[None]):
    """The terminal of a phone agent.

    `desk_factory` opens the desk; it is awaited after the first paint. `wall` gives seconds since 1970, `steady` those of a
    clock that nobody sets, `zone` is the time zone of the desk (None: the machine's), `region` its country, `keys` are
    remapped keys (id -> key). `theme` is one of `screens.themes`; what is `fixed` (theme, language) no kept choice of a
    person changes. `wrap_up` has the rules of the work after a call, `notify` and `lock_minutes` are the settings of
    `[desk]`, `hours` those of `[business]`. After the end, `failure` is the one line that says why it ended, if it was not
    the person's wish, and `unopened` is why there was no desk: then the screen ends at once.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[Binding]] = []  # type: ignore[assignment]  # every key stands in terminal.bindings
    CSS = "Shell { background: $background; color: $foreground; }"
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
        steady: Callable[[], float] = time.monotonic,
        zone: tzinfo | None = None,
        keys: Mapping[str, str] | None = None,
        theme: str = "dark",
        fixed: Iterable[str] = (),
        notify: str = "bell",
        lock_minutes: int = 0,
        wrap_up: "WrapUp | None" = None,
        hours: Hours = Hours(),  # noqa: B008 - a tuple
    ) -> None:
        super().__init__(driver_class=keyboard())
        self.failure: str | None = None
        self.unopened: RingdeskError | None = None
        self._gone = False
        self._held = False
        self._keys: deque[events.Key | events.Paste] = deque()
        self._key_since: float | None = None
        self._done = True
        self._desk_factory = desk_factory
        self._hint: Callable[[], SafeText] = SafeText
        self._desk_screen: DeskScreen | None = None

        def furnish() -> "DeskScreen":
            from terminal.bindings import remapped, without_signs
            from terminal.screens.attention import Attention
            from terminal.screens.desk import DeskScreen
            from terminal.screens.looks import LANGUAGE, THEME, Looks
            from terminal.widgets.telephone import home
            from terminal.words import language as speak

            without_signs()
            spoken = speak(language)
            home(region)
            remap = remapped(keys or {})
            self._refused_keys = remap.refused
            if remap.keys:
                self.set_keymap(remap.keys)
            return DeskScreen(
                agent=agent,
                site=site,
                wall=wall,
                steady=steady,
                zone=zone,
                keys=remap.keys,
                looks=lambda painter: Looks(self, painter, {THEME: theme, LANGUAGE: spoken}, fixed),
                attention=Attention(notify, self._signal, lambda: self.locked),
                lock_minutes=lock_minutes,
                wrap_up=wrap_up,
                hours=hours,
            )

        self._furnish = furnish
        for each in themes():
            self.register_theme(each)
        self.theme = theme

    def get_default_screen(self) -> Screen[None]:
        """The first frame."""
        return Shell()

    async def on_ready(self) -> None:
        """The shell is on the screen: now the desk's own. Keys that are pressed meanwhile wait for it."""
        self._desk_screen = room = self._furnish()
        room.errands.turned = self._go_on
        room.painter.hint = self._hint
        await self.push_screen(room)
        self.run_worker(self._open(room), name="open", exit_on_error=False)

    async def _open(self, room: "DeskScreen") -> None:
        from terminal.widgets.speech import because, mark, say

        try:
            desk = await self._desk_factory()
        except Exception as error:
            log.error("the desk could not be opened", exc_info=error)
            reason = SafeText(f"{type(error).__name__}: {error}")
            said = say("The desk could not be opened: {reason}", reason=reason)
            self.unopened = error if isinstance(error, RingdeskError) else RingdeskError(said)
            self.exit()  # nothing works without a desk, and the terminal has room for the whole reason
            return
        await room.looks.welcome(desk)
        if self._refused_keys:
            text, count = because(self._refused_keys[0]), len(self._refused_keys)
            many = mark("{count} keys are not as you set them, `ringdesk doctor` lists them: {text}")
            room.painter.tell(text if count == 1 else say(many, count=count, text=text), bad=True)
        room.post_message(Opened(desk))

    def guide(self, hint: Callable[[], SafeText]) -> None:
        """`hint` gives one line for the banner, whenever it is drawn."""
        self._hint = hint

    async def on_event(self, event: events.Event) -> None:
        """A key makes drawing wait, wherever it goes."""
        if self._desk_screen is not None and isinstance(event, events.Key | events.Paste | events.MouseDown):
            typed = isinstance(event, events.Paste) or (isinstance(event, events.Key) and event.is_printable)
            self._desk_screen.painter.pressed(typed=typed)
            self._desk_screen.guard.touched()
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._keys.append(event)
            await self._next_key()
        else:
            await super().on_event(event)

    async def _next_key(self) -> None:
        """The next key, once the one before has done all that it does.

        A letter is done by the field that has the focus, any other key by the screen, later: what comes in one read (a slow
        line, a fast typist) would be done out of order, and a save would take in what was typed behind it. What a key begins
        that brings another person onto the card is waited for too: the letters behind it are for them.
        """
        now = asyncio.get_running_loop().time()
        waits = self._key_since is not None and now - self._key_since < LONGEST_KEY
        if waits and len(self._keys) == 1:
            once(self, LONGEST_KEY, self._next_key)
        if self._keys and not waits:
            self._key_since, self._done = now, False
            node = self.focused or self.screen
            await super().on_event(self._keys.popleft())
            self._after(node.ancestors_with_self, now)

    def _after(self, nodes: Sequence[MessagePump], since: float) -> None:
        """Go where the key goes, behind it, from the field up to here."""
        while nodes:
            node, *nodes = nodes
            if node.call_later(self._after, nodes, since):
                return
        if self._key_since == since:
            self._done = True
            self._go_on()

    def _go_on(self) -> None:
        """With the next key, if the one before has done all and nobody else is about to come onto the card by it."""
        if self._done and not (self._desk_screen is not None and self._desk_screen.errands.turning):
            self._key_since = None
            self.call_later(self._next_key)

    def set_timer(
        self, delay: float, callback: TimerCallback | None = None, *, name: str | None = None, pause: bool = False
    ) -> Timer:
        """Call it after so many seconds, also late. Textual's own (8.2) skips a time that is over when its task first looks at
        the clock, and one that has only one is never heard of again: on a busy machine the panels kept their places in a window
        that had another size, for good."""
        timer = super().set_timer(delay, callback, name=name, pause=pause)
        timer._skip = False  # noqa: SLF001 - an argument of Timer that `set_timer` has no way to pass
        return timer

    async def action_quit(self) -> None:
        """Ctrl+Q, which Textual binds before any screen can: keep the drafts first."""
        if self._desk_screen is None:
            self.exit()
        else:
            await self._desk_screen.action_leave()

    async def end(self) -> None:
        """Nobody can press a key any more: keep what can be kept."""
        if self._desk_screen is None:
            self.exit()
        else:
            await self._desk_screen.leave()

    @property
    def locked(self) -> bool:
        """Whether the lock lies over the desk."""
        return any(isinstance(screen, Cover) for screen in self.screen_stack)

    def _signal(self, sequence: str) -> None:
        """To the terminal, beside the frames: only what `widgets.outlet` made comes here."""
        if self._driver is not None:
            self._driver.write(sequence)
            self._driver.flush()

    def copy_to_clipboard(self, text: str) -> None:
        """What was cut or copied. Where nothing was, the clipboard stays as it is, and no secret typed on the lock gets there."""
        if text and not self.locked:
            self._clipboard = text
            self._signal(clipboard(SafeLines(text)))

    def on_app_blur(self) -> None:
        """The terminal went behind."""
        if self._desk_screen is not None:
            self._desk_screen.attention.look(away=True)

    def on_app_focus(self) -> None:
        """The terminal came in front."""
        if self._desk_screen is not None:
            self._desk_screen.attention.look(away=False)

    def action_help_quit(self) -> None:
        """Ctrl+C outside a text field: say how to leave."""
        from terminal.widgets.speech import say

        if self._desk_screen is not None:
            self._desk_screen.painter.tell(say("Ctrl+Q leaves; drafts are kept."))

    def hung_up(self) -> None:
        """The terminal is gone: draw no more, keep the drafts, and end."""
        self._gone = True
        self.call_later(self.end)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """The only way from strips to the terminal: through the gate; from under the lock there is none, and a terminal that
        does not read gets none."""
        if self._gone or (self.locked and not isinstance(screen, Cover)):
            return
        if not self._held and backlog(self._driver) > MOST:
            self._held = True
            once(self, LOOK_AGAIN, self._catch_up)
        if not self._held:
            super()._display(screen, cast("RenderableType | None", gate(renderable, plain=self.theme == "none")))

    def _catch_up(self) -> None:
        """Frames were left out: once the terminal has read what waited, all is drawn anew."""
        if backlog(self._driver):
            once(self, LOOK_AGAIN, self._catch_up)
        else:
            self._held = False
            self.refresh()

    async def _dispatch_action(self, namespace: DOMNode, action_name: str, params: object) -> bool:
        """What a key or the palette does. An error in it is said, and the desk goes on; but whoever leaves gets out."""
        try:
            return await super()._dispatch_action(namespace, action_name, params)
        except Exception as error:
            if self._desk_screen is None or action_name in WAYS_OUT:
                raise
            self._desk_screen.post_message(Trouble(error))
            return True

    def on_trouble(self, message: Trouble) -> None:
        """Of what lies over the desk, which says it."""
        if self._desk_screen is not None:
            self._desk_screen.post_message(Trouble(message.error))

    def _handle_exception(self, error: Exception) -> None:
        """An error that nobody caught. A worker's is shown; one in drawing ends the app, with one line and a log entry."""
        if isinstance(error, WorkerFailed) and self._desk_screen is not None:
            self._desk_screen.post_message(Trouble(error.error))
            return
        log.critical("the screen ended by an error", exc_info=error)
        self.failure = (
            f"the screen ended by an error ({type(error).__name__}); drafts are kept, the log has the details"
        )
        super()._handle_exception(error)

    def panic(self, *renderables: RenderableType) -> None:
        """The thread that reads the keyboard has ended: keep the drafts, and say why."""
        log.critical("the keyboard cannot be read any more: %s", renderables)
        self.failure = "the keyboard can no longer be read; drafts are kept, the log has the details"
        self.call_later(self.end)

    def _fatal_error(self) -> None:
        """End without a traceback: it would put local variables, customers among them, on the terminal."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        """Nothing is written to stderr; `failure` says why."""
        self._exit_renderables.clear()
