"""The keyboard, before anything is a key: bytes that are no UTF-8, numbers that are no characters, pastes that press keys.

Textual ends the program at the first two and lets the third through. Here a byte that nobody can read becomes U+FFFD, a
sequence that means nothing is dropped, and what was pasted is text: without an ESC no part of it can be taken for a key.
"""

import asyncio
import codecs
import io
import logging
import os
import select
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from textual.driver import Driver

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())

BEGIN: Final = "\x1b[200~"
END: Final = "\x1b[201~"
"""Around what was pasted (XTerm control sequences, "Bracketed Paste Mode")."""


class Intake:
    """Bytes of a terminal to text that Textual's parser can take, whatever the chunks."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._pasting = False
        self._seen = ""
        self._held = ""

    def read(self, data: bytes) -> str:
        """The text of some bytes. Nothing is held back but what may be the beginning of the end of a paste."""
        text, parts = self._decode(data), []
        while text:
            part, text = self._pasted(text) if self._pasting else self._typed(text)
            parts.append(part)
        return "".join(parts)

    def _typed(self, text: str) -> tuple[str, str]:
        """What stands before a paste, its mark with it, and the rest."""
        at = (self._seen + text).find(BEGIN)
        if at < 0:
            self._seen = (self._seen + text)[1 - len(BEGIN) :]
            return text, ""
        end = at + len(BEGIN) - len(self._seen)
        self._pasting, self._seen = True, ""
        return text[:end], text[end:]

    def _pasted(self, text: str) -> tuple[str, str]:
        """What was pasted, the mark of its end with it, and the rest."""
        inside, found, rest = (self._held + text).partition(END)
        self._pasting = not found
        kept = 0 if found else _overlap(inside, END)
        self._held = inside[len(inside) - kept :]
        return inside[: len(inside) - kept].replace("\x1b", "") + found, rest


def _overlap(text: str, mark: str) -> int:
    """How many characters at the end of `text` may be the beginning of `mark`."""
    return next((size for size in range(min(len(mark) - 1, len(text)), 0, -1) if text.endswith(mark[:size])), 0)


if sys.platform != "win32":
    import termios
    import tty
    from typing import Any

    from textual._xterm_parser import XTermParser
    from textual.drivers.linux_driver import LinuxDriver

    SCREEN: Final = "\x1b[?1049h\x1b[?25l\x1b[?1004h"
    """The alternate screen, no cursor, word of the focus (XTerm control sequences, DECSET)."""
    POLL: Final = 0.1
    """Seconds for which the keyboard is waited for before somebody looks whether the program has ended."""

    class Keyboard(LinuxDriver):
        """Textual's driver, with an `Intake` before its parser, one reader whatever signals come, and frames that are whole."""

        def __init__(self, *arguments: Any, **more: Any) -> None:
            super().__init__(*arguments, **more)
            file = self._file
            if file is not None and isinstance(file.buffer, io.RawIOBase):
                # Under PYTHONUNBUFFERED what a signal cuts off a write would be lost, in the middle of a sequence.
                raw = io.FileIO(file.fileno(), "w", closefd=False)
                self._file = io.TextIOWrapper(io.BufferedWriter(raw), file.encoding, file.errors)

        def _sigcont_application(self, *signalled: Any) -> None:
            """The program goes on. What was not suspended is not started: two readers would each take every other key."""
            if self._must_signal_resume:
                super()._sigcont_application(*signalled)
            elif self._key_thread is not None:
                asyncio.get_running_loop().call_soon_threadsafe(self._go_on)

        def _go_on(self) -> None:
            """The terminal as it was before the program was stopped from outside: a shell may have had it meanwhile."""
            if self._app._exit:  # noqa: SLF001 - it is about to give the terminal back
                return
            attributes = termios.tcgetattr(self.fileno)
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)
            self.write(SCREEN)
            self._enable_mouse_support()
            self._enable_bracketed_paste()
            self._disable_line_wrap()
            self._app.refresh(layout=True)

        def run_input_thread(self) -> None:
            """Read keys until the program ends or the terminal is gone."""
            parser, intake = XTermParser(self._debug), Intake()
            while not self.exit_event.is_set():
                text = ""
                if select.select([self.fileno], [], [], POLL)[0]:
                    data = os.read(self.fileno, 4096)
                    if not data:
                        return
                    text = intake.read(data)
                try:
                    for message in (*(parser.feed(text) if text else ()), *parser.tick()):
                        self.process_message(message)
                except (ValueError, OverflowError) as error:
                    log.warning("the terminal sent a sequence that means nothing", exc_info=error)
                    parser = XTermParser(self._debug)


def keyboard() -> "type[Driver] | None":
    """The driver of this system; None: Textual's own."""
    return None if sys.platform == "win32" else Keyboard
