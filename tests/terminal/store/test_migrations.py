"""The schema: every step runs once, a half step not at all, and a newer database is left alone."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringdesk.errors import RingdeskError
from terminal.drafts import Draft
from terminal.store import drafts, migrations
from terminal.store.connection import Transaction
from terminal.store.migrations import STEPS, VERSION, migrate, statements


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("select name, sql from sqlite_schema where sql is not null order by name").fetchall()


@pytest.fixture
def empty() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def test_fresh_is_all_steps_one_by_one(empty: sqlite3.Connection) -> None:
    stepwise = sqlite3.connect(":memory:", isolation_level=None)
    for upto in range(1, VERSION + 1):
        migrate(stepwise, Path("x"), upto=upto)
    migrate(empty, Path("x"))
    assert schema(stepwise) == schema(empty)
    assert empty.execute("pragma user_version").fetchone() == (len(STEPS),)
    stepwise.close()


def test_every_file_is_a_step() -> None:
    folder = Path(migrations.__file__).parent / "schema"
    assert sorted(path.name for path in folder.glob("*.sql")) == list(STEPS)


def test_drafts_of_before_are_new_notes_without_tasks(empty: sqlite3.Connection) -> None:
    migrate(empty, Path("x"), upto=3)
    empty.execute("insert into draft (author, member, call, text, saved_at) values ('mei', 'm1', '', 'half', 5)")
    migrate(empty, Path("x"))
    assert drafts.of(Transaction(empty), "mei") == [Draft("m1", None, "half", 5.0)]


def test_running_again_changes_nothing(empty: sqlite3.Connection) -> None:
    migrate(empty, Path("x"))
    before = schema(empty)
    migrate(empty, Path("x"))
    assert schema(empty) == before


def test_a_newer_database_is_left_alone(empty: sqlite3.Connection) -> None:
    empty.execute(f"pragma user_version = {VERSION + 1}")
    with pytest.raises(RingdeskError, match="upgrade ringdesk"):
        migrate(empty, Path("replica.db"))
    assert schema(empty) == []


def test_a_failing_step_leaves_nothing(empty: sqlite3.Connection) -> None:
    empty.execute("create table gram (in_the_way integer)")
    with pytest.raises(sqlite3.OperationalError):
        migrate(empty, Path("x"))
    assert [name for name, _ in schema(empty)] == ["gram"]
    assert empty.execute("pragma user_version").fetchone() == (0,)


def test_statements_are_cut_at_their_ends() -> None:
    assert statements("-- a; b\ncreate table x (\n a text default ';'\n);\nselect 1;") == [
        "-- a; b\ncreate table x (\n a text default ';'\n);",
        "select 1;",
    ]
    with pytest.raises(ValueError, match="inside a statement"):
        statements("create table x (")
