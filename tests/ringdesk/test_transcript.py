"""Transcripts: lines in, chunks out, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.errors import BadInput
from ringdesk.transcript import Chunk, line, read

CHUNKS = st.builds(
    Chunk,
    at=st.floats(0, 1e10),
    dir=st.sampled_from(["in", "out"]),
    hex=st.binary(max_size=40).map(bytes.hex),
    peer=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
)


def test_read() -> None:
    lines = [
        b'{"at": 0.0, "dir": "in", "hex": "0d0a52494e470d0a"}\n',
        b"\n",
        b"  \r\n",
        b'{"at": 1, "dir": "out", "peer": "192.0.2.1:5060", "hex": "41 54 5A"}',
    ]
    assert [(chunk.at, chunk.dir, chunk.peer, chunk.data) for chunk in read(lines)] == [
        (0.0, "in", None, b"\r\nRING\r\n"),
        (1.0, "out", "192.0.2.1:5060", b"ATZ"),
    ]


@given(st.lists(CHUNKS, max_size=5))
def test_what_is_written_is_read_again(chunks: list[Chunk]) -> None:
    lines = [line(chunk) for chunk in chunks]
    assert all(each.endswith(b"\n") and each.count(b"\n") == 1 for each in lines)
    assert list(read(lines)) == chunks


@pytest.mark.parametrize(
    "bad",
    [
        b"RING",
        b"[]",
        b"{}",
        b'{"at": 0, "dir": "up", "hex": ""}',
        b'{"at": "0", "dir": "in", "hex": ""}',
        b'{"at": 0, "dir": "in", "hex": "0"}',
        b'{"at": 0, "dir": "in", "hex": "zz"}',
        b'{"at": 0, "dir": "in"}',
        b'{"at": 0, "dir": "in", "hex": "\xff"}',
        b'{"at": 0, "dir": "in", "hex": "", "peer": ' + b"[" * 100_000,
    ],
)
def test_a_bad_line_is_named(bad: bytes) -> None:
    good = b'{"at": 0, "dir": "in", "hex": "00"}'
    chunks = read([good, b"", bad])
    assert next(chunks).data == b"\0"
    with pytest.raises(BadInput, match=r"^line 3 of the transcript is not a chunk: .+$") as refusal:
        next(chunks)
    assert "\n" not in str(refusal.value)
