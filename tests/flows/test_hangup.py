"""The window of the terminal is closed, or its line is cut, in the middle of a word."""

import os
import signal
from pathlib import Path

import pytest

from ringdesk import sample
from tests.cli.processes import child
from tests.flows.members import filled
from tests.flows.screen import F2, Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")


@pytest.mark.parametrize("how", ["hang-up", "SIGTERM", "SIGHUP"])
async def test_the_desk_ends_and_keeps_the_note(tmp_path: Path, how: str) -> None:
    """No signal tells of the hang-up: the terminal does not control the process, as under some multiplexers and services."""
    data = tmp_path / "data"
    member = next(each for each in (sample.member(1, index) for index in range(30)) if each.numbers[0].e164)
    await filled(data, [("member", member)])
    call = ["--call", str(member.numbers[0].e164), "--rings", "3", "--cadence", "1"]
    with child(tmp_path, "simulate", "modem", "--listen", "127.0.0.1:0", *call) as modem:
        source = modem.until(lambda line: "listening" in line)["listening"]
        words = ["desk", "--data", str(data), "--language", "zh-Hant", "--source", f"{source}?line=1"]
        with Person(tmp_path, words) as person:
            person.see(lambda: member.name in person.title("card"))
            person.write(F2)
            person.see(lambda: person.in_the_note)
            person.type("下週三改送")
            person.see(lambda: "下週三改送" in person.pane("note"))
            if how == "hang-up":
                assert person.hang_up() == 0
            else:
                os.kill(person.pid, getattr(signal, how))
                assert person.ended() == 0
    with Person(tmp_path, ["desk", "--data", str(data), "--language", "zh-Hant"]) as person:
        person.see(lambda: "下週三改送" in person.pane("note"))
        assert member.name in person.title("noteframe")
        assert person.leave() == 0
