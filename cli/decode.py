"""`ringdesk decode DIALECT FILE`: one dialect over captured bytes.

Raw bytes carry no time: they are all heard at 1970-01-01T00:00:00Z, and at their end the clock runs on to whatever the
dialect and the calls still wait for, so a ringing that stopped ends. A transcript has its own times and ends where it ends.
Of a webhook the file is one HTTP request, heard at `--at`.
"""

import argparse
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from cli import allowance, decodehook
from cli.output import print_json
from config import registry
from ringdesk import numbers, transcript
from ringdesk.calls import Call, CallEvent, EventKind
from ringdesk.codecs import refusals
from ringdesk.dialects import Level, SourceOptions, Step, StreamDialect
from ringdesk.errors import BadInput
from ringdesk.printed import call_object, event_object
from ringdesk.tracker import Tracker
from ringdesk.transcript import Chunk

_PIECE: Final = 65_536
_RUN_ON: Final = 3600.0
"""Seconds that the clock runs on after raw input. A dialect may ask for `due` for ever, to keep a connection alive."""
_LAST_TIME: Final = 2.0**32
"""The year 2106: what every calendar can print."""

Heard = Iterable[tuple[float, tuple[CallEvent, ...]]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    ours = ", ".join((*registry.names(), *registry.webhook_names()))
    parser.add_argument(
        "dialect",
        metavar="DIALECT",
        default=ours,  # of a word that must be given: for its help only
        help="the protocol: %(default)s; or one of another package that the settings allow",
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        help="captured bytes; a transcript if it ends in .jsonl; a webhook's request; - for stdin",
    )
    parser.add_argument("--hex", action="store_true", help="the file is hexadecimal text")
    parser.add_argument("--calls", action="store_true", help="print the calls instead of the events")
    parser.add_argument("--follow", action="store_true", help="with --calls: print a call at each change")
    parser.add_argument("--region", default="TW", help="region of the line, for numbers (default: TW)")
    parser.add_argument("--area", default="", help="area code of the line, without the leading zero")
    parser.add_argument("--config", type=Path, metavar="FILE", help=allowance.HELP)
    webhooks = parser.add_argument_group("webhooks")
    webhooks.add_argument(
        "--secret-file", metavar="FILE", help="the secrets, one a line (default: nothing is verified)"
    )
    webhooks.add_argument(
        "--url", default="", help="the public address that the provider calls (default: as in the request)"
    )
    webhooks.add_argument("--at", default="0", metavar="TIME", help="when it came: ISO 8601, or seconds since 1970")


def run(options: argparse.Namespace) -> int:
    """Print what the bytes mean. Raises `BadInput` if they mean nothing; a greeting without a call means something."""
    _check_region(options.region)
    allowed = allowance.of(options.config, options.dialect)
    options.webhook = options.dialect in registry.webhook_names(allowed)
    if options.webhook:
        return _request(options, allowed)
    factory = registry.dialect(options.dialect, allowed)
    dialect = factory(options.dialect, SourceOptions(region=options.region, area=options.area))
    timed = options.file.endswith(".jsonl")
    data = _bytes(options.file, as_hex=options.hex and not timed)
    chunks = _recorded(data) if timed else _pieces(data)
    run_on = 0.0 if timed else _RUN_ON
    understood = False

    def heard() -> Heard:
        nonlocal understood
        for at, step in steps(dialect, chunks, run_on=run_on):
            understood = understood or any(notice.level is not Level.BROKEN for notice in step.notices)
            yield at, step.events

    count = _print(heard(), options, run_on)
    if not count and not understood:
        raise BadInput(f"nothing in {options.file} could be decoded as {options.dialect}; check the dialect and --hex")
    return 0


def _request(options: argparse.Namespace, allowed: Collection[str]) -> int:
    """Print what a request to a webhook means; one that is refused means that, if it could be read."""
    now, verdict = decodehook.verdict(_bytes(options.file, as_hex=options.hex), options, allowed)
    _print([(now, decodehook.events(verdict, options.dialect, now))], options, 0.0)
    if verdict.refused == refusals.UNREADABLE:
        raise BadInput(
            f"{options.file} is no request of {options.dialect}; check the dialect and that the file is whole"
        )
    return 0


def steps(dialect: StreamDialect, chunks: Iterable[Chunk], *, run_on: float = 0.0) -> Iterator[tuple[float, Step]]:
    """What the dialect makes of the bytes that came in, with its clock called in time: pairs of time and step.

    After the last chunk the clock runs on for at most `run_on` seconds, then the stream is closed.
    """
    now = 0.0
    for chunk in chunks:
        yield from _until(dialect, chunk.at)
        now = chunk.at
        if chunk.dir == "in":
            yield now, dialect.received(chunk.data, now, chunk.peer)
    for at, step in _until(dialect, now + run_on):
        now = at
        yield at, step
    yield now, dialect.closed(now)


def _until(dialect: StreamDialect, end: float) -> Iterator[tuple[float, Step]]:
    while (due := dialect.next_due) is not None and due <= end:
        yield due, dialect.due(due)
        if dialect.next_due == due:
            return


def _bytes(name: str, *, as_hex: bool) -> bytes:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise BadInput(f"cannot read {name}: {error.strerror}; check the path") from error
    if not as_hex:
        return data
    try:
        return bytes.fromhex(data.decode("ascii"))
    except ValueError as error:
        raise BadInput(f"{name} is not hexadecimal text ({error}); leave --hex out for raw bytes") from error


def _pieces(data: bytes) -> Iterator[Chunk]:
    for at in range(0, len(data), _PIECE):
        yield Chunk(at=0.0, dir="in", hex=data[at : at + _PIECE].hex())


def _recorded(data: bytes) -> Iterator[Chunk]:
    for chunk in transcript.read(data.splitlines()):
        if not 0 <= chunk.at <= _LAST_TIME:
            raise BadInput(f"a chunk of the transcript has the time {chunk.at}; times are seconds from 0 on")
        yield chunk


def _check_region(region: str) -> None:
    if not numbers.known_region(region):
        raise BadInput(f"there is no numbering plan for the region {region!r}; use a code such as TW")


def _print(heard: Heard, options: argparse.Namespace, run_on: float) -> int:
    """How many events were printed, or went into calls, that are no refusals."""
    read = (
        (at, tuple(numbers.read_caller(each, options.region, options.area) for each in events)) for at, events in heard
    )
    return _print_calls(read, options, run_on) if options.calls else _print_events(read)


def _print_events(heard: Heard) -> int:
    count = 0
    for _, events in heard:
        for event in events:
            count += event.event is not EventKind.REJECTED
            print_json(event_object(event))
    return count


def _print_calls(heard: Heard, options: argparse.Namespace, run_on: float) -> int:
    tracker, printed, count, now = Tracker(), set[str](), 0, 0.0

    def show(calls: Iterable[Call]) -> None:
        for call in calls:
            if tracker.resolve(call.id) != call.id or not (options.follow or call.id not in printed):
                continue
            if options.follow or not call.live:
                print_json(call_object(call))
                printed.add(call.id)

    for at, events in heard:
        now = at
        show(_close(tracker, now))
        for event in events:
            count += event.event is not EventKind.REJECTED
            if event.event is EventKind.REJECTED and options.webhook:
                print_json(event_object(event))
            show(tracker.received(event))
    show(_close(tracker, now + run_on))
    if not options.follow:
        for call in tracker.calls:
            if call.id not in printed:
                print_json(call_object(call))
    return count


def _close(tracker: Tracker, end: float) -> Iterator[Call]:
    while (due := tracker.next_due) is not None and due <= end:
        yield from tracker.due(due)
