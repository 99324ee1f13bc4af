"""Coming in and being here: codes, hello, passwords, hostile frames; each over a real socket."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from ringdesk import ops
from ringdesk.safetext import SafeText
from ringdesk.wire import limits
from ringdesk.wire.codec import encode
from ringdesk.wire.messages import (
    SUBPROTOCOL,
    Answers,
    Denied,
    Enrolled,
    Fetch,
    Fetched,
    Granted,
    Login,
    Need,
    Ping,
    Pong,
    Pull,
    Push,
    ServerNotice,
)
from ringdesk.wire.signing import make_code
from ringdesk.wire.values import Cursor, Proof
from server.app import Roots
from server.identity import people
from server.sessions import strangers
from server.store.values import Entry
from tests.server.parts import ROOTS, Shop, Terminal, member, note, shop


class Clock:
    """The server's time, as the test wants it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def it(tmp_path: Path, clock: Clock) -> AsyncIterator[Shop]:
    async with shop(tmp_path, roots=Roots(clock, ROOTS.random_id, ROOTS.random_bytes)) as running:
        yield running


# --- enrolment and hello


async def test_a_code_works_once_in_time_and_only_if_it_is_right(it: Shop, clock: Clock) -> None:
    code, late = await it.code(), await it.code(minutes=1)
    first = await Terminal(it.address).connect()
    assert not isinstance(await first.enrol(code), Denied)
    stranger = await Terminal(it.address).connect()
    used = await stranger.enrol(code)
    clock.ahead = 61.0
    expired = await stranger.enrol(late)
    clock.ahead = 0.0
    wrong = await stranger.enrol(make_code(b"another secret!!"))
    assert [said.code for said in (used, expired, wrong) if isinstance(said, Denied)] == [
        "used_code",
        "expired_code",
        "bad_code",
    ]
    right = await stranger.enrol(await it.code())
    assert not isinstance(right, Denied)
    assert (await stranger.hello()).action == "ok"


async def test_an_enrolment_must_be_signed_by_its_own_key(it: Shop) -> None:
    terminal = await Terminal(it.address).connect()
    terminal.challenge = msgspec.structs.replace(terminal.challenge, nonce="another nonce")
    said = await terminal.enrol(await it.code())
    assert isinstance(said, Denied)
    assert said.code == "bad_key"


async def test_hello_needs_the_devices_own_signature(it: Shop) -> None:
    known = await it.terminal(user=None)
    thief = await Terminal(it.address).connect()
    thief.device, thief.epoch = known.device, known.epoch
    with pytest.raises(Exception, match="bad_signature"):
        await thief.hello()
    nobody = await Terminal(it.address).connect()
    nobody.device, nobody.epoch = str(uuid4()), "e"
    with pytest.raises(Exception, match="unknown_device"):
        await nobody.hello()
    assert isinstance(nobody.heard[-1], ServerNotice)


async def test_the_newest_session_of_a_device_wins(it: Shop) -> None:
    desk = await it.terminal()
    older = desk.line
    await desk.again()
    await older.wait_closed()
    assert (older.close_code, older.close_reason) == (1008, "replaced")
    await desk.login()
    assert (await desk.push(desk.op(member()))).answers[0].result == "applied"


async def test_who_says_nothing_is_sent_away(it: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNAUTHENTICATED_SECONDS", 0.3)
    silent = await Terminal(it.address).connect()
    assert await silent.closing() == (1008, "too_slow")


async def test_of_too_many_that_say_nothing_the_oldest_goes(it: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "MOST_AT_ONE", 2)
    waiting = [await Terminal(it.address).connect() for _ in range(3)]
    assert await waiting[0].closing() == (1013, "busy")
    assert isinstance(await waiting[1].enrol(await it.code()), Enrolled)
    await Terminal(it.address).connect()
    assert await waiting[2].closing() == (1013, "busy"), "who said something goes after who said nothing"
    assert (await waiting[1].hello()).action == "ok"


# --- hostile frames


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", 1008),
        ("{}", 1008),
        ('{"type":"hello"}', 1008),
        ('{"type":"welcome"}', 1008),
        ("[" * 5000, 1008),
        ('{"type":"pull","set":"org@clear","cursor":123456789012345678901234567890}', 1008),
        ('{"type":"ping","at":NaN}', 1008),
        (b"\x00\xff", 1003),
        ("x" * (limits.FRAME_CAP + 1), 1009),
    ],
)
@pytest.mark.parametrize("phase", ["stranger", "open"])
async def test_hostile_frames_end_their_session_and_no_other(it: Shop, frame: Any, code: int, phase: str) -> None:
    other = await it.terminal(user=None)
    bad = await (Terminal(it.address).connect() if phase == "stranger" else it.terminal(user=None))
    await bad.line.send(frame)
    assert (await bad.closing())[0] == code
    await other.say(Ping(at=1.5))
    assert (await other.expect(Pong)).at == 1.5


async def test_text_that_is_not_utf_8_ends_the_session(it: Shop) -> None:
    bad = await Terminal(it.address).connect()
    await bad.line.send(b"\xff\xfe", text=True)
    assert (await bad.closing())[0] == 1007


async def test_a_message_out_of_turn_ends_the_session(it: Shop) -> None:
    stranger = await Terminal(it.address).connect()
    await stranger.say(Pull(set="org@clear", cursor=0))
    assert await stranger.closing() == (1002, "protocol")
    desk = await it.terminal(user=None)
    with pytest.raises(Exception, match="protocol"):
        await desk.hello()


async def test_only_our_terminals_come_in(it: Shop) -> None:
    ours = [Subprotocol(SUBPROTOCOL)]
    options: list[dict[str, Any]] = [
        {"origin": Origin("https://evil.example"), "subprotocols": ours},
        {"subprotocols": None},
        {"subprotocols": [Subprotocol("chat")]},
    ]
    for option in options:
        with pytest.raises(InvalidStatus):
            await connect(f"ws://{it.address}/sync", compression=None, proxy=None, **option)
    with pytest.raises(InvalidStatus):
        await connect(f"ws://{it.address}/admin", subprotocols=ours, proxy=None)
    own = await connect(f"ws://{it.address}/sync", origin=Origin(f"http://{it.address}"), subprotocols=ours, proxy=None)
    await own.close()


# --- signing in


async def test_a_flood_of_wrong_passwords_is_slowed_down_while_pushes_go_on(it: Shop) -> None:
    thief, desk = await it.terminal(user=None), await it.terminal()
    codes = []
    for number in range(8):
        said = await thief.login("mei", f"guess number {number}")
        assert isinstance(said, Denied)
        codes.append(said.code)
        assert (await desk.push(desk.op(member()))).answers[0].result == "applied"
    assert codes[:3] == ["bad_login"] * 3
    assert "slow_down" in codes[3:]
    said = await thief.login("mei")
    assert isinstance(said, Denied)
    assert said.code == "slow_down"
    assert said.retry_after is not None


async def test_guesses_from_many_lines_at_once_count_one_by_one(it: Shop, clock: Clock) -> None:
    lines = [await it.terminal(user=None) for _ in range(6)]
    said = await asyncio.gather(*(line.login("mei", "wrong password") for line in lines))
    assert sorted(each.code for each in said if isinstance(each, Denied)) == ["bad_login"] * 3 + ["slow_down"] * 3
    clock.ahead = 120.0
    assert isinstance(await lines[0].login("mei"), Granted)


async def test_wrong_passwords_behind_a_proxy_count_for_who_sent_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "delay", lambda failures, _free: 60.0 * failures)

    async def denied(it: Shop, forwarded: str) -> str:
        terminal = await Terminal(it.address).connect(**{"X-Forwarded-For": forwarded})
        await terminal.enrol(await it.code())
        await terminal.hello()
        said = await terminal.login("nobody")
        await terminal.close()
        assert isinstance(said, Denied)
        return said.code

    for proxies, wanted in (("127.0.0.1",), "bad_login"), ((), "slow_down"):
        async with shop(tmp_path / wanted, proxies=proxies) as it:
            told = [await denied(it, address) for address in ("198.51.100.1", "198.51.100.1", "198.51.100.2")]
            assert told[-1] == wanted
            assert told[1] == "slow_down"


async def test_names_fold_and_unknown_people_look_like_wrong_passwords(it: Shop) -> None:
    desk = await it.terminal(user=None)
    assert isinstance(await desk.login("ＭＥＩ"), Granted)
    said = await desk.login("correct horse battery")
    assert isinstance(said, Denied)
    assert said.code == "bad_login"


async def test_one_sign_in_at_a_time_on_a_line(it: Shop) -> None:
    desk = await it.terminal(user=None)
    for ref in ("a", "b"):
        await desk.say(Login(ref=ref, name=SafeText("mei"), password="wrong password"))
    said = {(await desk.expect(Denied)).ref for _ in range(2)}
    assert said == {"a", "b"}
    assert {message.code for message in desk.heard if isinstance(message, Denied)} == {"slow_down", "bad_login"}


# --- pushes and pulls on the wire


async def test_a_gap_a_repeat_and_a_clone_on_the_wire(it: Shop) -> None:
    desk = await it.terminal()
    first, second = desk.op(member()), desk.op(member())
    await desk.say(Push(epoch=desk.epoch, ops=(second,)))
    assert (await desk.expect(Need)).n == 1
    answers = (await desk.push(first, second)).answers
    assert (await desk.push(first, second)).answers == answers
    desk.next = 1
    await desk.say(Push(epoch=desk.epoch, ops=(desk.op(member()),)))
    assert await desk.closing() == (1008, "fenced")
    with pytest.raises(Exception, match="fenced"):
        await desk.again()
    await desk.connect()
    back = await desk.enrol(await it.code())
    assert not isinstance(back, Denied)
    assert back.device == desk.device
    assert (await desk.hello()).expected == 1
    desk.next = 1
    await desk.login()
    known = desk.op(member(), first.op_id, args=first.args, at=first.at)
    answers = (await desk.push(known, desk.op(member()))).answers
    assert [answer.op_id == first.op_id for answer in answers] == [True, False]


async def test_a_set_of_another_store_is_not_given(it: Shop) -> None:
    desk = await it.terminal()
    for name in ("store:other@clear", "org@masked", "org", "org@clear@clear"):
        await desk.say(Pull(set=name, cursor=0))
        assert (await desk.expect(Denied)).code == "not_allowed"


async def test_pages_are_as_small_as_asked_and_complete(it: Shop) -> None:
    desk, other = await it.terminal(), await it.terminal()
    adds = [desk.op(member(f"陳{number}")) for number in range(200)]
    assert len((await desk.push(*adds)).answers) == 200
    await other.pull("org@clear", 8192)
    assert len(other.bodies("org@clear", "member")) == 200
    assert other.heads["org@clear"].head == 200
    pages = [message for message in other.heard if type(message).__name__ == "Changes"]
    assert len(pages) > 4
    assert max(len(encode(page)) for page in pages) < 2 * 8192


async def test_rows_on_demand_are_projected_and_within_the_devices_channels(it: Shop) -> None:
    desk, till = await it.terminal(), await it.terminal("till")
    add = desk.op(member("0912345678"))
    await desk.push(add, desk.op(note(add.op_id, "call 0912345678")))
    for reader, shown in ((desk, b"0912345678"), (till, b"***678")):
        await reader.say(Fetch(ref="1", kind="member", id=add.op_id))
        images = (await reader.expect(Fetched)).images
        assert shown in bytes(images[0].body or b"")
    await till.say(Fetch(ref="2", kind="member", id="unknown"))
    assert (await till.expect(Fetched)).images == ()


# --- a history that was replaced


async def test_a_cursor_that_fits_nothing_concerns_that_device_alone(it: Shop) -> None:
    desk, other = await it.terminal(), await it.terminal()
    await desk.push(desk.op(member()))
    await desk.pull("org@clear")
    epochs = (desk.server_epoch, desk.epoch)
    desk.cursors["org@clear"] = Cursor(1, "ab" * 32)
    welcome = await desk.again()
    assert (welcome.action, welcome.server_epoch) == ("bootstrap", epochs[0])
    assert welcome.epoch != epochs[1]
    await desk.pull("org@clear")
    await other.say(Ping(at=1.0))
    await other.expect(Pong)


async def test_a_forged_proof_moves_nobody(it: Shop) -> None:
    desk = await it.terminal()
    welcome = await desk.again()
    desk.proof = Proof(10_000, "cd" * 32)
    again = await desk.again()
    assert (again.action, again.server_epoch) == ("bootstrap", welcome.server_epoch)


async def test_a_database_that_went_back_in_time_is_found_out(it: Shop) -> None:
    desk, other = await it.terminal(), await it.terminal()
    first = desk.op(member("before the backup"))
    (before,) = (await desk.push(first)).answers
    await it.stop()
    backup = (it.room / "server.db").read_bytes()
    await it.start()
    await desk.again()
    await other.again()
    lost = desk.op(member("after the backup"))
    (after,) = (await desk.push(lost)).answers
    await desk.pull("org@clear")
    await it.stop()
    (it.room / "server.db").write_bytes(backup)
    await it.start()
    await other.again()
    await other.login()
    await other.push(other.op(member("on the restored server")))
    old = desk.server_epoch

    welcome = await desk.again()
    assert (welcome.action, welcome.expected) == ("bootstrap", 1)
    assert welcome.server_epoch != old
    assert await other.closing() == (1012, "server_epoch")
    desk.next = 1
    facts = [
        msgspec.structs.replace(op, dev_seq=number, fact=True, said=msgspec.Raw(ops.encode(said)))
        for number, (op, said) in enumerate(((first, before), (lost, after)), 1)
    ]
    assert [answer.result for answer in (await desk.push(*facts)).answers] == ["applied", "applied"]
    again = await other.again()
    assert (again.action, again.server_epoch) == ("bootstrap", welcome.server_epoch)
    for terminal in (desk, other):
        await terminal.pull("org@clear")
        names = sorted(row["name"] for row in terminal.bodies("org@clear", "member"))
        assert names == ["after the backup", "before the backup", "on the restored server"]
    assert (await desk.again()).server_epoch == welcome.server_epoch


@pytest.mark.parametrize("used", [0, 1])
async def test_an_epoch_that_the_database_forgot_is_not_followed_by_an_older_one(it: Shop, used: int) -> None:
    """Its numbers were used, by this terminal too: the first op would be taken for a clone's, or never be answered."""
    desk = await it.terminal()
    if used:
        await desk.push(desk.op(member()))
    await it.stop()
    backup, old = (it.room / "server.db").read_bytes(), desk.epoch
    await it.start()
    async with it.office() as office:
        await office.store.register.restart(desk.device, "newer", Entry(at=0.0, actor="test", action="test"))
    newer = (await desk.again()).epoch
    assert newer != old
    await it.stop()
    (it.room / "server.db").write_bytes(backup)
    await it.start()
    welcome = await desk.again()
    assert welcome.epoch not in (old, newer)
    assert welcome.expected == 1
    await desk.login()
    assert [answer.result for answer in (await desk.push(desk.op(member()))).answers] == ["applied"]


async def test_a_lost_welcome_is_said_again(it: Shop) -> None:
    desk = await it.terminal()
    await desk.push(desk.op(member()))
    desk.proof = Proof(5, "ef" * 32)
    epoch, before = desk.epoch, (desk.cursors, desk.answered, desk.server_epoch)
    fresh = (await desk.again()).epoch
    desk.epoch, desk.proof = epoch, Proof()
    desk.cursors, desk.answered, desk.server_epoch = before
    welcome = await desk.again()
    assert (welcome.epoch, welcome.expected) == (fresh, 1)


async def test_answers_are_of_the_epoch_of_their_push(it: Shop) -> None:
    desk = await it.terminal()
    await desk.say(Push(epoch="another", ops=(desk.op(member()),)))
    desk.next = 1
    answers = await desk.push(desk.op(member()))
    assert isinstance(answers, Answers)
    assert answers.epoch == desk.epoch
    assert answers.head.seq == 1
