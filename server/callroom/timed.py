"""Calls to which time happens: those of which nothing more is heard, and those of a hunt whose turn is over. Pure but for the
store that runs it; what comes second, in whichever process, finds a newer row and leaves it alone.
"""

from collections.abc import Sequence

import msgspec

from ringdesk import routing, tracker
from ringdesk.ops import Row, RowKey
from ringdesk.wire.signing import ServerKey
from server.accept.images import Sealer, dialled, draft, recent_call, recent_calls, sets_touched
from server.accept.owing import Business, Owing
from server.accept.ringing import Ringing
from server.callroom.heard import call_of, rows_of
from server.store.head import Batch, Decision, Ground, Head, RecentCall, Wanted


class _Timed:
    """Calls to which something happens now, on the ground that the store has locked.

    Attributes:
        wanted: what has to be locked and loaded.
    """

    def __init__(self, due: Sequence[RecentCall], key: ServerKey, now: float, business: Business) -> None:
        self._due = due
        self._key = key
        self._now = now
        self._business = business
        self.wanted = Wanted(rows=tuple(sorted(("call", each.call) for each in due)), rules=True)


class Silence(_Timed):
    """Calls whose time is over, to be given up."""

    def decide(self, ground: Ground) -> Decision | Wanted:
        """Each call is a change of its own, with the callback that follows."""
        owing = Owing(ground, self._business, self._now)
        known = rows_of(ground)
        rest: list[RecentCall] = []
        groups: list[dict[RowKey, Row]] = []
        for each in self._due:
            held = ground.rows.get(("call", each.call))
            call = None if held is None else call_of(held)
            if held is None or call is None or not call.live:
                rest.append(msgspec.structs.replace(each, due=None))
            elif held.seq != each.seq:  # something was heard of it since
                rest.append(recent_call(call, held.seq, self._now))
            else:
                over: dict[RowKey, Row] = {("call", call.id): tracker.give_up(call, self._now)}
                over = owing.after(known, over, fresh=not each.late)
                known |= over
                groups.append(over)
        if owing.more is not None:
            return owing.more
        return decision(ground, self._key, groups, rest, self._now)


class Turns(_Timed):
    """Calls of a hunt, of which somebody's turn to ring is over: the next one rings."""

    def decide(self, ground: Ground) -> Decision:
        """Each call is a change of its own. That somebody else rings is nothing that was heard of it: it is given up when it
        would have been."""
        ringing = Ringing(ground, self._business, self._now)
        rest: list[RecentCall] = []
        groups: list[dict[RowKey, Row]] = []
        for each in self._due:
            held = ground.rows.get(("call", each.call))
            call = None if held is None else call_of(held)
            if held is not None and call is not None and held.seq != each.seq:
                rest.append(recent_call(call, held.seq, self._now))
            elif call is None or call.routed is None or not routing.waits(call):
                rest.append(msgspec.structs.replace(each, step=None))
            else:
                groups.append({("call", call.id): ringing.next(call)})
        return decision(ground, self._key, groups, rest, self._now, {each.call: each for each in self._due})


def decision(
    ground: Ground,
    key: ServerKey,
    groups: Sequence[dict[RowKey, Row]],
    rest: Sequence[RecentCall],
    now: float,
    known: dict[str, RecentCall] = {},  # noqa: B006 - never changed
) -> Decision:
    """One change a group of rows; `rest` are calls of which only the time is noted, `known` those that keep their time."""
    drafts = [[draft(row_key, row) for row_key, row in sorted(group.items())] for group in groups]
    written = {row_key: row for group in groups for row_key, row in group.items()}

    def seal(head: Head) -> Batch:
        sealer = Sealer(key, head, ground.rows)
        changes = tuple(sealer.change(group) for group in drafts)
        heard = recent_calls(changes, written, now)
        kept = (
            msgspec.structs.replace(each, due=known[each.call].due, late=known[each.call].late)
            if each.call in known
            else each
            for each in heard
        )
        return Batch(
            changes=changes,
            tallies=sealer.tallies if changes else {},
            dialled=dialled(written),
            calls=(*rest, *kept),
        )

    touched = [item for group in drafts for item in group]
    return Decision(seal=seal, changes=len(drafts), sets=sets_touched(touched, ground.rows))
