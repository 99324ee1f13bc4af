"""What every backend of the server's database keeps. One suite, all backends."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from ringdesk.errors import BadInput, Refused, RingdeskError
from ringdesk.wire.values import Proof
from server.store.base import Store, Unavailable
from server.store.head import Batch, Change, Decide, Decision, Ground, Head, TakenIn, Wanted
from server.store.sqlite import open_store, path_of
from server.store.values import (
    Central,
    Device,
    Enrolment,
    Entry,
    Held,
    LineRow,
    Person,
    Settled,
    Site,
    Source,
    Tally,
)

ENTRY = Entry(at=1.0, actor="test", action="test")
SPARE = Device(
    id="d1", name="front", cls="till", site="", public_key=b"k" * 32, epoch="e1", enrolled_at=1.0, seen_at=1.0
)


def link(before: str, entry: bytes) -> str:
    return f"{len(before)}:{len(entry)}"


@pytest.fixture(params=["sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"{request.param}:///{tmp_path / 'server.db'}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    it = await open_store(url, link=link, random_id=lambda: str(uuid4()), organisation="墨客")
    yield it
    await it.close()


async def test_the_server_holds_the_links_and_no_command_beside_it_does(url: str) -> None:
    server = await open_store(url, link=link, random_id=lambda: str(uuid4()), owner=True)
    beside = await open_store(url, link=link, random_id=lambda: str(uuid4()))
    assert (await server.holds("pbx"), await beside.holds("pbx")) == (True, False)
    await beside.close()
    await server.close()


def image(row: str, seq: int, body: bytes | None = b"{}", channel: str = "org", moved_to: str | None = None) -> Held:
    return Held(kind="note", id=row, channel=channel, seq=seq, body=body, moved_to=moved_to)


def writes(
    *images: Callable[[int], Held], device: str | None = None, op_id: str | None = None
) -> Callable[[Ground], Decision]:
    """A decision that writes each image at a seq of its own."""

    def seal(head: Head) -> Batch:
        changes = []
        for number, made in enumerate(images, head.proof.seq + 1):
            changes.append(
                Change(seq=number, chain=f"chain{number}", images=(made(number),), device=device, op_id=op_id)
            )
        count = head.tallies["org@clear"].count + len(images)
        return Batch(changes=tuple(changes), tallies={"org@clear": Tally(count, f"{count:032x}")})

    return lambda _ground: Decision(seal=seal, changes=len(images), sets=("org@clear",))


async def enrolled(store: Store, secret: str = "s1", device: Device = SPARE) -> Device:
    await store.register.add_enrolment(Enrolment(secret_hash=secret, site="main", cls="till", expires=100.0), ENTRY)
    return await store.register.enrol(secret, device, 50.0, ENTRY)


async def test_a_fresh_space_is_empty_and_has_the_main_site(store: Store) -> None:
    space = await store.order.space()
    assert space.head == Proof(0, "")
    assert space.organisation == "墨客"
    assert space.timeline != space.server_epoch
    assert await store.register.sites() == (Site("main", "main"),)


async def test_what_was_committed_is_there_after_opening_again(store: Store, url: str) -> None:
    await store.order.commit(Wanted(), writes(lambda seq: image("n1", seq, b'{"a":1}')))
    timeline = (await store.order.space()).timeline
    await store.close()
    again = await open_store(url, link=link, random_id=lambda: str(uuid4()))
    try:
        space = await again.order.space()
        assert (space.timeline, space.head) == (timeline, Proof(1, "chain1"))
        held = await again.order.row(("note", "n1"))
        assert held is not None
        assert held.body == b'{"a":1}'
    finally:
        await again.close()


async def test_a_decision_that_raises_writes_nothing(store: Store) -> None:
    def bad(_head: Head) -> Batch:
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await store.order.commit(Wanted(), lambda _ground: Decision(seal=bad, changes=1))
    assert (await store.order.space()).head.seq == 0
    await store.order.commit(Wanted(), writes(lambda seq: image("n1", seq)))
    assert (await store.order.space()).head.seq == 1


async def test_a_batch_is_all_or_nothing(store: Store) -> None:
    twice = Settled(op_id="o1", kind="note.add", device="d1", seq=1, at=1.0, salt=b"s", hash="h", answer=b"{}")

    def seal(head: Head) -> Batch:
        change = Change(seq=head.proof.seq + 1, chain="c", images=(image("n1", head.proof.seq + 1),))
        return Batch(changes=(change,), settled=(twice, twice))

    with pytest.raises(Unavailable):
        await store.order.commit(Wanted(), lambda _ground: Decision(seal=seal, changes=1))
    assert (await store.order.space()).head.seq == 0
    assert await store.order.row(("note", "n1")) is None


async def test_commits_from_many_tasks_have_one_gapless_order(store: Store) -> None:
    def one(number: int) -> Callable[[int], Held]:
        return lambda seq: image(f"n{number}", seq)

    await asyncio.gather(*(store.order.commit(Wanted(), writes(one(number))) for number in range(40)))
    found = await store.order.slice("org", "org@clear", 0, 1 << 20)
    assert [held.seq for held in found.images] == list(range(1, 41))
    assert await store.order.tally("org@clear") == Tally(40, f"{40:032x}")


async def test_a_cancelled_commit_is_whole_or_was_never_begun(store: Store) -> None:
    tasks = [
        asyncio.create_task(
            store.order.commit(Wanted(), writes(lambda seq: image("n1", seq), lambda seq: image("n2", seq)))
        )
        for _ in range(20)
    ]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    space = await store.order.space()
    assert space.head.seq % 2 == 0
    assert space.head.seq >= 20
    assert await store.order.tally("org@clear") == Tally(space.head.seq, f"{space.head.seq:032x}")


async def test_a_decision_may_ask_for_more_ground(store: Store) -> None:
    await store.order.commit(Wanted(), writes(lambda seq: image("n1", seq)))
    seen: list[int] = []

    def decide(ground: Ground) -> Decision | Wanted:
        seen.append(len(ground.rows))
        if ("note", "n1") not in ground.rows:
            return Wanted(rows=(("note", "n1"),))
        return Decision(seal=lambda _head: Batch())

    await store.order.commit(Wanted(), decide)
    assert seen == [0, 1]
    with pytest.raises(RuntimeError):
        await store.order.commit(Wanted(), lambda _ground: Wanted())


async def test_a_slice_never_splits_a_seq_and_says_when_it_is_the_newest(store: Store) -> None:
    def three(head: Head) -> Batch:
        changes = tuple(
            Change(
                seq=head.proof.seq + step,
                chain=f"c{head.proof.seq + step}",
                images=tuple(image(f"n{step}.{part}", head.proof.seq + step, b"x" * 600) for part in range(3)),
            )
            for step in (1, 2)
        )
        return Batch(changes=changes)

    await store.order.commit(Wanted(), lambda _ground: Decision(seal=three, changes=2))
    first = await store.order.slice("org", "org@clear", 0, 100)
    assert ([held.seq for held in first.images], first.seq, first.chain, first.up) == ([1, 1, 1], 1, "c1", False)
    rest = await store.order.slice("org", "org@clear", first.seq, 100)
    assert ([held.seq for held in rest.images], rest.prev, rest.seq, rest.up) == ([2, 2, 2], 1, 2, True)
    none = await store.order.slice("org", "org@clear", 2, 100)
    assert (none.images, none.seq, none.chain, none.up) == ((), 2, "c2", True)


async def test_a_moved_row_leaves_a_tombstone_and_is_where_it_went(store: Store) -> None:
    await store.order.commit(Wanted(), writes(lambda seq: image("n1", seq, channel="a")))

    def move(head: Head) -> Batch:
        seq = head.proof.seq + 1
        images = (image("n1", seq, channel="b"), image("n1", seq, None, "a", "b"))
        return Batch(changes=(Change(seq=seq, chain="c", images=images),))

    await store.order.commit(Wanted(), lambda _ground: Decision(seal=move, changes=1))
    held = await store.order.row(("note", "n1"))
    assert held is not None
    assert (held.channel, held.seq) == ("b", 2)
    left = await store.order.slice("a", "a@clear", 0, 1000)
    assert [(each.body, each.moved_to) for each in left.images] == [(None, "b")]
    assert (await store.order.news(1)).channels == {"a", "b"}
    assert await store.order.newest(["a", "b", "c"]) == {"a": 2, "b": 2, "c": 0}


async def test_authors_are_told_whatever_their_channel(store: Store) -> None:
    await store.order.commit(Wanted(), writes(lambda seq: image("n1", seq, channel="b"), device="d1", op_id="o1"))
    await store.order.commit(Wanted(), writes(lambda seq: image("n2", seq), device="d2", op_id="o2"))
    found = await store.order.slice("org", "org@clear", 0, 1000)
    assert [(author.device, author.op_id, author.seq) for author in found.authors] == [("d1", "o1", 1), ("d2", "o2", 2)]
    own = await store.order.slice("org", "org@clear", 0, 1000, "d1")
    assert [author.op_id for author in own.authors] == ["o1"]
    assert await store.order.chains([0, 1, 2, 3]) == {1: "chain1", 2: "chain2"}


async def test_numbers_answers_and_attempts_come_back_as_ground(store: Store) -> None:
    device = await enrolled(store)
    settled = Settled(op_id="o1", kind="note.add", device="d1", seq=0, at=1.0, salt=b"s", hash="h", answer=b"{}")
    batch = Batch(settled=(settled,), numbered=((1, "o1"),), last_dev_seq=1, attempts={"o2": 3})
    await store.order.commit(Wanted(device=device.id), lambda _ground: Decision(seal=lambda _head: batch))
    seen: list[Ground] = []

    def look(ground: Ground) -> Decision:
        seen.append(ground)
        return Decision(seal=lambda _head: Batch(settled=(), fenced_at=9.0))

    await store.order.commit(Wanted(device=device.id, numbers=(1, 2), op_ids=("o1", "o2")), look)
    assert seen[0].numbered == {1: "o1"}
    assert seen[0].settled == {"o1": settled}
    assert seen[0].attempts == {"o2": 3}
    assert seen[0].device is not None
    assert seen[0].device.last_dev_seq == 1
    fenced = await store.register.device(device.id)
    assert fenced is not None
    assert fenced.fenced_at == 9.0


async def test_who_is_reachable_follows_the_newest_row(store: Store) -> None:
    async def reach(numbers: dict[str, tuple[str, ...]]) -> None:
        await store.order.commit(Wanted(), lambda _ground: Decision(seal=lambda _head: Batch(reachable=numbers)))

    await reach({"m1": ("+1", "+2"), "m2": ("+2", "+2")})
    await reach({"m1": ("+3",)})
    seen: list[Ground] = []

    def look(ground: Ground) -> Decision:
        seen.append(ground)
        return Decision(seal=lambda _head: Batch())

    await store.order.commit(Wanted(reachable=("+1", "+2", "+3")), look)
    assert seen[0].reachable == {"+1": (), "+2": ("m2",), "+3": ("m1",)}


async def test_a_new_server_epoch_is_set_once(store: Store) -> None:
    old = (await store.order.space()).server_epoch
    assert (await store.order.roll_back(old, "fresh", ENTRY)).server_epoch == "fresh"
    assert (await store.order.roll_back(old, "fresher", ENTRY)).server_epoch == "fresh"


@pytest.mark.parametrize(
    ("secret", "now", "code"), [("s2", 50.0, "bad_code"), ("s1", 100.0, "expired_code"), ("used", 50.0, "used_code")]
)
async def test_a_code_works_once_and_in_time(store: Store, secret: str, now: float, code: str) -> None:
    await enrolled(store, "used")
    await store.register.add_enrolment(Enrolment(secret_hash="s1", site="main", cls="desk", expires=100.0), ENTRY)
    other = Device(id="d2", name="x", cls="desk", site="", public_key=b"o" * 32, epoch="e2")
    with pytest.raises(Refused) as refused:
        await store.register.enrol(secret, other, now, ENTRY)
    assert refused.value.code == code
    assert await store.register.device("d2") is None


async def test_a_device_has_the_class_and_site_of_its_code_and_keeps_its_id_when_it_comes_back(store: Store) -> None:
    device = await enrolled(store)
    assert (device.cls, device.site) == ("till", "main")
    await store.order.commit(
        Wanted(device="d1"), lambda _ground: Decision(seal=lambda _head: Batch(fenced_at=2.0, last_dev_seq=7))
    )
    new = Device(id="d9", name="front", cls="desk", site="", public_key=SPARE.public_key, epoch="e9")
    back = await enrolled(store, "s2", new)
    assert (back.id, back.epoch, back.last_dev_seq, back.fenced_at) == ("d1", "e9", 0, None)
    await store.register.revoke_device("d1", ENTRY)
    with pytest.raises(Refused):
        await enrolled(store, "s3", new)


async def test_a_device_keeps_the_name_that_it_was_given_and_shares_it_with_nobody(store: Store) -> None:
    other = Device(id="d2", name="Front", cls="desk", site="", public_key=b"o" * 32, epoch="e2")
    before, _ = await enrolled(store), await enrolled(store, "s2", other)
    with pytest.raises(Refused) as refused:
        await store.register.name_device("d1", "ｆront", ENTRY)
    assert refused.value.code == "exists"
    assert await store.register.name_device("d1", "Till 2", ENTRY) == before
    assert (await enrolled(store, "s3", SPARE)).name == "Till 2", "also when it comes back"
    await store.register.revoke_device("d2", ENTRY)
    await store.register.name_device("d1", "front", ENTRY)
    assert (await store.register.roster()).desks == {"front": ("d1",)}
    for nobody in ("d2", "d9"):
        with pytest.raises(Refused) as refused:
            await store.register.name_device(nobody, "x", ENTRY)
        assert refused.value.code == "unknown_device"


async def test_an_unknown_store_gets_no_code(store: Store) -> None:
    with pytest.raises(Refused) as refused:
        await store.register.add_enrolment(Enrolment(secret_hash="s", site="moon", cls="desk", expires=1.0), ENTRY)
    assert refused.value.code == "unknown_store"
    with pytest.raises(Refused):
        await store.register.add_site(Site("main", "again"), ENTRY)


async def test_a_revocation_is_seen_with_the_next_news(store: Store) -> None:
    device = await enrolled(store)
    person = Person(id="p1", name="Mei", folded="mei", role="agent", password="x")
    await store.register.add_person(person, ENTRY)
    before = (await store.order.news(0)).space.rights
    await store.register.revoke_device(device.id, ENTRY)
    await store.register.revoke_person("p1", ENTRY)
    assert (await store.order.news(0)).space.rights == before + 2
    assert await store.register.revoked() == (frozenset({"d1"}), frozenset({"p1"}))
    for again in (store.register.revoke_device("d1", ENTRY), store.register.revoke_person("p2", ENTRY)):
        with pytest.raises(Refused):
            await again


async def test_people_are_found_by_folded_name_and_are_unique(store: Store) -> None:
    person = Person(id="p1", name="Mei", folded="mei", role="agent", password="x")
    await store.register.add_person(person, ENTRY)
    with pytest.raises(Refused):
        await store.register.add_person(Person(id="p2", name="MEI", folded="mei", role="agent", password="x"), ENTRY)
    assert await store.register.person_named("mei") == person
    await store.register.note_login("p1", 3, 12.5, ENTRY)
    found = await store.register.person("p1")
    assert found is not None
    assert (found.failures, found.failed_at) == (3, 12.5)


async def test_lines_belong_to_a_site_and_are_replaced_with_their_source(store: Store) -> None:
    source = Source(id="s1", dialect="modem", url="serial:///dev/ttyACM0")
    lines = [LineRow(id="l1", source="s1", site="main"), LineRow(id="l2", source="s1", site="main")]
    await store.register.put_source(source, lines, ENTRY)
    await store.register.put_source(source, lines[1:], ENTRY)
    assert await store.register.lines("main") == (lines[1],)


async def test_central_settings_change_as_a_whole_or_not_at_all(store: Store) -> None:
    source = Source(id="s1", dialect="generic", url="", secrets="new\nold", open=True, position=0)
    lines = tuple(LineRow(id=name, source="s1", site="main", position=at) for at, name in enumerate("ba"))
    wanted = Central((source,), lines)
    seen: list[tuple[Central, frozenset[str]]] = []

    def decide(before: Central, sites: frozenset[str]) -> tuple[Central, Entry]:
        seen.append((before, sites))
        return wanted, ENTRY

    assert await store.register.settle(decide) == wanted
    assert seen == [(Central(), frozenset({"main"}))]
    assert await store.register.central() == wanted
    assert await store.register.source("s1") == (source, lines)
    assert await store.register.source("s2") is None
    assert source.active == ("new", "old")

    def twice(_before: Central, _sites: frozenset[str]) -> tuple[Central, Entry]:
        return Central((), (lines[0], lines[0])), ENTRY

    with pytest.raises(Unavailable):
        await store.register.settle(twice)
    assert await store.register.central() == wanted
    assert len(await store.register.audit()) == 1


async def test_a_webhook_is_remembered_with_what_it_wrote_and_forgotten_in_time(store: Store) -> None:
    seen: list[float | None] = []

    def taken(at: float, floor: float) -> Decide:
        def decide(ground: Ground) -> Decision:
            seen.append(ground.hook_at)
            mark = None if ground.hook_at is not None else TakenIn("h1", at, floor)
            return Decision(seal=lambda _head: Batch(hook=mark))

        return decide

    for at, floor in ((100.0, 0.0), (101.0, 0.0)):
        await store.order.commit(Wanted(hook="h1"), taken(at, floor))
    other = Decision(seal=lambda _head: Batch(hook=TakenIn("h2", 200.0, 150.0)))
    await store.order.commit(Wanted(hook="h2"), lambda _ground: other)
    await store.order.commit(Wanted(hook="h1"), taken(201.0, 150.0))
    assert seen == [None, 100.0, None]


async def test_members_are_reached_under_their_number(store: Store) -> None:
    def decide(_ground: Ground) -> Decision:
        images = tuple(
            Held(kind="member", id=name, channel="org", seq=1, body=b"{}", moved_to=None) for name in ("m1", "m2", "m3")
        )
        change = Change(seq=1, chain="c", images=images)
        numbers: dict[str, tuple[str, ...]] = {"m2": ("+8861",), "m1": ("+8861",), "m3": ("+8862",)}
        return Decision(seal=lambda _head: Batch(changes=(change,), reachable=numbers))

    await store.order.commit(Wanted(), decide)
    assert [held.id for held in await store.order.reached("+8861", 9)] == ["m1", "m2"]
    assert len(await store.order.reached("+8861", 1)) == 1
    assert await store.order.reached("+8863", 9) == ()


async def test_every_change_of_the_register_is_one_chained_line_of_audit(store: Store) -> None:
    await store.register.add_site(Site("tp", "Taipei"), ENTRY)
    with pytest.raises(Refused):
        await store.register.add_site(Site("tp", "Taipei"), ENTRY)
    await store.register.note(ENTRY)
    lines = await store.register.audit()
    assert [line.n for line in lines] == [1, 2]
    assert lines[0].chain.startswith("0:")
    assert lines[1].chain.startswith(f"{len(lines[0].chain)}:")
    assert [line.n for line in await store.register.audit(after=1)] == [2]


async def test_two_processes_share_one_order(store: Store, url: str) -> None:
    other = await open_store(url, link=link, random_id=lambda: str(uuid4()))
    try:
        await asyncio.gather(
            *(
                each.order.commit(Wanted(), writes(lambda seq: image(str(seq), seq)))
                for each in (store, other)
                for _ in range(10)
            )
        )
    finally:
        await other.close()
    assert (await store.order.space()).head.seq == 20


async def test_a_database_that_cannot_write_says_so_and_works_again(store: Store, url: str) -> None:
    await store.order.commit(Wanted(), writes(lambda seq: image("n0", seq)))
    blocker = sqlite3.connect(path_of(url))
    blocker.execute("DROP TABLE trouble")
    blocker.commit()
    with pytest.raises(Unavailable):
        await store.order.commit(Wanted(op_ids=("o1",)), writes(lambda seq: image("n1", seq)))
    blocker.execute("CREATE TABLE trouble (op_id TEXT PRIMARY KEY, attempts INTEGER NOT NULL)")
    blocker.commit()
    blocker.close()
    await store.order.commit(Wanted(op_ids=("o1",)), writes(lambda seq: image("n1", seq)))
    assert (await store.order.space()).head.seq == 2


@pytest.mark.parametrize("bad", ["postgresql://host/db", "sqlite:///", "mysql://x", ""])
def test_a_url_of_another_kind_is_refused_in_words(bad: str) -> None:
    with pytest.raises(BadInput, match="sqlite:///PATH"):
        path_of(bad)


async def test_a_newer_database_is_left_alone(store: Store, url: str) -> None:
    await store.close()
    db = sqlite3.connect(path_of(url))
    db.execute("UPDATE space SET oldest_code = 99")
    db.execute("PRAGMA user_version = 99")
    db.commit()
    db.close()
    with pytest.raises(RingdeskError, match="newer Ringdesk"):
        await open_store(url, link=link, random_id=lambda: str(uuid4()))


async def test_a_database_has_one_server(url: str) -> None:
    first = await open_store(url, link=link, random_id=lambda: str(uuid4()), owner=True)
    try:
        with pytest.raises(Refused, match="in use by process"):
            await open_store(url, link=link, random_id=lambda: str(uuid4()), owner=True)
        beside = await open_store(url, link=link, random_id=lambda: str(uuid4()))
        await beside.close()
    finally:
        await first.close()
    await (await open_store(url, link=link, random_id=lambda: str(uuid4()), owner=True)).close()
