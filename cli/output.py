"""How every command prints: one JSON object a line, one line of error that says what to do."""

import codecs
import io
import sys
from typing import Any, Final

import msgspec

from ringdesk.safetext import encode_hook

SAID: Final = "ringdesk: "
"""Before every error."""

_ENCODER = msgspec.json.Encoder(enc_hook=encode_hook)


def speak_unicode() -> None:
    """Names are Chinese, whatever the environment says of its characters: a terminal that is said to know ASCII only (LANG=C,
    PYTHONIOENCODING=ascii) is taken as one of UTF-8, as Python does by itself (PEP 540); where it has another set of
    characters, what that lacks is written as an escape instead of ending the command."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        reads = stream is sys.stdin
        if codecs.lookup(stream.encoding).name == "ascii":
            stream.reconfigure(encoding="utf-8", errors="replace" if reads else "backslashreplace")
        elif not reads:
            stream.reconfigure(errors="backslashreplace")


def print_json(value: Any) -> None:
    """One object, one line, UTF-8, flushed: the reader may be a program that waits for it."""
    sys.stdout.buffer.write(_ENCODER.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def complain(message: str) -> None:
    """One line on stderr. Control characters are shown as escapes."""
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(message.split()))
    sys.stderr.write(f"{SAID}{text}\n")
