"""Keeps the note: half-typed text survives a ring, a second call, a crash and a restart; a saved note is saved before it is said.

Text is filed under its owner, (member, call). Whoever else comes onto the screen, the text stays with that owner.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from ringdesk.errors import Refused
from ringdesk.ops import Args, NoteAdd, TaskAdd, TaskDone
from ringdesk.safetext import MAX_LINES, SafeLines
from terminal.drafts import Draft
from terminal.widgets.speech import mark

if TYPE_CHECKING:
    from ringdesk.notes import Note
    from terminal.desk import Desk

Owner = tuple[str | None, str | None]
"""The member and the call that a note belongs to."""
NOBODY: Owner = (None, None)
NOT_OPEN = mark("The desk is not open yet: try again in a moment.")
TOO_LONG = mark("the note is too long: shorten it or save it in two")


class Sheet(NamedTuple):
    """All that is filed of one owner: the text, the id of the note that it revises, the tasks made of what it promises."""

    text: str = ""
    revises: str | None = None
    promised: tuple[tuple[str, str], ...] = ()


EMPTY: Final = Sheet()


def _sheet(draft: Draft) -> Sheet:
    return Sheet(draft.text, draft.revises.id if draft.revises else None, tuple(sorted(draft.promised.items())))


class Keeper:
    """The notes of one desk that are not saved yet."""

    def __init__(self) -> None:
        self.desk: Desk | None = None
        self._author = ""
        """Whose the texts are: nothing of theirs is filed once somebody else works here."""
        self.texts: dict[Owner, str] = {}
        self.revises: dict[Owner, Note] = {}
        """The notes that the texts revise."""
        self.promised: dict[Owner, dict[str, str]] = {}
        """The tasks that were made of what the texts promise: due time -> task."""
        self.noted: dict[Owner, Sheet] = {}
        """The last note that was saved of each, with the tasks that were made of what it promises."""
        self._filed: dict[Owner, Sheet] = {}
        self._one_at_a_time = asyncio.Lock()
        self.refresh: Callable[[], None] = lambda: None
        """Called to bring `texts` up to what stands in the field this very moment."""
        self.loaded: Callable[[], None] = lambda: None
        """Called when the text of an owner became another than what was typed."""
        self.moved: Callable[[], None] = lambda: None
        """Called when a text has another owner: on the disk it is still the former one's."""

    def begin(self, desk: "Desk", drafts: list[Draft]) -> None:
        """The drafts of the last time; those of whoever was here before are theirs."""
        self.desk, self._author = desk, desk.person.person
        for each in (self.texts, self.revises, self.promised, self.noted, self._filed):
            each.clear()
        for draft in reversed(drafts):
            owner = (draft.member, draft.call)
            self.texts[owner] = draft.text
            if draft.revises is not None:
                self.revises[owner] = draft.revises
            if draft.promised:
                self.promised[owner] = dict(draft.promised)
            self._filed[owner] = _sheet(draft)

    def _draft(self, owner: Owner) -> Draft:
        """All that is to be filed of an owner."""
        promised = dict(self.promised.get(owner, {}))
        return Draft(*owner, self.texts.get(owner, ""), revises=self.revises.get(owner), promised=promised)

    def others(self, owner: Owner) -> list[Owner]:
        """Whose drafts are kept beside that of `owner`, the newest first."""
        return [each for each, text in reversed(self.texts.items()) if text and each != owner]

    def hold(self, owner: Owner, text: str) -> None:
        """Remember the text as it is now; `keep` writes it."""
        if owner == NOBODY:
            return
        self.texts.pop(owner, None)
        if text:
            self.texts[owner] = text
        else:
            self._blank(owner)

    def _blank(self, owner: Owner) -> None:
        """What the text was, and what was made of it, ends with the text."""
        self.revises.pop(owner, None)
        self.promised.pop(owner, None)

    def move(self, old: Owner, new: Owner) -> None:
        """The person said who is on this call: what was written for the call is now hers. The board shows her already."""
        self.refresh()
        if old == new:
            return
        text = self.texts.pop(old, "")
        there = self.texts.get(new, "")
        self.hold(new, f"{there}\n{text}" if there and text else there or text)
        if text:
            if old in self.revises:
                self.revises.setdefault(new, self.revises[old])
            self.promised[new] = {**self.promised.get(old, {}), **self.promised.get(new, {})}
        self._blank(old)
        if old in self.noted:
            self.noted[new] = self.noted.pop(old)
        self.loaded()
        self.moved()

    def became(self, before: Owner, owner: Owner) -> bool:
        """The caller, whom nobody knew until `before`, is a member by now: what was written for the call is hers. Whether that is
        so."""
        known = before != owner and before[0] is None and before[1] is not None and before[1] == owner[1]
        if known:
            self.move(before, owner)
        return known

    def saved(self, owner: Owner, text: str) -> None:
        """`text` is a note now: what was typed behind it since then remains."""
        self.refresh()
        now = self.texts.get(owner, "")
        self.hold(owner, now.removeprefix(text) if now.startswith(text) else now)
        self.loaded()

    async def keep(self) -> float | None:
        """File every text that changed; when the last was filed, seconds since 1970. None when all was filed before."""
        at = None
        async with self._one_at_a_time:
            for owner in {**self._filed, **self.texts}:
                draft = self._draft(owner)
                if self.desk is None or self.desk.person.person != self._author:
                    break
                if self._filed.get(owner, EMPTY) == _sheet(draft):
                    continue
                at = await self.desk.save_draft(draft)
                self._filed[owner] = _sheet(draft)
        return at

    async def save(self, owner: Owner, text: str, *more: Args) -> None:
        """Save the text as a note of its owner, and with it what else is done at once; from the same commit on it is no draft.

        Returns only after the commit; what was typed meanwhile stays a draft, and what another key saved meanwhile is not saved
        again. Raises `Refused` (and then nothing is saved and the text is kept).
        """
        if len(text) > MAX_LINES:
            raise Refused("too_long", TOO_LONG)
        if self.desk is None:
            raise Refused("not_open", NOT_OPEN)
        async with self._one_at_a_time:  # no draft of it is filed anew behind its commit
            self.refresh()
            now = self.texts.get(owner, "")
            if not now.startswith(text):
                text = now
            if text.strip():
                await self._commit(self.desk, owner, text, more)
            else:
                for args in more:
                    await self.desk.do(args)
        await self.keep()

    async def _commit(self, desk: "Desk", owner: Owner, text: str, more: tuple[Args, ...]) -> None:
        parent = self.revises.get(owner)
        note = NoteAdd(member=owner[0], call=owner[1], text=SafeLines(text))
        if parent is not None:  # it stays with the call of its note, which another store may have had
            note = NoteAdd(member=parent.member, text=SafeLines(text), parent=parent.id)
        await desk.do_together(note, *more, draft=lambda _: Draft(*owner, ""))
        self._filed[owner] = EMPTY
        self.noted[owner] = Sheet(text, promised=tuple(sorted(self.promised.get(owner, {}).items())))
        self._blank(owner)
        self.saved(owner, text)

    async def promise(self, owner: Owner, due: str, task: TaskAdd | TaskDone) -> None:
        """Make the task of what the text promises by `due`, or take it back; in the same commit the draft knows it.

        Raises `Refused`.
        """
        if self.desk is None:
            raise Refused("not_open", NOT_OPEN)

        async with self._one_at_a_time:
            draft = self._draft(owner)
            others = {each: made for each, made in draft.promised.items() if each != due}

            def after(op_ids: tuple[str, ...]) -> Draft:
                made = {due: op_ids[0]} if isinstance(task, TaskAdd) else {}
                return msgspec.structs.replace(draft, promised=others | made)

            filed = after(await self.desk.do_together(task, draft=after))
            self._filed[owner] = _sheet(filed)
            if self.texts.get(owner):
                self.promised[owner] = filed.promised

    async def promise_noted(self, owner: Owner, due: str, task: TaskAdd | TaskDone) -> None:
        """The same of what the note promises that was saved last; what is typed behind it stays as it is. Raises `Refused`."""
        if self.desk is None:
            raise Refused("not_open", NOT_OPEN)
        op_id = await self.desk.do(task)
        sheet = self.noted.get(owner, EMPTY)
        others = {each: made for each, made in sheet.promised if each != due}
        made = {due: op_id} if isinstance(task, TaskAdd) else {}
        self.noted[owner] = sheet._replace(promised=tuple(sorted((others | made).items())))
