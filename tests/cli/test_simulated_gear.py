"""Each kind of simulated gear as a process, and `ringdesk listen` as another, over the real wire."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cli.simulated_gear import GEAR, Wish, account, made
from ringdesk import transcript
from ringdesk.errors import BadInput
from tests.flows.processes import PATIENCE, Process

Line = dict[str, Any]

CALLS = [
    "--cadence",
    "0.3",
    "--rings",
    "2",
    "--talk",
    "0.3",
    "--every",
    "2",
    "--call",
    "0227208889",
    "--name",
    "CHEN MEI LING",
]
ANSWERED_THEN_WITHHELD = [*CALLS, "--answer", "1002", "--call", "0912345678", "--private"]
AGAIN = ["--calls", "20"]
"""For gear that cannot know whether somebody listens yet."""
SHOWN = {"raw": "0227208889", "e164": "+886227208889", "presentation": "shown", "name": "CHEN MEI LING"}
WITHHELD = {"raw": None, "e164": None, "presentation": "private", "name": None}


class Room:
    """The processes of one test."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self._stack = stack

    def start(self, *words: str) -> Process:
        process = Process(words, self.path / f"{words[0]}.err")
        self._stack.callback(process.close)
        return process

    def secret(self, text: str = "ringdesk:a-secret") -> str:
        file = self.path / "secret"
        file.write_text(text)
        return str(file)

    def errors(self, name: str) -> str:
        return (self.path / f"{name}.err").read_text()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with ExitStack() as stack:
        yield Room(tmp_path, stack)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def heard(listen: Process, wanted: str) -> Line:
    """The next event of a call."""
    return listen.expect(lambda line: line.get("event") == wanted)


def call(listen: Process) -> Line:
    """The next call that is over."""
    return listen.expect(lambda line: line.get("state") == "ended")


def caller(line: Line) -> dict[str, Any]:
    return dict(line["caller"])


def both_are_heard(listen: Process) -> None:
    one = listen.expect(lambda line: line.get("state") == "ended" and caller(line) == SHOWN)
    assert (one["outcome"], one["called"]["line"]) == ("answered", "1")
    two = call(listen)
    assert (caller(two), two["outcome"]) == (WITHHELD, "missed")


@pytest.mark.parametrize("what", ["dtmf", "mdmf", "tci", "netcallerid"])
def test_a_box_that_says_who_calls(room: Room, what: str) -> None:
    simulate = room.start("simulate", what, "--listen", "127.0.0.1:0", *ANSWERED_THEN_WITHHELD)
    url = simulate.expect(lambda line: "listening" in line)["listening"]
    assert url.endswith(f"?dialect={what}")
    listen = room.start("listen", f"{url}&ring-gap=0.5")
    name = {"name": None} if what == "dtmf" else {}
    assert caller(heard(listen, "caller")) == SHOWN | name
    assert caller(heard(listen, "caller")) == WITHHELD
    assert not room.errors("listen")


@pytest.mark.skipif(os.name != "posix", reason="needs pseudo terminals")
def test_whozz_on_a_serial_port(room: Room) -> None:
    simulate = room.start("simulate", "whozz", "--pty", *ANSWERED_THEN_WITHHELD, *AGAIN)
    both_are_heard(room.start("listen", simulate.expect(lambda line: "listening" in line)["listening"]))


def test_whozz_by_datagrams(room: Room) -> None:
    port = free_port()
    listen = room.start("listen", f"udp://:{port}?dialect=whozz")
    room.start("simulate", "whozz", "--send", f"127.0.0.1:{port}", *ANSWERED_THEN_WITHHELD, *AGAIN)
    both_are_heard(listen)


def test_ncid(room: Room) -> None:
    simulate = room.start("simulate", "ncid", "--listen", "127.0.0.1:0", *ANSWERED_THEN_WITHHELD)
    listen = room.start("listen", simulate.expect(lambda line: "listening" in line)["listening"])
    one, two = call(listen), call(listen)
    assert (caller(one), one["outcome"], one["called"]["line"]) == (SHOWN, "answered", "VOIP")
    assert (caller(two), two["outcome"]) == (WITHHELD, "missed")


@pytest.mark.parametrize(
    ("what", "to", "called"),
    [("ami", [], "4000"), ("esl", [], "0227001234"), ("ami", ["--to", "99"], "99"), ("esl", ["--to", "99"], "99")],
)
def test_an_exchange_with_a_login(room: Room, what: str, to: list[str], called: str) -> None:
    secret = room.secret()
    words = ["--listen", "127.0.0.1:0", "--secret-file", secret, *to]
    simulate = room.start("simulate", what, *words, *ANSWERED_THEN_WITHHELD)
    url = simulate.expect(lambda line: "listening" in line)["listening"]
    assert url.startswith("tcp://")
    listen = room.start("listen", f"{url}&secret-file={secret}")
    one, two = call(listen), call(listen)
    assert (caller(one), one["outcome"], one["answered_by"]) == (SHOWN, "answered", "1002")
    assert one["called"]["raw"] == called
    assert {leg["agent"] for leg in one["legs"]} == {"1001", "1002"}
    assert (caller(two), two["outcome"], two["answered_by"]) == (WITHHELD, "missed", None)
    assert not room.errors("listen")


def test_the_calls_of_another_run_are_other_calls(room: Room) -> None:
    """A listener that is still there would take the same id for what it knows is over."""
    calls = set()
    for _ in range(2):
        simulate = room.start("simulate", "esl", "--listen", "127.0.0.1:0", *CALLS)
        url = simulate.expect(lambda line: "listening" in line)["listening"]
        calls.add(call(room.start("listen", f"{url}&id=pbx&secret-file={room.secret()}"))["call"])
    assert len(calls) == 2


def refused(recording: Path) -> int:
    """How many logins a recording has that were refused."""
    if not recording.exists():
        return 0
    whole = recording.read_bytes().rpartition(b"\n")[0]  # the last line may still be being written
    heard = b"".join(chunk.data for chunk in transcript.read(whole.splitlines()))
    return heard.count(b"Authentication failed") + heard.count(b"-ERR invalid")


@pytest.mark.parametrize(("what", "says"), [("ami", "refuses the login"), ("esl", "does not take the password")])
def test_an_exchange_that_refuses_the_login_and_hangs_up(room: Room, what: str, says: str) -> None:
    words = ["--listen", "127.0.0.1:0", "--secret-file", room.secret(), "--call", "1"]
    url = room.start("simulate", what, *words).expect(lambda line: "listening" in line)["listening"]
    wrong = room.path / "wrong"
    wrong.write_text("ringdesk:another")
    doctor = room.start("doctor", "--json", f"{url}&secret-file={wrong}")
    assert says in str(doctor.expect(lambda line: line.get("check", "").startswith("tcp://"))["message"])
    doctor.close()
    recording = room.path / "heard.jsonl"
    listen = room.start("listen", f"{url}&secret-file={wrong}", "--record", str(recording))
    until = time.monotonic() + PATIENCE
    while refused(recording) < 3 and time.monotonic() < until:
        time.sleep(0.05)
    listen.close()
    assert refused(recording) >= 3, "it is tried again, each time over a new connection"
    told = [line for line in room.errors("listen").splitlines() if "tcp://" in line]
    assert len(told) == 1, told
    assert says in told[0]


def test_sip(room: Room) -> None:
    """The trunk asks until somebody listens, so that either may be started first."""
    port = free_port()
    room.start("simulate", "sip", "--send", f"127.0.0.1:{port}", *ANSWERED_THEN_WITHHELD)
    listen = room.start("listen", "--follow", f"udp://127.0.0.1:{port}?dialect=sip")
    answered = listen.expect(lambda line: line.get("state") == "answered")
    assert (caller(answered), answered["called"]["raw"]) == (SHOWN, "100")
    missed = call(listen)
    assert (caller(missed), missed["outcome"]) == (WITHHELD, "missed")
    assert not room.errors("listen")


def test_a_wire_that_the_gear_has_not_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match=r"sip has no --pty; use --send HOST:PORT"):
        made(Wish(what="sip"), "pty")
    with pytest.raises(BadInput, match=r"modem has no --send HOST:PORT; use --listen HOST:PORT or --pty"):
        made(Wish(what="modem"), "send")
    with pytest.raises(BadInput, match=r"ncid is called at no number here; leave out --to \(ami, esl have it\)"):
        made(Wish(what="ncid", called="99"), "listen")
    assert all(made(Wish(what=name), wire).next_due is None for name, gear in GEAR.items() for wire in gear.wires)


def test_a_secret_file(tmp_path: Path) -> None:
    assert account(None) == ""
    (tmp_path / "secret").write_text("user:new\nuser:old\n")
    assert account(tmp_path / "secret") == "user:new"
    with pytest.raises(BadInput, match="it needs user:password"):
        account(tmp_path / "none")
