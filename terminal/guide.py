"""The guide of a practice desk: sees in the news what was done, and says in one line what comes next."""

from collections.abc import Callable, Mapping
from typing import Final

from ringdesk.safetext import SafeText
from ringdesk.tour import Deed, Ring, Step, Tour
from terminal.news import CallNews, MemberNews, News, NoteNews, ScreenPop, TaskNews
from terminal.widgets.person import RINGS
from terminal.widgets.speech import mark, say
from terminal.widgets.when import length

SAYS: Final[Mapping[str, str]] = {
    "take": mark("when the telephone rings, {key} takes the call"),
    "type": mark("type a note and go on while another call rings: nothing happens to your note"),
    "save": mark("{key} saves the note"),
    "wrapup": mark("{key}, then a digit: the call is closed"),
    "later": mark("take a call, then {key}: promise to call back"),
    "attach": mark("take the unknown caller, {search} and open a member, then {key}: the number is theirs"),
    "answers": mark("{key} finds answers: look for {word}"),
    "search": mark("{search}, then three digits and a surname, as in: {query}"),
    "hand": mark("take a call, then {key} and a digit: a colleague has it"),
    "missed": mark("somebody gave up: in the list of missed calls, {key} says what it was"),
    "leave": mark("{key} leaves"),
}
"""Step -> what to say."""

ON_SCREEN: Final[Mapping[str, str]] = {
    "attach": mark("take the unknown caller, {back}, {search} and open a member, then {key}: the number is theirs"),
    "search": mark("{search} (in the note first {back}), then three digits and a surname, as in: {query}"),
    "missed": mark("somebody gave up: {pane} to the missed calls, j down to the call, {key} says what it was"),
}
"""The same where there is a note field to leave and a list to reach."""

ON_A_CALL: Final[Mapping[str, str]] = {
    "later": mark("you are on a call: {key}, then a digit: promise to call back"),
    "hand": mark("you are on a call: {key}, then a digit: a colleague has it"),
}
"""The same for somebody who has a call already."""

CLOSE_FIRST: Final = mark("first close this call: {wrapup}, then a digit; then somebody unknown calls")

NAMES: Final[Mapping[str, str]] = {
    "take": mark("take a call"),
    "type": mark("type while another rings"),
    "save": mark("save the note"),
    "wrapup": mark("wrap up"),
    "later": mark("promise to call back"),
    "attach": mark("attach a number"),
    "answers": mark("look up an answer"),
    "search": mark("search"),
    "hand": mark("hand on"),
    "missed": mark("judge a missed call"),
    "leave": mark("leave"),
}
"""Step -> its name in the summary."""

_VERDICTS: Final = frozenset({"missed", "elsewhere", "ignored"})


class Guide:
    """Leads one person. `keys` maps the ids of keys or commands to what is pressed or typed; `now` gives seconds since 1970.

    `stranger` is the number (E.164) of the unknown caller, `digits` and `surname` what the search is for, `word` what
    the answers are asked for.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        now: Callable[[], float],
        *,
        stranger: str,
        digits: str,
        surname: str,
        word: SafeText,
    ) -> None:
        self._keys = keys
        self._now = now
        self._stranger = stranger
        self._digits = digits
        self._surname = surname
        self._word = word
        self._mine: set[str] = set()
        self._ringing: set[str] = set()
        self._strangers: set[str] = set()
        self.me = ""
        self.tour = Tour.begin(frozenset(keys), now())

    @property
    def ring(self) -> Ring:
        """Who is to call now. Who has a call that the step asks for is not called again."""
        step = self.tour.step
        if step is None or (step.ring in (Ring.MEMBER, Ring.STRANGER) and self._mine):
            return Ring.NOBODY
        if step.ring is Ring.SECOND and not self._mine:
            return Ring.MEMBER
        return step.ring

    def hint(self) -> SafeText:
        """The line to show now."""
        step = self.tour.step
        if step is None:
            return say("Practice is over.")
        shown = {key: self._shown(key) for key in ("search", "back", "pane", "wrapup")}
        text = say(
            self._says(step),
            key=self._shown(step.key),
            word=self._word,
            query=SafeText(f"{self._digits} {self._surname}"),
            **shown,
        )
        return say(
            "Practice {number} of {count}: {text}", number=len(self.tour.past) + 1, count=self.tour.count, text=text
        )

    def _says(self, step: Step) -> str:
        """What to say of a step, as things stand."""
        if self._mine and step.id in ON_A_CALL:
            return ON_A_CALL[step.id]
        if step.ring is Ring.STRANGER and self._mine - self._strangers:
            return CLOSE_FIRST
        return (ON_SCREEN if "back" in self._keys else SAYS).get(step.id, SAYS[step.id])

    def summary(self) -> list[SafeText]:
        """What was done, how long each took, with which key."""
        past = self.tour.past
        whole = sum(each.seconds for each in past)
        lines = [
            say(
                "Practice: {done} of {count} steps in {time}.",
                done=len(past),
                count=self.tour.count,
                time=length(whole),
            )
        ]
        for each in past:
            name, key = say(NAMES[each.step.id]), self._shown(each.step.key)
            lines.append(say("{time}  {name}  {key}", time=length(each.seconds), name=name, key=key))
        return lines

    def _shown(self, key: str) -> SafeText:
        return SafeText(self._keys.get(key, ""))

    # what is seen

    def did(self, deed: Deed) -> None:
        """Somebody did what only the desk itself can see."""
        self.tour = self.tour.did(deed, self._now())

    def searched(self, query: str) -> None:
        """The search box was used."""
        if self._digits in query and self._surname in query:
            self.did(Deed.SEARCHED)

    def typed(self) -> None:
        """A draft was kept."""
        if self._mine and self._ringing - self._mine:
            self.did(Deed.TYPED)

    def hear(self, news: News) -> None:
        """The desk told something."""
        match news:
            case ScreenPop():
                self._ringing.add(news.call.id)
                if news.call.caller.e164 == self._stranger:
                    self._strangers.add(news.call.id)
            case CallNews():
                self._call(news)
            case NoteNews() if news.note.author == self.me:
                self.did(Deed.SAVED)
            case TaskNews() if news.task.author == self.me and news.task.call not in self._ringing - self._mine:
                self.did(Deed.PROMISED)
            case MemberNews() if any(number.e164 == self._stranger for number in news.member.numbers):
                self.did(Deed.ATTACHED)

    def _call(self, news: CallNews) -> None:
        call = news.call
        if call.state not in RINGS:
            self._ringing.discard(call.id)
        if call.disposition in _VERDICTS:
            self.did(Deed.JUDGED)
        elif call.disposition is not None and (news.mine or call.id in self._mine):
            self._mine.discard(call.id)
            self.did(Deed.WRAPPED)
        elif call.handed_by == self.me and self.me:
            self._mine.discard(call.id)
            self.did(Deed.HANDED)
        elif news.mine and call.live:
            self._mine.add(call.id)
            self.did(Deed.TOOK)
