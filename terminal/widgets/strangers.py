"""The card of whoever is no member, or not one yet: several who may be meant, a number that nobody has, none at all."""

from typing import Final

from textual.geometry import Size

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from terminal.widgets.caller import no_number, number, to_come
from terminal.widgets.face import Face
from terminal.widgets.row import Row, Tone, chip, gap, piece, spaced, wrapped
from terminal.widgets.speech import address, because, say

DIGITS: Final = tuple("123456789")
MOST: Final = len(DIGITS)
"""Of those who may be meant so many are in sight at most: each has a digit."""


def extent(seen: range, count: int, search: SafeText) -> SafeText:
    """Which of them are in sight, and how to see the others."""
    return say(
        "{first} to {last} of {count}: Up, Down; {key} searches",
        first=seen.start + 1,
        last=seen.stop,
        count=count,
        key=search,
    )


def several(value: Face, seen: range) -> tuple[Row, ...]:
    """Who may be meant, those of `seen`, each with their digit and the reason."""
    person = value.person
    assert person.call is not None
    matches = person.matches
    only_guess = all(match.guess for match in matches)
    lead = say("Perhaps one of these; a digit chooses") if only_guess else say("Who is it? A digit chooses")
    head = Row((piece(lead, Tone.WARN),), (piece(number(person.call), Tone.STRONG),))
    rows = [head]
    for index, match in enumerate(matches[seen.start : seen.stop], 1):
        member = match.member
        why = because(match.why)
        left = spaced(
            (
                chip(SafeText(f"{value.key('back')} {index}" if value.typed else str(index)), Tone.CHIP_LINK),
                piece(member.name or member.code, Tone.STRONG),
                piece(address(member)),
                chip(member.tier, Tone.CHIP_PALE) if member.tier else gap(0),
                piece(say("guess") if match.guess else SafeText(), Tone.WARN),
                piece(_habit(member, person.call.caller.e164), Tone.GOOD),
            )
        )
        rows.append(Row(left, (piece(why, Tone.DIM),)))
    return tuple(rows)


def _habit(member: Member, e164: str | None) -> SafeText:
    """Why this one comes first: usually the caller, or chosen before."""
    known = [number for number in member.numbers if e164 is not None and number.e164 == e164]
    if any(number.usual for number in known):
        return say("usually")
    return say("chosen before") if any(number.chosen_at for number in known) else SafeText()


def unknown(value: Face, inside: Size) -> tuple[Row, ...]:
    """A caller whom nobody knows: the number, and what can be made of it."""
    call = value.person.call
    assert call is not None
    shown = number(call)
    name = call.caller.name
    missing = say("It comes after the first ring.") if to_come(call) else say("The line gave no number.")
    reason = say("Nobody has this number.") if shown else missing
    return (
        Row(
            spaced((piece(shown or no_number(call), Tone.STRONG), chip(say("Not a member"), Tone.CHIP)), 2),
            (piece(say("the line says {name}", name=name), Tone.DIM),) if name else (),
        ),
        Row((piece(reason),)),
        Row(
            spaced(
                (
                    chip(value.key("register"), Tone.CHIP_LINK),
                    piece(say("a new member with this number")),
                    chip(value.outside_text("junk"), Tone.CHIP),
                    piece(say("junk")),
                    chip(value.outside_text("wrong"), Tone.CHIP),
                    piece(say("wrong number")),
                )
            )
        )
        if shown
        else Row(),
        *(_adding(value, inside.width) if shown else (_staying(value),)),
    )


def _staying(value: Face) -> Row:
    words = say("A note stays with this call; {key} finds the member if there is one.", key=value.key("search"))
    return Row((piece(words, Tone.DIM),))


def _adding(value: Face, cells: int) -> tuple[Row, ...]:
    """The key that adds the number to a member, with its words in as many rows as they need."""
    key = chip(value.key("attach"), Tone.CHIP_LINK)
    words = say("adds it to the member that {key} finds; the note stays with this call.", key=value.key("search"))
    first, *rest = wrapped(words, cells - key.width - 1)
    return Row((key, gap(), piece(first))), *(Row((gap(key.width + 1), piece(each))) for each in rest)


def withheld(value: Face, _inside: Size) -> tuple[Row, ...]:
    """A caller who hides the number."""
    search = value.key("search")
    asking = say("Ask for the name; {key} finds the member. A note stays with this call.", key=search)
    return (
        Row((chip(say("Withheld number"), Tone.CHIP_WARN),)),
        Row((piece(say("The caller withheld the number: no match, no way to call back.")),)),
        Row((piece(asking, Tone.DIM),)),
    )
