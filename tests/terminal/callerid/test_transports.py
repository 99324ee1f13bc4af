import errno
import os
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import serial
from serial.rfc2217 import PortManager

from terminal.callerid.ports import PortError, cannot_open
from terminal.callerid.source import SourceSpec, parse
from terminal.callerid.transports import open_port
from tests.terminal.callerid.lines import PATIENCE, Pty

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")


def spec(url: str) -> SourceSpec:
    return parse(url, "test")


def code_at_opening(url: str) -> str:
    with pytest.raises(PortError) as refused:
        open_port(spec(url))
    assert str(refused.value) == refused.value.why.english()
    return refused.value.why.code


def test_bytes_cross_a_serial_port_both_ways_untouched(pty: Pty) -> None:
    every_byte = bytes(range(256))
    with closing(open_port(spec(pty.url))) as port:
        pty.say(every_byte)
        heard = b""
        while len(heard) < 256:
            heard += port.read(PATIENCE)
        port.write(every_byte)
        assert heard == every_byte == pty.hear(256)


def test_read_returns_empty_at_the_time_out_and_when_woken(pty: Pty) -> None:
    with closing(open_port(spec(pty.url))) as port:
        assert port.read(0.01) == b""
        threading.Timer(0.05, port.wake).start()
        assert port.read(PATIENCE) == b""


def test_a_port_that_was_woken_before_the_read_does_not_wait(pty: Pty) -> None:
    with closing(open_port(spec(pty.url))) as port:
        port.wake()
        assert port.read(10 * PATIENCE) == b""


def test_a_second_opening_finds_the_port_in_use(pty: Pty) -> None:
    with closing(open_port(spec(pty.url))):
        assert code_at_opening(pty.url) == "port_in_use"
    with closing(open_port(spec(pty.url))):
        pass


def test_unplugging_is_seen_by_read_and_by_write(pty: Pty) -> None:
    with closing(open_port(spec(pty.url))) as port:
        pty.unplug()
        with pytest.raises(PortError, match="was unplugged") as reading:
            port.read(PATIENCE)
        with pytest.raises(PortError, match="was unplugged"):
            port.write(b"AT\r")
    assert reading.value.detail


def test_a_device_that_takes_no_bytes_is_stuck(pty: Pty) -> None:
    with closing(open_port(spec(pty.url))) as port, pytest.raises(PortError, match="takes no bytes"):
        port.write(b"A" * 4_000_000)


def test_what_is_no_serial_port(tmp_path: Path) -> None:
    assert code_at_opening(f"serial://{tmp_path}/none") == "port_missing"
    assert code_at_opening(f"serial://{tmp_path}") == "port_no_serial"
    (tmp_path / "file").touch()
    assert code_at_opening(f"serial://{tmp_path}/file") == "port_no_serial"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_missing_permission_names_the_group(number: int) -> None:
    wrapped = serial.SerialException(number, "could not open port /dev/ttyACM0")
    refused = cannot_open("/dev/ttyACM0", wrapped)
    assert refused.why.code == ("port_no_permission_linux" if os.uname().sysname == "Linux" else "port_no_permission")
    if os.uname().sysname == "Linux":
        assert "dialout" in str(refused)


def test_a_failure_without_a_number_is_put_into_words_and_keeps_what_the_system_said() -> None:
    refused = cannot_open("COM3", serial.SerialException("the driver is on strike\x1b[2J"))
    assert refused.why.code == "port_failed"
    assert str(refused) == "COM3 cannot be used; check the device, its cable and its settings"
    assert refused.detail == "the driver is on strike[2J"


def test_a_port_with_no_device_behind_it_is_told_so() -> None:
    """Linux has `/dev/ttyS1` for a card that is not there: it opens, and cannot be set up."""
    refused = cannot_open(
        "/dev/ttyS1", serial.SerialException(errno.EIO, "Could not configure port: Input/output error")
    )
    assert refused.why.code == "port_empty"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        yield listening


def at(server: socket.socket, scheme: str = "socket") -> str:
    return f"{scheme}://127.0.0.1:{server.getsockname()[1]}"


def test_bytes_cross_a_socket_and_what_came_at_the_opening_is_kept(server: socket.socket) -> None:
    with closing(open_port(spec(at(server)))) as port:
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"\x00early")
            heard = b""
            while len(heard) < 6:
                heard += port.read(PATIENCE)
            port.write(b"AT\r")
            assert (heard, peer.recv(3)) == (b"\x00early", b"AT\r")
    port.wake()


def test_the_end_of_a_connection_is_seen(server: socket.socket) -> None:
    with closing(open_port(spec(at(server)))) as port:
        server.accept()[0].close()
        with pytest.raises(PortError, match="closed the connection"):
            port.read(PATIENCE)


def test_a_reset_is_seen_by_read_and_by_write(server: socket.socket) -> None:
    with closing(open_port(spec(at(server)))) as port:
        peer, _ = server.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        peer.close()
        with pytest.raises(PortError, match="closed the connection"):
            port.read(PATIENCE)
        with pytest.raises(PortError, match="closed the connection"):
            port.write(b"AT\r")


def test_nobody_listens(server: socket.socket) -> None:
    url = at(server)
    server.close()
    assert code_at_opening(url) == "port_refused"
    assert code_at_opening(url.replace("socket", "rfc2217")) == "port_refused"


def test_a_host_that_does_not_exist() -> None:
    assert code_at_opening("socket://no-such-host.invalid:7001") == "port_unknown_host"


class Rfc2217Server:
    """One client of pyserial's own server half, in front of a device that echoes."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._device = serial.serial_for_url("loop://", timeout=0.05)
        self._peer: socket.socket | None = None
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._from_network)]
        self._threads[0].start()

    def write(self, data: bytes) -> None:
        """What PortManager answers by itself."""
        assert self._peer is not None
        self._peer.sendall(data)

    def _from_network(self) -> None:
        self._peer, _ = self._listening.accept()
        # the stubs want pyserial's own classes; it asks for a port and for something that writes
        manager = PortManager(self._device, self)  # type: ignore[arg-type]
        to_network = threading.Thread(target=self._from_device, args=(manager,))
        to_network.start()
        self._threads.append(to_network)
        while data := self._peer.recv(1024):
            self._device.write(b"".join(manager.filter(data)))

    def _from_device(self, manager: PortManager) -> None:
        while not self._over.is_set():
            if data := self._device.read(64):
                self.write(b"".join(manager.escape(data)))

    def hang_up(self) -> None:
        assert self._peer is not None
        self._peer.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._over.set()
        if self._peer is not None:
            with suppress(OSError):
                self._peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        if self._peer is not None:
            self._peer.close()
        self._device.close()


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")
def test_bytes_cross_an_rfc2217_port_and_its_end_is_seen(server: socket.socket) -> None:
    with closing(Rfc2217Server(server)) as remote, closing(open_port(spec(at(server, "rfc2217")))) as port:
        port.write(b"AT\xff\r")
        heard = b""
        while len(heard) < 4:
            heard += port.read(PATIENCE)
        assert heard == b"AT\xff\r"
        remote.hang_up()
        with pytest.raises(PortError, match="closed the connection"):
            deque(iter(lambda: port.read(PATIENCE), None), maxlen=0)
