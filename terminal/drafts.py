"""A half-typed note, as the screens write it and the store keeps it."""

from collections.abc import Callable

import msgspec

from ringdesk.notes import Note


class Draft(msgspec.Struct, frozen=True):
    """It belongs to its author, its member and its call; it survives a crash and a restart.

    `revises` is the note of which it is a revision, `promised` the tasks that were made of what it promises (due time ->
    task).
    """

    member: str | None
    call: str | None
    text: str
    saved_at: float = 0.0
    revises: Note | None = None
    promised: dict[str, str] = {}


Drafting = Callable[[tuple[str, ...]], Draft]
"""What is left of a half-typed note when intents were saved, given the ids of their ops."""
