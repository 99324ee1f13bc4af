"""The sets that this device holds: pages of images in, cursors, digests, drops, and starting again.

A page is applied in slices, each a transaction of its own: the envelope in the first, the cursor in the last, so that a
crash between two of them only fetches the page again. Count and digest are kept image by image and compared with the
server's whenever the set is caught up; a set that differs is fetched again from nothing, while its old images stay on
the screen until newer ones are here.
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from ringdesk import channels
from ringdesk.channels import Digest, content_digest
from ringdesk.ops import RowKey
from ringdesk.wire.limits import SLICE_SECONDS
from ringdesk.wire.messages import Changes, UpTo
from ringdesk.wire.values import (
    Cursor,
    Image,
    Origin,
    Page,
    Proof,
)
from terminal.store import outbox
from terminal.store.connection import Transaction
from terminal.store.edit import Edit, Happened
from terminal.store.rows import top
from terminal.store.standing import proven, stand, standing

MAX_DROPPED: Final = 200
"""Rows that one slice of a drop or a sweep deletes."""


AT_ONCE: Final = 8
"""Images between two looks at the clock; about 2 ms."""


class Verdict(StrEnum):
    """What became of a page."""

    APPLIED = "applied"
    OLD = "old"
    """All of it was here already."""
    GAP = "gap"
    """Something before it may be missing: pull."""
    DIFFERS = "differs"
    """The set is caught up and yet not the server's."""
    UNHELD = "unheld"
    """This device does not hold the set."""


class Held(msgspec.Struct, frozen=True):
    """A set and how far it is here (see schema/0001_replica.sql)."""

    name: str
    channel: str
    life: int
    swept: int
    cursor: int
    chain: str
    up_to: int
    count: int
    digest: str

    @property
    def sum(self) -> Digest:
        """Count and digest of the images of this life that are here."""
        return Digest.read(self.count, self.digest or "0")


_COLUMNS: Final = "name, channel, life, swept, cursor, chain, up_to, count, digest"


def held(tx: Transaction, name: str) -> Held | None:
    """A set; None for one that is not held."""
    line = tx.one(f"select {_COLUMNS} from held where name = ?", name)  # noqa: S608 - columns of ours
    return None if line is None else Held(*line)


def all_held(tx: Transaction) -> list[Held]:
    """Every set that this device holds."""
    return [Held(*line) for line in tx.all(f"select {_COLUMNS} from held order by name")]  # noqa: S608


def keep(tx: Transaction, new: Held) -> None:
    """Keep how far a set is here."""
    tx.do(
        "update held set life = ?, swept = ?, cursor = ?, chain = ?, up_to = ?, count = ?, digest = ? where name = ?",
        *(new.life, new.swept, new.cursor, new.chain, new.up_to, new.count, new.digest, new.name),
    )


def cursors(tx: Transaction) -> dict[str, Cursor]:
    """How far each set is here, as hello says it."""
    return {each.name: Cursor(each.cursor, each.chain) for each in all_held(tx)}


def complete_to(tx: Transaction) -> int:
    """The head up to which nothing is missing in any set; 0 while there is none."""
    return int(tx.value("select coalesce(min(max(cursor, up_to)), 0) from held"))


def hold(tx: Transaction, name: str) -> None:
    """Hold a set from now on, from nothing. Raises `BadInput` for a name that is none."""
    channel, _ = channels.split(name)
    tx.do("insert or ignore into held (name, channel) values (?, ?)", name, channel)


def restart(tx: Transaction, name: str) -> None:
    """Fetch a set again from nothing. What is here stays on the screen until newer images are."""
    tx.do(
        "update held set life = life + 1, cursor = 0, chain = '', up_to = 0, count = 0, digest = '' where name = ?",
        name,
    )


class Slice(NamedTuple):
    """One transaction of a page: the next image (None: the page is done), the rows that look otherwise, the verdict."""

    next: int | None
    happened: Happened
    verdict: Verdict


def apply_slice(
    tx: Transaction, frame: Changes, start: int, steady: Callable[[], float], at_once: int = AT_ONCE
) -> Slice:
    """Apply a page from image `start` on, for at most about 20 ms by the clock `steady`."""
    page = frame.page
    present = held(tx, page.set)
    refusal = _refusal(present, page)
    if present is None or refusal is not None:
        return Slice(None, Happened(), refusal or Verdict.UNHELD)
    deadline = steady() + SLICE_SECONDS / 2  # the other half is for the commit
    edit = Edit(tx)
    if start == 0:
        _mark(edit, frame.origins)
    total, position = present.sum, start
    while position < len(page.images) and (position == start or steady() < deadline):
        some = page.images[position : position + at_once]
        for image in some:
            total = put(edit, present, image, total)
        edit.lay()
        position += len(some)
    present = msgspec.structs.replace(present, count=total.count, digest=total.hex)
    if position < len(page.images):
        keep(tx, present)
        return Slice(position, edit.finish(), Verdict.APPLIED)
    verdict = _finish(edit, present, page)
    return Slice(None, edit.finish(), verdict)


def _refusal(present: Held | None, page: Page) -> Verdict | None:
    if present is None:
        return Verdict.UNHELD
    if page.seq <= present.cursor:
        return Verdict.OLD
    return Verdict.GAP if page.prev > present.cursor else None


def _mark(edit: Edit, origins: Iterable[Origin]) -> None:
    """Ops of here of which the server now says where it applied them; they wait for their answers all the same."""
    for origin in origins:
        made = edit.tx.value(
            "select made from outbox where op_id = ? and state = 'waiting' and answer is null", origin.op_id
        )
        if made is not None:
            edit.touch_op(made)
            edit.tx.do("update outbox set seq = ? where made = ?", origin.seq, made)


def put(edit: Edit, into: Held, image: Image, total: Digest) -> Digest:
    """Put one image into a set; the set's digest with it. An older image than the one that is here changes nothing."""
    tx, key = edit.tx, (image.kind, image.id)
    old = tx.one("select life, seq, body from image where kind = ? and id = ? and held = ?", *key, into.name)
    alive = old is not None and old[0] == into.life
    if old is not None and alive and image.seq < old[1]:
        return total
    edit.touch(key)
    if old is not None and alive and old[2] is not None:
        total = total.remove(content_digest(*key, old[1], old[2]))
    body = None if image.body is None else bytes(image.body)
    if body is None:
        _part(tx, key, image.moved_to)
    else:
        total = total.add(content_digest(*key, image.seq, body))
    tx.do(
        "insert or replace into image (kind, id, held, life, seq, body, moved_to) values (?, ?, ?, ?, ?, ?, ?)",
        *(*key, into.name, into.life, image.seq, body, image.moved_to),
    )
    return total


def _part(tx: Transaction, key: RowKey, moved_to: str | None) -> None:
    """Before the tombstone of a move to a set of here: what stands now stays until that set has caught up."""
    stands = top(tx, key)
    if stands is None or stands.body is None or tx.one("select 1 from held where channel = ?", moved_to) is None:
        tx.do("delete from parting where kind = ? and id = ?", *key)
    else:
        tx.do("insert or replace into parting (kind, id, seq, body) values (?, ?, ?, ?)", *key, stands.seq, stands.body)


def _finish(edit: Edit, present: Held, page: Page) -> Verdict:
    """The end of a page: the cursor, and where the set is caught up, what waited for that.

    A page that begins before the cursor follows pages of a later moment, which leave out what changed after it: only a
    page from the cursor on can tell whether the set is the server's.
    """
    overlaps = page.prev < present.cursor
    present = msgspec.structs.replace(present, cursor=page.seq, chain=page.chain)
    if overlaps or not page.up:
        keep(edit.tx, present)
        _prove(edit.tx, page.seq, page.chain)
        outbox.settle(edit)
        return Verdict.GAP if overlaps else Verdict.APPLIED
    return _caught_up(edit, present, page.seq, page.chain, Digest.read(page.count, page.digest or "0"))


def up_to(tx: Transaction, message: UpTo) -> tuple[Verdict, Happened]:
    """The server says that nothing of a set is missing up to a head, to whoever has it up to its newest change."""
    present = held(tx, message.set)
    if present is None:
        return Verdict.UNHELD, Happened()
    if present.cursor != message.seq:
        return (Verdict.OLD if present.cursor > message.seq else Verdict.GAP), Happened()
    edit = Edit(tx)
    verdict = _caught_up(edit, present, message.head, message.chain, Digest.read(message.count, message.digest or "0"))
    return verdict, edit.finish()


def _caught_up(edit: Edit, present: Held, head: int, chain: str, theirs: Digest) -> Verdict:
    tx = edit.tx
    agrees = (present.count, present.sum.value) == (theirs.count, theirs.value)
    if agrees:
        present = msgspec.structs.replace(present, up_to=max(present.up_to, head))
    keep(tx, present)
    _prove(tx, head, chain)
    if not agrees:
        return Verdict.DIFFERS
    _let_part(edit, present)
    outbox.settle(edit)
    return Verdict.APPLIED


def _prove(tx: Transaction, seq: int, chain: str) -> None:
    stood = standing(tx)
    better = proven(stood, Proof(seq, chain))
    if better is not stood:
        stand(tx, better)


def _let_part(edit: Edit, present: Held) -> None:
    """Rows that stayed because they were on their way into this set: by now they are in it, or gone."""
    tx = edit.tx
    arrived = tx.all(
        "select overlay.kind, overlay.id from overlay cross join image using (kind, id)"  # from the few to the many
        " where image.moved_to = ? and image.body is null and image.seq <= ?",
        *(present.channel, present.up_to),
    )
    for key in arrived:
        edit.touch(key)
        stands = top(tx, key)
        if stands is None or stands.plain:
            tx.do("delete from parting where kind = ? and id = ?", *key)


def sweep_slice(tx: Transaction, name: str) -> Happened | None:
    """Delete some images of an older life of a set that is caught up; None when there are none left."""
    present = held(tx, name)
    if present is None or present.swept == present.life or not present.up_to:
        return None
    doomed = tx.all("select kind, id from image where held = ? and life < ? limit ?", name, present.life, MAX_DROPPED)
    if not doomed:
        keep(tx, msgspec.structs.replace(present, swept=present.life))
        return None
    return _delete(tx, name, doomed)


def drop_slice(tx: Transaction, name: str) -> Happened | None:
    """Delete some images of a set that this device may no longer hold; None when the set is gone."""
    if held(tx, name) is None:
        return None
    restart(tx, name)
    doomed = tx.all("select kind, id from image where held = ? limit ?", name, MAX_DROPPED)
    if not doomed:
        edit = Edit(tx)
        tx.do("delete from held where name = ?", name)
        outbox.settle(edit)
        return edit.finish()
    return _delete(tx, name, doomed)


def _delete(tx: Transaction, name: str, keys: Sequence[RowKey]) -> Happened:
    edit = Edit(tx)
    edit.touch(*keys)
    tx.many("delete from image where held = ? and kind = ? and id = ?", [(name, *key) for key in keys])
    tx.many("delete from parting where kind = ? and id = ?", keys)
    return edit.finish()


def erase(tx: Transaction, keys: Sequence[RowKey]) -> Happened:
    """Delete rows and all that was said about them here (sync.md 9). Their bytes are overwritten: `secure_delete` is on."""
    edit = Edit(tx)
    for key in keys:
        edit.touch(key)
        _erase_images(tx, key)
        tx.do("delete from parting where kind = ? and id = ?", *key)
        for (made,) in tx.all("select made from replay where kind = ? and id = ?", *key):
            if tx.value("select answer is not null from outbox where made = ?", made):
                outbox.forget(tx, made)
        if key[0] == "member":
            tx.do("delete from draft where member = ?", key[1])
    return edit.finish()


def _erase_images(tx: Transaction, key: RowKey) -> None:
    lines = tx.all("select held, life, seq, body from image where kind = ? and id = ?", *key)
    for name, life, seq, body in lines:
        present = held(tx, name)
        if present is not None and present.life == life and body is not None:
            total = present.sum.remove(content_digest(*key, seq, body))
            keep(tx, msgspec.structs.replace(present, count=total.count, digest=total.hex))
    tx.do("delete from image where kind = ? and id = ?", *key)


def check_digest(tx: Transaction, name: str) -> Digest:
    """Count and digest computed anew from the images that are here, for tests and `doctor`."""
    total = Digest()
    life = tx.value("select life from held where name = ?", name)
    for kind, row_id, seq, body in tx.all(
        "select kind, id, seq, body from image where held = ? and life = ? and body is not null", name, life
    ):
        total = total.add(content_digest(kind, row_id, seq, body))
    return total
