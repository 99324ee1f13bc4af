"""The numbering and the answers of one frame, on a real database."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from ringdesk import merge, ops
from ringdesk.calls import Caller, CallEvent, CallState, EventKind, Presentation
from ringdesk.ids import call_id, callback_id
from ringdesk.members import MemberNumber
from ringdesk.ops import (
    MAX_OP_BYTES,
    Args,
    CallClaim,
    CallReport,
    CallVerdict,
    CallWrapup,
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NoteAdd,
    Op,
    TaskAdd,
    TaskDone,
)
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire.messages import Push
from ringdesk.wire.signing import GrantBody, ServerKey, payload
from ringdesk.wire.values import Answer
from server.accept import Acceptor, Reply
from server.accept.frame import PATIENCE
from server.callroom import flags
from server.store.base import Store
from server.store.sqlite import open_store
from server.store.values import Device, DeviceClass, Enrolment, Entry, Person

KEY = ServerKey(b"k" * 32)
ENTRY = Entry(at=1.0, actor="test", action="test")
NOW = 1_000_000.0


def uid(name: str) -> str:
    """A UUID that stands for a name."""
    return str(UUID(bytes=sha256(name.encode()).digest()[:16], version=4))


class Bench:
    """A device with a person on it."""

    def __init__(self, store: Store, device: Device) -> None:
        self.store = store
        self.device = device
        self.acceptor = Acceptor(store.order, KEY, lambda count: b"s" * count, flags)
        self.grant = self.signed()
        self.next = 1
        self.now = NOW

    def signed(self, **other: Any) -> str:
        body = GrantBody(
            person="p1", name=SafeText("Mei"), device=self.device.id, roles=("agent",), issued=0.0, expires=NOW + 100
        )
        return KEY.grant(msgspec.structs.replace(body, **other))

    def op(self, args: Args, op_id: str, /, **more: Any) -> Op:
        number, self.next = self.next, self.next + 1
        raw = msgspec.Raw(ops.encode(args))
        fields: dict[str, Any] = {"op_id": op_id, "dev_seq": number, "kind": ops.kind_of(args), "grant": self.grant}
        return Op(**fields | {"at": NOW, "args": raw} | more)

    async def push(self, *pushed: Op) -> Reply:
        return await self.acceptor.push(self.device, Push(epoch=self.device.epoch, ops=pushed), self.now)

    async def row(self, kind: str, row: str) -> Any:
        held = await self.store.order.row((kind, row))
        return held and ops.decode_row(kind, held.body or b"")


async def device(store: Store, name: str, site: str = "main", cls: DeviceClass = "desk") -> Device:
    await store.register.add_enrolment(Enrolment(secret_hash=name, site=site, cls=cls, expires=9e9), ENTRY)
    made = Device(id=name, name=name, cls="desk", site="", public_key=name.encode(), epoch=f"e-{name}")
    return await store.register.enrol(name, made, NOW, ENTRY)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    it = await open_store(f"sqlite:///{tmp_path / 's.db'}", link=lambda _a, _b: "", random_id=iter("abcdef").__next__)
    person = Person(id="p1", name="Mei", folded="mei", role="agent", password="")
    await it.register.add_person(person, ENTRY)
    yield it
    await it.close()


@pytest.fixture
async def bench(store: Store) -> Bench:
    return Bench(store, await device(store, "d1"))


def named(name: str = "陳美玲", e164: str | None = None) -> MemberAdd:
    numbers = (MemberNumber(SafeText(e164), e164),) if e164 else ()
    return MemberAdd(fields=MemberFields(name=SafeText(name), numbers=numbers))


def fact(op: Op, key: ServerKey = KEY, **other: Any) -> Op:
    """The op as it comes after the server forgot that it had applied it."""
    applied = Answer(op_id=op.op_id, dev_seq=1, result="applied", seq=7, chain="c")
    answer = msgspec.structs.replace(applied, **other)
    signed = msgspec.structs.replace(answer, signature=key.sign_answer(answer, payload(op)))
    return msgspec.structs.replace(op, fact=True, said=msgspec.Raw(ops.encode(signed)))


def note(member: str, text: str = "x") -> NoteAdd:
    return NoteAdd(member=member, text=SafeLines(text))


def results(reply: Reply) -> list[str]:
    return [answer.result for answer in reply.answers]


async def test_every_op_is_answered_in_order_with_rows_and_signature(bench: Bench) -> None:
    frame = (bench.op(named(), uid("m1")), bench.op(note(uid("m1")), uid("n1")), bench.op(note("nobody"), uid("n2")))
    reply = await bench.push(*frame)
    assert results(reply) == ["applied", "applied", "rejected"]
    assert [answer.seq for answer in reply.answers] == [1, 2, 0]
    assert [(row.kind, row.id, row.channel) for row in reply.answers[1].rows] == [("note", uid("n1"), "org")]
    assert reply.answers[2].code == "unknown_member"
    assert all(KEY.said(answer, payload(op)) for answer, op in zip(reply.answers, frame, strict=True))
    assert KEY.proves(reply.answers[0].seq, reply.answers[0].chain)
    assert reply.head.seq == 2


async def test_a_repeated_frame_gets_the_stored_answers_and_does_nothing(bench: Bench) -> None:
    frame = (bench.op(named(), uid("m1")), bench.op(note("nobody"), uid("n1")))
    first = await bench.push(*frame)
    again = await bench.push(*frame)
    assert again.answers == first.answers
    assert again.head.seq == 1
    assert not again.wrote


async def test_a_gap_is_named_and_nothing_behind_it_is_done(bench: Bench) -> None:
    first, _, third = bench.op(named(), uid("m1")), bench.op(named("A"), uid("m2")), bench.op(named("B"), uid("m3"))
    reply = await bench.push(first, third)
    assert (results(reply), reply.need) == (["applied"], 2)
    assert await bench.row("member", uid("m3")) is None


async def test_an_op_numbered_anew_keeps_its_answer_and_uses_the_number(bench: Bench) -> None:
    first = await bench.push(bench.op(named(), uid("m1")))
    bench.device = await bench.store.register.restart(bench.device.id, "e2", ENTRY)
    bench.next = 1
    reply = await bench.push(bench.op(named(), uid("m1"), fact=True), bench.op(note(uid("m1")), uid("n1")))
    assert reply.answers[0] == first.answers[0]
    assert [answer.dev_seq for answer in reply.answers] == [1, 2]
    assert reply.head.seq == 2
    found = await bench.store.register.device(bench.device.id)
    assert found is not None
    assert found.last_dev_seq == 2


@pytest.mark.parametrize("other", ["same id, other payload", "other id, same number"])
async def test_two_terminals_with_one_identity_are_fenced(bench: Bench, other: str) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    bench.next = 1
    clone = bench.op(named("Somebody"), uid("m1") if other.startswith("same id") else uid("m2"))
    assert (await bench.push(clone)).fenced
    found = await bench.store.register.device(bench.device.id)
    assert found is not None
    assert found.fenced_at == NOW
    bench.next = 2
    assert await bench.push(bench.op(named(), uid("m3"))) == Reply()
    assert await bench.row("member", uid("m3")) is None


async def test_another_device_that_knows_the_op_gets_its_answer_only_with_the_same_payload(bench: Bench) -> None:
    op = bench.op(named(), uid("m1"))
    first = await bench.push(op)
    other = Bench(bench.store, await device(bench.store, "d2"))
    said = (await other.push(msgspec.structs.replace(op, grant=other.grant))).answers
    assert said == first.answers
    thief = Bench(bench.store, await device(bench.store, "d3"))
    reply = await thief.push(thief.op(named("?"), uid("m1")))
    assert (reply.fenced, reply.answers) == (True, ())


async def test_a_frame_of_an_older_epoch_is_not_answered(bench: Bench) -> None:
    op = bench.op(named(), uid("m1"))
    before = bench.device
    await bench.store.register.restart("d1", "e2", ENTRY)
    reply = await bench.acceptor.push(before, Push(epoch=before.epoch, ops=(op,)), NOW)
    assert reply == Reply()
    assert await bench.row("member", uid("m1")) is None


async def test_rights_are_those_of_now_and_a_late_grant_is_flagged(bench: Bench) -> None:
    bench.now = NOW + 200
    assert (await bench.push(bench.op(named(), uid("m1")))).answers[0].flags == ("late",)
    for grant, code in (
        ("", "bad_grant"),
        (bench.signed(device="d2"), "bad_grant"),
        (bench.grant[:-4] + "AAAA", "bad_grant"),
        (bench.signed(person="gone", roles=("marketing",)), "not_allowed"),
    ):
        reply = await bench.push(bench.op(named(), uid(f"m-{code}-{len(grant)}"), grant=grant))
        assert [(answer.result, answer.code) for answer in reply.answers] == [("rejected", code)]
    await bench.store.register.revoke_person("p1", ENTRY)
    assert (await bench.push(bench.op(named(), uid("m9")))).answers[0].code == "revoked"


async def test_a_downgrade_reaches_what_was_written_before(store: Store) -> None:
    cashier = Person(id="p2", name="Lin", folded="lin", role="cashier", password="")
    await store.register.add_person(cashier, ENTRY)
    bench = Bench(store, await device(store, "d1"))
    await bench.push(bench.op(named(), uid("m1")))
    bench.grant = bench.signed(person="p2", roles=("admin",))
    update = MemberUpdate(member=uid("m1"), fields=MemberFields(tier=SafeText("gold")))
    assert (await bench.push(bench.op(update, uid("u1")))).answers[0].code == "not_allowed"


@pytest.mark.parametrize(
    "hostile",
    [
        {"kind": "member.explode"},
        {"args": msgspec.Raw(b'{"member":5}')},
        {"args": msgspec.Raw(b'{"member":"' + b"x" * 65 + b'","text":"a"}')},
        {"args": msgspec.Raw(b'{"member":"\\u001b[2J","text":"a"}')},
        {"args": msgspec.Raw(b'{"text":"' + b"x" * 40_000 + b'"}')},
        {"at": 1e300},
        {"at": -1.0},
    ],
)
async def test_what_cannot_be_used_is_rejected_and_blocks_nothing(bench: Bench, hostile: dict[str, Any]) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    reply = await bench.push(bench.op(note(uid("m1")), uid("bad"), **hostile), bench.op(note(uid("m1")), uid("good")))
    assert results(reply) == ["rejected", "applied"]
    assert reply.answers[0].code in ("bad_op", "too_large")


async def test_the_size_of_the_whole_op_counts_not_that_of_its_arguments(bench: Bench) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    fits = bench.op(note(uid("m1"), "x" * 30_000), uid("fits"))
    fits = msgspec.structs.replace(fits, base={"x" * (MAX_OP_BYTES - ops.size(fits) - 4): 1})
    over = bench.op(note(uid("m1"), "x" * 30_000), uid("over"))
    over = msgspec.structs.replace(over, base={"x" * (MAX_OP_BYTES - ops.size(over) - 3): 1})
    assert (ops.size(fits), ops.size(over)) == (MAX_OP_BYTES, MAX_OP_BYTES + 1)
    reply = await bench.push(fits, over, bench.op(note(uid("m1")), uid("good")))
    assert results(reply) == ["applied", "rejected", "applied"]
    assert (reply.answers[1].code, "write less" in str(reply.answers[1].message)) == ("too_large", True)


async def test_what_an_op_is_sent_with_later_does_not_count(bench: Bench) -> None:
    """An op that fitted when it was saved still fits when it is numbered anew and carries the answer that proves it."""
    await bench.push(bench.op(named(), uid("m1")))
    full = bench.op(note(uid("m1")), uid("full"))
    full = msgspec.structs.replace(full, base={"x" * (MAX_OP_BYTES - ops.size(full) - 4): 1})
    assert ops.size(fact(full)) == ops.size(msgspec.structs.replace(full, dev_seq=2**53)) == MAX_OP_BYTES
    assert results(await bench.push(fact(full))) == ["applied"]


async def test_arguments_of_a_newer_version_are_refused_with_a_word_to_update(bench: Bench) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    reply = await bench.push(bench.op(note(uid("m1")), uid("new"), v=2), bench.op(note(uid("m1")), uid("good")))
    assert results(reply) == ["rejected", "applied"]
    assert (reply.answers[0].code, "update the server" in str(reply.answers[0].message)) == ("unknown_version", True)
    assert results(await bench.push(fact(bench.op(note(uid("m1")), uid("once applied"), v=2)))) == ["parked"]


async def test_a_handler_that_raises_holds_the_frame_and_is_parked_with_what_hangs_on_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = merge.apply

    def broken(op_id: str, args: Args, **more: Any) -> merge.Effect:
        if op_id == uid("bad"):
            raise ZeroDivisionError
        return sound(op_id, args, **more)

    monkeypatch.setattr(merge, "apply", broken)
    first = bench.op(named("A"), uid("m1"))
    rest = [
        bench.op(named("B"), uid("bad")),
        bench.op(note(uid("bad")), uid("hangs")),
        bench.op(named("C"), uid("free")),
    ]
    reply = await bench.push(first, *rest)
    assert results(reply) == ["applied"]
    assert reply.raised is not None
    for _ in range(PATIENCE - 1):
        assert results(await bench.push(*rest)) == []
    reply = await bench.push(*rest)
    assert results(reply) == ["parked", "parked", "applied"]
    assert results(await bench.push(*rest)) == ["parked", "parked", "applied"]
    later = await bench.push(bench.op(note(uid("bad")), uid("hangs later")))
    assert results(later) == ["parked"]


async def test_two_tills_that_enrol_one_person_make_one_member(bench: Bench) -> None:
    await bench.push(bench.op(named("陳美玲", "+886912345678"), uid("m1")))
    other = Bench(bench.store, await device(bench.store, "d2"))
    reply = await other.push(
        other.op(named("陳 美玲", "+886912345678"), uid("m2")),
        other.op(note(uid("m2"), "at the second till"), uid("n2")),
        other.op(named("林大同", "+886912345678"), uid("m3")),
    )
    assert results(reply) == ["merged_into", "applied", "applied"]
    assert reply.answers[0].into == uid("m1")
    assert (await bench.row("note", uid("n2"))).member == uid("m1")
    assert (await bench.row("member", uid("m2"))).merged_into == uid("m1")
    later = await other.push(other.op(note(uid("m2")), uid("n3")))
    assert results(later) == ["applied"]
    assert (await bench.row("note", uid("n3"))).member == uid("m1")


async def test_a_call_that_was_another_ends_and_what_is_about_it_follows(bench: Bench) -> None:
    c1, c2 = call_id("a", "1"), call_id("b", "1")
    ringing, caller = (
        CallEvent(event=EventKind.RINGING, at=NOW, source="a", native_id="1"),
        CallEvent(event=EventKind.RINGING, at=NOW + 1, source="b", native_id="1"),
    )
    about = NoteAdd(call=c2, text=SafeLines("before"))
    await bench.push(
        bench.op(CallReport(call=c1, events=(ringing,)), uid("r1")),
        bench.op(CallReport(call=c2, events=(caller,)), uid("r2")),
        bench.op(about, uid("n1")),
    )
    reply = await bench.push(bench.op(CallReport(call=c1, events=(), also=(c2,)), uid("r3")))
    assert {row.id for row in reply.answers[0].rows} == {c1, c2}
    gone = await bench.row("call", c2)
    assert (gone.state, gone.outcome, gone.merged_into) == (CallState.ENDED, None, c1)
    assert [key.source for key in (await bench.row("call", c1)).sources] == ["a", "b"]
    other = Bench(bench.store, await device(bench.store, "d2"))
    ended = msgspec.structs.replace(caller, event=EventKind.ENDED, at=NOW + 9)
    reply = await other.push(
        other.op(CallClaim(call=c2), uid("k1")),
        other.op(NoteAdd(call=c2, text=SafeLines("after")), uid("n2")),
        other.op(CallReport(call=c2, events=(ended,)), uid("r4")),
        other.op(CallWrapup(call=c2, code=SafeText("info")), uid("w1")),
    )
    assert results(reply) == ["applied"] * 4
    kept = await bench.row("call", c1)
    assert (kept.state, kept.claimed_by, kept.disposition) == (CallState.ENDED, "p1", "info")
    assert (await bench.row("note", uid("n2"))).call == c1
    assert await bench.row("call", c2) == gone
    assert await bench.store.order.silent_calls(9e9, 9) == ()


async def test_a_fact_whose_parent_is_gone_is_parked_not_refused(bench: Bench) -> None:
    reply = await bench.push(fact(bench.op(TaskDone(task="gone"), uid("f1"))), fact(bench.op(note("gone"), uid("f2"))))
    assert results(reply) == ["parked", "applied"]


async def test_a_fact_needs_our_own_answer_to_this_very_op(bench: Bench) -> None:
    """Else a desk could write what its person may not write any more, by calling it a fact."""
    word = bench.op(note("gone"), uid("f1"), fact=True)
    elsewhere = fact(bench.op(note("gone", "another text"), uid("f2")))
    forged = [
        word,
        msgspec.structs.replace(bench.op(note("gone"), uid("f2")), fact=True, said=elsewhere.said),
        msgspec.structs.replace(bench.op(note("gone"), uid("f3")), fact=True, said=fact(word).said),
        fact(bench.op(note("gone"), uid("f4")), result="rejected"),
        fact(bench.op(note("gone"), uid("f5")), ServerKey(b"x" * 32)),
        bench.op(note("gone"), uid("f6"), fact=True, said=msgspec.Raw(b'{"op_id":7}')),
        bench.op(note("gone"), uid("f7"), fact=True, said=msgspec.Raw(b"[" * 100_000)),
    ]
    bench.next = 1
    numbered = [msgspec.structs.replace(op, dev_seq=number) for number, op in enumerate(forged, 1)]
    assert results(await bench.push(*numbered)) == ["rejected"] * len(forged)


async def test_only_a_fact_outlives_its_person_and_a_newer_value(bench: Bench) -> None:
    silver = MemberUpdate(member=uid("m1"), fields=MemberFields(name=SafeText("陳美鈴")))
    newer = MemberUpdate(member=uid("m1"), fields=MemberFields(name=SafeText("林")))
    await bench.push(bench.op(named(), uid("m1")), bench.op(newer, uid("u0")))
    await bench.store.register.revoke_person("p1", ENTRY)
    reply = await bench.push(fact(bench.op(silver, uid("u1"))), bench.op(silver, uid("u2"), fact=True))
    assert [(answer.result, answer.code) for answer in reply.answers] == [("merged", None), ("rejected", "revoked")]
    assert (await bench.row("member", uid("m1"))).name == "林"


async def test_stale_fields_and_kept_values_are_told(bench: Bench) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    gold = MemberUpdate(member=uid("m1"), fields=MemberFields(honorific=SafeText("小姐")))
    silver = MemberUpdate(member=uid("m1"), fields=MemberFields(honorific=SafeText("女士")))
    reply = await bench.push(bench.op(gold, uid("u1")), bench.op(silver, uid("u2")))
    assert results(reply) == ["applied", "merged"]
    assert reply.answers[1].kept == ("honorific",)
    assert {row.kind for row in reply.answers[1].rows} == {"member", "contact"}


async def test_a_task_done_twice_writes_once(bench: Bench) -> None:
    task = TaskAdd(title=SafeText("call back"))
    reply = await bench.push(
        bench.op(task, uid("t1")),
        bench.op(TaskDone(task=uid("t1")), uid("x1")),
        bench.op(TaskDone(task=uid("t1")), uid("x2")),
    )
    assert [(answer.result, answer.seq) for answer in reply.answers] == [("applied", 1), ("applied", 2), ("applied", 0)]


async def test_rows_that_an_alias_of_the_same_frame_leads_to_are_looked_up_too(bench: Bench) -> None:
    """The verdict on the second call means the first, whose callback is there already: it is not made a second time."""
    shown = Caller(raw=SafeText("0912345678"), e164="+886912345678", presentation=Presentation.SHOWN)
    c1, c2 = call_id("s1", "1"), call_id("s2", "2")

    def report(call: str, *also: str, native: str = "1") -> CallReport:
        event = CallEvent(event=EventKind.RINGING, at=NOW, source=f"s{native}", native_id=native, caller=shown)
        return CallReport(call=call, events=(event,), also=also)

    missed = CallVerdict(call=c1, verdict="missed", title=SafeText("Call back"))
    await bench.push(
        bench.op(report(c1), uid("r1")), bench.op(report(c2, native="2"), uid("r2")), bench.op(missed, uid("v1"))
    )
    task = await bench.row("task", callback_id(c1))
    again = CallVerdict(call=c2, verdict="missed", title=SafeText("Call back"))
    reply = await bench.push(bench.op(report(c1, c2, native="3"), uid("r3")), bench.op(again, uid("v2"), at=NOW + 5))
    assert [answer.result for answer in reply.answers] == ["applied", "applied"]
    assert await bench.row("task", callback_id(c1)) == task
    assert await bench.row("task", callback_id(c2)) is None
