import json
import logging
import os
import random
import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar

import pytest

from ringdesk.calls import CallEvent, EventKind
from ringdesk.dialects import Level, SourceOptions, Step, StreamDialect
from ringdesk.dialects.modem import ModemDialect
from terminal.callerid.pump import LONGEST_PAUSE, SourcePump, pause
from tests.terminal.callerid.lines import HELLO, PATIENCE, Chatty, LineDialect, Listener, Pty

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE)
        yield listening


def at(server: socket.socket) -> str:
    return f"socket://127.0.0.1:{server.getsockname()[1]}"


def started(pump: SourcePump) -> "closing[SourcePump]":
    pump.start()
    return closing(pump)


def test_a_source_initialises_its_peer_and_reports(pty: Pty, listener: Listener) -> None:
    with started(listener.pump(pty.url)) as pump:
        assert pty.hear(len(HELLO)) == HELLO
        pty.say(b"RING 1\nNUMBER 0912345678\n")
        listener.wait(lambda: len(listener.events) >= 2)
        assert pump.running
    assert [event.event for event in listener.events[:2]] == [EventKind.RINGING, EventKind.CALLER]
    assert {event.source for event in listener.events} == {pump.spec.id}
    assert listener.codes() == ["line_starting", "line_ok"]
    assert not pump.running


def test_due_is_called_on_time_and_may_send(pty: Pty, listener: Listener) -> None:
    with started(listener.pump(pty.url)):
        pty.hear(len(HELLO))
        pty.say(b"RING 7\n")
        listener.wait(lambda: any(event.event is EventKind.RING_STOPPED for event in listener.events))
        assert pty.hear(5) == b"PING\r"


def test_one_byte_at_a_time_and_garbage_between(pty: Pty, listener: Listener) -> None:
    with started(listener.pump(pty.url)):
        pty.hear(len(HELLO))
        for byte in b"\x00\x1b[2J\xff\xfe\nRING 1\n\x00\x1b]52;c;x\x07\nNUMBER 02-2720\n":
            pty.say(bytes([byte]))
        listener.wait(lambda: listener.numbers() == ["02-2720"])


def test_what_passes_is_told_for_a_recording(pty: Pty, listener: Listener) -> None:
    with started(listener.pump(pty.url)):
        pty.hear(len(HELLO))
        pty.say(b"NUMBER 1\n")
        listener.wait(lambda: listener.numbers() == ["1"])
    assert (listener.chunks[0].dir, listener.chunks[0].data) == ("out", HELLO)
    assert b"".join(chunk.data for chunk in listener.chunks if chunk.dir == "in") == b"NUMBER 1\n"


@pytest.mark.parametrize("dialect", [LineDialect, ModemDialect])
def test_ten_megabytes_without_a_line_end_take_no_memory(
    server: socket.socket, listener: Listener, dialect: Callable[[str, SourceOptions], StreamDialect]
) -> None:
    pump = listener.pump(at(server), dialect)
    pump._on_chunk = lambda _: None
    with started(pump), server.accept()[0] as peer:
        peer.recv(100)
        tracemalloc.start()
        for _ in range(160):
            peer.sendall(b"A" * 65_536)
        peer.sendall(b"\r\nRING\r\n")
        listener.wait(lambda: [event.event for event in listener.events] == [EventKind.RINGING])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1_000_000


def test_a_slow_listener_slows_the_peer_down(server: socket.socket, listener: Listener) -> None:
    go_on = threading.Event()
    pump = listener.pump(at(server))

    def wait(_: CallEvent) -> None:
        go_on.wait(PATIENCE)

    pump._on_event = wait
    with started(pump), server.accept()[0] as peer:
        peer.recv(len(HELLO))
        peer.settimeout(0.5)
        sent = 0
        with suppress(TimeoutError):
            while sent < 64_000_000:
                sent += peer.send(b"NUMBER 1\n" * 1000)
        go_on.set()
    assert sent < 64_000_000


def test_a_replugged_device_is_initialised_again(pty: Pty, listener: Listener) -> None:
    with started(listener.pump(pty.url)) as pump:
        pty.hear(len(HELLO))
        pty.unplug()
        listener.wait_for_code("port_unplugged")
        pty.link.unlink()
        pty.plug()
        assert pty.hear(len(HELLO)) == HELLO
        pty.say(b"NUMBER 2\n")
        listener.wait(lambda: listener.numbers() == ["2"])
    assert listener.codes(pump.spec.id) == ["line_starting", "line_ok", "port_unplugged", "line_ok"]


def test_a_device_that_appears_late_is_found(tmp_path: Path, listener: Listener) -> None:
    with started(listener.pump(f"serial://{tmp_path}/modem")):
        listener.wait_for_code("port_missing")
        late = Pty(tmp_path / "modem")
        assert late.hear(len(HELLO)) == HELLO
    late.unplug()
    assert listener.codes() == ["line_starting", "port_missing", "line_ok"]


def test_a_replugged_modem_is_set_up_again(pty: Pty, listener: Listener) -> None:
    def set_up() -> None:
        heard = b""
        while not heard.endswith(b"AT+VCID=1\r"):
            heard += pty.hear(1)
            if heard.endswith(b"\r"):
                pty.say(b"\r\nOK\r\n")

    with started(listener.pump(pty.url, ModemDialect)):
        set_up()
        listener.wait_for_code("modem_ready")
        pty.unplug()
        listener.wait_for_code("port_unplugged")
        pty.plug()
        set_up()
        listener.wait_for_code("modem_ready", times=2)
        pty.say(b"\r\nRING\r\n\r\nDATE = 1122\r\nTIME = 1338\r\nNMBR = 0912345678\r\n")
        listener.wait(lambda: listener.numbers() == ["0912345678"])


def test_a_port_in_use_is_taken_when_it_is_free(pty: Pty, listener: Listener) -> None:
    second = Listener()
    with started(listener.pump(pty.url)) as first:
        listener.wait_for_code("line_ok")
        with started(second.pump(pty.url)):
            second.wait_for_code("port_in_use")
            first.close()
            second.wait_for_code("line_ok")


def test_a_device_server_that_comes_goes_and_comes_again(server: socket.socket, listener: Listener) -> None:
    where = server.getsockname()
    url = at(server)
    server.close()
    with started(listener.pump(url)):
        listener.wait_for_code("port_refused")
        with socket.create_server(where) as again:
            again.settimeout(PATIENCE)
            peer, _ = again.accept()
            assert peer.recv(len(HELLO)) == HELLO
            peer.close()
            listener.wait_for_code("port_closed")
            peer, _ = again.accept()
            assert peer.recv(len(HELLO)) == HELLO
            peer.close()


def test_the_secret_file_is_read_at_every_opening(server: socket.socket, listener: Listener, tmp_path: Path) -> None:
    made: list[SourceOptions] = []

    def dialect(source: str, options: SourceOptions) -> LineDialect:
        made.append(options)
        return LineDialect(source, options)

    def call() -> None:
        peer, _ = server.accept()
        assert peer.recv(len(HELLO)) == HELLO
        peer.close()

    file = tmp_path / "secret"
    with started(listener.pump(f"{at(server)}?secret-file={file}", dialect)):
        listener.wait_for_code("source_secret_unread")
        file.write_text("\n")
        listener.wait_for_code("source_secret_empty")
        file.write_text("\ufeffuser:new\n\nuser:old\n")
        call()
        call()
        assert [options.secrets for options in made] == [("user:new", "user:old")], "the same dialect goes on"
        file.write_text("user:newer\n")
        while len(made) == 1:
            call()
    assert made[-1].secrets == ("user:newer",)


def test_a_dialect_that_raises_hurts_its_own_source_only(
    pty: Pty, tmp_path: Path, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    other = Pty(tmp_path / "other")
    with started(listener.pump(pty.url)) as bad, started(listener.pump(other.url)) as good:
        pty.hear(len(HELLO))
        other.hear(len(HELLO))
        pty.say(b"BUG\n")
        listener.wait_for_code("source_failed", bad.spec.id)
        other.say(b"NUMBER 3\n")
        listener.wait(lambda: listener.numbers() == ["3"])
        assert pty.hear(len(HELLO)) == HELLO
        pty.say(b"NUMBER 4\n")
        listener.wait(lambda: listener.numbers() == ["3", "4"])
    other.unplug()
    assert listener.codes(good.spec.id) == ["line_starting", "line_ok"]
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], ZeroDivisionError)


def test_a_dialect_that_raises_at_every_turn_is_not_called_in_a_loop(pty: Pty, listener: Listener) -> None:
    class Broken(LineDialect):
        made = 0

        def opened(self, now: float) -> Step:
            Broken.made += 1
            raise ZeroDivisionError("always")

    class Pauses(random.Random):
        longest: ClassVar[list[float]] = []
        enough = threading.Event()

        def uniform(self, a: float, b: float) -> float:
            self.longest.append(b)
            if len(self.longest) == 5:
                self.enough.set()
            return a

    pump = listener.pump(pty.url, Broken)
    pump._jitter = Pauses()
    with started(pump):
        assert Pauses.enough.wait(PATIENCE)
    assert Pauses.longest[:5] == [0.5, 1, 2, 4, 8]
    assert Broken.made <= len(Pauses.longest) + 1


def test_the_dialect_says_how_its_peer_is(pty: Pty, listener: Listener) -> None:
    with started(listener.pump(pty.url, Chatty)) as pump:
        listener.wait_for_code("test_asking")
        pty.say(b"5601")
        listener.wait_for_code("test_answered")
        pty.unplug()
        listener.wait_for_code("port_unplugged")
    told = [(notice.level, notice.why.code) for _, notice in listener.notices]
    assert told == [
        (Level.STARTING, "line_starting"),
        (Level.STARTING, "test_asking"),
        (Level.OK, "test_answered"),
        (Level.BROKEN, "port_unplugged"),
    ]
    assert {source for source, _ in listener.notices} == {pump.spec.id}


def test_a_clock_that_steps_back_starts_the_dialect_anew(pty: Pty, listener: Listener) -> None:
    """What the old one waits for lies an hour ahead: until then it would hear no new call."""
    offset = [0.0]
    made: list[LineDialect] = []

    def dialect(source: str, options: SourceOptions) -> LineDialect:
        made.append(LineDialect(source, options))
        return made[-1]

    with started(listener.pump(pty.url, dialect, wall=lambda: time.time() + offset[0])):
        assert pty.hear(len(HELLO)) == HELLO
        offset[0] = -3600.0
        pty.say(b"RING 1\n")
        assert pty.hear(len(HELLO)) == HELLO
        assert len(made) == 2
        pty.say(b"NUMBER 2\n")
        listener.wait(lambda: listener.numbers() == ["2"])
    assert "1" in {event.native_id for event in listener.events}, "what the line said at that moment is heard"


def test_close_ends_the_thread_wherever_it_is(pty: Pty, tmp_path: Path, listener: Listener) -> None:
    never_started = listener.pump(pty.url)
    never_started.close()
    pausing = listener.pump(f"serial://{tmp_path}/none")
    pausing._jitter = random.Random(0)
    with started(pausing):
        listener.wait_for_code("port_missing")
    reading = listener.pump(pty.url)
    with started(reading):
        pty.hear(len(HELLO))
    at_once = listener.pump(pty.url)
    with started(at_once):
        pass
    assert not any(pump.running for pump in (never_started, pausing, reading, at_once))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("source ")]


def test_pauses_double_to_the_longest_and_are_spread() -> None:
    class Top(random.Random):
        def uniform(self, a: float, b: float) -> float:
            assert a == 0
            return b

    assert [pause(n, Top()) for n in (1, 2, 3, 6, 7, 8, 5000)] == [
        0.5,
        1,
        2,
        16,
        LONGEST_PAUSE,
        LONGEST_PAUSE,
        LONGEST_PAUSE,
    ]
    jitter = random.Random(1)
    spread = {pause(9, jitter) for _ in range(20)}
    assert len(spread) == 20
    assert min(spread) < 10 < 20 < max(spread)


def recording(file: Path, *chunks: tuple[float, str, bytes]) -> Path:
    lines = [json.dumps({"at": moment, "dir": way, "hex": data.hex()}) for moment, way, data in chunks]
    file.write_text("\n".join(lines) + "\n")
    return file


def played(listener: Listener, url: str, dialect: Callable[[str, SourceOptions], LineDialect] = LineDialect) -> str:
    """Play to the end; the code of the last notice."""
    with started(listener.pump(url, dialect)) as pump:
        listener.wait(lambda: listener.codes()[-1:] in (["replay_ended"], ["replay_unusable"]))
        pump._thread.join(PATIENCE)
        assert not pump.running
    return listener.codes()[-1]


def test_a_replay_keeps_the_times_of_the_recording_moved_to_now(tmp_path: Path, listener: Listener) -> None:
    file = recording(
        tmp_path / "calls.jsonl",
        (1000.0, "out", b"HELLO\r"),
        (1002.0, "in", b"RI"),
        (1002.01, "in", b"NG 1\n"),
        (1012.0, "in", b"RING 2\n"),
    )
    begun = time.time()
    assert played(listener, f"replay:{file}?dialect=test&speed=100") == "replay_ended"
    first, stopped, second = listener.events
    assert [e.event for e in listener.events] == [EventKind.RINGING, EventKind.RING_STOPPED, EventKind.RINGING]
    assert [e.native_id for e in listener.events] == ["1", "1", "2"]
    assert first.at >= begun + 2
    assert stopped.at - first.at == pytest.approx(0.05, abs=1e-6)
    assert second.at - first.at == pytest.approx(9.99, abs=1e-6)


def test_raw_bytes_stand_still_in_time_and_then_run_on(tmp_path: Path, listener: Listener) -> None:
    file = tmp_path / "calls.bin"
    file.write_bytes(b"x" * 10_000 + b"\nRING 1\nNUMBER 6\n")
    assert played(listener, f"replay:{file}?dialect=test") == "replay_ended"
    assert [e.event for e in listener.events] == [EventKind.RINGING, EventKind.CALLER, EventKind.RING_STOPPED]
    assert listener.events[0].at == listener.events[1].at


def test_a_replay_can_be_ended_in_the_middle(tmp_path: Path, listener: Listener) -> None:
    file = recording(tmp_path / "calls.jsonl", (0, "in", b"RING 1\n"), (86_400, "in", b"RING 2\n"))
    with started(listener.pump(f"replay:{file}?dialect=test")):
        listener.wait(lambda: bool(listener.events))
    assert {event.native_id for event in listener.events} == {"1"}


def test_a_recording_that_cannot_be_used_says_why(tmp_path: Path, listener: Listener) -> None:
    assert played(listener, f"replay:{tmp_path}/none?dialect=test") == "replay_unusable"
    assert "No such file" in listener.notices[-1][1].why.english()
    file = tmp_path / "bad.jsonl"
    file.write_text('{"at": 0, "dir": "in", "hex": "0"}\n')
    again = Listener()
    assert played(again, f"replay:{file}?dialect=test") == "replay_unusable"
    assert "line 1" in again.notices[-1][1].why.english()


def test_a_bug_or_a_stuck_clock_of_the_dialect_ends_a_replay(tmp_path: Path, listener: Listener) -> None:
    class Stuck(LineDialect):
        def due(self, now: float) -> Step:
            return Step()

    file = recording(tmp_path / "calls.jsonl", (0, "in", b"BUG\n"))
    assert played(listener, f"replay:{file}?dialect=test") == "replay_unusable"
    raw = tmp_path / "calls.bin"
    raw.write_bytes(b"RING 1\n")
    assert played(Listener(), f"replay:{raw}?dialect=test", Stuck) == "replay_unusable"
