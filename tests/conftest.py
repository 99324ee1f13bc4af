"""What holds for every test.

Property tests take few examples, the same ones each time, in `make check`, and many new ones in `make slow` (the profile
`deep`): each of them is marked `property`. An error that is logged on purpose is a plain traceback, as in the product's own
log files; structlog's own way draws the local variables of every frame, which takes seconds on a busy machine.
"""

import signal

import pytest
import structlog
from hypothesis import HealthCheck, is_hypothesis_test, settings
from structlog.dev import ConsoleRenderer, plain_traceback

HURRY = [HealthCheck.too_slow]
"""How long examples take to make says something of the machine only."""
settings.register_profile("quick", max_examples=25, derandomize=True, deadline=None, suppress_health_check=HURRY)
settings.register_profile("deep", max_examples=100, deadline=None, print_blob=True, suppress_health_check=HURRY)
settings.load_profile("quick")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whoever runs the tests in the background ignores Ctrl+C, and every program that a test starts would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        ConsoleRenderer(colors=False, exception_formatter=plain_traceback),
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the property tests."""
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.function):
            item.add_marker("property")
