"""F4: a call is closed with a disposition, a meeting that was no call is recorded; both with the note, in two keys."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from ringdesk.dispositions import INQUIRY, Disposition
from ringdesk.errors import Refused
from ringdesk.ops import Args, CallWrapup, ContactAdd
from ringdesk.safetext import SafeText
from ringdesk.timeline import ContactKind
from terminal.screens.codes import Codes
from terminal.screens.errands import Errand, Errands
from terminal.screens.menus import Entry, Menus
from terminal.screens.saying import subject
from terminal.screens.work import Work
from terminal.screens.writing import Writing
from terminal.widgets.caller import called_by
from terminal.widgets.callrow import CallRow
from terminal.widgets.note import Pledge
from terminal.widgets.person import Person
from terminal.widgets.speech import KINDS, mark, say, titled

if TYPE_CHECKING:
    from terminal.desk import Desk

MEETINGS: Final = (
    ContactKind.VISIT,
    ContactKind.MESSAGE,
    ContactKind.EMAIL,
    ContactKind.LETTER,
    ContactKind.CALL_OUT,
)
"""How one meets without a call that rings here, in the order of their digits."""
NEEDS_NOTE: Final = mark("this code needs a note: write what was agreed, then {key}")
MEETING: Final = "meeting"
"""The choice of a person: the disposition of their last meeting."""
LONGEST: Final = 120
"""Characters of a note that stand in the timeline for the meeting."""


class Wrapping:
    """What F4 does."""

    def __init__(self, work: Work, writing: Writing, menus: Menus, codes: Codes, errands: Errands) -> None:
        self.promise: Callable[[], Pledge | None] = lambda: None
        """What the note on show promises."""
        self._work = work
        self._writing = writing
        self._menus = menus
        self._codes = codes
        self._errands = errands
        self._chosen = INQUIRY

    @property
    def _text(self) -> str:
        person = self._work.board.person
        return "" if self._work.bare(person) else self._work.keeper.texts.get(person.key, "").strip()

    @property
    def _noted(self) -> bool:
        """Whether there is a note of what is wrapped up: it stands in the field, or was saved in this call."""
        row = self._work.board.current
        return bool(self._text) or (row is not None and self._work.noted(row.call.id))

    @property
    def _last(self) -> str:
        """The disposition of the last meeting: the next one has it too, until another is chosen or it is in use no more."""
        return self._chosen if any(each.id == self._chosen for each in self._codes.in_use) else INQUIRY

    async def welcome(self, desk: "Desk") -> None:
        """Somebody sits down: the disposition of their last meeting."""
        self._chosen = (await desk.choices()).get(MEETING, INQUIRY)

    def open(self) -> None:
        """Offer what fits whoever is on show; where there is nothing to choose, save the note and close."""
        board = self._work.board
        if not board.busy:
            self._errands.run("wrapup", self._nothing)
        elif board.current is not None and board.current.call.disposition is None:
            self._menus.open(
                "wrapup", say("How was it?  {name}", name=board.person.name), self._of_a_call(), over=self._owed()
            )
        elif board.person.member is not None and board.person.call is None and board.by_hand:
            self._menus.open(
                "wrapup",
                say("How did you meet?  {name}", name=board.person.name),
                self._of_a_meeting(),
                over=self._owed(),
            )
        else:
            self._errands.run("wrapup", self._close)

    def _owed(self) -> SafeText:
        """What the note promises of which no task was made."""
        pledge = self.promise()
        if pledge is None or pledge.made:
            return SafeText()
        return say(
            "No task yet: {when} {what} (Esc, {key})",
            when=pledge.when,
            what=pledge.what,
            key=self._work.board.key("promise"),
        )

    def tick(self) -> None:
        """Close what is to close by itself."""
        board = self._work.board
        if board.wrap_up.due(self._work.wall()):
            self._errands.run("overdue", self._overdue)

    # what can be chosen

    def _of_a_call(self) -> list[Entry]:
        return [self._entry(each, self._bound(partial(self._close, each))) for each in self._codes.in_use]

    def _bound(self, act: Errand) -> Errand:
        """Only for whom the menu was opened. One who went from the card meanwhile has their call closed, or it is a
        colleague's: nothing is left to do."""
        board = self._work.board
        about, row = subject(board.person), board.current

        async def bound() -> SafeText | None:
            here = board.current is board.row(row.call.id) if row is not None else about.same(subject(board.person))
            if not here:
                raise Refused("another", say("{name} is no longer on the card", name=about.name))
            return await act()

        return bound

    def _of_a_meeting(self) -> list[Entry]:
        word = self._codes.words(self._last)
        return [
            *(Entry(say(KINDS[kind]), self._bound(partial(self._record, kind)), word) for kind in MEETINGS),
            Entry(say("Another code ..."), self._bound(self._other_code), word),
            Entry(say("Close without a record"), self._bound(self._close)),
        ]

    def _entry(self, each: Disposition, act: Errand) -> Entry:
        return Entry(titled(each), act, say("needs a note") if each.needs_note and not self._noted else SafeText())

    async def _other_code(self) -> None:
        entries = [self._entry(each, self._bound(partial(self._remember, each))) for each in self._codes.in_use]
        self._menus.open("code", say("Which code?"), entries)

    async def _remember(self, code: Disposition) -> None:
        self._chosen = code.id
        await self._work.desk.choose(MEETING, code.id)
        self.open()

    # what it does

    async def _nothing(self) -> SafeText:
        return say(
            "There is nothing to wrap up: {answer} takes a call, {search} opens a card.",
            answer=self._work.board.key("answer"),
            search=self._work.board.key("search"),
        )

    async def _close(self, code: Disposition | None = None) -> SafeText:
        """Save the note; close the call with the code; go back to whom was kept."""
        board = self._work.board
        self._expect_note(code)
        row, name = board.current, board.person.name
        if row is not None and code is not None:
            saved = await self._save(CallWrapup(call=row.call.id, code=SafeText(code.id), member=_member(board.person)))
            board.wrap_up.closed(row.call.id, self._work.wall())
        else:
            saved = await self._save()
        await self._leave(row)
        if board.current is not None and board.current.call.held:
            return say(
                "Closed: {name}. On hold: {other}; {key} goes on.",
                name=name,
                other=board.person.name,
                key=board.key("hold"),
            )
        return saved or say("Closed: {name}", name=name)

    async def _record(self, kind: ContactKind) -> SafeText:
        """Save the note, and that one met."""
        board = self._work.board
        code = next((each for each in self._codes.in_use if each.id == self._last), None)
        self._expect_note(code)
        member, name = _member(board.person), board.person.name
        text = self._text.partition("\n")[0][:LONGEST]
        if member is not None:
            words = SafeText(text or self._last)
            await self._save(ContactAdd(member=member, kind=kind, text=words, state=SafeText(self._last)))
        else:
            await self._save()
        await self._leave()
        return say("Recorded: {kind}, {name}", kind=say(KINDS[kind]), name=name)

    async def _overdue(self) -> SafeText | None:
        """The time of the wrap-up is up: the call closes, a half-typed note stays where it is."""
        said = None
        for call in self._work.board.wrap_up.due(self._work.wall()):
            row = self._work.board.row(call)
            name = called_by(row.call, row.sure) if row is not None else SafeText()
            said = say("Wrap-up over, closed: {name}.", name=name)
            if await self._work.close_overdue(call, self._writing.hold):
                said = say("The wrap-up is over: the call is closed, your note stays here.")
        return said

    def _expect_note(self, code: Disposition | None) -> None:
        if code is not None and code.needs_note and not self._noted:
            raise Refused("needs_note", say(NEEDS_NOTE, key=self._work.board.key("wrapup")))

    async def _save(self, *more: Args) -> SafeText:
        """Save the note, if there is one, and what belongs to it."""
        self._writing.hold()
        if not self._text:
            self._work.keeper.hold(self._work.board.person.key, "")
            self._writing.load()
        return await self._work.save(*more) if self._text or more else SafeText()

    async def _leave(self, row: CallRow | None = None) -> None:
        """The work on this person is done."""
        self._writing.hold()
        board = self._work.board
        await self._work.keeper.keep()
        if row is None:
            board.release()
        else:
            board.leave(row.call.id)
        self._writing.settle()
        await self._work.refill()


def _member(person: Person) -> str | None:
    return person.member.id if person.member else None
