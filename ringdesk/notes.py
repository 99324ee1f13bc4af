"""Notes: what an agent wrote down. Append-only: an edit is a new note with its `parent`."""

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
