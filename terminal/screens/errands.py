"""What takes a moment: done beside the drawing, one of each at a time, and what came of it said in words."""

from collections.abc import Awaitable, Callable

from textual.screen import Screen

from ringdesk.errors import Refused, RingdeskError
from ringdesk.safetext import SafeText
from terminal.messages import Trouble
from terminal.screens.painter import Painter
from terminal.screens.saying import NOBODYS, Subject
from terminal.screens.writing import Writing
from terminal.widgets.speech import REFUSALS, because, say

Errand = Callable[[], Awaitable[SafeText | None]]
"""Returns what to say, or nothing. A refusal that it raises is said too."""

DRAFT = "draft"
SAVES = ("save", "wrapup")
"""Errands that save the note: when one fails, the frame of the note says so."""
OF_THE_CARD = frozenset({*SAVES, "promise", "later", "task", "reason", "pin"})
"""Errands about the person on the card: what comes of one belongs to whoever was there when it was begun."""
TURNS = frozenset(
    {"answer", "hold", "wrapup", "open", "hand", "choose", "number", "number again", "name", "undo", "verdict", "lock"}
)
"""Errands after which another person may be on the card, or the lock over it: a key pressed behind one is meant for that."""


class Errands:
    """The errands of `screen`."""

    def __init__(self, screen: Screen[None], writing: Writing, painter: Painter) -> None:
        self._screen = screen
        self._writing = writing
        self._painter = painter
        self._running: set[str] = set()
        self.turned: Callable[[], object] = lambda: None
        """Called when the last of `TURNS` that ran is done."""

    @property
    def turning(self) -> bool:
        """Whether one of `TURNS` runs."""
        return not TURNS.isdisjoint(self._running)

    @property
    def subject(self) -> Subject:
        """Whoever is on the card."""
        return self._painter.subject

    def run(self, name: str, errand: Errand, refused: Subject = NOBODYS, opened_for: Subject | None = None) -> bool:
        """Do it; the same again while it runs is one press too many. Whether it was begun. `refused` is whom a refusal is about,
        where they need not be on the card; `opened_for` who was on it when the menu was opened that it comes from."""
        if name in self._running:
            return False
        self._running.add(name)
        about = (opened_for or self.subject) if name in OF_THE_CARD else NOBODYS
        self._screen.run_worker(self._run(name, errand, about, refused), name=name, exit_on_error=False)
        return True

    async def _run(self, name: str, errand: Errand, about: Subject, refused: Subject) -> None:
        try:
            text, bad = await errand() or SafeText(), False
        except Refused as error:
            text, bad = SafeText(say(REFUSALS[error.code]) if error.code in REFUSALS else say(str(error))), True
        except RingdeskError as error:
            text, bad = because(error.why) if error.why is not None else SafeText(str(error)), True
        except Exception as error:  # noqa: BLE001  shown and logged; the note must survive it
            self._screen.post_message(Trouble(error))
            text, bad = SafeText(), True
        finally:
            self._running.discard(name)
        if name != DRAFT:
            self._say(name, text, refused if bad and refused.name else about, bad=bad)
        if name in TURNS and not self.turning:
            self.turned()

    def _say(self, name: str, text: SafeText, about: Subject, *, bad: bool) -> None:
        if name in SAVES and bad:
            said = say("NOT SAVED: {reason}", reason=text or say("an error"))
            if about.same(self._painter.subject):
                self._writing.say(said, bad=True)
            else:
                text = said
        elif name == "save" and about.same(self._painter.subject):
            self._writing.say(text)
        self._writing.settle()
        if text:
            self._painter.tell(text, bad=bad, about=about)
        self._painter.paint()
