"""How every command prints: one JSON object a line, one line of error that says what to do."""

import sys
from typing import Any, Final

import msgspec

from ringdesk.safetext import encode_hook

SAID: Final = "ringdesk: "
"""Before every error."""

_ENCODER = msgspec.json.Encoder(enc_hook=encode_hook)


def print_json(value: Any) -> None:
    """One object, one line, UTF-8, flushed: the reader may be a program that waits for it."""
    sys.stdout.buffer.write(_ENCODER.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def complain(message: str) -> None:
    """One line on stderr. Control characters are shown as escapes."""
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in " ".join(message.split()))
    sys.stderr.write(f"{SAID}{text}\n")
