"""One suite over every stream dialect: any chunking, garbage, a stream cut anywhere, memory.

A dialect takes part with a folder of transcripts under `tests/transcripts`; one of another
package as `tests/contracts/recordings.py` says.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache, partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.decode import steps
from config import registry
from ringdesk import transcript
from ringdesk.calls import Call, CallEvent, Outcome
from ringdesk.dialects import SourceOptions, Step, StreamDialect
from ringdesk.tracker import Tracker
from ringdesk.transcript import Chunk
from tests.contracts.recordings import transcripts

TRANSCRIPTS, FOREIGN = transcripts()
FOLDERS = sorted({path.parent.name for path in TRANSCRIPTS.glob("*/*.jsonl")})
STREAMS = [(folder, path.stem) for folder in FOLDERS for path in sorted((TRANSCRIPTS / folder).glob("*.jsonl"))]
MEGABYTE = 1_000_000
DAYS = 3 * 86_400.0


factory = cache(partial(registry.dialect, allowed=FOREIGN))


def dialect(name: str) -> StreamDialect:
    return factory(name)("source", SourceOptions(line="1"))


def recorded(name: str, stem: str) -> list[Chunk]:
    return list(transcript.read((TRANSCRIPTS / name / f"{stem}.jsonl").read_bytes().splitlines()))


def events_of(name: str, chunks: Iterable[Chunk]) -> list[CallEvent]:
    return [event for _, step in steps(dialect(name), chunks, run_on=600.0) for event in step.events]


def pieces(data: bytes, how: str) -> list[bytes]:
    if how == "lines":
        return data.splitlines(keepends=True)
    size = {"bytes": 1, "sevens": 7, "whole": max(1, len(data))}[how]
    return [data[at : at + size] for at in range(0, len(data), size)]


def cut(chunks: Iterable[Chunk], how: str) -> Iterator[Chunk]:
    for chunk in chunks:
        for piece in pieces(chunk.data, how):
            yield msgspec.structs.replace(chunk, hex=piece.hex())


def places(data: bytes) -> range:
    """Where a stream is cut or joined: everywhere, in a long one at a hundred places."""
    return range(0, len(data), 1 if len(data) < 2000 else len(data) // 100)


@cache
def stretch(name: str, stem: str) -> bytes:
    """The bytes of a transcript, of a long one what can be given byte by byte hundreds of times."""
    return incoming(recorded(name, stem))[:1500]


def incoming(chunks: Iterable[Chunk]) -> bytes:
    return b"".join(chunk.data for chunk in chunks if chunk.dir == "in")


def at_once(data: bytes, at: float = 0.0) -> Chunk:
    return Chunk(at=at, dir="in", hex=data.hex())


def calls_of(tracker: Tracker, one: StreamDialect, chunks: Iterable[Chunk], later: float = 0.0) -> dict[str, Call]:
    """The calls of a recording that begins `later`, each as it became; none is left open."""
    found: dict[str, Call] = {}

    def take(step: Step) -> None:
        for event in step.events:
            found.update((call.id, call) for call in tracker.received(event))

    def run_until(end: float) -> None:
        while (due := one.next_due) is not None and due <= end:
            take(one.due(due))
            if one.next_due == due:
                return

    now = later
    for chunk in chunks:
        now = chunk.at + later
        run_until(now)
        if chunk.dir == "in":
            take(one.received(chunk.data, now, chunk.peer))
    run_until(now + 600.0)
    while (due := tracker.next_due) is not None:
        found.update((call.id, call) for call in tracker.due(due))
    return found


def outcomes(calls: dict[str, Call]) -> list[object]:
    return [(call.state, call.outcome, call.caller, call.legs, bool(call.merged_into)) for call in calls.values()]


def facts(events: Iterable[CallEvent]) -> list[object]:
    return [(event.event, event.caller, event.called, event.via, event.reason) for event in events]


def test_there_is_something_to_run() -> None:
    assert set(registry.names(FOREIGN)) >= set(FOLDERS)
    assert FOREIGN or set(registry.names()) == set(FOLDERS)


@pytest.mark.parametrize(("name", "stem"), STREAMS)
class TestEveryTranscript:
    def test_says_something(self, name: str, stem: str) -> None:
        assert events_of(name, recorded(name, stem))

    @pytest.mark.parametrize("how", ["bytes", "sevens", "lines"])
    def test_in_its_own_time_in_any_chunking(self, name: str, stem: str, how: str) -> None:
        chunks = recorded(name, stem)
        assert events_of(name, cut(chunks, how)) == events_of(name, chunks)

    @pytest.mark.parametrize("how", ["bytes", "sevens", "lines"])
    def test_in_no_time_in_any_chunking(self, name: str, stem: str, how: str) -> None:
        whole = [at_once(incoming(recorded(name, stem)))]
        assert events_of(name, cut(whole, how)) == events_of(name, whole)

    def test_after_garbage_that_has_faded(self, name: str, stem: str) -> None:
        data = incoming(recorded(name, stem))
        garbage = at_once(b"\x00\xff\x1b]52;c;!\x07\xf0\x9f\x98 nonsense {]\x90\x7f\r\n")
        after = events_of(name, [garbage, at_once(data, 1000.0)])
        assert facts(event for event in after if event.at >= 1000.0) == facts(events_of(name, [at_once(data)]))

    def test_cut_anywhere(self, name: str, stem: str) -> None:
        data = incoming(recorded(name, stem))
        known = {event.caller.raw for event in events_of(name, [at_once(data)]) if event.caller is not None} | {None}
        for length in places(data):
            for event in events_of(name, [at_once(data[:length])]):
                assert event.caller is None or event.caller.raw in known, "half a number is a wrong number"

    @pytest.mark.parametrize("between", ["nothing", "a cut", "a start"])
    def test_days_later_the_same_ids_are_other_calls(self, name: str, stem: str, between: str) -> None:
        tracker, one = Tracker(), dialect(name)
        before = calls_of(tracker, one, recorded(name, stem))
        if between == "a cut":
            one.closed(DAYS / 2)
        elif between == "a start":
            one = dialect(name)
        later = calls_of(tracker, one, recorded(name, stem), DAYS)
        assert before.keys().isdisjoint(later)
        if between == "a start":
            assert outcomes(later) == outcomes(before)
        elif any(call.outcome not in (None, Outcome.UNKNOWN) for call in before.values()):
            assert later

    def test_joined_anywhere(self, name: str, stem: str) -> None:
        data = incoming(recorded(name, stem))
        for start in places(data):
            events_of(name, [at_once(data[start:])])


@pytest.mark.parametrize("name", FOLDERS)
class TestEveryDialect:
    @given(data=st.data())
    def test_never_raises_and_never_depends_on_the_chunking(self, name: str, data: st.DataObject) -> None:
        stems = [stem for folder, stem in STREAMS if folder == name]
        parts = st.one_of(
            st.binary(min_size=1, max_size=60), st.sampled_from(stems).map(lambda stem: stretch(name, stem))
        )
        times = st.floats(0, 20)
        chunks: list[Chunk] = []
        now = 0.0
        for part, pause in data.draw(st.lists(st.tuples(parts, times), max_size=5)):
            now += pause
            chunks.append(at_once(part, now))
        assert events_of(name, cut(chunks, "bytes")) == events_of(name, chunks)

    @given(times=st.lists(st.floats(0, 1e9), max_size=8), blob=st.binary(max_size=40))
    def test_bears_any_order_of_calls(self, name: str, times: list[float], blob: bytes) -> None:
        one = dialect(name)
        for index, now in enumerate(times):
            (one.opened, one.due, one.closed, lambda at: one.received(blob, at))[index % 4](now)
            assert one.next_due is None or isinstance(one.next_due, float)

    @pytest.mark.parametrize("unit", [b"A", b"0", b"U", b"{", b"NAME="])
    def test_ten_megabytes_without_an_end_are_not_kept(self, name: str, unit: bytes) -> None:
        one = dialect(name)
        for _ in range(100):
            one.received(unit * (MEGABYTE // 10 // len(unit)), 0.0)
        assert _held(one) < 64_000

    @pytest.mark.parametrize("unit", [b"\x80", b"\x10", b"\x80\xff\x01\x08"])
    def test_nor_is_a_megabyte_that_looks_like_frames(self, name: str, unit: bytes) -> None:
        one = dialect(name)
        for _ in range(10):
            one.received(unit * (MEGABYTE // 10 // len(unit)), 0.0)
        assert _held(one) < 64_000

    def test_it_ends(self, name: str) -> None:
        one = dialect(name)
        one.received(b"RING\r\n" * 3, 0.0)
        for _ in range(100):
            due = one.next_due
            if due is None:
                break
            one.due(due)
        assert one.next_due is None, "a stream that nobody opened has nothing to wait for"


def _held(value: object, seen: set[int] | None = None) -> int:
    """Bytes that an object keeps alive."""
    seen = set() if seen is None else seen
    if id(value) in seen or isinstance(value, type):
        return 0
    seen.add(id(value))
    size = sys.getsizeof(value)
    if isinstance(value, dict):
        parts: list[object] = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = list(value)
    else:
        parts = list(getattr(value, "__dict__", {}).values())
        parts += [getattr(value, name) for name in getattr(value, "__struct_fields__", ())]
    return size + sum(_held(part, seen) for part in parts)


NUMERIC = re.compile(rb"[0-9]+")
ENDLESS = b"9" * 5000
"""More digits than Python makes a number of: `int` raises ValueError."""


@pytest.mark.parametrize(("name", "stem"), STREAMS)
def test_thousands_of_digits_in_every_numeric_place(name: str, stem: str) -> None:
    """One place at a time, and what follows is heard still."""
    data = stretch(name, stem)
    found = list(NUMERIC.finditer(data))
    for match in found[:: 1 + len(found) // 60]:
        changed = data[: match.start()] + ENDLESS + data[match.end() :]
        for _, step in steps(dialect(name), [at_once(changed)], run_on=600.0):
            msgspec.to_builtins(step.events, enc_hook=str)
