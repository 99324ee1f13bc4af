"""Which news the plain desk says, and in which words. Pure: the board before and after, and the news.

A ring is said once; what only others need to know is not said at all: every line costs a listener's time.
"""

import math

from ringdesk.calls import CallState
from ringdesk.presence import Presence
from ringdesk.safetext import SafeText
from terminal.news import (
    SLOWED,
    UNSAVED,
    CallNews,
    HealthNews,
    Match,
    News,
    NoteNews,
    NoticeNews,
    RowNews,
    ScreenPop,
    SyncNews,
    TaskNews,
)
from terminal.plain import voice
from terminal.plain.commands import shown
from terminal.screens.board import Board
from terminal.widgets.caller import called_by
from terminal.widgets.callrow import CallRow
from terminal.widgets.speech import line_name, say
from terminal.widgets.when import Now


def wrap_up(seconds: float) -> SafeText:
    """A wrap-up began that ends by itself."""
    return say(
        "Wrap-up: it closes by itself in {count} s; {key} closes it now.",
        count=math.ceil(seconds),
        key=SafeText(shown("wrapup")),
    )


def closed_itself(name: SafeText, *, stays: bool) -> SafeText:
    """The time of a wrap-up was up. `stays`: its person is still on the desk, for a note that may be half-typed."""
    if stays:
        return say(
            "Wrap-up over, closed: {name}. They stay on the desk for your note; {key} puts them away.",
            name=name,
            key=SafeText(shown("wrapup")),
        )
    return say("Wrap-up over, closed: {name}.", name=name)


def heard(news: News, board: Board, before: CallRow | None, now: Now) -> list[SafeText]:
    """What to say of `news`. `board` has heard it; `before` is how its call stood until then."""
    match news:
        case ScreenPop():
            return [] if news.mark is not None else _pop(news, board, now)
        case CallNews():
            row = board.calls.get(news.call.id)  # none: it goes on under another id, which says the rest
            return [] if row is None else _call(news, row, before, served=row.call.id in board.served)
        case NoticeNews():
            return [news.message] if news.message else []
        case NoteNews() | TaskNews() if news.state == "refused":
            return [say("The server refused what you saved; {key} says more.", key=SafeText(shown("state")))]
        case RowNews() if isinstance(news.row, Presence) and news.row.help:
            return [say("{name} asks for help.", name=news.row.name)]
    return []


def link(news: SyncNews, before: SyncNews | None) -> list[SafeText]:
    """The server came or went, or does not take what is sent to it, or does again."""
    if before is not None and (before.connected, _idle(before)) == (news.connected, _idle(news)):
        return []
    return [voice.server(news)]


def _idle(news: SyncNews) -> str:
    """Why the server, which is there, takes nothing; empty while it does."""
    return news.why.code if news.connected and news.why is not None and news.why.code in (UNSAVED, SLOWED) else ""


def health(news: HealthNews, before: HealthNews | None) -> list[SafeText]:
    """A line stands otherwise than before. That nobody knows how the server's stand goes without saying: it is away."""
    if news.gone:
        return []
    return [] if before is not None and before.why == news.why else [voice.source(news)]


def _pop(pop: ScreenPop, board: Board, now: Now) -> list[SafeText]:
    row = board.calls[pop.call.id]
    if not row.calling:
        return []
    first = board.banner is not None and board.banner.call.id == row.call.id
    label = row.call.called.line
    take = shown("take") if first or label is None else f"{shown('take')} {label}"
    return voice.ringing(row, pop, now, take=take)


def _call(news: CallNews, row: CallRow, before: CallRow | None, *, served: bool) -> list[SafeText]:
    line = line_name(news.call)
    line = SafeText(line[:1].upper() + line[1:])
    name = called_by(row.call, row.sure)
    known = _now_known(row, before, line) if row.call.live or served else []
    if news.mine:
        return _own(news, before, line, name) or known
    if row.taken_by is not None and (before is None or before.taken_by != row.taken_by):
        if row.awaits:
            return [say("{line}: {name} waits for {colleague}.", line=line, colleague=row.taken_by, name=name)]
        return [say("{line}: {colleague} has {name}.", line=line, colleague=row.taken_by, name=name)]
    if before is None and news.call.perhaps is not None:
        return [say("{line} rings too, perhaps the same call: {name}.", line=line, name=name)]
    return known if before is None or before.quiet else [*known, *_nobodys(row, before, line, name)]


def _nobodys(row: CallRow, before: CallRow, line: SafeText, name: SafeText) -> list[SafeText]:
    """What became of a call that nobody said they have: as the banner shows it, and that it is over."""
    rang = before.ringing or (before.elsewhere and before.free)
    if before.ringing and row.call.state is CallState.RING_STOPPED:
        return [say("{line} stopped ringing: {name}.", line=line, name=name)]
    if before.calling and row.elsewhere:
        return [say("{line} rings elsewhere now: {name}.", line=line, name=name)]
    if before.free and row.unclaimed:
        key = SafeText(f"{shown('take')} {row.call.called.line or ''}".strip())
        return [say("{line} was picked up: {name}. {key} if that was you.", line=line, name=name, key=key)]
    if (rang or before.unclaimed) and not row.call.live:
        return [say("{line} ended: {name}.", line=line, name=name)]
    return []


def _now_known(row: CallRow, before: CallRow | None, line: SafeText) -> list[SafeText]:
    """Who the caller is, where that became known with this news. Asked only of a call that goes on or is on the desk: who an
    old one was is read in the list."""
    if not row.matches or before is None or _who(row.matches) == _who(before.matches):
        return []
    return [say("{line} is {who}.", line=line, who=voice.caller_words(row))]


def _own(news: CallNews, before: CallRow | None, line: SafeText, name: SafeText) -> list[SafeText]:
    call = news.call
    new = before is None or not before.mine
    if new and call.handed_by is not None and call.live:
        by = call.handed_name or say("a colleague")
        key = SafeText(f"{shown('take')} {call.called.line or ''}".strip())
        return [
            say("{line}: {colleague} gives you {name}. {key} turns to it.", line=line, colleague=by, name=name, key=key)
        ]
    ended = before is not None and before.call.live and not call.live and call.disposition is None
    if ended:
        return [say("{line} ended: {name}. {key} wraps up.", line=line, name=name, key=SafeText(shown("wrapup")))]
    return []


def _who(matches: tuple[Match, ...]) -> list[str]:
    return [match.member.id for match in matches]
