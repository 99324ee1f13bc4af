"""Start-up: process start -> first paint, `ringdesk desk` beside a minimal Textual app, interleaved.

First paint is the first frame that says who we are; `online` is the frame that says that the desk has opened its store and
that the server of its own, which starts with it, has answered.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import ratios, report, summary
from benchmarks.floor import READY
from benchmarks.screen import Screen

FIRST = b"Ringdesk"


def _floor() -> float:
    with Screen([sys.executable, "-m", "benchmarks.floor", "paint"]) as screen:
        return (screen.until(READY.encode(), 20) - screen.started) * 1000


def _desk(data: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "cli.main", "desk", "--data", str(data), "--language", "en"]
    with Screen(command) as screen:
        first = (screen.until(FIRST, 20) - screen.started) * 1000
        ready = (screen.until(b"online", 30) - screen.started) * 1000
        return first, ready


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    floor, first, ready = [], [], []
    with tempfile.TemporaryDirectory() as room:
        _desk(Path(room))
        for _ in range(options.rounds):
            floor.append(_floor())
            paint, usable = _desk(Path(room))
            first.append(paint)
            ready.append(usable)
    rows = {
        "minimal Textual app, ms": summary(floor),
        "desk, first paint, ms": summary(first),
        "desk, online, ms": summary(ready),
    }
    extra = {
        "first paint / floor": ratios(rows["desk, first paint, ms"], rows["minimal Textual app, ms"]),
        "aim": "first paint p50 <= 1.2",
    }
    report("startup", rows, extra, as_json=options.json)


if __name__ == "__main__":
    main()
