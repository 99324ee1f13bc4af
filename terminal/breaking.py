"""Where a line may be broken: at spaces between words, and between the characters of Chinese, which has none."""

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len, set_cell_size

_CLOSING: Final = frozenset("，。、；：？！）」』】》〉")
"""Characters that never begin a line (CLREQ, section 3.1.4: prohibition at line start)."""


def broken(text: str, cells: int, *, within_words: bool) -> list[str]:
    """The text in lines of at most `cells` cells (2 or more). A word longer than that is cut where the line ends, or, not
    `within_words`, stands out of it: what somebody is to copy stays whole."""
    lines: list[str] = []
    line, width = "", 0
    for word in _words(text):
        size = cell_len(word.rstrip())
        if line and width + size > cells:
            lines.append(line.rstrip())
            line = ""
            word = word.lstrip()  # noqa: PLW2901
        line += word
        while within_words and cell_len(line.rstrip()) > cells:
            head = set_cell_size(line, cells).rstrip() or line[0]
            lines.append(head)
            line = line[len(head) :]
        width = cell_len(line)
    return [*lines, line.rstrip()]


def _words(text: str) -> Iterator[str]:
    """Runs that stay together: a narrow word with the space after it; a wide character with the stop that closes it."""
    run = ""
    for char in text:
        if char in _CLOSING and run:
            run += char
        elif cell_len(char) == 2:
            if run:
                yield run
            run = char
        else:
            if run and cell_len(run[0]) == 2:
                yield run
                run = ""
            run += char
            if char == " ":
                yield run
                run = ""
    if run:
        yield run
