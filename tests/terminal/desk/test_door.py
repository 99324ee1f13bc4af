"""Switching the person at a real desk, without a server: by a PIN, with the next one's grant, and only as often as allowed."""

import asyncio
import itertools
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ringdesk.errors import Refused
from ringdesk.ids import Uuid7Source
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tracker import Tracker
from ringdesk.wire.messages import Granted
from terminal.desk import Desk, Door, Draft
from terminal.lookup.search import Lookup
from terminal.serverclock import ServerClock
from terminal.store import tries
from terminal.store.people import SignedIn
from terminal.store.replica import Store
from terminal.sync.link import Link
from terminal.sync.replicator import Replicator
from tests.terminal.desk.place import MEMBER, install

START = 1_800_000_000.0


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def a_desk(folder: Path, clock: Clock) -> AsyncIterator[tuple[Desk, Store, Door]]:
    """Mei works here; Jun has signed in online here before."""
    ticks = itertools.count(1)
    ids = Uuid7Source(lambda: int(clock() * 1000) + next(ticks), os.urandom)
    store = await Store.open(folder, ids=ids, clock=ServerClock(clock))
    try:
        await install(store, "org@clear", MEMBER)
        for login, name in (("mei", "Mei"), ("jun", "Jun")):
            grant = Granted(
                ref="",
                person=f"p-{login}",
                name=SafeText(name),
                roles=("agent",),
                grant=f"grant-{login}",
                expires=START + 3600,
            )
            signed_in = await store.remember(login, f"password-{login}", grant)
            if login == "mei":
                mei = signed_in
        link = Link(
            store,
            Replicator(store, sign=lambda nonce: nonce, clock=ServerClock(clock), steady=clock),
            "ws://127.0.0.1:1/sync",
            steady=clock,
            rng=random.Random(1),
        )
        door = Door(store, link)
        door.remember("mei", "password-mei")
        lookup = Lookup(store.reader, region="TW", area="2")
        desk = Desk(store, lookup, link, mei, tracker=Tracker(), now=clock, door=door, login="mei")
        await desk.start()
        try:
            yield desk, store, door
        finally:
            await desk.close()
    finally:
        await store.close()


async def refused(code: str, desk: Desk, secret: str, login: str = "jun") -> None:
    with pytest.raises(Refused) as error:
        await desk.enter(login, secret)
    assert error.value.code == code


async def with_pin(desk: Desk, clock: Clock) -> None:
    """Jun comes in by password, sets a PIN, and Mei takes the desk back."""
    await desk.enter("jun", "password-jun")
    await desk.set_pin("2468")
    await desk.enter("mei", "password-mei")


async def test_the_next_persons_ops_carry_their_grant_and_the_former_goes_away(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, store, _):
        await with_pin(desk, clock)
        await desk.save_draft(Draft(MEMBER.id, None, "Mei's"))
        await desk.enter("jun", "2468")
        assert (desk.person.person, desk.login) == ("p-jun", "jun")
        await desk.note(SafeLines("hello"), MEMBER.id, None)
        assert await desk.drafts() == []
        last = [op for op in await store.outgoing(1, 100, 10**6) if op.kind == "note.add"][-1]
        assert last.grant == "grant-jun"
        states = {row.id: row.state for row in await desk.business.team()}
        assert states == {"p-mei": PresenceState.AWAY, "p-jun": PresenceState.READY}
        await desk.enter("mei", "password-mei")
        assert [draft.text for draft in await desk.drafts()] == ["Mei's"]


async def test_a_pin_is_set_by_its_person_after_a_password_only(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, _, _door):
        await desk.enter("jun", "password-jun")
        for bad in ("123", "123456789", "12a4", "１２３４"):
            with pytest.raises(Refused, match="digits"):
                await desk.set_pin(bad)
        await desk.set_pin("2468")
        assert {each.login: each.pin for each in await desk.people()} == {"mei": False, "jun": True}
    async with a_desk(tmp_path, clock) as (desk, _, _door):
        await desk.enter("jun", "2468")
        with pytest.raises(Refused) as error:
            await desk.set_pin("1357")
        assert error.value.code == "no_password"


async def test_five_wrong_tries_with_growing_waits_then_the_password_also_after_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, _, _door):
        await with_pin(desk, clock)
        for wrong in range(3):
            await refused("wrong_pin", desk, "0000")
            clock.now += tries.FIRST_WAIT * 2**wrong - 0.1
            await refused("wait", desk, "2468")
            clock.now += 0.2
    async with a_desk(tmp_path, clock) as (desk, _, _door):
        for wrong in range(3, 5):
            await refused("wrong_pin", desk, "0000")
            clock.now += tries.FIRST_WAIT * 2**wrong
        await refused("not_allowed", desk, "2468")  # it counts as a password now, and is none
        clock.now += tries.FIRST_WAIT
        assert desk.person.person == "p-mei"
        await desk.enter("jun", "password-jun")
        await desk.enter("mei", "password-mei")
        await desk.enter("jun", "2468")
        assert desk.person.person == "p-jun"


async def test_a_clock_that_was_set_back_locks_nobody_out(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, _, _door):
        await with_pin(desk, clock)
        await refused("wrong_pin", desk, "0000")
        clock.now -= 400 * 86400
        await desk.enter("jun", "2468")
        assert desk.person.person == "p-jun"


async def test_an_expired_grant_is_not_unlocked(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, _, _door):
        await with_pin(desk, clock)
        clock.now = START + 3601
        await refused("expired", desk, "2468")
        assert desk.person.person == "p-mei"


class Line:
    """A line to a server that grants another hour, when it is `up`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self.up = True
        self.asked = 0

    async def sign_in(self, name: str, password: str) -> SignedIn:
        self.asked += 1
        if not self.up:
            return await self._store.sign_in(name, password)
        grant = Granted(
            ref="", person="p-mei", name=SafeText("Mei"), roles=("agent",), grant="new", expires=self._clock.now + 3600
        )
        return await self._store.remember(name, password, grant)


async def test_a_grant_that_is_found_expired_is_renewed_at_once(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, store, _):
        line = Line(store, clock)
        desk._door = Door(store, line)
        desk._door.remember("mei", "password-mei")
        clock.now = START + 3601
        line.up = False
        with pytest.raises(Refused) as error:
            await desk.note(SafeLines("away for too long"), MEMBER.id, None)
        assert error.value.code == "expired"
        line.up = True
        line.asked = 0
        both = (desk.note(SafeLines(text), MEMBER.id, None) for text in ("hello", "again"))
        await asyncio.gather(*both)
        assert line.asked == 1
        assert [op.grant for op in await store.outgoing(1, 100, 10**6) if op.kind == "note.add"] == ["new", "new"]


async def test_nobody_is_signed_in_again_for_somebody_else(tmp_path: Path) -> None:
    """Jun came in by PIN, their password is not known: what was typed is not saved as Mei's."""
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, store, _):
        await with_pin(desk, clock)
        await desk.enter("jun", "2468")
        desk._door = Door(store, Line(store, clock))
        desk._door.remember("mei", "password-mei")
        clock.now = START + 3601
        with pytest.raises(Refused) as error:
            await desk.note(SafeLines("hello"), MEMBER.id, None)
        assert error.value.code == "expired"


async def test_a_pin_opens_only_its_persons_desk_and_goes_with_them(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, store, _):
        await with_pin(desk, clock)
        await refused("not_allowed", desk, "2468", login="mei")
        await store.forget("jun")
        assert [each.login for each in await desk.people()] == ["mei"]
        await refused("offline", desk, "2468")


async def test_only_who_gave_their_password_is_signed_in_again(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, _, door):
        assert (await door.renew("jun")) is None
        mine = await door.renew("mei")
        assert mine is not None
        desk.renewed("jun", mine._replace(grant="not hers"))
        assert desk._person.grant == "grant-mei"
        desk.renewed("mei", mine._replace(grant="fresh"))
        assert desk._person.grant == "fresh"


async def test_the_verifier_is_no_pin(tmp_path: Path) -> None:
    clock = Clock()
    async with a_desk(tmp_path, clock) as (desk, store, _):
        await with_pin(desk, clock)
        kept = await store.reader.run(lambda tx: tx.all("select verifier from pin"))
        assert kept[0][0].startswith("$argon2id$")
        assert "2468" not in str(kept)
