"""The log of a terminal: JSON lines in a file under the state directory, never on the screen."""

import contextlib
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final

import structlog

FILE_BYTES: Final = 5_000_000
FILES: Final = 3


def to_file(path: Path, level: str) -> None:
    """From now on everything logged goes to `path`; nothing goes to stdout or stderr. Raises `OSError`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    path.parent.mkdir(
        mode=0o700, parents=True, exist_ok=True
    )  # from here on nothing is printed, whatever becomes of it
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    end_torn_line(path)
    handler = RotatingFileHandler(path, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8")
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    path.chmod(0o600)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a full disk must not print tracebacks onto the screen


def end_torn_line(path: Path) -> None:
    """Where a process was killed in the middle of a line, what comes begins on one of its own: only that line is lost to
    whoever reads the file."""
    with contextlib.suppress(OSError), path.open("rb+") as log:
        log.seek(-1, os.SEEK_END)  # an empty one has no last byte, and raises
        if log.read(1) != b"\n":
            log.write(b"\n")
