"""The database of a server: where its log lies, and whether a server runs on it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cli.doctor_database import of_servers
from cli.findings import Finding
from config.lock import ProcessLock
from ringdesk.dialects import Level
from server.store.schema import schema

NOW = 1_795_325_880.0
STANDS = {"event": "link.stands", "source": "pbx", "dialect": "ami", "stands": "ok", "code": "ami_ready"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "ringdesk.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema())
    return path


@contextmanager
def running(database: Path) -> Iterator[None]:
    """A server holds it."""
    lock = ProcessLock(database.with_name(f"{database.name}.lock"), database, "wait")
    try:
        yield
    finally:
        lock.release()


def logged(state: Path, source: str = "pbx") -> None:
    state.mkdir()
    (state / "server.log").write_text(json.dumps({**STANDS, "source": source}) + "\n")


def found(folder: Path, named: str = "", state: str = "") -> dict[str, Finding]:
    return {each.check: each for each in of_servers(named, state, folder, NOW)}


@pytest.mark.parametrize("state", ["ringdesk.state", "state"])
def test_the_log_of_a_server_is_found_beside_its_database(database: Path, state: str) -> None:
    logged(database.with_name(state))
    with running(database):
        assert found(database.parent)["source pbx"].why.code == "ami_ready"


def test_the_state_of_its_own_name_and_the_one_of_the_settings_go_first(database: Path) -> None:
    for state in ("ringdesk.state", "state", "given"):
        logged(database.with_name(state), state)
    with running(database):
        assert [check for check in found(database.parent) if "source" in check] == ["source ringdesk.state"]
        given = found(database.parent, f"sqlite:///{database}", str(database.with_name("given")))
        assert [check for check in given if "source" in check] == ["source given"]


def test_a_server_that_was_killed_is_told_of_and_its_log_is_not_believed(database: Path) -> None:
    logged(database.with_name("state"))
    with running(database):
        pass
    each = found(database.parent)
    none = each[f"server {database}"]
    assert (none.ok, none.level, none.why.code) == (False, Level.WARNING, "doctor_server_none")
    assert f"server of {database}: no server runs" in none.for_people()
    assert "source pbx" not in each
    with running(database):
        assert f"server {database}" not in found(database.parent)


def test_a_desk_of_its_own_starts_its_server_when_it_opens(database: Path) -> None:
    logged(database.with_name("state"))
    database.with_name("local.password").touch()
    assert [check for check in found(database.parent) if check.startswith(("server", "source"))] == []
