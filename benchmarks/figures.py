"""How measurements are summed up and printed: medians and percentiles, wall and CPU time, ratios to the floor of the same run."""

import sys
import time
from collections.abc import Sequence
from typing import Any

import msgspec


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` in 0..1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def summary(values: Sequence[float]) -> dict[str, float]:
    """p50, p90, p99, min and max in the unit of the values, and their count."""
    return {
        "p50": round(percentile(values, 0.5), 2),
        "p90": round(percentile(values, 0.9), 2),
        "p99": round(percentile(values, 0.99), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
        "n": len(values),
    }


def ratios(ours: dict[str, float], floor: dict[str, float]) -> dict[str, float]:
    """Ours over the floor, per percentile."""
    return {key: round(ours[key] / floor[key], 2) for key in ("p50", "p90", "p99") if floor[key]}


def cpu_of(pid: int) -> float:
    """CPU time that a process has used so far, all its threads, in milliseconds (Linux; 0 elsewhere)."""
    if sys.platform != "linux":
        return 0.0
    clock = ~pid << 3 | 2  # the CPU clock of another process: clock_getcpuclockid(3), which Python has not
    try:
        return time.clock_gettime_ns(clock) / 1e6
    except OSError:
        return 0.0


def report(title: str, rows: dict[str, dict[str, float]], extra: dict[str, Any], *, as_json: bool) -> None:
    """Print a table, or one JSON object."""
    if as_json:
        sys.stdout.write(msgspec.json.encode({"benchmark": title, "rows": rows, **extra}).decode() + "\n")
        return
    width = max(map(len, rows))
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    sys.stdout.write(f"{title}\n{'':<{width}} " + " ".join(f"{column:>9}" for column in columns) + "\n")
    for name, row in rows.items():
        cells = " ".join(f"{row[column]:>9}" if column in row else f"{'':>9}" for column in columns)
        sys.stdout.write(f"{name:<{width}} {cells}\n")
    for key, value in extra.items():
        sys.stdout.write(f"{key}: {value}\n")
