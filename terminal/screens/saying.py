"""What is said to the person for a moment, and of whom: a confirmation must not be taken for the next caller's."""

from typing import Final, NamedTuple

from ringdesk.safetext import SafeText
from terminal.screens.keeper import NOBODY, Owner
from terminal.widgets.caller import called_by
from terminal.widgets.callrow import CallRow
from terminal.widgets.person import Person
from terminal.widgets.row import clipped
from terminal.widgets.speech import say

LONGEST_NAME: Final = 24
"""Cells of a name before what is said of somebody: on a narrow screen that must still be seen."""


class Subject(NamedTuple):
    """Whom something is about: whose note (`owner`), and what they are called. Without an owner it is about nobody."""

    owner: Owner = NOBODY
    name: SafeText = SafeText()

    def same(self, other: "Subject") -> bool:
        """Whether both are one person: the member, or the call, is the same. A caller becomes a member meanwhile."""
        return self.owner == other.owner or any(
            one is not None and one == two for one, two in zip(self.owner, other.owner, strict=True)
        )

    def named(self, text: SafeText, shown: "Subject") -> SafeText:
        """The text, with the name before it where somebody else is `shown` by now and it names nobody itself."""
        if not text or not self.name or self.same(shown) or self.name in text:
            return text
        return say("{name}: {text}", name=clipped(self.name, LONGEST_NAME), text=text)


NOBODYS: Final = Subject()


def subject(person: Person) -> Subject:
    """Whoever is on the card."""
    return Subject(person.key, person.name)


def caller(row: CallRow) -> Subject:
    """Whoever calls."""
    return Subject((row.sure.id if row.sure else None, row.call.id), called_by(row.call, row.sure))


class Message(NamedTuple):
    """What was said: until when it stands (seconds since 1970), and about whom."""

    text: SafeText = SafeText()
    bad: bool = False
    until: float = 0.0
    about: Subject = NOBODYS
