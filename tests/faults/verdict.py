"""What must hold in a simulated world (the numbers are those of the invariants in the reliability reference).

At every step: own writes are shown exactly once (I6). At rest: no op that was shown as saved is lost (I1), each took effect
once (I2), numbers are without gaps (I3, I4), every set is the server's to the byte (I5), nothing is stuck (I11), and the
server has an answer for every op that it counted.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ringdesk import ops
from ringdesk.channels import Digest, content_digest, project, split
from ringdesk.ops import Row, RowKey
from ringdesk.safetext import decode_hook
from ringdesk.wire.signing import ServerKey
from ringdesk.wire.values import Answer
from terminal.store import pages, rows
from terminal.store.connection import Transaction
from terminal.store.standing import standing

if TYPE_CHECKING:
    from tests.faults.ends import Terminal

ANSWERS: Final = msgspec.json.Decoder(Answer, dec_hook=decode_hook)
ALWAYS_HELD: Final = ("member", "note", "task", "contact")
"""Kinds of the organisation's set, which every terminal holds."""


class Red(AssertionError):
    """Something that must hold does not."""

    def __init__(self, rule: str, detail: object = "") -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule


class Truth:
    """What the server has committed in its present history: op -> answer."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}

    def settle(self, op_id: str, answer: Answer) -> None:
        self._answers[op_id] = answer

    def reload(self, answers: Iterable[tuple[str, Answer]]) -> None:
        self._answers = dict(answers)

    def answer(self, op_id: str) -> Answer | None:
        return self._answers.get(op_id)

    def seq(self, op_id: str) -> int:
        """Where the op was applied; 0 if it was not, or had nothing to write."""
        answer = self._answers.get(op_id)
        return answer.seq if answer else 0


# --- own writes -------------------------------------------------------------------------------------------------------

_OWN: Final = """
select outbox.op_id, outbox.op, outbox.dev_seq, outbox.said, outbox.actor, outbox.state, outbox.answer
from replay join outbox using (made) where kind = ? and id = ? order by made
"""


_CALLS: Final = """
select id from image join held on held.name = image.held and held.life = image.life
where kind = 'call' and body is not null
"""


async def expect_own_writes(truth: Truth, terminal: "Terminal") -> None:
    """Every row is its image and, on top, exactly those own ops that the image does not hold: told by the server's order,
    not by what the terminal has been told of it. Contacts are left out: what a waiting op will leave in the timeline is
    foretold when it is made, and the server's own when it is answered."""

    def look(tx: Transaction) -> list[str]:
        for key in tx.all("select distinct kind, id from replay where kind in ('member', 'note', 'task', 'call')"):
            expected, shown = _expected(tx, truth, key), rows.shown(tx, key)
            if expected != shown:
                raise Red("own write hidden or shown twice", f"{terminal.name} {key}: {shown} instead of {expected}")
        shown_calls = {key[1] for key, _ in rows.shown_rows(tx, "call")}
        if not terminal.calls <= shown_calls:
            raise Red("row vanished", f"{terminal.name} {terminal.calls - shown_calls}")
        return [row_id for (row_id,) in tx.all(_CALLS)]

    calls = await terminal.store.reader.run(look)
    if terminal.name == "console":  # the only one that holds a call wherever it goes
        terminal.calls.update(calls)


def _expected(tx: Transaction, truth: Truth, key: RowKey) -> Row | None:
    base = rows.top(tx, key)
    row = rows.decode(key, base.body) if base else None
    seq = base.seq if base else -1
    of_now = tx.one(
        "select 1 from image join held on held.name = image.held and held.life = image.life where kind = ? and id = ?",
        *key,
    )
    for op_id, body, dev_seq, said, actor, state, answer in tx.all(_OWN, *key):
        place = truth.seq(op_id)
        if place and place <= seq:
            continue
        if state != "waiting" and answer is None:
            raise Red("left the outbox without an answer", op_id)
        if state != "waiting":
            wrote = {(each.kind, each.id) for each in ANSWERS.decode(answer).rows}
            held = of_now and base and base.plain and (row is not None or key[0] in ALWAYS_HELD)
            if not (state == "settled" and place and held and key in wrote):
                continue
        effect = rows._predict(tx, rows.read_op(body, dev_seq, said), rows._ACTORS.decode(actor), key, row)
        if effect is not None and key in effect.rows:
            row = effect.rows[key]
    return row


# --- the server -------------------------------------------------------------------------------------------------------


def expect_server(file: Path, key: ServerKey, truth: Truth) -> None:
    """One order without gaps, one effect and one answer for each op, and tallies that are the images'."""
    with closing(sqlite3.connect(file)) as db:
        log = db.execute("SELECT seq, chain, op_id FROM change ORDER BY seq").fetchall()
        if [seq for seq, _, _ in log] != list(range(1, len(log) + 1)):
            raise Red("seq has gaps", [seq for seq, _, _ in log])
        if not all(key.proves(seq, chain) for seq, chain, _ in log):
            raise Red("chain proves nothing")
        applied = [op_id for _, _, op_id in log if op_id]
        if len(applied) != len(set(applied)):
            raise Red("not exactly once", sorted(each for each in set(applied) if applied.count(each) > 1))
        numbers: dict[tuple[str, str], list[int]] = {}
        for device, epoch, dev_seq, op_id in db.execute(
            "SELECT device, epoch, dev_seq, op_id FROM numbered ORDER BY dev_seq"
        ):
            numbers.setdefault((device, epoch), []).append(dev_seq)
            if db.execute("SELECT 1 FROM op WHERE op_id = ?", (op_id,)).fetchone() is None:
                raise Red("no answer stored", op_id)
        for owner, used in numbers.items():
            if used != list(range(1, len(used) + 1)):
                raise Red("dev_seq has gaps", (owner, used))
        for op_id, seq, answer in db.execute("SELECT op_id, seq, answer FROM op"):
            said = ANSWERS.decode(answer)
            if truth.answer(op_id) != said or said.seq != seq or (seq > 0) != (op_id in applied):
                raise Red("answer and log differ", op_id)
        if db.execute("SELECT 1 FROM device WHERE fenced_at IS NOT NULL").fetchone():
            raise Red("fenced", "nobody was cloned")
        for (name,) in db.execute("SELECT DISTINCT name FROM ring").fetchall():
            found = db.execute("SELECT count, digest FROM ring WHERE name = ? ORDER BY seq DESC", (name,)).fetchone()
            total = digest_of(images_of(db, name))
            if found != (total.count, total.hex):
                raise Red("tally is not the set's", name)


Images = dict[RowKey, tuple[int, bytes | None]]


def images_of(db: sqlite3.Connection, name: str) -> Images:
    """The images of a set as its terminals should hold them: key -> seq and projected body."""
    channel, projection = split(name)
    found: Images = {}
    for kind, row_id, seq, body in db.execute("SELECT kind, id, seq, body FROM image WHERE channel = ?", (channel,)):
        shown = body and ops.encode(project(kind, ops.decode_row(kind, body), projection))
        found[kind, row_id] = seq, shown
    return found


def digest_of(images: Images) -> Digest:
    total = Digest()
    for (kind, row_id), (seq, body) in images.items():
        if body is not None:
            total = total.add(content_digest(kind, row_id, seq, body))
    return total


# --- the end ----------------------------------------------------------------------------------------------------------


async def expect_convergence(file: Path, truth: Truth, terminal: "Terminal", *, rollbacks: bool) -> None:
    """The terminal holds its sets as the server does, and every op that it ever saved has come to its end."""
    own = await terminal.store.reader.run(_outbox)
    stuck = [op_id for op_id, (state, _, _) in own.items() if state == "waiting"]
    if stuck:
        raise Red("stuck outbox", f"{terminal.name} {stuck}")
    for op_id in terminal.saved:
        state, said, is_fact = own.get(op_id, ("gone", None, False))
        if is_fact and said is not None and said.result == "rejected":
            raise Red("a fact was judged again", f"{terminal.name} {op_id} {said.code}")
        stored = truth.answer(op_id)
        refused_before = rollbacks and state == "tray"  # by a history that is no more: its person decides
        if stored is None and not refused_before:
            raise Red("acked op lost", f"{terminal.name} {op_id} is {state}")
        if stored is not None and said is not None and not refused_before and not _same(said, stored):
            raise Red("another answer than the stored one", f"{said} {stored}")
    names = [each.name for each in await terminal.store.reader.run(pages.all_held)]
    with closing(sqlite3.connect(file)) as db:
        theirs = {name: images_of(db, name) for name in names}
    await terminal.store.reader.run(lambda tx: _compare(tx, theirs, terminal.name))
    divergences = (await terminal.store.reader.run(standing)).divergences
    if divergences and not rollbacks:
        raise Red("a set differed", terminal.name)


def _same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same; their numbers may differ."""
    return (one.result, one.seq, one.signature) == (other.result, other.seq, other.signature)


def _outbox(tx: Transaction) -> dict[str, tuple[str, Answer | None, bool]]:
    """op -> its state, its answer, whether it went out as a fact."""
    lines = tx.all("select op_id, state, answer, said is not null from outbox")
    return {
        op_id: (state, ANSWERS.decode(answer) if answer else None, bool(fact)) for op_id, state, answer, fact in lines
    }


def _compare(tx: Transaction, server: dict[str, Images], name: str) -> None:
    shown: dict[RowKey, Row] = {}
    for each in pages.all_held(tx):
        theirs = server[each.name]
        ours = {
            (kind, row_id): (seq, body)
            for kind, row_id, seq, body in tx.all("select kind, id, seq, body from image where held = ?", each.name)
        }
        if _bodies(ours) != _bodies(theirs):
            raise Red("diverged", f"{name} {each.name}: {_difference(ours, theirs)}")
        if each.sum != digest_of(theirs):
            raise Red("digest diverged", f"{name} {each.name}")
        for key, (_, body) in theirs.items():
            if body is not None:
                shown[key] = ops.decode_row(key[0], body)
    for kind in ops.ROW_TYPES:
        seen = dict(rows.shown_rows(tx, kind))
        if seen != {key: row for key, row in shown.items() if key[0] == kind}:
            raise Red("shown rows diverged", f"{name} {_difference(seen, shown)}")


def _bodies(images: Images) -> Images:
    """Without tombstones: a set that began again never hears of what left it before."""
    return {key: image for key, image in images.items() if image[1] is not None}


def _difference(ours: dict[RowKey, Any], theirs: dict[RowKey, Any]) -> dict[RowKey, tuple[Any, Any]]:
    keys = {*ours, *theirs}
    return {key: (ours.get(key), theirs.get(key)) for key in keys if ours.get(key) != theirs.get(key)}
