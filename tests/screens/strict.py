"""A strict parser of what a terminal gets: everything that is neither text nor what Textual itself says is an escape."""

import re

from tests.hostile import is_forbidden

OWN = re.compile(
    r"""
    \x1b\[[\d;:]*m                       # SGR: colours
  | \x1b\[\d+;\d+H                       # CUP: where the next text stands
  | \x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]   # modes that Textual sets and resets
  | \x1b\[\?(?:2026|2048)\$p             # DECRQM: does the terminal know synchronised output, in-band resize
  | \x1b\[>\d*u | \x1b\[<u               # kitty keyboard protocol: push, pop
  | \x1b\[\?4m | \x1b\[c                 # what it asks at the start
  | \x1b\]22;[a-z-]+(?:\x07|\x1b\\)     # pointer shape
  | \r | \n
    """,
    re.VERBOSE,
)
"""Everything that Textual 8.2.8 writes beside text (drivers/linux_driver.py, app.py, _compositor.py)."""


def escaped(output: str, *, printable: bool = False) -> list[str]:
    """What is neither text nor Textual's own: each with a little of what follows.

    `printable` lets characters pass that a terminal only prints (fillers that `SafeText` drops for the reader's sake).
    """
    found = []
    at = 0
    while at < len(output):
        own = OWN.match(output, at)
        if own:
            at = own.end()
            continue
        if is_forbidden(output[at]) and not (printable and output[at].isprintable()):
            found.append(repr(output[at : at + 12]))
        at += 1
    return found
