"""What holds for every test: an error that is logged on purpose is a plain traceback, as in the product's own log files.

Structlog's own way draws the local variables of every frame, which takes seconds on a busy machine.
"""

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        ConsoleRenderer(colors=False, exception_formatter=plain_traceback),
    ]
)
