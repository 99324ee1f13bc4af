"""A device that becomes another: what waits keeps its id and its place, and gets the grant of its person again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ringdesk.calls import CallEvent, EventKind
from ringdesk.errors import Refused
from ringdesk.ops import Actor, CallReport, MemberAdd, MemberFields
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Enrolled, Granted
from terminal.serverclock import ServerClock
from terminal.store.joining import Credentials
from terminal.store.replica import Store
from tests.terminal.store.model import Ids

MEI = Actor("mei", SafeText("Mei"), "desk-1", ("agent",))
ANN = Actor("ann", SafeText("Ann"), "desk-1", ("agent",))
SERVER = Credentials(server_epoch="history-1")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    it = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(lambda: 10.0))
    await it.enrolled(Enrolled(device="desk-1", epoch="life-1", cls="desk", store="main"), SERVER)
    yield it
    await it.close()


async def write(store: Store, actor: Actor, name: str) -> str:
    fields = MemberFields(name=SafeText(name))
    return (await store.save(MemberAdd(fields=fields), actor=actor, grant=f"{actor.person} on desk-1")).op_id


async def enrol_anew(store: Store) -> None:
    await store.enrolled(Enrolled(device="desk-2", epoch="life-2", cls="desk", store="main"), SERVER)


def granted(person: str) -> Granted:
    return Granted(ref="", grant=f"{person} on desk-2", person=person, name=SafeText(person), roles=(), expires=99.0)


async def sent(store: Store) -> list[tuple[str, int, str]]:
    return [(op.op_id, op.dev_seq, op.grant) for op in await store.outgoing(1, 9, 1 << 20)]


async def test_each_op_waits_for_its_person_in_its_place(store: Store) -> None:
    first, second, third = [await write(store, *what) for what in ((MEI, "a"), (ANN, "b"), (MEI, "c"))]
    await enrol_anew(store)
    assert (await sent(store), await store.held_for()) == ([], "Mei")
    await store.remember("mei", "correct horse", granted("mei"))
    assert await sent(store) == [(first, 1, "mei on desk-2")]
    await store.remember("ann", "correct horse", granted("ann"))
    both = [(second, 2, "ann on desk-2"), (third, 3, "mei on desk-2")]
    assert await sent(store) == [(first, 1, "mei on desk-2"), *both]
    assert await store.held_for() == ""


async def test_what_a_line_saw_needs_nobody(store: Store) -> None:
    ring = CallEvent(event=EventKind.RINGING, at=9.0, source="s1", native_id="100")
    await store.save(CallReport(call="c1", events=(ring,)), actor=MEI, grant="mei on desk-1")
    await enrol_anew(store)
    assert [grant for _, _, grant in await sent(store)] == [""]


async def test_nobody_signs_in_by_a_grant_of_the_device_before(store: Store) -> None:
    await store.remember("mei", "correct horse", granted("mei"))
    await enrol_anew(store)
    with pytest.raises(Refused) as refusal:
        await store.sign_in("mei", "correct horse")
    assert refusal.value.code == "offline"


async def test_what_waits_for_somebody_is_let_go_of_into_the_tray_and_the_rest_goes_out(store: Store) -> None:
    ids = [await write(store, *what) for what in ((MEI, "a"), (ANN, "b"), (MEI, "c"), (ANN, "d"))]
    await enrol_anew(store)
    assert [(each.person, each.name, each.ops) for each in await store.awaited()] == [
        ("mei", "Mei", 2),
        ("ann", "Ann", 2),
    ]
    await store.remember("ann", "correct horse", granted("ann"))
    assert await sent(store) == []
    await store.let_go("mei", SafeText("Boss"))
    assert await sent(store) == [(ids[1], 1, "ann on desk-2"), (ids[3], 2, "ann on desk-2")]
    assert (await store.awaited(), await store.held_for()) == ([], "")
    tray = await store.dump("tray")
    assert [(row["op_id"], row["code"], row["author_name"]) for row in tray] == [
        (ids[0], "let_go", "Mei"),
        (ids[2], "let_go", "Mei"),
    ]
    assert tray[0]["args"]["fields"]["name"] == "a"
    assert "Boss" in tray[0]["message"]
    assert {row["name"] for row in await store.dump("members")} == {"b", "d"}
    fresh = await write(store, ANN, "e")
    assert await sent(store) == [
        (ids[1], 1, "ann on desk-2"),
        (ids[3], 2, "ann on desk-2"),
        (fresh, 3, "ann on desk-1"),
    ]


async def test_what_was_sent_keeps_its_number_when_something_behind_it_is_let_go_of(store: Store) -> None:
    ids = [await write(store, *what) for what in ((ANN, "a"), (MEI, "b"), (ANN, "c"))]
    await enrol_anew(store)
    await store.remember("ann", "correct horse", granted("ann"))
    assert await sent(store) == [(ids[0], 1, "ann on desk-2")]
    await store.let_go("mei", SafeText("Boss"))
    assert await sent(store) == [(ids[0], 1, "ann on desk-2"), (ids[2], 2, "ann on desk-2")]


async def test_a_later_history_of_the_server_brings_back_nothing_that_was_let_go_of(store: Store) -> None:
    await write(store, MEI, "a")
    await enrol_anew(store)
    await store.let_go("mei", SafeText("Boss"))
    await store.enrolled(
        Enrolled(device="desk-3", epoch="life-3", cls="desk", store="main"), Credentials(server_epoch="history-2")
    )
    await store.remember("mei", "correct horse", granted("mei"))
    assert await sent(store) == []
    assert len(await store.dump("tray")) == 1


async def test_nothing_is_let_go_of_twice_or_of_somebody_else(store: Store) -> None:
    await write(store, MEI, "a")
    with pytest.raises(Refused) as refusal:  # it waits for the server alone
        await store.let_go("mei", SafeText("Boss"))
    assert refusal.value.code == "unknown_op"
    await enrol_anew(store)
    with pytest.raises(Refused):
        await store.let_go("ann", SafeText("Boss"))
    assert len(await store.awaited()) == 1
