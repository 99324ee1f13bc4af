"""The commands `server` and `admin`, as a shell sees them."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ringdesk.wire.signing import read_code

ROOT = Path(__file__).parents[2]


class Shell:
    """Runs commands on one database."""

    def __init__(self, room: Path) -> None:
        self.room = room
        (room / "pw").write_text("correct horse battery\n")

    def run(self, *words: str) -> tuple[int, list[dict[str, Any]], str]:
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    def admin(self, *words: str) -> tuple[int, list[dict[str, Any]], str]:
        return self.run("admin", "--database", f"sqlite:///{self.room / 's.db'}", *words)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_people_stores_codes_and_the_audit(shell: Shell) -> None:
    password = ("--password-file", str(shell.room / "pw"))
    code, (user,), said = shell.admin("user", "add", "Mei", "--role", "agent", *password)
    assert f"{shell.room / 's.db'} is a new database" in said
    assert (code, user["name"], user["role"]) == (0, "Mei", "agent")
    assert shell.admin("store", "add", "Tai Pei") == (0, [{"store": "tai-pei", "name": "Tai Pei"}], "")
    assert [line["store"] for line in shell.admin("stores")[1]] == ["main", "tai-pei"]
    file = shell.room / "code"
    code, (line,), said = shell.admin("enrol", "--store", "Tai Pei", "--class", "till", "--output", str(file))
    made = line["code"]
    assert (code, said.count("\n"), "`ringdesk admin ca`" in said) == (0, 1, True)
    assert file.read_text().strip() == made
    assert read_code(made)[1] == b""
    own = shell.admin("ca", "--host", "shop.example")[1][0]
    assert "shop.example" in own["hosts"]
    _, (line,), said = shell.admin("enrol", "--store", "main")
    assert (read_code(line["code"])[1].hex(), said) == (own["fingerprint"], "")
    assert shell.admin("revoke", "user", "mei")[0] == 0
    assert [line["state"] for line in shell.admin("users")[1]] == ["revoked"]
    assert shell.admin("devices")[1] == []
    audit = shell.admin("audit")[1]
    actions = ["user.add", "store.add", "enrol.code", "ca", "enrol.code", "user.revoke"]
    assert [line["action"] for line in audit] == actions
    assert "correct horse" not in json.dumps(audit)


def test_two_devices_of_one_name_are_told_and_one_gets_another(shell: Shell) -> None:
    shell.admin("store", "add", "east")
    with contextlib.closing(sqlite3.connect(shell.room / "s.db")) as db, db:
        db.executemany(
            "INSERT INTO device (id, name, cls, site, public_key, epoch, last_dev_seq, enrolled_at, seen_at)"
            " VALUES (?, ?, 'desk', 'main', ?, 'e', 0, 0, 0)",
            [("d1", "desk-1", b"a" * 32), ("d2", "Desk-1", b"b" * 32), ("d3", "back", b"c" * 32)],
        )
    file = shell.room / "routes.toml"
    file.write_text('[[route]]\nid = "r"\ndesks = ["desk-1", "back"]\n')
    code, _, said = shell.admin("settings", "import", str(file))
    assert (code, said.count("\n"), "`ringdesk admin device name`" in said, "d1, d2" in said) == (2, 1, True, True)
    code, lines, said = shell.admin("devices")
    assert (code, [line["name"] for line in lines]) == (0, ["desk-1", "Desk-1", "back"])
    assert "2 devices are called 'desk-1'" in said
    assert shell.admin("device", "name", "d2", "window") == (0, [{"device": "d2", "name": "window"}], "")
    assert shell.admin("devices")[2] == ""
    assert shell.admin("settings", "import", str(file))[0] == 0
    code, _, said = shell.admin("device", "name", "d1", "counter")
    assert (code, "[[route]] r still says" in said) == (0, True)
    for words, refusal in ((("d1", "Back"), 1), (("d9", "x"), 1), (("d1", " x"), 2), (("d1", "\u202e"), 2)):
        code, lines, said = shell.admin("device", "name", *words)
        assert (code, lines, said.count("\n")) == (refusal, [], 1)
    named = [line["detail"] for line in shell.admin("audit")[1] if line["action"] == "device.name"]
    assert named == ["window", "counter"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("UPDATE audit SET detail = 'agent ' WHERE n = 2", "line 2 of the audit is not as it was written"),
        ("UPDATE audit SET at = at + 1 WHERE n = 3", "line 3 of the audit is not as it was written"),
        ("DELETE FROM audit WHERE n = 2", "line 2 of the audit is missing"),
        ("UPDATE audit SET chain = '' WHERE n = 1", "line 1 of the audit is not as it was written"),
    ],
)
def test_the_audit_is_verified_line_by_line(shell: Shell, change: str, line: str) -> None:
    for name in ("east", "west", "north"):
        shell.admin("store", "add", name)
    assert shell.admin("audit", "--verify") == (0, [{"verified": True, "lines": 3}], "")
    with contextlib.closing(sqlite3.connect(shell.room / "s.db")) as db, db:
        db.execute(change)
    returned, lines, error = shell.admin("audit", "--verify")
    assert (returned, lines, error.count("\n")) == (1, [], 1)
    assert line in error


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("user", "add", "x", "--role", "agent", "--password-file", "/nowhere"), 2, "--password-file"),
        (("enrol", "--store", "moon"), 1, "there is no store"),
        (("enrol", "--store", "main", "--minutes", "0"), 2, "--minutes"),
        (("enrol", "--store", "main", "--tls-cert", str(ROOT / "README.md")), 2, "--tls-cert"),
        (("store", "add", "a@b"), 2, "no name of a store"),
        (("store", "add", "main"), 1, "choose another name"),
        (("revoke", "device", "x"), 1, "admin devices"),
        (("revoke", "user", "x"), 1, "admin users"),
        (("ca", "--host", "bad host"), 2, "--host"),
        (("backup", "x"), 1, "not in this version"),
    ],
)
def test_what_goes_wrong_is_one_line_that_says_what_to_do(
    shell: Shell, words: tuple[str, ...], code: int, hint: str
) -> None:
    shell.admin("store", "add", "east")
    returned, lines, error = shell.admin(*words)
    assert (returned, lines) == (code, [])
    assert error.count("\n") == 1
    assert hint in error


@pytest.mark.parametrize(
    "words",
    [
        ("devices",),
        ("users",),
        ("stores",),
        ("audit",),
        ("audit", "--verify"),
        ("revoke", "user", "mei"),
        ("enrol", "--store", "main"),
    ],
)
def test_what_only_reads_or_revokes_makes_no_database(shell: Shell, words: tuple[str, ...]) -> None:
    before = sorted(shell.room.iterdir())
    returned, lines, error = shell.admin(*words)
    assert (returned, lines, error.count("\n")) == (2, [], 1)
    assert f"there is no database {shell.room / 's.db'}" in error
    assert sorted(shell.room.iterdir()) == before
    if words != ("devices",):
        return
    shell.admin("store", "add", "east")
    returned, lines, error = shell.admin("--state", str(shell.room / "typo"), *words)
    assert (returned, lines, "--state" in error, (shell.room / "typo").exists()) == (2, [], True, False)


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("--database", "postgresql://host/db"), 2, "SQLite only"),
        (("--listen", "nowhere"), 2, "--listen"),
        (("--tls-cert", "/nowhere.pem"), 2, "--tls-cert"),
        (("--tls-cert", str(ROOT / "README.md")), 2, "--tls-cert"),
    ],
)
def test_a_server_that_cannot_start_says_why(shell: Shell, words: tuple[str, ...], code: int, hint: str) -> None:
    usual = {"--listen": "127.0.0.1:0", "--database": f"sqlite:///{shell.room / 's.db'}", words[0]: words[1]}
    returned, lines, error = shell.run("server", *(part for pair in usual.items() for part in pair))
    assert (returned, lines) == (code, [])
    assert error.count("\n") == 1
    assert hint in error


def test_a_password_that_cannot_be_read_makes_no_database_and_a_taken_name_says_what_to_do(shell: Shell) -> None:
    code, _, said = shell.admin("user", "add", "Mei", "--role", "agent", "--password-file", str(shell.room / "none"))
    assert (code, said.count("\n"), list(shell.room.iterdir())) == (2, 1, [shell.room / "pw"])
    adding = ("user", "add", "Mei", "--role", "agent", "--password-file", str(shell.room / "pw"))
    shell.admin(*adding)
    code, _, said = shell.admin(*adding)
    assert (code, said.count("\n"), "user password" in said) == (1, 1, True)
    code, (line,), _ = shell.admin("user", "password", "Mei", "--password-file", str(shell.room / "pw"))
    assert (code, line["name"]) == (0, "Mei")


def test_a_source_that_is_a_line_is_taken_and_it_is_said_who_hears_it(shell: Shell) -> None:
    file = shell.room / "central.toml"
    file.write_text('[[source]]\nid = "front"\ndialect = "modem"\nurl = "serial:///dev/ttyACM0?id=front"\n')
    code, lines, said = shell.admin("settings", "import", str(file))
    assert (code, lines[-1]["changes"]) == (0, 1)
    assert "[[source]] front: no address on the network, so the server does not listen" in said
    assert "whose own source says id=front ([desk] sources)" in said
    file.write_text(
        '[[source]]\nid = "pbx"\ndialect = "ami"\nurl = "tcp://192.0.2.5:5038"\nsecrets = ["user:password"]\n'
    )
    code, lines, said = shell.admin("settings", "import", str(file))
    assert (code, lines[-1]["changes"]) == (0, 2)
    assert "[[source]] pbx: the server listens to it, at 192.0.2.5:5038" in said
    assert "password" not in said
    file.write_text('[[source]]\nid = "pbx"\ndialect = "ami"\nurl = "tcp://192.0.2.5:5038"\n')
    code, lines, said = shell.admin("settings", "import", str(file))
    assert (code, lines, said.count("\n")) == (2, [], 1)
    assert 'write it as secrets = ["user:password"]' in said
    file.write_text('[[source]]\nid = "box"\ndialect = "ncid"\nurl = "tcp://192.0.2.5:3333"\nsecrets = ["x"]\n')
    code, _, said = shell.admin("settings", "import", str(file))
    assert (code, "ncid knows no login" in said) == (0, True)


def test_a_line_that_the_server_could_not_reach_is_not_taken(shell: Shell) -> None:
    shell.admin("user", "add", "Mei", "--role", "agent", "--password-file", str(shell.room / "pw"))
    file = shell.room / "central.toml"
    file.write_text('[[source]]\nid = "pbx"\ndialect = "ami"\nurl = "tcp://192.0.2.5"\n')
    code, lines, said = shell.admin("settings", "import", str(file))
    assert (code, lines, said.count("\n")) == (2, [], 1)
    assert "[[source]] pbx: the source 'tcp://192.0.2.5?dialect=ami&id=pbx' needs a host and a port" in said
    shell.admin("settings", "export", str(shell.room / "out.toml"))
    assert "pbx" not in (shell.room / "out.toml").read_text()


def test_a_route_to_a_line_that_is_not_in_the_settings_is_taken_and_named(shell: Shell) -> None:
    file = shell.room / "central.toml"
    routes = (
        f'[[route]]\nid = "{name}"\nline = "{line}"\nto_store = "main"\n'
        for name, line in (("by-id", "1"), ("by-label", "Shop"), ("typo", "Shpo"))
    )
    file.write_text(
        '[[source]]\nid = "cti"\ndialect = "generic"\nopen = true\n'
        '[[line]]\nid = "1"\nsource = "cti"\nlabel = "Shop"\n' + "".join(routes)
    )
    code, lines, said = shell.admin("settings", "import", str(file))
    assert (code, lines[-1]["changes"], said.count("[[route]]")) == (0, 5, 1)
    assert "[[route]] typo: no [[line]] has the id or label 'Shpo'" in said


def test_a_route_whose_desks_are_all_at_another_store_is_taken_and_named(shell: Shell) -> None:
    shell.admin("store", "add", "east")
    with contextlib.closing(sqlite3.connect(shell.room / "s.db")) as db, db:
        db.executemany(
            "INSERT INTO device (id, name, cls, site, public_key, epoch, last_dev_seq, enrolled_at, seen_at)"
            " VALUES (?, ?, 'desk', ?, ?, 'e', 0, 0, 0)",
            [("d1", "front", "main", b"a" * 32), ("d2", "far", "east", b"b" * 32)],
        )
    file = shell.room / "central.toml"
    source = '[[source]]\nid = "cti"\ndialect = "generic"\nopen = true\n[[line]]\nid = "1"\nsource = "cti"\n'
    route = '[[route]]\nid = "{}"\nsource = "cti"\ndesks = ["{}"]\n'
    file.write_text(source + route.format("near", "front") + route.format("away", "far"))
    code, lines, said = shell.admin("settings", "import", str(file))
    assert (code, lines[-1]["changes"], said.count("[[route]]")) == (0, 4, 1)
    assert "[[route]] away: of the desks and people whom it names none is at the store of its calls now (main)" in said


def test_central_settings_go_in_and_out_and_every_time_into_the_audit(shell: Shell) -> None:
    file, out = shell.room / "central.toml", shell.room / "out.toml"
    file.write_text(
        '[[source]]\nid = "cti"\ndialect = "generic"\nsecrets = ["never-told-0001"]\n[[line]]\nid = "1"\nsource = "cti"\n'
    )
    code, lines, _ = shell.admin("settings", "import", str(file))
    assert (code, lines) == (
        0,
        [
            {"source": "cti", "change": "added", "fields": []},
            {"line": "1", "change": "added", "fields": []},
            {"imported": str(file), "changes": 2},
        ],
    )
    assert shell.admin("settings", "export", str(out))[1] == [{"exported": str(out), "secrets": "masked"}]
    assert "never-told" not in out.read_text()
    assert out.stat().st_mode & 0o077 == 0
    assert shell.admin("settings", "import", str(out))[1] == [{"imported": str(out), "changes": 0}]
    shell.admin("settings", "export", str(out), "--with-secrets")
    assert "never-told-0001" in out.read_text()
    file.write_text('[[line]]\nid = "2"\nsource = "cti"\n[[line]]\nid = "3"\nsource = "gone"\n')
    code, lines, said = shell.admin("settings", "import", str(file))
    assert (code, lines) == (2, [])
    assert said == (
        f"ringdesk: {file}: [[line]] 3: there is no source 'gone'; the sources are cti; mend the line or take it out\n"
    )
    for bad in (shell.room / "none.toml", shell.room):
        code, _, said = shell.admin("settings", "import", str(bad))
        assert (code, said.count("\n"), "give another file" in said) == (2, 1, True)
    code, _, said = shell.admin("settings", "export", str(shell.room / "no" / "folder"))
    assert (code, "give another file" in said) == (2, True)
    audit = shell.admin("audit")[1]
    assert [(line["action"], line["detail"]) for line in audit if line["action"].startswith("settings")] == [
        ("settings.import", "source cti added; line 1 added"),
        ("settings.export", "masked"),
        ("settings.import", "nothing changed"),
        ("settings.export", "with secrets"),
        ("settings.export", "masked"),
    ]
    assert "never-told" not in json.dumps(audit)
