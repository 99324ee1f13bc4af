"""The command that reads what was: the contacts of whoever is on the desk."""

from ringdesk.timeline import ContactKind
from terminal.plain import voice
from terminal.plain.bench import Bench
from terminal.plain.talk import Entry
from terminal.screens.further import fetch
from terminal.widgets.person import more_contacts
from terminal.widgets.speech import say


async def timeline(bench: Bench, _rest: str) -> None:
    """The last contacts, a few at a time; a number reads one whole."""
    if bench.nobody:
        bench.talk.say(voice.nobody())
        return
    owner = bench.board.person.key

    def entries() -> list[Entry]:
        person = bench.board.person
        if person.key != owner:
            return []
        return [
            Entry(voice.contact(each, bench.now), bench.talk.reads(voice.whole_contact(person, each, bench.now)))
            for each in person.timeline
        ]

    async def older() -> tuple[list[Entry], bool]:
        await fetch(bench.work, "contact", frozenset(ContactKind))
        return entries(), more_contacts(bench.board.person)

    bench.talk.offer(
        say("Past contacts of {name}, the newest first:", name=bench.board.person.name),
        entries(),
        say("Nothing on record yet"),
        few=voice.LATEST,
        more=older if more_contacts(bench.board.person) else None,
        stays=True,
    )
