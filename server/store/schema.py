"""The SQL files: the statements by name, the schema, and the one list of migrations."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "sql"

MIGRATIONS: Final = (
    "0001_beginning.sql",
    "0002_live_calls.sql",
    "0003_audit_end.sql",
    "0004_hooks.sql",
    "0005_recent_calls.sql",
    "0006_recent_callers.sql",
    "0007_callbacks.sql",
)
"""In order; a database at version n has seen the first n. Only ever added to."""

VERSION: Final = len(MIGRATIONS)
"""What this code expects."""

OLDEST_CODE: Final = 7
"""The oldest version of the code that may still open a database of this version (a rollback of the program)."""


def schema() -> str:
    """The whole schema, for a new database."""
    return (FOLDER / "schema.sql").read_text("utf-8")


def migration(version: int) -> str:
    """The SQL that leads from `version - 1` to `version`."""
    return (FOLDER / "migrations" / MIGRATIONS[version - 1]).read_text("utf-8")


def _read_queries() -> dict[str, str]:
    blocks = (FOLDER / "queries.sql").read_text("utf-8").split("\n-- name: ")[1:]
    named = (block.partition("\n") for block in blocks)
    return {name.strip(): text.strip() for name, _, text in named}


QUERIES: Final = _read_queries()
"""Statement by name."""
