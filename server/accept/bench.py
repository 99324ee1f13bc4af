"""The rows of one push frame as they become, op by op: what each op does and how it is answered. Pure, in memory."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from ringdesk import merge, ops
from ringdesk.channels import MASKED, PROJECTIONS
from ringdesk.errors import BadInput, Refused
from ringdesk.members import Member
from ringdesk.merge import Effect
from ringdesk.ops import Actor, Args, MemberAdd, Row, RowKey
from ringdesk.ops.touched import touches
from ringdesk.safetext import SafeText
from ringdesk.wire.values import Answer
from server.accept import guards, joining
from server.accept.images import Draft, draft, expect_room
from server.accept.intents import Intent, actor
from server.accept.owing import Owing, of_history
from server.accept.ringing import Ringing
from server.store.head import Ground
from server.store.values import (
    Device,
    folded,
)

MAX_MESSAGE: Final = 160
"""Characters of a refusal: it may quote what was sent, and the answers of a whole frame must fit into one."""

Flags = Callable[[Args, float], tuple[str, ...]]
"""Facts for a supervisor that arguments and the time of arrival show."""


class Step(msgspec.Struct, frozen=True):
    """One new op, judged; `answer` has no place in the order yet."""

    intent: Intent
    answer: Answer
    drafts: tuple[Draft, ...] = ()


class Bench:
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

    def judge(self, intent: Intent) -> Step:
        """What an op does and how it is answered."""
        person = self._ground.people.get(intent.grant.person) if intent.grant else None
        try:
            who = actor(intent, self._device, person)
            args = self._args(intent)
            touched = touches(intent.op.op_id, args, who.person)
            self.missing.update(key for key in touched if key not in self._loaded)
            rows = {key: row for key in touched if (row := self._rows.get(key)) is not None}
            effect, args = self._effect(intent, args, who, rows)
            late = intent.fact or of_history(args, self._now)
            written = self._written(intent, args, effect, fresh=not late)
            drafts = tuple(draft(key, row) for key, row in sorted(written.items()))
            for item in drafts:
                expect_room(item, self._ground.rows.get(item.key))
        except (Refused, BadInput) as refusal:
            return Step(intent, self._refused(intent, refusal))
        self._rows |= written
        self.written |= written
        heard = {row_id for kind, row_id in written if kind == "call"}
        self.late = self.late | heard if late else self.late - heard
        return Step(intent, self._applied(intent, args, effect), drafts)

    def _args(self, intent: Intent) -> Args:
        """What is asked, of the rows that those named lead to, with the names that the business has for people."""
        assert intent.args is not None
        args = guards.in_time(intent.args, self._now)
        args = merge.retarget(args, merge.leads(self._rows.values()))
        return guards.with_names(args, self._ground.people, judged=not intent.fact)

    def _effect(self, intent: Intent, args: Args, who: Actor, rows: Mapping[RowKey, Row]) -> tuple[Effect, Args]:
        """What comes of it, and what was asked where a masked value was not sent as it was shown."""
        op = intent.op
        if PROJECTIONS[self._device.cls] == MASKED:
            args = merge.unmasked(args, rows)
        if not intent.fact:
            guards.expect_own_call(args, self._device.site, rows)
            guards.expect_own_source(args, self._device.site, self._ground.sites)
            guards.expect_free(op.op_id, args, rows)
            twin = self._twin(intent)
            if twin is not None:
                assert isinstance(args, MemberAdd)
                return merge.enrol_twin(op.op_id, args, twin), args
        at = guards.clamped(op.at, self._now)
        effect = merge.apply(
            op.op_id, args, actor=who, at=at, base=op.base, rows=rows, fact=intent.fact, site=self._device.site
        )
        return effect, args

    def _written(self, intent: Intent, args: Args, effect: Effect, *, fresh: bool) -> Mapping[RowKey, Row]:
        """The rows, with what a call brings about elsewhere: the other call that it is, where it rings, what is owed."""
        written = joining.reported(args, effect.rows, self._rows, guards.clamped(intent.op.at, self._now))
        written = self._ringing.after(self._rows, written, fresh=fresh)
        return self._owing.after(self._rows, written, args=args, fresh=fresh, site=self._device.site)

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
