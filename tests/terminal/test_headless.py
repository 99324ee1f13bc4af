"""The line protocol of contracts.md 6, on a real desk."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.rules.permissions import DUMPS
from terminal.desk import Desk
from terminal.headless import MAX_LINE, Asked, Headless, Lines
from tests.terminal.desk.place import NUMBER, opened

Answer = dict[str, Any]


async def conversation(desk: Desk, *pieces: bytes) -> list[Answer]:
    """Say all of it; every line that came back, until the end."""
    printed: list[bytes] = []

    async def chunks() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async with asyncio.timeout(20):
        await Headless(desk, printed.append).run(chunks())
    return [json.loads(line) for line in b"".join(printed).splitlines()]


async def answers(desk: Desk, *commands: Answer) -> list[Answer]:
    """The answers to commands, without the events between them."""
    said = await conversation(desk, b"".join(json.dumps(command).encode() + b"\n" for command in commands))
    return [line for line in said if "did" in line]


async def test_every_command_is_answered_in_order_with_its_ref(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring(NUMBER)
        commands: list[Answer] = [
            {"do": "lookup", "query": "美玲"},
            {"do": "open", "member": "m1"},
            {"do": "note", "member": "m1", "call": None, "text": "一"},
            {"do": "task", "member": "m1", "title": "call back", "due": "2030-01-02"},
            {"do": "update", "member": "m1", "fields": {"tags": ["vip"]}},
            {"do": "dump", "what": "notes"},
            {"do": "dump", "what": "ledger"},
            {"do": "state"},
            {"do": "quit"},
        ]
        said = await answers(place.desk, *({**each, "ref": n} for n, each in enumerate(commands)))
        assert [(each["did"], each["ref"]) for each in said] == [(each["do"], n) for n, each in enumerate(commands)]
        assert all(each["ok"] for each in said)
        found, card, note, _task, _update, notes, ledger, state, _ = said
        assert found["results"] == [
            {
                "member": "m1",
                "name": "林美玲",
                "why": found["results"][0]["why"],
                "why_code": "name_matches",
                "guess": True,
            }
        ]
        assert card["member"]["id"] == "m1"
        assert (card["timeline"], card["tasks"]) == ([], [])
        (row,) = notes["rows"]
        assert {"id", "op_id", "member", "call", "text", "author", "at", "state"} <= row.keys()
        assert (row["op_id"], row["text"], row["state"]) == (note["op_id"], "一", "pending")
        assert ledger["rows"] == []
        assert (state["connected"], state["outbox"]) == (False, 4)


async def test_call_commands(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        await place.hand.ring(NUMBER)
        async with asyncio.timeout(10):
            while not place.desk.calls():
                await asyncio.sleep(0.01)
        call = place.desk.calls()[0].id
        said = await conversation(
            place.desk,
            json.dumps({"do": "claim", "call": call}).encode() + b"\n",
            json.dumps({"do": "wrapup", "call": call, "code": "handled"}).encode() + b"\n",
            b'{"do":"dump","what":"calls"}\n',
        )
        (pop,) = [line for line in said if line.get("event") == "screen_pop"]
        assert {"call", "caller", "matches", "timeline", "tasks", "greeting"} <= pop.keys()
        assert (pop["call"], pop["caller"]["e164"]) == (call, "+886912345678")
        assert pop["matches"][0] == {
            "member": "m1",
            "name": "林美玲",
            "why": "this number is on the member's card",
            "why_code": "number_exact",
            "guess": False,
        }
        news = [line for line in said if line.get("event") == "call"]
        assert {line["call"] for line in news} == {call}
        assert (news[0]["claimed_by"], news[0]["mine"]) == ("me", True)
        (rows,) = [line["rows"] for line in said if line.get("did") == "dump"]
        assert [(row["call"], row["state"], row["disposition"]) for row in rows] == [(call, "ended", "handled")]


async def test_any_kind_of_op_can_be_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        said = await conversation(
            place.desk,
            json.dumps({"do": "op", "kind": "presence.set", "args": {"state": "break"}}).encode() + b"\n",
            json.dumps({"do": "op", "kind": "article.save", "args": {"kind": "notice", "title": "x"}}).encode() + b"\n",
            b'{"do":"op","kind":"no.such","args":{}}\n{"do":"op","kind":"call.hold","args":{"call":5}}\n',
            b'{"do":"dump","what":"presence"}\n',
        )
        told = [line for line in said if line.get("event") == "presence"]
        assert [(line["id"], line["state"]) for line in told] == [("me", "break")]
        answers = [line for line in said if "did" in line]
        assert [line.get("error") for line in answers] == [None, "not_allowed", "bad_command", "bad_command", None]
        assert [row["name"] for row in answers[-1]["rows"]] == ["Mei"]


@pytest.mark.parametrize(
    ("line", "did", "ref"),
    [
        (b"not json", None, None),
        (b"[1]", None, None),
        (b'{"do":"fly","ref":"r"}', "fly", "r"),
        (b'{"ref":3}', None, 3),
        (b'{"do":"note","ref":1}', "note", 1),
        (b'{"do":"open","member":7}', "open", None),
        (b'{"do":"dump","what":"everything"}', "dump", None),
        (b'{"do":"lookup","query":"\xff"}', "lookup", None),
        (b"[" * 5000, None, None),
        (b'{"do":"note","text":"' + b"x" * MAX_LINE + b'"}', None, None),
    ],
)
async def test_what_is_no_command_is_refused_and_the_conversation_goes_on(
    tmp_path: Path, line: bytes, did: object, ref: object
) -> None:
    async with opened(tmp_path) as place:
        said = [each for each in await conversation(place.desk, line + b"\n", b'{"do":"state"}\n') if "did" in each]
        assert len(said) == 2
        assert (said[0]["did"], said[0].get("ref"), said[0]["ok"], said[0]["error"]) == (did, ref, False, "bad_command")
        assert "\n" not in said[0]["message"]
        assert said[1]["ok"]


async def test_refusals_carry_their_code(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        said = await answers(
            place.desk,
            {"do": "open", "member": "nobody"},
            {"do": "note", "member": None, "call": "nothing", "text": "x"},
            {"do": "earn", "member": "m1", "amount": 5, "receipt": "A1"},
            {"do": "redeem", "member": "m1", "points": 5, "receipt": "A1"},
        )
        assert [each["error"] for each in said] == ["unknown_member", "unknown_call", "not_allowed", "not_allowed"]
        assert "later version" in said[2]["message"]


async def test_a_note_that_no_op_can_carry_is_refused_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        texts = ["x" * 20_000, "x" * 40_000, "好" * 16_001]
        said = await answers(
            place.desk, *({"do": "note", "text": text} for text in texts), {"do": "dump", "what": "notes"}
        )
        assert [each.get("error") for each in said] == [None, "too_large", "too_large", None]
        assert [len(row["text"]) for row in said[3]["rows"]] == [20_000]


@pytest.mark.parametrize("rev", [2**53 + 1, 2**64, -1])
async def test_a_revision_that_the_wire_cannot_carry_never_reaches_the_outbox(tmp_path: Path, rev: int) -> None:
    async with opened(tmp_path) as place:
        wrong = {"do": "update", "member": "m1", "fields": {"tier": "gold"}, "base": {"tier": rev}}
        right = {**wrong, "base": {"tier": 2**53}}
        said = await answers(place.desk, wrong, right, {"do": "state"})
        assert [each.get("error") for each in said] == ["bad_command", None, None]
        assert said[2]["outbox"] == 1


async def test_what_comes_after_a_sync_waits_for_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        said = await answers(
            place.desk,
            {"do": "sync", "timeout": 0.3, "ref": "s"},
            {"do": "state", "ref": "t"},
            {"do": "quit", "ref": "q"},
        )
        assert [each["ref"] for each in said] == ["s", "t", "q"]
        assert said[0]["error"] == "offline"


async def test_update_of_nobody_makes_a_member_who_is_found_by_number(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        fields = {"name": "林淑芬", "numbers": [{"raw": "0922-333-444"}]}
        made, found = await answers(
            place.desk,
            {"do": "update", "member": None, "fields": fields},
            {"do": "lookup", "query": "0922333444"},
        )
        assert [match["member"] for match in found["results"]] == [made["op_id"]]
        assert found["results"][0]["name"] == "林淑芬"


async def test_the_end_of_input_ends_it_after_the_last_line_without_an_end(tmp_path: Path) -> None:
    async with opened(tmp_path) as place:
        said = await conversation(place.desk, b'{"do":"sta', b'te"}')
        assert said[-1]["did"] == "state"


async def test_a_reader_that_is_gone_ends_it(tmp_path: Path) -> None:
    async def forever() -> AsyncIterator[bytes]:
        yield b'{"do":"state"}\n'
        await asyncio.Event().wait()

    def gone(_: bytes) -> None:
        raise BrokenPipeError

    async with opened(tmp_path) as place:
        with pytest.raises(BrokenPipeError):
            async with asyncio.timeout(10):
                await Headless(place.desk, gone).run(forever())


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line)), st.lists(st.integers(0, 400)))
def test_lines_come_out_whole_whatever_the_chunks(lines: list[bytes], cuts: list[int]) -> None:
    data = b"\n".join(lines)
    places = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    cutter = Lines(limit=20)
    seen: list[bytes | None] = []
    for start, end in itertools.pairwise(places):
        seen += cutter.feed(data[start:end])
    seen += cutter.end()
    assert seen == [None if len(line) > 20 else line for line in lines if line.strip() or len(line) > 20]


def test_every_command_and_event_is_on_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "headless.md").read_text("utf-8")
    commands = [kind.__struct_config__.tag for kind in get_args(Asked)]
    assert len(commands) == 15
    for command in commands:
        assert f'{{"do": "{command}"' in page
    for event in ("screen_pop", "call", "member", "note", "task", "sync", "health", "notice"):
        assert f"| `{event}` |" in page
    for what in DUMPS:
        assert f"`{what}`" in page
