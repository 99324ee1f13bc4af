"""The power goes at any moment: what was said to be saved by then is there when the files are opened again.

Copies stand for what a disk may hold then. With `synchronous=FULL` in WAL mode SQLite syncs the log at every commit
(sqlite.org/pragma.html, "synchronous"), so all that was written before a commit returned is on the disk; of what comes after,
any part may be, whole or torn. The index of the log (`-shm`) is made from it.
"""

import asyncio
import random
import shutil
from pathlib import Path

import pytest

from ringdesk.ops import MemberAdd, MemberFields, NoteAdd
from ringdesk.safetext import SafeLines, SafeText
from terminal.serverclock import ServerClock
from terminal.store.held import FILE
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, Ids

NOON = 1_800_000_000.0
COPIES = 12
WITH_SHM, WITHOUT_SHM, TORN, TAIL = "with -shm", "without -shm", "torn last page", "a tail that was never written"


def copied(source: Path, target: Path, how: str, rng: random.Random) -> None:
    """The database first, then its log: so no checkpoint can fall between them that the copy of the log lacks."""
    target.mkdir()
    for name in (FILE, f"{FILE}-wal", *([f"{FILE}-shm"] if how == WITH_SHM else [])):
        shutil.copyfile(source / name, target / name)
    log = target / f"{FILE}-wal"
    if how == TORN:  # a frame that was being written when the power went, with half of it
        with log.open("ab") as file:
            file.write(rng.randbytes(rng.randrange(1, 4096)))
    elif how == TAIL:  # the file had grown already, its pages had not come
        with log.open("ab") as file:
            file.write(bytes(rng.randrange(1, 40_000)))


async def held(folder: Path) -> list[tuple[str, int]]:
    store = await Store.open(folder, ids=Ids(), clock=ServerClock(lambda: NOON))
    try:
        assert store.recovered is None, "a power cut damages nothing"
        ops = await store.outgoing(1, 10**6, 1 << 40)
        assert {op.op_id for op in ops} == set(
            await store.reader.run(lambda tx: {i for (i,) in tx.all("select id from overlay")})
        )
        return [(op.op_id, op.dev_seq) for op in ops]
    finally:
        await store.close()


@pytest.mark.parametrize("how", [WITH_SHM, WITHOUT_SHM, TORN, TAIL])
@pytest.mark.parametrize("seed", range(3))
async def test_what_was_saved_is_in_a_copy_of_any_moment(tmp_path: Path, seed: int, how: str) -> None:
    """Writers at work all the while; several checkpoints fall into it."""
    rng = random.Random(seed)
    live = tmp_path / "live"
    live.mkdir()
    store = await Store.open(live, ids=Ids(), clock=ServerClock(lambda: NOON))
    said: list[str] = []
    promised: list[list[str]] = []

    async def write() -> None:
        fields = MemberFields(name=SafeText("林美玲"))
        member = (await store.save(MemberAdd(fields=fields), actor=ACTOR)).op_id
        said.append(member)
        while len(promised) < COPIES:
            text = SafeLines("好" * rng.randrange(1, 3000))
            said.append((await store.save(NoteAdd(member=member, text=text), actor=ACTOR)).op_id)

    async def cut() -> None:
        while len(promised) < COPIES:
            await asyncio.sleep(rng.random() * 0.03)
            before = list(said)
            checkpoints = (live / FILE).stat().st_mtime_ns
            await asyncio.to_thread(copied, live, tmp_path / f"copy-{len(promised)}", how, rng)
            if (live / FILE).stat().st_mtime_ns != checkpoints:  # a checkpoint ran beside it: no moment of a disk
                shutil.rmtree(tmp_path / f"copy-{len(promised)}")
                continue
            promised.append(before)

    await asyncio.gather(write(), write(), write(), cut())
    await store.close()
    for number, before in enumerate(promised):
        ops = await held(tmp_path / f"copy-{number}")
        assert set(before) <= {op_id for op_id, _ in ops}
        assert [dev_seq for _, dev_seq in ops] == list(range(1, len(ops) + 1))
    assert len(promised[-1]) > len(promised[0])


async def test_every_commit_is_synced(tmp_path: Path) -> None:
    """FULL (2); with less a commit may return before its log is on the disk."""
    store = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(lambda: NOON))
    try:
        asked = "pragma synchronous", "pragma journal_mode", "pragma fullfsync"
        assert await store._writer.settings(*asked) == [(2,), ("wal",), (1,)]
    finally:
        await store.close()
