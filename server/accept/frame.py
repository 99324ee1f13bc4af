"""One push frame: which of its ops are new, what each does, and what is answered. Pure, in memory, in the device's order.

Every op gets an answer and uses up its number; only a domain error rejects. An op whose handler raises ends the frame
before it: it is tried again alone, and after `PATIENCE` times parked, so that nothing behind it is stuck for ever.
"""

import traceback
from typing import Final

import msgspec

from ringdesk.ops import CallReport
from ringdesk.safetext import decode_hook, encode_hook
from ringdesk.wire.signing import ServerKey, payload, payload_hash
from ringdesk.wire.values import Answer, Proof, Written
from server.accept.bench import Bench, Flags, Step
from server.accept.images import Sealer, dialled, reachable, recent_calls, sets_touched
from server.accept.intents import Intent
from server.accept.owing import Business, Owing
from server.accept.ringing import Ringing
from server.store.head import Batch, Decision, Ground, Head, Wanted
from server.store.values import (
    Device,
    Entry,
    Settled,
)

PATIENCE: Final = 5
"""How often an op's handler may raise before the op is parked (sync.md 2)."""

_ANSWERS: Final = msgspec.json.Decoder(Answer, dec_hook=decode_hook)
_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the frame is answered with. `need`: the numbering has a gap before it. `fenced`: two terminals use one identity.
    `wrote`: there is something new in the order. `refused`: how many ops were refused now, not those of earlier; `reported`:
    how many reports of calls were taken in now. `raised`: where a handler went wrong, for the log."""

    answers: tuple[Answer, ...] = ()
    need: int | None = None
    fenced: bool = False
    wrote: bool = False
    refused: int = 0
    reported: int = 0
    raised: str | None = None
    head: Proof = Proof()


class Frame:
    """The ops of one push, to be judged on the ground that the store has locked.

    `salts` are random, one for each intent; `flags` is asked about every op that is applied.

    Attributes:
        wanted: what has to be locked and loaded.
        reply: what the terminal is told, once sealed.
    """

    def __init__(
        self,
        device: Device,
        intents: tuple[Intent, ...],
        *,
        key: ServerKey,
        salts: tuple[bytes, ...],
        now: float,
        flags: Flags = lambda _args, _now: (),
        business: Business = Business(),  # noqa: B008 - a frozen value
    ) -> None:
        self._device = device
        self._intents = intents
        self._key = key
        self._salts = salts
        self._now = now
        self._flags = flags
        self._business = business
        self.wanted = self._first_wanted()
        self.reply = Reply()

    def _first_wanted(self) -> Wanted:
        """Row ids are also looked up as ops: what is missing may have been parked."""
        rows = sorted({key for intent in self._intents for key in intent.rows})
        reports = any(isinstance(intent.args, CallReport) for intent in self._intents)
        op_ids = {intent.op.op_id for intent in self._intents} | {row_id for _, row_id in rows}
        return Wanted(
            device=self._device.id,
            numbers=tuple(intent.op.dev_seq for intent in self._intents),
            op_ids=tuple(sorted(op_ids)),
            rows=tuple(rows),
            reachable=tuple(sorted({e164 for intent in self._intents for e164 in intent.reaches})),
            people=tuple(sorted({person for intent in self._intents for person in intent.people})),
            around=tuple(sorted({each for intent in self._intents for each in intent.around(self._device.site)})),
            sources=reports,
            rules=reports,
        )

    def decide(self, ground: Ground) -> Decision | Wanted:
        """Judge all ops in memory."""
        device = ground.device
        if device is None or device.epoch != self._device.epoch or device.revoked_at or device.fenced_at:
            return Decision(seal=lambda _head: Batch())
        owing = Owing(ground, self._business, self._now)
        ringing = Ringing(ground, self._business, self._now)
        bench = Bench(ground, device, self._now, self._flags, ground.asked, owing, ringing)
        run = _Run(device.last_dev_seq)
        if not bench.missing:
            for intent in self._intents:
                if not run.take(intent, ground, bench):
                    break
        if bench.missing:
            return msgspec.structs.replace(ground.wanted, rows=tuple(sorted(ground.asked | bench.missing)))
        if owing.more is not None:
            return owing.more
        drafts = [item for step in run.steps for item in step.drafts]
        return Decision(
            seal=lambda head: self._seal(head, ground, run, bench),
            changes=sum(1 for step in run.steps if step.drafts),
            sets=sets_touched(drafts, ground.rows),
        )

    def _seal(self, head: Head, ground: Ground, run: "_Run", bench: Bench) -> Batch:
        sealer = Sealer(self._key, head, ground.rows)
        if run.fenced:
            self.reply = Reply(fenced=True, head=head.proof)
            entry = Entry(at=self._now, actor=self._device.id, action="device.fenced", subject=self._device.id)
            return Batch(fenced_at=self._now, audit=(entry,))
        changes, settled = [], []
        answers = dict(run.stored)
        for step, salt in zip(run.steps, self._salts, strict=False):
            answer = step.answer
            if step.drafts:
                change = sealer.change(step.drafts, self._device.id, answer.op_id)
                changes.append(change)
                written = tuple(Written(item.kind, item.id, item.channel) for item in step.drafts)
                answer = msgspec.structs.replace(answer, seq=change.seq, chain=change.chain, rows=written)
            answer = msgspec.structs.replace(answer, signature=self._key.sign_answer(answer, payload(step.intent.op)))
            answers[answer.dev_seq] = answer
            settled.append(self._settled(step.intent, answer, salt))
        for number, step in run.twice.items():
            answers[number] = msgspec.structs.replace(answers[step.answer.dev_seq], dev_seq=number)
        self.reply = Reply(
            answers=tuple(answers[number] for number in sorted(answers)),
            need=run.need,
            wrote=bool(changes),
            refused=sum(step.answer.result == "rejected" for step in run.steps),
            reported=sum(
                isinstance(step.intent.args, CallReport) and step.answer.result != "rejected" for step in run.steps
            ),
            raised=run.raised,
            head=sealer.proof,
        )
        return Batch(
            changes=tuple(changes),
            settled=tuple(settled),
            numbered=tuple(run.numbered),
            last_dev_seq=run.last if run.numbered else None,
            tallies=sealer.tallies if changes else {},
            reachable=reachable(bench.written),
            dialled=dialled(bench.written),
            calls=recent_calls(changes, bench.written, self._now, bench.late),
            attempts=run.attempts,
        )

    def _settled(self, intent: Intent, answer: Answer, salt: bytes) -> Settled:
        op = intent.op
        return Settled(
            op_id=op.op_id,
            kind=op.kind,
            device=self._device.id,
            seq=answer.seq,
            at=self._now,
            salt=salt,
            hash=payload_hash(salt, payload(op)),
            answer=_ENCODER.encode(answer),
            payload=_ENCODER.encode(op) if answer.result == "parked" else None,
        )


class _Run:
    """The numbering: how far the frame got, and what each number is answered with."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.need: int | None = None
        self.fenced = False
        self.stored: dict[int, Answer] = {}
        self.steps: list[Step] = []
        self.numbered: list[tuple[int, str]] = []
        self.judged: dict[str, Step] = {}
        self.twice: dict[int, Step] = {}
        self.attempts: dict[str, int] = {}
        self.raised: str | None = None

    def take(self, intent: Intent, ground: Ground, bench: Bench) -> bool:
        """The next op of the frame; whether the frame goes on behind it."""
        op = intent.op
        settled = ground.settled.get(op.op_id)
        if op.dev_seq > self.last + 1:
            self.need = self.last + 1
            return False
        repeated = op.dev_seq <= self.last
        if repeated and any(number == op.dev_seq for number, _ in self.numbered):
            return True  # the same number twice within one frame: its answer is on the way
        taken = repeated and ground.numbered.get(op.dev_seq) != op.op_id
        before = self.judged.get(op.op_id)
        if before is not None and payload(before.intent.op) != payload(op):
            taken = True
        if taken or (settled and payload_hash(settled.salt, payload(op)) != settled.hash):
            self.fenced = True
            return False
        if settled is not None:
            answer = _ANSWERS.decode(settled.answer)
            self.stored[op.dev_seq] = msgspec.structs.replace(answer, dev_seq=op.dev_seq)
        elif before is not None:
            self.twice[op.dev_seq] = before
        else:
            step = self._judge(intent, ground, bench)
            if step is None:
                return False
            self.steps.append(step)
            self.judged[op.op_id] = step
        if not repeated:
            self.last = op.dev_seq
            self.numbered.append((op.dev_seq, op.op_id))
        return True

    def _judge(self, intent: Intent, ground: Ground, bench: Bench) -> Step | None:
        op = intent.op
        try:
            return bench.judge(intent)
        except Exception as error:  # noqa: BLE001 - whatever a handler does wrong concerns this op alone
            place = traceback.extract_tb(error.__traceback__)[-1]
            self.raised = f"{type(error).__name__} in {op.kind} {op.op_id} at {place.filename}:{place.lineno}"
            if self.steps:
                return None
            attempts = ground.attempts.get(op.op_id, 0) + 1
            if attempts < PATIENCE:
                self.attempts[op.op_id] = attempts
                return None
            return Step(intent, bench.parked(intent, type(error).__name__))
