"""The half-typed notes of this desk."""

import msgspec

from ringdesk.notes import Note
from terminal.drafts import Draft
from terminal.store.connection import Transaction
from terminal.store.rows import shown


def save(tx: Transaction, author: str, draft: Draft, now: float) -> None:
    """Keep a half-typed note as saved now (seconds since 1970); an empty one is forgotten."""
    key = (author, draft.member or "", draft.call or "")
    if not draft.text:
        tx.do("delete from draft where author = ? and member = ? and call = ?", *key)
        return
    revises = "" if draft.revises is None else draft.revises.id
    tx.do(
        "insert or replace into draft (author, member, call, text, saved_at, revises, promised)"
        " values (?, ?, ?, ?, ?, ?, ?)",
        *(*key, draft.text, now, revises, msgspec.json.encode(draft.promised).decode()),
    )


def of(tx: Transaction, author: str) -> list[Draft]:
    """A person's half-typed notes, newest first. What revised a note that is no longer here is a new note."""
    lines = tx.all(
        "select member, call, text, saved_at, revises, promised from draft where author = ? order by saved_at desc",
        author,
    )
    drafts = []
    for member, call, text, saved_at, revises, promised in lines:
        note = shown(tx, ("note", revises)) if revises else None
        links = msgspec.json.decode(promised, type=dict[str, str])
        revised = note if isinstance(note, Note) else None
        drafts.append(Draft(member or None, call or None, text, saved_at, revised, links))
    return drafts
