import msgspec
import pytest

from ringdesk.calls import Call, CallState
from ringdesk.notes import Note
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task
from ringdesk.tour import STEPS, Ring
from terminal.guide import NAMES, SAYS, Guide
from terminal.news import CallNews, MemberNews, NoteNews, TaskNews
from tests.terminal.plain.talking import spoken
from tests.terminal.scripted_desk import ME, call, member, pop

LIN = member("lin", "林淑芬", "0912-345-678")
KEYS = {step.key: step.key.upper() for step in STEPS if step.key}
ALL = {step.id for step in STEPS}


def guide(keys: dict[str, str] | None = None) -> Guide:
    made = Guide(
        KEYS if keys is None else keys,
        lambda: 100.0,
        stranger="+886987000123",
        digits="678",
        surname="林",
        word=SafeText("退貨"),
    )
    made.me = ME
    return made


def mine(ident: str, **more: object) -> CallNews:
    base = call(ident, LIN, claimed_by=ME, state=CallState.RING_STOPPED)
    changed: Call = msgspec.structs.replace(base, **more)
    return CallNews(changed, mine=changed.claimed_by == ME)


def at(it: Guide) -> str:
    return it.tour.step.id if it.tour.step else ""


def test_every_step_has_words_and_a_name() -> None:
    assert set(SAYS) == set(NAMES) == ALL


def test_the_whole_tour_as_the_desk_tells_it() -> None:
    it = guide()
    it.hear(pop(call("c1", LIN)))
    assert (at(it), it.ring) == ("take", Ring.MEMBER)
    it.hear(mine("c1"))
    assert (at(it), it.ring) == ("type", Ring.SECOND)
    it.typed()
    assert at(it) == "type", "nobody else rings yet"
    it.hear(pop(call("c2", LIN)))
    it.typed()
    assert at(it) == "save"
    it.hear(NoteNews(Note(id="n", author="p-other"), "pending"))
    assert at(it) == "save", "somebody else's note"
    it.hear(NoteNews(Note(id="n", author=ME), "pending"))
    assert at(it) == "wrapup"
    it.hear(mine("c1", disposition="order", state=CallState.ENDED))
    assert (at(it), it.ring) == ("later", Ring.MEMBER)
    it.hear(mine("c3"))
    assert it.ring is Ring.NOBODY, "who has a call is not called again"
    it.hear(TaskNews(Task(id="t", author=ME, call="c3"), "pending"))
    it.hear(mine("c3", disposition="order", state=CallState.ENDED))
    assert (at(it), it.ring) == ("attach", Ring.STRANGER)
    it.hear(MemberNews(LIN))
    it.hear(MemberNews(member("x", "x", "0987-000-123")))
    assert at(it) == "answers"
    it.did(STEPS[6].deed)
    it.searched("678")
    assert at(it) == "search", "the surname is wanted too"
    it.searched("林 678")
    assert at(it) == "hand"
    it.hear(mine("c4"))
    it.hear(mine("c4", claimed_by="p-2", handed_by=ME))
    assert (at(it), it.ring) == ("missed", Ring.BRIEF)
    it.hear(CallNews(call("c5", LIN, state=CallState.ENDED, disposition="ignored")))
    assert at(it) == "leave"


@pytest.mark.parametrize(
    ("language", "first"), [("en", "Practice 1 of 11: the telephone"), ("zh_TW", "練習 1/11：電話響了")]
)
def test_the_hint_says_practice_and_the_key(language: str, first: str) -> None:
    with spoken(language):
        hint = guide().hint()
    assert hint.startswith(first)
    assert "ANSWER" in hint


def test_a_desk_without_a_key_skips_its_step_and_the_summary_counts_what_was_done() -> None:
    it = guide({"answer": "F2", "quit": "Ctrl+Q"})
    it.hear(pop(call("c1", LIN)))
    it.hear(mine("c1"))
    assert it.summary()[0] == "Practice: 1 of 3 steps in 00:00."
    assert it.summary()[1].endswith("take a call  F2")
