"""Against listeners that say what a test wants."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from terminal.sync.health import Health, look
from terminal.sync.socket import Unreachable


@contextmanager
def answering(said: bytes | None) -> Iterator[str]:
    """The address of one that answers once with these bytes and hangs up; None: takes the connection and is silent."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                line.recv(4096)
                if said is None:
                    over.wait(30)
                else:
                    line.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/sync"
        over.set()


@pytest.mark.parametrize(("status", "health"), [("200 OK", "well"), ("503 No", "unwell"), ("404 No", "there")])
def test_what_is_answered_to_the_question_for_health(status: str, health: str) -> None:
    with answering(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode()) as url:
        assert look(url, None) == Health(health)


def test_what_is_no_web_server_is_no_server() -> None:
    with answering(b"220 mail ready\r\n") as url, pytest.raises(Unreachable) as caught:
        look(url, None)
    assert caught.value.why.code == "uplink_other"


def test_silence_has_an_end() -> None:
    began = time.monotonic()
    with answering(None) as url, pytest.raises(Unreachable) as caught:
        look(url, None, 0.3)
    assert caught.value.why.code == "uplink_late"
    assert time.monotonic() - began < 3
