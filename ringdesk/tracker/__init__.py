"""Events become calls.

`life` is what happens to one call, `deadlines` when it is given up, `merging` makes one of two. `Tracker` keeps many: it knows
which call an event belongs to, joins what several sources saw of one call, closes what nobody closes, forgets what is long
over. Late reports only add facts: they never move a call back and never make it pop.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

import msgspec

from ringdesk import ids
from ringdesk.calls import Call, CallEvent, EventKind, SourceKey
from ringdesk.safetext import SafeText
from ringdesk.tracker import again
from ringdesk.tracker.deadlines import DEFAULT_POLICY, Policy, deadline, give_up, heard_at, patience
from ringdesk.tracker.life import (
    NO_CALL,
    TRANSITIONS,
    claim,
    pop_due,
    rings_on,
    step,
    wrap_up,
)
from ringdesk.tracker.merging import (
    doubted,
    joined_by_person,
    may_be_one,
    one_of,
    parted,
    perhaps_one,
    told_apart,
    twin,
    united,
    went_on,
)

__all__ = [
    "DEFAULT_POLICY",
    "NO_CALL",
    "TRANSITIONS",
    "Policy",
    "Tracker",
    "claim",
    "deadline",
    "doubted",
    "give_up",
    "heard_at",
    "joined_by_person",
    "may_be_one",
    "one_of",
    "parted",
    "patience",
    "perhaps_one",
    "pop_due",
    "rings_on",
    "step",
    "told_apart",
    "twin",
    "united",
    "went_on",
    "wrap_up",
]

_NEWEST: Final = 256
"""Calls among which the other source's view of a call is sought: more do not begin within seconds."""
_SWEEP_EVERY: Final = 30.0
"""Seconds between two looks for calls to forget."""


class Tracker:
    """Many calls. Every method returns the calls that it changed.

    Two calls that turn out to be one are both returned: the older one, which goes on, and the other as `ended` without an
    outcome; `resolve` then leads from its id to the one that goes on.
    """

    def __init__(self, policy: Policy = DEFAULT_POLICY) -> None:
        self._policy = policy
        self._sweep_at = float("-inf")
        self._calls: dict[str, Call] = {}
        self._ids: dict[SourceKey, str] = {}
        self._merged: dict[str, str] = {}
        self._over: dict[str, float] = {}
        self._named: dict[SourceKey, str] = {}

    @property
    def policy(self) -> Policy:
        """The times by which calls are kept."""
        return self._policy

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls that live or ended within the last minutes, in the order of their opening."""
        return tuple(self._calls.values())

    def resolve(self, call_id: str) -> str:
        """The id under which a call goes on; its own unless it was joined to another."""
        return self._merged.get(call_id, call_id)

    def aliases(self, call_id: str) -> tuple[str, ...]:
        """The ids of the calls that were joined to this one."""
        return tuple(old for old, new in self._merged.items() if new == call_id)

    def get(self, call_id: str) -> Call | None:
        """The call, also by an id that it had before it was joined to another."""
        return self._calls.get(self.resolve(call_id))

    def resume(self, call: Call) -> None:
        """A call of a source of ours that rang before we listened: from now on it is kept here."""
        self._save(call)

    def received(self, event: CallEvent, *, site: str = "", others: Iterable[Call] = ()) -> tuple[Call, ...]:
        """An event of a source at `site`. What changes nothing (a duplicate, a lamp, a refusal) returns nothing. `others` are
        calls of which somebody else keeps track: one that is the same call is kept here, too, from then on."""
        if event.event in NO_CALL:
            return ()
        self._sweep(event.at)
        event = self.meant(event)
        key = SourceKey(event.source, event.native_id)
        if event.event is EventKind.LINKED and event.linked_id is not None:
            return self._link(key, SourceKey(event.source, event.linked_id), event, site)
        own = self._id(key)
        before = self._calls.get(own)
        over = self._over.get(own)
        if before is None and (again.is_over(over, event.at) or (event.unique and over not in (None, again.LIVES))):
            return ()  # the late end of a call that was forgotten: what begins has a name of its own by now
        call = self._save(step(before, event, call_id=own, site=site))
        if call == before:
            return ()
        beside = (*others, *islice(reversed(self._calls.values()), _NEWEST))
        other = twin(call, beside, self._policy.same_call)
        if other is not None:
            return self._unite(before, call, other, event.at)
        return (self._save(doubted(before, call, beside, self._policy.same_call)),)

    def meant(self, event: CallEvent) -> CallEvent:
        """The event, under the name by which its call is kept here: not its own where that is one that comes again."""
        return again.own(event, self.ended, self._lives)

    def _lives(self, source: str, native_id: str) -> str | None:
        name = self._named.get(SourceKey(source, native_id))
        return name if name is not None and self.ended(ids.call_id(source, name)) == again.LIVES else None

    def named(self, source: str, name: str) -> None:
        """A call is on under this name of its source, which began where nobody looks for it: by a clock that was wrong."""
        self._named[SourceKey(source, again.id_of(name))] = name
        while len(self._named) > self._policy.capacity:
            del self._named[next(iter(self._named))]

    def ended(self, call_id: str) -> float | None:
        """When the call ended that has, or had, this id: `again.LIVES` while it lives, None if nothing is known of one."""
        call = self.get(call_id)
        if call is None:
            return self._over.get(call_id)
        return again.LIVES if call.ended is None else call.ended

    def recall(self, call_id: str, ended: float) -> None:
        """A call that is over and not kept here had this id: it comes again as another's."""
        self._over.pop(call_id, None)
        self._over[call_id] = ended
        while len(self._over) > self._policy.capacity:
            del self._over[next(iter(self._over))]

    def claim(self, call_id: str, person: str, now: float, name: SafeText | None = None) -> tuple[Call, ...]:
        """ "I have it"; nothing for a call that nobody knows or somebody else has."""
        call = self.get(call_id)
        return () if call is None else self._changed(call, claim(call, person, now, name))

    def lead(self, call_id: str, into: Call, now: float) -> tuple[Call, ...]:
        """Somebody else found that a call of here is the same as `into`, which goes on; nothing if that is known."""
        call = self._calls.get(call_id)
        if call is None or call_id == into.id:
            return ()
        return self._unite(None, call, self._calls.get(into.id, into), now)

    def tell_apart(self, call_id: str, others: tuple[str, ...]) -> None:
        """A person said of which calls this is none."""
        call = self._calls.get(call_id)
        if call is not None:
            self._save(
                msgspec.structs.replace(call, apart=others, perhaps=None if call.perhaps in others else call.perhaps)
            )

    def part(self, kept: Call | None, gone: Call) -> None:
        """A person said that two calls are two after all: `kept` as it is now, None where it is not kept here."""
        if self._merged.pop(gone.id, None) is None:
            return
        if kept is not None and kept.id in self._calls:
            self._save(kept)
        self._save(gone)

    def wrap_up(self, call_id: str, code: SafeText, now: float) -> tuple[Call, ...]:
        """The call is dealt with; nothing for a call that nobody knows."""
        call = self.get(call_id)
        return () if call is None else self._changed(call, wrap_up(call, code, now))

    def over(self, row: Call) -> None:
        """Somebody else knows that a call of here is over: it is not waited for any longer."""
        call = self._calls.get(row.id)
        if call is not None and call.live:
            self._save(united(call, row))

    def due(self, now: float, late: Callable[[Call], bool] | None = None) -> tuple[Call, ...]:
        """End what has been silent too long, forget what ended long ago. `late` says of a call whether it has been, where what
        is kept here does not: others may know more of it, and the clock may have been set."""
        late = late or (lambda call: _passed(deadline(call, self._policy), now))
        changed = tuple(self._save(give_up(call, now)) for call in tuple(self._calls.values()) if late(call))
        self._sweep(now)
        return changed

    @property
    def next_due(self) -> float | None:
        """When `due` has something to end; forgetting is done on the way."""
        times = (deadline(call, self._policy) for call in self._calls.values())
        return min((time for time in times if time is not None), default=None)

    def _id(self, key: SourceKey) -> str:
        known = self._ids.get(key)
        return self.resolve(ids.call_id(key.source, key.native_id)) if known is None else known

    def _save(self, call: Call) -> Call:
        self._calls[call.id] = call
        for key in call.sources:
            self._ids[key] = call.id
            if again.id_of(key.native_id) != key.native_id:
                self.named(key.source, key.native_id)
        while len(self._calls) > self._policy.capacity:
            self._drop(next(iter(self._calls)))
        return call

    def _changed(self, before: Call, after: Call) -> tuple[Call, ...]:
        return () if after == before else (self._save(after),)

    def _link(self, key: SourceKey, linked: SourceKey, event: CallEvent, site: str) -> tuple[Call, ...]:
        call, other = (self._calls.get(self._id(one)) for one in (key, linked))
        before = call or other
        after = step(before, event, call_id=self._id(key), site=site)
        sources = tuple(dict.fromkeys((*after.sources, linked)))
        after = self._save(msgspec.structs.replace(after, sources=sources))
        if call is not None and other is not None and call.id != other.id:
            return self._unite(call, after, other, event.at)
        return () if after == before else (after,)

    def _unite(self, before: Call | None, call: Call, other: Call, now: float) -> tuple[Call, ...]:
        kept, gone = one_of(before, call, other, now)
        self._calls.pop(gone.id, None)
        for old, new in self._merged.items():
            if new == gone.id:
                self._merged[old] = kept.id
        self._merged[gone.id] = kept.id
        return self._save(kept), gone

    def _sweep(self, now: float) -> None:
        """Forget what ended long ago; not at every event, for there may be many calls."""
        if now < self._sweep_at:
            return
        self._sweep_at = now + _SWEEP_EVERY
        for call in tuple(self._calls.values()):
            if call.ended is not None and call.ended + self._policy.remembered <= now:
                self._drop(call.id)

    def _drop(self, call_id: str) -> None:
        call = self._calls.pop(call_id)
        for key in call.sources:
            self._ids.pop(key, None)
            if call.ended is not None:
                self.recall(ids.call_id(key.source, key.native_id), call.ended)
        for old in [old for old, new in self._merged.items() if new == call_id]:
            del self._merged[old]


def _passed(time: float | None, now: float) -> bool:
    return time is not None and now >= time
