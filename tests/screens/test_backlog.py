"""A terminal that does not read. The names below are Textual's own: this goes red where a new version has others."""

import io
import os
import threading
from types import SimpleNamespace

import pytest
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from terminal.screens.backlog import LOOK_AGAIN, MOST, backlog
from tests.screens.harness import WIDE, running
from tests.terminal.scripted_desk import ScriptedDesk


class Stalled(io.StringIO):
    """What is written waits until somebody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.read_on = threading.Event()

    def write(self, text: str) -> int:
        self.read_on.wait()
        return super().write(text)


def test_whoever_writes_to_a_stalled_terminal_does_not_wait() -> None:
    stalled = Stalled()
    writer = WriterThread(stalled)
    writer.start()
    driver = SimpleNamespace(_writer_thread=writer)
    assert backlog(driver) == 0

    def write() -> None:
        for _ in range(2 * MAX_QUEUED_WRITES):
            writer.write("x")

    writing = threading.Thread(target=write, daemon=True)
    writing.start()
    writing.join(10)
    assert not writing.is_alive()
    assert backlog(driver) in (2 * MAX_QUEUED_WRITES - 1, 2 * MAX_QUEUED_WRITES)
    assert MOST < MAX_QUEUED_WRITES
    stalled.read_on.set()
    writer.stop()
    assert backlog(driver) == 0
    assert stalled.getvalue() == "x" * 2 * MAX_QUEUED_WRITES


@pytest.mark.skipif(os.name != "posix", reason="the driver of Linux and macOS")
def test_the_driver_writes_through_that_queue() -> None:
    from textual.drivers.linux_driver import LinuxDriver

    assert LinuxDriver.write.__code__.co_names == ("_writer_thread", "write")


def test_without_a_terminal_nothing_waits() -> None:
    assert backlog(None) == 0


async def test_frames_are_left_out_until_the_terminal_has_read_and_then_all_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames: list[object] = []
    waiting = MOST
    monkeypatch.setattr("terminal.app.backlog", lambda _driver: waiting)
    async with running(ScriptedDesk()) as run:
        monkeypatch.setattr(App, "_display", lambda _self, _screen, update: frames.append(update))
        run.wall += 1
        run.screen.tick()
        await run.settle()
        assert frames

        waiting = MOST + 1
        run.wall += 1
        run.screen.tick()
        await run.settle()
        frames.clear()
        for left in (MOST, 1):  # it reads, and has not read all yet
            waiting = left
            run.wall += 1
            run.screen.tick()
            await run.settle()
            assert frames == []

        waiting = 0
        await run.pilot.pause(2 * LOOK_AGAIN + 0.1)
        whole = [frame for frame in frames if isinstance(frame, LayoutUpdate)]
        assert [frame.region.size for frame in whole[:1]] == [WIDE]
