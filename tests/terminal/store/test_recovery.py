"""Whatever is done to the bytes of a replica: it opens, and what was not sent yet is there as far as it can be read."""

import random
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from ringdesk.errors import RingdeskError
from ringdesk.members import Member
from ringdesk.ops import MemberAdd, MemberFields, NoteAdd
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire.messages import Enrolled, Granted
from terminal.drafts import Draft
from terminal.serverclock import ServerClock
from terminal.store import recovery
from terminal.store.connection import MARK, Damaged
from terminal.store.held import FILE
from terminal.store.joining import Credentials
from terminal.store.leaves import PAGE
from terminal.store.migrations import STEPS, VERSION
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, Ids, Server

NOON = 1_800_000_000.0
WRITTEN = 12


@asynccontextmanager
async def opened(folder: Path, first_id: int = 0) -> AsyncIterator[Store]:
    ids = Ids()
    for _ in range(first_id):
        ids()
    folder.mkdir(exist_ok=True)
    store = await Store.open(folder, ids=ids, clock=ServerClock(lambda: NOON))
    try:
        yield store
    finally:
        await store.close()


async def fill(folder: Path) -> list[str]:
    """A device that is known, somebody who signed in, members, a draft, and ops that wait."""
    async with opened(folder) as store:
        await store.enrolled(
            Enrolled(device="desk-1", epoch="life-1", cls="desk", store="main"), Credentials(server_epoch="history-1")
        )
        server = Server()
        await store.welcomed(server.welcome())
        granted = Granted(ref="", grant="token", person="p", name=SafeText("美"), roles=("agent",), expires=NOON + 600)
        await store.remember("mei", "correct horse", granted)
        await store.save_draft("p", Draft(None, None, "half typed"))
        made = []
        for number in range(WRITTEN):
            fields = MemberFields(name=SafeText(f"林美玲{number}"))
            member = (await store.save(MemberAdd(fields=fields), actor=ACTOR, grant="token")).op_id
            note = NoteAdd(member=member, text=SafeLines(f"note {number} " + "好" * (3000 if number == 5 else 300)))
            made += [member, (await store.save(note, actor=ACTOR, grant="token")).op_id]
    return made


async def works(folder: Path) -> tuple[list[str], bool]:
    """Open it and work with it; the ops that wait, and whether a person is told of a replica made anew.

    A damage that opening does not meet is met at work: then that says so, and the next start makes the replica anew.
    """
    for start in range(2):
        try:
            async with opened(folder, 500 * (start + 1)) as store:
                waiting = [str(op["op_id"]) for op in await store.dump("outbox")]
                member = (await store.save(MemberAdd(fields=MemberFields(name=SafeText("after"))), actor=ACTOR)).op_id
                assert isinstance(await store.member(member), Member)
                for what in ("notes", "tasks", "members", "tray"):
                    await store.dump(what)
                await store.cursors()
                await store.drafts("p")
                await store.logins()
                return waiting, store.recovered is not None
        except Damaged:
            assert (folder / f"{FILE}{MARK}").exists()
    raise AssertionError("it is damaged still after it was made anew")


def flipped(content: bytes, rng: random.Random) -> bytes:
    """With bytes changed in the header, in the schema, or anywhere."""
    changed = bytearray(content)
    area = rng.choice([(0, 100), (100, 4096), (0, len(content)), (0, len(content))])
    for _ in range(rng.choice([1, 1, 4, 64])):
        changed[rng.randrange(*area)] ^= rng.randrange(1, 256)
    return bytes(changed)


@pytest.mark.parametrize("start", range(0, 120, 40))
async def test_flipped_bytes_anywhere(tmp_path: Path, start: int) -> None:
    made = await fill(tmp_path / "whole")
    whole = (tmp_path / "whole" / FILE).read_bytes()
    for seed in range(start, start + 40):
        folder = tmp_path / str(seed)
        folder.mkdir()
        (folder / FILE).write_bytes(flipped(whole, random.Random(seed)))
        waiting, told = await works(folder)
        assert told == bool(list(folder.glob(f"{FILE}.damaged-1"))), "what is said and what is kept"
        assert told or waiting == made


def truncated(whole: bytes) -> bytes:
    return whole[: len(whole) * 2 // 3 + 17]


UNREADABLE: dict[str, Callable[[bytes], bytes]] = {
    "zeros": lambda whole: bytes(len(whole)),
    "random": lambda whole: random.Random(1).randbytes(len(whole)),
    "text": lambda _: "會員名單\r\n".encode("big5") * 1000,
    "short": lambda _: b"SQL",
    "another database": lambda _: another_database(),
    "truncated": truncated,
    "no header": lambda whole: bytes(100) + whole[100:],
    "no first page": lambda whole: bytes(4096) + whole[4096:],
    "the schema is no text": lambda whole: whole.replace(b"CREATE TABLE meta", b"CREATE TABLE \xff\xfe\xfd\xfc"),
    "a statement is no text": lambda whole: whole.replace(b"CREATE TABLE meta", b"\xff\xfe\xfd\xfcTE TABLE meta"),
}
READABLE = ("no header", "no first page")
"""Damages in spite of which every op is read."""


def another_database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table outbox (a, b, c)")
        return connection.serialize()


@pytest.mark.parametrize("damage", UNREADABLE)
async def test_a_file_that_is_none_or_half_of_one(tmp_path: Path, damage: str) -> None:
    made = await fill(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    changed = UNREADABLE[damage](whole)
    assert changed != whole
    (tmp_path / FILE).write_bytes(changed)
    waiting, told = await works(tmp_path)
    assert told
    assert (tmp_path / f"{FILE}.damaged-1").stat().st_size == len(changed)
    assert damage not in READABLE or waiting == made


async def test_ops_are_read_where_no_query_comes_to_them(tmp_path: Path) -> None:
    """The first page of the outbox is gone, and one op flows over several pages."""
    made = await fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        roots = [root for (root,) in connection.execute("select rootpage from sqlite_schema where name in ('outbox')")]
    content = bytearray((tmp_path / FILE).read_bytes())
    for root in roots:
        content[(root - 1) * PAGE : root * PAGE] = bytes(PAGE)
    (tmp_path / FILE).write_bytes(content)
    assert await works(tmp_path) == (made, True)


async def test_an_op_that_its_index_lacks_is_not_forgotten(tmp_path: Path) -> None:
    made = await fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        name = "select rootpage from sqlite_schema where name = 'outbox_waiting'"
        (root,) = connection.execute(name).fetchone()
    content = bytearray((tmp_path / FILE).read_bytes())
    cells = (root - 1) * PAGE + 3
    assert int.from_bytes(content[cells : cells + 2], "big") == len(made)
    content[cells : cells + 2] = (len(made) - 1).to_bytes(2, "big")
    (tmp_path / FILE).write_bytes(content)
    assert await works(tmp_path) == (made, True)


async def test_an_empty_file_where_a_device_was_known(tmp_path: Path) -> None:
    await fill(tmp_path)
    (tmp_path / FILE).write_bytes(b"")
    (tmp_path / "device.key").write_bytes(b"a key")
    assert await works(tmp_path) == ([], True)


async def test_an_empty_file_of_a_first_start_is_none(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    assert await works(tmp_path) == ([], False)


async def log_of(folder: Path) -> tuple[list[str], bytes, bytes]:
    """What a power cut leaves: the ops that were saved, the file and its write-ahead log."""
    made = await fill(folder)
    async with opened(folder, 200) as store:
        made.append((await store.save(MemberAdd(fields=MemberFields(name=SafeText("last"))), actor=ACTOR)).op_id)
        return made, (folder / FILE).read_bytes(), (folder / f"{FILE}-wal").read_bytes()


@pytest.mark.parametrize("is_there", [True, False])
async def test_an_emptied_or_deleted_file_beside_its_log(tmp_path: Path, is_there: bool) -> None:
    """SQLite takes it for a new database, and would delete the log."""
    made, _, log = await log_of(tmp_path / "whole")
    if is_there:
        (tmp_path / FILE).touch()
    (tmp_path / f"{FILE}-wal").write_bytes(log)
    waiting, told = await works(tmp_path)
    assert told
    assert made[-1] in waiting or not waiting, "as far as the log holds it"


@pytest.mark.parametrize("kind", ["another replica's", "another database's", "text", "zeros"])
async def test_a_log_that_is_of_another_file(tmp_path: Path, kind: str) -> None:
    made, whole, _ = await log_of(tmp_path / "whole")
    log = (await log_of(tmp_path / "other"))[2]
    if kind == "another database's":
        with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
            connection.execute("pragma journal_mode = wal")
            connection.execute("create table x (y)")
            connection.commit()
            log = (tmp_path / "x.db-wal").read_bytes()
    (tmp_path / FILE).write_bytes(whole)
    content = {"text": "第一行\n".encode("utf-16") * 1000, "zeros": bytes(50_000)}.get(kind, log)
    (tmp_path / f"{FILE}-wal").write_bytes(content)
    waiting, _ = await works(tmp_path)
    assert kind not in ("text", "zeros") or set(made[:-1]) <= set(waiting)


async def test_all_that_the_server_does_not_have_is_taken_along(tmp_path: Path) -> None:
    made = await fill(tmp_path)
    (tmp_path / f"{FILE}{MARK}").touch()
    async with opened(tmp_path, 500) as store:
        why = store.recovered
        assert why is not None
        assert (why.code, why.args["count"]) == ("replica_recovered", str(2 * WRITTEN))
        assert (await store.standing()).device == "desk-1"
        assert (await store.sign_in("mei", "correct horse")).grant == "token"
        assert [draft.text for draft in await store.drafts("p")] == ["half typed"]
        assert len(await store.dump("notes")) == WRITTEN, "what was typed is seen before the server is reached"
        await store.welcomed(Server().welcome())
        sent = await store.outgoing(1, 99, 1 << 20)
        assert [(op.op_id, op.dev_seq) for op in sent] == list(zip(made, range(1, len(made) + 1), strict=True))
    async with opened(tmp_path, 600) as store:
        assert store.recovered is None


@pytest.mark.parametrize("after", ["the damaged file made way", "one of its files did"])
async def test_a_recovery_that_is_stopped_in_between_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    made = await fill(tmp_path)
    moved = list[str]()
    real = Path.replace

    def stops(self: Path, target: Path) -> Path:
        moved.append(self.name)
        if self.name == f"{FILE}.new" or (after.startswith("one") and len(moved) == 2):
            raise PermissionError("stopped")
        return real(self, target)

    (tmp_path / f"{FILE}{MARK}").touch()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stops)
        with pytest.raises(OSError, match="stopped"):
            await works(tmp_path)
    assert not (tmp_path / FILE).exists()
    waiting, _ = await works(tmp_path)
    assert waiting == made


async def test_the_newest_damaged_files_are_kept_and_no_more(tmp_path: Path) -> None:
    await fill(tmp_path)
    (tmp_path / f"{FILE}.damaged-notes.txt").write_text("somebody's own")
    for number in range(1, 6):
        (tmp_path / FILE).write_bytes(b"x" * 100 * number)
        (tmp_path / f"{FILE}-wal").write_bytes(b"x")
        await works(tmp_path)
    kept = recovery.damaged(tmp_path / FILE)
    assert [(each.name, each.stat().st_size) for each in kept] == [(f"{FILE}.damaged-{n}", 100 * n) for n in (5, 4, 3)]
    lie = {each.name.removesuffix("-wal").removesuffix("-shm") for each in tmp_path.glob("*.damaged-*")}
    assert lie == {each.name for each in kept} | {f"{FILE}.damaged-notes.txt"}


async def test_a_replica_of_a_newer_program_is_not_damaged(tmp_path: Path) -> None:
    await fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute(f"pragma user_version = {VERSION + 1}")
        connection.execute("create table later (x)")
    with pytest.raises(RingdeskError, match="newer ringdesk"):
        await works(tmp_path)
    assert not list(tmp_path.glob("*.damaged-*"))
    assert len(STEPS) == VERSION


def test_reading_an_unharmed_replica_changes_nothing(tmp_path: Path) -> None:
    assert recovery.recovered(tmp_path / FILE) is None
    assert list(tmp_path.iterdir()) == []
