"""The records in the leaves of an SQLite file, read page by page: what hangs on a damaged page is found all the same.

The format is that of sqlite.org/fileformat.html: 1.6 (pages of a b-tree), 2.1 (records), 4.1 (the write-ahead log). Nothing
of it is trusted: a cell that does not fit its page is passed over.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

PAGE: Final = 4096
"""Bytes of a page of ours."""
_TABLE, _INDEX = 0x0D, 0x0A
_LOG_HEADER, _FRAME_HEADER = 32, 24
_WIDTHS: Final = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}
_BLOB: Final = 12


class Record(NamedTuple):
    """A row: `rowid` is 0 in a table without rowids; texts are bytes."""

    rowid: int
    values: tuple[Any, ...]


def records(main: bytes, log: bytes) -> Iterator[Record]:
    """Every record of a database and its write-ahead log, in no order."""
    content = _with_log(main, log)
    for start in range(0, len(content) - PAGE + 1, PAGE):
        head = start + (100 if start == 0 else 0)
        kind = content[head]
        if kind not in (_TABLE, _INDEX):
            continue
        cells = int.from_bytes(content[head + 3 : head + 5], "big")
        for number in range(min(cells, (PAGE - 8) // 2)):
            at = int.from_bytes(content[head + 8 + 2 * number : head + 10 + 2 * number], "big")
            try:
                yield _cell(content, start, at, kind)
            except (IndexError, ValueError, struct.error):
                continue


def _with_log(main: bytes, log: bytes) -> bytes:
    """The pages with what the log says of them. What was not committed does no harm: records are judged one by one."""
    content = bytearray(main)
    salt = log[16:24]
    for start in range(_LOG_HEADER, len(log) - _FRAME_HEADER - PAGE + 1, _FRAME_HEADER + PAGE):
        frame = log[start : start + _FRAME_HEADER + PAGE]
        offset = (int.from_bytes(frame[:4], "big") - 1) * PAGE
        if frame[8:16] != salt or not 0 <= offset <= len(main) + len(log):
            break
        content.extend(bytes(max(0, offset + PAGE - len(content))))
        content[offset : offset + PAGE] = frame[_FRAME_HEADER:]
    return bytes(content)


def _cell(content: bytes, start: int, at: int, kind: int) -> Record:
    size, place = _varint(content, start + at)
    rowid = 0
    if kind == _TABLE:
        rowid, place = _varint(content, place)
    return Record(rowid, _values(_payload(content, start, place, size, kind)))


def _payload(content: bytes, start: int, place: int, size: int, kind: int) -> bytes:
    """What a cell holds, with the pages onto which it flows over (1.6, "cell payload overflow pages")."""
    most = PAGE - 35 if kind == _TABLE else (PAGE - 12) * 64 // 255 - 23
    least = (PAGE - 12) * 32 // 255 - 23
    if size > len(content):
        raise ValueError("longer than the file")
    local = size
    if size > most:
        local = least + (size - least) % (PAGE - 4)
        local = local if local <= most else least
    if place + local > start + PAGE:
        raise ValueError("out of its page")
    found = bytearray(content[place : place + local])
    following = int.from_bytes(content[place + local : place + local + 4], "big") if local < size else 0
    while len(found) < size:
        if not 1 <= following <= len(content) // PAGE:
            raise ValueError("flows over into no page")
        page = content[(following - 1) * PAGE : following * PAGE]
        found += page[4:]
        following = int.from_bytes(page[:4], "big")
    return bytes(found[:size])


def _values(payload: bytes) -> tuple[Any, ...]:
    end, place = _varint(payload, 0)
    kinds: list[int] = []
    while place < end:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    values: list[Any] = []
    for kind in kinds:
        width = _WIDTHS[kind] if kind in _WIDTHS else (kind - _BLOB) // 2
        raw = payload[place : place + width]
        if width < 0 or len(raw) < width:
            raise ValueError("out of its record")
        place += width
        values.append(_value(kind, raw))
    return tuple(values)


def _value(kind: int, raw: bytes) -> Any:
    if kind == 0:
        return None
    if kind in (8, 9):
        return kind - 8
    if kind == 7:
        return struct.unpack(">d", raw)[0]
    return int.from_bytes(raw, "big", signed=True) if kind < 7 else raw


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """A number of 1 to 9 bytes, and where it ends (1.6). Raises IndexError."""
    number = 0
    for index in range(8):
        byte = content[place + index]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, place + index + 1
    return number << 8 | content[place + 8], place + 9
