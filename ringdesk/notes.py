"""Notes: what an agent wrote down. Append-only: an edit is a new note with its `parent`."""

from collections.abc import Iterable

import msgspec

from ringdesk.safetext import SafeLines, SafeText


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One note. Its id is the id of the op that made it; `at` is seconds since 1970 by the author's clock."""

    id: str
    member: str | None = None
    call: str | None = None
    text: SafeLines = SafeLines("")
    author: str = ""
    author_name: SafeText = SafeText("")
    at: float = 0.0
    parent: str | None = None


class Thread(msgspec.Struct, frozen=True):
    """A note with its revisions: `newest` is what holds, `older` what it said before, newest first."""

    newest: Note
    older: tuple[Note, ...] = ()


def threads(notes: Iterable[Note]) -> tuple[Thread, ...]:
    """The notes by what they revise, the newest first. A revision whose parent is not here stands for it."""
    known = {note.id: note for note in notes}
    together: dict[str, list[Note]] = {}
    for note in known.values():
        together.setdefault(_root(note, known), []).append(note)
    found = []
    for each in together.values():
        newest, *older = sorted(each, key=lambda note: (note.at, note.id), reverse=True)
        found.append(Thread(newest, tuple(older)))
    return tuple(sorted(found, key=lambda thread: (-thread.newest.at, thread.newest.id)))


def _root(note: Note, known: dict[str, Note]) -> str:
    """The id of the note that a revision goes back to; a circle ends where it began."""
    root, seen = note.id, {note.id}
    parent = note.parent
    while parent is not None and parent not in seen:
        seen.add(parent)
        root = parent
        parent = known[parent].parent if parent in known else None
    return root if parent is None else min(seen)
