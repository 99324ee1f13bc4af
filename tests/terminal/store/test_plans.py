"""No statement that runs while somebody works reads through a table that grows with the members."""

import re
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ringdesk import numbers
from ringdesk.calls import Call, Caller, Presentation
from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import CallClaim, CallWrapup, NoteAdd, TaskAdd, TaskDone
from ringdesk.safetext import SafeLines, SafeText
from terminal.lookup.search import Lookup
from terminal.serverclock import ServerClock
from terminal.store.connection import Transaction
from terminal.store.held import FILE
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, SHOP, Ids, Server
from tests.terminal.store.test_replica import NOON, answer, feed, serve

GROWING = ("image", "about", "member_number", "gram", "recency", "anniversary", "visit")
"""They have lines for each member; the others are as large as the work of a day, or of the shop."""
THROUGH = re.compile(rf"SCAN ({'|'.join(GROWING)})\b")


Statements = dict[str, Sequence[Any]]
"""Statements, each with the parameters of one time."""


def through(statements: Statements, path: Path) -> dict[str, list[str]]:
    """Those that read through a growing table, as the database plans them."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(path)) as database:
        for statement, parameters in statements.items():
            plan = [line[3] for line in database.execute(f"explain query plan {statement}", parameters)]
            found |= {statement: plan} if any(map(THROUGH.match, plan)) else {}
    return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(lambda: NOON))
    await opened.welcomed(Server().welcome())
    yield opened
    await opened.close()


async def test_a_ring_a_note_and_a_page_touch_what_they_are_about(store: Store, tmp_path: Path) -> None:
    ran: Statements = {}
    run = Transaction._run

    def noted(transaction: Transaction, statement: str, parameters: Sequence[Any]) -> sqlite3.Cursor:
        ran[statement] = parameters
        return run(transaction, statement, parameters)

    with patch.object(Transaction, "_run", noted):
        await _a_call_from_ring_to_end(store)
    assert len(ran) > 30
    assert through(ran, tmp_path / FILE) == {}


async def _a_call_from_ring_to_end(store: Store) -> None:
    server = Server()
    number = MemberNumber(raw=SafeText("0912-345-678"), e164="+886912345678")
    member = Member(id="m1", name=SafeText("林美玲"), numbers=(number,))
    caller = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)
    call = Call(id="c1", caller=caller, site="main", started=NOON)
    server.write({("member", "m1"): member, ("note", "n1"): Note(id="n1", member="m1", text=SafeLines("雨傘"))}, None)
    server.write({("call", "c1"): call}, None, to="store:main")
    await feed(store, serve(server))
    await feed(store, serve(server, SHOP))
    lookup = Lookup(store.reader)
    assert [each.member.id for each in await lookup.by_number(numbers.read("0912345678"))] == ["m1"]
    for query in ("林美", "678", "0912345678", "678 林"):
        assert await lookup.search(query), query
    made = await store.save(CallClaim(call="c1"), actor=ACTOR)
    await store.save(NoteAdd(member="m1", call="c1", text=SafeLines("傘在櫃台")), actor=ACTOR)
    task = await store.save(TaskAdd(member="m1", title=SafeText("回電"), due=SafeText("2026-12-01")), actor=ACTOR)
    await store.save(TaskDone(task=task.op_id), actor=ACTOR)
    await store.save(CallWrapup(call="c1", code=SafeText("order"), member="m1"), actor=ACTOR)
    await store.card("m1")
    await store.call_notes("c1")
    await store.past(call)
    await store.calls(NOON - 3600)
    await store.lost_calls(NOON - 3600)
    await store.agenda("mei")
    await store.anniversaries(date(2026, 11, 26))
    await store.waiting()
    await store.complete_to()
    await store.state_of(made.op_id)
    await store.team()
    await answer(store)
