"""The sample in English: the same people and draws, and nothing but names is left in Chinese."""

import string

import msgspec
import pytest

from ringdesk.members import Member
from ringdesk.names import HAN
from ringdesk.safetext import SafeText
from ringdesk.sample import articles, as_written, dispositions, english, history, member, notes, promised
from ringdesk.sample.english import _TABLE

NOW = 1_780_000_000.0


def test_every_phrase_keeps_its_braces() -> None:
    for chinese, said in _TABLE.items():
        assert fields(chinese) == fields(said), chinese
        assert not HAN.search(said), said


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("seed", [1, 5])
def test_only_names_are_not_english(seed: int) -> None:
    for index in range(400):
        who = member(seed, index, english)
        texts = [who.honorific, who.tier, who.home_store, *who.tags, *who.flags, *who.facts]
        texts += [number.label for number in who.numbers]
        for contact in history(who, seed, NOW, english):
            texts += [contact.text, contact.state]
        texts += [SafeText(note.text) for note in notes(who, seed, NOW, english)]
        assert [text for text in texts if HAN.search(text)] == []
    for contact, task in promised(seed, 400, NOW, english):
        assert not HAN.search(contact.text + contact.state + task.title)
    for article in articles(seed, NOW, english):
        assert not HAN.search("".join((article.title, article.text, *article.keywords, *article.tags)))
    for code in dispositions(english):
        assert not HAN.search("".join((code.title, code.script, code.template)))


def test_the_language_changes_words_alone() -> None:
    for index in range(200):
        one, other = member(1, index, as_written), member(1, index, english)
        assert bare(one) == bare(other)
        pairs = zip(history(one, 1, NOW), history(other, 1, NOW, english), strict=True)
        assert all((a.id, a.at, a.kind, a.who) == (b.id, b.at, b.kind, b.who) for a, b in pairs)
    two = zip(promised(1, 200, NOW), promised(1, 200, NOW, english), strict=True)
    assert all((a.id, x.id, x.due, a.at) == (b.id, y.id, y.due, b.at) for (a, x), (b, y) in two)
    assert [each.id for each in dispositions()] == [each.id for each in dispositions(english)]


def bare(who: Member) -> tuple[object, ...]:
    numbers = tuple(msgspec.structs.replace(each, label="") for each in who.numbers)
    return who.id, who.name, who.points, numbers, len(who.flags), len(who.tags), len(who.facts), who.do_not_call
