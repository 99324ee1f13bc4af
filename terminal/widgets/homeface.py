"""Home, drawn in the places of card and timeline."""

from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len

from ringdesk.reached import digits_of
from ringdesk.safetext import SafeText
from terminal.widgets.callbacks import tallied
from terminal.widgets.morning import Item, Kind, Morning, when
from terminal.widgets.row import Piece, Row, Tone, column, gap, piece, spaced, wrapped
from terminal.widgets.speech import mark, say
from terminal.widgets.telephone import dialled
from terminal.widgets.when import Now

NAMES: Final[Mapping[Kind, str]] = {
    Kind.CALLBACK: mark("To call"),
    Kind.TASK: mark("Task"),
    Kind.LOST: mark("Missed"),
    Kind.MAYBE_LOST: mark("Missed?"),
    Kind.BIRTHDAY: mark("Birthday"),
    Kind.NOTICE: mark("Notice"),
    Kind.DRAFT: mark("Draft"),
    Kind.MORE: mark("Task"),
    Kind.MORE_LOST: mark("Missed"),
}
COUNTS: Final[Mapping[Kind, str]] = {
    Kind.CALLBACK: mark("To call {count}"),
    Kind.TASK: mark("Tasks {count}"),
    Kind.LOST: mark("Missed {count}"),
    Kind.BIRTHDAY: mark("Birthdays {count}"),
    Kind.NOTICE: mark("Notices {count}"),
    Kind.DRAFT: mark("Drafts {count}"),
}
TONES: Final[Mapping[Kind, Tone]] = {
    Kind.CALLBACK: Tone.WARN,
    Kind.TASK: Tone.LINK,
    Kind.LOST: Tone.BAD,
    Kind.MAYBE_LOST: Tone.WARN,
    Kind.BIRTHDAY: Tone.MAIL,
    Kind.NOTICE: Tone.STRONG,
    Kind.DRAFT: Tone.TRADE,
    Kind.MORE: Tone.LINK,
    Kind.MORE_LOST: Tone.BAD,
}


def summary(morning: Morning, now: Now, cells: int) -> tuple[Row, ...]:
    """The card's place, so many cells wide: how much of what, or that all is clear; the first notice."""
    if not morning.known:
        return (Row((piece(say("Looking what is there"), Tone.DIM),)),)
    if not morning.items:
        return (Row((piece(say("All is clear: nothing waits for you."), Tone.GOOD),)),)
    counts: list[Piece] = []
    for kind in COUNTS:
        items = [item for item in morning.items if item.kind is kind]
        perhaps = sum(item.kind is Kind.MAYBE_LOST for item in morning.items) if kind is Kind.LOST else 0
        if items or perhaps:
            tone = TONES[kind if items else Kind.MAYBE_LOST]
            counts.append(piece(say(COUNTS[kind], count=tallied(len(items), perhaps)), tone))
        late = sum(when(item, now).late for item in items)
        if late:
            counts.append(piece(say("! {count} late", count=late), Tone.BAD))
    notice = next((item.text for item in morning.items if item.kind is Kind.NOTICE), SafeText())
    roomy = sum(each.width + 2 for each in counts) <= cells + 2
    return (
        Row(spaced(counts, 2 if roomy else 1)),
        Row(spaced((piece(say("Notice") if notice else SafeText(), Tone.DIM), piece(notice, Tone.STRONG)))),
    )


def entry(item: Item, now: Now, *, chosen: bool) -> Row:
    """One row in the timeline's place: when, what, the words, whom it is about."""
    moment = when(item, now)
    tone = Tone.BAD if moment.late else Tone.WARN if moment.today else Tone.DIM
    shown = _who(item)
    left = (
        piece(SafeText(">" if chosen else " "), Tone.LINK),
        piece(SafeText("! " if moment.late else "  "), Tone.BAD),
        column(moment.words, _WHEN, tone),
        gap(2),
        column(say(NAMES[item.kind]), _kind_cells(), TONES[item.kind]),
        gap(2),
        piece(item.text, Tone.STRONG),
    )
    return Row(left, (piece(shown),), base=Tone.SELECTED if chosen else Tone.TEXT)


_WHEN: Final = 17
"""Cells for `late since 09:30`."""


def _kind_cells() -> int:
    return max(cell_len(say(word)) for word in NAMES.values())


def _who(item: Item) -> SafeText:
    """Whom it is about, as far as its words do not say so, in whatever form they have the number."""
    if item.member is not None:
        name = item.member.name or item.member.code
        return SafeText() if name in item.text else name
    shown = dialled(item.number)
    if not shown:
        return item.who
    said = "".join(char for char in item.text if char.isdecimal())
    known = shown in item.text or any(form in said for form in digits_of(item.number))
    return SafeText() if known else shown


def detail(item: Item, now: Now, cells: int) -> tuple[Row, ...]:
    """The whole of a row."""
    head = spaced(
        (piece(when(item, now).words, Tone.STRONG), piece(say(NAMES[item.kind]), TONES[item.kind]), piece(_who(item))),
        2,
    )
    said = [item.text, *(line for line in item.body.each() if line != item.text)]
    rows = [Row((piece(part),)) for line in said for part in wrapped(line, cells)]
    if item.kind in (Kind.MORE, Kind.MORE_LOST):
        return (Row((piece(item.text),)), Row((piece(say("Enter lists them"), Tone.DIM),)))
    keys = say("Enter shows it again in the banner") if item.kind is Kind.NOTICE else say("Enter opens it")
    return Row(head, (piece(item.who, Tone.DIM),)), *rows, Row((piece(keys, Tone.DIM),))
