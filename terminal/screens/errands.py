"""What takes a moment: done beside the drawing, one of each at a time, and what came of it said in words."""

from collections.abc import Awaitable, Callable

from textual.screen import Screen

from ringdesk.errors import Refused, RingdeskError
from ringdesk.safetext import SafeText
from terminal.messages import Trouble
from terminal.screens.painter import Painter
from terminal.screens.writing import Writing
from terminal.widgets.speech import REFUSALS, say

Errand = Callable[[], Awaitable[SafeText | None]]
"""Returns what to say, or nothing. A refusal that it raises is said too."""

DRAFT = "draft"
SAVES = ("save", "wrapup")
"""Errands that save the note: when one fails, the frame of the note says so."""


class Errands:
    """The errands of `screen`."""

    def __init__(self, screen: Screen[None], writing: Writing, painter: Painter) -> None:
        self._screen = screen
        self._writing = writing
        self._painter = painter
        self._running: set[str] = set()

    def run(self, name: str, errand: Errand) -> bool:
        """Do it; the same again while it runs is one press too many. Whether it was begun."""
        if name in self._running:
            return False
        self._running.add(name)
        self._screen.run_worker(self._run(name, errand), name=name, exit_on_error=False)
        return True

    async def _run(self, name: str, errand: Errand) -> None:
        try:
            text, bad = await errand() or SafeText(), False
        except Refused as error:
            text, bad = SafeText(say(REFUSALS[error.code]) if error.code in REFUSALS else say(str(error))), True
        except RingdeskError as error:
            text, bad = SafeText(str(error)), True
        except Exception as error:  # noqa: BLE001  shown and logged; the note must survive it
            self._screen.post_message(Trouble(error))
            text, bad = SafeText(), True
        finally:
            self._running.discard(name)
        if name != DRAFT:
            self._say(name, text, bad=bad)

    def _say(self, name: str, text: SafeText, *, bad: bool) -> None:
        if name in SAVES and bad:
            self._writing.say(say("NOT SAVED: {reason}", reason=text or say("an error")), bad=True)
        elif name == "save":
            self._writing.say(text)
        self._writing.settle()
        if text:
            self._painter.tell(text, bad=bad)
        self._painter.paint()
