"""Rules to break, one at a time: the simulation has to notice each, or it proves nothing.

Each patch takes the smallest piece that carries the rule. What cannot be broken by a patch here:

* **The device and its rows are locked before a frame is judged.** The one writing thread of SQLite is every lock at once;
  the rule is for the contract tests of a database that has locks.
* **The newest page of a set does not move the cursor to the head of the space.** Page and head are read in one snapshot
  here, where both are true; the cursor of a cut page is broken as `cursor_is_the_head`.
* **An older image does not overwrite a newer one.** A page holds the newest images only, so on one line, which keeps the
  order, none is ever older than the one that is here; the guard is for lines that do not.
* **Origins go by op_id, not by dev_seq.** The wire has no field for a number in an origin.
* **A snapshot is installed with the answers read at its head.** No snapshots are sent yet.
* **`need` is answered with settled ops too.** A terminal that is asked for a number which it has an answer to says hello
  again (the server forgot it), so on one line no settled op is ever asked for.
* **An I/O error does not reject** is broken as `error_rejects`; that an op whose handler raises is parked alone needs a
  handler that raises: `tests/server/accept`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

import msgspec

from ringdesk.safetext import decode_hook
from ringdesk.wire.messages import Push
from ringdesk.wire.values import Answer
from server.accept import Acceptor, Reply, frame
from server.accept.frame import Frame
from server.accept.intents import read
from server.sessions import greeting
from server.store import sqlite_order
from server.store.base import Unavailable
from server.store.head import Batch, Ground
from server.store.schema import QUERIES
from server.store.values import (
    Authorship,
    Device,
    Slice,
)
from terminal.store import outbox, pages, rows
from terminal.store.connection import Transaction
from terminal.store.pages import Verdict
from terminal.store.rows import Top
from terminal.sync.replicator import Replicator

Mutation = Callable[[], AbstractContextManager[Any]]
MUTATIONS: Final[dict[str, Mutation]] = {}
ANSWERS: Final = msgspec.json.Decoder(Answer, dec_hook=decode_hook)


def mutation(make: Mutation) -> Mutation:
    MUTATIONS[make.__name__] = make
    return make


def _query(module: Any, name: str, old: str, new: str) -> AbstractContextManager[Any]:
    text: str = getattr(module, name)
    assert old in text, f"{name} no longer says {old!r}"
    return patch.object(module, name, text.replace(old, new))


# --- push -------------------------------------------------------------------------------------------------------------


@mutation
def answer_before_commit() -> AbstractContextManager[Any]:
    """The answer leaves although the commit failed."""

    async def push(self: Acceptor, device: Device, message: Push, now: float) -> Reply:
        intents = tuple(read(op, self._key, device.id) for op in message.ops)
        judged = Frame(device, intents, key=self._key, salts=(b"s" * 16,) * len(intents), now=now, flags=self._flags)
        if message.epoch == device.epoch:
            try:
                await self._order.commit(judged.wanted, judged.decide)
            except Unavailable:
                return judged.reply
        return judged.reply

    return patch.object(Acceptor, "push", push)


@mutation
def error_rejects() -> AbstractContextManager[Any]:
    """An error of the database is answered as a refusal."""
    push = Acceptor.push

    async def refusing(self: Acceptor, device: Device, message: Push, now: float) -> Reply:
        try:
            return await push(self, device, message, now)
        except Unavailable:
            return Reply(
                answers=tuple(Answer(op_id=op.op_id, dev_seq=op.dev_seq, result="rejected") for op in message.ops)
            )

    return patch.object(Acceptor, "push", refusing)


@mutation
def rejection_not_stored() -> AbstractContextManager[Any]:
    """Only what was applied is kept with its answer."""
    write = sqlite_order._write

    def forgetful(db: Any, device: str | None, batch: Batch) -> None:
        kept = tuple(each for each in batch.settled if ANSWERS.decode(each.answer).result != "rejected")
        write(db, device, msgspec.structs.replace(batch, settled=kept))

    return patch.object(sqlite_order, "_write", forgetful)


@contextmanager
def _deaf_to_ids() -> Iterator[None]:
    ground = sqlite_order._ground

    def blank(db: Any, wanted: Any) -> Ground:
        return msgspec.structs.replace(ground(db, wanted), settled={})

    with (
        patch.object(sqlite_order, "_ground", blank),
        patch.dict(QUERIES, put_settled=QUERIES["put_settled"].replace("INSERT", "INSERT OR REPLACE")),
    ):
        yield


@mutation
def op_id_not_known_again() -> AbstractContextManager[Any]:
    """An op that comes again is judged again."""
    return _deaf_to_ids()


@mutation
def gap_in_numbers_accepted() -> AbstractContextManager[Any]:
    """No `need`: the server takes whatever number comes."""
    take = frame._Run.take

    def lenient(self: Any, intent: Any, ground: Ground, bench: Any) -> bool:
        self.last = max(self.last, intent.op.dev_seq - 1)
        return take(self, intent, ground, bench)

    return patch.object(frame._Run, "take", lenient)


# --- the envelope -----------------------------------------------------------------------------------------------------


def _authors(choose: Callable[[Any, Slice], tuple[Authorship, ...]]) -> AbstractContextManager[Any]:
    cut = sqlite_order._slice

    def other(db: Any, *given: Any) -> Slice:
        found = cut(db, *given)
        return msgspec.structs.replace(found, authors=choose(db, found))

    return patch.object(sqlite_order, "_slice", other)


@mutation
def no_origins() -> AbstractContextManager[Any]:
    """A page does not tell which own ops are in it."""
    return _authors(lambda _db, _found: ())


@mutation
def origins_of_the_channel_only() -> AbstractContextManager[Any]:
    """Own ops in other channels are left out of the envelope."""

    def inside(db: Any, found: Slice) -> tuple[Authorship, ...]:
        channels = {image.channel for image in found.images}
        touched = {
            seq for seq, named in db.execute("SELECT seq, channels FROM change") if channels & set(named.split())
        }
        return tuple(author for author in found.authors if author.seq in touched)

    return _authors(inside)


@mutation
def origins_of_the_last_writer_only() -> AbstractContextManager[Any]:
    """Only the op that made the image as it stands is named."""

    def last(_db: Any, found: Slice) -> tuple[Authorship, ...]:
        seqs = {image.seq for image in found.images}
        return tuple(author for author in found.authors if author.seq in seqs)

    return _authors(last)


@mutation
def newest_origins_only() -> AbstractContextManager[Any]:
    """A crowded page is not cut: the older origins are left out of it."""

    @contextmanager
    def uncut() -> Iterator[None]:
        with (
            patch.object(sqlite_order, "_crowded", lambda _authors: None),
            _authors(lambda _db, found: found.authors[-3:]),
            patch.dict(QUERIES, authors_of=QUERIES["authors_of"].replace("LIMIT :limit", "LIMIT 1000 + :limit")),
        ):
            yield

    return uncut()


@mutation
def envelope_in_the_last_slice() -> AbstractContextManager[Any]:
    """What the images hold is marked after them."""
    mark, finish = pages._mark, pages._finish
    waiting: list[Any] = []

    def later(_edit: Any, origins: Any) -> None:
        waiting[:] = [origins]

    def at_last(edit: Any, present: Any, page: Any) -> Verdict:
        for origins in waiting:
            mark(edit, origins)
        return finish(edit, present, page)

    stack = ExitStack()
    stack.enter_context(patch.object(pages, "_mark", later))
    stack.enter_context(patch.object(pages, "_finish", at_last))
    return stack


# --- replay and the outbox --------------------------------------------------------------------------------------------


@mutation
def origin_empties_the_outbox() -> AbstractContextManager[Any]:
    """An op of which a page told is not pushed any more."""
    mark = pages._mark

    def trusting(edit: Any, origins: Any) -> None:
        mark(edit, origins)
        edit.tx.do("update outbox set state = 'settled' where state = 'waiting' and seq is not null and answer is null")

    return patch.object(pages, "_mark", trusting)


@mutation
def outbox_left_at_the_answer() -> AbstractContextManager[Any]:
    """An answered op leaves before its image is here."""
    return patch.object(outbox, "_is_here", lambda _tx, _answer: True)


@mutation
def outbox_left_at_the_cursor() -> AbstractContextManager[Any]:
    """An answered op leaves as soon as some set has passed it."""

    def passed(tx: Transaction, answer: Answer) -> bool:
        return tx.one("select 1 from held where cursor >= ?", answer.seq) is not None

    return patch.object(outbox, "_is_here", passed)


@mutation
def answered_is_not_replayed() -> AbstractContextManager[Any]:
    """An answer ends the replay, whatever the image."""
    return _query(rows, "_WAITING", "and (outbox.seq", "and outbox.answer is null and (outbox.seq")


@mutation
def replay_by_op_not_by_image() -> AbstractContextManager[Any]:
    """An op whose seq is known is replayed on no row, also on those whose image is older."""
    return _query(rows, "_WAITING", "(outbox.seq is null or outbox.seq > ?)", "(outbox.seq is null and 0 < ? + 10)")


# --- pages ------------------------------------------------------------------------------------------------------------


@mutation
def cursor_in_the_first_slice() -> AbstractContextManager[Any]:
    """The cursor moves before the images are here."""
    keep = pages.keep
    page: list[Any] = []
    refusal = pages._refusal

    def look(present: Any, coming: Any) -> Verdict | None:
        page[:] = [coming]
        return refusal(present, coming) if present is None or present.cursor != coming.seq else None

    def hasty(tx: Transaction, new: Any) -> None:
        for each in page:
            if each.set == new.name:
                new = msgspec.structs.replace(new, cursor=each.seq, chain=each.chain)
        keep(tx, new)

    stack = ExitStack()
    stack.enter_context(patch.object(pages, "_refusal", look))
    stack.enter_context(patch.object(pages, "keep", hasty))
    return stack


@mutation
def gap_ignored() -> AbstractContextManager[Any]:
    """A page is applied although something before it is missing."""
    refusal = pages._refusal

    def blind(present: Any, page: Any) -> Verdict | None:
        verdict = refusal(present, page)
        return None if verdict is Verdict.GAP else verdict

    return patch.object(pages, "_refusal", blind)


@mutation
def cursor_is_the_head() -> AbstractContextManager[Any]:
    """A page that does not hold all moves the cursor to the head all the same."""
    cut = sqlite_order._slice

    def ahead(db: Any, *given: Any) -> Slice:
        found = cut(db, *given)
        head = found.space.head
        return msgspec.structs.replace(found, seq=head.seq, chain=head.chain) if found.images else found

    return patch.object(sqlite_order, "_slice", ahead)


@mutation
def tombstone_wins_a_tie() -> AbstractContextManager[Any]:
    """A row that moves between two sets of one terminal is gone when both are here."""
    return _query(rows, "_NEWEST", "image.body is null", "image.body is not null")


@mutation
def tombstone_of_any_set() -> AbstractContextManager[Any]:
    """A tombstone counts for the row, not for the row in its channel."""
    return _query(rows, "_NEWEST", "image.seq desc, image.body is null", "image.body is not null, image.seq desc")


@mutation
def tombstone_at_once() -> AbstractContextManager[Any]:
    """A departure is shown before the arrival is here."""
    top = rows.top

    def hasty(tx: Transaction, key: Any) -> Top | None:
        stands = top(tx, key)
        return stands if stands is None or stands.plain else Top(stands.seq, None)

    stack = ExitStack()
    for module in (rows, outbox, pages):
        stack.enter_context(patch.object(module, "top", hasty))
    return stack


# --- rollback ---------------------------------------------------------------------------------------------------------


@mutation
def answered_ops_not_kept() -> AbstractContextManager[Any]:
    """After a rollback only what has no answer goes out again."""
    renumber = outbox.renumber
    return patch.object(
        outbox, "renumber", lambda edit, epoch, *, rolled_back: renumber(edit, epoch, rolled_back=False)
    )


def _hello(**other: Any) -> AbstractContextManager[Any]:
    opened = Replicator.opened

    async def silent(self: Replicator, challenge: Any) -> Any:
        return msgspec.structs.replace(await opened(self, challenge), **other)

    return patch.object(Replicator, "opened", silent)


@mutation
def answered_number_not_proven() -> AbstractContextManager[Any]:
    """Hello does not say how far the numbers were answered, nor the highest seq ever seen."""
    from ringdesk.wire.values import Proof

    return _hello(answered=0, proof=Proof())


@mutation
def chains_not_compared() -> AbstractContextManager[Any]:
    """A server that is as far again, in another history, is taken for the same."""
    return patch.object(greeting, "_shared", lambda seen, ours: seen.seq == 0 or seen.seq in ours)


@mutation
def forgotten_epoch_taken_over() -> AbstractContextManager[Any]:
    """A terminal is led back into an epoch whose first numbers it used long ago."""

    async def never(*_: Any) -> bool:
        return False

    return patch.object(greeting, "_is_lost_life", never)


@mutation
def fact_judged_again() -> AbstractContextManager[Any]:
    """The proof that an op was applied does not travel with it."""
    from server.accept import intents

    return patch.object(intents, "_is_fact", lambda _op, _key: False)


@mutation
def old_word_compared() -> AbstractContextManager[Any]:
    """Count and digest of another cursor are compared as if they were of this one."""
    told = pages.up_to

    def gullible(tx: Transaction, message: Any) -> Any:
        present = pages.held(tx, message.set)
        return told(tx, msgspec.structs.replace(message, seq=present.cursor if present else message.seq))

    return patch.object(pages, "up_to", gullible)
