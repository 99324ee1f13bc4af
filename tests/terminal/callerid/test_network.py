import errno
import os
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step
from ringdesk.why import Why
from terminal.callerid.network import LONGEST_DATAGRAM, TcpPort, UdpPort
from terminal.callerid.ports import CHUNK, Port, PortError, cannot_open
from terminal.callerid.source import SourceSpec, parse
from terminal.callerid.tlspeer import TlsPeer
from terminal.callerid.transports import open_port
from tests.terminal.callerid.lines import PATIENCE, LineDialect, Listener

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def opened(url: str) -> Port:
    return open_port(parse(url, "test"))


def refused(url: str) -> PortError:
    with pytest.raises(PortError) as error:
        opened(url)
    assert str(error.value) == error.value.why.english()
    assert str(error.value).isprintable()
    return error.value


def read_all(port: Port, count: int) -> bytes:
    heard = b""
    while len(heard) < count:
        heard += port.read(PATIENCE)
    return heard


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        yield listening


def at(server: socket.socket, options: str = "") -> str:
    return f"tcp://127.0.0.1:{server.getsockname()[1]}?dialect=ami{options}"


# --- TCP --------------------------------------------------------------------------------------------------------------


def test_a_connection_watches_over_a_peer_that_fell_silent(server: socket.socket) -> None:
    with closing(TcpPort(parse(at(server), "test"))) as port, server.accept()[0]:
        options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE), (socket.IPPROTO_TCP, socket.TCP_NODELAY)]
        assert all(port._socket.getsockopt(*option) for option in options)
        if sys.platform == "linux":
            assert port._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
            assert port._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
        assert port.peer is None


def test_a_peer_that_confirms_nothing_is_told_apart_from_one_that_hangs_up(
    server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(TcpPort(parse(at(server), "test"))) as port, server.accept()[0] as peer:
        peer.sendall(b"x")

        class Dead(socket.socket):
            def recv(self, *_: int) -> bytes:
                raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

            def sendall(self, *_: object) -> None:
                raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")

        dead = Dead(fileno=port._socket.detach())
        monkeypatch.setattr(port, "_socket", dead)
        with pytest.raises(PortError, match="fell silent"):
            port.read(PATIENCE)
        with pytest.raises(PortError, match="fell silent"):
            port.write(b"Action: Ping")


def test_a_peer_that_takes_no_bytes_is_given_up(server: socket.socket) -> None:
    with closing(opened(at(server))) as port, server.accept()[0], pytest.raises(PortError, match="takes no bytes"):
        port.write(b"A" * 64_000_000)


def test_a_name_that_leads_nowhere_and_a_port_where_nobody_listens(server: socket.socket) -> None:
    assert refused("tcp://no-such-host.invalid:5038?dialect=ami").why.code == "port_unknown_host"
    assert refused("tcp://" + "x" * 64 + ".invalid:5038?dialect=ami").why.code == "port_unknown_host"
    url = at(server)
    server.close()
    assert refused(url).why.code == "port_refused"


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pbx")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(EPOCH)
        .not_valid_after(EPOCH + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "pbx.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def encrypted(server: socket.socket, pem: Path) -> Iterator[list[ssl.SSLSocket]]:
    """The server's ends of the connections that come, in TLS; those that fail are left out."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    ends: list[ssl.SSLSocket] = []

    def accept() -> None:
        with ExitStack() as stack:
            end = stack.enter_context(server.accept()[0])
            try:
                ends.append(context.wrap_socket(end, server_side=True))
            except OSError:
                return

    thread = threading.Thread(target=accept)
    thread.start()
    yield ends
    thread.join()
    for end in ends:
        end.close()


def test_bytes_cross_tls_in_records_of_any_size(
    server: socket.socket, pem: Path, encrypted: list[ssl.SSLSocket]
) -> None:
    with closing(opened(at(server, f"&tls=1&ca={pem}"))) as port:
        port.write(b"Action: Login\r\n\r\n")
        while not encrypted:
            pass
        assert encrypted[0].recv(100) == b"Action: Login\r\n\r\n"
        block = os.urandom(3 * CHUNK + 17)
        encrypted[0].sendall(block)
        assert read_all(port, len(block)) == block
        assert port.read(0.01) == b""
        encrypted[0].close()
        with pytest.raises(PortError, match="closed the connection"):
            port.read(PATIENCE)


def test_a_certificate_of_nobody_known_is_refused(server: socket.socket, encrypted: list[ssl.SSLSocket]) -> None:
    error = refused(at(server, "&tls=1"))
    assert error.why.code == "port_untrusted"
    assert "self" in str(error)
    assert "ca=FILE" in str(error)


def test_a_certificate_of_another_name_is_refused(
    server: socket.socket, pem: Path, encrypted: list[ssl.SSLSocket]
) -> None:
    url = at(server, f"&tls=1&ca={pem}").replace("127.0.0.1", "localhost")
    assert refused(url).why.code == "port_untrusted"


def test_a_port_without_tls_and_certificates_that_cannot_be_read(server: socket.socket, tmp_path: Path) -> None:
    def plain() -> None:
        with server.accept()[0] as end:
            end.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            end.recv(1000)

    thread = threading.Thread(target=plain)
    thread.start()
    assert refused(at(server, "&tls=1")).why.code == "port_plain"
    thread.join()
    (tmp_path / "no.pem").write_text("hello")
    assert refused(at(server, f"&tls=1&ca={tmp_path}/none.pem")).why.code == "port_ca_unread"
    assert refused(at(server, f"&tls=1&ca={tmp_path}/no.pem")).why.code == "port_ca_unread"


class Mute(LineDialect):
    """Waits for the peer to speak first, and says so when it does not."""

    def opened(self, now: float) -> Step:
        self.next_due = now + 0.05
        return Step()

    def due(self, now: float) -> Step:
        self.next_due = None
        return Step(notices=(Notice(Level.BROKEN, Why("test_silent")),))


@pytest.mark.parametrize("in_tls", [True, False])
def test_a_peer_that_waits_for_tls_is_told_from_one_that_is_silent(
    listener: Listener, server: socket.socket, pem: Path, in_tls: bool
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def serve() -> None:
        """The desk's connection, then the one that only looks."""
        with server.accept()[0] as mute, server.accept()[0] as end, suppress(OSError):
            if in_tls:
                context.wrap_socket(end, server_side=True).close()
            else:
                end.close()
            mute.recv(1000)

    thread = threading.Thread(target=serve)
    thread.start()
    pump = listener.pump(at(server), Mute)
    pump.start()
    listener.wait_for_code("line_wants_tls" if in_tls else "test_silent")
    pump.close()
    thread.join()
    if in_tls:
        assert "add `tls=1`" in listener.notices[-1][1].why.english()


def test_what_such_a_peer_does_later_has_the_same_reason() -> None:
    looks: list[str] = []
    answers = iter([True])

    def look(spec: SourceSpec) -> bool:
        looks.append(spec.address)
        return next(answers)

    def codes(peer: TlsPeer) -> list[str]:
        notices = [Notice(Level.BROKEN, Why(f"test{end}")) for end in ("_cut_off", "_silent", "_cut_off", "_refused")]
        return [peer.explained(notice).why.code for notice in notices]

    spec = parse("tcp://pbx:5038?dialect=ami", "d")
    assert codes(TlsPeer(spec, look)) == ["test_cut_off", "line_wants_tls", "line_wants_tls", "test_refused"]
    spoke = TlsPeer(spec, look)
    spoke.heard()
    for peer in (spoke, TlsPeer(parse("tcp://pbx:5039?dialect=ami&tls=1", "d"), look)):
        assert codes(peer) == ["test_cut_off", "test_silent", "test_cut_off", "test_refused"]
    assert looks == ["pbx:5038"], "only a plain one that said nothing is looked at"


# --- UDP --------------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def udp() -> Iterator[tuple[UdpPort, int]]:
    number = free_port()
    with closing(UdpPort(parse(f"udp://127.0.0.1:{number}?dialect=sip", "test"))) as port:
        yield port, number


@pytest.fixture
def peers() -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        made = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)]
        for peer in made:
            peer.bind(("127.0.0.1", 0))
            peer.settimeout(PATIENCE)
        yield made


def named(peer: socket.socket) -> str:
    return "{}:{}".format(*peer.getsockname())


def test_each_datagram_is_one_read_and_is_answered_from_the_same_port(
    udp: tuple[UdpPort, int], peers: list[socket.socket]
) -> None:
    port, number = udp
    for peer, data in [(peers[0], b"one"), (peers[1], b"two"), (peers[0], b""), (peers[0], b"three")]:
        peer.sendto(data, ("127.0.0.1", number))
    heard: list[tuple[bytes, str | None]] = []
    while len(heard) < 3:
        if data := port.read(PATIENCE):
            heard.append((data, port.peer))
    assert heard == [(b"one", named(peers[0])), (b"two", named(peers[1])), (b"three", named(peers[0]))]
    port.write(b"for two", named(peers[1]))
    assert peers[1].recvfrom(100) == (b"for two", ("127.0.0.1", number))


def test_the_largest_datagram_comes_whole(udp: tuple[UdpPort, int], peers: list[socket.socket]) -> None:
    port, number = udp
    block = os.urandom(65_507)
    peers[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * LONGEST_DATAGRAM)
    peers[0].sendto(block, ("127.0.0.1", number))
    assert port.read(PATIENCE) == block


def test_what_cannot_be_sent_harms_nobody(udp: tuple[UdpPort, int], peers: list[socket.socket]) -> None:
    port, number = udp
    gone = named(peers[1])
    peers[1].close()
    nowhere = [
        gone,
        None,
        "",
        "no-port",
        "127.0.0.1:99999",
        f"127.0.0.1:{'9' * 5000}",
        f"x.invalid:{'9' * 5000}",
        "127.0.0.1:9²",
        "[::1]:5060",
        "255.255.255.255:9",
        "x.invalid:5060",
    ]
    for peer in nowhere:
        port.write(b"SIP/2.0 180 Ringing\r\n\r\n", peer)
    port.write(b"A" * 70_000, named(peers[0]))
    peers[0].sendto(b"still here", ("127.0.0.1", number))
    while not (data := port.read(PATIENCE)):
        pass
    assert data == b"still here"


def test_a_name_is_looked_up_aside(udp: tuple[UdpPort, int], peers: list[socket.socket]) -> None:
    port, number = udp
    port.write(b"REGISTER", f"localhost:{peers[0].getsockname()[1]}")
    assert peers[0].recvfrom(100) == (b"REGISTER", ("127.0.0.1", number))


def test_a_read_of_datagrams_ends_when_woken(udp: tuple[UdpPort, int]) -> None:
    udp[0].wake()
    assert udp[0].read(10 * PATIENCE) == b""


def test_ipv6_peers_have_brackets() -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as peer:
            peer.bind(("::1", 0))
            number = free_port()
            with closing(opened(f"udp://[::1]:{number}?dialect=sip")) as port:
                peer.sendto(b"hello", ("::1", number))
                assert port.read(PATIENCE) == b"hello"
                assert port.peer == f"[::1]:{peer.getsockname()[1]}"
                port.write(b"back", port.peer)
                peer.settimeout(PATIENCE)
                assert peer.recv(100) == b"back"
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_a_broadcast_is_heard_without_a_host(peers: list[socket.socket]) -> None:
    number = free_port()
    with closing(opened(f"udp://:{number}?dialect=whozz")) as port:
        peers[0].setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        try:
            peers[0].sendto(b"^^<U>", ("127.255.255.255", number))
        except OSError as error:
            pytest.skip(f"no broadcast here: {error}")
        assert port.read(PATIENCE) == b"^^<U>"


def test_a_port_that_cannot_be_had(udp: tuple[UdpPort, int]) -> None:
    assert refused(f"udp://127.0.0.1:{udp[1]}?dialect=sip").why.code == "port_in_use"
    assert refused(f"udp://:{udp[1]}?dialect=sip").why.code == "port_in_use"
    assert refused("udp://192.0.2.1:5060?dialect=sip").why.code == "port_not_here"
    assert refused("udp://no-such-host.invalid:5060?dialect=sip").why.code == "port_unknown_host"
    not_allowed = cannot_open(":67", PermissionError(errno.EACCES, "Permission denied"), listens=True)
    assert not_allowed.why.code == "port_not_allowed"


class Echo(LineDialect):
    """Answers each datagram to whom it came from."""

    def received(self, data: bytes, now: float, peer: str | None = None) -> Step:
        step = super().received(data + b"\n", now, peer)
        return Step(events=step.events, sends=(Send(b"to " + (peer or "").encode(), peer),))


def test_the_pump_keeps_peers_apart_and_records_them(listener: Listener, peers: list[socket.socket]) -> None:
    number = free_port()
    pump = listener.pump(f"udp://127.0.0.1:{number}?dialect=sip", Echo)
    pump.start()
    with closing(pump):
        listener.wait_for_code("line_ok")
        for peer in peers:
            peer.sendto(b"NUMBER 1", ("127.0.0.1", number))
            assert peer.recv(100) == b"to " + named(peer).encode()
        listener.wait(lambda: len(listener.events) == 2)
    told = [(chunk.dir, chunk.peer) for chunk in listener.chunks if chunk.peer]
    assert told == [(way, named(peer)) for peer in peers for way in ("in", "out")]


def test_a_flood_of_datagrams_takes_no_memory_and_the_next_call_is_heard(
    listener: Listener, peers: list[socket.socket]
) -> None:
    number = free_port()
    pump = listener.pump(f"udp://127.0.0.1:{number}?dialect=sip", LineDialect)
    pump._on_chunk = lambda _: None
    pump.start()
    with closing(pump):
        listener.wait_for_code("line_ok")
        for count in range(5000):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as many:
                many.sendto(b"noise %d" % count * 50, ("127.0.0.1", number))
        until = threading.Event()
        while not listener.events:
            peers[0].sendto(b"\nNUMBER 0912345678\n", ("127.0.0.1", number))
            until.wait(0.05)
    assert listener.numbers()[0] == "0912345678"


def test_a_port_that_another_program_has_is_taken_when_it_is_free(listener: Listener) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        number = other.getsockname()[1]
        pump = listener.pump(
            f"udp://127.0.0.1:{number}?dialect=sip", lambda source, _: LineDialect(source, SourceOptions())
        )
        pump.start()
        listener.wait_for_code("port_in_use")
        other.close()
        listener.wait_for_code("line_ok")
        pump.close()
