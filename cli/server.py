"""`ringdesk server`: the central server."""

import argparse
import asyncio
import contextlib
import logging
import signal
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType
from typing import Any, Final

import structlog

from cli.heldlines import maker
from cli.logs import end_torn_line
from cli.output import complain, print_json
from cli.paths import is_file
from cli.roots import random_bytes, random_id, wall
from config.load import load, places
from ringdesk.errors import BadInput
from ringdesk.hours import hours
from server.accept import Business
from server.admin import missing
from server.app import Roots, Serving, serve
from server.identity.state import private_folder, state_of

LOG_BYTES: Final = 10_000_000
LOG_FILES: Final = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--listen", metavar="HOST:PORT", help="where to listen; port 0 takes a free one")
    parser.add_argument("--database", metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--state", metavar="DIR", help="keys, certificate and log; default: beside the database")
    parser.add_argument(
        "--tls-cert", type=Path, metavar="FILE", help="an own certificate (PEM) instead of the server's"
    )
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its key (PEM)")
    parser.add_argument(
        "--organisation", default="", metavar="NAME", help="shown on every desk; kept in a new database"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    parser.add_argument("--log-level", choices=["debug", "info", "warning", "error"], help="what the log keeps")
    parser.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    flags = {
        "server": {"listen": options.listen, "database": options.database, "state": options.state},
        "general": {"log_level": options.log_level},
    }
    settings = load(options.config, flags=flags)
    general = settings.general
    serving = Serving(
        listen=settings.server.listen,
        database=settings.server.database or f"sqlite:///{places().data / 'server.db'}",
        state=settings.server.state,
        organisation=options.organisation,
        tls_cert=_file(options.tls_cert),
        tls_key=_file(options.tls_key),
        public_url=settings.server.public_url,
        proxies=settings.server.proxies,
        dialects=general.dialects,
        business=Business(
            hours(settings.business.hours, settings.business.closed), region=general.region, area=general.area
        ),
    )
    _log_to(private_folder(state_of(serving.database, serving.state)) / "server.log", general.log_level)
    asyncio.run(_serve(serving, None if options.embedded else missing(serving.database)))
    return 0


async def _serve(serving: Serving, new: Path | None) -> None:
    """`new`: the database that there was not before, where that is to be said."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    def listening(address: str) -> None:
        if new is not None:
            complain(
                f"a new database was made at {new}, for there was none; if another was meant, stop this server, delete"
                " it and mend --database or [server] database"
            )
        print_json({"listening": address})

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    roots = Roots(wall, random_id, random_bytes, maker(wall, serving.dialects))
    await serve(serving, roots, listening, stop)


def _file(path: Path | None) -> Path | None:
    if path is not None and not is_file(path):
        raise BadInput(f"{path}: there is no such file; give the PEM file with --tls-cert and --tls-key")
    return path


def _log_to(path: Path, level: str) -> None:
    """JSON lines, one object a line, in a file that only the owner reads. Secrets are never logged, so none are masked."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()]
    end_torn_line(path)
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    with contextlib.suppress(OSError):
        path.chmod(0o600)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("uvicorn.error").setLevel("WARNING")
    logging.raiseExceptions = False  # a line that a full disk does not take is no reason for a traceback
