"""The doctor, the lines that a server listens to: how they stand, by its log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from cli.findings import Finding
from ringdesk.dialects import Level
from ringdesk.why import Why
from server.links.held import LET_GO
from server.links.told import STANDS
from terminal.desk.served import worded

_READ: Final = 2_000_000
"""Bytes at the end of the log that are looked at."""


class _Said(msgspec.Struct, frozen=True):
    """A line of the log, as `server.links` writes it."""

    event: str
    source: str = ""
    dialect: str = ""
    stands: Level = Level.OK
    why: str = ""
    code: str = ""
    values: dict[str, str] = {}
    detail: str | None = None


_LINE: Final = msgspec.json.Decoder(_Said)


def stood(log: Path) -> Iterator[Finding]:
    """A line for each source that the server listened to when it last wrote of it. A log that is not there says nothing."""
    last: dict[str, _Said] = {}
    for said in _lines(log):
        if said.event == STANDS:
            last[said.source] = said
        elif said.event == LET_GO:
            last.pop(said.source, None)
    for source, said in sorted(last.items()):
        why = worded(Why(said.code, said.values), said.dialect, said.why)
        ok = said.stands is Level.OK
        yield Finding(check=f"source {source}", ok=ok, level=said.stands, why=why, said=said.detail)


def _lines(log: Path) -> Iterator[_Said]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _READ))
            for line in file:
                try:
                    yield _LINE.decode(line)
                except msgspec.MsgspecError:  # the half of a line, or of another shape
                    continue
    except OSError:
        return
