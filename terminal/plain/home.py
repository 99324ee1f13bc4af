"""The commands about the desk itself: what is there to do, drafts, what can be taken back, how everything stands."""

from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from terminal.plain import voice
from terminal.plain.bench import Bench
from terminal.plain.commands import shown
from terminal.plain.talk import Act, Entry
from terminal.screens.callers import by_caller
from terminal.screens.keeper import Owner
from terminal.widgets.caller import number
from terminal.widgets.speech import say
from terminal.widgets.telephone import dialled
from terminal.widgets.when import is_due


async def drafts(bench: Bench, _rest: str) -> None:
    """The notes that are not saved yet."""
    bench.talk.offer(say("Drafts:"), await draft_entries(bench), say("No draft is kept."))


async def draft_entries(bench: Bench) -> list[Entry]:
    """Every draft, with whose it is."""
    entries = []
    for owner in bench.keeper.others((None, None)):
        text = SafeText(bench.keeper.texts[owner])
        entries.append(
            Entry(
                say("Draft: {name}", name=voice.joined((await _owner_name(bench, owner), text))), _resumes(bench, owner)
            )
        )
    return entries


async def _owner_name(bench: Bench, owner: Owner) -> SafeText:
    member, call = owner
    if member is not None:
        return (await bench.desk.open(member)).member.name
    row = bench.board.calls.get(call or "")
    return number(row.call) if row is not None else SafeText()


def _resumes(bench: Bench, owner: Owner) -> Act:
    async def resume() -> None:
        await bench.work.resume(owner)
        bench.shown()

    return resume


async def home(bench: Bench, _rest: str) -> None:
    """What is there to be done: callbacks and tasks, drafts, notices, what was missed."""
    now = bench.now
    notices = await bench.desk.business.notices(now.today.isoformat())
    due = [task for task in await bench.desk.business.agenda(mine=True) if is_due(task, now)]
    people = await bench.desk.business.members({task.member for task in due if task.member})
    names = {ident: member.name or member.code for ident, member in people.items()}
    missed = by_caller(row for row in bench.board.missed if row.call.disposition is None)
    bench.talk.say(
        say("On the desk: {who}.", who=voice.subject(bench.board.person)),
        *(say("Notice: {text}", text=line) for page in notices for line in voice.article(page)),
        *(
            [say("Missed calls: {count}. {key} reads them.", count=len(missed), key=SafeText(shown("missed")))]
            if missed
            else []
        ),
    )
    entries = await draft_entries(bench)
    for _, task in voice.urgent(due, now):
        name = names.get(task.member or "", "")
        entries.append(Entry(voice.task_words(task, now, name), _to_task(bench, task)))
    few, count = voice.LATEST, len(entries)
    title = say("Yours to do: {count}", count=count)
    if count > few:
        title = say("Yours to do: {few} of {count}", few=few, count=count)
    bench.talk.offer(title, entries, say("All is clear."), few=few)


def _to_task(bench: Bench, task: Task) -> Act:
    async def turn() -> None:
        bench.talk.say(voice.task_words(task, bench.now), *filter(None, [dialled(task.number)]))
        if task.member is None:
            return
        opened = await bench.desk.open(task.member)
        bench.board.opened(opened)
        bench.shown()

    return turn


async def undo(bench: Bench, _rest: str) -> None:
    """Take one of the last things back."""
    entries = [Entry(label, _takes_back(bench, at)) for at, label in enumerate(bench.work.undo.labels())]
    bench.talk.offer(say("Take what back?"), entries, say("There is nothing to take back."))


def _takes_back(bench: Bench, at: int) -> Act:
    async def take_back() -> None:
        back = bench.work.undo.take(at)
        said = await back() if back is not None else None
        await bench.keeper.keep()
        bench.settle()
        if said:
            bench.talk.say(said)

    return take_back


async def state(bench: Bench, _rest: str) -> None:
    """How everything stands."""
    stood = await bench.desk.standing()
    none = say("No telephone line is set up.")
    health = [voice.source(news) for news in bench.board.health.values()] or [none]
    bench.talk.say(voice.standing(stood), voice.server(bench.board.sync), *health)
