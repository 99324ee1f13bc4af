"""kill -9 in the middle of saves: what was confirmed is in the outbox, and no pair is torn."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from terminal.serverclock import ServerClock
from terminal.store.connection import Transaction
from terminal.store.replica import Store
from tests.terminal.store.model import Ids

SAVER = """
import asyncio, sys, time
from pathlib import Path
from ringdesk.ids import Uuid7Source
from ringdesk.ops import Actor, MemberAdd, MemberFields, NoteAdd
from ringdesk.safetext import SafeLines, SafeText
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
import secrets

async def main():
    ids = Uuid7Source(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)
    store = await Store.open(Path(sys.argv[1]), ids=ids, clock=ServerClock(time.time))
    actor = Actor("p", SafeText("P"), "d")
    member = (await store.save(MemberAdd(fields=MemberFields(name=SafeText("林"))), actor=actor)).op_id
    async def save(number):
        while True:
            saved = await store.save(NoteAdd(member=member, text=SafeLines(f"note {number}")), actor=actor)
            sys.stdout.write(saved.op_id + "\\n")
            sys.stdout.flush()
    await asyncio.gather(*(save(number) for number in range(4)))

asyncio.run(main())
"""


def torn(tx: Transaction) -> tuple[set[str], set[str]]:
    ops = {line[0] for line in tx.all("select op_id from outbox")}
    rows = {line[0] for line in tx.all("select id from overlay")}
    return ops, rows


@pytest.mark.parametrize("confirmed", [1, 7, 40])
async def test_every_confirmed_save_survives(tmp_path: Path, confirmed: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", SAVER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = {process.stdout.readline().strip() for _ in range(confirmed)}
    process.send_signal(signal.SIGKILL)
    told |= {line.strip() for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
    process.wait()
    process.stdout.close()
    assert len(told) >= confirmed
    store = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(lambda: 1_800_000_000.0))
    try:
        ops, rows = await store.reader.run(torn)
        assert told <= ops
        assert ops == rows
        sent = await store.outgoing(1, 10**6, 1 << 40)
        assert [op.dev_seq for op in sent] == list(range(1, len(ops) + 1))
    finally:
        await store.close()
