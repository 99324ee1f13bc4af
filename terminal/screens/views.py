"""What each panel is told, made from the board: pure, one function a panel. Everything about the person gets one `Person`."""

import math
from typing import Final

import msgspec

from ringdesk.calls import Call
from ringdesk.presence import Presence, PresenceState
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from terminal.news import SLOWED, UNSAVED
from terminal.screens.board import Board
from terminal.screens.standing import named, standing
from terminal.screens.wrapup import not_yet
from terminal.widgets.banner import Announcement
from terminal.widgets.callbacks import Owed, in_vain, overdue, rang, tally
from terminal.widgets.caller import called_by, callers
from terminal.widgets.callrow import CallRow, lasts
from terminal.widgets.calls import Calls, with_whom
from terminal.widgets.face import Face
from terminal.widgets.keybar import Strip, Tab
from terminal.widgets.morning import Kind, Morning, when
from terminal.widgets.person import Who, contacts_here
from terminal.widgets.speech import because, counted, greeting, mark, say
from terminal.widgets.statusline import Health, source_words
from terminal.widgets.tasks import by_urgency
from terminal.widgets.team import Crew, Mate
from terminal.widgets.timeline import Past
from terminal.widgets.topbar import Top
from terminal.widgets.when import Now, length, to_call

HELD: Final = "sync_held"
"""The reason that names whose sign-in the outbox waits for."""


def top(board: Board, now: Now, agent: SafeText, site: SafeText) -> Top:
    """Row 0."""
    at = standing(board, now.at)
    clock = board.wrap_up.clock(now.at)
    talking = at.row is not None and at.row.call.live
    return Top(
        agent=agent,
        site=site,
        now=now,
        state=named(at),
        passed=length(math.ceil(clock.seconds) if clock.down else clock.seconds)
        if clock and not talking
        else SafeText(),
        taken=board.taken,
        missed=tally(board.lost),
        owed=len(to_call(board.day.owed, now, board.me)),
        outbox=board.sync.outbox if board.sync else 0,
        connected=board.sync.connected if board.sync else None,
    )


def announcement(board: Board, now: Now, message: SafeText, *, bad: bool, drafts: int) -> Announcement:
    """The banner. Without a message it says what else is worth knowing: a notice, an ill source, drafts."""
    row = board.banner
    ambient = _aside(board, drafts)
    elsewhere = row is not None and _else(board, row)
    waits = _waits(board, row)
    held = [other for other in board.mine if other.call.held and other is not board.serving]
    return Announcement(
        now=now,
        row=row,
        greeting=greeting(row.sure) if row and row.sure else SafeText(),
        more=sum(row is not other for other in board.ringing) if row and row.calling else 0,
        handed=next((other for other in board.handed if other is not row), None),
        holding=waits,
        aside=board.person.name if board.busy and elsewhere and not waits else SafeText(),
        barred=_barred(board, row, now),
        serving=board.serving,
        talking=board.talking,
        held=tuple(called_by(other.call, other.sure) for other in held),
        serving_name=_serving_name(board),
        message=message or ambient,
        said=bool(message),
        bad=bad if message else row is None and board.worst is not None,
        away=_away(board),
        changed=board.changed_keys,
    )


def _barred(board: Board, row: CallRow | None, now: Now) -> SafeText:
    """Why F2 cannot take a call in a wrap-up that must not be left."""
    barred = row is not None and row.offered and board.barred(row, now.at)
    return not_yet(board.wrap_up, now.at, board.key("wrapup")) if barred else SafeText()


def _else(board: Board, row: CallRow) -> bool:
    """Whether somebody else is on the card than who calls."""
    person = board.person
    if person.member is not None and row.sure is not None and person.member.id == row.sure.id:
        return False
    return person.call is None or person.call.id != row.call.id


def _away(board: Board) -> SafeText:
    """Why the server, which was there or tried, is not reached."""
    sync = board.sync
    return because(sync.why) if sync is not None and not sync.connected and sync.why is not None else SafeText()


def _waits(board: Board, other: CallRow | None) -> SafeText:
    """Whom F2 would put on hold for the `other` call: whoever is on the line, whatever card is open."""
    row = board.current or board.serving
    if row is None or other is None or row.call.id == other.call.id or not row.call.live or row.call.held:
        return SafeText()
    return board.person.name if row is board.current else called_by(row.call, row.sure)


def _serving_name(board: Board) -> SafeText:
    row = board.serving
    if row is None:
        return SafeText()
    return called_by(row.call, row.sure)


def _aside(board: Board, drafts: int) -> SafeText:
    if board.worst is not None:
        return SafeText("".join(part.text for part in source_words(board.worst)))
    if board.notice is not None:
        return board.notice.message
    if drafts:
        key = board.key("palette")
        return counted(
            "{count} draft is kept: {key} lists it", "{count} drafts are kept: {key} lists them", drafts, key=key
        )
    return say("Notice: {title}", title=board.announced.title) if board.announced else SafeText()


def face(board: Board, now: Now, *, tags: bool) -> Face:
    """The card; `tags` when they have no panel of their own."""
    call = board.person.call
    row = board.row(call.id) if call else None
    member = board.person.member
    others = board.day.with_member(member.id, board.me) if member else []
    notice = board.concerning.title if board.concerning else SafeText()
    handed, names = row is not None and row.handed, tuple(each.name for each in others)
    return Face(
        board.person,
        now,
        lasts(row, now) if row is not None else SafeText(),
        mine=row is not None and row.mine and not handed,
        handed=handed,
        typed=board.typed and board.person.who is Who.SEVERAL,
        elsewhere=with_whom(row) if row is not None and row.call.live else SafeText(),
        others=names,
        tags=tags,
        notice=notice,
        home=_home(board),
        titles=board.titles,
        line=board.on_line,
        sharers=tuple(each.name or each.code for each in board.sharers),
        changed=board.changed_keys,
    )


def past(board: Board, now: Now) -> Past:
    """The timeline: the past of the person, or what is there to do while there is nobody."""
    return Past(board.person, now, board.titles, _home(board))


def _home(board: Board) -> Morning | None:
    return board.morning if board.person.who is Who.NOBODY else None


def calls(board: Board, now: Now) -> Calls:
    """The lines."""
    banner = board.banner
    takes = banner.call.id if banner is not None and banner.offered else None
    waits = board.current or board.serving or next(iter(board.mine), None)
    shown = board.row(board.person.call.id) if board.person.call is not None else None
    first = banner or shown or waits
    return Calls(
        board.listed,
        now,
        takes,
        resumes=waits.call.id if waits is not None else None,
        titles=board.titles,
        first=first.call.id if first is not None else None,
        changed=board.changed_keys,
        barred=board.wrap_up.bars(now.at),
    )


def missed(board: Board, now: Now) -> Owed:
    """Calls that nobody had and no callback takes care of, and the callbacks."""
    day = board.day
    tasks = tuple((task, day.names.get(task.member or "") or _shared(board, task)) for task in (*day.owed, *day.called))
    of_missed = ((task, board.row(task.call)) for task, _ in tasks)
    rings = {task.id: rang(row.call) for task, row in of_missed if row is not None and row.missed}
    again = {task.id: in_vain(task, calls) for task, calls in _in_vain(board, tasks)}
    return Owed(tasks, tuple(board.lost), now, rings, again, board.me)


def _shared(board: Board, task: Task) -> SafeText:
    """Of several who share the number of a callback the first, and how many more there are; "" where they are not known."""
    row = board.row(task.call) if task.member is None else None
    return callers(row) if row is not None and len(row.matches) > 1 else SafeText()


def _in_vain(board: Board, tasks: tuple[tuple[Task, SafeText], ...]) -> list[tuple[Task, list[Call]]]:
    """The callbacks that stand for missed calls which this desk knows, with these."""
    cared = board.day.taken_care(row.call for row in board.missed)
    return [(task, cared[task.id]) for task, _ in tasks if task.id in cared]


def team(board: Board, now: Now) -> Crew:
    """Who is here, and with whom."""
    day = board.day

    def on(call: str | None, member: str | None) -> SafeText:
        row = board.row(call)
        if row is not None and board.current is not None and row.call.id == board.current.call.id:
            return board.person.name
        shown = board.person.member
        known = board.person.name if shown and shown.id == member else day.names.get(member or "", SafeText())
        return known or (called_by(row.call, row.sure) if row is not None else SafeText())

    crew = (_mine(board, each, now.at) if each.id == board.me else _theirs(board, each) for each in day.crew())
    return Crew(tuple(Mate(each, on(each.call, each.member), each.id == board.me) for each in crew), now)


def _mine(board: Board, said: Presence, now: float) -> Presence:
    """How the person at this desk stands this very moment, whatever was `said` of them last."""
    at = standing(board, now)
    same = (said.state, said.member, said.call) == (at.state, at.member, at.call)
    since = at.row.began if at.row is not None else said.since if same else now
    return msgspec.structs.replace(said, state=at.state, member=at.member, call=at.call, since=since)


def _theirs(board: Board, said: Presence) -> Presence:
    """How a colleague stands, as they `said`: on a call that is known here, with the clock that it has in the lines."""
    row = board.row(said.call)
    if row is None or said.state is not PresenceState.BUSY or not row.call.live or row.taken_by is None:
        return said
    return msgspec.structs.replace(said, since=row.began)


def health(board: Board, now: Now) -> Health:
    """The status line."""
    notice = board.announced.title if board.announced else SafeText()
    return Health(now, tuple(board.health.values()), board.sync, board.synced_at, notice)


def tabs(board: Board, now: Now, shown: int) -> Strip:
    """The tabs of a small screen."""
    person = board.person
    open_ones, late = tasks(board, now)
    waiting = len(board.ringing)
    trouble = SafeText()
    if board.worst is not None:
        trouble = SafeText("".join(part.text for part in source_words(board.worst, whole=False)))
    elif board.sync is not None and board.sync.why is not None and board.sync.why.code == HELD:
        trouble = say("waits for {name}", name=SafeText(board.sync.why.args["name"]))
    elif board.sync is not None and board.sync.why is not None and board.sync.why.code == UNSAVED:
        trouble = say("the server cannot save")
    elif board.sync is not None and board.sync.why is not None and board.sync.why.code == SLOWED:
        trouble = say("slowed down")
    elif board.sync is not None and board.sync.refused:
        trouble = say("{count} refused", count=board.sync.refused)
    return Strip(
        (
            Tab(say("History"), contacts_here(person))
            if person.who is not Who.NOBODY
            else Tab(say("Today"), board.morning.count),
            Tab(say("Tasks"), open_ones, *_urgent(mark("! {count} late"), late)),
            Tab(
                say("Lines"),
                sum(row.call.live for row in board.calls.values()),
                *_urgent(mark("ringing {count}"), waiting),
            ),
            Tab(say("Missed"), tally(board.lost), *_owed(board, now)),
            Tab(say("Notes"), len(person.noted)),
            Tab(say("Team"), len(board.day.crew())),
        ),
        shown,
        trouble,
    )


def tasks(board: Board, now: Now) -> tuple[int, int]:
    """How many tasks are open, and how many of them are late: those of whoever is on the card, or of Home."""
    if board.person.who is Who.NOBODY:
        mine = [when(item, now).late for item in board.morning.items if item.kind is Kind.TASK]
    else:
        mine = [due.late for due, _ in by_urgency(board.person.tasks, now)]
    return len(mine), sum(mine)


def _urgent(words: str, count: int) -> tuple[SafeText, SafeText]:
    """So many that are urgent, in words and with a sign alone."""
    return (say(words, count=count), SafeText(f"!{count}")) if count else (SafeText(), SafeText())


def _owed(board: Board, now: Now) -> tuple[SafeText, SafeText]:
    """What is late among the callbacks; in words, also how many there are to call. A sign alone is for what is late."""
    owed = to_call(board.day.owed, now, board.me)
    late = sum(overdue(task, now) for task in owed)
    if late or not owed:
        return _urgent(mark("! {count} late"), late)
    return say("To call {count}", count=len(owed)), SafeText()
