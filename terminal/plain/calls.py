"""The commands about calls: take, wrap up, promise a callback, hold, hand on, junk, missed."""

from collections.abc import Awaitable, Callable
from typing import Final

from ringdesk.calls import CallState
from ringdesk.dispositions import JUNK, Disposition
from ringdesk.marks import MarkLabel
from ringdesk.ops import CallHand, CallHold, CallWrapup, NumberMarked
from ringdesk.presence import Presence, PresenceState, by_readiness
from ringdesk.safetext import SafeText
from terminal.plain import choices, team, voice
from terminal.plain.bench import Bench
from terminal.plain.choices import Verdict
from terminal.plain.talk import Act, Entry
from terminal.screens.callers import by_caller
from terminal.screens.callwork import CallWork
from terminal.screens.owed import promise_call
from terminal.screens.promised import NOWHERE, callback_of, to_dial
from terminal.screens.windows import Window, spelled
from terminal.widgets.caller import called_by, number
from terminal.widgets.callrow import CallRow
from terminal.widgets.speech import VOICE_STAYS, doing, line_name, mark, say, titled

CALL: Final = mark("Closed: {name}")
CARD: Final = mark("Card closed: {name}")
"""What is said of a call that was closed, and of a card that was only open."""


async def take(bench: Bench, rest: str) -> None:
    """ "I have it": claim the call and turn to its caller; of a call that one has already, only turn."""
    row = _meant(bench, rest)
    if row is None:
        bench.talk.say(say("No call is ringing.") if not rest else say("No call on line {line}.", line=SafeText(rest)))
        return
    barred = None if row.mine else team.bars(bench)
    if barred:
        bench.talk.say(barred)
        return
    await bench.keeper.keep()
    if not row.mine:
        await bench.desk.claim(row.call.id, row.sure.id if row.sure else None)
    bench.board.serve(row.call.id)
    await bench.work.refill()
    bench.talk.say(say("You have it: {name}, {line}.", name=called_by(row.call, row.sure), line=line_name(row.call)))
    bench.shown()


def _meant(bench: Bench, line: str) -> CallRow | None:
    """The call that rings, or one of one's own that is not on the desk, or one that was picked up and nobody has; `line` names
    it by its line."""
    board = bench.board
    here = board.person.call.id if board.person.call and not board.by_hand else None
    own = [row for row in board.calls.values() if row.mine and row.call.live and row.call.id != here]
    rows = [*board.calling, *own, *board.unclaimed]
    if line:
        return next((row for row in rows if (row.call.called.line or "").casefold() == line.casefold()), None)
    first = board.banner
    if first is not None and first.calling:
        return first
    return own[0] if own else first if first is not None and first.unclaimed else None


async def wrap_up(bench: Bench, rest: str) -> None:
    """Save the note, and close: the call with a code, a card that was opened without one."""
    board = bench.board
    if bench.nobody:
        bench.talk.say(say("Nobody is on the desk."))
        return
    row = board.current if board.by_hand else board.serving
    if row is None:
        await _close_card(bench, rest)
        return
    codes = await bench.desk.business.dispositions()
    if rest and 1 <= int(rest) <= len(codes):
        await _wrapped(bench, row, codes[int(rest) - 1])
        return
    if rest:
        bench.talk.say(say("There is no {number} to choose.", number=int(rest)))
    entries = [Entry(titled(code), _wraps(bench, row, code)) for code in codes]
    bench.talk.offer(say("What was it about? {name}", name=board.person.name), entries)


def _wraps(bench: Bench, row: CallRow, code: Disposition) -> Act:
    return lambda: _wrapped(bench, row, code)


async def _wrapped(bench: Bench, row: CallRow, code: Disposition) -> None:
    person = bench.board.person
    if code.needs_note and not bench.typed and not bench.work.noted(row.call.id):
        bench.talk.say(say("{code} needs a note first.", code=titled(code)))
        return
    member = person.member.id if person.member else None
    await bench.save_kept(CallWrapup(call=row.call.id, code=SafeText(code.id), member=member))
    bench.board.wrap_up.closed(row.call.id, bench.wall())
    await _close(bench)


async def _close_card(bench: Bench, code: str) -> None:
    """A card without a call of one's own is put away; a `code` is for calls, so it is said that none was noted."""
    await bench.save_kept()
    if code:
        bench.talk.say(say("No call of yours is on the card, so no code is noted."))
    await _close(bench, CARD)


async def _close(bench: Bench, words: str = CALL) -> None:
    name = bench.board.person.name
    await bench.keeper.keep()
    bench.board.release()
    bench.settle()
    if not bench.board.served and not bench.board.by_hand and bench.board.person.call is not None:
        bench.board.home()  # who rings now is not on the desk before they are taken
    bench.settle()
    bench.talk.say(say(words, name=name), say("On the desk: {who}.", who=voice.subject(bench.board.person)))


async def later(bench: Bench, rest: str) -> None:
    """A callback within a window."""
    if bench.nobody:
        bench.talk.say(say("Nobody is on the desk."))
        return
    if to_dial(bench.board.person) is None:
        bench.talk.say(say(NOWHERE))
        return
    windows = bench.work.windows
    if rest and 1 <= int(rest) <= len(windows):
        await _promised(bench, windows[int(rest) - 1])
        return
    if rest:
        bench.talk.say(say("There is no {number} to choose.", number=int(rest)))
    entries = [Entry(spelled(window, bench.now), _promises(bench, window)) for window in windows]
    bench.talk.offer(say("When? {name}", name=bench.board.person.name), entries)


def _promises(bench: Bench, window: Window) -> Act:
    return lambda: _promised(bench, window)


async def _promised(bench: Bench, window: Window) -> None:
    person = bench.board.person
    task = callback_of(person, to_dial(person), window, bench.desk.person)
    await promise_call(bench.desk, bench.board.day, task, person.call)
    bench.talk.say(say("Task made: call back {name}", name=person.name), spelled(window, bench.now))


async def hold(bench: Bench, _rest: str) -> None:
    """Let the caller wait, or go on."""
    row = bench.board.serving
    if row is None or not row.call.live:
        bench.talk.say(say("You are on no call."))
        return
    held = not row.call.on_hold
    await bench.desk.do(CallHold(call=row.call.id, held=held))
    name = called_by(row.call, row.sure)
    bench.talk.say(say("{name} waits.", name=name) if held else say("You are back with {name}.", name=name))


async def hand_on(bench: Bench, _rest: str) -> None:
    """Give the call to a colleague; its note goes along."""
    row = bench.board.serving
    if row is None or not row.call.live:
        bench.talk.say(say("You are on no call."))
        return
    me = bench.desk.person.person
    here = [each for each in await bench.desk.business.team() if each.id != me and each.state is not PresenceState.AWAY]
    entries = [Entry(_stands(each), _hands(bench, row, each)) for each in by_readiness(here)]
    title = say("Who takes over {name}?", name=bench.board.person.name)
    if entries:
        bench.talk.say(say(VOICE_STAYS))
    bench.talk.offer(title, entries, say("No colleague is there."))


def _stands(mate: Presence) -> SafeText:
    return say("{name}: {text}", name=mate.name or SafeText(mate.id), text=doing(mate))


def _hands(bench: Bench, row: CallRow, to: Presence) -> Act:
    async def hand() -> None:
        name = to.name or SafeText(to.id)
        await bench.save_kept(CallHand(call=row.call.id, to=to.id, to_name=name))
        bench.talk.say(say("The call waits for {colleague}.", colleague=name))
        await _close(bench)

    return hand


async def junk(bench: Bench, _rest: str) -> None:
    """The number of the call on the desk, else of the one that rings, disturbs nobody any more."""
    board = bench.board
    row = board.serving or board.banner
    told = number(row.call) if row is not None else SafeText()
    if row is None or not told:
        bench.talk.say(say("There is no number to mark."))
        return
    caller = row.call.caller
    raw = caller.raw or SafeText(caller.e164 or "")
    await bench.desk.do(NumberMarked(raw=raw, e164=caller.e164, label=MarkLabel.JUNK))
    bench.talk.say(say("{number} is junk from now on.", number=told))
    if row.mine:
        await bench.desk.wrapup(row.call.id, SafeText(JUNK))
        if bench.typed:
            bench.talk.say(say("A draft is kept: {text}", text=SafeText(bench.typed)))
        await _close(bench)


async def lines(bench: Bench, _rest: str) -> None:
    """The calls of the last minutes, in the order of the screen."""
    rows = bench.board.listed
    titles = {each.id: each.title for each in await bench.desk.business.dispositions() if each.title}
    heard = [voice.call_line(row, bench.now, titles) for row in rows]
    bench.talk.say(*(heard or [say("All lines are quiet")]))


async def same(bench: Bench, _rest: str) -> None:
    """Two calls that may be one are one, or two."""
    row = bench.board.doubtful
    if row is None:
        bench.talk.say(say("There are no two calls that may be one."))
        return
    name = called_by(row.call, row.sure)
    work = CallWork(bench.work)
    entries = [
        Entry(say("one call"), _says(bench, row, work.same)),
        Entry(say("two calls"), _says(bench, row, work.another)),
    ]
    bench.talk.offer(say("Is it the same call? {name}", name=name), entries)


def _says(bench: Bench, row: CallRow, judged: Callable[[CallRow], Awaitable[SafeText]]) -> Act:
    async def say_it() -> None:
        bench.talk.say(await judged(row))

    return say_it


async def missed(bench: Bench, _rest: str) -> None:
    """The calls that nobody had and nobody has judged, one row for each caller."""
    rows = by_caller(row for row in bench.board.missed if row.call.disposition is None)
    entries = [Entry(voice.missed_line(row, bench.now), _judges(bench, row)) for row in rows]
    bench.talk.offer(say("Missed calls:"), entries, say("Nothing missed"))


def _judges(bench: Bench, row: CallRow) -> Act:
    async def judge() -> None:
        entries = [Entry(say(word), _verdict(bench, row, verdict)) for verdict, word in choices.VERDICTS]
        bench.talk.offer(say("What became of it? {name}", name=called_by(row.call, row.sure)), entries)

    return judge


def _verdict(bench: Bench, row: CallRow, verdict: Verdict) -> Act:
    work = CallWork(bench.work)
    judged = {"missed": work.missed, "elsewhere": work.elsewhere, "ignored": work.ignore}[verdict]

    async def say_it() -> None:
        bench.talk.say(await judged(row))

    return say_it


def may_be_one(bench: Bench) -> bool:
    """Whether there are two calls that may be one."""
    return bench.board.doubtful is not None


def can_take(bench: Bench) -> bool:
    """Whether `take` would do something."""
    return _meant(bench, "") is not None


def on_a_call(bench: Bench) -> bool:
    """Whether the person has a call that lives."""
    row = bench.board.serving
    return row is not None and row.call.state is not CallState.ENDED
