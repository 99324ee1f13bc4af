"""Setup, the telephone line: finds the modem, or takes the URL of another source; then a test ring."""

import contextlib
import queue
import time
from collections.abc import Collection, Sequence
from contextlib import closing
from typing import Final

from cli import roots, setup_exchange, setup_rows
from cli.doctor import heard_from
from cli.pumps import expect_dialect, pump_of
from cli.setup_console import EMPTY, Console, Ended, Wrong
from cli.setup_rows import half_width
from ringdesk import numbers
from ringdesk.calls import CallEvent, EventKind, Presentation
from ringdesk.dialects import Level, Notice
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from terminal.callerid.source import SourceSpec, Transport, parse, spelled_out
from terminal.widgets.speech import because, mark, say
from terminal.widgets.telephone import written

RING_SECONDS: Final = 60.0
SILENT: Final = mark("no modem answers there: is this its port, has it power, does another program hold it?")
NO_PORT: Final = mark("{text} is no port and no address of a line; write it as the question shows, or `back`.")
NAMED_APART: Final = mark(
    "Calls on lines with different names may be different calls. If this is the line that {port} hears too, add"
    ' `&line={name}` to its address in the settings, and `label = "{name}"` to its `[[line]]` at a server: else each of'
    ' its calls asks "Same call?", and one without a number pops twice.'
)
HEARD: Final = ("number", "withheld")
"""What came of a test ring that went well."""
_ANOTHER, _EXCHANGE, _NONE, _AGAIN = range(4)
"""The rows behind the lines that answered."""
_WAYS: Final = ("typed", "exchange")
"""What a setup that was broken off remembers of the first two."""
COUNT_SECONDS: Final = 10.0
NUMBER_SECONDS: Final = 12.0
"""The number comes between the first two rings: six seconds, and a margin."""


def spec_of(url: str, region: str, area: str, allowed: Collection[str] = ()) -> SourceSpec:
    """A source that this version can listen to; `allowed` are the foreign dialects of the settings. Raises `BadInput` with what
    to write instead."""
    spec = parse(addressed(url), "setup", region=region, area=area)
    expect_dialect(spec, allowed)
    return spec


def addressed(text: str) -> str:
    """The URL of a line as people name it, as it is to be written: a modem's line without a name is line 1, while an exchange
    names its lines itself."""
    text = spelled_out(text)
    if "line=" in text or not text.lower().startswith(("serial:", "socket:", "rfc2217:")):
        return text
    return f"{text}{'&' if '?' in text else '?'}line=1"


def warn_of_names(console: Console, chosen: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Say what comes of one line of two names, where webhooks are chosen and another source of this desk has a named line."""
    specs = []
    for url in dict.fromkeys((*chosen, *known)):
        with contextlib.suppress(BadInput):  # what was known and cannot be used hears nothing
            specs.append(parse(url, "setup"))
    hooks = [spec for spec in specs if spec.transport is Transport.HTTP and spec.url in chosen]
    for spec in specs:
        name = spec.options.line
        if name and spec.transport is not Transport.HTTP and any(hook.options.line != name for hook in hooks):
            console.say(say(NAMED_APART, port=SafeText(spec.address), name=SafeText(name)))


def ports() -> list[str]:
    """The serial ports of this machine, by their device."""
    from serial.tools.list_ports import comports

    return sorted(port.device for port in comports())


def probe(console: Console, url: str, region: str, area: str, allowed: Collection[str] = ()) -> Notice:
    """Set the peer up as the desk does, and say what came of it."""
    spec = spec_of(url, region, area, allowed)
    console.say(say("Trying {port}, some ten seconds ...", port=SafeText(spec.address)))
    notice, said = heard_from(spec, allowed)
    text = say(SILENT) if notice.why.code == "modem_silent" else because(notice.why)
    console.say(text if spec.address in text else say("{name}: {text}", name=SafeText(spec.address), text=text))
    if said and said != notice.detail:
        console.say(say("It said: {text}", text=SafeText(said)))
    return notice


def chosen(
    console: Console, region: str, area: str, known: tuple[str, ...], allowed: Collection[str] = ()
) -> tuple[str, ...]:
    """The sources of this desk. Those that are `known` are neither dropped nor replaced unless that is asked for."""
    if not known or console.yes:
        return known or find(console, region, area, known, allowed)
    lines = SafeText(" ".join(known))
    ways = say("keep: {lines}", lines=lines), say("another line instead"), say("one more line")
    way = console.choose(say("This desk has a line already."), ways, name="line.known")
    if way == 0:
        return known
    found = find(console, region, area, () if way == 1 else known, allowed)
    return found if way == 1 else tuple(dict.fromkeys((*known, *found)))


def find(
    console: Console, region: str, area: str, known: tuple[str, ...], allowed: Collection[str] = ()
) -> tuple[str, ...]:
    """A source of this desk: one that answered and is not `known` yet, or what is typed; or none."""
    while True:
        found = [f"serial://{device}" for device in ports()]
        if not found:
            console.say(say("No serial port was found."))
        well = [addressed(url) for url in found if _probed(console, url, region, area).level is Level.OK]
        urls = [url for url in dict.fromkeys(well) if url not in known]
        others = (
            say("another one: type its port or address"),
            say("a telephone exchange or an Internet telephone service"),
            say("none for now"),
            say("try again") if found else say("look again: a modem is plugged in now"),
        )
        entries = [*map(SafeText, urls), *others]
        row, typed = console.choose_or_type(
            say("Which is your telephone line?"),
            entries,
            1 if urls else 1 + _proposed(console, failed=bool(found) and not well),
            meant=lambda text: _meant(text, urls),  # noqa: B023 - it is asked within this turn
        )
        if row < len(urls):
            return (urls[row],)
        if row - len(urls) == _NONE:
            return ()
        if row - len(urls) != _AGAIN:
            console.remember("line.way", _WAYS[row - len(urls)])
            return (_typed, _exchange)[row - len(urls)](console, region, area, allowed, typed)


def _proposed(console: Console, *, failed: bool) -> int:
    """The row, where no line answered: where a setup that was broken off was; after a port that `failed`, the same again."""
    if begun := console.begun.get("line.way"):
        return _EXCHANGE if begun == _WAYS[_EXCHANGE] else _ANOTHER
    return _AGAIN if failed and not console.yes else _NONE


def _meant(typed: str, urls: Sequence[str]) -> int | None:
    """The row of a port, an address or an exchange that was typed where lines are listed."""
    if addressed(typed) in urls:
        return urls.index(addressed(typed))
    if setup_rows.is_line(typed):
        return len(urls) + _ANOTHER
    return len(urls) + _EXCHANGE if setup_exchange.is_meant(typed) else None


def _typed(console: Console, region: str, area: str, allowed: Collection[str], typed: str = "") -> tuple[str, ...]:
    """A line by its port or address, which may have been `typed` already."""
    given = typed
    while True:
        if not given:
            typed = _port_asked(console, typed)
        console.remember("line.typed", typed)
        url = addressed(typed)
        try:
            if not typed:
                raise Wrong(EMPTY)
            kept, given = _is_kept(console, url, region, area, allowed)
            if kept:
                return (url,)
            typed = given or typed
        except Ended:
            raise
        except BadInput as error:
            console.wrong(error if "://" in url or not typed else Wrong(NO_PORT, text=SafeText(typed)))
            typed = given = ""
            console.remember("line.typed", "")


def _port_asked(console: Console, proposal: str) -> str:
    """A port of this machine by its number in the list, or what is typed; Enter: what is proposed."""
    found = ports()
    question = say("Port or address, as in `COM3`, `/dev/ttyACM0` or `socket://host:port` (`back`: the list before):")
    if not found:
        return half_width(console.ask(question, proposal, name="line.typed"))
    row, typed = console.choose_or_type(
        say("The ports of this computer, by their number:"),
        [SafeText(port) for port in found],
        meant=lambda text: None if text.isdecimal() else 0,
        refused=lambda shown: [say(NO_PORT, text=shown)],
        name="line.typed",
        prompt=question,
    )
    return half_width(typed) or found[row]


def _exchange(console: Console, region: str, area: str, allowed: Collection[str], typed: str = "") -> tuple[str, ...]:
    """A line that is no modem; `typed`: what was typed of it already."""
    said = setup_exchange.Said(console.begun)
    while True:
        url = setup_exchange.ask(console, said, typed)
        typed = ""
        try:
            if _is_kept(console, url, region, area, allowed)[0]:
                return (url,)
        except Ended:
            raise
        except BadInput as error:
            console.wrong(error)
            console.settled()


def _probed(console: Console, url: str, region: str, area: str, allowed: Collection[str] = ()) -> Notice:
    """How a line stands; whoever goes back does not wait for it again."""
    return console.once(url, lambda: probe(console, url, region, area, allowed))


def _is_kept(console: Console, url: str, region: str, area: str, allowed: Collection[str]) -> tuple[bool, str]:
    """Whether a line that was named is the one: it works, or it is to be tried whenever the desk runs. False: another is
    named, by what is returned with it where that was typed at once. Raises `BadInput`."""
    ways = say("try again"), say("change it"), say("keep it: the desk tries it whenever it runs")
    while _probed(console, url, region, area, allowed).level is not Level.OK:
        question = say("It does not work yet.")
        way, typed = console.choose_or_type(question, ways, meant=lambda text: 1 if setup_rows.is_line(text) else None)
        if way > 0:
            return way == 2, typed
    return True, ""


def await_ring(console: Console, url: str, region: str, area: str, allowed: Collection[str] = ()) -> str:
    """Wait for a real ring. What came: `number`, `withheld`, `no_number`, `nothing`."""
    events: queue.SimpleQueue[CallEvent | Notice] = queue.SimpleQueue()
    spec = spec_of(url, region, area, allowed)
    pump = pump_of(spec, events.put, lambda _source, notice: events.put(notice), roots.wall, allowed=allowed)
    pump.start()
    with closing(pump):
        return _listen(console, events, region, area)


def _listen(console: Console, events: "queue.SimpleQueue[CallEvent | Notice]", region: str, area: str) -> str:
    console.say(say("Ring this line now, from another telephone."))
    until = time.monotonic() + RING_SECONDS
    rung = False
    while (left := until - time.monotonic()) > 0:
        try:
            heard = events.get(timeout=min(COUNT_SECONDS, left))
        except queue.Empty:
            if not rung:
                console.say(say("{count} s left", count=max(0, round(until - time.monotonic()))))
            continue
        if isinstance(heard, Notice):
            if heard.level is Level.BROKEN:  # nothing can ring there
                console.say(because(heard.why))
                return "nothing"
            continue
        event = numbers.read_caller(heard, region, area)
        if event.event is EventKind.RINGING and not rung:
            rung, until = True, time.monotonic() + NUMBER_SECONDS
            console.say(say("It rings."))
        if event.caller is not None:
            if event.caller.presentation is Presentation.PRIVATE:
                console.say(say("The caller withheld the number; caller ID works."))
                return "withheld"
            if event.caller.raw:
                console.say(say("The number came: {number}", number=written(event.caller.e164, event.caller.raw)))
                return "number"
    silent = say("Nothing rang. Is this the right line, and is the modem on it?")
    console.say(*(no_number() if rung else (silent,)))
    return "no_number" if rung else "nothing"


def no_number() -> tuple[SafeText, ...]:
    """Why a line rings and says no number."""
    return (
        say("It rang, and no number came. The usual reasons:"),
        say("- caller ID is not subscribed: ask the telephone company"),
        say("- the modem knows no caller ID, or has the wrong country: `ringdesk doctor` says what it answered"),
        say("- the modem is behind an exchange that does not pass the number on"),
        say("- a filter or splitter is missing, or the telephone was picked up before the second ring"),
    )
