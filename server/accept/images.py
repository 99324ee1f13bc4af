"""From rows to changes: images in their channels, the chain, and the tally of every replicated set.

A body is stored once, in clear. What a projection shows is made at read, but the tallies of all projections are kept up
to date here, image by image, so that a terminal's own sum can be compared at any time (sync.md 3).
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final

import msgspec

from ringdesk import ops, routing, tracker
from ringdesk.calls import Call
from ringdesk.channels import CLEAR, MASKED, Digest, channel_of, content_digest, project
from ringdesk.errors import Refused
from ringdesk.marks import NumberMark
from ringdesk.members import Member
from ringdesk.ops import Row, RowKey
from ringdesk.reached import dialled_of
from ringdesk.tasks import Task
from ringdesk.wire import limits
from ringdesk.wire.signing import ServerKey
from ringdesk.wire.values import Proof
from server.accept.joining import known_as
from server.store.head import Change, Head, RecentCall
from server.store.values import (
    Held,
    Tally,
)

PROJECTIONS: Final = (CLEAR, MASKED)


class Draft(msgspec.Struct, frozen=True):
    """A row that was written and has no place in the order yet: its channel, and its body in each projection."""

    kind: str
    id: str
    channel: str
    bodies: dict[str, bytes]

    @property
    def key(self) -> RowKey:
        """Which row."""
        return self.kind, self.id


def draft(key: RowKey, row: Row) -> Draft:
    """A row as it will be stored and shown."""
    kind, row_id = key
    bodies = {projection: ops.encode(project(kind, row, projection)) for projection in PROJECTIONS}
    return Draft(kind, row_id, channel_of(kind, row), bodies)


def expect_room(item: Draft, before: Held | None) -> None:
    """A row that is larger than a row may be must at least have become smaller. Raises `Refused("row_too_large")`."""
    size = max(map(len, item.bodies.values()))
    if size > limits.ROW_MAX and (before is None or size >= len(before.body or b"")):
        message = (
            f"this {item.kind} would have {size} bytes and {limits.ROW_MAX} are kept; take something out of it first"
        )
        raise Refused("row_too_large", message)


def shown(held: Held, projection: str) -> bytes | None:
    """The body of a stored image as a projection shows it; None for a tombstone."""
    if held.body is None or projection == CLEAR:
        return held.body
    return ops.encode(project(held.kind, ops.decode_row(held.kind, held.body), projection))


def sets_touched(drafts: Iterable[Draft], held: Mapping[RowKey, Held]) -> tuple[str, ...]:
    """The sets whose tally the drafts change."""
    channels = {channel for item in drafts for channel in (item.channel, _channel(held.get(item.key))) if channel}
    return tuple(f"{channel}@{projection}" for channel in sorted(channels) for projection in PROJECTIONS)


def _channel(held: Held | None) -> str:
    return held.channel if held else ""


def reachable(rows: Mapping[RowKey, Row]) -> dict[str, tuple[str, ...]]:
    """Under which numbers (E.164) each written member can be found; an alias under none."""
    return {
        row.id: () if row.merged_into else tuple(number.e164 for number in row.numbers if number.e164)
        for row in rows.values()
        if isinstance(row, Member)
    }


def dialled(rows: Mapping[RowKey, Row]) -> dict[RowKey, tuple[str, ...]]:
    """The digits of each written callback and mark, under which it is found when its number calls."""
    return {key: tuple(sorted(dialled_of(row))) for key, row in rows.items() if isinstance(row, Task | NumberMark)}


def recent_calls(
    changes: Iterable[Change], rows: Mapping[RowKey, Row], now: float, late: Collection[str] = ()
) -> tuple[RecentCall, ...]:
    """The calls among the written `rows`. When each is given up counts from its arrival here: the clock of a desk may be
    wrong, and a call that rings must not end because of that. `late` are those of which only history was heard."""
    newest = {image.id: image.seq for change in changes for image in change.images if image.kind == "call"}
    calls = (row for row in rows.values() if isinstance(row, Call))
    return tuple(recent_call(row, newest[row.id], now, late=row.id in late) for row in calls)


def recent_call(call: Call, seq: int, now: float, *, late: bool = False) -> RecentCall:
    """A call of which something was heard `now`, at `seq`."""
    seconds = tracker.patience(call, tracker.DEFAULT_POLICY)
    due = None if seconds is None else now + seconds
    merged = call.merged_into is not None
    e164, said = known_as(call.caller)
    return RecentCall(
        call=call.id,
        site=call.site,
        started=call.started,
        seq=seq,
        due=due,
        merged=merged,
        e164=e164,
        said=said,
        late=late,
        step=call.routed.until if call.routed is not None and routing.waits(call) else None,
    )


class _Image(msgspec.Struct, frozen=True):
    channel: str
    seq: int
    bodies: dict[str, bytes]


class Sealer:
    """Gives drafts their place in the order, one seq after the other.

    Attributes:
        proof: the head after the last change.
    """

    def __init__(self, key: ServerKey, head: Head, held: Mapping[RowKey, Held]) -> None:
        self._key = key
        self._held = held
        self._made: dict[RowKey, _Image] = {}
        self._digests = {name: Digest.read(tally.count, tally.digest or "0") for name, tally in head.tallies.items()}
        self.proof = head.proof

    def change(self, drafts: Iterable[Draft], device: str | None = None, op_id: str | None = None) -> Change:
        """One seq with the images that `drafts` make; a row that moved leaves a tombstone that names its new channel."""
        written = tuple(drafts)
        seq = self.proof.seq + 1
        named = (op_id,) if op_id else [item.id for item in written]
        self.proof = Proof(seq, self._key.chain(self.proof.chain, seq, named))
        images: list[Held] = []
        for item in written:
            images += self._images(item, seq)
        return Change(seq=seq, chain=self.proof.chain, images=tuple(images), device=device, op_id=op_id)

    def _images(self, item: Draft, seq: int) -> list[Held]:
        kind, row_id, channel = item.kind, item.id, item.channel
        images = [Held(kind=kind, id=row_id, channel=channel, seq=seq, body=item.bodies[CLEAR])]
        before = self._before(item.key)
        if before is not None:
            self._count(item.key, before, Digest.remove)
            if before.channel != channel:
                images.append(Held(kind=kind, id=row_id, channel=before.channel, seq=seq, body=None, moved_to=channel))
        after = _Image(channel, seq, item.bodies)
        self._made[item.key] = after
        self._count(item.key, after, Digest.add)
        return images

    def _before(self, key: RowKey) -> _Image | None:
        held = self._held.get(key)
        if key in self._made or held is None:
            return self._made.get(key)
        bodies = {projection: shown(held, projection) or b"" for projection in PROJECTIONS}
        return _Image(held.channel, held.seq, bodies)

    def _count(self, key: RowKey, image: _Image, how: Callable[[Digest, int], Digest]) -> None:
        for projection, body in image.bodies.items():
            name = f"{image.channel}@{projection}"
            self._digests[name] = how(self._digests[name], content_digest(*key, image.seq, body))

    @property
    def tallies(self) -> dict[str, Tally]:
        """The sets as they are after the last change."""
        return {name: Tally(digest.count, digest.hex) for name, digest in self._digests.items()}
