"""The command about the team: how one is, and how the others are."""

from ringdesk.errors import Refused
from ringdesk.presence import PresenceState
from ringdesk.safetext import SafeText
from terminal.plain import voice
from terminal.plain.bench import Bench
from terminal.plain.commands import plain
from terminal.plain.talk import Act, Entry
from terminal.widgets.speech import PRESENCES, say

SAID: dict[str, PresenceState] = {
    "ready": PresenceState.READY,
    "break": PresenceState.BREAK,
    "away": PresenceState.AWAY,
}
"""What a person says of themselves, by its word behind the command."""


async def me(bench: Bench, rest: str) -> None:
    """Set one's own presence by a word, or read the team and choose."""
    if rest:
        state = next(
            (state for word, state in SAID.items() if plain(rest) in (word, plain(say(PRESENCES[state])))), None
        )
        if state is None:
            raise Refused("unknown_presence", say("say ready, break or away"))
        await _is(bench, state)()
        return
    own = bench.desk.person.person
    others = [each for each in await bench.desk.business.team() if each.id != own]
    bench.talk.say(
        bench.attendance.words(),
        *(voice.colleague(each) for each in others),
    )
    wish = say("Help is no longer wanted") if bench.attendance.help else say("Ask for help")
    entries = [Entry(say(PRESENCES[state]), _is(bench, state)) for state in SAID.values()]
    bench.talk.offer(say("Say how you are:"), [*entries, Entry(wish, _wishes(bench))])


def _is(bench: Bench, state: PresenceState) -> Act:
    async def set_it() -> None:
        bench.talk.say(await bench.attendance.set(state))

    return set_it


def _wishes(bench: Bench) -> Act:
    async def wish() -> None:
        bench.talk.say(await bench.attendance.wish())

    return wish


def bars(bench: Bench) -> SafeText | None:
    """Why no other call may be taken now, after a call of one's own; None where one may."""
    wrap_up, now = bench.board.wrap_up, bench.wall()
    return voice.wrapping(wrap_up.clock(now)) if wrap_up.bars(now) else None
