"""A listener that a SIP program of somebody else's rings over UDP."""

import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.processes import PATIENCE, Process

SIPP = shutil.which("sipp")
SCENARIO = Path(__file__).parent / "sipp-cancel.xml"
needs_sipp = pytest.mark.skipif(SIPP is None, reason="sipp is not installed (Debian: apt install sip-tester)")


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[tuple[Process, int]]:
    port = free_port()
    process = Process(["listen", f"udp://127.0.0.1:{port}?dialect=sip&trusted=127.0.0.1"], tmp_path / "listen.err")
    yield process, port
    process.close()
    assert (tmp_path / "listen.err").read_text() == ""


def sipp(port: int, *words: str) -> "subprocess.CompletedProcess[str]":
    """It sends its INVITE again until the listener is there; 0 is that all went as the scenario says."""
    assert SIPP is not None
    command = [
        SIPP,
        "-sf",
        str(SCENARIO),
        "-m",
        "1",
        "-i",
        "127.0.0.1",
        "-p",
        str(free_port()),
        "-nostdin",
        "-timeout",
        "20",
    ]
    return subprocess.run(
        [*command, *words, f"127.0.0.1:{port}"], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def ended(process: Process) -> dict[str, Any]:
    return process.expect(lambda line: line.get("state") == "ended")


@needs_sipp
def test_sipp_rings_and_cancels(listen: tuple[Process, int]) -> None:
    process, port = listen
    done = sipp(port, "-key", "identity", "Subject: none", "-key", "reason", "Subject: none")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    call = ended(process)
    assert (call["outcome"], call["caller"]["e164"]) == ("missed", "+886912345678")
    assert (call["caller"]["name"], call["called"]["raw"]) == ("CHEN MEI LING", "100")


@needs_sipp
def test_the_word_of_a_trusted_peer_is_believed(listen: tuple[Process, int]) -> None:
    process, port = listen
    identity = "P-Asserted-Identity: <sip:0227208889@trunk.example>"
    assert sipp(port, "-key", "identity", identity, "-key", "reason", "Subject: none").returncode == 0
    assert ended(process)["caller"]["raw"] == "0227208889"


@needs_sipp
def test_a_call_that_was_answered_elsewhere(listen: tuple[Process, int]) -> None:
    process, port = listen
    reason = 'Reason: SIP;cause=200;text="Call completed elsewhere"'
    assert sipp(port, "-key", "identity", "Subject: none", "-key", "reason", reason).returncode == 0
    process.expect(lambda line: line.get("event") == "answered")
    process.child.send_signal(signal.SIGINT)
    assert process.child.wait(PATIENCE) == 0
    call = process.expect(lambda line: "call" in line and "state" in line)
    assert call["state"] == "answered", json.dumps(call)
