"""What the card shows, whoever is on it."""

from collections.abc import Mapping
from typing import NamedTuple

from ringdesk.calls import Call
from ringdesk.safetext import SafeText
from terminal.widgets.keynames import Changed, key_named
from terminal.widgets.morning import Morning
from terminal.widgets.person import Person
from terminal.widgets.when import Now


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
