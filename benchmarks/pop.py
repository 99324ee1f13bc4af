"""Pop latency: bytes on the modem's pty -> the caller's name in the screen's output stream.

Two programs on two ptys, interleaved call by call in the same run: `ringdesk desk` with its whole path (serial port,
dialect, tracker, lookup among `--members`, the full screen), and the floor: Textual with one widget of one line and no
lookup. The clock starts when the NMBR line is written to the modem's pty and stops when the marker was read from the screen.
"""

import argparse
import json
import os
import pty
import random
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.figures import ratios, report, summary
from benchmarks.floor import READY
from benchmarks.screen import Screen
from ringdesk.members import Member
from ringdesk.sample import people

GAP = 1.0
"""Seconds of silence that end a ringing: the source is told so, to make 200 calls in minutes."""


class Caller(msgspec.Struct, frozen=True):
    """Somebody to call as: what the line says, and what the screen must show."""

    number: str
    name: str


def callers(seed: int, members: int, calls: int) -> list[Caller]:
    """Members whose number and name are nobody else's among those called."""
    found: dict[str, Caller] = {}
    numbers: set[str] = set()
    wanted = set(random.Random(seed).sample(range(members), min(members, calls * 4)))
    for index, member in enumerate(people(seed, members)):
        if index in wanted:
            _consider(member, found, numbers)
    if len(found) < calls:
        raise SystemExit(f"only {len(found)} callers with a name of their own; ask for fewer calls or more members")
    return list(found.values())[:calls]


def _consider(member: Member, found: dict[str, Caller], numbers: set[str]) -> None:
    e164 = next((number.e164 for number in member.numbers if number.e164), None)
    if e164 is None or not e164.startswith("+886") or e164 in numbers or member.name in found:
        return
    numbers.add(e164)
    found[member.name] = Caller("0" + e164[4:], member.name)


@contextmanager
def modem_port() -> Iterator[tuple[int, str]]:
    """A pty pair: the descriptor on which the modem speaks, and the port's name."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    try:
        yield master, os.ttyname(slave)
    finally:
        os.close(master)
        os.close(slave)


def _await_caller_id(master: int, screen: Screen) -> None:
    """The modem's part of the initialisation, OK to every command, until caller ID is on and the screen has calmed down."""
    patience = time.perf_counter() + 120
    heard = b""
    while b"CID=1\r" not in heard:
        if time.perf_counter() > patience:
            raise SystemExit(f"the desk did not initialise the modem; it drew {bytes(screen.stream[-300:])!r}")
        screen.read(0.05)
        try:
            heard = os.read(master, 4096)
        except BlockingIOError:
            continue
        os.write(master, b"\r\nOK\r\n" * heard.count(b"\r"))
    screen.settle(quiet=1.0, timeout=20)


def _ring(master: int, screen: Screen, caller: Caller, marker: str) -> float:
    """One call; milliseconds from the number on the line to the marker on the screen."""
    since = len(screen.stream)
    os.write(master, b"\r\nRING\r\n")
    screen.read(0.05)
    started = time.perf_counter()
    os.write(master, f"DATE = 1122\r\nTIME = 1338\r\nNMBR = {caller.number}\r\n".encode())
    seen = screen.until(marker.encode(), 10, since=since)
    return (seen - started) * 1000


def fill(room: Path, seed: int, members: int) -> None:
    """A server database and a desk that holds all members, made through the product's own parts."""
    command = [sys.executable, "-m", "benchmarks.replica", str(room), "--seed", str(seed), "--members", str(members)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(options: argparse.Namespace, room: Path) -> tuple[list[float], list[float], list[float]]:
    """Wall times of the floor and of the desk in ms, and the desk's CPU time a call in ms."""
    crowd = callers(options.seed, options.members, options.calls)
    floor_ms, desk_ms, cpu_ms = [], [], []
    with modem_port() as (floor_modem, floor_port), modem_port() as (desk_modem, desk_port):
        source = f"serial://{desk_port}?line=1&ring-gap={GAP}"
        desk = [sys.executable, "-m", "cli.main", "desk", "--data", str(room), "--source", source, "--language", "en"]
        plain = [sys.executable, "-m", "benchmarks.floor", "line", floor_port]
        with Screen(plain) as floor_screen, Screen(desk) as desk_screen:
            floor_screen.until(READY.encode(), 30)
            _await_caller_id(desk_modem, desk_screen)
            for caller in crowd:
                floor_screen.settle()
                floor_ms.append(_ring(floor_modem, floor_screen, caller, caller.number))
                desk_screen.settle()
                before = desk_screen.cpu_ms()
                desk_ms.append(_ring(desk_modem, desk_screen, caller, caller.name))
                desk_screen.settle()
                cpu_ms.append(desk_screen.cpu_ms() - before)
                quiet_until = time.perf_counter() + GAP + 0.3
                while time.perf_counter() < quiet_until:
                    desk_screen.read(0.05)
    return floor_ms, desk_ms, cpu_ms


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--room", type=Path, help="a directory to fill, or one that was filled before with these members"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        room = options.room or Path(spare)
        if not (room / "replica.db").exists():
            fill(room, options.seed, options.members)
        floor, desk, cpu = measure(options, room)
    rows = {"floor, ms": summary(floor), "desk, ms": summary(desk), "desk CPU a call, ms": summary(cpu)}
    extra = {
        "desk / floor": json.dumps(ratios(rows["desk, ms"], rows["floor, ms"])),
        "members": options.members,
        "screen": "120x40",
    }
    report("pop", rows, extra, as_json=options.json)


if __name__ == "__main__":
    main()
