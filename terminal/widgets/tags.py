"""The tags of the person, and how often we met in each of the last thirteen weeks."""

from typing import Final

from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.widgets.matches import sharing
from terminal.widgets.panel import Panel, Picture
from terminal.widgets.person import Person, Who
from terminal.widgets.row import Row, Tone, chip, chips, gap, piece, spaced
from terminal.widgets.speech import counted, say
from terminal.widgets.timeline import LENSES, Past, may_have_more

WEEKS: Final = 13


class Tags(Panel[Past]):
    """One row of chips."""

    def picture(self, value: Past, inside: Size) -> Picture:
        """Chips from the left, contacts on the right."""
        person = value.person
        title = spaced((piece(say("Tags"), Tone.LINK), piece(person.name, Tone.LINK)), 2)
        if person.member is None:
            return Picture((Row((piece(_nobody(person), Tone.DIM),)),), title)
        weeks = _by_week(value)
        count = sum(weeks)
        more = "+" if may_have_more(person, LENSES[0]) and count == len(person.timeline) else ""
        text = say("{count} in 90 days", count=SafeText(f"{count}{more}"))
        right = (piece(text, Tone.DIM), gap(2), piece(pulse(weeks), Tone.LINK))
        room = inside.width - sum(each.width for each in right) - 1
        tags = chips((chip(tag) for tag in person.member.tags), room, Tone.CHIP)
        return Picture((Row(tags or (piece(say("No tag"), Tone.DIM),), right),), title)


def _nobody(person: Person) -> SafeText:
    """What to say where nobody's tags can stand: how many have the number, until somebody chooses."""
    if person.who is Who.SEVERAL:
        count = sharing(person.matches)
        if all(match.guess for match in person.matches):
            return counted("perhaps {count} member", "perhaps {count} members", count)
        return counted("{count} member", "{count} members", count)
    return say("Not a member") if person.name else say("Nobody is on the desk.")


def _by_week(value: Past) -> list[int]:
    counts = [0] * WEEKS
    for contact in value.person.timeline:
        week = int((value.now.at - contact.at) // (7 * 86400))
        if 0 <= week < WEEKS:
            counts[WEEKS - 1 - week] += 1
    return counts


def pulse(counts: list[int]) -> SafeText:
    """One character a week, the last week last: a digit, a dot for none, `+` above nine. Digits are the same width everywhere."""
    return SafeText("".join("." if count == 0 else str(count) if count < 10 else "+" for count in counts))
