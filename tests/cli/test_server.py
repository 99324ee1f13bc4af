"""What the process of a server says of how it starts."""

import json
from pathlib import Path

from cli.embedded import EmbeddedServer
from tests.cli.processes import Child


def said_at_start(room: Path, database: Path, *more: str) -> str:
    """What a server has written to standard error once it listens."""
    server = Child(room, "server", "--listen", "127.0.0.1:0", "--database", f"sqlite:///{database}", *more)
    try:
        server.until(lambda line: "listening" in line)
        server.errors.seek(0)
        return server.errors.read().decode()
    finally:
        server.close()


def test_a_database_that_was_made_now_is_named_once(tmp_path: Path) -> None:
    database = tmp_path / "shp.db"
    said = said_at_start(tmp_path, database)
    assert (said.count("\n"), f"a new database was made at {database}" in said) == (1, True)
    assert said_at_start(tmp_path, database) == ""


async def test_the_server_of_a_desk_makes_its_database_without_a_word(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    await server.start()
    try:
        assert (server.state / "server.err").read_bytes() == b""
    finally:
        await server.stop()


def test_after_a_line_that_was_torn_off_the_log_goes_on_with_a_whole_one(tmp_path: Path) -> None:
    database, log = tmp_path / "s.db", tmp_path / "s.state" / "server.log"
    log.parent.mkdir(mode=0o700)
    whole = '{"event": "server.up"}\n'
    log.write_text(whole + '{"event": "server.u')
    said_at_start(tmp_path, database, "--log-level", "debug")
    first, torn, *then = log.read_text().splitlines()
    assert (first + "\n", torn) == (whole, '{"event": "server.u')
    assert then
    assert all(json.loads(line) for line in then)
