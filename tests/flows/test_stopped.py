"""A desk that was stopped from outside and goes on, on a real terminal: keys stay in their order, Ctrl+Q leaves.

systemd ends a session with SIGTERM and SIGCONT together (systemd.kill(5)).
"""

import os
import signal
from pathlib import Path

import pytest

from tests.flows.screen import Person

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

WORDS = ["demo", "--language", "zh-Hant", "--members", "200", "--calls", "1", "--every", "9"]
TEXT = "天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏"


def test_after_a_stop_one_reader_has_the_keys_and_ctrl_q_leaves(tmp_path: Path) -> None:
    with Person(tmp_path, WORDS) as person:
        person.take()
        for told in (signal.SIGSTOP, signal.SIGCONT, signal.SIGCONT):
            os.kill(person.pid, told)
            person.look(0.5)
        for _ in range(4):
            for at in range(0, len(TEXT), 5):
                person.write(TEXT[at : at + 5].encode())
                person.look(0.01)
        person.see(lambda: TEXT * 4 in person.pane("note").replace("\n", "").replace(" ", ""))
        assert person.leave() == 0


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_the_end_of_a_session_ends_the_desk(tmp_path: Path, told: signal.Signals) -> None:
    with Person(tmp_path, WORDS) as person:
        person.see(lambda: "響鈴中" in person.pane("banner"))
        os.kill(person.pid, told)
        os.kill(person.pid, signal.SIGCONT)
        assert person.ended() == 0
