import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import serial

from cli.main import main
from cli.simulate import from_file, planned
from ringdesk.calls import Presentation
from ringdesk.errors import BadInput
from ringdesk.simulators import Incoming
from tests.cli.processes import run
from tests.flows.processes import PATIENCE, Process

PRIVATE, SHOWN = Presentation.PRIVATE, Presentation.SHOWN


class Modem:
    """A simulated modem as a process, and a connection to it."""

    def __init__(self, room: Path, *words: str) -> None:
        self.process = Process(["simulate", "modem", "--listen", "127.0.0.1:0", *words], room / "modem.err")
        try:
            url = self.process.expect(lambda line: "listening" in line)["listening"]
        except AssertionError:
            self.process.close()
            raise
        host, port = url.removeprefix("socket://").split(":")
        self.wire = socket.create_connection((host, int(port)), timeout=PATIENCE)
        self._reader = self.wire.makefile("rb")

    def ask(self, command: str) -> list[str]:
        """The lines of the answer, its result last; the echo is switched off at first."""
        self.wire.sendall(command.encode() + b"\r")
        lines: list[str] = []
        while not lines or lines[-1] not in ("OK", "ERROR"):
            lines.append(self.line())
        return lines

    def line(self) -> str:
        """The next line that is not empty."""
        while not (line := self._reader.readline().decode().strip()):
            pass
        return line

    def call(self) -> Any:
        return self.process.expect(lambda line: "call" in line)

    def close(self) -> None:
        self._reader.close()
        self.wire.close()
        self.process.close()


@pytest.fixture
def modem(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Modem]:
    it = Modem(tmp_path, *request.param)
    yield it
    it.close()


def of(*words: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("modem", [words], indirect=True)


@of("--cadence", "0.2", "--every", "0.5", "--call", "0912345678", "--name", "CHEN", "--call", "0227208889", "--private")
def test_the_calls_come_in_turn_once_somebody_listens(modem: Modem) -> None:
    modem.ask("ATE0")
    assert modem.ask("AT+VCID=1") == ["OK"]
    first = modem.call()
    assert (first["call"], first["name"], first["presentation"]) == ("0912345678", "CHEN", "shown")
    heard = [modem.line() for _ in range(5)]
    assert heard[0] == "RING"
    assert heard[3:] == ["NMBR = 0912345678", "NAME = CHEN"]
    second = modem.call()
    assert (second["call"], second["presentation"]) == ("0227208889", "private")
    lines = [modem.line() for _ in range(6)]
    assert "NMBR = P" in lines
    assert "0227208889" not in " ".join(lines)
    modem.process.child.send_signal(signal.SIGTERM)
    assert modem.process.child.wait(PATIENCE) == 0


@of("--mode", "2", "--call", "0912345678", "--rings", "1", "--cadence", "0.2")
def test_mode_2_reports_raw_packets_though_text_was_asked_for(modem: Modem) -> None:
    modem.ask("ATE0")
    modem.ask("AT+VCID=1")
    assert modem.line() == "RING"
    packet = bytes.fromhex(modem.line())
    assert packet[0] == 0x80
    assert sum(packet) % 256 == 0
    assert b"0912345678" in packet


@of("--deaf", "--call", "0912345678", "--rings", "2", "--cadence", "0.2")
def test_a_deaf_modem_knows_no_caller_id_and_rings_without_a_number(modem: Modem) -> None:
    modem.ask("ATE0")
    assert modem.ask("AT+VCID=1") == ["ERROR"]
    assert modem.ask("AT#CID=1") == ["ERROR"]
    assert [modem.line(), modem.line()] == ["RING", "RING"]


@of("--forget", "--call", "0912345678", "--rings", "1", "--cadence", "0.2", "--every", "0.3", "--calls", "3")
def test_a_forgetful_modem_rings_without_data_until_it_is_set_up_again(modem: Modem) -> None:
    modem.ask("ATE0")
    modem.ask("AT+VCID=1")
    for _ in range(3):
        modem.call()
    assert [modem.line() for _ in range(6)].count("NMBR = 0912345678") == 1
    assert "0" in modem.ask("AT+VCID?")


def test_calls_come_from_a_file_and_begin_again(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("\ufeff0912345678,陳小姐\nP,\n\n0227208889\n", encoding="utf-8")
    words = ["--from", str(file), "--calls", "4", "--every", "0.1", "--rings", "0", "--cadence", "0.1"]
    with closing(Modem(tmp_path, *words)) as modem:
        modem.ask("AT+VCID=1")
        calls = [modem.call() for _ in range(4)]
    assert [call["call"] for call in calls] == ["0912345678", None, "0227208889", "0912345678"]
    assert [call["name"] for call in calls] == ["陳小姐", None, None, "陳小姐"]
    assert [call["presentation"] for call in calls] == ["shown", "private", "shown", "shown"]


@pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")
def test_a_pty_is_printed_as_a_source(tmp_path: Path) -> None:
    with closing(Process(["simulate", "modem", "--pty"], tmp_path / "modem.err")) as process:
        url = process.expect(lambda line: "listening" in line)["listening"]
        with serial.Serial(url.removeprefix("serial://"), timeout=PATIENCE) as port:
            port.write(b"ATI\r")
            assert b"5601" in port.read_until(b"OK\r\n")
        process.child.send_signal(signal.SIGINT)
        assert process.child.wait(PATIENCE) == 0
    assert (tmp_path / "modem.err").read_text() == ""


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run(tmp_path, "simulate", "modem", "--listen", where, "--call", "110")
    words = f"ringdesk: something listens at {where} already; end it, or choose another port (0 is any free one)\n"
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", words)


def test_options_belong_to_the_call_before_them_and_to_all_before_the_first() -> None:
    said = [("rings", 5), ("number", "1"), ("name", "A"), ("number", "2"), ("presentation", PRIVATE), ("rings", 1)]
    template, calls = planned(said)
    assert template == Incoming(rings=5)
    first = Incoming(number="1", name="A", presentation=SHOWN, rings=5)
    assert calls == [first, Incoming(number="2", presentation=PRIVATE, rings=1)]
    assert planned([]) == (Incoming(), [])


@pytest.mark.parametrize("said", [("rings", -1), ("cadence", 0.0), ("cadence", float("nan")), ("cadence", 3601.0)])
def test_what_no_line_can_do_is_refused(said: tuple[str, Any]) -> None:
    with pytest.raises(BadInput):
        planned([("number", "1"), said])


def test_a_port_of_thousands_of_digits_is_refused_in_words(tmp_path: Path) -> None:
    done = run(tmp_path, "simulate", "modem", "--call", "1", "--listen", "127.0.0.1:" + "9" * 5000)
    assert done.returncode == 2
    assert b"is no address" in done.stderr


def test_a_file_without_calls_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("\n \n")
    with pytest.raises(BadInput, match="no calls"):
        from_file(file, Incoming())
    file.write_bytes(b"\xb3\xaf\n")
    with pytest.raises(BadInput, match="UTF-8"):
        from_file(file, Incoming())


@pytest.mark.parametrize(
    "words",
    [
        ["--listen", "127.0.0.1"],
        ["--listen", ":0"],
        ["--listen", "127.0.0.1:99999"],
        ["--listen", "127.0.0.1:0", "--calls", "3"],
        ["--listen", "127.0.0.1:0", "--from", "/none.csv"],
    ],
)
def test_bad_use_is_one_line_and_exit_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "modem", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "{" not in json.dumps(err)
