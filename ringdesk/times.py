"""Times: seconds since 1970 inside, ISO 8601 UTC outside."""

from datetime import UTC, datetime


def iso(at: float | None) -> str | None:
    """`2026-11-22T05:38:06.120Z`; None stays None."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
