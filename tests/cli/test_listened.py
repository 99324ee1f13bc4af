"""Why a line rings without a number: a modem that answers as it is told to, on a real socket, and what the doctor makes of it."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from cli.findings import Finding
from cli.line_probe import Heard
from cli.line_reasons import judged
from cli.listened import heard_for
from terminal.callerid.source import parse
from tests.cli.test_doctor import doctor

RING = b"\r\nRING\r\n"
GOOD = "802501083131323231333431020A30393132333435363738070D4348454E204D4549204C494E4733"
"""11-22 13:41, 0912345678, CHEN MEI LING."""
DAMAGED = GOOD.replace("43484", "43494")
PRIVATE = "80100108313132323133343204015008015029"
UNKNOWN = "800304014F29"
CALL = b"event=newCall&from=886912345678&to=886227208889&direction=in&callId=c1"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def packet(text: str) -> bytes:
    return f"\r\n{text}\r\n".encode()


@contextmanager
def line(said: bytes, *, caller_id: bool = True, country: str = "", raw: bool = True) -> Iterator[str]:
    """A modem, and what it says once it is set up and was asked; the URL of its source."""

    def answer(command: str) -> str:
        if command == "AT+GCI?":
            return f"\r\n+GCI: {country}\r\n\r\nOK\r\n" if country else "\r\nERROR\r\n"
        known = caller_id or not any(word in command for word in ("CID", "CC1", "ID1", "CLIP"))
        return "\r\nOK\r\n" if known and (raw or "=2" not in command) else "\r\nERROR\r\n"

    def serve() -> None:
        while True:
            try:
                wire, _ = listening.accept()
            except OSError:
                return
            converse(wire)

    def converse(wire: socket.socket) -> None:
        with suppress(ConnectionError), wire, wire.makefile("rb") as reader:
            command = b""
            while char := reader.read(1):
                command += char
                if char != b"\r":
                    continue
                text, command = command.decode().strip(), b""
                wire.sendall(answer(text).encode())
                if text in ("AT+VCID=2", "AT+CLIP=1"):
                    wire.sendall(said)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"socket://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def found(url: str, seconds: float = 2.0, region: str = "TW") -> Finding:
    (finding,) = heard_for(parse(url, "here", region=region), seconds)
    return finding


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (RING + packet(GOOD) + RING, "line_numbers"),
        (RING + packet(DAMAGED) + RING, "line_damaged"),
        (RING + packet(PRIVATE) + RING, "line_withheld"),
        (RING + packet(UNKNOWN) + RING, "line_unavailable"),
        (RING + b"\x10A\x100\x109\x101\x102\x10C" + RING, "line_tones"),
        (packet("D0227208889C") + RING + RING, "line_tones"),
        (RING + RING, "line_not_subscribed"),
        (b"", "line_nothing"),
    ],
)
@pytest.mark.parametrize("raw", [True, False])
def test_each_reason_is_told_from_the_others(said: bytes, code: str, raw: bool) -> None:
    with line(said, raw=raw) as url:
        finding = found(url)
    assert finding.why.code == code, finding.message
    assert finding.ok is (code == "line_numbers")
    assert "?" not in finding.message


@pytest.mark.parametrize(
    ("country", "region", "code"),
    [
        ("B4", "TW", "line_country"),
        ("B5", "TW", "line_not_subscribed"),
        ("fe", "TW", "line_not_subscribed"),
        ("B5", "GB", "line_country"),
        ("B5", "IS", "line_not_subscribed"),
    ],
)
def test_a_modem_of_another_country(country: str, region: str, code: str) -> None:
    with line(RING + RING, country=country) as url:
        finding = found(url, region=region)
    assert finding.why.code == code
    assert code != "line_country" or f"({country}, this line's is " in finding.message


def test_a_modem_without_caller_id() -> None:
    with line(RING + RING, caller_id=False) as url:
        assert found(url, 3.0).why.code == "line_not_enabled"


def test_what_is_seen_goes_before_what_is_only_left() -> None:
    heard = Heard(modem=True, natives={"1", "2"}, damaged=1, ready=True, country="B4")
    assert judged(heard, "TW", 5).why.code == "line_damaged"
    heard.shown = 3
    assert judged(heard, "TW", 5).why.english() == "calls that came with a number: 2 of 2"


def test_calls_of_an_exchange_without_numbers_blame_no_modem() -> None:
    assert judged(Heard(natives={"1"}), "TW", 5).why.code == "line_bare"


def test_a_port_that_is_not_there_is_told_as_that(tmp_path: Path) -> None:
    assert found(f"serial://{tmp_path}/none", 0.3).why.code == "port_missing"


def test_a_registrar_that_has_not_answered_yet_is_no_quiet_line(tmp_path: Path, port: int) -> None:
    (tmp_path / "secret").write_text("u:p\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        registrar = f"127.0.0.1:{mute.getsockname()[1]}"
        url = f"udp://127.0.0.1:{port}?dialect=sip&registrar={registrar}&secret-file={tmp_path}/secret"
        finding = found(url, 0.5)
    assert (finding.why.code, finding.ok) == ("line_waiting", False)


def test_from_the_shell() -> None:
    with line(RING + RING) as url:
        code, told = doctor(url, "--seconds", "2")
    assert code == 1
    assert any(name.startswith(url) for name in told)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    return number


def send(port: int, secrets: list[str]) -> None:
    """A request with each of the secrets, as soon as somebody listens."""
    waiting = list(secrets)
    for _ in range(100 if waiting else 0):
        wire = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            wire.request("POST", "/hook/x", CALL, FORM | {"x-ringdesk-secret": waiting[0]})
            wire.getresponse().read()
            waiting.pop(0)
        except OSError:
            threading.Event().wait(0.1)
        finally:
            wire.close()
        if not waiting:
            return


@pytest.mark.parametrize(
    ("secrets", "written", "codes"),
    [
        (["another"], "one", ["hook_forged"]),
        (["another", "one"], "one", ["hook_forged", "line_numbers"]),
        (["one"], "one", ["line_numbers"]),
        ([], "", ["source_secret_empty"]),
        ([], "one", ["line_nothing"]),
    ],
)
def test_a_single_refused_request_is_told(
    tmp_path: Path, port: int, secrets: list[str], written: str, codes: list[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{written}\n")
    thread = threading.Thread(target=send, args=(port, secrets))
    thread.start()
    url = f"http://127.0.0.1:{port}?dialect=generic&line=1&secret-file={secret}"
    found = [finding.why.code for finding in heard_for(parse(url, "here"), 5.0 if secrets else 0.5)]
    thread.join()
    assert found == codes
