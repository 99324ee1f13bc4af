"""The desk as a process: a server of its own, two desks at one server, and what happens when one of them dies."""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.deskroot import FIRST_CONTACT
from ringdesk.wire.signing import make_code
from tests.cli.processes import Child, child, gone, run, servers_in

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@linux
def test_a_desk_without_a_server_starts_its_own_and_ends_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    words = ("desk", "--headless", "--data", str(data))
    with child(tmp_path, *words) as desk:
        saved = desk.ask("note", member=None, call=None, text="一")
        assert saved["ok"], saved
        assert desk.ask("sync", timeout=30)["ok"]
        assert len(servers_in(data)) == 1
        assert desk.end_of_input() == 0
    assert (data / "server.db").exists()
    assert servers_in(data) == []
    with child(tmp_path, *words) as desk:
        rows = desk.ask("dump", what="notes")["rows"]
        assert [(row["op_id"], row["state"]) for row in rows] == [(saved["op_id"], "settled")]
    assert servers_in(data) == []
    assert (tmp_path / "state" / "ringdesk" / "desk.log").exists()


@linux
def test_a_server_that_dies_comes_back_and_a_desk_that_is_killed_takes_its_server_along(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with child(tmp_path, "desk", "--headless", "--data", str(data)) as desk:
        assert desk.ask("sync", timeout=30)["ok"]
        (server,) = servers_in(data)
        os.kill(server, signal.SIGKILL)
        assert desk.ask("note", member=None, call=None, text="while it is down")["ok"]
        assert desk.ask("sync", timeout=50)["outbox"] == 0
        (again,) = servers_in(data)
        assert again != server
        desk.process.kill()
        desk.process.wait()
        assert gone(lambda: servers_in(data))


@linux
def test_two_desks_on_one_data_directory_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with child(tmp_path, "desk", "--headless", "--data", str(data)) as desk:
        assert desk.ask("state")["ok"]
        second = run(tmp_path, "desk", "--headless", "--data", str(data))
        assert second.returncode == 1
        assert b"is in use by process" in second.stderr
        assert len(servers_in(data)) == 1


def with_unsent(tmp_path: Path) -> tuple[Path, str]:
    """A data directory of a desk with its own server, in which a note has not been sent; the note's op."""
    data = tmp_path / "data"
    with child(tmp_path, "desk", "--headless", "--data", str(data)) as desk:
        assert desk.ask("note", member=None, call=None, text="sent")["ok"]
        assert desk.ask("sync", timeout=30)["ok"]
        (server,) = servers_in(data)
        os.kill(server, signal.SIGSTOP)
        unsent: str = desk.ask("note", member=None, call=None, text="not sent")["op_id"]
        desk.process.kill()
        desk.process.wait()
        os.kill(server, signal.SIGKILL)
        assert gone(lambda: servers_in(data))
    return data, unsent


@linux
@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"\xff\x00 nonsense")])
@pytest.mark.parametrize("lost", ["device.key", "local.password", "server.state/server.key"])
def test_a_lost_small_file_is_made_anew_and_nothing_unsent_is_lost(
    tmp_path: Path, lost: str, damage: Callable[[Path], object]
) -> None:
    data, unsent = with_unsent(tmp_path)
    damage(data / lost)
    if lost == "server.state/server.key" and (data / lost).exists():
        done = run(tmp_path, "desk", "--headless", "--data", str(data))
        assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
        assert b"server.key is damaged; restore it" in done.stderr
        return
    with child(tmp_path, "desk", "--headless", "--data", str(data)) as desk:
        assert desk.ask("sync", timeout=30)["outbox"] == 0
        rows = {row["text"]: row for row in desk.ask("dump", what="notes")["rows"]}
        assert set(rows) == {"sent", "not sent"}
        assert (rows["not sent"]["op_id"], rows["not sent"]["state"]) == (unsent, "settled")


@linux
@pytest.mark.parametrize(
    ("file", "damage", "said"),
    [
        ("server.db", Path.unlink, b"server.db is missing; put it and server.state back from a backup"),
        ("server.db", lambda path: path.write_bytes(b""), b"server.db is missing; put it"),
        ("server.db", lambda path: path.write_bytes(b"n" * 9000), b"server.db is damaged; put it"),
    ],
)
def test_a_lost_database_is_one_line(tmp_path: Path, file: str, damage: Callable[[Path], object], said: bytes) -> None:
    data, _ = with_unsent(tmp_path)
    for each in ("-wal", "-shm"):
        (data / f"{file}{each}").unlink(missing_ok=True)
    damage(data / file)
    done = run(tmp_path, "desk", "--headless", "--data", str(data))
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    assert said in done.stderr


class Shop:
    """A server and its two people."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.password = room / "password"
        self.password.write_text("correct horse battery\n")
        self.database = ["--database", f"sqlite:///{room / 'server.db'}", "--state", str(room / "server")]
        for name in ("mei", "ann"):
            self.admin("user", "add", name, "--role", "agent", "--password-file", str(self.password))
        self.server = Child(room, "server", "--listen", "127.0.0.1:0", *self.database)
        self.address = self.server.until(lambda line: "listening" in line)["listening"]

    def admin(self, *words: str) -> dict[str, str]:
        done = run(self.room, "admin", *self.database, *words)
        assert done.returncode == 0, done.stderr
        answer: dict[str, str] = json.loads(done.stdout)
        return answer

    def words(self, name: str, *more: str) -> list[str]:
        server = ["--server", f"ws://{self.address}/sync", "--data", str(self.room / name)]
        return ["desk", "--headless", *server, "--user", name, "--password-file", str(self.password), *more]

    def desk(self, name: str, *sources: str) -> list[str]:
        lines = [word for source in sources for word in ("--source", source)]
        return self.words(name, "--enrol", self.admin("enrol", "--store", "main")["code"], *lines)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    it = Shop(tmp_path)
    yield it
    it.server.close()


def test_a_call_rings_at_both_desks_and_a_claim_withdraws_it_at_the_other(shop: Shop, tmp_path: Path) -> None:
    modem = child(tmp_path, "simulate", "modem", "--listen", "127.0.0.1:0", "--call", "0912345678", "--rings", "3")
    with modem as line, child(tmp_path, *shop.desk("ann")) as ann:
        assert ann.ask("sync", timeout=30)["ok"]
        url = line.until(lambda each: "listening" in each)["listening"]
        with child(tmp_path, *shop.desk("mei", f"{url}?line=front")) as mei:
            popped = [desk.event("screen_pop") for desk in (mei, ann)]
            call = popped[0]["call"]
            assert popped[1]["call"] == call
            assert {pop["caller"]["e164"] for pop in popped} == {"+886912345678"}
            claimed = mei.ask("claim", call=call)
            assert claimed["ok"], claimed
            taken = ann.event("call", lambda each: each["claimed_by"] is not None)
            assert (taken["call"], taken["mine"], bool(taken["claimed_name"])) == (call, False, True)
            assert mei.event("call", lambda each: each["mine"])["claimed_name"] == "mei"
            assert ann.ask("claim", call=call)["error"] == "already_claimed"
            assert mei.ask("note", member=None, call=call, text="要改取貨時間")["ok"]
            assert ann.event("note")["call"] == call
            assert mei.ask("wrapup", call=call, code="handled")["ok"]
            over = ann.event("call", lambda each: each["state"] == "ended")
            assert over["disposition"] == "handled"
            pops = [each for desk in (mei, ann) for each in desk.seen if each.get("event") == "screen_pop"]
            assert len(pops) == 2


def test_who_has_signed_in_before_works_without_the_server(shop: Shop, tmp_path: Path) -> None:
    with child(tmp_path, *shop.desk("mei")) as mei:
        assert mei.ask("sync", timeout=30)["ok"]
    shop.server.process.kill()
    shop.server.process.wait()
    with child(tmp_path, *shop.words("mei")) as mei:
        assert mei.ask("note", member=None, call=None, text="alone")["ok"]
        assert mei.ask("sync", timeout=0.5)["error"] == "offline"
        assert mei.ask("state")["outbox"] == 1


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("mei", "not the password\n", b"the name or the password is wrong"),
        ("ann", "correct horse battery\n", b"ann signs in on this desk for the first time, which needs the server"),
    ],
)
def test_without_the_server_who_cannot_sign_in_is_told_at_once(
    shop: Shop, tmp_path: Path, name: str, password: str, said: bytes
) -> None:
    with child(tmp_path, *shop.desk("mei")) as mei:
        assert mei.ask("sync", timeout=30)["ok"]
    shop.server.process.kill()
    shop.server.process.wait()
    shop.password.write_text(password)
    begun = time.monotonic()
    done = run(tmp_path, *shop.words("mei"), "--user", name)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    assert said in done.stderr
    assert time.monotonic() - begun < FIRST_CONTACT


def test_a_code_file_is_read_again_after_an_enrolment_that_failed(shop: Shop, tmp_path: Path) -> None:
    code = tmp_path / "code"
    words = shop.words("mei", "--enrol-file", str(code))
    code.write_text(make_code(b"of another server"))
    failed = run(tmp_path, *words)
    assert (failed.returncode, failed.stdout, failed.stderr.count(b"\n")) == (1, b"", 1)
    assert b"ask for a new one" in failed.stderr
    code.write_text(shop.admin("enrol", "--store", "main")["code"])
    with child(tmp_path, *words) as mei:
        assert mei.ask("sync", timeout=30)["ok"]


def test_encryption_against_a_server_without_says_which_address_to_use(shop: Shop, tmp_path: Path) -> None:
    words = [
        word.replace("ws://", "wss://") for word in shop.words("mei", "--enrol", make_code(bytes(16), bytes(range(32))))
    ]
    done = run(tmp_path, *words)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (1, b"", 1)
    assert b"speaks without encryption, as a server on loopback does: use ws://" in done.stderr


def test_drawn_into_a_pipe_it_refuses(tmp_path: Path) -> None:
    done = run(tmp_path, "desk", "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert b"--headless for JSON" in done.stderr
    assert not (tmp_path / "data").exists()


def test_two_sources_at_one_port_are_refused_with_both_names(tmp_path: Path) -> None:
    one, other = "udp://:5060?dialect=sip", "udp://127.0.0.1:5060?dialect=whozz"
    file = tmp_path / "ringdesk.toml"
    file.write_text(f'[desk]\nsources = ["{one}", "{other}"]\n')
    done = run(tmp_path, "desk", "--headless", "--config", str(file), "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert one.encode() in done.stderr
    assert other.encode() in done.stderr


def test_a_copied_desk_is_told_what_to_do_and_comes_back_by_a_new_code(shop: Shop, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.write_text(shop.admin("enrol", "--store", "main")["code"])
    with child(tmp_path, *shop.words("mei", "--enrol-file", str(code))) as mei:
        assert mei.ask("note", member=None, call=None, text="before")["ok"]
        assert mei.ask("sync", timeout=30)["ok"]
        device = mei.ask("state")["device"]
    shutil.copytree(tmp_path / "mei", tmp_path / "copy")
    with child(tmp_path, *shop.words("mei", "--enrol-file", str(code))) as mei:
        assert mei.ask("note", member=None, call=None, text="by the original")["ok"]
        assert mei.ask("sync", timeout=30)["ok"]
    copy = [*shop.words("mei", "--enrol-file", str(code)), "--data", str(tmp_path / "copy")]
    with child(tmp_path, *copy) as desk:
        kept = desk.ask("note", member=None, call=None, text="by the copy")
        notice = desk.event("notice", lambda each: each["code"] == "fenced")
        assert "start this desk with --enrol and a new code" in notice["message"]
        assert desk.event("sync", lambda each: each["why_code"] == "sync_fenced")["outbox"] == 1
    code.write_text(shop.admin("enrol", "--store", "main")["code"])
    for _ in range(2):  # the code that was used stays in the file, and is no new one the second time
        with child(tmp_path, *copy) as desk:
            assert desk.ask("sync", timeout=30)["outbox"] == 0
            rows = {row["text"]: row for row in desk.ask("dump", what="notes")["rows"]}
            assert set(rows) == {"before", "by the original", "by the copy"}
            assert (rows["by the copy"]["op_id"], rows["by the copy"]["state"]) == (kept["op_id"], "settled")
            assert desk.ask("state")["device"] != device


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--source", "http://:8791"], b"add ?dialect=generic"),
        (["--config", "nowhere.toml"], b"--config"),
        (["--server", "ws://127.0.0.1:1/sync"], b"--user"),
        (["--server", "shop.example:8790"], b"--user"),
        (["--server", "two words"], b"in full wss://HOST:PORT/sync"),
        (["--server", "http://shop.example/sync"], b"in full wss://HOST:PORT/sync"),
        (["--server", "ws://127.0.0.1:1/sync", "--user", "mei"], b"--password-file"),
    ],
)
def test_bad_use_is_one_line_and_exit_2(tmp_path: Path, words: list[str], said: bytes) -> None:
    done = run(tmp_path, "desk", "--headless", "--data", str(tmp_path / "data"), *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert done.stdout == b""


def _without_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xff" * 100)


@linux
@pytest.mark.parametrize(
    "damage", [_without_header, lambda path: path.write_bytes(b"n" * 9000)], ids=["header", "file"]
)
def test_a_damaged_replica_is_made_anew_with_what_was_not_sent(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    data, unsent = with_unsent(tmp_path)
    damage(data / "replica.db")
    with child(tmp_path, "desk", "--headless", "--data", str(data)) as desk:
        assert desk.ask("sync", timeout=30)["outbox"] == 0
        assert "replica_recovered" in {line.get("code") for line in desk.seen if line.get("event") == "notice"}
        rows = {row["text"]: row["op_id"] for row in desk.ask("dump", what="notes")["rows"]}
        assert set(rows) == {"sent", "not sent"}
        assert rows["not sent"] == unsent
