"""Decoding: recorded bytes of every stream dialect -> events, beside the floor of the same run, which only cuts the same bytes
into lines and makes text of them. CPU time of one core; no port, no tracker.

The exchange's share: an Asterisk that reports all classes of events, with 100 answered calls a second. Each round has calls
of its own, or the dialect would take them for those that it knows.
"""

import argparse
import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.figures import report, summary
from config import registry
from ringdesk import transcript
from ringdesk.dialects import SourceOptions, StreamDialect
from ringdesk.transcript import Chunk

TRANSCRIPTS: Final = Path(__file__).parents[1] / "tests" / "transcripts"
ALL_CLASSES: Final = Path(__file__).parent / "recordings" / "asterisk-all-classes.ami"
"""One call of an Asterisk 22 with all classes of events (fictional numbers): it rings, is answered, ends."""
PACKET: Final = 1400
"""Bytes of it that come at once."""
CALLS_PER_SECOND: Final = 100
_IDS: Final = re.compile(
    rb"\b(?P<unique>\d{10})(?=\.\d+\b)|(?P<uuid>\b[0-9a-f]{8}(?=(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))|(?P<sip>(?im:^call-id: *))"
)
"""What names a call at an Asterisk (seconds since 1970, behind which comes a counter), a FreeSWITCH, in SIP."""

Parts = Sequence[tuple[float, bytes, str | None]]
"""What came in: seconds, bytes, from whom."""


def recordings(dialect: str) -> list[Parts]:
    """The recordings of a dialect."""
    return [_incoming(path) for path in sorted((TRANSCRIPTS / dialect).glob("*.jsonl"))]


def _incoming(path: Path) -> Parts:
    chunks: Iterable[Chunk] = transcript.read(path.read_bytes().splitlines())
    return [(chunk.at, chunk.data, chunk.peer) for chunk in chunks if chunk.dir == "in"]


def fresh(parts: Parts, number: int) -> Parts:
    """The same with calls of their own, and later."""

    def other(found: re.Match[bytes]) -> bytes:
        if found["unique"]:
            return b"%d" % (int(found["unique"]) + number)
        return b"%08x" % (int(found["uuid"], 16) ^ number) if found["uuid"] else b"%s%d-" % (found["sip"], number)

    return [(at + number * 1000.0, _IDS.sub(other, data), peer) for at, data, peer in parts]


def decoded(dialect: StreamDialect, parts: Parts) -> int:
    """How many events the bytes are."""
    events = 0
    for at, data, peer in parts:
        if dialect.next_due is not None and dialect.next_due <= at:
            events += len(dialect.due(at).events)
        events += len(dialect.received(data, at, peer).events)
    return events


def lines(parts: Parts) -> int:
    """The floor: the lines of the bytes, as text."""
    return sum(len(data.decode("utf-8", "replace").splitlines()) for _, data, _ in parts)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def measure(name: str, known: Collection[Parts], rounds: int) -> dict[str, float]:
    """Figures of a dialect over recordings: milliseconds of CPU for one pass over all of them."""
    dialect = registry.dialect(name)("source", SourceOptions(line="1"))
    dialect.opened(0.0)
    ours, floor, events = [], [], 0
    for number in range(1, rounds + 1):
        passes = [fresh(parts, number * 10 + place) for place, parts in enumerate(known)]
        found: list[int] = []
        ours.append(_cpu(lambda: found.extend([decoded(dialect, parts) for parts in passes])) * 1000)  # noqa: B023
        floor.append(_cpu(lambda: [lines(parts) for parts in passes]) * 1000)  # noqa: B023
        events += sum(found)
    size = sum(len(data) for parts in known for _, data, _ in parts)
    middle, base = summary(ours)["p50"], summary(floor)["p50"]
    return {
        "events": round(events / rounds, 1),
        "KB": round(size / 1000, 1),
        "ms p50": middle,
        "ms p90": summary(ours)["p90"],
        "floor ms": base,
        "ratio": round(middle / base, 1) if base else 0.0,
        "events/s": round(1000 * events / sum(ours)) if sum(ours) else 0.0,
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = [name for name in registry.names() if (TRANSCRIPTS / name).is_dir()]
    rows = {name: measure(name, recordings(name), options.rounds) for name in names}
    data = ALL_CLASSES.read_bytes()
    call = [(0.0, data[at : at + PACKET], None) for at in range(0, len(data), PACKET)]
    rows["ami, a call"] = measure("ami", [call], options.rounds)
    extra = {
        "rounds": options.rounds,
        "Asterisk, share of a core in %": round(rows["ami, a call"]["ms p50"] * CALLS_PER_SECOND / 10, 1),
        "aim": f"{CALLS_PER_SECOND} calls a second under 20 %",
    }
    report("decode", rows, extra, as_json=options.json)


if __name__ == "__main__":
    main()
