"""Whom something that is said is about."""

from rich.cells import cell_len

from ringdesk.safetext import SafeText
from terminal.screens.saying import LONGEST_NAME, NOBODYS, Subject
from terminal.widgets.row import CUT

LONG = Subject(("m1", "c1"), SafeText("Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine"))
SAVED = SafeText("saved 10:42:07")


def test_a_long_name_leaves_room_for_what_is_said() -> None:
    said = LONG.named(SAVED, NOBODYS)
    assert said.startswith("Wolfeschlegel")
    assert said.endswith(f"{CUT}: {SAVED}")
    assert cell_len(said) <= LONGEST_NAME + len(": ") + len(SAVED)


def test_whoever_is_on_the_card_is_not_named_again() -> None:
    assert LONG.named(SAVED, Subject(("m1", "c2"), LONG.name)) == SAVED
