"""The line over real sockets: it comes up, survives, gives up in words, and trusts nobody but the server of its code."""

import asyncio
import contextlib
import random
import ssl
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ringdesk.dialects import Level
from ringdesk.errors import BadInput, MustWait, Refused, RingdeskError
from ringdesk.members import Member
from ringdesk.ops import MemberAdd, MemberFields
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from ringdesk.wire.messages import (
    PUSH,
    SOURCES,
    Denied,
    Enrol,
    Enrolled,
    Hello,
    Ping,
    Pull,
    Push,
    ServerNotice,
)
from ringdesk.wire.signing import make_code, secret_text
from ringdesk.wire.values import SourceStands
from server.hub.saving import FULL, WELL
from server.identity.authority import Authority, ensure
from terminal.news import NoticeNews, SyncNews
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from terminal.sync import socket
from terminal.sync.enrol import enrol, is_enrolled
from terminal.sync.key import CA_FILE, DeviceKey
from terminal.sync.link import Link
from terminal.sync.replicator import RESEND_SECONDS, Replicator
from terminal.sync.socket import Unreachable
from terminal.sync.watch import Timings
from tests.terminal.store.model import ACTOR, ORG, Ids
from tests.terminal.sync.peer import HURRIED, Peer, listening, until

SECRET = b"0123456789abcdef"
QUICK = Timings(
    tick=0.02, ping=0.1, silence=1.0, progress=1.0, watchdog=0.6, greeting=1.0, login=0.5, first=0.02, longest=0.1
)


class Desk:
    """A link on a store, running."""

    def __init__(self, store: Store, url: str, timings: Timings) -> None:
        self.store = store
        self.heard: list[SyncNews | NoticeNews] = []
        key = DeviceKey.fresh(store.directory)
        self.replicator = Replicator(
            store, sign=key.sign, clock=ServerClock(time.time, time.monotonic), steady=time.monotonic
        )
        self.link = Link(
            store,
            self.replicator,
            url,
            steady=time.monotonic,
            rng=random.Random(7),
            heard=self.heard.append,
            timings=timings,
        )

    async def save(self, name: str = "林") -> str:
        return (await self.store.save(MemberAdd(fields=MemberFields(name=SafeText(name))), actor=ACTOR)).op_id

    @property
    def last(self) -> SyncNews:
        """The newest word of the link; before the first one it is not connected."""
        none = SyncNews(connected=False, outbox=0, cursor=0)
        return [none, *(news for news in self.heard if isinstance(news, SyncNews))][-1]


@asynccontextmanager
async def desk(directory: Path, url: str, timings: Timings = QUICK) -> AsyncIterator[Desk]:
    store = await Store.open(directory, ids=Ids(), clock=ServerClock(time.time, time.monotonic))
    if not await is_enrolled(store):
        await store.enrolled(Enrolled(device="desk-1", epoch="life-1", cls="desk", store="main"))
    it = Desk(store, url, timings)
    running = asyncio.create_task(it.link.run())
    try:
        yield it
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await store.close()


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with listening(Peer()) as it:
        yield it


async def test_up_and_down_over_a_socket(peer: Peer, tmp_path: Path) -> None:
    peer.model.write({("member", "m"): Member(id="m")}, None)
    async with desk(tmp_path, peer.url) as it:
        await it.save()
        status = await it.link.synced(20)
        assert status == SyncNews(connected=True, outbox=0, cursor=2)
        assert len(await it.store.dump("members")) == 2
        await it.save()
        await until(lambda: it.last.outbox == 0 and len(peer.model.applied) == 2)


async def test_synced_sees_what_the_server_had_when_it_was_asked(peer: Peer, tmp_path: Path) -> None:
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: it.link.connected)
        for number in range(10):
            peer.model.write({("member", f"m{number}"): Member(id=f"m{number}")}, None)
            await it.link.synced(20)
            assert await it.store.member(f"m{number}") is not None


async def test_it_comes_back(peer: Peer, tmp_path: Path) -> None:
    async with desk(tmp_path, peer.url) as it:
        await it.link.synced(20)
        for _ in range(5):
            await peer.hang_up()
            await it.save()
            await it.link.synced(20)
        assert len(peer.model.applied) == len(set(peer.model.applied)) == 5
        assert peer.sessions >= 6


async def test_lost_answers_never_apply_twice(peer: Peer, tmp_path: Path) -> None:
    """The server commits, and the line breaks before the answer."""
    async with desk(tmp_path, peer.url) as it:
        await it.link.synced(20)
        peer.mute = lambda message: isinstance(message, Push) and bool(peer.model.push(message))
        await it.save()
        await until(lambda: len(peer.model.applied) == 1)
        await peer.hang_up()
        peer.mute = lambda _: False
        await it.link.synced(20)
        assert len(peer.model.applied) == 1


async def test_nobody_there(tmp_path: Path) -> None:
    async with listening(Peer()) as gone:
        url = gone.url
    async with desk(tmp_path, url) as it:
        await it.save()
        await until(lambda: any(isinstance(news, SyncNews) and news.outbox == 1 for news in it.heard))
        assert not it.last.connected
        assert it.last.why is not None
        assert it.last.why.code == "sync_down"
        with pytest.raises(Refused) as refusal:
            await it.link.synced(0.1)
        assert refusal.value.code == "offline"


async def test_a_full_disk_here_is_not_called_a_server_that_is_away(peer: Peer, tmp_path: Path) -> None:
    async with desk(tmp_path, peer.url) as it:
        await it.save()
        await it.link.synced(20)
        used = (await it.store._writer.settings("pragma page_count"))[0][0]
        await it.store._writer.settings(f"pragma max_page_count = {used}")
        for number in range(60):
            peer.model.write({("member", f"m{number}"): Member(id=f"m{number}", name=SafeText("林" * 60))}, None)
        await peer.hang_up()
        await until(lambda: it.last.why is not None and it.last.why.code == "sync_disk_full")
        await it.store._writer.settings("pragma max_page_count = 1000000")
        await it.link.synced(20)
        assert len(await it.store.dump("members")) == 61


@pytest.mark.parametrize("silent", [Hello, Pull, Push, Ping])
async def test_a_server_that_stops_answering_is_left(peer: Peer, tmp_path: Path, silent: type) -> None:
    peer.mute = lambda message: isinstance(message, silent)
    async with desk(tmp_path, peer.url) as it:
        if silent is not Pull:  # a live frame would be an answer too
            await it.save()
        if silent is Ping:
            peer.mute = lambda message: not isinstance(message, Hello)
        await until(lambda: peer.sessions >= 2)
        peer.mute = lambda _: False
        await it.link.synced(20)
        assert len(peer.model.applied) == (silent is not Pull)


HOSTILE: list[bytes | str] = [
    "not json",
    "{}",
    '{"type":"nonsense"}',
    '{"type":"welcome"}',
    '{"type":"pong","at":1,"now":"x"}',
    "[" * 100_000,
    '{"type":"changes","page":{"set":"org@clear","prev":0,"seq":99999999999999999999,"chain":"","images":[],"up":false}}',
    '{"type":"hello","device":"x","signature":"y","epoch":"z"}',
    b"\xff\xfe\x00",
    '{"type":"notice","code":"' + "x" * 600_000 + '","message":"m"}',
]


@pytest.mark.parametrize("frame", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_frames_close_the_session_and_nothing_else(
    peer: Peer, tmp_path: Path, frame: bytes | str
) -> None:
    peer.raw = [frame]
    async with desk(tmp_path, peer.url) as it:
        await it.save()
        await until(lambda: peer.sessions >= 2)
        assert any(isinstance(news, SyncNews) and news.why is not None for news in it.heard)
        peer.raw = []
        await it.link.synced(20)
        assert len(peer.model.applied) == 1
    assert set(peer.closes) & {1002, 1007, 1008, 1009}


async def test_a_hostile_page_is_no_crash(peer: Peer, tmp_path: Path) -> None:
    """A page that is well formed and nonsense: rows of no kind, bodies of no shape, a name of 4 MB cut by SafeText."""
    peer.raw = [
        '{"type":"changes","page":{"set":"org@clear","prev":0,"seq":7,"chain":"c","up":true,"count":5,"digest":"zz","images":[]}}'
    ]
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: peer.sessions >= 2)
        peer.raw = []
        await it.link.synced(20)


async def test_notices_reach_the_person(peer: Peer, tmp_path: Path) -> None:
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: it.link.connected)
        await peer.tell(ServerNotice(code="backup", message=SafeText("\x1b[2Jrestart at noon")))
        await until(lambda: NoticeNews("backup", SafeText("[2Jrestart at noon")) in it.heard)


async def test_how_the_sources_of_the_server_stand_is_known_while_it_is_there(peer: Peer, tmp_path: Path) -> None:
    why = Why("line_ok", {"port": "pbx"})
    source = SourceStands(
        id="pbx", dialect="ami", label=SafeText("main"), level=Level.OK, why=why, words=SafeText("well")
    )
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: it.link.connected)
        await peer.tell(ServerNotice(code=SOURCES, message=SafeText(), sources=(source,)))
        await until(lambda: it.last.sources == (source,))
        assert (await it.link.status()).sources == (source,)
        assert not any(isinstance(news, NoticeNews) for news in it.heard), "it is no line for the person"
        await peer.hang_up()
        await until(lambda: any(isinstance(news, SyncNews) and not news.connected for news in it.heard))
        await until(lambda: it.link.connected and it.last.connected)
        assert it.last.sources == (), "another session begins without"


async def test_a_server_that_cannot_save_is_not_left_and_gets_everything_again_once_it_can(
    peer: Peer, tmp_path: Path
) -> None:
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: it.link.connected)
        peer.mute = lambda message: isinstance(message, Push)
        await peer.tell(FULL)
        await it.save()
        await until(lambda: it.last.why == Why("sync_unsaved") and it.last.outbox == 1)
        await asyncio.sleep(2 * QUICK.watchdog)
        assert (peer.sessions, it.last.connected) == (1, True)
        assert (await it.link.status()).why == Why("sync_unsaved")
        peer.mute = lambda _: False
        await peer.tell(WELL)
        await until(lambda: it.last.outbox == 0 and it.last.why is None, RESEND_SECONDS / 2)
        assert peer.sessions == 1
        assert not any(isinstance(news, NoticeNews) for news in it.heard)


async def test_a_server_that_slows_this_desk_down_is_said_to_until_it_takes_what_is_sent(
    peer: Peer, tmp_path: Path
) -> None:
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: it.link.connected)
        peer.mute = lambda message: isinstance(message, Push)
        await it.save()
        await peer.tell(Denied(ref=PUSH, code="slow_down", message=SafeText("later"), retry_after=0.5))
        await until(lambda: it.last.why == Why("sync_slowed"))
        assert it.last.connected
        peer.mute = lambda _: False
        await until(lambda: it.last.outbox == 0 and it.last.why is None, RESEND_SECONDS / 2)


async def test_a_server_that_cannot_let_it_in_says_why(peer: Peer, tmp_path: Path) -> None:
    peer.refusal = FULL
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: bool(it.heard) and it.last.why == Why("sync_unsaved"))
        assert not it.last.connected
        peer.refusal = None
        await it.link.synced(20)
        assert it.last.why is None


async def test_signing_in_online_offline_and_wrong(peer: Peer, tmp_path: Path) -> None:
    async with desk(tmp_path, peer.url) as it:
        await until(lambda: it.link.connected)
        with pytest.raises(Refused) as refusal:
            await it.link.sign_in("mei", "wrong")
        assert refusal.value.code == "not_allowed"
        with pytest.raises(Refused) as refusal:
            await it.link.sign_in("mei", HURRIED)
        assert refusal.value.code == "wait"
        assert isinstance(refusal.value, MustWait)
        online = await it.link.sign_in("mei", "correct horse")
        assert (online.actor.person, online.grant) == ("mei", "token")
    async with desk(tmp_path, "ws://127.0.0.1:9/sync") as it:
        assert await it.link.sign_in("mei", "correct horse") == online
        with pytest.raises(Refused) as refusal:
            await it.link.sign_in("mei", "wrong")
        assert refusal.value.code == "not_allowed"
        with pytest.raises(Refused) as refusal:
            await it.link.sign_in("ann", "correct horse")
        assert refusal.value.code == "offline"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ws://shop.example:8700/sync", "ws:// is only for this machine; write wss://shop.example:8700/sync"),
        ("ws://192.168.1.5/sync", "only for this machine"),
        ("http://127.0.0.1/sync", "no address of a server"),
        ("wss://127.0.0.1:99999/sync", "no address of a server"),
        ("wss://shop.example:8700", "ends in /sync; write wss://shop.example:8700/sync"),
        ("ws://127.0.0.1:8700/", "ends in /sync; write ws://127.0.0.1:8700/sync"),
        ("wss:///sync", "no address of a server"),
        ("", "no address of a server"),
    ],
)
async def test_addresses_that_can_never_work(tmp_path: Path, url: str, words: str) -> None:
    store = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(time.time, time.monotonic))
    try:
        with pytest.raises(BadInput, match=words):
            await Desk(store, url, QUICK).link.run()
    finally:
        await store.close()


# --- enrolment and TLS --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ws://127.0.0.1:9/sync", "nothing answers at 127.0.0.1:9; start the server there (`ringdesk server`)"),
        ("ws://localhost:9/sync", "nothing answers at localhost:9; start the server there"),
        ("wss://no-such-host.invalid:9/sync", "there is no host no-such-host.invalid; correct the address"),
    ],
)
async def test_a_line_that_cannot_be_opened_says_what_to_do(url: str, words: str) -> None:
    with pytest.raises(Unreachable) as failure:
        async with socket.opened(url, None if url.startswith("ws:") else socket.strangers()):
            pass
    assert words in str(failure.value)
    assert "rrno" not in str(failure.value)


async def test_in_the_clear_to_a_server_that_speaks_tls(tmp_path: Path) -> None:
    async with listening(Peer(), tls(authority_in(tmp_path))) as peer:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:[0-9]+ speaks TLS: use wss://"):
            async with socket.opened(peer.url.replace("wss:", "ws:"), None):
                pass


async def test_with_tls_to_a_server_in_the_clear(peer: Peer) -> None:
    with pytest.raises(Unreachable, match=r"speaks without encryption.*use ws://"):
        async with socket.opened(peer.url.replace("ws:", "wss:"), socket.strangers()):
            pass


def tls(authority: Authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate)
    return context


def authority_in(folder: Path) -> Authority:
    return ensure(folder, ("127.0.0.1",), time.time())


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[Store]:
    store = await Store.open(directory, ids=Ids(), clock=ServerClock(time.time, time.monotonic))
    try:
        yield store
    finally:
        await store.close()


async def test_enrolment_over_tls_and_the_desk_after_it(tmp_path: Path) -> None:
    authority = authority_in(tmp_path / "server")
    peer = Peer(ca=authority.pem(), code=secret_text(SECRET))
    data = tmp_path / "desk"
    async with listening(peer, tls(authority)):
        async with opened(data) as store:
            assert not await is_enrolled(store)
            done = await enrol(store, peer.url, make_code(SECRET, authority.fingerprint).lower(), "Front desk")
            assert done.device == "desk-1"
            assert await is_enrolled(store)
        assert stat.S_IMODE((data / CA_FILE).stat().st_mode) == 0o600
        async with desk(data, peer.url) as it:
            await it.save()
            assert (await it.link.synced(20)).outbox == 0


async def test_another_server_never_sees_the_secret(tmp_path: Path) -> None:
    true, false = authority_in(tmp_path / "true"), authority_in(tmp_path / "false")
    peer = Peer(ca=false.pem(), code=secret_text(SECRET))
    async with listening(peer, tls(false)), opened(tmp_path / "desk") as store:
        with pytest.raises(Refused) as refusal:
            await enrol(store, peer.url, make_code(SECRET, true.fingerprint), "x")
        assert refusal.value.code == "wrong_server"
        assert not (tmp_path / "desk" / CA_FILE).exists()
    assert peer.heard == []


async def test_a_server_that_shows_the_true_ca_and_has_another_key(tmp_path: Path) -> None:
    """The CA certificate is public: whoever shows it must also hold a certificate that it signed."""
    true, false = authority_in(tmp_path / "true"), authority_in(tmp_path / "false")
    peer = Peer(ca=true.pem(), code=secret_text(SECRET))
    async with listening(peer, tls(false)), opened(tmp_path / "desk") as store:
        with pytest.raises(Unreachable, match="not the server of the enrolment"):
            await enrol(store, peer.url, make_code(SECRET, true.fingerprint), "x")
    assert not any(isinstance(message, Enrol) for message in peer.heard)


async def test_an_enrolled_desk_refuses_another_ca(tmp_path: Path) -> None:
    true, false = authority_in(tmp_path / "true"), authority_in(tmp_path / "false")
    peer = Peer(ca=false.pem())
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / CA_FILE).write_text(true.pem())
    async with listening(peer, tls(false)), desk(tmp_path / "desk", peer.url) as it:
        await until(lambda: bool(it.heard) and it.last.why is not None and it.last.why.code == "sync_down")
        assert "not the server of the enrolment" in (it.last.why.english() if it.last.why else "")
    assert peer.heard == []


async def test_codes_that_do_not_fit(peer: Peer, tmp_path: Path) -> None:
    peer.code = "another"
    async with opened(tmp_path) as store:
        with pytest.raises(BadInput, match="typing error"):
            await enrol(store, peer.url, "AAAA-BBBB", "x")
        with pytest.raises(Refused) as refusal:
            await enrol(store, peer.url, make_code(SECRET), "x")
        assert refusal.value.code == "bad_code"
        with pytest.raises(Unreachable):
            await enrol(store, peer.url.replace("ws:", "wss:"), make_code(SECRET), "x")
        assert not await is_enrolled(store)
        assert not (tmp_path / CA_FILE).exists()


async def test_a_desk_without_its_ca(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        with pytest.raises(RingdeskError, match="enrol this device anew"):
            await Desk(store, "wss://127.0.0.1:1/sync", QUICK).link.run()


async def test_enrolling_keeps_what_was_written_before(peer: Peer, tmp_path: Path) -> None:
    peer.code = secret_text(SECRET)
    async with opened(tmp_path) as store:
        await store.save(MemberAdd(fields=MemberFields(name=SafeText("early"))), actor=ACTOR)
        await enrol(store, peer.url, make_code(SECRET), "x")
        assert [op.dev_seq for op in await store.outgoing(1, 9, 1 << 20)] == [1]
    async with desk(tmp_path, peer.url) as it:
        await it.link.synced(20)
    assert len(peer.model.applied) == 1
    assert peer.model.digest(ORG).count == 1
