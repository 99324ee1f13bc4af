"""Rows 1 and 2: who calls, loud while it rings; who took it; else what the agent is on. Never a card, never the focus."""

from typing import Final, NamedTuple

from textual.geometry import Size

from ringdesk.calls import CallState
from ringdesk.safetext import SafeText
from terminal.widgets.caller import called_by, number
from terminal.widgets.callrow import CallRow
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.matches import sharing
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.row import BLANK, Piece, Row, Tone, chip, gap, piece, spaced, width_of, wrapped
from terminal.widgets.speech import address, because, line_name, say
from terminal.widgets.when import Now, ago, length

WIDE: Final = 110
"""Cells from which on everything that is known of a caller fits into the first row."""


class Announcement(NamedTuple):
    """What the banner shows. `holding` is the name of the caller whom F2 would put on hold, `aside` of the person whose card
    it would put aside; `message` what else to say."""

    now: Now
    row: CallRow | None = None
    greeting: SafeText = SafeText()
    more: int = 0
    handed: CallRow | None = None
    """Another call that a colleague hands to this desk."""
    holding: SafeText = SafeText()
    aside: SafeText = SafeText()
    barred: SafeText = SafeText()
    """Why F2 cannot take it before the work on the last call is done."""
    serving: CallRow | None = None
    serving_name: SafeText = SafeText()
    talking: bool = False
    """Whether the agent speaks with somebody: then what fell silent is only told, and goes."""
    held: tuple[SafeText, ...] = ()
    """The callers of our other calls, who wait on hold."""
    message: SafeText = SafeText()
    bad: bool = False
    said: bool = False
    """Whether the message answers a key or says what to do, rather than what stands there anyway."""
    away: SafeText = SafeText()
    """Why the server is not reached: a small screen has no status line to say it."""
    changed: Changed = ()
    """Remapped keys."""

    def key(self, name: str) -> SafeText:
        """What the key of an action is called here."""
        return key_named(name, self.changed)


class Banner(Panel[Announcement]):
    """Two rows over the full width."""

    framed = False

    def picture(self, value: Announcement, inside: Size) -> Picture:
        """Ringing, taken by somebody, or quiet."""
        if value.row is None:
            return Picture(rows=_quiet(value, inside.width))
        if value.row.handed:
            return Picture(rows=_handed(value, value.row, inside.width))
        if value.row.taken_by is not None:
            return Picture(rows=_taken(value, value.row))
        if value.row.unclaimed:
            return Picture(rows=_unclaimed(value, value.row, inside.width))
        return Picture(rows=_ringing(value, value.row, wide=inside.width >= WIDE))


def _words(text: SafeText) -> Piece:
    return piece(text, Tone.TEXT)


def _ringing(value: Announcement, row: CallRow, *, wide: bool) -> tuple[Row, ...]:
    call, member = row.call, row.sure
    stopped = call.state is CallState.RING_STOPPED
    name = called_by(call, member)
    shown = number(call)
    people = say("{count} people", count=sharing(row.matches)) if len(row.matches) > 1 else SafeText()
    usual = address(member) if member else SafeText()
    store = say("home store {store}", store=member.home_store) if member and member.home_store else SafeText()
    state = chip(say("Ring stopped") if stopped else say("Ringing"), Tone.RING_CHIP)
    head = spaced(
        (
            state,
            piece(line_name(call), Tone.RING_STRONG),
            piece(name, Tone.RING_STRONG),
            _words(usual),
            chip(member.tier, Tone.RING_PALE) if member and member.tier else gap(0),
            piece(people, Tone.RING_STRONG),
            *((piece(shown if shown != name else SafeText(), Tone.RING_STRONG), _words(store)) if wide else ()),
        ),
        2,
    )
    passed = value.now.at - row.rang_at
    since = say("rang {ago}", ago=ago(passed)) if stopped else say("ringing {time}", time=length(passed))
    greeting = say('say "{greeting}"', greeting=value.greeting) if value.greeting else SafeText()
    alone = not (
        value.holding or value.aside or value.handed
    )  # on a small screen what happens to the other one is worth more than store and greeting
    if stopped and value.talking:
        over = say("{name} rang and nobody took it: it is among the missed calls.", name=name)
        return (
            Row((gap(), *head), (piece(since, Tone.RING_STRONG), gap()), base=Tone.RING),
            Row((gap(), _words(over)), _key(value), base=Tone.RING),
        )
    bad = piece(value.message if value.bad and not value.barred else SafeText(), Tone.RING_STRONG)
    rest = spaced(
        (
            bad,
            *(() if wide else (_words(shown if shown != name else SafeText()), _words(store if alone else SafeText()))),
            _words(_reason(row)),
            _words(_line_says(row)),
            _words(greeting if wide or alone else SafeText()),
            piece(say("+{count} more ringing", count=value.more) if value.more else SafeText(), Tone.RING_STRONG),
            piece(_hands(value.handed) if value.handed is not None else SafeText(), Tone.RING_STRONG),
            _words(_promise(value, wide=wide)),
        ),
        2,
    )
    return (
        Row((gap(), *head), (piece(since, Tone.RING_STRONG), gap()), base=Tone.RING),
        Row((gap(), *rest), _key(value), base=Tone.RING),
    )


def _key(value: Announcement) -> tuple[Piece, ...]:
    """The key that takes it; in a wrap-up that must not be left, when it can be taken."""
    if value.barred:
        return piece(value.barred, Tone.RING_STRONG), gap()
    return chip(value.key("answer"), Tone.RING_CHIP), gap(), piece(say("I have it"), Tone.RING_STRONG), gap()


def _reason(row: CallRow) -> SafeText:
    """Why it is not simply one member."""
    if row.sure or not row.matches:
        return SafeText()
    if len(row.matches) > 1:
        return because(row.matches[0].why)
    return say("a guess: {name}", name=row.matches[0].member.name)


def _line_says(row: CallRow) -> SafeText:
    """The name that came with the number, while nobody here knows the number."""
    name = row.call.caller.name
    return say("the line says {name}", name=name) if name and not row.matches and number(row.call) else SafeText()


def _promise(value: Announcement, *, wide: bool) -> SafeText:
    if value.barred:
        return SafeText()
    key = value.key("answer")
    if value.aside and not wide:
        return say("after {key} the card of {name} is kept, the note too", key=key, name=value.aside)
    if value.aside:
        return say("the focus stays; after {key} the card of {name} is kept, the note too", key=key, name=value.aside)
    if not value.holding:
        return SafeText()
    if not wide:
        return say("after {key} on hold: {name}, with the note", key=key, name=value.holding)
    return say("the focus stays; after {key} on hold: {name}, with the note", key=key, name=value.holding)


def _hands(row: CallRow) -> SafeText:
    """Which colleague hands whom to this desk."""
    who = row.call.handed_name or say("a colleague")
    return say("{colleague} hands you {name}", colleague=who, name=called_by(row.call, row.sure))


def _handed(value: Announcement, row: CallRow, cells: int) -> tuple[Row, ...]:
    """A colleague hands a call on: who, which, and the key that turns to it."""
    head = spaced(
        (
            chip(say("Handed on"), Tone.RING_CHIP),
            piece(line_name(row.call), Tone.RING_STRONG),
            piece(_hands(row), Tone.RING_STRONG),
        ),
        2,
    )
    promise = _words(_promise(value, wide=cells >= WIDE))
    time = (piece(length(value.now.at - row.since), Tone.RING_STRONG), gap())
    key = (chip(value.key("answer"), Tone.RING_CHIP), gap(), piece(say("Turn to it"), Tone.RING_STRONG), gap())
    rest = _beside(promise, piece(value.message, Tone.RING_STRONG), cells - width_of(key) - 2, said=value.said)
    return Row((gap(), *head), time, base=Tone.RING), Row((gap(), *rest), key, base=Tone.RING)


def _taken(value: Announcement, row: CallRow) -> tuple[Row, ...]:
    name = called_by(row.call, row.sure)
    who = row.taken_by or SafeText()
    head = spaced(
        (
            chip(say("Picked up"), Tone.CHIP_GOOD),
            piece(line_name(row.call), Tone.STRONG),
            piece(name, Tone.STRONG),
            piece(say("answered by {name}", name=who), Tone.GOOD),
        ),
        2,
    )
    tone = _tone(value)
    return Row((gap(), *head), base=Tone.BAR), Row((gap(), piece(value.message, tone)), base=Tone.BAR)


def _unclaimed(value: Announcement, row: CallRow, cells: int) -> tuple[Row, ...]:
    """Somebody lifted a handset: which call, and the key with which they say that it was them."""
    name, shown = called_by(row.call, row.sure), number(row.call)
    head = spaced(
        (
            chip(say("Picked up"), Tone.CHIP_GOOD),
            piece(line_name(row.call), Tone.STRONG),
            piece(name, Tone.STRONG),
            piece(shown if shown != name else SafeText(), Tone.STRONG),
        ),
        2,
    )
    promise = _words(_promise(value, wide=cells >= WIDE) or say("nobody has it yet"))
    key: tuple[Piece, ...] = (chip(value.key("answer"), Tone.CHIP), gap(), piece(say("I have it"), Tone.TEXT), gap())
    if value.barred:
        key = (piece(value.barred, Tone.STRONG), gap())
    rest = _beside(promise, piece(value.message, _tone(value)), cells - width_of(key) - 2, said=value.said)
    time = (piece(length(value.now.at - row.began), Tone.GOOD), gap())
    return Row((gap(), *head), time, base=Tone.BAR), Row((gap(), *rest), key, base=Tone.BAR)


def _beside(promise: Piece, message: Piece, cells: int, *, said: bool) -> tuple[Piece, ...]:
    """What F2 would do, and the message: both where there is room; an answer alone before it is cut. One that is longer yet
    stands whole in the frame of the note."""
    both = spaced((promise, message), 2)
    if width_of(both) <= cells:
        return both
    return (message,) if said and message.width <= cells else (promise,)


def _tone(value: Announcement) -> Tone:
    return Tone.BAD if value.bad else Tone.STRONG if value.said else Tone.DIM


def _quiet(value: Announcement, cells: int) -> tuple[Row, ...]:
    if value.away and cells < WIDE and not value.said and not value.bad:
        value = value._replace(message=value.away, bad=True)
    tone = _tone(value)
    row = value.serving
    parts = wrapped(value.message, cells - 2)
    if row is None and value.bad and len(parts) > 1:  # what is wrong has both rows before it is cut
        return tuple(Row((gap(), piece(part, tone)), base=Tone.BAR) for part in parts[:2])
    second = Row((gap(), piece(value.message, tone)), base=Tone.BAR) if value.message else BLANK._replace(base=Tone.BAR)
    if row is None:
        return Row((gap(), piece(say("No call is ringing"), Tone.DIM)), base=Tone.BAR), second
    held = row.call.held
    with_you = say("On hold") if held else say("With you")
    state = with_you if row.call.live else say("Ended, wrap up") if row.unfinished else say("Ended")
    waiting = say("{count} on hold", count=len(value.held)) if value.held else SafeText()
    if len(value.held) == 1:
        waiting = say("on hold: {name}", name=value.held[0])
    head = spaced(
        (
            chip(state, Tone.CHIP_WARN if held else Tone.CHIP_GOOD),
            piece(line_name(row.call), Tone.STRONG),
            piece(value.serving_name, Tone.STRONG),
            piece(say("{key} goes on", key=value.key("hold")) if held else SafeText(), Tone.WARN),
            piece(waiting, Tone.WARN),
        ),
        2,
    )
    key = (
        piece(length(value.now.at - row.began), Tone.GOOD),
        gap(2),
        chip(value.key("wrapup"), Tone.CHIP),
        gap(),
        piece(say("Wrap up"), Tone.TEXT),
        gap(),
    )
    return Row((gap(), *head), key, base=Tone.BAR), second
