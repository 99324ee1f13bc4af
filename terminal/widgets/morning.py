"""Home: what is there at nine in the morning, on a desk where nobody is served: the values."""

from enum import StrEnum

import msgspec

from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.safetext import SafeLines, SafeText
from terminal.widgets.speech import say
from terminal.widgets.when import Due, Now, due_between, stamp


class Kind(StrEnum):
    """What a row of Home is, in the order in which the rows stand."""

    CALLBACK = "callback"
    TASK = "task"
    LOST = "lost"
    MAYBE_LOST = "maybe_lost"
    """On a line that cannot tell, and nobody has said it yet."""
    BIRTHDAY = "birthday"
    NOTICE = "notice"
    DRAFT = "draft"
    MORE = "more"
    """So many late tasks that are not listed yet."""
    MORE_LOST = "more_lost"
    """The same of the calls that nobody had."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One row: what it is, its words, when it is due (from `opens` on, by `due`, ISO) or was (`at`, seconds since 1970), and
    whom it is about. `owner` is the member and the call of a draft, `id` that of what else the row stands for."""

    kind: Kind
    id: str = ""
    text: SafeText = SafeText("")
    body: SafeLines = SafeLines("")
    opens: SafeText | None = None
    due: SafeText | None = None
    at: float = 0.0
    who: SafeText = SafeText("")
    number: SafeText | None = None
    member: Member | None = None
    call: Call | None = None
    owner: tuple[str | None, str | None] = (None, None)


class Morning(msgspec.Struct, frozen=True):
    """All of it. `known` is False before the desk has said anything: then nothing is claimed to be clear. `rows` is what
    stands in the list: of the late tasks and of the missed calls only a few, and a row that says how many more there are."""

    items: tuple[Item, ...] = ()
    known: bool = False
    rows: tuple[Item, ...] = ()

    @property
    def count(self) -> int:
        """How many things there are, listed or not: the one number that panel and tab say."""
        return len(self.items)


def when(item: Item, now: Now) -> Due:
    """When it is due, for callbacks and tasks; when it was, for the others."""
    if item.kind in (Kind.CALLBACK, Kind.TASK):
        return due_between(item.opens, item.due, now, call=item.kind is Kind.CALLBACK)
    if item.kind is Kind.MORE:
        return Due(SafeText(), late=True, today=False, order=item.at)
    if item.kind is Kind.MORE_LOST:
        return Due(SafeText(), late=False, today=False, order=item.at)
    words = SafeText(say("today")) if item.kind is Kind.BIRTHDAY else stamp(item.at, now)
    return Due(words, late=False, today=False, order=item.at)
