"""Exchanges and servers over real sockets: the login, and recorded calls one byte at a time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from config import registry
from ringdesk import transcript
from ringdesk.calls import Call, Presentation
from ringdesk.codecs import sipreply
from ringdesk.codecs.sipmessage import Message, Splitter
from ringdesk.simulators import Incoming, SimulatedPeer
from ringdesk.simulators.ami import SimulatedAsterisk
from ringdesk.simulators.esl import SimulatedFreeSwitch
from ringdesk.simulators.ncid import SimulatedNcid
from ringdesk.simulators.sip import SimulatedTrunk
from ringdesk.tracker import Tracker
from terminal.callerid.pump import SourcePump
from tests.terminal.callerid.lines import PATIENCE, Listener

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
SECRET = "ringdesk:a-secret"


class Server:
    """Serves one connection after the other: the peer's side of the login, then what was recorded, each byte by itself."""

    def __init__(self, peer: SimulatedPeer, *recordings: list[bytes]) -> None:
        self.heard: list[bytes] = []
        self._peer = peer
        self._recordings = recordings
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(PATIENCE)
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for recording in self._recordings:
            # the listener may hang up as soon as it has heard enough
            with suppress(ConnectionError), self._listening.accept()[0] as end:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                end.settimeout(PATIENCE)
                self._converse(end, recording)

    def _converse(self, end: socket.socket, recording: list[bytes]) -> None:
        self.heard.append(b"")
        said(end, self._peer.opened(0.0))
        while not self._peer.ready:
            if not self._answer(end):
                return
        end.settimeout(0.02)
        for data in recording:
            said(end, data)
            self._answer(end)
        while self._answer(end):
            pass

    def _answer(self, end: socket.socket) -> bool:
        """What the listener asks meanwhile; False once it has nothing more to ask."""
        try:
            data = end.recv(4096)
        except TimeoutError:
            return False
        self.heard[-1] += data
        said(end, self._peer.received(data, 0.0))
        return bool(data) and not self._peer.hangs_up

    def close(self) -> None:
        self._thread.join()
        self._listening.close()


def said(end: socket.socket, data: bytes) -> None:
    for at in range(len(data)):
        end.sendall(data[at : at + 1])


def recorded(dialect: str, stem: str) -> list[bytes]:
    lines = (TRANSCRIPTS / dialect / f"{stem}.jsonl").read_bytes().splitlines()
    return [chunk.data for chunk in transcript.read(lines) if chunk.dir == "in"]


def pump(listener: Listener, url: str, dialect: str) -> "closing[SourcePump]":
    it = listener.pump(url, registry.dialect(dialect))
    it.start()
    return closing(it)


def calls(listener: Listener) -> tuple[Call, ...]:
    tracker = Tracker()
    for event in listener.events:
        tracker.received(event)
    return tracker.calls


def over(listener: Listener, count: int = 1) -> Callable[[], bool]:
    return lambda: sum(event.event == "ended" for event in listener.events) >= count


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return file


Told = tuple[str | None, str | None, str | None]


@pytest.mark.parametrize(
    ("dialect", "stem", "told"),
    [
        ("ami", "ring-group", ("12155551212", "answered", "1002")),
        ("ami", "queue-answered", ("12155551212", "answered", "1002")),
        ("ami", "missed-caller-abandons", ("12155551212", "missed", None)),
        ("ami", "international-utf8-name", ("+8613800138000", "answered", "1001")),
        ("esl", "queue-answered", ("0912345678", "answered", "1002")),
        ("esl", "declined", ("0912345678", "rejected", None)),
        ("esl", "withheld", (None, "answered", "1001")),
        ("ncid", "gw-in", ("4075551213", "answered", None)),
        ("ncid", "gw-missed", ("4075551214", "missed", None)),
    ],
)
def test_a_recorded_call_over_a_real_connection(
    listener: Listener, secret: Path, dialect: str, stem: str, told: Told
) -> None:
    peers: dict[str, SimulatedPeer] = {
        "ami": SimulatedAsterisk(SECRET),
        "esl": SimulatedFreeSwitch(SECRET),
        "ncid": SimulatedNcid(),
    }
    with closing(Server(peers[dialect], recorded(dialect, stem))) as server:
        url = f"tcp://127.0.0.1:{server.port}?dialect={dialect}&secret-file={secret}"
        with pump(listener, url, dialect):
            listener.wait(over(listener))
    (call,) = calls(listener)
    assert (call.caller.raw, call.outcome, call.answered_by) == told
    assert f"{dialect}_ready" in listener.codes()
    assert b"a-secret" not in b"".join(chunk.data for chunk in listener.chunks if dialect == "ami")


def test_after_a_cut_it_logs_in_again_and_what_is_gone_has_ended(listener: Listener, secret: Path) -> None:
    cut = recorded("ami", "ring-group")[:12]
    exchange = SimulatedAsterisk(SECRET)
    with closing(Server(exchange, cut, recorded("ami", "international-utf8-name"))) as server:
        url = f"tcp://127.0.0.1:{server.port}?dialect=ami&secret-file={secret}"
        with pump(listener, url, "ami"):
            listener.wait(lambda: any(call.outcome == "answered" for call in calls(listener)))
            listener.wait(over(listener, 2))
    assert [heard.count(b"Action: Login") for heard in server.heard] == [1, 1]
    assert listener.codes().count("ami_ready") == 2
    assert "port_closed" in listener.codes()
    assert [(call.caller.raw, call.outcome) for call in calls(listener)] == [
        ("12155551212", "unknown"),
        ("+8613800138000", "answered"),
    ]


@pytest.mark.parametrize(
    ("peer", "dialect", "login", "refusal", "code"),
    [
        (SimulatedAsterisk(SECRET), "ami", b"Action: Login", b"Authentication failed", "ami_refused"),
        (SimulatedFreeSwitch(SECRET), "esl", b"auth ", b"-ERR invalid", "esl_wrong_password"),
    ],
)
def test_a_wrong_secret_is_sent_once_a_connection_and_stays_the_reason_when_the_exchange_hangs_up(
    listener: Listener, secret: Path, peer: SimulatedPeer, dialect: str, login: bytes, refusal: bytes, code: str
) -> None:
    secret.write_text("ringdesk:another\n")

    def refused() -> int:
        return b"".join(chunk.data for chunk in listener.chunks if chunk.dir == "in").count(refusal)

    with closing(Server(peer, [], [], [])) as server:
        with pump(listener, f"tcp://127.0.0.1:{server.port}?dialect={dialect}&secret-file={secret}", dialect):
            listener.wait(lambda: refused() == 3)
        assert [heard.count(login) for heard in server.heard] == [1, 1, 1]
    assert listener.codes() == ["line_starting", f"{dialect}_starting", code]


# --- SIP --------------------------------------------------------------------------------------------------------------


class Registrar:
    """A SIP server with one account: it asks for the password, and rings who has registered."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.port = self.socket.getsockname()[1]

    def request(self) -> tuple[Message, tuple[str, int]]:
        data, sender = self.socket.recvfrom(65_536)
        (message,) = Splitter().feed(data)
        assert isinstance(message, Message)
        return message, sender

    def answer(self, request: Message, to: tuple[str, int], status: int, *more: tuple[str, str]) -> None:
        data = sipreply.response(request, status, "Said", f"{to[0]}:{to[1]}", "registrar", *more)
        self.socket.sendto(data, to)

    def registered(self) -> tuple[Message, tuple[str, int]]:
        """The last REGISTER, after the question for the password."""
        asked = ("WWW-Authenticate", 'Digest realm="pbx", nonce="n1", algorithm=SHA-256, qop="auth"')
        while True:
            request, sender = self.request()
            assert request.method == "REGISTER"
            if not request.first("authorization"):
                self.answer(request, sender, 401, asked)
            elif not request.first("contact"):
                self.answer(request, sender, 200)
            else:
                self.answer(request, sender, 200, ("Contact", f"{request.first('contact')};expires=60"))
                return request, sender

    def ring(self, trunk: SimulatedTrunk, to: tuple[str, int], call: Incoming) -> list[int]:
        """A call to its end: the answers of the listener."""
        seconds = trunk.call(call, time.time())
        until = time.monotonic() + seconds + 0.3
        statuses: list[int] = []
        self.socket.settimeout(0.02)
        while time.monotonic() < until:
            while said := trunk.due(time.time()):
                self.socket.sendto(said, to)
            try:
                data, sender = self.socket.recvfrom(65_536)
            except TimeoutError:
                continue
            assert sender == to
            trunk.received(data, time.time())
            statuses += [one.status for one in Splitter().feed(data) if isinstance(one, Message)]
        return statuses


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    it = Registrar()
    with it.socket:
        yield it


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


CALL = Incoming(number="0227208889", name="CHEN MEI LING", rings=1, cadence=0.2)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_listener_registers_and_is_rung_at_its_port(
    listener: Listener, registrar: Registrar, secret: Path, host: str
) -> None:
    port = free_port()
    url = f"udp://127.0.0.1:{port}?dialect=sip&registrar={host}:{registrar.port}&secret-file={secret}"
    with pump(listener, url, "sip"):
        request, sender = registrar.registered()
        assert sender == ("127.0.0.1", port)
        assert f"@127.0.0.1:{port}>" in request.first("contact")
        assert "a-secret" not in str(request)
        listener.wait_for_code("sip_registered")
        assert registrar.ring(SimulatedTrunk(), sender, CALL) == [100, 180, 200, 487]
        listener.wait(over(listener))
    (call,) = calls(listener)
    assert (call.caller.raw, call.caller.name, call.outcome) == ("0227208889", "CHEN MEI LING", "missed")


def test_a_trunk_rings_a_listener_that_registers_nowhere(listener: Listener, registrar: Registrar) -> None:
    port = free_port()
    with pump(listener, f"udp://127.0.0.1:{port}?dialect=sip&trusted=127.0.0.1", "sip"):
        listener.wait_for_code("line_ok")
        withheld = Incoming(number="0912345678", presentation=Presentation.PRIVATE, rings=1, cadence=0.2)
        assert registrar.ring(SimulatedTrunk(), ("127.0.0.1", port), withheld) == [100, 180, 200, 487]
        listener.wait(over(listener))
    (call,) = calls(listener)
    assert call.caller.presentation is Presentation.PRIVATE
    assert call.caller.raw is None


# --- boxes that send datagrams ----------------------------------------------------------------------------------------


def test_a_packet_that_two_network_cards_hear_is_one_and_another_unit_is_another(listener: Listener) -> None:
    packets = list(
        transcript.read((TRANSCRIPTS / "whozz" / "udp-two-units-broadcast-twice.jsonl").read_bytes().splitlines())
    )
    port = free_port()
    with pump(listener, f"udp://127.0.0.1:{port}?dialect=whozz", "whozz"), ExitStack() as stack:
        cards = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)]
        listener.wait_for_code("line_ok")
        for packet in packets:
            for card in cards:
                card.sendto(packet.data, ("127.0.0.1", port))
        listener.wait(lambda: len(listener.numbers()) >= 2)
        cards[0].sendto(b"^^<U>the end", ("127.0.0.1", port))
        listener.wait(lambda: listener.chunks[-1].data.endswith(b"the end"))
    assert sorted(listener.numbers()) == ["02-2720-8889", "0912345678"]
    assert len(calls(listener)) == 2
