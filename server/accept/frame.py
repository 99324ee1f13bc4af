"""One push frame: which of its ops are new, what each does, and what is answered. Pure, in memory, in the device's order.

Every op gets an answer and uses up its number; only a domain error rejects. An op whose handler raises ends the frame
before it: it is tried again alone, and after `PATIENCE` times parked, so that nothing behind it is stuck for ever.
"""

import traceback
from collections.abc import Callable
from typing import Final

import msgspec

from ringdesk import merge, ops
from ringdesk.channels import MASKED, PROJECTIONS
from ringdesk.errors import BadInput, Refused
from ringdesk.members import Member
from ringdesk.merge import Effect
from ringdesk.ops import Args, CallReport, MemberAdd, Row, RowKey
from ringdesk.safetext import SafeText, decode_hook, encode_hook
from ringdesk.wire.messages import Answer, Proof, Written
from ringdesk.wire.signing import ServerKey, payload, payload_hash
from server.accept import guards, joining
from server.accept.images import Draft, Sealer, dialled, draft, expect_room, reachable, recent_calls, sets_touched
from server.accept.intents import Intent, actor
from server.accept.owing import Business, Owing, of_history
from server.accept.ringing import Ringing
from server.store.values import Batch, Decision, Device, Entry, Ground, Head, Settled, Wanted, folded

PATIENCE: Final = 5
"""How often an op's handler may raise before the op is parked (sync.md 2)."""

MAX_MESSAGE: Final = 160
"""Characters of a refusal: it may quote what was sent, and the answers of a whole frame must fit into one."""

_ANSWERS: Final = msgspec.json.Decoder(Answer, dec_hook=decode_hook)
_ENCODER: Final = msgspec.json.Encoder(enc_hook=encode_hook)

Flags = Callable[[Args, float], tuple[str, ...]]
"""Facts for a supervisor that arguments and the time of arrival show."""


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


class _Step(msgspec.Struct, frozen=True):
    """One new op, judged; `answer` has no place in the order yet."""

    intent: Intent
    answer: Answer
    drafts: tuple[Draft, ...] = ()


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
        bench = _Bench(ground, device, self._now, self._flags, ground.asked, owing, ringing)
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

    def _seal(self, head: Head, ground: Ground, run: "_Run", bench: "_Bench") -> Batch:
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
        self.steps: list[_Step] = []
        self.numbered: list[tuple[int, str]] = []
        self.judged: dict[str, _Step] = {}
        self.twice: dict[int, _Step] = {}
        self.attempts: dict[str, int] = {}
        self.raised: str | None = None

    def take(self, intent: Intent, ground: Ground, bench: "_Bench") -> bool:
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

    def _judge(self, intent: Intent, ground: Ground, bench: "_Bench") -> _Step | None:
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
            return _Step(intent, bench.parked(intent, type(error).__name__))


class _Bench:
    """The rows as they become, op by op. `loaded` are those that were looked up, `missing` those that have to be, too."""

    def __init__(
        self,
        ground: Ground,
        device: Device,
        now: float,
        flags: Flags,
        loaded: frozenset[RowKey],
        owing: Owing,
        ringing: Ringing,
    ) -> None:
        self._ground = ground
        self._device = device
        self._now = now
        self._flags = flags
        self._rows = {key: ops.decode_row(held.kind, held.body) for key, held in ground.rows.items() if held.body}
        self._parked: set[str] = set()
        self._loaded = loaded
        self.missing = self._leads() - loaded
        self._owing = owing
        self._ringing = ringing
        self.written: dict[RowKey, Row] = {}
        self.late: set[str] = set()
        """The calls of which nothing but history was heard."""

    def _leads(self) -> set[RowKey]:
        """To whom aliases lead, and members who share a number with somebody new: they have to be loaded too."""
        sharing = {("member", member) for members in self._ground.reachable.values() for member in members}
        return sharing | {(kind, row_id) for (kind, _), row_id in merge.leads(self._rows.values()).items()}

    def judge(self, intent: Intent) -> _Step:
        """What an op does and how it is answered."""
        op = intent.op
        person = self._ground.people.get(intent.grant.person) if intent.grant else None
        try:
            who = actor(intent, self._device, person)
            assert intent.args is not None
            args = guards.in_time(intent.args, self._now)
            args = merge.retarget(args, merge.leads(self._rows.values()))
            args = guards.with_names(args, self._ground.people, judged=not intent.fact)
            touched = ops.touches(op.op_id, args, who.person)
            self.missing.update(key for key in touched if key not in self._loaded)
            rows = {key: row for key in touched if (row := self._rows.get(key)) is not None}
            if PROJECTIONS[self._device.cls] == MASKED:
                args = merge.unmasked(args, rows)
            if not intent.fact:
                guards.expect_own_call(args, self._device.site, rows)
                guards.expect_own_source(args, self._device.site, self._ground.sites)
                guards.expect_free(op.op_id, args, rows)
            twin = None if intent.fact else self._twin(intent)
            if twin is not None:
                assert isinstance(args, MemberAdd)
                effect = merge.enrol_twin(op.op_id, args, twin)
            else:
                effect = merge.apply(
                    op.op_id,
                    args,
                    actor=who,
                    at=guards.clamped(op.at, self._now),
                    base=op.base,
                    rows=rows,
                    fact=intent.fact,
                    site=self._device.site,
                )
            written = joining.reported(args, effect.rows, self._rows, guards.clamped(op.at, self._now))
            late = intent.fact or of_history(args, self._now)
            written = self._ringing.after(self._rows, written, fresh=not late)
            written = self._owing.after(self._rows, written, args=args, fresh=not late, site=self._device.site)
            drafts = tuple(draft(key, row) for key, row in sorted(written.items()))
            for item in drafts:
                expect_room(item, self._ground.rows.get(item.key))
        except (Refused, BadInput) as refusal:
            return _Step(intent, self._refused(intent, refusal))
        self._rows |= written
        self.written |= written
        heard = {row_id for kind, row_id in written if kind == "call"}
        self.late = self.late | heard if late else self.late - heard
        return _Step(intent, self._applied(intent, args, effect), drafts)

    def _twin(self, intent: Intent) -> Member | None:
        """The one member who has a number of the new one and the same name: two tills enrolled one person."""
        if not isinstance(intent.args, MemberAdd):
            return None
        fields = intent.args.fields
        name = "" if isinstance(fields.name, msgspec.UnsetType) else fields.name
        reached = {member for e164 in intent.reaches for member in self._ground.reachable.get(e164, ())}
        rows = (self._rows.get(("member", member)) for member in sorted(reached))
        twins = [row for row in rows if isinstance(row, Member) and folded(row.name) == folded(name)]
        return twins[0] if len(twins) == 1 and folded(name) else None

    def _applied(self, intent: Intent, args: Args, effect: Effect) -> Answer:
        late = intent.grant is not None and intent.grant.expires < self._now
        answer = Answer(
            op_id=intent.op.op_id,
            dev_seq=intent.op.dev_seq,
            result="applied",
            kept=effect.kept,
            lost=effect.lost,
            into=effect.into,
            flags=(("late",) if late else ()) + self._flags(args, self._now),
        )
        if effect.into is not None:
            return msgspec.structs.replace(answer, result="merged_into")
        return msgspec.structs.replace(answer, result="merged") if effect.kept or effect.lost else answer

    def _refused(self, intent: Intent, refusal: Refused | BadInput) -> Answer:
        """A fact, and what hangs on a parked op, is kept for an admin instead of being refused."""
        code = refusal.code if isinstance(refusal, Refused) else "bad_op"
        if intent.fact or (code.startswith("unknown_") and self._hangs_on_parked(intent)):
            return self.parked(intent, code)
        return Answer(
            op_id=intent.op.op_id,
            dev_seq=intent.op.dev_seq,
            result="rejected",
            code=code,
            message=SafeText(str(refusal)[:MAX_MESSAGE]),
        )

    def _hangs_on_parked(self, intent: Intent) -> bool:
        ids = {row_id for _, row_id in intent.rows} - {intent.op.op_id}
        stored = (self._ground.settled.get(row_id) for row_id in ids)
        before = any(settled and settled.payload is not None for settled in stored)
        return before or not ids.isdisjoint(self._parked)

    def parked(self, intent: Intent, code: str) -> Answer:
        """Kept, alarmed, replayable by an admin; it holds nothing up."""
        self._parked.add(intent.op.op_id)
        return Answer(op_id=intent.op.op_id, dev_seq=intent.op.dev_seq, result="parked", code=code)
