"""What the note that was just saved promises: each by number, to make a task of it."""

from ringdesk import promises
from ringdesk.promises import Promise
from ringdesk.safetext import SafeText
from terminal.plain.bench import Bench
from terminal.plain.talk import Act, Entry
from terminal.screens.keeper import EMPTY, Owner
from terminal.screens.promised import due_words, keyed, task_of
from terminal.widgets.person import Person
from terminal.widgets.speech import say


def offer_promises(bench: Bench, text: str) -> None:
    """Say what the note of whoever is on the desk promises, if anything; the list stays while tasks are made of it."""
    now, person = bench.now, bench.board.person
    found = promises.every(text, now.local(now.at).replace(tzinfo=None))
    entries = [
        Entry(SafeText(f"{due_words(each, now)} {each.title}"), _makes(bench, person, key, each))
        for key, each in reversed(keyed(found, now))
    ]
    if entries:
        bench.talk.offer(say("The note promises, a number makes the task:"), entries, stays=True)


def _makes(bench: Bench, person: Person, key: str, promise: Promise) -> Act:
    """The due time is that of the reading: what is to be done in half an hour counts from when it was saved."""
    owner: Owner = person.key
    task = task_of(promise, person, bench.now, bench.desk.person)

    async def make() -> None:
        if key not in dict(bench.keeper.noted.get(owner, EMPTY).promised):
            await bench.keeper.promise_noted(owner, key, task)
        bench.talk.say(say("Task made: {title}", title=promise.title))

    return make
