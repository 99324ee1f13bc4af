"""Push, pull and live, end to end over real sockets."""

import time
from pathlib import Path
from uuid import uuid4

from ringdesk.calls import Call, CallEvent, EventKind
from ringdesk.ids import call_id
from ringdesk.members import MemberNumber
from ringdesk.ops import CallClaim, CallReport, CallWrapup
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Changes
from server import admin
from tests.server.parts import member, note, shop


async def test_what_one_desk_writes_the_other_gets_live_and_the_author_its_origin(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        a, b = await it.terminal(), await it.terminal()
        for desk in (a, b):
            await desk.pull("org@clear")
        add = a.op(member())
        wrote = a.op(note(add.op_id))
        answers = (await a.push(add, wrote)).answers
        assert [answer.result for answer in answers] == ["applied", "applied"]
        assert [answer.seq for answer in answers] == [1, 2]
        await b.expect(Changes, lambda said: said.page.seq == 2)
        assert [row["text"] for row in b.bodies("org@clear", "note")] == ["要改取貨時間"]
        assert b.origins == set()
        await a.pull("org@clear")
        assert a.origins == {(add.op_id, 1), (wrote.op_id, 2)}


async def test_a_till_holds_masked_numbers_only(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        desk, till = await it.terminal(), await it.terminal("till")
        await till.pull("org@masked")
        number = MemberNumber(SafeText("0912345678"), "+886912345678")
        await desk.push(desk.op(member(numbers=(number,))))
        await till.expect(Changes)
        assert [row["numbers"][0]["raw"] for row in till.bodies("org@masked", "member")] == ["***678"]
        assert b"912345" not in b"".join(bytes(image.body or b"") for image in till.images.values())
        await till.pull("org@masked")
        assert till.heads["org@masked"].count == 1


async def test_a_claim_withdraws_the_call_at_the_other_desks_and_the_second_one_is_refused(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        await it.person("ann")
        a, b = await it.terminal(), await it.terminal(user="ann")
        async with it.office() as office:
            await admin.import_rows(office, [("call", Call(id="c1", site="main"))])
        for desk in (a, b):
            await desk.pull("store:main@clear")
        await a.push(a.op(CallClaim(call="c1")))
        await b.expect(Changes)
        (row,) = b.bodies("store:main@clear", "call")
        assert row["claimed_by"]
        assert (await b.push(b.op(CallClaim(call="c1")))).answers[0].code == "already_claimed"
        await a.push(a.op(CallWrapup(call="c1", code=SafeText("order"))))
        await b.expect(Changes)
        (row,) = b.bodies("store:main@clear", "call")
        assert (row["state"], row["disposition"]) == ("ended", "order")


def report(source: str, at: float, native: str = "1") -> CallReport:
    event = CallEvent(event=EventKind.RINGING, at=at, source=source, native_id=native)
    return CallReport(call=call_id(source, native), events=(event,))


async def test_two_desks_that_report_one_call_make_one_and_an_old_report_is_flagged(tmp_path: Path) -> None:
    async with shop(tmp_path) as it:
        a, b = await it.terminal(user=None), await it.terminal(user=None)
        for desk in (a, b):
            await desk.pull("store:main@clear")
        source = str(uuid4())
        call, now = call_id(source, "1"), time.time()
        first = (await a.push(a.op(report(source, now)))).answers[0]
        assert (first.result, first.flags) == ("applied", ())
        assert (await b.push(b.op(report(source, now)))).answers[0].result == "applied"
        old = (await b.push(b.op(report(source, now - 1200, "2")))).answers[0]
        assert old.flags == ("history",)
        await a.pull("store:main@clear")
        rows = {row["id"]: row["site"] for row in a.bodies("store:main@clear", "call")}
        assert rows == {call: "main", call_id(source, "2"): "main"}
