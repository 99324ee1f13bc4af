"""What two sources saw of one call is one call (sync.md 5). The same at whichever of the server's doors it comes in."""

from collections.abc import Iterable, Mapping
from typing import Final

from ringdesk import tracker
from ringdesk.calls import Call, Caller, CallEvent, Presentation
from ringdesk.merge import bounds
from ringdesk.ops import Args, CallReport, Row, RowKey
from server.store.head import Around

_APART: Final = tracker.DEFAULT_POLICY.same_call
_NEAR: Final = 2 * _APART
"""Seconds around what is heard of a call, within which the other source's view of it began: it may say who calls as late as
they are apart."""


def around(site: str, events: Iterable[CallEvent], callers: Iterable[str] = ()) -> tuple[Around, ...]:
    """Where to look for what another source saw of the call of these events; of which callers, see `callers_of`."""
    first = min((event.at for event in events), default=None)
    return () if first is None else (Around(site, first - _NEAR, first + _NEAR, tuple(callers)),)


def callers_of(events: Iterable[CallEvent]) -> tuple[str, ...]:
    """Whose calls may be the same as that of the events, whose numbers have been read; none where that cannot be told.

    Most calls of a minute have nothing to do with another, and to read them all costs more than all else that is done for a
    webhook."""
    found: dict[str, set[str]] = {}
    for event in events:
        known = known_as(bounds.event(event).caller)
        found.setdefault(event.native_id, set()).update(each for each in known if each)
    return tuple(sorted(set().union(*found.values()))) if all(found.values()) else ()


def known_as(caller: Caller | None) -> tuple[str | None, str | None]:
    """Under what a caller is known (`RecentCall`): those of whom `tracker.merging.same_caller` holds share one of both. The
    number, and the number as it came; of one who hides only that."""
    if caller is None:
        return None, None
    if caller.presentation is Presentation.PRIVATE:
        return None, Presentation.PRIVATE.value
    return caller.e164 or None, caller.raw or None


def joined(before: Call | None, call: Call, others: Iterable[Row], at: float, unsure: float = 0.0) -> tuple[Call, ...]:
    """The call, and where one of the `others` is the same: the call that goes on, and the one that leads to it. Where one of
    them may be the same and nothing proves it, the call says which. `before` is the call as it was; `unsure`: by how many
    seconds the clock of who reports it may be wrong."""
    calls = [row for row in others if isinstance(row, Call) and row.id != call.id and row.merged_into is None]
    other = tracker.twin(call, calls, _APART)
    if call.merged_into is not None:
        return (call,)
    if other is None:
        return (tracker.doubted(before, call, calls, min(_APART + unsure, _NEAR)),)
    kept, gone = tracker.one_of(before, call, other, at)
    return bounds.call(kept), gone


def reported(args: Args, written: Mapping[RowKey, Row], known: Mapping[RowKey, Row], at: float) -> dict[RowKey, Row]:
    """What a report of a desk's line has `written`, and what of it another source saw: `known` are the rows before it."""
    call = written.get(("call", args.call)) if isinstance(args, CallReport) else None
    if not isinstance(call, Call):
        return dict(written)
    before = known.get(("call", call.id))
    assert before is None or isinstance(before, Call)
    assert isinstance(args, CallReport)
    calls = joined(before, call, {**known, **written}.values(), at, args.uncertainty)
    return {**written, **{("call", each.id): each for each in calls}}
