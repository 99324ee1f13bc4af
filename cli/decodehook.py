"""What `ringdesk decode` makes of a webhook's request: the verdict of its dialect, and that as events."""

import argparse
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from config import registry
from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs import http
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText

_LAST_TIME: Final = 2.0**32
"""The year 2106: what every calendar can print."""


def verdict(data: bytes, options: argparse.Namespace, allowed: Collection[str]) -> tuple[float, Verdict]:
    """The time of receipt and the verdict over a request as it was captured. Raises `BadInput`: it is no HTTP request, or the
    flags cannot be read."""
    factory = registry.webhook(options.dialect, allowed)
    dialect = factory(options.dialect, SourceOptions(region=options.region, area=options.area))
    now = _time(options.at)
    return now, dialect.request(http.parse(data, url=options.url), now, _secrets(options.secret_file))


def events(found: Verdict, source: str, now: float) -> tuple[CallEvent, ...]:
    """What is believed; for a request that was refused the one event that says why."""
    if found.refused is None:
        return found.events
    reason = SafeText(found.refused.english())
    return (CallEvent(event=EventKind.REJECTED, at=now, source=source, reason=reason, verified=False),)


def _time(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = _calendar_time(text)
    if not 0 <= found <= _LAST_TIME:
        raise BadInput(f"--at {text!r} is no time; write it like 2026-11-22T05:38:00Z, or in seconds since 1970")
    return found


def _calendar_time(text: str) -> float:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return -1.0
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _secrets(name: str | None) -> tuple[str, ...]:
    if name is None:
        return ()
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BadInput(f"cannot read {name}: {error.strerror}; check the path") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is no text (UTF-8); write one secret a line") from error
    return tuple(line.strip() for line in lines if line.strip())
