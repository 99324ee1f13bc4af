"""Typing: a key written to the terminal -> its character read from the screen's output stream.

Three phases, interleaved in one run: the floor (Textual with one text area and nothing else), `ringdesk desk` while nothing
happens, and the same desk while `--rate` calls a second pop: real modem lines on ptys, whose callers are among `--members`.
The keys go into the note of a call that was taken. Every key is a character that stands nowhere else, half of them Chinese;
one that does not come ends the run. What the desk draws in the busy phase is told too, by panel (terminal/screens/pace.py).
"""

import argparse
import itertools
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from textual.geometry import Size

from benchmarks.exchange import Exchange
from benchmarks.figures import ratios, report, summary
from benchmarks.floor import READY
from benchmarks.pop import callers, fill
from benchmarks.screen import Screen
from terminal.screens.arrangement import Plan, plan
from terminal.screens.pace import AFTER_KEY

F2: Final = b"\x1bOQ"
EMPTY: Final = b"\x1b[18~\x7f"
"""F7 and Backspace: everything is selected, and gone."""
LATIN: Final = range(0x1E00, 0x1F00)
"""Letters of one cell that no name among the fictional members has."""
CHINESE: Final = range(0x9F00, 0x9FA0)
"""Rare characters of two cells, likewise."""
BETWEEN_KEYS: Final = (0.08, 0.16)
"""Seconds; a fast typist."""
PATIENCE: Final = 10.0
NOTE: Final = frozenset({"note", "noteframe"})
_FRAME: Final = re.compile(rb"\x1b\[\?2026h(.*?)\x1b\[\?2026l", re.DOTALL)
_PLACED: Final = re.compile(rb"\x1b\[([0-9]+);([0-9]+)H(?:\x1b\[[0-9;]*m)*(?=[^\x1b\r\n])")
"""Text at a place; Textual also moves to places where it draws nothing."""


class Key(NamedTuple):
    """A key that was pressed: the character, when (perf_counter), how long its echo took in ms; how long the stream was
    when it was pressed, and where its echo stands in it."""

    char: str
    at: float
    ms: float
    offset: int
    echo: int


class Watched(Screen):
    """A screen that remembers when every byte came."""

    def __init__(self, command: Sequence[str], size: Size) -> None:
        super().__init__(command, columns=size.width, rows=size.height)
        self.came: list[tuple[int, float]] = []

    def read(self, timeout: float) -> bytes:
        """What was drawn within `timeout` seconds."""
        data = super().read(timeout)
        if data:
            self.came.append((len(self.stream), time.perf_counter()))
        return data

    def look(self, until: float) -> None:
        """Only read, until then (perf_counter)."""
        while (left := until - time.perf_counter()) > 0:
            self.read(left)

    def press(self, char: str) -> Key:
        """Press a key and see it."""
        since, at = len(self.stream), time.perf_counter()
        self.write(char.encode())
        seen = self.until(char.encode(), PATIENCE, since=since)
        return Key(char, at, (seen - at) * 1000, since, self.stream.find(char.encode(), since))


class Phase:
    """What was measured of one of the three: echoes in ms, CPU in ms a second."""

    def __init__(self, screen: Watched) -> None:
        self.keys: list[Key] = []
        self.cpu: list[float] = []
        self.seconds = 0.0
        self.parts: list[tuple[int, int]] = []
        self._screen = screen

    def type(self, chars: Sequence[str], pauses: Iterator[float]) -> None:
        """A few words at a human speed; then the field is emptied."""
        screen = self._screen
        begun, cpu, first = time.perf_counter(), screen.cpu_ms(), len(screen.stream)
        for char in chars:
            key = screen.press(char)
            self.keys.append(key)
            screen.look(key.at + next(pauses))
        took = time.perf_counter() - begun
        self.seconds += took
        self.cpu.append((screen.cpu_ms() - cpu) / took)
        self.parts.append((first, len(screen.stream)))
        screen.write(EMPTY)
        screen.look(time.perf_counter() + 0.3)

    def echoes(self, chars: range | None = None) -> dict[str, float]:
        """Milliseconds; of these characters only."""
        return summary([key.ms for key in self.keys if chars is None or ord(key.char) in chars])


class Frame(NamedTuple):
    """A frame of the desk: where in the stream it stands, when it had come whole, and the panels that it changed."""

    start: int
    end: int
    came: float
    panels: frozenset[str]


def frames(phase: Phase, screen: Watched, places: Plan) -> list[Frame]:
    """The frames that were drawn while somebody typed."""
    whole = []
    ends = iter(screen.came)
    end, came = next(ends)
    for first, last in phase.parts:
        for found in _FRAME.finditer(bytes(screen.stream[:last]), first):
            while end < found.end():
                end, came = next(ends)
            whole.append(Frame(found.start(), found.end(), came, _panels(found[1], places)))
    return whole


def drawn(phase: Phase, whole: Sequence[Frame]) -> dict[str, object]:
    """Frames a second by panel, and the keys that had others than their echo beside them until `AFTER_KEY`."""
    often = Counter(panel for frame in whole for panel in frame.panels)
    other = [frame for frame in whole if frame.panels - NOTE]
    beside = Counter[str]()
    for key in phase.keys:
        near = [frame for frame in other if key.offset < frame.end and frame.came < key.at + AFTER_KEY]
        beside["before the echo"] += any(frame.end <= key.echo for frame in near)
        beside["in its frame"] += any(frame.start < key.echo < frame.end for frame in near)
        beside["after it"] += any(key.echo < frame.start for frame in near)
    return {
        "frames a second": round(len(whole) / phase.seconds, 1),
        "of these, by panel": {name: round(count / phase.seconds, 1) for name, count in often.most_common()},
        f"keys of {len(phase.keys)} with another frame within 50 ms": dict(beside),
    }


def _panels(frame: bytes, places: Plan) -> frozenset[str]:
    spots = {(int(column) - 1, int(row) - 1) for row, column in _PLACED.findall(frame)}
    return frozenset(_panel(spot, places) for spot in spots)


def _panel(spot: tuple[int, int], places: Plan) -> str:
    inner = [name for name, region in places.items() if region.contains(*spot)]
    return "note" if "note" in inner else inner[0] if inner else "nowhere"


def _take_a_call(exchange: Exchange, desk: Watched, lines: int) -> None:
    """Wait for every modem, let one call come, and take it: from now on there is a note."""
    deadline = time.perf_counter() + 120
    while len(exchange.ready) < lines:
        if time.perf_counter() > deadline:
            raise SystemExit(f"the desk set up {len(exchange.ready)} of {lines} modems")
        desk.read(0.1)
    desk.settle(quiet=1.0, timeout=5)
    exchange.ring()
    while not exchange.rung:
        desk.read(0.01)
    exchange.rest()
    desk.look(time.perf_counter() + 0.2)
    desk.write(F2)
    desk.look(time.perf_counter() + 2)
    desk.press(chr(LATIN[0]))  # the note takes it
    desk.write(EMPTY)
    desk.look(time.perf_counter() + 1)


def measure(options: argparse.Namespace, room: Path) -> tuple[dict[str, Phase], dict[str, object]]:
    """The phases, and what was drawn in the busy one."""
    size = Size(*map(int, options.size.split("x")))
    rng = random.Random(options.seed)
    pauses = (rng.uniform(*BETWEEN_KEYS) for _ in itertools.count())
    marks = itertools.cycle(map(chr, itertools.chain(*zip(LATIN[1:], itertools.cycle(CHINESE), strict=False))))
    crowd = callers(options.seed, options.members, min(200, options.members // 5))
    with Exchange(options.lines, options.rate, crowd) as exchange:
        words = [word for source in exchange.sources for word in ("--source", source)]
        desk = [sys.executable, "-m", "cli.main", "desk", "--data", str(room), "--language", options.language, *words]
        plain = [sys.executable, "-m", "benchmarks.floor", "type"]
        with Watched(plain, size) as floor_screen, Watched(desk, size) as screen:
            floor_screen.until(READY.encode(), 30)
            floor_screen.write(EMPTY)
            _take_a_call(exchange, screen, options.lines)
            floor, idle, busy = Phase(floor_screen), Phase(screen), Phase(screen)
            rung, seconds = 0, 0.0
            for _ in range(options.rounds):
                texts = [list(itertools.islice(marks, options.keys)) for _ in range(3)]
                floor_screen.look(time.perf_counter() + 0.1)
                floor.type(texts[0], pauses)
                screen.look(time.perf_counter() + 0.1)
                idle.type(texts[1], pauses)
                before, begun = exchange.rung, time.perf_counter()
                exchange.ring()
                screen.look(time.perf_counter() + 1)
                busy.type(texts[2], pauses)
                exchange.rest()
                rung, seconds = rung + exchange.rung - before, seconds + time.perf_counter() - begun
                screen.look(time.perf_counter() + options.lines / options.rate + 1)
            seen = drawn(busy, frames(busy, screen, plan(size)))
    return {"floor": floor, "idle": idle, "busy": busy}, {"calls a second": round(rung / seconds, 1), **seen}


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--keys", type=int, default=25, help="in each phase of a round")
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--lines", type=int, default=20)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--size", default="160x45")
    parser.add_argument("--language", default="zh-Hant")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        fill(Path(room), options.seed, options.members)
        phases, seen = measure(options, Path(room))
    rows = {f"{name}, ms": phase.echoes() for name, phase in phases.items()}
    rows["busy, Chinese alone, ms"] = phases["busy"].echoes(CHINESE)
    rows |= {f"{name}, CPU ms a second": summary(phase.cpu) for name, phase in phases.items()}
    extra = {
        "busy / idle": ratios(rows["busy, ms"], rows["idle, ms"]),
        "idle / floor": ratios(rows["idle, ms"], rows["floor, ms"]),
        "aim": "busy p90 <= 30 ms and <= 3 x idle p90",
        **seen,
        "members": options.members,
        "screen": options.size,
    }
    report("typing", rows, extra, as_json=options.json)


if __name__ == "__main__":
    main()
