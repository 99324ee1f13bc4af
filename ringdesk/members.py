"""Members: the people that a business knows."""

from typing import Final

import msgspec

from ringdesk.safetext import SafeText

EDITABLE: Final = frozenset(
    {
        "name",
        "honorific",
        "numbers",
        "tier",
        "tags",
        "flags",
        "facts",
        "home_store",
        "language",
        "birthday",
        "do_not_call",
    }
)
"""Fields that `member.update` may change. Points and codes have ops of their own."""

GUARDED: Final = frozenset({"name", "numbers", "tier", "do_not_call"})
"""Fields where the last writer does not simply win: a stale base is refused and goes to the person's tray."""


class MemberNumber(msgspec.Struct, frozen=True):
    """One telephone number of a member. `e164` is None for a number that is no valid one (kept as it was typed)."""

    raw: SafeText
    e164: str | None = None
    label: SafeText = SafeText("")
    usual: bool = False
    """Whether this member is the one who usually calls from this number, where several share it."""
    chosen_at: float = 0.0
    """When somebody last said that it was this member who called from it (seconds since 1970)."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member. `points` in whole points; `since` and `birthday` as ISO dates; `flags` are what
    must not be forgotten (an allergy, a debt), `facts` what is good to know (left-handed, has a dog).

    `revs` counts the changes of each field, so that a change made on an old image is noticed.
    """

    id: str
    code: SafeText = SafeText("")
    name: SafeText = SafeText("")
    honorific: SafeText = SafeText("")
    numbers: tuple[MemberNumber, ...] = ()
    tier: SafeText = SafeText("")
    points: int = 0
    tags: tuple[SafeText, ...] = ()
    flags: tuple[SafeText, ...] = ()
    facts: tuple[SafeText, ...] = ()
    home_store: SafeText = SafeText("")
    language: SafeText = SafeText("")
    birthday: SafeText | None = None
    since: SafeText | None = None
    do_not_call: bool = False
    merged_into: str | None = None
    """Set on an alias: the member that this one turned out to be."""
    revs: dict[str, int] = {}
