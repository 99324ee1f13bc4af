"""What a device must not be able to do to the others, whatever it sends."""

from typing import Any

import msgspec
import pytest

from ringdesk import ids, ops
from ringdesk.articles import Article, ArticleKind
from ringdesk.calls import Caller, CallEvent, EventKind, Leg, LegState, Presentation
from ringdesk.channels import project
from ringdesk.errors import BadInput
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.members import Member, MemberNumber
from ringdesk.merge import bounds
from ringdesk.notes import Note
from ringdesk.ops import (
    Args,
    ArticleAsk,
    ArticleSave,
    CallClaim,
    CallHand,
    CallHold,
    CallReport,
    CallVerdict,
    CallWrapup,
    ContactAdd,
    MemberAdd,
    MemberFields,
    MemberUpdate,
    NoteAdd,
    NumberAttach,
    NumberChoose,
    NumberDetach,
    NumberMarked,
    PresenceSet,
    Row,
    TaskAdd,
    TaskFields,
    TaskUpdate,
)
from ringdesk.ops.touched import _MADE, makes, touches
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind
from ringdesk.wire import limits
from ringdesk.wire.values import Answer
from server.accept import guards, import_rows
from server.store.base import Store
from server.store.values import DeviceClass, LineRow, Person, Site, Source
from tests.server.accept.test_frame import ENTRY, KEY, NOW, Bench, bench, device, fact, named, store, uid

__all__ = ["bench", "device", "store"]


def outcome(answer: Answer) -> tuple[str, str | None]:
    return answer.result, answer.code


def rung(native: str = "1", kind: EventKind = EventKind.RINGING, **more: Any) -> CallEvent:
    return CallEvent(event=kind, at=NOW, source="line", native_id=native, **more)


CALL = ids.call_id("line", "1")
CALLER = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)


async def body(bench: Bench, kind: str, row: str) -> bytes:
    held = await bench.store.order.row((kind, row))
    assert held is not None
    return held.body or b""


class TestTheSizeOfARow:
    async def test_a_row_never_grows_beyond_what_a_page_can_carry(self, bench: Bench) -> None:
        await bench.push(bench.op(named(), uid("m1")))
        codes = set()
        for number in range(8):
            words = tuple(SafeText(f"{number}{each:03d}" + "x" * 450) for each in range(bounds.MAX_WORDS - 3))
            given: dict[str, Any] = {("tags", "flags", "facts")[number % 3]: words}
            fields = MemberFields(**given)
            reply = await bench.push(bench.op(MemberUpdate(member=uid("m1"), fields=fields), uid(f"u{number}")))
            codes.add(reply.answers[0].code)
            assert len(await body(bench, "member", uid("m1"))) <= limits.ROW_MAX
        assert codes == {None, "row_too_large"}
        less = MemberUpdate(member=uid("m1"), fields=MemberFields(tags=(), flags=(), facts=()))
        assert (await bench.push(bench.op(less, uid("u9")))).answers[0].code is None

    async def test_an_import_names_the_row_that_is_too_large(self, bench: Bench) -> None:
        words = tuple(SafeText(f"{each:03d}" + "x" * 450) for each in range(200))
        large = Member(id=uid("m1"), tags=words)
        with pytest.raises(BadInput, match=f"{uid('m1')}: .*take something out"):
            await import_rows(bench.store.order, KEY, [("member", large)], ENTRY)

    async def test_a_line_that_says_too_much_of_one_call_is_taken_as_far_as_it_fits(self, bench: Bench) -> None:
        for start in range(0, 120, 40):
            legs = [
                rung(
                    f"{start + n}" + "y" * 400,
                    EventKind.LEG,
                    leg=Leg(SafeText(f"{start + n:03d}" + "x" * 400), LegState.RINGING),
                )
                for n in range(20)
            ]
            report = CallReport(call=CALL, events=(rung(), *legs))
            assert outcome((await bench.push(bench.op(report, uid(f"r{start}")))).answers[0]) == ("applied", None)
        row = await bench.row("call", CALL)
        assert (len(row.sources), len(row.legs)) == (bounds.MAX_SOURCES, 60)
        assert len(await body(bench, "call", CALL)) <= limits.ROW_MAX
        many = tuple(rung(kind=EventKind.LEG, leg=Leg(SafeText(f"a{n}"), LegState.RINGING)) for n in range(90))
        await bench.push(bench.op(CallReport(call=CALL, events=many), uid("r-many")))
        assert len((await bench.row("call", CALL)).legs) == bounds.MAX_LEGS
        ended = CallReport(call=CALL, events=(rung(kind=EventKind.ENDED),))
        await bench.push(bench.op(ended, uid("r-end")))
        assert not (await bench.row("call", CALL)).live


async def test_what_did_not_fit_leaves_nothing_behind(bench: Bench, store: Store) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    words = tuple(SafeText(f"{each:02d}" + "x" * 490) for each in range(60))
    fields = [MemberFields(tags=words), MemberFields(flags=words), MemberFields(facts=words)]
    before = msgspec.structs.replace(await bench.row("member", uid("m1")), revs={})
    reply = await bench.push(
        *[bench.op(MemberUpdate(member=uid("m1"), fields=each), uid(f"u{n}")) for n, each in enumerate(fields)]
    )
    assert [answer.code for answer in reply.answers] == [None, None, "row_too_large"]
    row = await bench.row("member", uid("m1"))
    assert (row.tags, row.flags, row.facts) == (words, words, before.facts)
    held = await store.order.row(("member", uid("m1")))
    assert held is not None
    assert ops.decode_row("member", held.body or b"") == row


async def west(bench: Bench, cls: DeviceClass = "desk") -> Bench:
    """A device of another store, with the same person on it."""
    await bench.store.register.add_site(Site("west", "west"), ENTRY)
    return Bench(bench.store, await device(bench.store, "d2", "west", cls))


class TestTheCallsOfAnotherStore:
    async def test_nobody_there_can_report_or_take_or_end_them(self, bench: Bench) -> None:
        other = await west(bench)
        await bench.push(bench.op(CallReport(call=CALL, events=(rung(),)), uid("r1")))
        before = await bench.row("call", CALL)
        reply = await other.push(
            other.op(CallReport(call=CALL, events=(rung(kind=EventKind.ENDED),)), uid("x1")),
            other.op(CallClaim(call=CALL), uid("x2")),
            other.op(CallHold(call=CALL), uid("x3")),
            other.op(CallHand(call=CALL, to="p1", to_name=SafeText("Mei")), uid("x4")),
            other.op(CallWrapup(call=CALL, code=SafeText("order")), uid("x5")),
            other.op(CallVerdict(call=CALL, verdict="missed"), uid("x6")),
            other.op(NoteAdd(call=CALL, text=SafeLines("mine")), uid("x8")),
            other.op(TaskAdd(call=CALL, title=SafeText("mine")), uid("x9")),
            other.op(PresenceSet(state=PresenceState.BUSY, call=CALL), uid("xa")),
            other.op(ArticleAsk(text=SafeText("mine"), call=CALL), uid("xb")),
        )
        assert [outcome(answer) for answer in reply.answers] == [
            ("rejected", "unknown_source"),
            *[("rejected", "unknown_call")] * 9,
        ]
        assert "give this desk's own another id=" in str(reply.answers[0].message), "it is told what to do"
        nobody = (await other.push(other.op(CallClaim(call="none"), uid("x7")))).answers[0]
        assert str(reply.answers[1].message).replace(CALL, "none") == nobody.message
        assert await bench.row("call", CALL) == before
        assert outcome((await bench.push(bench.op(CallClaim(call=CALL), uid("k1")))).answers[0]) == ("applied", None)

    async def test_a_report_does_not_swallow_calls_of_other_callers(self, bench: Bench) -> None:
        """Whatever it says that they were, they ring on."""
        victim = ids.call_id("hook", "v")
        other = msgspec.structs.replace(CALLER, raw=SafeText("0911000111"), e164="+886911000111")
        seen = msgspec.structs.replace(rung("v"), source="hook", caller=other)
        await bench.push(bench.op(CallReport(call=victim, events=(seen,)), uid("r1")))
        mine = CallReport(call=CALL, events=(rung(caller=CALLER),), also=(victim,))
        await bench.push(bench.op(mine, uid("r2")))
        row = await bench.row("call", victim)
        assert (row.merged_into, row.live) == (None, True)

    async def test_what_was_applied_before_a_restore_is_not_judged_again(self, bench: Bench) -> None:
        other = await west(bench)
        await bench.push(bench.op(CallReport(call=CALL, events=(rung(),)), uid("r1")))
        reply = await other.push(fact(other.op(CallClaim(call=CALL), uid("x1"))))
        assert outcome(reply.answers[0]) == ("applied", None)

    async def test_a_source_of_the_central_settings_is_heard_by_its_stores_alone(self, bench: Bench) -> None:
        other = await west(bench)
        register = bench.store.register
        await register.put_source(
            Source(id="line", dialect="modem", url="serial://COM3"),
            [LineRow(id="1", source="line", site="main")],
            ENTRY,
        )
        report = CallReport(call=CALL, events=(rung(),))
        taken = (await other.push(other.op(report, uid("x1")))).answers[0]
        assert outcome(taken) == ("rejected", "unknown_source")
        assert outcome((await bench.push(bench.op(report, uid("r1")))).answers[0]) == ("applied", None)

    @pytest.mark.parametrize(
        "alias", [str(ids.space_of("line")), str(ids.space_of("line")).upper(), ids.space_of("line").hex]
    )
    async def test_also_under_another_name_that_makes_the_same_ids(self, bench: Bench, alias: str) -> None:
        other = await west(bench)
        line = LineRow(id="1", source="line", site="main")
        await bench.store.register.put_source(Source(id="line", dialect="modem", url="serial://COM3"), [line], ENTRY)
        event = msgspec.structs.replace(rung(), source=alias)
        assert ids.call_id(alias, "1") == CALL
        taken = (await other.push(other.op(CallReport(call=CALL, events=(event,)), uid("x1")))).answers[0]
        assert outcome(taken) == ("rejected", "unknown_source")

    async def test_a_source_without_a_line_is_that_of_the_first_store(self, bench: Bench) -> None:
        other = await west(bench)
        await bench.store.register.put_source(Source(id="line", dialect="modem", url="serial://COM3"), [], ENTRY)
        report = CallReport(call=CALL, events=(rung(),))
        assert outcome((await other.push(other.op(report, uid("x1")))).answers[0]) == ("rejected", "unknown_source")
        assert outcome((await bench.push(bench.op(report, uid("r1")))).answers[0]) == ("applied", None)

    async def test_a_call_is_opened_under_the_id_that_follows_from_its_line(self, bench: Bench) -> None:
        linked = rung("3", EventKind.LINKED, linked_id="4")
        reply = await bench.push(
            bench.op(CallReport(call="mine", events=(rung(),)), uid("r1")),
            bench.op(CallReport(call=ids.call_id("line", "2"), events=(rung("1"), rung("2"))), uid("r2")),
            bench.op(CallReport(call=ids.call_id("line", "4"), events=(linked,)), uid("r3")),
        )
        assert [outcome(answer) for answer in reply.answers] == [("rejected", "bad_op"), *[("applied", None)] * 2]


MAKING: list[tuple[str, Row, Args]] = [
    ("note", Note(id=uid("x0"), text=SafeLines("kept")), NoteAdd(member=uid("m1"), text=SafeLines("mine"))),
    ("task", Task(id=uid("x1"), title=SafeText("kept")), TaskAdd(title=SafeText("mine"))),
    (
        "contact",
        Contact(id=uid("x2"), member=uid("m1"), kind=ContactKind.VISIT, at=1.0, text=SafeText("kept")),
        ContactAdd(member=uid("m1"), kind=ContactKind.VISIT, text=SafeText("mine")),
    ),
    ("member", Member(id=uid("x3"), name=SafeText("kept")), MemberAdd(fields=MemberFields(name=SafeText("mine")))),
    (
        "contact",
        Contact(id=uid("x4"), member=uid("m1"), kind=ContactKind.VISIT, at=1.0, text=SafeText("kept")),
        MemberUpdate(member=uid("m1"), fields=MemberFields(honorific=SafeText("mine"))),
    ),
    (
        "contact",
        Contact(id=uid("x5"), member=uid("m1"), kind=ContactKind.VISIT, at=1.0, text=SafeText("kept")),
        CallWrapup(call=CALL, code=SafeText("order"), member=uid("m1")),
    ),
    (
        "article",
        Article(id=uid("x6"), kind=ArticleKind.ANSWER, title=SafeText("kept")),
        ArticleAsk(text=SafeText("mine")),
    ),
    (
        "article",
        Article(id=uid("x7"), kind=ArticleKind.ANSWER, title=SafeText("kept")),
        ArticleSave(kind=ArticleKind.ANSWER, title=SafeText("mine")),
    ),
    ("mark", NumberMark(id=uid("x8"), raw=SafeText("0911")), NumberMarked(raw=SafeText("0922"), label=MarkLabel.JUNK)),
]
"""A row, and an op that would write over it if it had its id."""


async def test_an_op_writes_over_no_row_that_it_did_not_make(bench: Bench) -> None:
    boss = Person(id="p2", name="Boss", folded="boss", role="supervisor", password="")
    await bench.store.register.add_person(boss, ENTRY)
    grant = bench.signed(person="p2", roles=("supervisor",))
    lin: tuple[str, Row] = ("member", Member(id=uid("m1"), name=SafeText("Lin")))
    await import_rows(bench.store.order, KEY, [lin, *((kind, row) for kind, row, _ in MAKING)], ENTRY)
    await bench.push(bench.op(CallReport(call=CALL, events=(rung(),)), uid("r1")))
    for kind, row, args in MAKING:
        op = bench.op(args, row.id, grant=grant)
        assert outcome((await bench.push(op)).answers[0]) == ("rejected", "id_taken"), args
        assert outcome((await bench.push(op)).answers[0]) == ("rejected", "id_taken")  # the stored answer
        assert await bench.row(kind, row.id) == row
    again = bench.op(NoteAdd(member=uid("m1"), text=SafeLines("mine")), uid("fresh"))
    first, second = await bench.push(again), await bench.push(again)
    assert first.answers == second.answers
    assert outcome(first.answers[0]) == ("applied", None)


async def test_nobody_takes_the_place_of_a_callback_that_is_still_to_come(bench: Bench) -> None:
    await bench.push(bench.op(CallReport(call=CALL, events=(rung(caller=CALLER),)), uid("r1")))
    outsider = await west(bench)
    callback = ids.callback_id(CALL)
    early = (await outsider.push(outsider.op(TaskAdd(title=SafeText("mine")), callback))).answers[0]
    assert outcome(early) == ("rejected", "id_taken")
    missed = CallVerdict(call=CALL, verdict="missed", title=SafeText("call back"))
    assert outcome((await bench.push(bench.op(missed, uid("v1")))).answers[0]) == ("applied", None)
    assert (await bench.row("task", callback)).title == "call back"


@pytest.mark.parametrize(
    "op_id", ["", "m1", "../x", "\x1b[2J", uid("x").upper(), uid("x").replace("-", ""), f"{{{uid('x')}}}"]
)
async def test_the_id_of_an_op_is_a_uuid(bench: Bench, op_id: str) -> None:
    assert outcome((await bench.push(bench.op(named(), op_id))).answers[0]) == ("rejected", "bad_op")


def test_every_kind_that_touches_a_row_of_its_own_id_says_so() -> None:
    """Else nobody would look whether it is taken."""
    assert {type(args) for _, _, args in MAKING} == set(_MADE)
    for kind, row, args in MAKING:
        assert makes(row.id, args) == (kind, row.id)
        assert (kind, row.id) in touches(row.id, args)
    changed = ArticleSave(article="a1", kind=ArticleKind.ANSWER, title=SafeText("t"))
    assert makes("x", changed) is makes("x", CallClaim(call="c")) is None


NUMBERS = (
    MemberNumber(SafeText("0912345678"), "+886912345678", SafeText("mother 0922333444")),
    MemberNumber(SafeText("0987654321"), "+886987654321"),
)
LIN = Member(
    id=uid("m1"),
    name=SafeText("Lin 0912345678"),
    numbers=NUMBERS,
    facts=(SafeText("mother: 0912345678"), SafeText("left-handed")),
)


class Till:
    """A till that holds what a till may hold of one member."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    async def holds(self, kind: str, row: str) -> Any:
        return project(kind, await self.bench.row(kind, row), "masked")

    async def saves(self, args: Args, op_id: str, **more: Any) -> tuple[str, str | None]:
        return outcome((await self.bench.push(self.bench.op(args, op_id, **more))).answers[0])


@pytest.fixture
async def till(store: Store) -> Till:
    await import_rows(store.order, KEY, [("member", LIN)], ENTRY)
    return Till(Bench(store, await device(store, uid("t1"), cls="till")))


class TestATillThatSavesWhatItSees:
    async def test_writes_nothing_over(self, till: Till) -> None:
        seen = await till.holds("member", uid("m1"))
        numbers = (*seen.numbers, MemberNumber(SafeText("0911222333"), "+886911222333"))
        facts = (*seen.facts, SafeText("has a dog"))
        given = MemberFields(name=seen.name, facts=facts, numbers=numbers)
        assert await till.saves(MemberUpdate(member=uid("m1"), fields=given), uid("u1")) == ("applied", None)
        row = await till.bench.row("member", uid("m1"))
        assert row.numbers == (*NUMBERS, numbers[-1])
        assert (row.name, row.facts) == (LIN.name, (*LIN.facts, "has a dog"))
        less = MemberFields(numbers=seen.numbers[1:], facts=seen.facts[1:])
        assert await till.saves(MemberUpdate(member=uid("m1"), fields=less), uid("u2"), base=row.revs) == (
            "applied",
            None,
        )
        row = await till.bench.row("member", uid("m1"))
        assert (row.numbers, row.facts) == (NUMBERS[1:], ("left-handed",))

    @pytest.mark.parametrize(
        "fields",
        [
            MemberFields(name=SafeText("Lin ***999")),
            MemberFields(facts=(SafeText("his mother: ***678"),)),
            MemberFields(tags=(SafeText("***678"),)),
            MemberFields(numbers=(MemberNumber(SafeText("***111")),)),
            MemberFields(numbers=(MemberNumber(SafeText("***")),)),
            MemberFields(numbers=(MemberNumber(SafeText("0911222333"), None, SafeText("of ***678")),)),
        ],
    )
    async def test_any_other_end_of_a_number_is_refused(self, till: Till, fields: MemberFields) -> None:
        assert await till.saves(MemberUpdate(member=uid("m1"), fields=fields), uid("u1")) == (
            "rejected",
            "masked_number",
        )
        assert await till.bench.row("member", uid("m1")) == LIN

    async def test_one_of_two_that_look_alike_is_not_guessed_at(self, till: Till) -> None:
        twins = (SafeText("a 0912345678"), SafeText("a 0900000678"))
        clear = Bench(till.bench.store, await device(till.bench.store, "d9"))
        await clear.push(clear.op(MemberUpdate(member=uid("m1"), fields=MemberFields(facts=twins)), uid("c1")))
        seen = (await till.holds("member", uid("m1"))).facts
        one, both = MemberFields(facts=seen[:1]), MemberFields(facts=seen)
        base = {"facts": 1}
        assert await till.saves(MemberUpdate(member=uid("m1"), fields=both), uid("u1"), base=base) == ("applied", None)
        assert await till.saves(MemberUpdate(member=uid("m1"), fields=one), uid("u2"), base=base) == (
            "rejected",
            "masked_number",
        )
        assert (await till.bench.row("member", uid("m1"))).facts == twins

    async def test_a_number_is_taken_off_by_its_end(self, till: Till) -> None:
        assert await till.saves(NumberDetach(member=uid("m1"), raw=SafeText("***678")), uid("u1")) == ("applied", None)
        assert (await till.bench.row("member", uid("m1"))).numbers == NUMBERS[1:]

    async def test_a_task_keeps_its_number(self, till: Till) -> None:
        add = TaskAdd(member=uid("m1"), title=SafeText("call 0912345678"), number=SafeText("0912345678"))
        assert await till.saves(add, uid("t1")) == ("applied", None)
        seen = await till.holds("task", uid("t1"))
        fields = TaskFields(title=seen.title, number=seen.number, due=SafeText("2026-12-31"))
        assert await till.saves(TaskUpdate(task=uid("t1"), fields=fields), uid("t2")) == ("applied", None)
        row = await till.bench.row("task", uid("t1"))
        assert (row.title, row.number, row.due) == ("call 0912345678", "0912345678", "2026-12-31")
        other = TaskUpdate(task=uid("t1"), fields=TaskFields(title=SafeText("call ***678 now")))
        assert await till.saves(other, uid("t3")) == ("rejected", "masked_number")
        by_end = TaskAdd(member=uid("m1"), title=SafeText("call back"), number=SafeText("***321"))
        assert await till.saves(by_end, uid("t4")) == ("applied", None)
        assert (await till.bench.row("task", uid("t4"))).number == "+886987654321"
        unknown = TaskAdd(member=uid("m1"), title=SafeText("call back"), number=SafeText("***000"))
        assert await till.saves(unknown, uid("t5")) == ("rejected", "masked_number")


@pytest.mark.parametrize(
    "args",
    [
        NoteAdd(member="\x1b[2J", text=SafeLines("x")),
        NoteAdd(call="", text=SafeLines("x")),
        NoteAdd(parent="", text=SafeLines("x")),
        TaskAdd(title=SafeText("x"), assignee="\x1b[2J"),
        TaskUpdate(task=uid("t1"), fields=TaskFields(assignee="")),
        TaskUpdate(task=uid("t1"), fields=TaskFields(member="")),
        PresenceSet(state=PresenceState.READY, member="é"),
        PresenceSet(state=PresenceState.READY, call="x" * 65),
        NumberMarked(mark="", raw=SafeText("0911"), label=MarkLabel.JUNK),
        NumberMarked(raw=SafeText("0911"), e164="\x1b[31m+886", label=MarkLabel.JUNK),
        NumberAttach(member=uid("m1"), number=MemberNumber(SafeText("0911"), "+" + "9" * 16)),
        NumberChoose(member=uid("m1"), e164="0911"),
        MemberAdd(fields=MemberFields(numbers=(MemberNumber(SafeText("0911"), "+"),))),
        CallHand(call=CALL, to="\u202e", to_name=SafeText("x")),
    ],
)
async def test_what_is_no_id_or_no_number_is_none(bench: Bench, args: Args) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    assert outcome((await bench.push(bench.op(args, uid("x1")))).answers[0]) == ("rejected", "bad_op")


async def test_a_task_becomes_a_members_whom_the_server_knows(bench: Bench) -> None:
    await bench.push(bench.op(named(), uid("m1")), bench.op(TaskAdd(title=SafeText("x")), uid("t1")))
    reply = await bench.push(
        bench.op(TaskUpdate(task=uid("t1"), fields=TaskFields(member=uid("m9"))), uid("u1")),
        bench.op(TaskUpdate(task=uid("t1"), fields=TaskFields(member=uid("m1"))), uid("u2")),
    )
    assert [answer.code for answer in reply.answers] == ["unknown_member", None]
    assert (await bench.row("task", uid("t1"))).member == uid("m1")


class TestColleagues:
    async def test_are_called_what_the_server_calls_them(self, bench: Bench) -> None:
        await bench.push(
            bench.op(CallReport(call=CALL, events=(rung(),)), uid("r1")),
            bench.op(TaskAdd(title=SafeText("x"), assignee="p1", assignee_name=SafeText("Boss")), uid("t1")),
            bench.op(CallHand(call=CALL, to="p1", to_name=SafeText("Boss")), uid("h1")),
        )
        assert (await bench.row("task", uid("t1"))).assignee_name == "Mei"
        assert (await bench.row("call", CALL)).claimed_name == "Mei"
        await bench.push(bench.op(TaskUpdate(task=uid("t1"), fields=TaskFields(assignee=None)), uid("t2")))
        assert (await bench.row("task", uid("t1"))).assignee is None

    async def test_have_to_be_some(self, bench: Bench) -> None:
        gone = Person(id="p9", name="Gone", folded="gone", role="agent", password="")
        await bench.store.register.add_person(gone, ENTRY)
        await bench.store.register.revoke_person("p9", ENTRY)
        await bench.push(bench.op(CallReport(call=CALL, events=(rung(),)), uid("r1")))
        reply = await bench.push(
            bench.op(CallHand(call=CALL, to="", to_name=SafeText("")), uid("h1")),
            bench.op(CallHand(call=CALL, to="nobody", to_name=SafeText("x")), uid("h2")),
            bench.op(TaskAdd(title=SafeText("x"), assignee="p9"), uid("h3")),
        )
        assert [outcome(answer) for answer in reply.answers] == [("rejected", "unknown_person")] * 3


async def test_a_fast_clock_does_not_outdo_those_that_are_right(bench: Bench) -> None:
    late = 2.0**33 - 1
    ringing = msgspec.structs.replace(rung(), at=late)
    number = MemberNumber(SafeText("0911222333"), "+886911222333", chosen_at=1e308)
    await bench.push(
        bench.op(CallReport(call=CALL, events=(ringing,), uncertainty=1e308), uid("r1"), at=late),
        bench.op(MemberAdd(fields=MemberFields(name=SafeText("A"), numbers=(number,))), uid("m1")),
        bench.op(PresenceSet(state=PresenceState.READY), uid("s1"), at=late),
    )
    bench.now = NOW + 100
    await bench.push(bench.op(PresenceSet(state=PresenceState.BREAK), uid("s2"), at=NOW + 100))
    call, member, presence = [
        await bench.row(*key) for key in (("call", CALL), ("member", uid("m1")), ("presence", "p1"))
    ]
    assert (call.started, member.numbers[0].chosen_at) == (NOW + guards.AHEAD, NOW + guards.AHEAD)
    assert presence.state is PresenceState.BREAK


async def test_an_uncertainty_is_at_most_an_hour(bench: Bench) -> None:
    old = msgspec.structs.replace(rung(), at=NOW - 4000)
    reply = await bench.push(bench.op(CallReport(call=CALL, events=(old,), uncertainty=1e308), uid("r1")))
    assert reply.answers[0].flags == ("history",)


async def test_an_op_twice_in_one_frame_is_one(bench: Bench) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    add = NoteAdd(member=uid("m1"), text=SafeLines("once"))
    first, second = bench.op(add, uid("n1")), bench.op(add, uid("n1"))
    reply = await bench.push(first, second)
    assert [(answer.dev_seq, *outcome(answer)) for answer in reply.answers] == [
        (2, "applied", None),
        (3, "applied", None),
    ]
    assert reply.answers[0].seq == reply.answers[1].seq
    again = await bench.push(first, second)
    assert again.answers == reply.answers
    assert outcome((await bench.push(bench.op(add, uid("n2")))).answers[0]) == ("applied", None)


async def test_an_id_twice_in_one_frame_for_two_things_is_a_clone(bench: Bench) -> None:
    await bench.push(bench.op(named(), uid("m1")))
    ones = [bench.op(NoteAdd(member=uid("m1"), text=SafeLines(text)), uid("n1")) for text in ("one", "two")]
    assert (await bench.push(*ones)).fenced
