"""The card of a member: who it is, what must not be forgotten, and of which number the call comes."""

from datetime import date
from typing import Final

from textual.geometry import Size

from ringdesk.calls import Call, Presentation
from ringdesk.members import Member, MemberNumber
from ringdesk.safetext import SafeText
from terminal.widgets.caller import number
from terminal.widgets.face import Face
from terminal.widgets.row import Piece, Row, Tone, chip, chips, clipped, gap, piece, spaced, width_of
from terminal.widgets.speech import KINDS, address, code, greeting, say, tongue
from terminal.widgets.tasks import urgent
from terminal.widgets.telephone import written
from terminal.widgets.when import stamp

SHARER: Final = 12
"""Cells for the name of somebody who has the number too: the key behind it must not be what is cut."""
NEW_FOR: Final = 3
"""Days for which a member is new."""


def rows(value: Face, inside: Size) -> tuple[Row, ...]:
    """The card of the member, in as many rows as there is room for."""
    person, member = value.person, value.person.member
    assert member is not None
    tall = inside.height >= 5
    greet = (piece(say('say "{greeting}"', greeting=greeting(member)), Tone.STRONG),)
    name = (
        piece(member.name or member.code, Tone.STRONG),
        piece(address(member)),
        chip(member.tier, Tone.CHIP_PALE) if member.tier else gap(0),
        *(() if tall else _main_number(value)),
    )
    head = Row(spaced(name, 1 if not tall else 2), greet)
    flags = Row(_flags(member, inside.width - 16), _points(member))
    place = _stranger(value) or _sharers(value) or _home(member)
    label = piece(say("Tel."), Tone.DIM)
    beside = inside.width - label.width - 1 - sum(each.width for each in place) - 1
    numbers = Row((label, gap(), *_numbers(value, beside)), place)
    room = inside.width - max(20, sum(each.width for each in place) + 1)
    facts = Row(_facts(member, inside.width - 20 if tall else room), _birthday(member) if tall else place)
    tags = Row(_tags(member) if value.tags else _last(value), urgent(person.tasks, value.now, person.name))
    if tall:
        return head, flags, numbers, facts, tags
    return head, flags, facts, tags


def _tags(member: Member) -> tuple[Piece, ...]:
    return spaced(
        (piece(say("Tags"), Tone.DIM), piece(SafeText(say(", ").join(member.tags)) if member.tags else say("none")))
    )


def _last(value: Face) -> tuple[Piece, ...]:
    if not value.person.timeline:
        first = _is_new(value) and not value.person.notes
        return (piece(say("First contact") if first else say("No contact recorded yet"), Tone.DIM),)
    contact = value.person.timeline[0]
    return spaced(
        (
            piece(say("Last"), Tone.DIM),
            piece(stamp(contact.at, value.now)),
            piece(say(KINDS[contact.kind]), Tone.DIM),
            piece(value.titles.get(contact.text) or code(contact.text)),
        )
    )


def _is_new(value: Face) -> bool:
    """Whether nothing says that there was anything before this desk: a member since a few days, or since nobody knows when.
    One who has been it for years was met, whatever of it stands in this database."""
    member = value.person.member
    since = member.since if member is not None else None
    if not since:
        return True
    try:
        joined = date.fromisoformat(since[:10])
    except ValueError:
        return False  # only a year, or a month: it is not of these days
    return (value.now.today - joined).days <= NEW_FOR


def _is_calling(known: MemberNumber, call: Call | None) -> bool:
    """Whether the call comes from this number of the member."""
    if call is None or call.caller.presentation is Presentation.PRIVATE:
        return False
    caller = call.caller
    return known.e164 == caller.e164 if known.e164 is not None else known.raw == caller.raw


def _ordered(value: Face) -> list[MemberNumber]:
    """The numbers of the member, the one that calls first: it must not be what is cut."""
    numbers = value.person.member.numbers if value.person.member else ()
    return sorted(numbers, key=lambda known: not _is_calling(known, value.line))


def _main_number(value: Face) -> tuple[Piece, ...]:
    numbers = _ordered(value)
    return _number(numbers[0], value) if numbers else ()


def _number(known: MemberNumber, value: Face) -> tuple[Piece, ...]:
    here = _is_calling(known, value.line)
    shown = piece(written(known.e164, known.raw), Tone.STRONG if here else Tone.TEXT)
    calls = (piece(SafeText("\N{CHECK MARK} " + say("calls from it")), Tone.GOOD),) if here else ()
    return shown, *calls, piece(known.label, Tone.DIM)


def _numbers(value: Face, room: int) -> tuple[Piece, ...]:
    """As many numbers as fit in so many cells, whole, the first with its label in any case; the others are counted."""
    known = _ordered(value)
    shown: tuple[Piece, ...] = ()
    for index, each in enumerate(known):
        left = len(known) - index
        reserve = len(f" +{left - 1}") if left > 1 else 0
        whole = spaced(_number(each, value))
        ways = (whole, whole[:1]) if shown else (whole,)
        longer = [(*shown, gap(), *way) if shown else way for way in ways]
        fitting = [way for way in longer if width_of(way) + reserve <= room]
        if not fitting and shown:
            return (*shown, gap(), piece(SafeText(f"+{left}"), Tone.DIM))
        shown = fitting[0] if fitting else longer[0]
    return shown


def _stranger(value: Face) -> tuple[Piece, ...]:
    """The number of the call on the card, while it is the caller's and not the member's."""
    person = value.person
    shown = number(person.call) if person.call else SafeText()
    numbers = person.member.numbers if person.member else ()
    if not shown or any(_is_calling(known, person.call) for known in numbers):
        return ()
    return (
        piece(say("calls from {number}, not on this card:", number=shown), Tone.WARN),
        gap(),
        chip(value.key("attach"), Tone.CHIP_LINK),
        gap(),
        piece(say("adds it")),
    )


def _sharers(value: Face) -> tuple[Piece, ...]:
    """That the number of the call is somebody else's too; the first of them by name."""
    if not value.sharers:
        return ()
    first, *more = value.sharers
    first = clipped(first, SHARER)
    name = SafeText(f"{first} +{len(more)}") if more else first
    return (
        piece(say("also {name}'s:", name=name), Tone.WARN),
        gap(),
        chip(value.outside_text("sharers"), Tone.CHIP_LINK),
        gap(),
        piece(say("shows")),
    )


def _flags(member: Member, room: int) -> tuple[Piece, ...]:
    """The must-see facts, each a chip; what does not fit is counted, loudly."""
    flags = [chip(SafeText(f"! {flag}"), Tone.CHIP_BAD) for flag in member.flags]
    consent = say("no marketing calls")
    if member.do_not_call and consent not in member.flags:
        flags.append(chip(SafeText("x " + consent), Tone.CHIP))
    if not flags:
        return (piece(say("Nothing to watch out for"), Tone.DIM),)
    return chips(flags, room, Tone.CHIP_BAD)


def _points(member: Member) -> tuple[Piece, ...]:
    return piece(say("Points"), Tone.DIM), gap(), piece(SafeText(f"{member.points:,}"), Tone.STRONG)


def _home(member: Member) -> tuple[Piece, ...]:
    if not member.home_store:
        return ()
    return piece(say("Home store"), Tone.DIM), gap(), piece(member.home_store)


def _facts(member: Member, room: int) -> tuple[Piece, ...]:
    """What is good to know; what does not fit is counted. Without any, what else there is."""
    if member.facts:
        return chips((piece(SafeText(f"* {fact}"), Tone.LINK) for fact in member.facts), room, Tone.CHIP)
    pairs = ((say("Language"), tongue(member.language)), (say("Member since"), member.since or SafeText()))
    return spaced((part for label, text in pairs if text for part in (piece(label, Tone.DIM), piece(text))), 1)


def _birthday(member: Member) -> tuple[Piece, ...]:
    return (piece(say("Birthday"), Tone.DIM), gap(), piece(member.birthday)) if member.birthday else ()
