"""The guide of a practice desk: sees in the news what was done, and says in one line what comes next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.tour import Deed, Ring, Step, Tour
from terminal.news import CallNews, Match, MemberNews, News, NoteNews, ScreenPop, TaskNews
from terminal.widgets.person import RINGS
from terminal.widgets.speech import mark, say
from terminal.widgets.when import length

SAYS: Final[Mapping[str, str]] = {
    "take": mark("when the telephone rings, {key} takes the call"),
    "type": mark("type a note, and go on while another call rings: it stays"),
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
    "attach": mark("take the unknown call; {back}, {search} opens a member, {key} adds it"),
    "search": mark("{back}, {search}, then three digits and a surname, as in {query}"),
    "missed": mark("a missed call: {pane} to the missed calls, j to it, {key} decides"),
}
"""The same where there is a note field to leave and a list to reach; in no language longer than the banner of 80 columns."""

ON_A_CALL: Final[Mapping[str, str]] = {
    "later": mark("you are on a call: {key}, then a digit: promise to call back"),
    "hand": mark("you are on a call: {key}, then a digit: a colleague has it"),
}
"""The same for somebody who has a call already."""

CLOSE_FIRST: Final = mark("first close this call: {wrapup}, a digit; then a stranger calls")

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

DIGITS: Final = 3
"""Of a number, those at its end that a search is tried with."""

_VERDICTS: Final = frozenset({"missed", "elsewhere", "ignored"})


class Guide:
    """Leads one person. `keys` maps the ids of keys or commands to what is pressed or typed; `now` gives seconds since 1970.

    `stranger` is the number (E.164) of the unknown caller, `word` what the answers are asked for. `digits` and `surname` are
    what the search is tried with while nobody has been served: after that it is whom the person served last, for that can be
    read on the screen.
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
        self._callers: dict[str, tuple[str, str]] = {}
        """The calls of whom is known who calls: the last digits and the surname."""
        self.me = ""
        self.tour = Tour.begin(frozenset(keys), now())

    def began(self) -> None:
        """The desk is open: the first step begins."""
        self.tour = msgspec.structs.replace(self.tour, since=self._now())

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
        hint = say("Practice {number} of {count}: {text}", number=self.tour.place, count=self.tour.count, text=text)
        early = [say(NAMES[each.id]) for each in self.tour.early]
        if not early or "back" in self._keys:
            return hint
        return say("{hint} (done already: {steps})", hint=hint, steps=SafeText(say(", ").join(early)))

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
        whole = sum(int(each.seconds) for each in past)  # of what is printed, so that it can be added up
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

    def searched(self, query: str, found: Sequence[Match]) -> None:
        """The search box was used: digits and a name that found somebody, whoever it is."""
        digits = sum(char.isdecimal() for char in query)
        if found and digits >= DIGITS and any(char.isalpha() for char in query):
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
                if len(news.matches) == 1 and not news.matches[0].guess:
                    self._calls(news.call.id, news.call.caller.e164, news.matches[0].member)
            case CallNews():
                self._call(news)
            case NoteNews() if news.note.author == self.me:
                self.did(Deed.SAVED)
            case TaskNews() if news.task.author == self.me and news.task.call not in self._ringing - self._mine:
                self.did(Deed.PROMISED)
            case MemberNews() if any(number.e164 == self._stranger for number in news.member.numbers):
                self.did(Deed.ATTACHED)
                self._calls("", self._stranger, news.member)
                self._serves("")

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
            self._serves(call.id)
            self.did(Deed.TOOK)

    def _calls(self, call: str, e164: str | None, member: Member) -> None:
        """Who is on a call, as a search would find them; a name in Latin letters has no surname of one character."""
        if e164 is not None and member.name and not member.name.isascii():
            self._callers[call] = e164[-DIGITS:], member.name[0]

    def _serves(self, call: str) -> None:
        self._digits, self._surname = self._callers.get(call, (self._digits, self._surname))
