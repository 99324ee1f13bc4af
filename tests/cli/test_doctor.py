import asyncio
import json
import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial

from cli.doctor import sqlite
from ringdesk.dialects import Level
from ringdesk.ops import Actor, NoteAdd
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire.messages import Enrolled
from server.store.schema import schema
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from tests.cli.processes import child, run
from tests.flows.processes import RINGDESK, ROOT, Process


def doctor(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what was found by its name."""
    done = subprocess.run(
        [*RINGDESK, "doctor", "--json", *words], cwd=ROOT, capture_output=True, timeout=90, check=False
    )
    assert done.stderr == b""
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {finding["check"]: finding for finding in findings}


@contextmanager
def modem(room: Path, *words: str) -> Iterator[str]:
    """The source URL of a simulated modem."""
    with closing(Process(["simulate", "modem", *words], room / "modem.err")) as process:
        yield process.expect(lambda line: "listening" in line)["listening"]


def test_versions_are_told_and_a_sound_machine_is_well() -> None:
    code, found = doctor()
    assert code == (0 if all(finding["ok"] for finding in found.values()) else 1)
    assert {"python", "sqlite", "ringdesk", "textual", "pyserial"} <= set(found)
    assert found["textual"]["ok"]
    assert set(found["python"]) == {"check", "ok", "level", "message", "why_code", "said"}


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_the_sqlite_versions_that_can_corrupt_a_database(version: tuple[int, int, int], faulty: bool) -> None:
    found = sqlite(version)
    assert (found.ok, found.level) == (True, Level.WARNING if faulty else Level.OK), "no fault: the exit code stays 0"
    assert ("keep backups" in found.message) is faulty
    assert "WAL" not in found.message


def test_a_line_that_works_is_told_with_what_the_modem_said(tmp_path: Path) -> None:
    with modem(tmp_path, "--listen", "127.0.0.1:0") as url:
        _, found = doctor(url)
    assert (found[url]["ok"], found[url]["why_code"]) == (True, "modem_ready")
    assert "caller ID is on" in found[url]["message"]
    assert "OK" in found[url]["said"]


def test_a_modem_without_caller_id_is_something_wrong(tmp_path: Path) -> None:
    with modem(tmp_path, "--listen", "127.0.0.1:0", "--deaf") as url:
        code, found = doctor(url)
    assert (code, found[url]["ok"], found[url]["level"]) == (1, False, "warning")
    assert "ERROR" in found[url]["said"]


@pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")
def test_each_line_that_cannot_be_opened_has_its_reason(tmp_path: Path) -> None:
    missing, refused = f"serial://{tmp_path}/none", "socket://127.0.0.1:1"
    with modem(tmp_path, "--pty") as url, serial.Serial(url.removeprefix("serial://"), exclusive=True):
        code, found = doctor(url, missing, refused)
    assert code == 1
    reasons = {name: found[name]["why_code"] for name in (url, missing, refused)}
    assert reasons == {url: "port_in_use", missing: "port_missing", refused: "port_refused"}


def test_a_recording_is_read_and_not_played(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_text('{"at": 0, "dir": "in", "hex": "0d"}\n{"at": 86400, "dir": "in", "hex": "0d"}\n')
    good, bad = f"replay:{file}?dialect=modem", f"replay:{tmp_path}/none?dialect=modem"
    _, found = doctor(good, bad)
    assert (found[good]["ok"], found[good]["message"]) == (True, "a recording; chunks: 2")
    assert not found[bad]["ok"]


def test_the_data_directory_and_its_databases(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "replica.db")) as database:
        database.execute("CREATE TABLE member (id TEXT)")
    (tmp_path / "server.db").write_bytes(b"this is no database" * 100)
    code, found = doctor("--data", str(tmp_path))
    assert code == 1
    assert found[str(tmp_path)]["ok"]
    assert "tables: 1" in found[f"{tmp_path}/replica.db"]["message"]
    assert "cannot be read" in found[f"{tmp_path}/server.db"]["message"]
    assert not [check for check in found if "damaged" in check]
    (tmp_path / "replica.db.damaged-2").write_bytes(b"x")
    _, found = doctor("--data", str(tmp_path))
    kept = found[f"{tmp_path}/replica.db.damaged-2"]
    assert (kept["ok"], kept["why_code"]) == (True, "doctor_damaged")
    code, found = doctor("--data", f"{tmp_path}/none")
    assert (code, found[f"{tmp_path}/none"]["ok"]) == (1, False)


def test_a_server_of_another_name_is_found_and_it_is_said_where_none_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "notes.db")) as database:
        database.execute("CREATE TABLE ring (id TEXT)")
    _, found = doctor("--data", str(tmp_path))
    bare = found[f"{tmp_path}/*.db"]
    assert (bare["ok"], bare["level"], bare["why_code"]) == (True, "warning", "doctor_data_bare")
    assert "replica.db" in bare["message"]
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.executescript(schema())
    _, found = doctor("--data", str(tmp_path))
    assert found[f"{tmp_path}/shop.db"]["why_code"] == "doctor_database"
    assert not {f"{tmp_path}/*.db", f"{tmp_path}/notes.db"} & set(found)


def test_the_database_that_the_settings_name_is_the_one_that_is_read(tmp_path: Path) -> None:
    data, other, settings = tmp_path / "data", tmp_path / "other.db", tmp_path / "ringdesk.toml"
    data.mkdir()
    settings.write_text(f'[server]\ndatabase = "sqlite:///{other}"\n')
    code, found = doctor("--config", str(settings), "--data", str(data))
    assert (code, found[str(other)]["why_code"]) == (1, "doctor_database_none")
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE audit (at REAL, action TEXT, subject TEXT, detail TEXT)")
        refused = (time.time(), "hook.refused", "pbx", "hook_forged: 3 times, from 192.0.2.1")
        database.execute("INSERT INTO audit VALUES (?, ?, ?, ?)", refused)
        database.commit()
    for words in (["--data", str(data)], []):
        _, found = doctor("--config", str(settings), *words)
        assert found[str(other)]["why_code"] == "doctor_database"
        assert (found["webhook pbx"]["why_code"], found["webhook pbx"]["said"]) == ("hook_forged", "3 / 24 h")
    (data / "server.db").touch()
    _, found = doctor("--config", str(settings), "--data", str(data))
    assert {str(other), str(data / "server.db")} <= set(found), "a desk's own server may lie beside it"
    _, found = doctor("--config", str(settings), f"replay:{other}?dialect=modem")
    assert str(other) not in found, "only a line was asked for"
    settings.write_text('[server]\ndatabase = "mysql://x"\n')
    _, found = doctor("--config", str(settings))
    assert found["mysql://x"]["why_code"] == "doctor_database_url"


async def held_up(data: Path) -> None:
    """A desk that became another device before what somebody wrote on it was sent."""
    ids = iter(f"00000000-0000-7000-8000-{each:012d}" for each in range(9))
    store = await Store.open(data, ids=ids.__next__, clock=ServerClock(lambda: 10.0))
    for life in ("1", "2"):
        await store.enrolled(Enrolled(device=f"desk-{life}", epoch=f"life-{life}", cls="desk", store="main"))
        mei = Actor("p-mei", SafeText("Mei"), f"desk-{life}", ("agent",))
        await store.save(NoteAdd(text=SafeLines("x")), actor=mei, grant=f"grant {life}")
    await store.close()


def test_whose_sign_in_the_outbox_waits_for(tmp_path: Path) -> None:
    asyncio.run(held_up(tmp_path))
    code, found = doctor("--data", str(tmp_path))
    assert (code, found["outbox"]["ok"], found["outbox"]["level"]) == (1, False, "warning")
    assert found["outbox"]["message"].startswith("changes of Mei wait (1) until Mei signs in on this desk again")


def test_people_read_lines_and_a_bad_source_is_bad_use() -> None:
    done = subprocess.run([*RINGDESK, "doctor"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert any(line.startswith("ok ") and "python" in line for line in done.stdout.splitlines())
    for bad in ("serail://x", "serial://COM3?dialect=none"):
        done = subprocess.run(
            [*RINGDESK, "doctor", bad], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def report(room: Path, *words: str) -> list[str]:
    """The lines that people read, on a machine of the test's own."""
    done = run(room, "doctor", *words, timeout=90)
    assert done.stderr == b"", done.stderr
    return done.stdout.decode().splitlines()


class TestTheSettings:
    def test_where_they_would_be_is_said(self, tmp_path: Path) -> None:
        (line,) = (line for line in report(tmp_path) if "settings" in line)
        assert line.startswith("ok ")
        assert "there is no settings file" in line
        assert f"{tmp_path}/config/ringdesk/ringdesk.toml" in line

    def test_which_were_read_is_said(self, tmp_path: Path) -> None:
        usual = tmp_path / "config" / "ringdesk" / "ringdesk.toml"
        usual.parent.mkdir(parents=True)
        usual.write_text("[general]\n")
        (tmp_path / "other.toml").write_text("[general]\n")
        assert any(f"{usual} was read" in line for line in report(tmp_path))
        other = report(tmp_path, "--config", str(tmp_path / "other.toml"))
        assert any(f"{tmp_path}/other.toml was read" in line for line in other)

    @pytest.mark.parametrize(
        ("text", "named"),
        [("[general]\nlangage = 'en'\n", "general.langage"), ("[", "ends in the middle")],
    )
    def test_what_is_wrong_with_them_is_one_finding_among_the_others(
        self, tmp_path: Path, text: str, named: str
    ) -> None:
        file = tmp_path / "ringdesk.toml"
        file.write_text(text)
        for words in ((), ("--json",)):
            lines = report(tmp_path, "--config", str(file), *words)
            (line,) = (line for line in lines if "settings" in line and "broken" in line)
            assert str(file) in line
            assert named in line
            assert any("python" in line for line in lines)
        code, found = doctor("--config", str(file))
        assert (code, found["settings"]["ok"]) == (1, False)
        assert found["settings"]["why_code"] in ("setting_unknown", "settings_part")

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", "settings: [desk] keys: F10 is the key of later and stays with it; save keeps Ctrl+S"),
            ("zh-Hant", "設定檔：按鍵設定：F10 是 later 的按鍵，保持不變；save 仍用 Ctrl+S"),
        ],
    )
    def test_every_key_that_cannot_be_given_away_is_said(self, tmp_path: Path, language: str, said: str) -> None:
        (tmp_path / "calls.jsonl").write_text('{"at": 0, "dir": "in", "hex": "0d"}\n')
        file = tmp_path / "ringdesk.toml"
        file.write_text('[desk]\nkeys = { later = "f10", save = "F10", answer = "f4" }\n')
        words = ["--config", str(file), f"replay:{tmp_path}/calls.jsonl?dialect=modem"]
        lines = [
            line
            for line in report(tmp_path, *words, "--language", language)
            if "[desk] keys" in line or "按鍵設定" in line
        ]
        assert len(lines) == 2
        assert said in lines[0]
        assert "answer" in lines[1]
        assert "wrapup" in lines[1]
        code, found = doctor(*words)
        assert (code, found["keys"]["ok"], found["keys"]["level"]) == (1, False, "warning")
        assert found["keys"]["why_code"] == "key_clash"
        file.write_text('[desk]\nkeys = { later = "f10" }\n')
        assert "keys" not in doctor(*words)[1]


class TestTheLanguage:
    """Every line of the report, and the English of programs."""

    def everything(self, room: Path) -> list[str]:
        (room / "data").mkdir()
        (room / "data" / "server.db").write_bytes(b"this is no database" * 100)
        (room / "calls.jsonl").write_text('{"at": 0, "dir": "in", "hex": "0d"}\n')
        recordings = [f"replay:{room}/{name}?dialect=modem" for name in ("calls.jsonl", "none")]
        return [f"serial://{room}/none", "socket://127.0.0.1:1", *recordings, "--data", str(room / "data")]

    @pytest.mark.parametrize("by", ["settings", "flag"])
    def test_is_that_of_the_settings_or_of_the_flag(self, tmp_path: Path, by: str) -> None:
        file = tmp_path / "ringdesk.toml"
        file.write_text(f"[general]\nlanguage = '{'zh-Hant' if by == 'settings' else 'en'}'\n")
        words = [
            "--config",
            str(file),
            *(["--language", "zh-Hant"] if by == "flag" else []),
            *self.everything(tmp_path),
        ]
        lines = report(tmp_path, *words)
        assert len(lines) > 10
        for line in lines:
            assert line.startswith(("正常", "注意", "異常")), line
            rest = re.sub(r"（.*）$", "", line.replace(str(tmp_path), ""))
            rest = rest.partition("：")[2] if "python" not in rest else ""
            rest = re.sub(r"[`/]\S+( doctor| setup| server)?`?|--data|Python", "", rest)
            assert not re.search(r"[A-Za-z]{3,}", rest.replace("ringdesk", "")), line

    def test_a_dialect_of_another_package_is_named_in_it(self, tmp_path: Path) -> None:
        file = tmp_path / "ringdesk.toml"
        file.write_text('[general]\ndialects = ["acme"]\n')
        wanted = {"en": "broken   dialect acme: ", "zh-Hant": "異常     通訊協定 acme："}
        for language, begin in wanted.items():
            lines = report(tmp_path, "--config", str(file), "--language", language)
            assert [line for line in lines if "acme" in line and line.startswith(begin)], lines

    def test_programs_read_the_same_in_both(self, tmp_path: Path) -> None:
        words = self.everything(tmp_path)
        english, chinese = (
            report(tmp_path, "--json", "--language", language, *words) for language in ("en", "zh-Hant")
        )
        assert english == chinese
        assert all(json.loads(line)["why_code"] for line in english)

    def test_one_without_words_is_bad_use(self, tmp_path: Path) -> None:
        done = run(tmp_path, "doctor", "--language", "zz", timeout=60)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"use en or zh-Hant" in done.stderr


class TestWhatTheSettingsName:
    """Without sources: the lines and the server of the settings."""

    def found(self, room: Path, desk: str, *words: str) -> tuple[int, dict[str, Any]]:
        file = room / "ringdesk.toml"
        file.write_text(f"[desk]\n{desk}\n")
        done = run(room, "doctor", "--json", "--config", str(file), *words, timeout=90)
        assert done.stderr == b""
        findings = map(json.loads, done.stdout.splitlines())
        return done.returncode, {finding["check"]: finding for finding in findings}

    def test_lines_are_tried(self, tmp_path: Path) -> None:
        with modem(tmp_path, "--listen", "127.0.0.1:0") as url:
            dead = "socket://127.0.0.1:1?line=2"
            code, found = self.found(tmp_path, f"sources = ['{url}', '{dead}', 'serail://x']")
        assert code == 1
        assert found[url]["why_code"] == "modem_ready"
        assert found[dead]["why_code"] == "port_refused"
        assert (found["serail://x"]["level"], found["serail://x"]["why_code"]) == ("broken", "source_kind")
        assert "server" not in found

    def test_two_that_listen_at_one_port_are_named(self, tmp_path: Path) -> None:
        one, other = "udp://127.0.0.1:1?dialect=sip", "udp://127.0.0.1:1?dialect=whozz"
        code, found = self.found(tmp_path, f"sources = ['{one}', '{other}']")
        assert (code, found["settings"]["why_code"]) == (1, "source_same_port")

    def test_lines_that_are_given_are_tried_instead(self, tmp_path: Path) -> None:
        dead, given = "socket://127.0.0.1:1", "socket://127.0.0.1:2"
        _, found = self.found(tmp_path, f"sources = ['{dead}']\nserver = 'ws://127.0.0.1:1/sync'", given)
        assert given in found
        assert not {dead, "server"} & set(found)

    def test_the_server_is_asked_as_the_desk_trusts_it(self, tmp_path: Path) -> None:
        data, state = tmp_path / "data", tmp_path / "state"
        data.mkdir()
        words = ["server", "--database", f"sqlite:///{tmp_path}/s.db", "--state", str(state), "--listen", "0.0.0.0:0"]
        with child(tmp_path, *words) as server:
            port = server.until(lambda line: "listening" in line)["listening"].rpartition(":")[2]
            desk = f"data = '{data}'\nserver = 'wss://localhost:{port}/sync'"
            assert self.server(tmp_path, desk) == (True, "ok", "doctor_server_there")
            (data / "ca.pem").write_bytes((state / "tls" / "ca.pem").read_bytes())
            assert self.server(tmp_path, desk) == (True, "ok", "doctor_server_well")
            (data / "ca.pem").write_text("damaged")
            assert self.server(tmp_path, desk) == (False, "warning", "doctor_server_unproved")
        assert self.server(tmp_path, desk.replace(str(data), str(state))) == (False, "warning", "uplink_refused")

    def server(self, room: Path, desk: str) -> tuple[bool, str, str]:
        _, found = self.found(room, desk)
        return found["server"]["ok"], found["server"]["level"], found["server"]["why_code"]

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("ws://127.0.0.1:1/sync", "uplink_refused"),
            ("ws://192.0.2.1:8780/sync", "doctor_server_clear"),
            ("two words", "server_no_address"),
        ],
    )
    def test_one_that_cannot_be_reached_is_a_warning_with_what_to_do(
        self, tmp_path: Path, address: str, code: str
    ) -> None:
        assert self.server(tmp_path, f"server = '{address}'") == (False, "warning", code)
