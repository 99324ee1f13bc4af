"""A model of the server, small enough to be read: one order, images per channel, answers that are kept.

It is the server of sync.md without rights, storage and sockets; the rows are made with the real `merge`.
"""

import copy
import itertools
from dataclasses import dataclass, field

import msgspec

from ringdesk import merge, ops
from ringdesk.channels import Digest, content_digest
from ringdesk.errors import Refused
from ringdesk.ops import Actor, Op, Row, RowKey
from ringdesk.ops.touched import touches
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import (
    Answers,
    Changes,
    Hello,
    Need,
    Pull,
    Push,
    UpTo,
    Welcome,
)
from ringdesk.wire.values import (
    Answer,
    ChannelInfo,
    Image,
    Origin,
    Page,
    Proof,
    Written,
)

ORG = "org@clear"
SHOP = "store:main@clear"
_LINKS = itertools.count(1)
ACTOR = Actor("mei", SafeText("Mei"), "desk-1", ("agent",))


def channel(name: str) -> str:
    return name.partition("@")[0]


@dataclass
class Place:
    """Where a row is, as the server has it."""

    row: Row
    seq: int
    channel: str


@dataclass
class Server:
    """One organisation and one device."""

    server_epoch: str = "history-1"
    epoch: str = "life-1"
    seq: int = 0
    rows: dict[RowKey, Place] = field(default_factory=dict)
    images: dict[tuple[RowKey, str], Image] = field(default_factory=dict)
    log: list[tuple[int, str | None]] = field(default_factory=list)
    links: dict[int, int] = field(default_factory=dict)
    channel_seqs: dict[str, list[int]] = field(default_factory=lambda: {channel(ORG): [], channel(SHOP): []})
    last: int = 0
    numbered: dict[int, Answer] = field(default_factory=dict)
    by_id: dict[str, Answer] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)
    facts: int = 0
    proven: int = 0
    """Facts that came with the answer of another time."""
    judge: int = 0
    """Every so manieth op is refused (0: none)."""

    # --- order --------------------------------------------------------------------------------------------------------

    def chain(self, seq: int) -> str:
        """Tells a history from every other that has as many changes."""
        return f"{seq}:{self.links[seq]}" if seq else ""

    def write(self, changed: dict[RowKey, Row], op_id: str | None, to: str | None = None) -> tuple[Written, ...]:
        """One change: new images of the rows, moved to the channel `to` where it is given."""
        self.seq += 1
        touched: set[str] = set()
        written = []
        for key, row in changed.items():
            old = self.rows.get(key)
            where = to or (old.channel if old else channel(ORG))
            if old is not None and old.channel != where:
                self.images[key, old.channel] = Image(kind=key[0], id=key[1], seq=self.seq, body=None, moved_to=where)
                touched.add(old.channel)
            body = msgspec.Raw(ops.encode(row))
            self.images[key, where] = Image(kind=key[0], id=key[1], seq=self.seq, body=body)
            touched.add(where)
            self.rows[key] = Place(row, self.seq, where)
            written.append(Written(key[0], key[1], where))
        for each in touched:
            self.channel_seqs[each].append(self.seq)
        self.log.append((self.seq, op_id))
        self.links[self.seq] = next(_LINKS)
        return tuple(written)

    def delete(self, key: RowKey) -> None:
        """A row goes: a tombstone that leads nowhere."""
        self.seq += 1
        place = self.rows.pop(key)
        self.images[key, place.channel] = Image(kind=key[0], id=key[1], seq=self.seq, body=None)
        self.channel_seqs[place.channel].append(self.seq)
        self.log.append((self.seq, None))
        self.links[self.seq] = next(_LINKS)

    # --- what a terminal asks -----------------------------------------------------------------------------------------

    def hello(self, hello: Hello) -> Welcome:
        """Judge what the terminal proves; another history or another life where it does not fit."""
        proofs = [hello.proof, *(Proof(each.seq, each.chain) for each in hello.cursors.values())]
        ahead = any(each.chain and (each.seq > self.seq or each.chain != self.chain(each.seq)) for each in proofs)
        forgot = hello.epoch == self.epoch and hello.answered > self.last
        if (ahead or forgot) and hello.server_epoch == self.server_epoch:
            self.server_epoch = f"history-{next(_LINKS)}"
        if hello.server_epoch not in ("", self.server_epoch) or hello.epoch != self.epoch:
            self.epoch = f"life-{next(_LINKS)}"
            self.last, self.numbered = 0, {}
        return self.welcome()

    def welcome(self, names: tuple[str, ...] = (ORG, SHOP)) -> Welcome:
        return Welcome(
            proto=1,
            server_epoch=self.server_epoch,
            timeline="t",
            epoch=self.epoch,
            expected=self.last + 1,
            head=Proof(self.seq, self.chain(self.seq)),
            sets=tuple(ChannelInfo(name, (self.channel_seqs[channel(name)] or [0])[-1]) for name in names),
            now=0.0,
        )

    def push(self, push: Push) -> list[Answers | Need]:
        if push.epoch != self.epoch:
            return []
        answers: list[Answer] = []
        said: list[Answers | Need] = []
        for op in push.ops:
            if op.dev_seq > self.last + 1:
                said.append(Need(epoch=self.epoch, n=self.last + 1))
                break
            if op.dev_seq > self.last:
                known = self.by_id.get(op.op_id)
                answer = known or self._judge(op)
                self.by_id[op.op_id] = answer
                self.numbered[op.dev_seq] = msgspec.structs.replace(answer, dev_seq=op.dev_seq)
                self.last = op.dev_seq
            answers.append(self.numbered[op.dev_seq])
        head = Proof(self.seq, self.chain(self.seq))
        return [Answers(epoch=self.epoch, answers=tuple(answers), head=head), *said] if answers else said

    def _judge(self, op: Op) -> Answer:
        args = ops.decode_args(op)
        rows = {key: self.rows[key].row for key in touches(op.op_id, args, ACTOR.person) if key in self.rows}
        refused = self.judge and not op.fact and sum(map(ord, op.op_id)) % self.judge == 0
        try:
            if refused:
                raise Refused("not_allowed", "not this time")
            effect = merge.apply(op.op_id, args, actor=ACTOR, at=op.at, base=op.base, rows=rows, fact=op.fact)
        except Refused as error:
            code = error.code
            return Answer(
                op_id=op.op_id, dev_seq=op.dev_seq, result="rejected", code=code, message=SafeText(str(error))
            )
        self.facts += op.fact
        self.proven += op.fact and msgspec.json.decode(op.said, type=Answer).op_id == op.op_id
        self.applied.append(op.op_id)
        if not effect.rows:
            return Answer(op_id=op.op_id, dev_seq=op.dev_seq, result="applied")
        written = self.write(effect.rows, op.op_id)
        return Answer(
            op_id=op.op_id,
            dev_seq=op.dev_seq,
            result="merged" if effect.kept or effect.lost else "applied",
            seq=self.seq,
            chain=self.chain(self.seq),
            rows=written,
        )

    def pull(self, pull: Pull, changes: int = 4) -> list[Changes | UpTo]:
        """A page; the newest is followed by the word that nothing is missing."""
        said = self.frames(pull.set, pull.cursor, changes)
        last = said[-1]
        if isinstance(last, Changes) and last.page.up:
            said += self.frames(pull.set, last.page.seq, changes)
        return said

    def frames(self, name: str, prev: int, changes: int) -> list[Changes | UpTo]:
        """The page after `prev` with at most so many changes, and the word that nothing is missing where that is so."""
        seqs = [seq for seq in self.channel_seqs[channel(name)] if seq > prev]
        total = self.digest(name)
        if not seqs:
            word = UpTo(
                set=name, seq=prev, head=self.seq, chain=self.chain(self.seq), count=total.count, digest=total.hex
            )
            return [word]
        seq = seqs[min(changes, len(seqs)) - 1]
        up = seq == seqs[-1]
        images = sorted(
            (image for (_, where), image in self.images.items() if where == channel(name) and prev < image.seq <= seq),
            key=lambda image: image.seq,
        )
        page = Page(
            set=name,
            prev=prev,
            seq=seq,
            chain=self.chain(seq),
            images=tuple(images),
            up=up,
            count=total.count if up else 0,
            digest=total.hex if up else "",
        )
        origins = tuple(Origin(op_id, at) for at, op_id in self.log if op_id is not None and prev < at <= seq)
        return [Changes(origins=origins, page=page)]

    def live(self, name: str, back: int, changes: int) -> list[Changes | UpTo]:
        """A frame that the server sends by itself, from the change `back` places before the end of the set."""
        seqs = [0, *self.channel_seqs[channel(name)]]
        return self.frames(name, seqs[max(0, len(seqs) - 1 - back)], changes)

    def digest(self, name: str) -> Digest:
        total = Digest()
        for (key, where), image in self.images.items():
            if where == channel(name) and image.body is not None:
                total = total.add(content_digest(*key, image.seq, bytes(image.body)))
        return total

    def backup(self) -> "Server":
        return copy.deepcopy(self)


class Ids:
    """UUIDs that a seed repeats."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def __call__(self) -> str:
        return f"00000000-0000-7000-8000-{next(self._numbers):012d}"
