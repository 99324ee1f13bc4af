"""When a line is cut, and when a slow one is not."""

import terminal.sync.socket  # noqa: F401  it registers the words of these reasons
from ringdesk.wire import limits
from terminal.sync.watch import MOVING, Sample, Timings, Watch

TIMES = Timings(silence=40, progress=10, watchdog=30)


def run(samples: list[Sample]) -> str | None:
    """One look a second, from second 1 on; the first reason to cut the line."""
    watch = Watch(TIMES, 0.0, Sample())
    reasons = (watch.look(float(second), sample) for second, sample in enumerate(samples, 1))
    return next((f"{second}: {reason.english()}" for second, reason in enumerate(reasons, 1) if reason), None)


def test_an_idle_line_with_heartbeats_stays() -> None:
    assert run([Sample(received=second // 15 * 60) for second in range(300)]) is None


def test_silence() -> None:
    assert run([Sample(received=0)] * 60) == "40: the server is silent"


def test_nobody_takes_what_is_sent() -> None:
    assert run([Sample(received=second, unsent=5000) for second in range(60)]) == "10: the line takes nothing any more"


def test_a_slow_line_that_takes_bytes_stays() -> None:
    assert run([Sample(received=second, unsent=500_000 - second * 100) for second in range(60)]) is None


def test_work_without_an_answer() -> None:
    assert run([Sample(received=second * 4, busy=True) for second in range(60)]) == "31: the server does not answer"


def test_a_large_page_at_64_kbit_stays() -> None:
    """256 KiB at 8,000 bytes a second take 33 s: longer than the watchdog, but they come."""
    seconds = limits.PAGE_MAX // 8000 + 2
    assert seconds > TIMES.watchdog
    assert run([Sample(received=second * 8000, busy=True) for second in range(seconds)]) is None
    assert 8000 * TIMES.watchdog > MOVING


def test_answers_keep_it() -> None:
    assert run([Sample(received=second, answers=second // 20, busy=True) for second in range(200)]) is None
