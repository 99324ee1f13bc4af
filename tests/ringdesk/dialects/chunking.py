"""What every dialect must bear: any bytes at any times, in any chunking."""

from collections.abc import Callable, Iterable

from hypothesis import settings
from hypothesis import strategies as st

from ringdesk.calls import CallEvent
from ringdesk.dialects import StreamDialect

EXAMPLES = settings(max_examples=10_000 if settings().max_examples >= 100 else 200)
"""Of each dialect: 200 in make check, 10,000 in make slow."""

Parts = list[tuple[bytes, float]]


def parts(*records: bytes) -> st.SearchStrategy[Parts]:
    """Records, pieces of them and noise, each with the seconds of silence after it."""
    whole = st.sampled_from(records)
    cut = st.tuples(whole, st.integers(0, 90), st.integers(0, 90)).map(lambda one: one[0][min(one[1:]) : max(one[1:])])
    return st.lists(
        st.tuples(st.one_of(whole, cut, st.binary(max_size=30)), st.sampled_from((0.0, 0.1, 3.0, 9.0, 70.0)))
    )


def heard(dialect: StreamDialect, given: Iterable[tuple[bytes, float]], *, at: float = 0.0) -> list[CallEvent]:
    """Everything that it says, its clock called in time, until it waits for nothing more."""
    events: list[CallEvent] = []
    now = at
    for data, pause in given:
        events += dialect.received(data, now).events
        now += pause
        events += _until(dialect, now)
    return events + _until(dialect, now + 3600.0)


def _until(dialect: StreamDialect, end: float) -> list[CallEvent]:
    events: list[CallEvent] = []
    while (due := dialect.next_due) is not None and due < end:
        events += dialect.due(due).events
        assert dialect.next_due != due, "what was due is done"
    return events


def whole_and_in_bytes(make: Callable[[], StreamDialect], given: Parts) -> tuple[list[CallEvent], list[CallEvent]]:
    """The events of the parts as they are, and byte by byte."""
    single = [
        (data[at : at + 1], pause if at == max(0, len(data) - 1) else 0.0)
        for data, pause in given
        for at in range(max(1, len(data)))
    ]
    return heard(make(), given), heard(make(), single)
