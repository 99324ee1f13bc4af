"""Menus: a title and a few things to do. Whoever opens one says what each row does; the menu knows nothing of it."""

from collections.abc import Sequence
from typing import NamedTuple

from ringdesk.safetext import SafeText
from terminal.screens.errands import Errand, Errands
from terminal.screens.panes import Panes
from terminal.screens.saying import NOBODYS
from terminal.widgets.chooser import Choice, Choices
from terminal.widgets.row import Tone, piece


class Entry(NamedTuple):
    """One row: what it is called, a word beside it, and what it does (see `Errand`)."""

    label: SafeText
    act: Errand
    hint: SafeText = SafeText()


class Menus:
    """The menu of a screen: one at a time, over the card."""

    def __init__(self, panes: Panes, errands: Errands) -> None:
        self._panes = panes
        self._errands = errands
        self._entries: tuple[Entry, ...] = ()
        self._name = ""
        self._about = NOBODYS

    def open(
        self,
        name: str,
        title: SafeText,
        entries: Sequence[Entry],
        saying: SafeText | None = None,
        over: SafeText | None = None,
    ) -> None:
        """Offer `entries`; `name` is the errand that the taken one runs as, `saying` stands there when there are none, `over`
        is what must be known of them. What an entry does must be bound to whom the title names: another may be on the card
        when it is taken."""
        self._about = self._errands.subject
        self._name, self._entries = name, tuple(entries)
        rows = tuple(Choice((piece(entry.label),), (piece(entry.hint, Tone.DIM),)) for entry in entries)
        self._panes.menu(Choices(title, rows, saying or SafeText(), over=over or SafeText()))

    def taken(self, index: int) -> None:
        """A row was taken: close the menu and do it."""
        entries, self._entries = self._entries, ()
        self._panes.close_over()
        if index < len(entries):
            self._errands.run(self._name, entries[index].act, opened_for=self._about)
