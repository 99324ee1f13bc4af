"""The terminal without a screen: the call flow and the note flow. Screens and the headless front end both stand on it."""

from terminal.desk.business import Business
from terminal.desk.desk import Desk
from terminal.desk.door import Door
from terminal.desk.ports import Link, Lookup, Source
from terminal.desk.values import Awaited, Card, Draft, Older, Past, SourceState, Standing
from terminal.store.pins import is_pin

__all__ = [
    "Awaited",
    "Business",
    "Card",
    "Desk",
    "Door",
    "Draft",
    "Link",
    "Lookup",
    "Older",
    "Past",
    "Source",
    "SourceState",
    "Standing",
    "is_pin",
]
