import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.processes import PATIENCE, RINGDESK, ROOT, Process

FAST = ["--cadence", "0.2", "--rings", "2", "--every", "2"]


class Room:
    """The processes of one test, and where their errors go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._processes: list[Process] = []

    def start(self, name: str, *words: str) -> Process:
        process = Process(words, self.path / f"{name}.err")
        self._processes.append(process)
        return process

    def modem(self, *words: str, where: str = "127.0.0.1:0") -> str:
        """The source URL of a simulated modem; its ringing is over after half a second."""
        wire = ["--pty"] if where == "pty" else ["--listen", where]
        url = self.start(f"modem-{len(self._processes)}", "simulate", "modem", *wire, *FAST, *words).expect(
            lambda line: "listening" in line
        )["listening"]
        return f"{url}?ring-gap=0.5"

    def stop_modem(self) -> None:
        next(process for process in self._processes if "modem" in process._log.name).close()

    def errors(self, name: str) -> list[str]:
        return (self.path / f"{name}.err").read_text().splitlines()

    def wait_for_error(self, name: str, text: str) -> None:
        until = time.monotonic() + PATIENCE
        while not any(text in line for line in self.errors(name)):
            assert time.monotonic() < until, self.errors(name)
            time.sleep(0.02)

    def close(self) -> None:
        for process in reversed(self._processes):
            process.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    it = Room(tmp_path)
    yield it
    it.close()


def state(wanted: str) -> Any:
    return lambda line: line.get("state") == wanted


def ended(process: Process, number: int = signal.SIGTERM) -> list[Any]:
    """End it with a signal; what it still printed."""
    process.child.send_signal(number)
    assert process.child.wait(PATIENCE) == 0
    rest = []
    while (line := process.lines.get(timeout=PATIENCE)) is not None:
        rest.append(line)
    return rest


def test_events_and_every_change_of_a_call_are_printed(room: Room) -> None:
    url = room.modem("--call", "27208889", "--name", "CHEN MEI LING")
    listen = room.start("listen", "listen", "--follow", "--area", "2", url)
    stopped = listen.expect(state("ring_stopped"))
    assert stopped["caller"] == {
        "raw": "27208889",
        "e164": "+886227208889",
        "presentation": "shown",
        "name": "CHEN MEI LING",
    }
    assert ended(listen) == []
    events = [line for line in listen.seen if "event" in line]
    calls = [line for line in listen.seen if "call" in line]
    assert [event["event"] for event in events][:2] == ["ringing", "caller"]
    assert set(events[0]) == {"event", "at", "source", "native_id", "caller", "called", "reason", "verified"}
    assert {call["call"] for call in calls} == {stopped["call"]}
    assert calls[0]["state"] == "ringing"
    assert {event["source"] for event in events} == set(stopped["sources"])
    assert room.errors("listen") == []


def test_without_follow_a_call_is_printed_once_as_far_as_it_got(room: Room) -> None:
    listen = room.start("listen", "listen", room.modem("--call", "0912345678", "--private"))
    listen.expect(lambda line: line.get("event") == "ring_stopped")
    (call,) = ended(listen, signal.SIGINT)
    assert (call["state"], call["outcome"], call["caller"]["presentation"]) == ("ring_stopped", None, "private")
    assert not [line for line in listen.seen if "call" in line]


@pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")
def test_several_sources_at_once(room: Room) -> None:
    one, two = room.modem("--call", "0911111111", where="pty"), room.modem("--call", "0922222222")
    listen = room.start("listen", "listen", "--follow", f"{one}&id=one", f"{two}&id=two")
    heard: set[tuple[str, str]] = set()
    while heard < {("one", "0911111111"), ("two", "0922222222")}:
        line = listen.expect(lambda line: "event" in line and bool(line["caller"]))
        heard.add((line["source"], line["caller"]["raw"]))


def test_trouble_is_one_line_each_time_it_changes_and_it_goes_on(room: Room) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
    listen = room.start("listen", "listen", "--follow", f"socket://{where}?ring-gap=0.5")
    room.wait_for_error("listen", "nothing listens")
    room.modem("--call", "0912345678", where=where)
    listen.expect(lambda line: (line.get("caller") or {}).get("raw") == "0912345678")
    room.wait_for_error("listen", "caller ID is on")
    room.stop_modem()
    room.wait_for_error("listen", "closed the connection")
    ended(listen)
    assert room.errors("listen")[1] == "ringdesk: waiting for it; Ctrl+C ends"
    told = [line for line in room.errors("listen") if "waiting" not in line]
    assert [line.split("?ring-gap=0.5: ")[1].split(" ")[0] for line in told][:3] == [
        "nothing",
        "the",
        where,
    ]


def test_a_device_that_is_not_there_is_waited_for(room: Room) -> None:
    room.start("listen", "listen", "serial:///dev/no-such-device")
    room.wait_for_error("listen", "Ctrl+C")
    time.sleep(1.5)
    missing, waits = room.errors("listen")
    assert "/dev/no-such-device does not exist" in missing
    assert waits == "ringdesk: waiting for it; Ctrl+C ends"


def test_a_modem_that_knows_no_caller_id_is_complained_about(room: Room) -> None:
    room.start("listen", "listen", room.modem("--deaf"))
    room.wait_for_error("listen", "none of the known commands for caller ID")


def test_a_modem_that_forgot_is_set_up_again(room: Room) -> None:
    url = room.modem("--forget", "--call", "0911111111", "--calls", "4")
    listen = room.start("listen", "listen", "--follow", url)
    for _ in range(2):
        listen.expect(lambda line: (line.get("caller") or {}).get("raw") == "0911111111" and "event" in line)
    assert any("no caller ID came" in line for line in room.errors("listen"))


def test_what_was_recorded_can_be_replayed(room: Room) -> None:
    file = room.path / "line.jsonl"
    listen = room.start("listen", "listen", "--record", str(file), room.modem("--call", "0912345678"))
    listen.expect(lambda line: line.get("event") == "ring_stopped")
    ended(listen)
    replay = subprocess.run(
        [*RINGDESK, "listen", f"replay:{file}?dialect=modem&speed=1000"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    lines = [json.loads(line) for line in replay.stdout.splitlines()]
    assert [line.get("event") for line in lines] == ["ringing", "caller", "ringing", None]
    assert lines[-1]["caller"]["e164"] == "+886912345678"
    assert replay.stderr == b""


def test_a_masked_recording_has_the_call_and_not_its_number(room: Room) -> None:
    file = room.path / "line.jsonl"
    url = room.modem("--call", "0912345678", "--name", "CHEN MEI", "--mode", "2")
    listen = room.start("listen", "listen", "--record", str(file), "--mask", url)
    listen.expect(lambda line: line.get("event") == "caller" and line["caller"]["raw"] == "0912345678")
    assert file.read_bytes() == b"", "nothing is on the disk before it is masked"
    ended(listen)
    kept = b"".join(bytes.fromhex(json.loads(line)["hex"]) for line in file.read_text().splitlines())
    for never in (b"2345678", b"2345678".hex().upper().encode(), b"CHEN", b"CHEN".hex().upper().encode()):
        assert never not in kept
    decoded = subprocess.run(
        [*RINGDESK, "decode", "modem", str(file)], cwd=ROOT, capture_output=True, timeout=60, check=True
    )
    callers = [found for line in decoded.stdout.splitlines() if (found := json.loads(line)["caller"])]
    assert [(len(caller["raw"]), caller["raw"][:3], len(caller["name"])) for caller in callers] == [(10, "091", 8)]


def test_raw_bytes_are_replayed_to_the_end_of_the_calls(tmp_path: Path) -> None:
    file = tmp_path / "line.bin"
    file.write_bytes(b"\r\nRING\r\n\r\nDATE = 1122\r\nTIME = 1338\r\nNMBR = 0912345678\r\n\r\nRING\r\n")
    done = subprocess.run(
        [*RINGDESK, "listen", f"replay:{file}?dialect=modem"], cwd=ROOT, capture_output=True, timeout=60, check=True
    )
    *events, call = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["ringing", "caller", "ringing", "ring_stopped"]
    assert (call["state"], call["outcome"]) == ("ended", "unknown")


def test_a_reader_that_goes_away_ends_it_without_a_trace(room: Room, tmp_path: Path) -> None:
    url = room.modem("--call", "0912345678", "--calls", "5")
    child = subprocess.Popen([*RINGDESK, "listen", url], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.wait(PATIENCE) == 1
        assert b"Traceback" not in child.stderr.read()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["serail:///dev/ttyACM0"], "of no kind"),
        (["http://:8791?dialect=twilio"], "would believe anybody"),
        (["tcp://pbx:5038"], "?dialect=ami"),
        (["serial://COM3?dialect=none"], "no dialect 'none'"),
        (["serial://COM3", "serial://COM3"], "same id"),
        (["udp://:5060?dialect=sip", "udp://:5060?dialect=whozz"], "would both listen at port 5060"),
        (["replay:/none.jsonl?dialect=modem"], "No such file"),
        (["--record", "a.jsonl", "serial://COM3", "serial://COM4"], "one source"),
        (["--record", "/", "serial://COM3"], "cannot record"),
        (["--mask", "serial://COM3"], "add --record"),
    ],
)
def test_bad_use_is_one_line_and_exit_2(words: list[str], says: str) -> None:
    done = subprocess.run(
        [*RINGDESK, "listen", *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
