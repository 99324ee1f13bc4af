"""The doctor at a telephone exchange: what an account that was let in may not do, as far as that shows."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cli import doctor
from cli.findings import Finding
from cli.listened import heard_for
from ringdesk.dialects import Level
from ringdesk.simulators.ami import SimulatedAsterisk
from terminal.callerid.source import parse

SECRET = "ringdesk:a-secret"


class Rightless(SimulatedAsterisk):
    """Its account may log in, and nothing else."""

    def _act(self, text: bytes, now: float) -> bytes:
        if b"CoreShowChannels" not in text:
            return super()._act(text, now)
        return b"Response: Error\r\nActionID: list\r\nMessage: Permission denied\r\n\r\n"


@contextmanager
def exchange(room: Path, peer: SimulatedAsterisk, secret: str = SECRET) -> Iterator[str]:
    """The URL of its manager, with a secret file beside it."""
    file = room / "secret"
    file.write_text(f"{secret}\n")

    def serve() -> None:
        while True:
            try:
                wire, _ = listening.accept()
            except OSError:
                return
            with suppress(ConnectionError), wire:
                wire.sendall(peer.opened(0.0))
                while data := wire.recv(4096):
                    wire.sendall(peer.received(data, 0.0))
                    if peer.hangs_up:
                        break

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}?dialect=ami&secret-file={file}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def listened(url: str) -> Finding:
    (finding,) = heard_for(parse(url, "here"), 2.5)
    return finding


@pytest.mark.parametrize(
    ("peer", "level", "code", "silent"),
    [
        (Rightless(SECRET), Level.WARNING, "ami_no_list", "ami_no_list"),
        (SimulatedAsterisk(SECRET), Level.OK, "doctor_ami_ready", "line_ami_nothing"),
        (SimulatedAsterisk("another:one"), Level.BROKEN, "ami_refused", "ami_refused"),
    ],
)
def test_a_login_is_not_yet_all(tmp_path: Path, peer: SimulatedAsterisk, level: Level, code: str, silent: str) -> None:
    with exchange(tmp_path, peer) as url:
        finding = doctor._line(parse(url, "here"), ())
        assert (finding.level, finding.why.code) == (level, code)
        assert listened(url).why.code == silent
