"""How the plain desk reads things out: each a few whole sentences, in a fixed order, what must not be forgotten first. Pure."""

import math
from collections.abc import Mapping, Sequence

from ringdesk.articles import Article
from ringdesk.calls import CallState
from ringdesk.dialects import Level
from ringdesk.members import Member
from ringdesk.presence import Presence
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskState
from ringdesk.timeline import Contact
from terminal.desk import Standing
from terminal.news import HealthNews, Match, ScreenPop, SyncNews
from terminal.plain.commands import COMMANDS, Command, shown
from terminal.screens.wrapup import Clock
from terminal.widgets.caller import called_by, number
from terminal.widgets.callrow import CallRow, how_it_ended, lasts
from terminal.widgets.matches import number_found
from terminal.widgets.person import Person, Who
from terminal.widgets.speech import (
    KINDS,
    STATES,
    address,
    because,
    code,
    counted,
    does,
    greeting,
    line_name,
    mark,
    say,
    source_name,
    tongue,
)
from terminal.widgets.telephone import title, written
from terminal.widgets.when import Due, Now, clock, stamp, when

OPENING = mark("One moment: the desk opens.")
UNLOCKED = mark(
    "Line by line the desk does not lock itself: what was read stays in the window. Lock the computer, or leave with q."
)
LATEST = 10
"""Contacts, or things to do, that are read at once."""


def joined(parts: Sequence[SafeText]) -> SafeText:
    """Parts of one sentence; empty ones are left out."""
    return SafeText(say(", ").join(part for part in parts if part))


def member_words(member: Member) -> SafeText:
    """Who it is, in one breath."""
    name = SafeText(f"{member.name or member.code} {address(member)}".strip())
    return joined((name, member.tier))


def caller_words(row: CallRow) -> SafeText:
    """Who calls: the member, or how many it may be, or the number alone."""
    shown_number = number(row.call)
    if row.sure is not None:
        return joined((member_words(row.sure), shown_number))
    name = called_by(row.call)
    people = SafeText()
    if len(row.matches) > 1:
        people = say("{count} people", count=len(row.matches))
    elif row.matches:
        people = say("a guess: {name}", name=row.matches[0].member.name)
    said = row.call.caller.name
    line_says = say("the line says {name}", name=said) if said and said != name else SafeText()
    return joined((name, people, line_says))


def warnings(member: Member) -> list[SafeText]:
    """What must not be forgotten."""
    flags = [say("Careful: {flag}.", flag=flag) for flag in member.flags]
    return flags + ([say("No marketing calls.")] if member.do_not_call else [])


def urgent(tasks: Sequence[Task], now: Now) -> list[tuple[Due, Task]]:
    """Open tasks with their due words, what is late first."""
    dated = [(when(task, now), task) for task in tasks if task.state is TaskState.OPEN]
    return sorted(dated, key=lambda pair: (not pair[0].late, pair[0].order))


def ringing(row: CallRow, pop: ScreenPop, now: Now, *, take: str = "") -> list[SafeText]:
    """A call rings: who, how to greet them, what must not be forgotten, which command takes it ("": none does)."""
    line = line_name(row.call)
    lines = [say("{line} rings: {who}.", line=SafeText(line[:1].upper() + line[1:]), who=caller_words(row))]
    if row.sure is not None:
        lines += warnings(row.sure)
        late = [task for when, task in urgent(pop.tasks, now) if when.late]
        if late:
            lines.append(say("Overdue: {title}.", title=title(late[0], row.sure.name)))
    said = greeting(row.sure) if row.sure is not None else pop.greeting
    greets = say("Say: {greeting}.", greeting=said) if said else SafeText()
    takes = say("{key}: I have it.", key=SafeText(take)) if take else SafeText()
    return [
        *lines,
        *filter(None, [say("{first} {second}", first=greets, second=takes) if greets and takes else greets or takes]),
    ]


def nobody() -> SafeText:
    """Nobody is on the desk, and what to do about it."""
    keys = {name: SafeText(shown(name)) for name in ("take", "search")}
    return say("Nobody is on the desk: {take} takes a call, {search} finds a member.", **keys)


def subject(person: Person) -> SafeText:
    """Who is on the desk, in a few words."""
    if person.who is Who.NOBODY:
        return say("nobody")
    line = say(" ({line})", line=line_name(person.call)) if person.call else SafeText()
    return SafeText(f"{person.name}{line}")


def card(person: Person, now: Now) -> list[SafeText]:
    """The card, in its fixed order: warnings, who, what they are worth, how to reach them, what is open."""
    if person.member is None:
        return _nobody_known(person)
    member = person.member
    lines = warnings(member) or [say("Nothing to watch out for")]
    lines.append(say("Member: {who}.", who=joined((member_words(member), member.code))))
    lines.append(say("Say: {greeting}.", greeting=greeting(member)))
    lines.append(say("Points: {count}.", count=SafeText(f"{member.points:,}")))
    numbers = [joined((written(each.e164, each.raw), each.label)) for each in member.numbers]
    lines += [say("Number: {number}.", number=each) for each in numbers]
    pairs = (
        (say("Home store"), member.home_store),
        (say("Language"), tongue(member.language)),
        (say("Birthday"), member.birthday or SafeText()),
        (say("Member since"), member.since or SafeText()),
        (say("Tags"), joined(member.tags)),
        (say("Good to know"), joined(member.facts)),
    )
    lines += [say("{label}: {text}.", label=label, text=text) for label, text in pairs if text]
    lines += _open(person, now)
    return lines


def _nobody_known(person: Person) -> list[SafeText]:
    call = person.call
    if call is None:
        return [say("Nobody is on the desk.")]
    if person.who is Who.WITHHELD:
        return [say("The caller withheld the number: no match, no way to call back.")]
    if person.who is Who.SEVERAL:
        people = counted(
            "{number}: perhaps {count} person.", "{number}: {count} people.", len(person.matches), number=number(call)
        )
        return [people]
    told = number(call)
    if not told:
        return [say("The line gave no number.")]
    keys = {name: SafeText(shown(name)) for name in ("search", "attach", "register")}
    return [
        say("{number}: nobody has this number.", number=told),
        say("{search} finds a member, then {attach} attaches the number; {register} makes a new member.", **keys),
    ]


def _open(person: Person, now: Now) -> list[SafeText]:
    lines: list[SafeText] = []
    dated = urgent(person.tasks, now)
    if dated:
        lines.append(say("Open tasks: {count}. First: {task}", count=len(dated), task=task_words(dated[0][1], now)))
    if person.timeline:
        lines.append(say("Last contact: {text}", text=contact(person.timeline[0], now)))
    if person.notes:
        note = person.notes[0]
        first = note.text.each()[0]
        text = joined((stamp(note.at, now), note.author_name, first))
        lines.append(say("Last note: {text}", text=text))
    return lines


def contact(entry: Contact, now: Now) -> SafeText:
    """One entry of the timeline."""
    return joined((stamp(entry.at, now), say(KINDS[entry.kind]), code(entry.text), code(entry.state), entry.who))


def whole_contact(person: Person, entry: Contact, now: Now) -> list[SafeText]:
    """One entry of the timeline, with the notes and tasks of its call."""
    lines = [contact(entry, now)]
    for note in person.notes:
        if entry.call and note.call == entry.call:
            lines.append(say("Note of this call, {name}", name=note.author_name))
            lines += note.text.each()
    tasks = [task for task in person.tasks if entry.call and task.call == entry.call]
    return lines + [say("Task of this call: {title}", title=title(task, person.name)) for task in tasks]


def task_words(task: Task, now: Now, member: str = "") -> SafeText:
    """One task: when, what, about which `member` where what is to be done does not say it, for whom."""
    what = title(task, member)
    about = SafeText("" if member in what else member)
    return joined((when(task, now).words, what, about, task.assignee_name))


def match_words(match: Match) -> SafeText:
    """One of several people, with the reason."""
    return joined(
        (
            member_words(match.member),
            number_found(match),
            say("guess") if match.guess else SafeText(),
            because(match.why),
        )
    )


def call_line(row: CallRow, now: Now, titles: Mapping[str, SafeText] = {}) -> SafeText:
    """One call of the list: line, state, who, how long; of one that is over how it ended, who had it, and when it rang. `titles`
    are the words of the business for its dispositions."""
    if not row.call.live:
        had = row.taken_by or SafeText()
        return joined((line_name(row.call), how_it_ended(row, titles), had, caller_words(row), clock(row.rang_at, now)))
    if row.taken_by is not None:
        state = say("waiting for {name}", name=row.taken_by) if row.awaits else say("with {name}", name=row.taken_by)
    elif row.mine:
        state = say("With you")
    else:
        state = say(STATES[row.call.state])
    held = say(STATES[CallState.HELD]) if row.call.on_hold else SafeText()
    return joined((line_name(row.call), state, held, caller_words(row), lasts(row, now)))


def missed_line(row: CallRow, now: Now) -> SafeText:
    """One call that nobody had, and how often its caller called, where the row stands for several."""
    word = say("missed?") if row.undecided else say("missed")
    often = say("called {count}x", count=1 + len(row.also)) if row.also else SafeText()
    return joined((clock(row.rang_at, now, seconds=False), word, caller_words(row), often))


def article(page: Article) -> list[SafeText]:
    """An answer, line by line."""
    return [page.title, *page.text.each()]


def source(news: HealthNews) -> SafeText:
    """How a line stands."""
    name = source_name(news)
    return say(
        "Telephone line {name}: {text}", name=name, text=say("fine") if news.level is Level.OK else because(news.why)
    )


def server(sync: SyncNews | None) -> SafeText:
    """How the server stands, and what waits for it."""
    if sync is None:
        return say("{name}: {text}", name=say("Server"), text=say("starting"))
    why = because(sync.why) if sync.why else say("connected") if sync.connected else say("not reached")
    refused = say("{count} refused", count=sync.refused) if sync.refused else SafeText()
    unsent = say("{count} not sent yet", count=sync.outbox)
    return say("{name}: {text}", name=say("Server"), text=joined((why, unsent, refused)))


def standing(now: Standing) -> SafeText:
    """Who works here, and where."""
    return say("You are {name}, in {store}.", name=now.name or SafeText(now.person), store=SafeText(now.store))


def colleague(each: Presence) -> SafeText:
    """How somebody of the team is."""
    wish = say("wants help") if each.help else SafeText()
    return joined((each.name or SafeText(each.id), does(each), wish))


def wrapping(clock: Clock | None) -> SafeText:
    """Why no call can be taken in a wrap-up, and what to do."""
    if clock is not None and clock.down:
        return say("Wrap-up: {count} s left before the next call.", count=math.ceil(clock.seconds))
    return say("First say how the last call was: {key}, then a number.", key=SafeText(shown("wrapup")))


def help_lines(works: Sequence[Command]) -> list[SafeText]:
    """What works now, a command a line."""
    return [
        say(
            "{letter} or {word}: {help}",
            letter=SafeText(each.letter),
            word=say(each.word),
            help=say(each.help),
        )
        for each in COMMANDS
        if each in works
    ]
