"""The guide of a practice desk: sees in the news what was done, and says in one line what comes next."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from ringdesk.calls import WAITING
from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.tasks import TaskKind
from ringdesk.tour import Deed, Ring, Step, Tour
from terminal.news import CallNews, Match, MemberNews, News, NoteNews, ScreenPop, TaskNews
from terminal.widgets.speech import ONE_ONLY, mark, say
from terminal.widgets.when import length

SAYS: Final[Mapping[str, str]] = {
    "take": mark("when the telephone rings, {key} takes the call"),
    "type": mark("type a note, and go on while another call rings: it stays"),
    "save": mark("{key} saves the note"),
    "wrapup": mark("{key}, then a digit: the call is closed"),
    "later": mark("take a call, then {key} and a digit: a callback"),
    "attach": mark("take the unknown caller, {search} and open {who}, then {key}: the number is theirs"),
    "answers": mark("{key} finds answers: type {word}, and Enter reads one"),
    "search": mark("{search}, then three digits and a surname, as in: {query}"),
    "hand": mark("take a call, then {key} and a digit: a colleague has it"),
    "missed": mark("somebody gave up: in the list of missed calls, {key} says what it was"),
    "leave": mark("{key} leaves"),
}
"""Step -> what to say."""

ON_SCREEN: Final[Mapping[str, str]] = {
    "attach": mark("take the stranger; {back}, {search} opens {who}, {key} adds it"),
    "search": mark("{back} out of the note, {search}, 3 digits and a surname, as in {query}"),
    "missed": mark("a missed call: {pane} to the missed calls, j to it, {key} decides"),
}
"""The same where there is a note field to leave and a list to reach; in no language longer than the banner of 80 columns."""

ON_A_CALL: Final[Mapping[str, str]] = {
    "later": mark("you are on a call: {key}, then a digit: a callback"),
    "hand": mark("you are on a call: {key}, then a digit: a colleague has it"),
}
"""The same for somebody who has a call already."""

CLOSE_FIRST: Final = mark("first close this call: {wrapup}, a digit; then a stranger calls")

IN_LINES: Final[Mapping[str, str]] = {
    "take": mark("when the telephone rings, type {key}: you have the call"),
    "type": mark("type {note}, then the lines of a note; write on while another call rings: it stays"),
    "save": mark("an empty line saves the note"),
    "wrapup": mark("type {key}, then a number of the list: the call is closed"),
    "later": mark("take a call, then type {key} and a number: a callback"),
    "attach": mark(
        "take the unknown caller, find {who} with {search} and open the card, then type {key}: the number is theirs"
    ),
    "answers": mark("type {key} and what is asked, as in: {key} {word}; then the number of an answer"),
    "search": mark("type {search}, three digits and a surname, as in: {search} {query}"),
    "hand": mark("take a call, then type {key} and a number: a colleague has it"),
    "missed": mark("somebody gave up: {key} reads the missed calls, a number chooses one, another says what it was"),
    "leave": mark("type {key} to leave"),
}
"""The same for a desk line by line, where whatever is typed ends with Enter."""

IN_LINES_ON_A_CALL: Final[Mapping[str, str]] = {
    "later": mark("you are on a call: type {key}, then a number: a callback"),
    "hand": mark("you are on a call: type {key}, then a number: a colleague has it"),
}

IN_LINES_CLOSE_FIRST: Final = mark("first close this call: type {wrapup}, then a number; then a stranger calls")

STRAYED: Final = mark("wrong member: {back}, {search} opens {who}, then {key}")
"""The number of the stranger went to another member."""

IN_LINES_STRAYED: Final = mark("wrong member: find {who} with {search}, open the card and type {key}")

NAMES: Final[Mapping[str, str]] = {
    "take": mark("take a call"),
    "type": mark("type while another rings"),
    "save": mark("save the note"),
    "wrapup": mark("wrap up"),
    "later": mark("callback"),
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

    `stranger` is the number (E.164) of the unknown caller, `owner` the member whose it is, `word` what the answers are asked
    for. `digits` (the last of the owner's own number, so that nobody needs a Chinese keyboard to find them) and `surname` are
    what the search is tried with while nobody has been served: after that it is whom the person served last, for that can be
    read on the screen.
    """

    def __init__(
        self,
        keys: Mapping[str, str],
        now: Callable[[], float],
        *,
        stranger: str,
        owner: Member,
        digits: str,
        surname: str,
        word: SafeText,
    ) -> None:
        self._keys = keys
        self._now = now
        self._stranger = stranger
        self._owner = owner
        self._who = SafeText(f"{owner.name} {digits}")
        self._strayed = False
        self._callback = ""
        self._noted: frozenset[str] = frozenset()
        self._digits = digits
        self._surname = surname
        self._word = word
        self._mine: set[str] = set()
        self._ringing: set[str] = set()
        self._strangers: set[str] = set()
        self._callers: dict[str, tuple[str, str]] = {}
        """The calls of whom is known who calls: the last digits and the surname."""
        self.me = ""
        self._began = now()
        self._left: float | None = None
        self.tour = Tour.begin(frozenset(keys), self._began)

    def began(self) -> None:
        """The desk is open: the first step begins."""
        self._began = self._now()
        self.tour = msgspec.structs.replace(self.tour, since=self._began)

    def left(self) -> None:
        """The person leaves the desk: the practice ends now, however long the desk takes to close."""
        if self._left is None:
            self._left = self._now()
            self.tour = self.tour.did(Deed.LEFT, self._left)

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
        shown = {key: self._shown(key) for key in ("search", "back", "pane", "wrapup", "note")}
        text = say(
            self._says(step),
            key=self._shown(step.key),
            word=self._word,
            who=self._who,
            query=SafeText(f"{self._digits} {self._surname}"),
            **shown,
        )
        hint = say("Practice {number} of {count}: {text}", number=self.tour.place, count=self.tour.count, text=text)
        early = [say(NAMES[each.id]) for each in self.tour.early]
        if not early or self._on_screen:
            return hint
        return say("{hint} (done already: {steps})", hint=hint, steps=SafeText(say(", ").join(early)))

    def _says(self, step: Step) -> str:
        """What to say of a step, as things stand."""
        if self._mine and step.id in ON_A_CALL:
            return (ON_A_CALL if self._on_screen else IN_LINES_ON_A_CALL)[step.id]
        if step.deed is Deed.ATTACHED and self._strayed:
            return STRAYED if self._on_screen else IN_LINES_STRAYED
        if step.ring is Ring.STRANGER and self._mine - self._strangers:
            return CLOSE_FIRST if self._on_screen else IN_LINES_CLOSE_FIRST
        return (ON_SCREEN if self._on_screen else IN_LINES).get(step.id, SAYS[step.id])

    @property
    def _on_screen(self) -> bool:
        """Whether there are panes to go to; else it is a desk of lines."""
        return "back" in self._keys

    def summary(self) -> list[SafeText]:
        """What was done, how long each took, with which key; what was begun and not done. The times are whole seconds of one
        clock that began with the desk, so that they can be added up; what was done before its turn has none."""
        past = self.tour.past
        whole = int((self._now() if self._left is None else self._left) - self._began)
        title = say(
            "Practice: {done} of {count} steps in {time}.", done=len(past), count=self.tour.count, time=length(whole)
        )
        lines, end = [title], 0.0
        for each in past:
            since, end = end, end + each.seconds
            name, key = say(NAMES[each.step.id]), self._pressed(each.step)
            if not each.in_turn:  # it took no time of its own
                lines.append(say("{name}  {key}  (on the way)", name=name, key=key))
                continue
            lines.append(say("{time}  {name}  {key}", time=length(int(end) - int(since)), name=name, key=key))
        if self.tour.step is not None:
            name = say("{name} (not done)", name=say(NAMES[self.tour.step.id]))
            lines.append(say("{time}  {name}", time=length(max(0, whole - int(end))), name=name))
        return lines

    def _pressed(self, step: Step) -> SafeText:
        """The key that a step teaches, unless it was done in another way."""
        otherwise = step.deed is Deed.PROMISED and self._callback in self._noted
        return say("(by the note)") if otherwise else self._shown(step.key)

    def _shown(self, key: str) -> SafeText:
        return SafeText(self._keys.get(key, ""))

    # what is seen

    def did(self, deed: Deed) -> None:
        """Somebody did what only the desk itself can see."""
        self.tour = self.tour.did(deed, self._now())

    def searched(self, query: str, found: Sequence[Match]) -> None:
        """The search box was used: digits and a name that found somebody, whoever it is."""
        digits = sum(char.isdecimal() for char in query)
        both = [match for match in found if match.why.code not in ONE_ONLY]
        if both and digits >= DIGITS and any(char.isalpha() for char in query):
            self.did(Deed.SEARCHED)

    def noted(self, tasks: Iterable[str]) -> None:
        """Tasks that were made of what a note promises."""
        self._noted |= frozenset(tasks)

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
            case TaskNews() if news.task.author == self.me and news.task.kind is TaskKind.CALLBACK:
                if news.task.call not in self._ringing - self._mine:
                    self._callback = self._callback or news.task.id
                    self.did(Deed.PROMISED)
            case MemberNews() if any(number.e164 == self._stranger for number in news.member.numbers):
                self._attached(news.member)

    def _attached(self, member: Member) -> None:
        self._strayed = member.id != self._owner.id
        if self._strayed:
            return
        self.did(Deed.ATTACHED)
        self._calls("", self._stranger, member)
        self._serves("")

    def _call(self, news: CallNews) -> None:
        call = news.call
        if call.state not in WAITING:
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
