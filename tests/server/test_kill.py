"""kill -9 of the server's process in the middle of pushes: every op once, the order without a hole."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ringdesk.ops import Op
from ringdesk.wire.messages import Answers, Need, Push
from tests.server.parts import Shop, Terminal, member

ROOT = Path(__file__).parents[2]


class Process:
    """`ringdesk server`, as the shell starts it."""

    def __init__(self, it: Shop) -> None:
        words = ["server", "--listen", it.address, "--database", it.database, "--state", it.state]
        self.child = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.child.stdout is not None
        it.address = json.loads(self.child.stdout.readline())["listening"]

    def kill(self) -> None:
        self.child.kill()
        self.close()

    def close(self) -> None:
        self.child.wait(20)
        assert self.child.stdout is not None
        assert self.child.stderr is not None
        self.child.stdout.close()
        self.child.stderr.close()


async def push_all(desk: Terminal, outbox: dict[int, Op], stop_after: int) -> None:
    """Push what has no answer; return when `stop_after` ops of it got one, or the line is cut."""
    waiting = [outbox[number] for number in sorted(outbox)]
    for start in range(0, len(waiting), 20):
        await desk.say(Push(epoch=desk.epoch, ops=tuple(waiting[start : start + 20])))
    answered = 0
    while answered < min(stop_after, len(waiting)):
        said = await desk.expect(Answers | Need)  # type: ignore[arg-type]
        assert isinstance(said, Answers)
        for answer in said.answers:
            assert answer.result == "applied"
            outbox.pop(answer.dev_seq, None)
            answered += 1


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_killed_server_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    it = Shop(tmp_path)
    await it.person()
    server = Process(it)
    desk = await it.terminal()
    ops = [desk.op(member(f"陳{number}")) for number in range(400)]
    outbox = {op.dev_seq: op for op in ops}
    for _ in range(5):
        await push_all(desk, outbox, chance.randint(1, 60))
        server.kill()
        await desk.closing()
        server = Process(it)
        desk.address = it.address
        welcome = await desk.again()
        assert welcome.action == "ok"
        assert welcome.expected >= min(outbox, default=401)
    await push_all(desk, outbox, len(outbox))
    assert outbox == {}
    reader = await it.terminal(user=None)
    await reader.pull("org@clear")
    names = sorted(row["name"] for row in reader.bodies("org@clear", "member"))
    assert names == sorted(f"陳{number}" for number in range(400))
    assert reader.heads["org@clear"].head == 400
    server.child.terminate()
    server.close()
    assert server.child.returncode == 0
