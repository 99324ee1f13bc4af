"""The store by itself: saving, answers, cards, aliases, drops, erasure, signing in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from ringdesk import ops
from ringdesk.calls import CallEvent, EventKind
from ringdesk.channels import MASK
from ringdesk.errors import BadInput, Refused, RingdeskError
from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import (
    Actor,
    CallClaim,
    CallReport,
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NoteAdd,
    Row,
    TaskAdd,
    TaskDone,
)
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.timeline import Contact, ContactKind
from ringdesk.wire.messages import (
    Answers,
    Changes,
    Enrolled,
    Granted,
    Push,
    UpTo,
)
from ringdesk.wire.values import (
    Answer,
    Image,
    Origin,
    Page,
    Proof,
    Written,
)
from terminal.drafts import Draft
from terminal.serverclock import ServerClock
from terminal.store import cards, index, pages, tries
from terminal.store.connection import Transaction
from terminal.store.edit import Happened
from terminal.store.held import FILE
from terminal.store.pages import Verdict
from terminal.store.replica import Store
from tests.terminal.store.model import ACTOR, ORG, SHOP, Ids, Server

NOON = 1_800_000_000.0


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(clock))
    await opened.welcomed(Server().welcome())
    yield opened
    await opened.close()


def image(row: Row, kind: str, seq: int) -> Image:
    return Image(kind=kind, id=row.id, seq=seq, body=msgspec.Raw(ops.encode(row)))


async def add_member(store: Store, name: str = "林美玲") -> str:
    return (await store.save(MemberAdd(fields=MemberFields(name=SafeText(name))), actor=ACTOR)).op_id


async def answer(store: Store, *answers: Answer) -> None:
    epoch = (await store.standing()).epoch
    await store.answered(Answers(epoch=epoch, answers=answers, head=Proof()))


def serve(server: Server, name: str = ORG) -> "list[Changes | UpTo]":
    return server.frames(name, 0, 1000)


async def feed(store: Store, frames: "list[Changes | UpTo]") -> list[Verdict]:
    return [await (store.apply(each) if isinstance(each, Changes) else store.up_to(each)) for each in frames]


# --- saving -----------------------------------------------------------------------------------------------------------


async def test_own_writes_are_read_at_once(store: Store) -> None:
    member = await add_member(store)
    note = await store.save(NoteAdd(member=member, text=SafeLines("雨傘忘在店裡")), actor=ACTOR)
    task = await store.save(TaskAdd(member=member, title=SafeText("回電"), due=SafeText("2026-12-01")), actor=ACTOR)
    card = await store.card(member)
    assert card.member.name == "林美玲"
    assert [each.id for each in card.notes] == [note.op_id]
    assert [each.id for each in card.tasks] == [task.op_id]
    await store.save(TaskDone(task=task.op_id), actor=ACTOR)
    assert (await store.card(member)).tasks == ()
    assert (await store.waiting()).ops == 4


async def test_a_refused_save_leaves_nothing(store: Store) -> None:
    with pytest.raises(Refused) as refusal:
        await store.save(NoteAdd(member="nobody", text=SafeLines("x")), actor=ACTOR)
    assert refusal.value.code == "unknown_member"
    with pytest.raises(Refused) as refusal:
        await store.save(CallClaim(call="none"), actor=ACTOR)
    assert refusal.value.code == "unknown_call"
    assert (await store.waiting()).ops == 0
    assert (await store.standing()).last == 0


async def test_an_op_that_can_never_be_sent_is_not_saved(store: Store) -> None:
    member = await add_member(store)
    with pytest.raises(Refused) as refusal:
        await store.save(NoteAdd(member=member, text=SafeLines("好" * 12_000)), actor=ACTOR)
    assert refusal.value.code == "too_large"
    assert (await store.waiting()).ops == 1


async def test_an_expired_grant_stops_new_saves(store: Store, clock: Clock) -> None:
    granted = Granted(ref="1", grant="token", person="mei", name=SafeText("Mei"), roles=("agent",), expires=NOON + 60)
    await store.remember("Mei", "secret", granted)
    await store.save(MemberAdd(fields=MemberFields(name=SafeText("a"))), actor=ACTOR, grant="token")
    clock.now += 61
    with pytest.raises(Refused) as refusal:
        await store.save(MemberAdd(fields=MemberFields(name=SafeText("b"))), actor=ACTOR, grant="token")
    assert refusal.value.code == "expired"


@pytest.mark.parametrize("step", [3600.0, 400 * 86400.0])
async def test_a_step_of_the_clock_stops_nobodys_work(tmp_path: Path, clock: Clock, step: float) -> None:
    """The server's clock was set, or the machine's that runs both: what was granted for a minute lasts a minute."""
    steady = Clock()
    told = ServerClock(clock, steady)
    store = await Store.open(tmp_path, ids=Ids(), clock=told)
    granted = Granted(ref="1", grant="token", person="mei", name=SafeText("Mei"), roles=("agent",), expires=NOON + 60)
    await store.remember("mei", "secret", granted)
    await store.set_pin("mei", "2468")
    told.told(NOON + step, steady.now)

    async def work() -> None:
        await store.save(MemberAdd(fields=MemberFields(name=SafeText("a"))), actor=ACTOR, grant="token")
        assert (await store.sign_in("mei", "secret")).grant == (await store.unlock("mei", "2468")).grant == "token"

    await work()
    steady.now += 59
    await work()
    steady.now += 2
    with pytest.raises(Refused) as refusal:
        await work()
    assert refusal.value.code == "expired"
    for late in (store.sign_in("mei", "secret"), store.unlock("mei", "2468")):
        with pytest.raises(Refused) as refusal:
            await late
        assert refusal.value.code == "expired"
    await store.close()


async def test_what_a_line_saw_needs_no_grant_that_holds(store: Store, clock: Clock) -> None:
    granted = Granted(ref="1", grant="token", person="mei", name=SafeText("Mei"), roles=("agent",), expires=NOON + 60)
    await store.remember("mei", "secret", granted)
    clock.now += 61
    rings = CallEvent(event=EventKind.RINGING, at=clock.now, source="line-1", native_id="7")
    await store.save(CallReport(call="c1", events=(rings,)), actor=ACTOR, grant="token")
    assert (await store.waiting()).ops == 1


async def test_a_grant_ends_by_the_servers_time(tmp_path: Path, clock: Clock) -> None:
    """The wall clock is 30 days fast; the next start, without the server, knows it."""
    granted = Granted(ref="1", grant="token", person="mei", name=SafeText("Mei"), roles=("agent",), expires=NOON + 60)
    args = MemberAdd(fields=MemberFields(name=SafeText("a")))
    clock.now = NOON + 30 * 86400.0
    told = ServerClock(clock)
    store = await Store.open(tmp_path, ids=Ids(), clock=told)
    await store.remember("Mei", "secret", granted)
    with pytest.raises(Refused, match="expired"):
        await store.save(args, actor=ACTOR, grant="token")
    told.told(NOON, clock.now)
    await store.keep_time()
    await store.save(args, actor=ACTOR, grant="token")
    await store.close()

    clock.now += 59
    store = await Store.open(tmp_path, ids=lambda: "0190ffff-0000-7000-8000-000000000001", clock=ServerClock(clock))
    await store.sign_in("Mei", "secret")
    await store.save(args, actor=ACTOR, grant="token")
    clock.now += 2
    with pytest.raises(Refused, match="expired"):
        await store.save(args, actor=ACTOR, grant="token")
    await store.close()


async def test_disk_full_is_said_and_nothing_is_torn(store: Store) -> None:
    member = await add_member(store)
    saved: list[str] = []

    async def save_for_ever() -> None:
        while True:
            saved.append((await store.save(NoteAdd(member=member, text=SafeLines("x" * 900)), actor=ACTOR)).op_id)

    pages_used = (await store._writer.settings("pragma page_count"))[0][0]
    await store._writer.settings(f"pragma max_page_count = {pages_used + 3}")
    with pytest.raises(Refused) as refusal:
        await save_for_ever()
    assert refusal.value.code == "disk_full"
    assert len(await store.dump("notes")) == len(saved) == (await store.waiting()).ops - 1
    await store._writer.settings("pragma max_page_count = 1000000")
    await store.save(NoteAdd(member=member, text=SafeLines("after")), actor=ACTOR)
    sent = await store.outgoing(1, 100, 1 << 30)
    assert [op.dev_seq for op in sent] == list(range(1, len(saved) + 3))


async def test_listeners_hear_of_a_save_whose_caller_is_gone(store: Store) -> None:
    heard: list[Happened] = []
    told = asyncio.Event()

    def listen(happened: Happened) -> None:
        heard.append(happened)
        told.set()

    unlisten = store.listen(listen)
    saving = asyncio.create_task(add_member(store))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    await told.wait()
    assert [each.state for each in heard[0].ops] == ["waiting"]
    assert [change.key[0] for change in heard[0].changes] == ["member"]
    unlisten()


# --- answers and images -------------------------------------------------------------------------------------------------


async def test_an_image_may_overtake_its_answer(store: Store) -> None:
    server = Server()
    member = await add_member(store)
    ops_out = await store.outgoing(1, 10, 1 << 20)
    said = server.push(Push(epoch=server.epoch, ops=tuple(ops_out)))
    assert await feed(store, serve(server)) == [Verdict.APPLIED]
    assert (await store.waiting()).ops == 1
    assert len(await store.dump("members")) == 1
    assert isinstance(said[0], Answers)
    await store.answered(said[0])
    assert (await store.waiting()).ops == 0
    assert [row["id"] for row in await store.dump("members")] == [member]


async def test_an_answer_before_its_image_keeps_the_row_and_the_op(store: Store) -> None:
    server = Server()
    await add_member(store)
    said = server.push(Push(epoch=server.epoch, ops=tuple(await store.outgoing(1, 10, 1 << 20))))
    assert isinstance(said[0], Answers)
    await store.answered(said[0])
    assert (await store.waiting()).ops == 1
    assert (await store.waiting()).first == 0
    assert len(await store.dump("members")) == 1
    await feed(store, serve(server))
    assert (await store.waiting()).ops == 0
    assert len(await store.dump("members")) == 1


async def test_an_origin_removes_nothing(store: Store) -> None:
    member = await add_member(store)
    page = Page(set=ORG, prev=0, seq=3, chain="c", images=(), up=False)
    await store.apply(Changes(origins=(Origin(member, 3),), page=page))
    assert [op.op_id for op in await store.outgoing(1, 10, 1 << 20)] == [member]
    assert (await store.waiting()).first == 1


async def test_a_refused_op_goes_to_the_tray_with_its_text(store: Store) -> None:
    member = await add_member(store)
    note = (await store.save(NoteAdd(member=member, text=SafeLines("wichtig")), actor=ACTOR)).op_id
    heard: list[Happened] = []
    store.listen(heard.append)
    await answer(
        store, Answer(op_id=note, dev_seq=2, result="rejected", code="not_allowed", message=SafeText("no right"))
    )
    assert (await store.card(member)).notes == ()
    tray = await store.dump("tray")
    assert [(row["op_id"], row["code"], row["args"]["text"]) for row in tray] == [(note, "not_allowed", "wichtig")]
    assert [(row["id"], row["text"], row["state"]) for row in await store.dump("notes")] == [
        (note, "wichtig", "refused")
    ]
    assert [(each.op_id, each.state) for each in heard[0].ops] == [(note, "tray")]
    await store.dismiss(note)
    assert await store.dump("tray") == []
    with pytest.raises(Refused, match="nothing"):
        await store.dismiss(note)


async def test_an_erased_op_loses_its_text(store: Store, tmp_path: Path) -> None:
    member = await add_member(store)
    note = (await store.save(NoteAdd(member=member, text=SafeLines("KANARIENVOGEL")), actor=ACTOR)).op_id
    await answer(store, Answer(op_id=note, dev_seq=2, result="erased"))
    await store._writer.checkpoint()
    assert b"KANARIENVOGEL" not in (tmp_path / FILE).read_bytes()
    assert [row["args"] for row in await store.dump("tray")] == [{}]


async def test_an_answer_for_another_device_or_twice_changes_nothing(store: Store) -> None:
    member = await add_member(store)
    strange = Answer(op_id="strange", dev_seq=9, result="applied", seq=5, rows=(Written("member", "x", "org"),))
    await answer(store, strange)
    assert (await store.standing()).answered == 1
    await answer(store, Answer(op_id=member, dev_seq=1, result="rejected", code="a"))
    await answer(store, Answer(op_id=member, dev_seq=1, result="applied", seq=5))
    assert [row["code"] for row in await store.dump("tray")] == ["a"]


async def test_a_pending_change_is_replayed_on_a_newer_image(store: Store) -> None:
    server = Server()
    server.write({("member", "m"): Member(id="m", name=SafeText("Old"), tags=(SafeText("a"),))}, None)
    await feed(store, serve(server))
    fields = MemberFields(honorific=SafeText("女士"))
    await store.save(MemberUpdate(member="m", fields=fields), actor=ACTOR)
    server.write({("member", "m"): Member(id="m", name=SafeText("New"), tags=(SafeText("b"),))}, None)
    await feed(store, serve(server))
    member = await store.member("m")
    assert member is not None
    assert (member.name, member.tags, member.honorific) == ("New", ("b",), "女士")


async def test_what_is_about_a_vanished_member_stays_until_it_is_answered(store: Store) -> None:
    server = Server()
    server.write({("member", "m"): Member(id="m")}, None)
    await feed(store, serve(server))
    note = (await store.save(NoteAdd(member="m", text=SafeLines("still here")), actor=ACTOR)).op_id
    server.delete(("member", "m"))
    await feed(store, serve(server))
    page = Page(set=ORG, prev=2, seq=3, chain="c", images=(), up=False)
    await store.apply(Changes(page=page))
    assert [row["id"] for row in await store.dump("notes")] == [note]


async def test_ops_of_a_lost_numbering_are_sent_again_answered_or_not(store: Store) -> None:
    first = await add_member(store, "a")
    second = await add_member(store, "b")
    await answer(store, Answer(op_id=first, dev_seq=1, result="rejected", code="x"))
    assert [op.op_id for op in await store.outgoing(1, 10, 1 << 20)] == [first, second]
    assert [op.op_id for op in await store.outgoing(2, 10, 1 << 20)] == [second]


async def test_a_push_is_cut_by_bytes_and_never_empty(store: Store) -> None:
    for number in range(5):
        await add_member(store, f"{number}" * 400)
    assert len(await store.outgoing(1, 10, 1500)) == 2
    assert len(await store.outgoing(1, 10, 10)) == 1
    assert len(await store.outgoing(1, 3, 1 << 20)) == 3


async def test_answered_ops_are_forgotten_after_seven_days(store: Store, clock: Clock, tmp_path: Path) -> None:
    member = await add_member(store)
    await answer(store, Answer(op_id=member, dev_seq=1, result="applied"))
    for days, left in ((6.9, 1), (7.1, 0)):
        await store.close()
        clock.now = NOON + days * 86_400
        store = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(clock))
        assert await store.reader.run(lambda tx: tx.value("select count(*) from outbox")) == left
    await store.close()


# --- pages --------------------------------------------------------------------------------------------------------------


async def test_pages_old_gapped_unheld_and_different(store: Store) -> None:
    server = Server()
    for number in range(4):
        server.write({("member", f"m{number}"): Member(id=f"m{number}")}, None)
    first = server.frames(ORG, 0, 2)
    assert await feed(store, first) == [Verdict.APPLIED]
    assert await feed(store, first) == [Verdict.OLD]
    assert await feed(store, server.frames(ORG, 3, 1)) == [Verdict.GAP]
    last = server.frames(ORG, 2, 2)
    assert isinstance(last[0], Changes)
    wrong = msgspec.structs.replace(last[0].page, digest="0" * 32)
    assert await store.apply(Changes(page=wrong)) is Verdict.DIFFERS
    other = msgspec.structs.replace(last[0].page, set="store:other@clear", prev=0)
    assert await store.apply(Changes(page=other)) is Verdict.UNHELD


async def test_an_older_page_that_overlaps_a_newer_one_tells_no_difference(store: Store) -> None:
    server = Server()
    for number in range(4):
        server.write({("member", f"m{number}"): Member(id=f"m{number}")}, None)
    late = server.frames(ORG, 2, 2)
    server.write({("member", "m0"): Member(id="m0", name=SafeText("林美玲"))}, None)
    assert await feed(store, server.frames(ORG, 0, 3)) == [Verdict.APPLIED]  # without m0, which changed since
    assert await feed(store, late) == [Verdict.GAP]
    assert (await store.cursors())[ORG].seq == 4
    assert await feed(store, server.frames(ORG, 4, 1)) == [Verdict.APPLIED]


async def test_a_set_that_differs_starts_again_while_its_rows_stay(store: Store) -> None:
    server = Server()
    server.write({("member", "m"): Member(id="m", name=SafeText("林"))}, None)
    await feed(store, serve(server))
    stray = image(Member(id="stray"), "member", 1)
    await store._writer.run(
        lambda tx: tx.do(
            "insert into image (kind, id, held, life, seq, body) values ('member', 'stray', ?, 1, 1, ?)",
            *(ORG, bytes(stray.body or b"")),
        )
    )
    await store.diverged(ORG)
    assert (await store.cursors())[ORG].seq == 0
    assert (await store.standing()).divergences == 1
    assert {row["id"] for row in await store.dump("members")} == {"m", "stray"}
    assert await feed(store, serve(server)) == [Verdict.APPLIED]
    assert [row["id"] for row in await store.dump("members")] == ["m"]


async def test_slices_let_a_save_between(store: Store) -> None:
    """A page of 300 rows with a clock that says 5 ms at every look: no slice takes more than a few rows."""
    ticks = iter(range(10**6))
    store._steady = lambda: next(ticks) * 0.005
    server = Server()
    server.write({("member", f"m{number}"): Member(id=f"m{number}") for number in range(300)}, None)
    applying = asyncio.create_task(feed(store, serve(server)))
    commits: list[int] = []
    store.listen(lambda happened: commits.append(len(happened.changes)))
    saved = await add_member(store)
    assert not applying.done()
    assert await applying == [Verdict.APPLIED]
    assert max(commits) <= 3 * pages.AT_ONCE
    assert await store.member(saved) is not None


async def test_what_this_version_does_not_know_is_kept_and_not_shown(store: Store) -> None:
    server = Server()
    good = image(Member(id="m"), "member", 1)
    strange = Image(kind="hologram", id="h", seq=1, body=msgspec.Raw(b'{"id":"h"}'))
    broken = Image(kind="note", id="n", seq=1, body=msgspec.Raw(b'{"id":17}'))
    other = Image(kind="note", id="n2", seq=1, body=msgspec.Raw(ops.encode(Note(id="elsewhere"))))
    far = image(Contact(id="c", member="m", kind=ContactKind.CALL_IN, at=1e300), "contact", 1)
    for each in (good, strange, broken, other, far):
        server.images[(each.kind, each.id), "org"] = each
    server.seq, server.channel_seqs["org"] = 1, [1]
    server.links[1] = 1
    assert await feed(store, serve(server)) == [Verdict.APPLIED]
    assert len(await store.dump("members")) == 1
    assert await store.dump("notes") == []
    assert len((await store.card("m")).timeline) == 1


async def test_dropping_a_set_leaves_no_byte_and_keeps_what_waits(store: Store, tmp_path: Path) -> None:
    server = Server()
    notes: dict[ops.RowKey, Row] = {
        ("note", f"n{number}"): Note(id=f"n{number}", text=SafeLines(f"KANARIE {number}")) for number in range(500)
    }
    server.write(notes, None, "store:main")
    await feed(store, serve(server, SHOP))
    member = await add_member(store)
    await store.welcomed(server.welcome((ORG,)))
    assert await store.dump("notes") == []
    assert [row["id"] for row in await store.dump("members")] == [member]
    assert set(await store.cursors()) == {ORG}
    for path in tmp_path.iterdir():
        assert b"KANARIE" not in path.read_bytes(), path


async def test_erasure_leaves_no_byte(store: Store, tmp_path: Path) -> None:
    server = Server()
    server.write({("member", "m"): Member(id="m", name=SafeText("KANARIE"))}, None)
    server.write({("note", "n"): Note(id="n", member="m", text=SafeLines("KANARIE sings"))}, None)
    await feed(store, serve(server))
    await store.save_draft("mei", Draft("m", None, "KANARIE half"))
    own = (await store.save(NoteAdd(member="m", text=SafeLines("KANARIE own")), actor=ACTOR)).op_id
    await answer(store, Answer(op_id=own, dev_seq=1, result="rejected", code="x"))
    await store.erase((("member", "m"), ("note", "n")))
    for path in tmp_path.iterdir():
        assert b"KANARIE" not in path.read_bytes(), path
    assert await store.member("m") is None
    total = await store.reader.run(lambda tx: pages.held(tx, ORG))
    assert total is not None
    assert total.count == 0


async def test_an_alias_leads_to_the_member_it_became(store: Store) -> None:
    server = Server()
    server.write({("member", "m"): Member(id="m", name=SafeText("林"))}, None)
    server.write({("member", "a"): Member(id="a", merged_into="m")}, None)
    server.write({("note", "n"): Note(id="n", member="a", text=SafeLines("before"))}, None)
    await feed(store, serve(server))
    card = await store.card("a")
    assert card.member.id == "m"
    assert [note.id for note in card.notes] == ["n"]
    note = (await store.save(NoteAdd(member="a", text=SafeLines("after")), actor=ACTOR)).op_id
    rows = {row["id"]: row["member"] for row in await store.dump("notes")}
    assert rows[note] == "m"


async def test_members_who_lead_to_each_other_are_one_of_them(store: Store) -> None:
    server = Server()
    for gone, into in (("a", "w"), ("w", "z"), ("z", "w"), ("self", "self")):
        server.write({("member", gone): Member(id=gone, name=SafeText("林"), merged_into=into)}, None)
    await feed(store, serve(server))
    assert [(await store.card(each)).member.id for each in ("a", "w", "z", "self")] == ["w", "w", "w", "self"]
    note = (await store.save(NoteAdd(member="z", text=SafeLines("said")), actor=ACTOR)).op_id
    rows = {row["id"]: row["member"] for row in await store.dump("notes")}
    assert rows[note] == "w"


async def test_bulk_install_is_what_pages_make(store: Store, tmp_path: Path) -> None:
    numbers = (MemberNumber(SafeText("0912-345-678"), "+886912345678", usual=True), MemberNumber(SafeText("x")))
    server = Server()
    for number in range(30):
        row = Member(id=f"m{number}", name=SafeText(f"林{number}"), code=SafeText(f"A{number}"), numbers=numbers)
        server.write({("member", row.id): row}, None)
    contact = Contact(id="c", member="m3", kind=ContactKind.CALL_IN, at=NOON)
    server.write({("contact", "c"): contact}, None)
    await store.save(NoteAdd(call=None, member=await add_member(store), text=SafeLines("mine")), actor=ACTOR)
    await feed(store, serve(server))
    tables = ("member_number", "gram", "about")

    async def entries(of: Store) -> list[list[tuple[object, ...]]]:
        def read(tx: Transaction) -> list[list[tuple[object, ...]]]:
            return [sorted(tx.all(f"select * from {table}"), key=repr) for table in tables]

        return await of.reader.run(read)

    before = await entries(store)
    frames = serve(server)
    assert isinstance(frames[0], Changes)
    await store.bulk_install(ORG, frames[0].page.images, frames[0].page.seq, frames[0].page.chain)
    assert await entries(store) == before
    up = server.frames(ORG, frames[0].page.seq, 1)
    assert await feed(store, up) == [Verdict.APPLIED]


async def test_an_index_of_an_older_version_is_derived_anew(store: Store, tmp_path: Path, clock: Clock) -> None:
    member = await add_member(store)
    await store._writer.run(lambda tx: tx.do("delete from gram"))
    await store._writer.run(lambda tx: tx.do("update meta set value = 0 where name = 'index_version'"))
    await store.close()
    again = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(clock))
    assert await again.reader.run(lambda tx: tx.value("select member from gram where gram = '林'")) == member
    await again.close()


async def test_masked_numbers_are_found_by_their_tail() -> None:
    member = Member(id="m", numbers=(MemberNumber(SafeText(f"{MASK}678")),))
    assert "#678" in index.grams_of(member)


# --- people -------------------------------------------------------------------------------------------------------------


async def test_signing_in_without_a_server(store: Store, clock: Clock) -> None:
    granted = Granted(ref="1", grant="token", person="p1", name=SafeText("Mei"), roles=("agent",), expires=NOON + 60)
    await store.enrolled(Enrolled(device="d1", epoch="e1", cls="desk", store="main"))
    online = await store.remember("Mei", "correct horse", granted)
    assert await store.sign_in("ＭＥＩ", "correct horse") == online
    assert online.actor.device == "d1"
    with pytest.raises(Refused) as refusal:
        await store.sign_in("mei", "wrong")
    assert refusal.value.code == "not_allowed"
    clock.now += tries.FIRST_WAIT
    with pytest.raises(Refused) as refusal:
        await store.sign_in("ann", "correct horse")
    assert refusal.value.code == "offline"
    clock.now += 61
    with pytest.raises(Refused, match="expired"):
        await store.sign_in("mei", "correct horse")


async def refused_by(store: Store, password: str) -> str:
    with pytest.raises(Refused) as refusal:
        await store.sign_in("mei", password)
    return refusal.value.code


async def test_wrong_passwords_make_the_next_wait_and_the_right_one_ends_that(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    granted = Granted(ref="1", grant="token", person="p1", name=SafeText("Mei"), roles=("agent",), expires=NOON + 600)
    online = await store.remember("mei", "correct horse", granted)

    for wrong in range(7):
        assert await refused_by(store, "wrong") == "not_allowed"
        clock.now += tries.FIRST_WAIT * 2 ** min(wrong, tries.TRIES) - 0.1
        assert await refused_by(store, "correct horse") == "wait"
        clock.now += 0.2
    await store.close()
    again = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(clock))
    assert await refused_by(again, "wrong") == "not_allowed"
    assert await refused_by(again, "correct horse") == "wait"
    clock.now += tries.FIRST_WAIT * 2**tries.TRIES
    assert await again.sign_in("mei", "correct horse") == online
    assert await refused_by(again, "wrong") == "not_allowed"
    clock.now += tries.FIRST_WAIT
    assert await again.sign_in("mei", "correct horse") == online
    await again.close()


async def test_a_password_is_nowhere_in_the_files(store: Store, tmp_path: Path) -> None:
    granted = Granted(ref="1", grant="t", person="p", name=SafeText("Mei"), roles=(), expires=NOON + 60)
    await store.remember("mei", "correct horse battery", granted)
    for path in tmp_path.iterdir():
        assert b"correct horse" not in path.read_bytes()


async def test_drafts_survive_and_belong_to_their_author(store: Store, tmp_path: Path, clock: Clock) -> None:
    await store.save_draft("mei", Draft("m1", "c1", "half a sen"))
    clock.now += 1
    await store.save_draft("mei", Draft(None, None, "loose"))
    await store.save_draft("ann", Draft("m1", "c1", "other"))
    await store.close()
    again = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(clock))
    drafts = await again.drafts("mei")
    assert [(draft.member, draft.call, draft.text) for draft in drafts] == [
        (None, None, "loose"),
        ("m1", "c1", "half a sen"),
    ]
    await again.save_draft("mei", Draft(None, None, ""))
    assert len(await again.drafts("mei")) == 1
    await again.close()


async def test_a_draft_keeps_what_it_revises_and_the_tasks_of_its_promises(store: Store) -> None:
    server = Server()
    server.write({("member", "m1"): Member(id="m1")}, None)
    await feed(store, serve(server))
    first = (await store.save(NoteAdd(member="m1", text=SafeLines("old")), actor=ACTOR)).op_id
    (note,) = [row for row in (await store.dump("notes")) if row["id"] == first]
    revised = Note(id=first, member="m1", text=SafeLines("old"))
    await store.save_draft("mei", Draft("m1", None, "new", revises=revised, promised={"2026-12-01": "t1"}))
    (draft,) = await store.drafts("mei")
    assert draft.revises is not None
    assert (draft.revises.id, str(draft.revises.text), draft.promised) == (note["id"], "old", {"2026-12-01": "t1"})


async def test_what_belongs_together_is_one_commit_and_its_draft_goes_with_it(store: Store) -> None:
    member = await add_member(store)
    await store.save_draft("p1", Draft(member, None, "half"))
    commits: list[Happened] = []
    store.listen(commits.append)
    wanted = (
        NoteAdd(member=member, text=SafeLines("half")),
        TaskAdd(member=member, title=SafeText("call back")),
    )
    actor = Actor(person="p1", name=SafeText("Mei"), device="d1", roles=("agent",))
    op_ids, _ = await store.save_together(wanted, actor=actor, draft=lambda _: Draft(member, None, ""))
    assert [[moved.op_id for moved in each.ops] for each in commits] == [list(op_ids)]
    assert await store.drafts("p1") == []
    assert [row["kind"] for row in await store.dump("outbox")] == ["member.add", "note.add", "task.add"]


async def test_what_belongs_together_is_not_saved_by_half(store: Store) -> None:
    member = await add_member(store)
    actor = Actor(person="p1", name=SafeText("Mei"), device="d1", roles=("agent",))
    await store.save_draft("p1", Draft(member, None, "half"))
    commits: list[Happened] = []
    store.listen(commits.append)
    note = NoteAdd(member=member, text=SafeLines("half"))
    with pytest.raises(Refused, match="member"):
        await store.save_together(
            (note, TaskAdd(member="nobody", title=SafeText("x"))), actor=actor, draft=lambda _: Draft(member, None, "")
        )
    assert [row["kind"] for row in await store.dump("outbox")] == ["member.add"]
    assert [draft.text for draft in await store.drafts("p1")] == ["half"]
    assert commits == []
    assert await store.dump("notes") == []
    op_ids, _ = await store.save_together(
        (note,), actor=actor, draft=lambda ids: Draft(member, None, "half", promised={"d": ids[0]})
    )
    (draft,) = await store.drafts("p1")
    assert (draft.promised, draft.saved_at) == ({"d": op_ids[0]}, NOON)


async def test_a_draft_whose_note_is_gone_is_a_new_note(store: Store) -> None:
    server = Server()
    server.write({("member", "m1"): Member(id="m1")}, None)
    await feed(store, serve(server))
    own = (await store.save(NoteAdd(member="m1", text=SafeLines("old")), actor=ACTOR)).op_id
    await store.save_draft("mei", Draft("m1", None, "new", revises=Note(id=own)))
    await answer(store, Answer(op_id=own, dev_seq=1, result="rejected", code="x"))
    (draft,) = await store.drafts("mei")
    assert (draft.text, draft.revises) == ("new", None)


async def test_dumps(store: Store) -> None:
    member = await add_member(store)
    task = (await store.save(TaskAdd(member=member, title=SafeText("t")), actor=ACTOR)).op_id
    assert [row["op_id"] for row in await store.dump("tasks")] == [task]
    assert [row["kind"] for row in await store.dump("outbox")] == ["member.add", "task.add"]
    assert await store.dump("calls") == await store.dump("ledger") == []
    with pytest.raises(BadInput, match="notes, tasks"):
        await store.dump("everything")


async def test_a_directory_in_use(store: Store, tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(Refused) as refusal:
        await Store.open(tmp_path, ids=Ids(), clock=ServerClock(clock))
    assert refusal.value.code == "data_in_use"


async def test_a_newer_replica_is_left_alone(store: Store, tmp_path: Path, clock: Clock) -> None:
    await store._writer.settings("pragma user_version = 999", "create table later (x)")
    await store.close()
    with pytest.raises(RingdeskError, match="upgrade ringdesk"):
        await Store.open(tmp_path, ids=Ids(), clock=ServerClock(clock))


def contact(ident: str, at: float, kind: ContactKind = ContactKind.PURCHASE) -> Contact:
    return Contact(id=ident, member="m1", kind=kind, at=at, text=SafeText(ident))


async def test_what_is_older_comes_page_by_page_without_a_gap_or_a_double(store: Store) -> None:
    """Every entry but one happened at the same moment as another."""
    server = Server()
    server.write({("member", "m1"): Member(id="m1")}, None)
    rows = [contact(f"c{n:03d}", 1000.0 + n // 2) for n in range(61)]
    for row in rows:
        server.write({("contact", row.id): row}, None)
    await feed(store, serve(server))
    found = list((await store.card("m1")).timeline)
    sizes, more = [], True
    while more:
        page = await store.older("m1", "contact", (found[-1].at, found[-1].id), frozenset(ContactKind))
        found += [row for row in page.rows if isinstance(row, Contact)]
        sizes.append(len(page.rows))
        more = page.more
    assert found == sorted(rows, key=lambda row: (row.at, row.id), reverse=True)
    assert sizes == [20, 20, 1]


async def test_a_rare_kind_is_looked_for_over_several_pages_and_not_for_ever(store: Store) -> None:
    server = Server()
    server.write({("member", "m1"): Member(id="m1")}, None)
    for n in range(90):
        row = contact(f"c{n:03d}", 1000.0 - n, kind=ContactKind.VISIT if n == 85 else ContactKind.PURCHASE)
        server.write({("contact", row.id): row}, None)
    await feed(store, serve(server))
    page = await store.older("m1", "contact", (981.0, "c019"), {ContactKind.VISIT})
    assert ([row.id for row in page.rows], page.more) == ([f"c{n:03d}" for n in range(20, 90)], False)
    with patch.object(cards, "LONGEST_LOOK", 40):
        page = await store.older("m1", "contact", (981.0, "c019"), {ContactKind.VISIT})
    assert (len(page.rows), page.more) == (40, True)
    with pytest.raises(Refused):
        await store.older("nobody", "contact", (981.0, "c019"), {ContactKind.VISIT})
