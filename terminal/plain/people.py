"""The commands about people: note, card, past, tasks, search, attach a number, a new member; answers."""

from ringdesk.articles import Article
from ringdesk.errors import Refused
from ringdesk.members import Member, MemberNumber
from ringdesk.names import addressed
from ringdesk.ops import ArticleAsk, MemberFields
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.why import Why
from terminal.news import Match
from terminal.plain import home, voice
from terminal.plain.bench import Bench
from terminal.plain.commands import shown
from terminal.plain.promised import offer_promises
from terminal.plain.talk import Act, Entry
from terminal.screens.keeper import Owner
from terminal.screens.numberwork import Wish
from terminal.widgets.caller import number
from terminal.widgets.matches import by_fit
from terminal.widgets.person import Person, Who
from terminal.widgets.speech import caveat, say
from terminal.widgets.telephone import title


async def note(bench: Bench, rest: str) -> None:
    """One line is saved at once; without text the lines that follow are the note of whoever is on the desk now."""
    if bench.nobody:
        bench.talk.say(voice.nobody())
        return
    owner, name = bench.board.person.key, voice.subject(bench.board.person)
    if rest:
        text = SafeLines(rest)
        bench.keeper.hold(owner, "\n".join(filter(None, (bench.keeper.texts.get(owner, ""), text))))
        await saved(bench, owner)
        return
    bench.writing = owner
    kept = bench.keeper.texts.get(owner, "")
    bench.talk.say(
        say("Note for {name}. An empty line saves it; a line that begins with : is a command.", name=name),
        *([say("So far: {text}", text=SafeText(kept))] if kept else []),
    )


async def save(bench: Bench, _rest: str) -> None:
    """Save what is kept as a draft for whoever is on the desk."""
    if not bench.typed:
        bench.talk.say(say("There is nothing to save yet."))
        return
    await saved(bench, bench.board.person.key)


async def written(bench: Bench, owner: Owner, line: str) -> None:
    """One more line of the note of `owner`; an empty one saves it."""
    if not line.strip():
        bench.writing = None
        await saved(bench, owner)
        return
    kept = bench.keeper.texts.get(owner, "")
    bench.keeper.hold(owner, f"{kept}\n{line}" if kept else line)
    await bench.keeper.keep()


async def saved(bench: Bench, owner: Owner) -> None:
    """The text of `owner` is a note. A refusal leaves it a draft."""
    text = bench.keeper.texts.get(owner, "")
    if not text.strip():
        bench.talk.say(say("There is nothing to save yet."))
        return
    try:
        await bench.keeper.save(owner, text)
    except Refused:
        await bench.keeper.keep()
        raise
    name = bench.board.person.name if owner == bench.board.person.key else SafeText()
    bench.talk.say(say("Note saved: {name}.", name=name) if name else say("Note saved."))
    if name:
        offer_promises(bench, text)


async def card(bench: Bench, _rest: str) -> None:
    """The card of whoever is on the desk; on an idle desk, of whoever rings."""
    board = bench.board
    row = board.banner
    if bench.nobody and row is not None and row.sure is not None:
        opened = await bench.desk.open(row.sure.id)
        rings = Person(
            member=opened.member,
            call=row.call,
            timeline=opened.timeline,
            tasks=opened.tasks,
            notes=opened.notes,
            greeting=opened.greeting,
        )
        bench.talk.say(*voice.card(rings, bench.now))
        return
    await bench.work.refill()
    bench.shown()


async def tasks(bench: Bench, _rest: str) -> None:
    """The open tasks of whoever is on the desk; while that is nobody, one's own."""
    if bench.nobody:
        await home.home(bench, "")
        return
    dated = voice.urgent(bench.board.person.tasks, bench.now)
    lines = [voice.task_words(task, bench.now) for _, task in dated]
    bench.talk.say(*lines or (say("No open task"),))


async def done(bench: Bench, _rest: str) -> None:
    """Close one of the tasks."""
    if bench.nobody:
        bench.talk.say(say("Nobody is on the desk."))
        return
    dated = voice.urgent(bench.board.person.tasks, bench.now)
    entries = [Entry(voice.task_words(task, bench.now), _closes(bench, task)) for _, task in dated]
    bench.talk.offer(say("Which one is done?"), entries, say("No open task"))


def _closes(bench: Bench, task: Task) -> Act:
    async def close() -> None:
        await bench.desk.done(task.id)
        bench.talk.say(say("Done: {title}", title=title(task)))

    return close


async def search(bench: Bench, rest: str) -> None:
    """Find a member; a number opens the card."""
    if not rest:
        bench.talk.ask(say("Search for what?"), lambda text: search(bench, text))
        return
    found = by_fit(await bench.desk.lookup(rest))
    entries = [Entry(voice.match_words(match), _opens(bench, match)) for match in found]
    warned = caveat(found[0].why) if found else SafeText()
    if warned:
        bench.talk.say(warned)
    bench.talk.offer(say("Found: {count}", count=len(found)), entries, say("Nobody was found."))


def _opens(bench: Bench, match: Match) -> Act:
    async def open_it() -> None:
        said = await bench.work.open(match, SafeText(shown("undo")))
        await bench.keeper.keep()
        bench.shown()
        if said:
            bench.talk.say(said)

    return open_it


async def attach(bench: Bench, _rest: str) -> None:
    """The caller's number is the member's; again, and it is not. Of one that has an owner it is asked what is meant."""
    person, call = bench.board.person, bench.board.on_line
    served = person.call is not None or bench.board.serving is not None
    if person.member is None or not served or call is None or not number(call):
        bench.talk.say(say("Open a member while you are on a call with a number."))
        return
    key, wish = SafeText(shown("attach")), bench.numberwork.wish()
    if isinstance(wish, Wish) and wish.owners:
        _ask_whose(bench, wish, key)
    else:
        bench.talk.say(await bench.numberwork.attach(key))


def _ask_whose(bench: Bench, wish: Wish, key: SafeText) -> None:
    name = wish.member.name or wish.member.code
    names = [each.name or each.code for each in wish.owners]

    def gives(former: Member | None = None) -> Act:
        async def give() -> None:
            bench.talk.say(await bench.numberwork.give(wish, key, former))

        return give

    entries = [Entry(say("{name} has it too: they share it", name=name), gives())]
    entries += [
        Entry(say("{name} has it instead of {former}", name=name, former=former), gives(owner))
        for former, owner in zip(names, wish.owners, strict=True)
    ]
    entries.append(Entry(say("leave it as it is"), bench.talk.reads([say("Nothing was changed.")])))
    asked = say("{number} is {name}'s", number=number(wish.call), name=SafeText(say(", ").join(names)))
    bench.talk.offer(say("{what}. What is meant?", what=asked), entries)


async def register(bench: Bench, rest: str) -> None:
    """The caller becomes a member, with the number they call from."""
    person = bench.board.person
    if person.call is None or person.member is not None:
        bench.talk.say(say("Take a call of somebody unknown first."))
        return
    if not rest:
        bench.talk.ask(say("What is the name?"), lambda text: register(bench, text))
        return
    caller = person.call.caller
    numbers = (MemberNumber(caller.raw, caller.e164),) if caller.raw and number(person.call) else ()
    name, honorific = (SafeText(each) for each in addressed(rest))
    op = await bench.desk.add_member(MemberFields(name=name, honorific=honorific, numbers=numbers))
    opened = await bench.desk.open(op)
    bench.talk.say(say("New member: {name}.", name=SafeText(rest)))
    await _opens(bench, Match(opened.member, Why("number_exact")))()


async def answers(bench: Bench, rest: str) -> None:
    """Find the answer to a question; what has none is passed on."""
    if not rest:
        bench.talk.ask(say("Which question?"), lambda text: answers(bench, text))
        return
    pages = await bench.desk.business.answers(rest)

    async def ask() -> None:
        member, call = bench.board.person.key
        await bench.desk.do(ArticleAsk(text=SafeText(rest), member=member, call=call))
        bench.talk.say(say("The question is passed on."))

    def read(page: Article) -> Act:
        async def read_it() -> None:
            bench.desk.business.was_read(page)
            bench.talk.say(*voice.article(page))

        return read_it

    entries = [Entry(page.title, read(page)) for page in pages]
    title = say("Found: {count}", count=len(pages)) if pages else say("There is no answer yet.")
    bench.talk.offer(title, [*entries, Entry(say("pass the question on"), ask)])


def known_caller(bench: Bench) -> bool:
    """Whether a member is on the desk."""
    return bench.board.person.who is Who.MEMBER


def unknown_caller(bench: Bench) -> bool:
    """Whether somebody on the telephone is on the desk who is no member."""
    return bench.board.person.who in (Who.UNKNOWN, Who.WITHHELD)
