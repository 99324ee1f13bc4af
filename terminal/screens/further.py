"""What is older than a card brings along: the next page of it, from the local store."""

from collections.abc import Container

import msgspec

from ringdesk.notes import Note
from ringdesk.timeline import Contact, ContactKind
from terminal.screens.work import Work


async def fetch(work: Work, kind: str, kinds: Container[ContactKind]) -> None:
    """Add the next page of the past of whoever is on the card: `kind` is contact or note, `kinds` the contacts that are
    wanted. Raises what the desk raises; nothing happens where there is no more, or another person has come meanwhile."""
    board, person = work.board, work.board.person
    known: list[Contact | Note] = [*(person.notes if kind == "note" else person.timeline)]
    if person.member is None or kind in person.whole or not known:
        return
    last = min(known, key=lambda each: (each.at, each.id))
    page = await work.desk.older(person.member.id, last, kinds)
    if board.person.key != person.key:
        return
    now = board.person
    contacts = tuple(each for each in page.rows if isinstance(each, Contact))
    notes = tuple(each for each in page.rows if isinstance(each, Note))
    board.person = msgspec.structs.replace(
        now,
        timeline=(*now.timeline, *contacts),
        notes=(*now.notes, *notes),
        whole=now.whole if page.more else now.whole | {kind},
    )
