import io
import os
import signal
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App

from terminal.keyboard import BEGIN, END, Intake, keyboard


def read(data: bytes, size: int = 4096) -> str:
    intake = Intake()
    return "".join(intake.read(data[at : at + size]) for at in range(0, len(data), size))


@pytest.mark.parametrize(
    "data", [b"\xff", b"\xed\xa0\x80", b"\xc3(", b"\x9b\x9d", b"\x1b[M\xff\xff\xff", "您好".encode("big5")]
)
def test_bytes_that_are_no_text_are_a_character_that_says_so(data: bytes) -> None:
    assert "\ufffd" in read(b"a" + data + b"b")
    assert read(b"a" + data + b" b").endswith(" b")


def test_a_character_in_two_reads_is_whole() -> None:
    assert read("下週三改送到公司".encode(), 1) == "下週三改送到公司"


def test_keys_pass_as_they_are_and_at_once() -> None:
    intake = Intake()
    for key in (b"\x1b", b"[", b"A", b"\x1b[2", b"~", b"\x13"):
        assert intake.read(key) == key.decode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
def test_what_was_pasted_presses_no_key(size: int) -> None:
    pasted = "hello\x1b]0;t\x07\x13 world\x1b[31m\x1b[20\x1b"
    seen = read(f"\x1b[A{BEGIN}{pasted}{END}\x1b[Bz".encode(), size)
    assert seen == f"\x1b[A{BEGIN}{pasted.replace(chr(27), '')}{END}\x1b[Bz"


@given(
    st.lists(st.sampled_from([BEGIN, END, "\x1b", "[", "20", "0~", "字", "a\x1b[31m"]), max_size=30), st.integers(1, 9)
)
def test_any_chunking_reads_the_same(parts: list[str], size: int) -> None:
    data = "".join(parts).encode()
    assert read(data + END.encode(), size) == read(data + END.encode())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no bytes to misread: its console gives characters")
def test_textual_still_reads_its_keyboard_in_the_method_that_is_replaced() -> None:
    from textual.drivers.linux_driver import LinuxDriver

    from terminal.keyboard import Keyboard

    assert "run_input_thread" in vars(LinuxDriver)
    assert issubclass(Keyboard, LinuxDriver)


@pytest.mark.skipif(sys.platform == "win32", reason="a driver of its own")
async def test_a_frame_is_whole_when_a_signal_comes_while_the_terminal_does_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a write that a signal interrupts, an unbuffered stream writes the beginning only."""
    master, slave = os.pipe()
    frame, got, interrupted = "x" * 1_000_000, bytearray(), threading.Event()

    def read() -> None:
        interrupted.wait(10)
        while data := os.read(master, 65536):
            got.extend(data)

    monkeypatch.setattr(sys, "__stderr__", io.TextIOWrapper(io.FileIO(slave, "w", closefd=False), write_through=True))
    before = signal.signal(signal.SIGALRM, lambda *_: interrupted.set())
    reader = threading.Thread(target=read)
    reader.start()
    driver = keyboard()
    assert driver is not None
    file = driver(App())._file  # type: ignore[attr-defined]
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        file.write(frame)
        file.flush()
    finally:
        os.close(slave)
        interrupted.set()
        reader.join(10)
        os.close(master)
        signal.signal(signal.SIGALRM, before)
    assert len(got) == len(frame)
