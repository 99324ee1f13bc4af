"""The Acme box: what it says, in any chunking and with garbage between. `python -m pytest` in the folder above."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from acme_box import SIGNATURE, AcmeDialect, AcmeHook

from cli.decode import steps
from ringdesk import transcript
from ringdesk.calls import CallEvent, EventKind, Presentation
from ringdesk.codecs import http, macs, refusals
from ringdesk.dialects import SourceOptions
from ringdesk.transcript import Chunk

DAY = Path(__file__).parent / "transcripts" / "acme" / "day.jsonl"
RING = Path(__file__).parent / "transcripts" / "acme-hook" / "ring.http"


def heard(chunks: list[Chunk]) -> list[CallEvent]:
    """The events of a dialect with its clock called in time, as the desk calls it."""
    dialect = AcmeDialect("box", SourceOptions(line="shop"))
    return [event for _, step in steps(dialect, chunks, run_on=60.0) for event in step.events]


def recorded() -> list[Chunk]:
    return list(transcript.read(DAY.read_bytes().splitlines()))


def once(data: bytes) -> list[CallEvent]:
    return heard([Chunk(at=0.0, dir="in", hex=data.hex())])


def bytewise(chunks: list[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        for byte in chunk.data:
            yield Chunk(at=chunk.at, dir="in", hex=bytes([byte]).hex())


def test_a_day_of_three_calls() -> None:
    events = heard(recorded())
    told = [(event.at, str(event.event), event.called and event.called.line, event.outcome) for event in events]
    assert told == [
        (0.0, "ringing", "shop 1", None),
        (6.0, "ringing", "shop 1", None),
        (8.0, "ringing", "shop 2", None),
        (9.5, "answered", "shop 1", None),
        (12.0, "ended", "shop 2", "missed"),
        (40.0, "ended", "shop 1", "answered"),
        (60.0, "ringing", "shop 3", None),
        (68.0, "ring_stopped", "shop 3", None),
    ]
    assert len({event.native_id for event in events}) == 3
    callers = [event.caller for event in events if event.event is EventKind.RINGING]
    assert [caller and caller.raw for caller in callers] == ["0912345678", "0912345678", None, None]
    assert callers[2] is not None
    assert callers[2].presentation is Presentation.PRIVATE


def test_the_chunking_changes_nothing() -> None:
    assert heard(list(bytewise(recorded()))) == heard(recorded())


def test_what_is_no_record_is_rejected_and_the_next_one_is_heard() -> None:
    kinds = [event.event for event in once(b"\xff\x1b[2J\r\nRING,1,09123\x07\r\nRING,1,0912345678\r\n")]
    assert kinds == [EventKind.REJECTED, EventKind.REJECTED, EventKind.RINGING, EventKind.RING_STOPPED]


@pytest.mark.parametrize("length", range(len(b"RING,1,0912345678\r")))
def test_half_a_record_says_nothing(length: int) -> None:
    assert once(b"RING,1,0912345678"[:length]) == []


def test_two_calls_at_one_line_are_two() -> None:
    events = once(b"RING,1,0912345678\r\nUP,1\r\nRING,1,0922333444\r\n")
    first, second = (event.native_id for event in events if event.event is EventKind.RINGING)
    assert first != second


class TestTheHook:
    def test_a_signed_request_is_believed(self) -> None:
        verdict = AcmeHook("cloud", SourceOptions()).request(http.parse(RING.read_bytes()), 0.0, ("acme-secret-0001",))
        (event,) = verdict.events
        assert (event.event, event.native_id, event.verified) == (EventKind.RINGING, "77", True)

    def test_another_secret_is_refused(self) -> None:
        verdict = AcmeHook("cloud", SourceOptions()).request(http.parse(RING.read_bytes()), 0.0, ("another-secret",))
        assert (verdict.events, verdict.refused) == ((), refusals.FORGED)

    def test_another_thing_is_unreadable(self) -> None:
        body = json.dumps({"call": "77", "event": "sings"}).encode()
        headers = ((SIGNATURE, macs.hexadecimal("sha256", "s", body)),)
        asked = http.Request(method="POST", url="https://x/hook/acme", headers=headers, body=body)
        assert AcmeHook("cloud", SourceOptions()).request(asked, 0.0, ("s",)).refused == refusals.UNREADABLE
