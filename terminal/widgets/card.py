"""The card: who it is and what must not be forgotten. Also for callers whom nobody knows, and for several at once."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from textual import events
from textual.geometry import Size

from ringdesk.calls import Call, CallState, Presentation
from ringdesk.members import Member, MemberNumber
from ringdesk.safetext import SafeText
from terminal.messages import Scribbled
from terminal.widgets import strangers
from terminal.widgets.caller import number
from terminal.widgets.homeface import summary
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.matches import sharing
from terminal.widgets.morning import Morning
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.person import Person, Who
from terminal.widgets.row import Piece, Row, Tone, chip, chips, clipped, gap, piece, spaced, width_of
from terminal.widgets.speech import KINDS, STATES, address, code, greeting, line_name, say, tongue
from terminal.widgets.tasks import urgent
from terminal.widgets.telephone import written
from terminal.widgets.when import Now, stamp

POINT = ">"
SHARER: Final = 12
"""Cells for the name of somebody who has the number too: the key behind it must not be what is cut."""
NEW_FOR: Final = 3
"""Days for which a member is new."""


class Face(NamedTuple):
    """What the card shows. `lasts` is the time of the call on it, in words; empty where this desk knows no such call."""

    person: Person
    now: Now
    lasts: SafeText = SafeText()
    mine: bool = False
    elsewhere: SafeText = SafeText()
    """Which colleague has the call, or hands it to this desk, in the words of the lines."""
    handed: bool = False
    """Whether it is handed to this desk, which has not turned to it yet."""
    typed: bool = False
    """Whether a note is begun: a digit is a part of it then, until Esc."""
    others: tuple[SafeText, ...] = ()
    """Colleagues who are with this member now."""
    tags: bool = True
    """Whether the tags stand here, for want of a panel of their own."""
    notice: SafeText = SafeText()
    """What is announced for members like this one."""
    home: Morning | None = None
    """What is there to do, while nobody is on the card."""
    titles: Mapping[str, SafeText] = {}
    """The words of the business for its dispositions."""
    line: Call | None = None
    """The call that is on, also while the card was opened by hand."""
    sharers: tuple[SafeText, ...] = ()
    """Who else has the number of the call on the card."""
    changed: Changed = ()
    """Remapped keys."""

    def key(self, name: str) -> SafeText:
        """What the key of an action is called here."""
        return key_named(name, self.changed)

    def outside_text(self, name: str) -> SafeText:
        """The same for a key that is a character: the note is left first."""
        return SafeText(f"{self.key('back')} {self.key(name)}")


KEYS_OF_THE_CARD: Final = frozenset("/?")
"""Characters that are keys on the card, beside the digits of those who are on it: they lead to somebody, or explain."""


class Card(Panel[Face]):
    """The card. It takes the focus only while somebody has to be chosen; then a letter on it is the beginning of a note and
    never a key, for the call is on, and some keys would close it."""

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Which keys are text here."""
        if character is None or not character.isprintable() or character in KEYS_OF_THE_CARD:
            return False
        return character not in strangers.DIGITS[: len(self.people)]

    def on_key(self, event: events.Key) -> None:
        """Text that is typed here; the arrows."""
        if self.browse(event.key):
            event.stop()
            return
        if (
            event.is_printable
            and not event.key.startswith("alt+")
            and self.check_consume_key(event.key, event.character)
        ):
            event.stop()
            self.post_message(Scribbled(event.character or ""))

    def on_paste(self, event: events.Paste) -> None:
        """The same for what is pasted."""
        event.stop()
        self.post_message(Scribbled(event.text))

    top = 0
    """How many of those who may be meant stand above the first in sight."""

    def show(self, value: Face) -> None:
        """Show another value; of other people the first come first."""
        if value.person.matches != self.value.person.matches:
            self.top = 0
        super().show(value)

    @property
    def people(self) -> range:
        """Which of those who may be meant are in sight: the first of them has the digit 1."""
        several = self.value.person.who is Who.SEVERAL
        return self._people(self.value, self.outer_size.height - 2) if several else range(0)

    def _people(self, value: Face, height: int) -> range:
        count = len(value.person.matches)
        room = max(1, min(height - 1, strangers.MOST))
        self.top = max(0, min(self.top, count - room))
        return range(self.top, min(count, self.top + room))

    def browse(self, key: str) -> bool:
        """Others of those who may be meant come into sight; whether the key does that here."""
        seen = self.people
        step = {"down": 1, "up": -1, "pagedown": len(seen), "pageup": -len(seen)}.get(key)
        if step is None or not seen:
            return False
        self.top = max(0, self.top + step)
        self.redraw()
        return True

    def picture(self, value: Face, inside: Size) -> Picture:
        """By what is known of the person."""
        person = value.person
        seen = self._people(value, inside.height) if person.who is Who.SEVERAL else range(0)
        rows = {
            Who.NOBODY: _nobody,
            Who.MEMBER: _member,
            Who.SEVERAL: lambda value, _: strangers.several(value, seen),
            Who.UNKNOWN: strangers.unknown,
            Who.WITHHELD: strangers.withheld,
        }[person.who](value, inside)
        kind = say("Member") if person.member else say("Caller") if person.call else say("Home")
        title = spaced(
            (
                piece(kind, Tone.GOOD if value.mine else Tone.LINK),
                piece(person.name, Tone.GOOD if value.mine else Tone.LINK),
                piece(person.member.code if person.member else SafeText(), Tone.DIM),
            ),
            2,
        )
        foot: tuple[Piece, ...] = ()
        if value.others:
            foot = (piece(say("! {names} serves this member now", names=_listed(value.others)), Tone.WARN),)
        elif seen and len(seen) < len(person.matches):
            foot = (piece(strangers.extent(seen, sharing(person.matches), value.key("search")), Tone.WARN),)
        frame = Tone.FRAME_GOOD if value.mine else Tone.FRAME
        return Picture(rows, title, _corner(value), foot, _announced(value), frame)


def _announced(value: Face) -> tuple[Piece, ...]:
    """The notice for members like this one, in the frame: every row inside has something that must not make way for it."""
    return (
        (piece(say("Notice: {title}", title=value.notice), Tone.WARN),) if value.notice and value.person.member else ()
    )


def _listed(names: tuple[SafeText, ...]) -> SafeText:
    return SafeText(say(", ").join(names))


def _corner(value: Face) -> tuple[Piece, ...]:
    call = value.person.call
    if call is None:
        return ()
    mine = value.mine and call.state is not CallState.ENDED
    state = (
        say("On hold")
        if mine and call.held
        else say("With you")
        if mine
        else value.elsewhere or say(STATES[call.state])
    )
    rings = call.state is CallState.RINGING and not value.elsewhere
    waits = call.held if value.mine else value.handed or rings
    tone = Tone.CHIP_WARN if waits else Tone.CHIP_GOOD if value.mine else Tone.CHIP
    return (chip(SafeText(f"{POINT} {line_name(call)} {state} {value.lasts}".rstrip()), tone),)


def _nobody(value: Face, inside: Size) -> tuple[Row, ...]:
    search = value.key("search")
    opens = say("The next caller's card opens by itself; {key} searches for a member.", key=search)
    return (
        *(summary(value.home, value.now, inside.width) if value.home else ()),
        Row((piece(say("Nobody is on the desk."), Tone.DIM),)),
        Row((piece(opens, Tone.DIM),)),
    )


def _member(value: Face, inside: Size) -> tuple[Row, ...]:
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
