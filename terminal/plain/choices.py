"""What the plain desk offers by number: verdicts. Pure."""

from typing import Final, Literal

from terminal.widgets.speech import mark

Verdict = Literal["missed", "elsewhere", "ignored"]

VERDICTS: Final[tuple[tuple[Verdict, str], ...]] = (
    ("missed", mark("missed: make a callback")),
    ("elsewhere", mark("answered on another telephone")),
    ("ignored", mark("ignore it")),
)
