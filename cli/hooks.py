"""A webhook source of a desk: an exchange or a provider sends its requests to this machine, with no server in between.

It is the server's intake over what a desk has: one source, and calls that go to the desk. What was taken in is remembered
in memory alone: a request that comes again after a restart is one more report of the same call, and pops nothing twice.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection
from typing import Final

import msgspec

from cli import roots
from config import registry
from ringdesk.calls import Called, CallEvent
from ringdesk.codecs.refusals import forged_for
from ringdesk.dialects import Level, Notice
from ringdesk.errors import BadInput
from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.tracker import again
from ringdesk.why import ENGLISH, Why, register
from server.app import serve_hooks
from server.app.address import Taken, bound
from server.callroom import Report
from server.callroom.heard import KEPT_SECONDS
from server.intake import Intake, Place
from server.intake.refusals import LOOKED_UP, read_detail, read_url
from server.store.base import Unavailable
from server.store.values import Entry, LineRow, Source
from terminal.callerid.health import Fact, Health, Lost, Opened, Reported, Said
from terminal.callerid.ports import PortError
from terminal.callerid.pump import with_secrets
from terminal.callerid.source import SourceSpec

MOST_REMEMBERED: Final = 100_000
"""Requests of which is known that they were taken in; beyond it the oldest is forgotten."""
SEVERAL: Final = 3
WITHIN: Final = 300.0
"""Requests that are refused, within so many seconds and none believed in between, are a wrong secret, and the line says so.
Fewer are anybody who found the port."""
PACE: Final = 1.0
"""Seconds between two looks at what was refused."""
AGAIN: Final = 5.0
"""Seconds before the port is tried again."""

register(
    {
        "hooks_full": "{port} has as many connections as it may have, and closes the oldest of whoever has most of them; let "
        "only the provider or the exchange reach it",
        "hook_too_old": "calls came in more than a quarter of an hour after their own time and rang nowhere; set the clock "
        "of this machine right",
    }
)

_log = logging.getLogger(__name__)

for _name in ("ringdesk.server", "uvicorn"):
    # Where no log file is open Python would write their warnings to the terminal.
    logging.getLogger(_name).addHandler(logging.NullHandler())


class HookPump:
    """Listens from `start` to `close`, in a thread of its own; the listeners are called in it, as `SourcePump` does."""

    listed: Final = None
    """A provider tells of a call when something happens to it."""

    def __init__(
        self,
        spec: SourceSpec,
        *,
        on_event: Callable[[CallEvent], None],
        on_health: Callable[[str, Notice], None],
        wall: Callable[[], float],
        allowed: Collection[str] = (),
        several: int = SEVERAL,
    ) -> None:
        """Nothing happens before `start`. `several`: as many refused requests, `WITHIN` the time, are worth a word."""
        self.spec = spec
        self.several = several
        self._allowed = allowed
        self._on_event = on_event
        self._on_health = on_health
        self._wall = wall
        self._health = Health.start(spec.address, wall())
        self._told: Notice | None = None
        self._stop = threading.Event()
        self._wake: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name=f"source {spec.address}", daemon=True)

    def start(self) -> None:
        """Begin. Once only."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end, without waiting."""
        self._stop.set()
        self._wake()

    def close(self) -> None:
        """End, and wait until the port is free."""
        self.stop()
        if self._thread.ident is not None:
            self._thread.join()

    def note(self, fact: Fact) -> None:
        """Something happened at the source; whoever listens is told where that changes how it stands."""
        self._health = self._health.step(fact, self._wall())
        if self._health.notice != self._told:
            self._told = self._health.notice
            self._on_health(self.spec.id, self._told)

    def hear(self, event: CallEvent) -> None:
        """An event of a call."""
        self.note(Reported(event))
        self._on_event(event)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                asyncio.run(self._serve())
            except Exception as error:  # noqa: BLE001  a bug in one source must not end it, nor any other
                _log.exception("source %s failed", self.spec.id)
                self.note(Lost(Notice(Level.BROKEN, _failed(self.spec), SafeText(repr(error)))))
            self._stop.wait(AGAIN)

    async def _serve(self) -> None:
        spec = self.spec
        try:
            fault = registry.secret_fault(spec.dialect, with_secrets(spec).secrets, self._allowed)
            if fault is not None:
                self.note(Lost(Notice(Level.BROKEN, fault)))
                return
            listener = bound(f"{spec.host or '0.0.0.0'}:{spec.port}")  # noqa: S104 - whoever reaches it needs the secret
        except PortError as error:
            self.note(Lost(Notice(Level.BROKEN, error.why, error.detail)))
            return
        except Taken as error:
            code = "port_not_allowed" if isinstance(error.__cause__, PermissionError) else "port_in_use"
            self.note(Lost(Notice(Level.BROKEN, Why(code, {"port": spec.address}), SafeText(error.reason))))
            return
        except BadInput:
            self.note(Lost(Notice(Level.BROKEN, Why("port_not_here", {"port": spec.address}))))
            return
        stop, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(stop.set)

        self._wake = wake
        try:
            if self._stop.is_set():
                stop.set()
            place = Place(address=f"http://{spec.address}")
            decoy = roots.random_bytes(32).hex()
            backing = _OneSource(self)
            intake = Intake(backing, self._wall, place, decoy, self._allowed, PACE)
            backing.believed = intake.refusals.drop
            await serve_hooks(listener, intake, lambda: self.note(Opened()), stop, self._full)
        finally:
            self._wake = lambda: None

    def _full(self) -> None:
        self.note(Said(Notice(Level.WARNING, Why("hooks_full", {"port": self.spec.address}))))


class _OneSource:
    """What stands behind the intake (`server.intake.backing.Backing`). `believed` is called for each request that is."""

    def __init__(self, pump: HookPump) -> None:
        self._pump = pump
        self._spec = pump.spec
        self._taken: dict[str, float] = {}
        self._refused: list[float] = []
        self.believed: Callable[[], None] = lambda: None

    async def source(self, _source: str) -> tuple[Source, tuple[LineRow, ...]]:
        """The one there is, whatever it is asked for as, with what its secret file holds now."""
        spec, options = self._spec, self._spec.options
        try:
            secrets = (await asyncio.to_thread(with_secrets, spec)).secrets
        except PortError as error:
            self._pump.note(Said(Notice(Level.BROKEN, error.why, error.detail)))
            raise Unavailable(str(error)) from error
        source = Source(
            id=spec.id,
            dialect=spec.dialect,
            url=spec.public or f"http://{spec.address}",
            secrets="\n".join(secrets),
            open=spec.is_open,
        )
        return source, (LineRow(id=options.line, source=spec.id, site="", region=options.region, area=options.area),)

    async def hear(self, report: Report) -> bool:
        """To the desk, once."""
        now, mark = asyncio.get_running_loop().time(), report.mark
        kept = again.AGAIN_SECONDS if report.again else KEPT_SECONDS
        if mark is not None and now - self._taken.get(mark, -kept) < kept:
            return False
        self._refused.clear()
        self.believed()
        for event in report.events:
            await asyncio.to_thread(self._pump.hear, self._on_line(event))
        self._pump.note(Said(Notice(Level.OK, Why("line_ok", {"port": self._spec.address}))))
        if mark is not None:
            self._taken.pop(mark, None)
            self._taken[mark] = now
            while len(self._taken) > MOST_REMEMBERED:
                del self._taken[next(iter(self._taken))]
        return True

    async def owners(self, _e164: str) -> tuple[Member, ...]:
        """A desk tells nobody whose number it is: that is asked of the server, where it stands in the audit."""
        return ()

    async def note(self, entry: Entry) -> None:
        """A desk has no audit; what was refused several times is said where the line stands."""
        if entry.action == LOOKED_UP:
            return
        code, times = read_detail(entry.detail)
        now = asyncio.get_running_loop().time()
        recent = [at for at in self._refused if now - at < WITHIN]
        self._refused = [*recent, *[now] * times][-self._pump.several :]
        if len(self._refused) < self._pump.several:
            return
        known = next((each for each in (code, f"hook_{code}") if each in ENGLISH), None)
        url = read_url(entry.detail)
        why = forged_for(url) if url else Why(known) if known else _failed(self._spec)
        self._pump.note(Said(Notice(Level.WARNING, why)))

    def _on_line(self, event: CallEvent) -> CallEvent:
        """The name of the line, where the URL gives it and the provider does not."""
        line = SafeText(self._spec.options.line)
        if not line:
            return event
        called = event.called or Called()
        return msgspec.structs.replace(event, called=msgspec.structs.replace(called, line=called.line or line))


def _failed(spec: SourceSpec) -> Why:
    return Why("source_failed", {"dialect": spec.dialect})
