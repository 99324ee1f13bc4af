"""Pages of changes: a slice of the log as a projection shows it, encoded once for all terminals at the same cursor."""

import asyncio

import msgspec

from ringdesk.channels import CLEAR, split
from ringdesk.wire.codec import changes_frame, encode, encode_page
from ringdesk.wire.messages import UpTo
from ringdesk.wire.values import Image, Origin, Page
from server.accept.images import shown
from server.store.base import Order
from server.store.values import Held, Slice


class Ready(msgspec.Struct, frozen=True):
    """A page that can be sent. `slice` is what it was made of; `body` None says that there was nothing new. A page without
    images only carries origins: all that it stands for was changed again later."""

    slice: Slice
    body: bytes | None

    def changes(self, device: str) -> bytes:
        """The page in the envelope of a device."""
        assert self.body is not None
        own = [Origin(author.op_id, author.seq) for author in self.slice.authors if author.device == device]
        return changes_frame(sorted(own, key=lambda origin: origin.seq), self.body)

    def up_to(self, name: str) -> bytes:
        """That the terminal has all of the set up to the head."""
        head, tally = self.slice.space.head, self.slice.tally
        digest = tally.digest or "0" * 32
        seq = self.slice.seq
        return encode(UpTo(set=name, seq=seq, head=head.seq, chain=head.chain, count=tally.count, digest=digest))


async def read_page(order: Order, name: str, after: int, max_bytes: int, device: str | None = None) -> Ready:
    """What comes after `after` in the set `name`. Raises `BadInput` for a name that is none, and `Unavailable`."""
    channel, projection = split(name)
    found = await order.slice(channel, name, after, max_bytes, device)
    if found.seq == after:
        return Ready(found, None)
    if projection == CLEAR:  # stored bodies go out as they are: microseconds
        return Ready(found, _encoded(name, found, projection))
    return Ready(found, await asyncio.to_thread(_encoded, name, found, projection))


def _encoded(name: str, found: Slice, projection: str) -> bytes:
    tally = found.tally if found.up else None
    return encode_page(
        Page(
            set=name,
            prev=found.prev,
            seq=found.seq,
            chain=found.chain,
            images=tuple(image_of(held, projection) for held in found.images),
            up=found.up,
            count=tally.count if tally else 0,
            digest=tally.digest if tally else "",
        )
    )


def image_of(held: Held, projection: str = CLEAR) -> Image:
    """A stored image as the wire shows it."""
    body = shown(held, projection)
    raw = None if body is None else msgspec.Raw(body)
    return Image(kind=held.kind, id=held.id, seq=held.seq, body=raw, moved_to=held.moved_to)
