"""What the agent does with calls, without a screen: take one, let one wait, go on with another, hand one on, close one.

A note stays with its owner through all of it; only the calls and whom the board shows change.
"""

import contextlib
from collections.abc import Callable
from typing import Literal

import msgspec

from ringdesk.calls import Call
from ringdesk.errors import Refused, RingdeskError
from ringdesk.ops import (
    CallHand,
    CallHold,
    CallSame,
    CallVerdict,
    TaskAttempt,
    TaskFields,
    TaskReopen,
    TaskUpdate,
)
from ringdesk.reached import is_of_missed, number_of
from ringdesk.safetext import SafeText
from ringdesk.tasks import AttemptResult, Task, TaskState
from terminal.screens.board import Board
from terminal.screens.owed import promise_call
from terminal.screens.promised import NOWHERE, callback_of, to_dial
from terminal.screens.windows import Window, spelled
from terminal.screens.work import Work
from terminal.screens.wrapup import not_yet
from terminal.widgets.caller import called_by
from terminal.widgets.callrow import CallRow
from terminal.widgets.person import Person
from terminal.widgets.speech import RESULTS, say
from terminal.widgets.telephone import title
from terminal.widgets.when import clock, day, moment


class CallWork:
    """The work on calls and callbacks. Every method says in words what came of it, after the desk has saved."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.undo = work.undo

    @property
    def board(self) -> Board:
        """What the desk knows."""
        return self.work.board

    # one call or another

    async def turn(self, row: CallRow) -> SafeText:
        """Turn to a call: take it if nobody has it, go on with it if it is ours. The one that was on waits."""
        before = self.board.current or self.board.serving
        if self.board.barred(row, self.work.wall()):
            raise Refused("wrap_up", not_yet(self.board.wrap_up, self.work.wall(), self.board.key("wrapup")))
        if not row.mine:
            await self.work.desk.claim(row.call.id, row.sure.id if row.sure else None)
        self.board.serve(row.call.id)
        said = await self._waits(before, row.call)
        now = self.board.row(row.call.id)
        if now is not None and now.call.on_hold:
            await self.work.desk.do(CallHold(call=now.call.id, held=False))
        return said

    async def _waits(self, row: CallRow | None, other: Call) -> SafeText:
        """Put a call on hold for another; one that cannot be held keeps nobody from the one that was taken."""
        row = self.board.row(row.call.id) if row is not None else None  # as it is by now
        if row is None or row.call.id == other.id or not row.mine or not row.call.live or row.call.held:
            return SafeText()
        try:
            await self.work.desk.do(CallHold(call=row.call.id))
        except RingdeskError as error:
            return SafeText(str(error))
        return say("On hold: {name}.", name=called_by(row.call, row.sure))

    async def hold(self) -> SafeText:
        """F5: the caller on the card waits; or goes on."""
        row = self.board.current or self.board.serving
        if row is None or not row.call.live:
            return say("There is no call of yours to hold.")
        name = called_by(row.call, row.sure)
        await self.work.desk.do(CallHold(call=row.call.id, held=not row.call.on_hold))
        return say("Go on with {name}.", name=name) if row.call.on_hold else say("On hold: {name}.", name=name)

    # handing on

    async def hand(self, row: CallRow, person: str, name: SafeText) -> SafeText:
        """A colleague has the call from now on. What was typed for it is saved first, so that it travels along."""
        who = called_by(row.call, row.sure)
        with_note = self.board.current is not None and self.board.current.call.id == row.call.id
        hand = CallHand(call=row.call.id, to=person, to_name=name)
        if with_note:
            await self.work.save(hand)
        else:
            await self.work.desk.do(hand)
        await self.work.keeper.keep()
        self.board.leave(row.call.id)
        return say("{who} waits for {name}.", who=who, name=name)

    async def hand_task(self, task: Task, person: str, name: SafeText) -> SafeText:
        """A colleague does it."""
        await self._assign(task, person, name)
        self.undo.add(
            lambda: say("task handed to {name}", name=name),
            lambda: self._assign(task, task.assignee, task.assignee_name),
        )
        return say("{name} does it now: {title}", name=name, title=title(task))

    async def _assign(self, task: Task, person: str | None, name: SafeText) -> SafeText:
        fields = TaskFields(assignee=person, assignee_name=name)
        await self.work.desk.do(TaskUpdate(task=task.id, fields=fields))
        return say("Handed back: {title}", title=title(task))

    # two calls that may be one

    async def same(self, row: CallRow) -> SafeText:
        """They are one."""
        return await self._same(row, "same", lambda: say("one call: {name}", name=called_by(row.call, row.sure)))

    async def another(self, row: CallRow) -> SafeText:
        """They are two, and nobody is asked again."""
        return await self._same(row, "another", lambda: say("two calls: {name}", name=called_by(row.call, row.sure)))

    async def _same(self, row: CallRow, verdict: Literal["same", "another"], done: Callable[[], SafeText]) -> SafeText:
        other = row.call.perhaps
        if other is None:
            return say("There are no two calls that may be one.")
        await self.work.desk.do(CallSame(call=row.call.id, other=other, verdict=verdict))

        async def back() -> SafeText:
            await self.work.desk.do(CallSame(call=row.call.id, other=other, verdict="unsaid"))
            return say("Taken back: {what}", what=done())

        self.undo.add(done, back)
        said = done()
        return SafeText(said[:1].upper() + said[1:])

    # calls that nobody had

    async def missed(self, row: CallRow) -> SafeText:
        """Nobody had it: somebody has to call back."""
        name = called_by(row.call, row.sure)
        when = self.work.windows[0]  # they may be called at once, and must be by its end
        await self._verdict(row, "missed", when.due)
        self.undo.add(
            lambda: say("{name} was missed", name=called_by(row.call, row.sure)), lambda: self._verdict(row, "ignored")
        )
        if row.call.caller.raw is None:
            return say("{name} was missed; there is no number to call back.", name=name)
        return say("{name} was missed: to call back before {time}.", name=name, time=self._end(when))

    def _end(self, window: Window) -> SafeText:
        """The end of a window, as the list of callbacks says it."""
        now, ends = self.work.now, moment(window.due) or 0.0
        hour = clock(ends, now, seconds=False)
        return hour if now.local(ends).date() == now.today else SafeText(f"{day(ends, now)} {hour}")

    async def elsewhere(self, row: CallRow) -> SafeText:
        """Somebody answered it on another telephone."""
        return await self._no_matter(row, elsewhere=True)

    async def ignore(self, row: CallRow) -> SafeText:
        """It is no matter."""
        return await self._no_matter(row, elsewhere=False)

    async def _no_matter(self, row: CallRow, *, elsewhere: bool) -> SafeText:
        await self._verdict(row, "elsewhere" if elsewhere else "ignored")

        def done() -> SafeText:
            name = called_by(row.call, row.sure)
            return (
                say("{name} was answered elsewhere", name=name) if elsewhere else say("{name} is no matter", name=name)
            )

        self.undo.add(done, lambda: self.missed(row))
        return done()

    async def _verdict(self, row: CallRow, verdict: str, due: SafeText | None = None) -> SafeText:
        """What became of it, and of the earlier calls for which its row stands: one callback is enough for all of them. A
        later word corrects an earlier one."""
        name = called_by(row.call, row.sure)
        args = CallVerdict(
            call=row.call.id,
            verdict="missed" if verdict == "missed" else "elsewhere" if verdict == "elsewhere" else "ignored",
            member=row.sure.id if row.sure else None,
            title=say("Call back {name}", name=name) if due is not None else SafeText(),
            due=due,
        )
        await self.work.desk.do(args)
        for call in row.also:
            with contextlib.suppress(Refused):  # somebody had that one after all, or this desk knows it no more
                await self.work.desk.do(msgspec.structs.replace(args, call=call, title=SafeText(), due=None))
        return say("{name} is no matter", name=name)

    # callbacks

    async def later(self, window: Window, person: Person) -> SafeText:
        """F8: a callback to the person, within a window; they need not be on the card any more."""
        dialled = to_dial(person)
        if dialled is None:
            return say(NOWHERE)
        now = self.board.row(person.key[1])
        args = callback_of(person, dialled, window, self.work.desk.person)
        made, before = await promise_call(
            self.work.desk, self.board.day, args, now.call if now is not None else person.call
        )

        async def back() -> SafeText:
            if before is None:
                await self.work.desk.done(made)
            else:
                fields = TaskFields(
                    member=before.member,
                    opens=before.opens,
                    due=before.due,
                    assignee=before.assignee,
                    assignee_name=before.assignee_name,
                )
                await self.work.desk.do(TaskUpdate(task=made, fields=fields))
            return say("{name} is not called back.", name=person.name)

        said_at = self.work.now

        def done() -> SafeText:
            return say("Call back {name}: {window}.", name=person.name, window=spelled(window, said_at))

        self.undo.add(done, back)
        return done()

    async def attempt(self, task: Task, result: AttemptResult) -> SafeText:
        """A callback was tried; who was reached needs no other: the desk closes those of their missed calls with it."""
        dialled = number_of(task)
        others = [
            each
            for each in self.board.day.callbacks.values()
            if each.state is TaskState.OPEN and is_of_missed(each) and not dialled.isdisjoint(number_of(each))
        ]
        await self.work.desk.do(TaskAttempt(task=task.id, result=result))
        if result is AttemptResult.REACHED:

            async def back() -> SafeText:
                for each in dict.fromkeys((task.id, *(other.id for other in others))):
                    await self.work.desk.do(TaskReopen(task=each))
                return say("Open again: {title}", title=title(task))

            self.undo.add(lambda: say("called back: {title}", title=title(task)), back)
        return say("{title}: {result}", title=title(task), result=say(RESULTS[result]))

    # what the panels need

    async def learn(self) -> SafeText:
        """The names of members whom others are with, or whom we owe a call."""
        names = self.board.day.names
        for member in self.board.day.strangers():
            names[member] = SafeText()  # one that cannot be read is not asked for again
            with contextlib.suppress(RingdeskError):
                card = await self.work.desk.open(member)
                names[member] = card.member.name or card.member.code
        return SafeText()
