"""The SQL files tell the truth."""

import re
import sqlite3
from pathlib import Path

from server.store.schema import FOLDER, MIGRATIONS, OLDEST_CODE, QUERIES, VERSION, migration, schema


def shape(*scripts: str) -> list[tuple[str, ...]]:
    db = sqlite3.connect(":memory:")
    for script in scripts:
        db.executescript(script)
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    columns = [
        tuple(map(str, (table, *column)))
        for kind, table, *_ in rows
        if kind == "table"
        for column in db.execute(f"PRAGMA table_info({table})")
    ]
    db.close()
    return [tuple(map(str, row[:3])) for row in rows] + columns


def test_a_new_database_equals_one_that_saw_every_migration() -> None:
    fresh = shape(schema())
    assert ("table", "image", "image") in fresh
    assert fresh == shape(*(migration(version) for version in range(1, VERSION + 1)))


def test_every_migration_file_is_in_the_list() -> None:
    files = sorted(path.name for path in Path(FOLDER, "migrations").glob("*.sql"))
    assert files == sorted(MIGRATIONS)
    assert 1 <= OLDEST_CODE <= VERSION


def test_every_statement_fits_the_schema() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(schema())
    for name, text in QUERIES.items():
        given = dict.fromkeys(re.findall(r":(\w+)", text), 0)
        db.execute(f"EXPLAIN {text}", given)
        assert name == name.strip()
    db.close()


def test_the_calls_of_a_caller_are_found_by_index() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(schema())
    given = {"site": "main", "caller": "+886912345678", "since": 1, "until": 9, "limit": 5}
    plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {QUERIES['calls_around_of']}", given))
    assert "recent_call_e164 (site=? AND e164=? AND started>? AND started<?)" in plan
    assert "recent_call_said (site=? AND said=? AND started>? AND started<?)" in plan
    db.close()


def test_rows_in_order_and_authors_are_found_by_index() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(schema())
    given = {
        "channel": "org",
        "after": 1,
        "upto": 9,
        "device": "d",
        "limit": 5,
        "name": "org@clear",
        "id": "x",
        "kind": "n",
    }
    for name in ("images_after", "authors_of", "newest", "tally", "row", "authors"):
        plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]}", given))
        assert "SEARCH" in plan, (name, plan)
        assert "SCAN" not in plan, (name, plan)
    db.close()
