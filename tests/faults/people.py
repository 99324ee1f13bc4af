"""What people do in the simulation: at the terminals, and with the server's own rows."""

from collections.abc import Sequence

import msgspec

from ringdesk import ids, ops
from ringdesk.calls import Call, CallEvent, EventKind
from ringdesk.errors import Refused
from ringdesk.members import Member, MemberNumber
from ringdesk.ops import Actor, Args
from ringdesk.safetext import SafeLines, SafeText
from tests.faults.ends import Chance, Terminal
from tests.faults.host import MEMBERS, STORES, Host

CALLS = {ids.call_id("line", native): native for native in ("c1", "c2", "c3", "c4")}
"""Their ids, and what the line calls them."""


class People:
    """They know of each other's tasks and new members, also where their terminals do not yet."""

    def __init__(self, chance: Chance, host: Host) -> None:
        self._chance = chance
        self._host = host
        self._tasks: list[str] = []
        self._members = list(MEMBERS)

    async def save(self, terminal: Terminal) -> None:
        """One op, unless the store refuses it."""
        args, base = await self._intent(terminal)
        name = f"at-{terminal.name}"
        actor = Actor(name, SafeText(name), terminal.name, ("senior",))
        try:
            saved = await terminal.store.save(args, actor=actor, grant=self._host.grants[terminal.name], base=base)
        except Refused:
            return
        terminal.saved.add(saved.op_id)
        if isinstance(args, ops.TaskAdd):
            self._tasks.append(saved.op_id)
        if isinstance(args, ops.MemberAdd):
            self._members.append(saved.op_id)

    async def _intent(self, terminal: Terminal) -> tuple[Args, dict[str, int]]:
        """Arguments and base: kinds that do harm if done twice (a ring is counted, a rev goes up), kinds that are refused
        when somebody else was first, and kinds that make rows."""
        rng = self._chance.rng
        member, call, word = rng.choice(self._members), rng.choice(list(CALLS)), SafeText(str(rng.randrange(9)))
        ringing = CallEvent(event=EventKind.RINGING, at=self._chance.now, source="line", native_id=CALLS[call])
        number = MemberNumber(SafeText(f"091234567{word}"), f"+88691234567{word}")
        twin = ops.MemberFields(name=SafeText("陳"), numbers=(number,))
        field = rng.choice(("honorific", "language", "name", "name"))
        made: Sequence[tuple[Args, float]] = (
            (ops.NoteAdd(member=member, text=SafeLines(f"note {word}")), 25),
            (ops.CallReport(call=call, events=(ringing,)), 20),
            (ops.MemberUpdate(member=member, fields=msgspec.structs.replace(ops.MemberFields(), **{field: word})), 25),
            (ops.MemberAdd(fields=twin), 6),
            (ops.TaskAdd(member=member, title=SafeText("call back")), 6),
            (ops.TaskDone(task=rng.choice(self._tasks or ["none"])), 12),
            (ops.CallClaim(call=call), 12),
            (ops.CallWrapup(call=call, code=word, member=member), 6),
        )
        args = rng.choices([args for args, _ in made], [weight for _, weight in made])[0]
        known = await terminal.store.member(member) if isinstance(args, ops.MemberUpdate) else None
        return args, known.revs if known else {}

    async def elsewhere(self) -> None:
        """A row changes without an op: a call goes to the other store, a member is imported anew."""
        rng = self._chance.rng
        key = rng.choice([("call", each) for each in CALLS] + [("member", each) for each in MEMBERS])
        held = await self._host.database.order.row(key)
        if held is None or held.body is None:
            return
        row = ops.decode_row(key[0], held.body)
        if isinstance(row, Call):
            await self._host.write((key[0], msgspec.structs.replace(row, site=rng.choice(STORES))))
        elif isinstance(row, Member):
            revs = row.revs | {"language": row.revs.get("language", 0) + 1}
            await self._host.write((key[0], msgspec.structs.replace(row, language=SafeText("zh"), revs=revs)))
