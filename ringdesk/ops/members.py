"""Intents about members and their telephone numbers."""

import msgspec

from ringdesk.marks import MarkLabel
from ringdesk.members import MemberNumber
from ringdesk.safetext import SafeText


class MemberFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A patch of a member: only what is set is changed."""

    name: SafeText | msgspec.UnsetType = msgspec.UNSET
    honorific: SafeText | msgspec.UnsetType = msgspec.UNSET
    numbers: tuple[MemberNumber, ...] | msgspec.UnsetType = msgspec.UNSET
    tier: SafeText | msgspec.UnsetType = msgspec.UNSET
    tags: tuple[SafeText, ...] | msgspec.UnsetType = msgspec.UNSET
    flags: tuple[SafeText, ...] | msgspec.UnsetType = msgspec.UNSET
    facts: tuple[SafeText, ...] | msgspec.UnsetType = msgspec.UNSET
    home_store: SafeText | msgspec.UnsetType = msgspec.UNSET
    language: SafeText | msgspec.UnsetType = msgspec.UNSET
    birthday: SafeText | msgspec.UnsetType | None = msgspec.UNSET
    do_not_call: bool | msgspec.UnsetType = msgspec.UNSET


class MemberAdd(msgspec.Struct, frozen=True, kw_only=True):
    """`member.add`: a new member; the id is the op's."""

    code: SafeText = SafeText("")
    fields: MemberFields


class MemberUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """`member.update`: change fields. The op's `base` holds the rev of each field that the person saw."""

    member: str
    fields: MemberFields


class NumberAttach(msgspec.Struct, frozen=True, kw_only=True):
    """`number.attach`: this member can be reached under this number too. What other desks changed meanwhile stays."""

    member: str
    number: MemberNumber


class NumberDetach(msgspec.Struct, frozen=True, kw_only=True):
    """`number.detach`: no longer this person's number. `e164` where it is a valid one, else `raw` as it stands there."""

    member: str
    raw: SafeText = SafeText("")
    e164: str | None = None


class NumberChoose(msgspec.Struct, frozen=True, kw_only=True):
    """`number.choose`: of several who share the number, this one called; next time they come first."""

    member: str
    e164: str


class NumberMarked(msgspec.Struct, frozen=True, kw_only=True):
    """`number.mark`: the number is junk or a supplier's. `mark` is the mark that it replaces; label `none` takes it back."""

    mark: str | None = None
    raw: SafeText
    e164: str | None = None
    label: MarkLabel
    text: SafeText = SafeText("")
