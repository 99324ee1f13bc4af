"""What a program may ask of the headless desk: one struct a command, as they come in (contracts.md 6)."""

from typing import Final, get_args

import msgspec

from ringdesk.ops import MemberFields, Revs
from ringdesk.safetext import SafeLines, SafeText, decode_hook

SYNC_TIMEOUT: Final = 30.0
"""Seconds that `sync` waits when the command does not say."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """What a program asks."""


class Lookup(Command, frozen=True, kw_only=True, tag="lookup"):
    """The search box."""

    query: SafeText
    limit: int = 20


class Open(Command, frozen=True, kw_only=True, tag="open"):
    """A member's card."""

    member: str


class AddNote(Command, frozen=True, kw_only=True, tag="note"):
    """Write a note."""

    member: str | None = None
    call: str | None = None
    text: SafeLines


class AddTask(Command, frozen=True, kw_only=True, tag="task"):
    """Promise something."""

    member: str | None = None
    call: str | None = None
    title: SafeText
    due: str | None = None


class Done(Command, frozen=True, kw_only=True, tag="done"):
    """Close a task."""

    task: str


class Update(Command, frozen=True, kw_only=True, tag="update"):
    """Change fields of a member, or make a new one (`member` null); `base` are the revisions that the asker saw, by
    default those of the replica."""

    member: str | None = None
    fields: MemberFields
    base: Revs | None = None


class Claim(Command, frozen=True, kw_only=True, tag="claim"):
    """ "I have it"."""

    call: str
    member: str | None = None


class Wrapup(Command, frozen=True, kw_only=True, tag="wrapup"):
    """The call is dealt with."""

    call: str
    code: SafeText
    member: str | None = None


class Do(Command, frozen=True, kw_only=True, tag="op"):
    """Any intent, by its kind (docs/reference/wire.md has them); `base` are the revisions that the asker saw."""

    kind: str
    args: msgspec.Raw = msgspec.Raw(b"{}")
    base: Revs = {}


class Earn(Command, frozen=True, kw_only=True, tag="earn"):
    """Points for a purchase."""


class Redeem(Command, frozen=True, kw_only=True, tag="redeem"):
    """Points for goods."""


class Sync(Command, frozen=True, kw_only=True, tag="sync"):
    """Wait until everything made before is answered and everything made elsewhere before is here."""

    timeout: float = SYNC_TIMEOUT


class Dump(Command, frozen=True, kw_only=True, tag="dump"):
    """The rows that the replica holds."""

    what: str


class State(Command, frozen=True, kw_only=True, tag="state"):
    """How the desk stands."""


class Quit(Command, frozen=True, kw_only=True, tag="quit"):
    """Answer what was asked, then end."""


Asked = (
    Lookup | Open | AddNote | AddTask | Done | Update | Claim | Wrapup | Do | Earn | Redeem | Sync | Dump | State | Quit
)  # fmt: skip
NAMES: Final = ", ".join(str(each.__struct_config__.tag) for each in get_args(Asked))
COMMANDS: Final = msgspec.json.Decoder(Asked, dec_hook=decode_hook)
