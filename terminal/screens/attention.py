"""Attention: a call rings while the terminal is not in front. Said once a call, in the way that the settings allow.

Whoever is looking at the desk needs none of it: the banner is loud. A marked number (junk, a supplier) disturbs nobody.
"""

from collections.abc import Callable
from typing import Final

from ringdesk.calls import WAITING
from ringdesk.safetext import SafeText
from terminal.news import CallNews, News, ScreenPop
from terminal.widgets.caller import called_by, number
from terminal.widgets.outlet import Signal, sequence
from terminal.widgets.speech import line_name, say

OFF: Final = "off"
TITLE: Final = SafeText("Ringdesk")


class Attention:
    """`notify` is off, bell, osc9 or osc777; `write` takes what the terminal is to get, and what was written is not ours any
    more. `secret` says whether names may be told now: on a locked desk they may not."""

    def __init__(self, notify: str, write: Callable[[str], None], secret: Callable[[], bool]) -> None:
        self.away = False
        """Whether the terminal is somewhere behind (Textual: AppBlur, AppFocus)."""
        self._notify = notify
        self._write = write
        self._secret = secret
        self._told: set[str] = set()
        self._ringing: dict[str, SafeText] = {}
        self._titled = False

    def hear(self, news: News) -> None:
        """A call rings, or no longer."""
        if isinstance(news, ScreenPop) and news.mark is None and news.call.state in WAITING:
            self._rings(news)
        elif isinstance(news, CallNews) and (news.call.state not in WAITING or news.claimed_name or news.mine):
            self._ringing.pop(news.call.id, None)
            self._entitle()

    def look(self, *, away: bool) -> None:
        """The terminal went behind, or came in front."""
        self.away = away
        if not away:
            self._ringing.clear()
        self._entitle()

    def _rings(self, pop: ScreenPop) -> None:
        if pop.call.id in self._told or not self.away or self._notify == OFF:
            return
        self._told.add(pop.call.id)
        self._ringing[pop.call.id] = words = self._words(pop)
        if self._notify != Signal.BELL:
            self._write(sequence(Signal(self._notify), words))
        else:
            self._write(sequence(Signal.BELL))
        self._entitle()

    def _words(self, pop: ScreenPop) -> SafeText:
        if self._secret():
            return say("Ringing: {line}", line=line_name(pop.call))
        sure = [match.member for match in pop.matches if not match.guess]
        name = called_by(pop.call, sure[0] if len(sure) == 1 else None)
        shown = number(pop.call)
        caller = name if not shown or shown == name else SafeText(f"{name} {shown}")
        return say("Ringing: {line}, {caller}", line=line_name(pop.call), caller=caller)

    def _entitle(self) -> None:
        """The title of the window names what rings, while somebody looks elsewhere."""
        if self._ringing:
            self._titled = True
            self._write(sequence(Signal.TITLE, next(reversed(self._ringing.values()))))
        elif self._titled:
            self._titled = False
            self._write(sequence(Signal.TITLE, TITLE))
