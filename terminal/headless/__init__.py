"""The desk without a screen, for programs: one JSON object per line, both ways (contracts.md 6)."""

from terminal.headless.commands import Asked
from terminal.headless.conversation import Headless
from terminal.headless.lines import MAX_LINE, Lines

__all__ = ["MAX_LINE", "Asked", "Headless", "Lines"]
