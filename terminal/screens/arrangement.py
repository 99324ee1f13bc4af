"""Where every panel stands, for every size of the terminal: pure arithmetic, so a resize loses nothing.

Three shapes: three columns from 140x38 on (what is wider than the outer two need goes to the timeline and its detail),
two from 110x30 on, one with tabs down to 80x24. Below that only a line that says so; everything behind it goes on.
"""

from typing import Final

from textual.geometry import Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from terminal.widgets.note import PROMISE_FROM

LEAST: Final = Size(80, 24)
TABBED: Final = ("timeline", "tasks", "lines", "missed", "earlier", "team")
"""The panes that share one place on a small screen, in the order of their tabs."""

SHARED: Final = ("missed", "team")
"""The panes that share one place on a screen of two columns."""

OVER: Final = ("chooser", "menu", "page", "help")
"""What lies over the panels."""

Plan = dict[str, Region]
"""Id of a panel -> where it stands. What is not in it is not shown."""


def plan(size: Size, tab: str = TABBED[0], people: int = 0) -> Plan:
    """Where everything stands on a terminal of this size; `tab` is the pane in sight on a small one, `people` how many are on the
    card to choose from."""
    width, height = size
    if width < LEAST.width or height < LEAST.height:
        return {"toosmall": Region(0, 0, width, min(2, height)), "note": Region(0, 2, width, max(0, height - 2))}
    if width >= 140 and height >= 38:
        places = _three(width, height)
    elif width >= 110 and height >= 30:
        places = _two(width, height, tab)
    else:
        places = _one(width, height, tab)
    _widened(places, tab if "tabs" in places else TABBED[0], people)
    note = places["noteframe"]
    promise = 1 if note.height - 2 >= PROMISE_FROM else 0
    places["note"] = Region(note.x + 2, note.y + 1, note.width - 4, note.height - 2 - promise)
    places["topbar"] = Region(0, 0, width, 1)
    places["banner"] = Region(0, 1, width, 2)
    places["keybar"] = Region(0, height - 1, width, 1)
    return places


def _widened(places: Plan, below: str, people: int) -> None:
    """Room on the card for all who may be meant, a row each under the question: from the pane below, which keeps one row. As
    long as nobody is chosen there is nothing of theirs to show in it."""
    card, pane = places["card"], places[below]
    more = max(0, min(people + 3 - card.height, pane.height - 3))
    places["card"] = card._replace(height=card.height + more)
    places[below] = pane._replace(y=pane.y + more, height=pane.height - more)
    if "tags" in places:
        places["tags"] = places["tags"].translate((0, more))


def overlay(size: Size) -> Region:
    """Where the chooser, the menu and the help stand: over the column of the card, never over the banner or the note.

    Over one column exactly: an edge of a panel below would cut wide characters of a box that crosses it.
    """
    places = plan(size)
    card, note = places.get("card", Region(0, 2, *size)), places.get("noteframe")
    end = note.y if note is not None and note.x == card.x else size.height - 1
    return Region(card.x, card.y, card.width, max(3, min(22, end - card.y)))


def _three(width: int, height: int) -> Plan:
    top, body = 3, height - 5
    left = 38 + min(8, max(0, width - 160) // 8)
    right = min(66, max(44, (width - left) * 46 // 122))
    middle = width - left - right
    lines = body * 12 // 40
    team = body * 10 // 40
    detail = max(6, body // 5)
    tasks = max(10, body // 4)
    timeline = body - 10 - detail
    return {
        "lines": Region(0, top, left, lines),
        "missed": Region(0, top + lines, left, body - lines - team),
        "team": Region(0, top + body - team, left, team),
        "card": Region(left, top, middle, 7),
        "tags": Region(left, top + 7, middle, 3),
        "timeline": Region(left, top + 10, middle, timeline),
        "detail": Region(left, top + 10 + timeline, middle, detail),
        "tasks": Region(left + middle, top, right, tasks),
        "noteframe": Region(left + middle, top + tasks, right, tasks),
        "earlier": Region(left + middle, top + 2 * tasks, right, body - 2 * tasks),
        "status": Region(0, height - 2, width, 1),
    }


def _two(width: int, height: int, tab: str) -> Plan:
    top, body = 3, height - 5
    left = width * 60 // 100
    right = width - left
    note = max(8, body // 3)
    lines = (body - 8) // 3
    return {
        "card": Region(0, top, left, 7),
        "timeline": Region(0, top + 7, left, body - 7 - note),
        "noteframe": Region(0, top + body - note, left, note),
        "tasks": Region(left, top, right, 8),
        "lines": Region(left, top + 8, right, lines),
        tab if tab in SHARED else SHARED[0]: Region(left, top + 8 + lines, right, lines),
        "earlier": Region(left, top + 8 + 2 * lines, right, body - 8 - 2 * lines),
        "status": Region(0, height - 2, width, 1),
    }


def _one(width: int, height: int, tab: str) -> Plan:
    top = 3
    note = 6 + max(0, (height - 24) // 3)
    slot = height - top - 6 - note - 2
    return {
        "card": Region(0, top, width, 6),
        tab: Region(0, top + 6, width, slot),
        "noteframe": Region(0, top + 6 + slot, width, note),
        "tabs": Region(0, height - 2, width, 1),
    }


class DeskLayout(Layout):
    """Puts every child where the plan says, by its id."""

    name = "desk"

    def __init__(self) -> None:
        self.tab = TABBED[0]
        self.people = 0
        """How many are on the card to choose from."""

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:  # noqa: FBT001, FBT002  Textual's signature
        """Placements for the children that the plan knows."""
        places = plan(size, self.tab, self.people)
        over = overlay(size)
        result: ArrangeResult = []
        for order, child in enumerate(children):
            region = over if child.id in OVER else places.get(child.id or "")
            if region is not None and region.width > 0 and region.height > 0:
                result.append(
                    WidgetPlacement(region, child.styles.offset.resolve(size, size), child.styles.margin, child, order)
                )
        return result
