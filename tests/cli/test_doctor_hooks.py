"""Refused requests, as a server's audit has them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from cli.doctor_hooks import refused

NOW = 1795325880.0


def test_a_line_for_each_source_and_reason_of_the_last_day(tmp_path: Path) -> None:
    file = tmp_path / "server.db"
    with closing(sqlite3.connect(file)) as db:
        db.execute(
            "CREATE TABLE audit (n INTEGER PRIMARY KEY, at REAL, actor TEXT, action TEXT, subject TEXT, detail TEXT)"
        )
        rows = [
            (NOW - 10, "hook.refused", "pbx", "hook_forged: 3 times, from 192.0.2.1"),
            (NOW - 20, "hook.refused", "pbx", "hook_forged: 4 times, from 192.0.2.1"),
            (NOW - 30, "hook.refused", "", "unknown_source: 1 times, from 192.0.2.1"),
            (NOW - 30, "hook.refused", "zoom", "hook_unsigned: 2 times, from 192.0.2.1"),
            (NOW - 30, "hook.refused", "box", "dialect_failed: 1 times, from 192.0.2.1"),
            (NOW - 30, "hook.refused", "late", "too_old: 2 times, from 192.0.2.1"),
            (NOW - 90_000, "hook.refused", "old", "hook_stale: 9 times, from 192.0.2.1"),
            (NOW - 10, "hook.lookup", "pbx", "hook_forged: 9 times"),
        ]
        db.executemany("INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, 'server', ?, ?, ?)", rows)
        db.commit()
    found = {each.check: (each.why.code, each.said, each.ok) for each in refused(file, NOW)}
    assert found == {
        "webhook": ("doctor_hook_unknown_source", "1 / 24 h", False),
        "webhook box": ("doctor_hook_other", "1 / 24 h", False),
        "webhook late": ("doctor_hook_too_old", "2 / 24 h", False),
        "webhook zoom": ("hook_unsigned", "2 / 24 h", False),
        "webhook pbx": ("hook_forged", "7 / 24 h", False),
    }


def test_what_is_no_such_database_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "server.db").write_bytes(b"this is no database" * 100)
    assert list(refused(tmp_path / "server.db", NOW)) == []
    assert list(refused(tmp_path / "none.db", NOW)) == []
