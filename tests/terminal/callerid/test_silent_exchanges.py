"""An exchange that falls silent while it rings, over real sockets: its calls end when their lease is over, and not before."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from ringdesk.calls import CallEvent, CallState, EventKind
from ringdesk.codecs import sipregister
from ringdesk.simulators.esl import SimulatedFreeSwitch
from tests.terminal.callerid.lines import Listener
from tests.terminal.callerid.test_exchanges import SECRET, Server, calls, pump, recorded

LEASE = 2.0


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return file


def stopped(listener: Listener) -> list[CallEvent]:
    return [event for event in listener.events if event.event is EventKind.RING_STOPPED]


def rings(listener: Listener) -> bool:
    return any(event.event is EventKind.RINGING for event in listener.events)


class Registrar:
    """A SIP server on a real UDP port: it takes a registration, rings as recorded, and says nothing after that."""

    def __init__(self, invite: bytes) -> None:
        self.heard: list[bytes] = []
        self._invite = invite
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        rung = False
        while not self._over.is_set():
            with suppress(TimeoutError):
                data, sender = self._socket.recvfrom(65_535)
                self.heard.append(data)
                if rung:
                    continue
                self._socket.sendto(self._taken(data, sender), sender)
                if rung := b"\r\nContact:" in data:  # the first one asks at which address it is seen
                    self._socket.sendto(self._invite, sender)

    @staticmethod
    def _taken(request: bytes, sender: tuple[str, int]) -> bytes:
        """200 OK with the address at which it sees the telephone (RFC 3581)."""
        lines = request.decode().split("\r\n")
        kept = [line for line in lines if line.split(":")[0] in ("Via", "From", "To", "Call-ID", "CSeq", "Contact")]
        seen = [line.replace(";rport", f";received={sender[0]};rport={sender[1]}") for line in kept]
        return "\r\n".join(["SIP/2.0 200 OK", *seen, "Expires: 1", "Content-Length: 0", "", ""]).encode()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    with closing(Registrar(recorded("sip", "cancelled")[0])) as it:
        yield it


def expect_ended_by_lease(listener: Listener, down: str) -> None:
    """What rang is told to have stopped, once, a lease after the link was told to be down."""
    listener.wait_for_code(down)
    at = time.monotonic()
    assert not stopped(listener), "the link has only just been lost"
    listener.wait(lambda: bool(stopped(listener)))
    assert LEASE - 1.5 < time.monotonic() - at < LEASE + 15
    (over,) = stopped(listener)
    assert over.lapsed
    (call,) = calls(listener)
    assert (call.state, call.lapsed) == (CallState.RING_STOPPED, True)


def test_a_freeswitch_that_is_cut_off_and_then_answers_nobody(listener: Listener, secret: Path) -> None:
    with closing(Server(SimulatedFreeSwitch(SECRET), recorded("esl", "forwarded")[:1])) as server:
        url = f"tcp://127.0.0.1:{server.port}?dialect=esl&secret-file={secret}&lease={LEASE}"
        with pump(listener, url, "esl"):
            listener.wait(lambda: rings(listener))
            expect_ended_by_lease(listener, "port_closed")  # the new connection stands, and nobody speaks on it


def test_a_sip_server_that_takes_no_registration_any_more(
    listener: Listener, secret: Path, registrar: Registrar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sipregister, "GIVE_UP", 1.0)
    monkeypatch.setattr(sipregister, "SHORTEST", 0.5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"udp://127.0.0.1:{port}?dialect=sip&registrar=127.0.0.1:{registrar.port}&secret-file={secret}&lease={LEASE}"
    with pump(listener, url, "sip"):
        listener.wait(lambda: rings(listener))
        listener.wait_for_code("sip_registered")
        expect_ended_by_lease(listener, "sip_silent")
    assert any(data.startswith(b"SIP/2.0 180") for data in registrar.heard), "it rang over the real line"


def test_a_call_that_is_cancelled_in_time_has_no_lease_left(listener: Listener, secret: Path) -> None:
    with closing(Server(SimulatedFreeSwitch(SECRET), recorded("esl", "forwarded"))) as server:
        url = f"tcp://127.0.0.1:{server.port}?dialect=esl&secret-file={secret}&lease={LEASE}"
        with pump(listener, url, "esl"):
            listener.wait_for_code("port_closed")
            time.sleep(LEASE + 1)
    assert not stopped(listener)
    (call,) = calls(listener)
    assert call.state is CallState.ENDED
