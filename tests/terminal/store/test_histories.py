"""What lies in the outbox when the server's history is another one than it was: facts with their proof, numbers, erasure."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from ringdesk import ops
from ringdesk.members import Member
from ringdesk.ops import MemberAdd, MemberFields, NoteAdd
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire.messages import Answers, Push, Welcome
from ringdesk.wire.values import Answer, Proof, Written
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, ORG, SHOP, Ids, Server

NOON = 1_800_000_000.0


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(lambda: NOON))
    await opened.welcomed(Server().welcome())
    yield opened
    await opened.close()


def welcome(epoch: str, history: str = "history-1") -> Welcome:
    return msgspec.structs.replace(Server().welcome(), epoch=epoch, server_epoch=history)


async def added(store: Store) -> str:
    return (await store.save(MemberAdd(fields=MemberFields(name=SafeText("林美玲"))), actor=ACTOR)).op_id


async def noted(store: Store, member: str) -> str:
    return (await store.save(NoteAdd(member=member, text=SafeLines("雨傘")), actor=ACTOR)).op_id


async def answer(store: Store, *answers: Answer) -> None:
    await store.answered(Answers(epoch=(await store.standing()).epoch, answers=answers, head=Proof()))


async def test_a_fact_goes_out_with_the_answer_that_proves_it(store: Store) -> None:
    done, open_one = await added(store), await added(store)
    rows = (Written("member", done, "org"),)
    said = Answer(op_id=done, dev_seq=1, result="applied", seq=5, chain="c", rows=rows, signature="s")
    await answer(store, said)
    assert [op.fact for op in await store.outgoing(1, 9, 1 << 18)] == [False, False]
    for history in ("history-2", "history-3"):  # the second one before the fact was answered
        await store.welcomed(welcome(f"life of {history}", history))
        fact, other = await store.outgoing(1, 9, 1 << 18)
        assert (fact.op_id, fact.dev_seq, fact.fact) == (done, 1, True)
        assert msgspec.json.decode(fact.said, type=dict)["signature"] == "s"
        assert (other.op_id, other.fact, bytes(other.said)) == (open_one, False, b"null")
    newer = msgspec.structs.replace(said, seq=2, signature="newer")
    await answer(store, newer)
    await store.welcomed(welcome("life of history-4", "history-4"))
    fact, _ = await store.outgoing(1, 9, 1 << 18)
    assert msgspec.json.decode(fact.said, type=dict)["signature"] == "newer"


async def test_an_epoch_that_comes_back_is_numbered_from_one_without_doubles(store: Store) -> None:
    refused = await added(store)
    await answer(store, Answer(op_id=refused, dev_seq=1, result="rejected", code="not_allowed"))
    first = (await store.standing()).epoch
    waiting = await added(store)
    await store.welcomed(welcome("another life"))
    await store.welcomed(welcome(first))
    assert [(op.dev_seq, op.op_id) for op in await store.outgoing(1, 9, 1 << 18)] == [(1, waiting)]


async def test_an_erased_op_is_no_part_of_a_history_that_comes_back(store: Store) -> None:
    """Its text is gone: sent again it would be another op under the same id, and this device taken for two."""
    server = Server()
    member = await added(store)
    note = await noted(store, member)
    pushed = Push(epoch=server.epoch, ops=tuple(await store.outgoing(1, 9, 1 << 18)))
    answers = server.push(pushed)[0]
    assert isinstance(answers, Answers)
    await store.answered(answers)
    await store.erase((("member", member), ("note", note)))
    assert await store.member(member) is None
    assert (await store.waiting()).ops == 0
    await store.welcomed(welcome("life-2", "history-2"))
    assert await store.outgoing(1, 9, 1 << 18) == []


async def test_what_waits_follows_an_alias(store: Store) -> None:
    server = Server()
    twin = await added(store)
    note = await noted(store, twin)
    server.write({("member", "m"): Member(id="m", name=SafeText("林美玲"))}, None)
    server.write({("member", twin): Member(id=twin, merged_into="m")}, None)
    for name in (ORG, SHOP):
        for frame in server.frames(name, 0, 100):
            await (store.up_to(frame) if frame.__class__.__name__ == "UpTo" else store.apply(frame))  # type: ignore[arg-type]
    assert {row["id"]: row["member"] for row in await store.dump("notes")} == {note: "m"}
    assert ops.encode((await store.card("m")).notes[0]).count(b'"member":"m"') == 1
