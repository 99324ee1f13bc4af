import re

import msgspec
import pytest
from rich.cells import cell_len

from cli.practice import _keys
from ringdesk.calls import Call, CallState
from ringdesk.notes import Note
from ringdesk.safetext import SafeText
from ringdesk.tasks import Task, TaskKind
from ringdesk.tour import STEPS, Past, Ring
from ringdesk.why import Why
from terminal.bindings import KEYS as KEYS_OF_SCREEN
from terminal.guide import NAMES, ON_A_CALL, ON_SCREEN, SAYS, Guide
from terminal.news import CallNews, Match, MemberNews, NoteNews, TaskNews
from terminal.plain.commands import parse
from terminal.screens.arrangement import LEAST
from terminal.widgets.speech import say
from tests.terminal.plain.talking import spoken
from tests.terminal.scripted_desk import ME, call, member, plain_card, pop

LIN = member("lin", "林淑芬", "0912-345-678")
OWNER = member("x", "黃志強", "0987-000-123")
KEYS = {step.key: step.key.upper() for step in STEPS if step.key}
ALL = {step.id for step in STEPS}


def guide(keys: dict[str, str] | None = None) -> Guide:
    made = Guide(
        KEYS if keys is None else keys,
        lambda: 100.0,
        stranger="+886987000123",
        owner=OWNER,
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
    assert set(ON_SCREEN) | set(ON_A_CALL) <= ALL


def test_who_is_on_a_call_is_told_what_to_do_with_it() -> None:
    it = guide({"later": "F8", "attach": "Ctrl+L", "hand": "Ctrl+O", "wrapup": "F4", "back": "Esc"})
    for step in ("type", "wrapup"):
        it.did({each.id: each.deed for each in STEPS}[step])
    assert "take a call, then F8" in it.hint()
    it.hear(pop(call("c1", LIN)))
    it.hear(mine("c1"))
    assert "you are on a call: F8, then a digit" in it.hint()
    it.hear(TaskNews(Task(id="t", kind=TaskKind.CALLBACK, author=ME, call="c1"), "pending"))
    assert "first close this call: F4" in it.hint()
    it.hear(mine("c1", disposition="order", state=CallState.ENDED))
    assert "take the stranger" in it.hint()
    stranger = call("c2", member("x", "x", "0987-000-123"))
    it.hear(pop(stranger))
    it.hear(CallNews(msgspec.structs.replace(stranger, claimed_by=ME), mine=True))
    assert "take the stranger" in it.hint(), "this is the one"


def test_the_screen_says_how_to_leave_the_note_and_to_reach_a_list() -> None:
    screen = guide({"attach": "Ctrl+L", "search": "/", "back": "Esc", "pane": "F9", "missed": "m"})
    screen.did(STEPS[1].deed)
    assert "Esc, / opens 黃志強 678, Ctrl+L adds it" in screen.hint()
    plain = guide({"attach": "a", "search": "s", "missed": "m"})
    plain.did(STEPS[1].deed)
    assert "find 黃志強 678 with s and open the card, then type a:" in plain.hint()


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
    it.hear(TaskNews(Task(id="t", kind=TaskKind.CALLBACK, author=ME, call="c3"), "pending"))
    it.hear(mine("c3", disposition="order", state=CallState.ENDED))
    assert (at(it), it.ring) == ("attach", Ring.STRANGER)
    it.hear(MemberNews(LIN))
    it.hear(MemberNews(member("x", "x", "0987-000-123")))
    assert at(it) == "answers"
    it.did(STEPS[6].deed)
    found = pop(call("c1", LIN), plain_card(LIN)).matches
    for query, matches in (("678", found), ("林", found), ("12 林", found), ("林 999", ())):
        it.searched(query, matches)
        assert at(it) == "search", query
    it.searched("林 678", found)
    assert at(it) == "hand"
    it.hear(mine("c4"))
    it.hear(mine("c4", claimed_by="p-2", handed_by=ME))
    assert (at(it), it.ring) == ("missed", Ring.BRIEF)
    it.hear(CallNews(call("c5", LIN, state=CallState.ENDED, disposition="ignored")))
    assert at(it) == "leave"


@pytest.mark.parametrize(
    ("language", "first"), [("en", "Practice 1 of 11: when the telephone"), ("zh_TW", "練習 1/11：電話響時")]
)
def test_the_hint_says_practice_and_the_key(language: str, first: str) -> None:
    with spoken(language):
        hint = guide().hint()
    assert hint.startswith(first)
    assert "ANSWER" in hint


def test_the_search_is_tried_with_whom_the_person_served_last() -> None:
    it = guide({"search": "/"})
    it.did(STEPS[1].deed)
    assert "678 林" in it.hint()
    chen = member("chen", "陳冠宇", "0933-218-457")
    ann = member("ann", "Ann", "0933-218-111")
    for who, ident in ((chen, "c1"), (ann, "c2")):
        it.hear(pop(call(ident, who), plain_card(who)))
        assert ("678 林" in it.hint()) is (ident == "c1"), "it only rings"
        it.hear(CallNews(msgspec.structs.replace(call(ident, who), claimed_by=ME), mine=True))
        assert "457 陳" in it.hint()
    it.hear(MemberNews(member("x", "黃志強", "0987-000-123")))
    assert "123 黃" in it.hint()


@pytest.mark.parametrize("language", ["en", "zh_TW"])
@pytest.mark.parametrize("calls", [False, True])
def test_every_hint_fits_into_the_banner_of_the_smallest_screen(language: str, *, calls: bool) -> None:
    with spoken(language):
        for index, step in enumerate(STEPS):
            it = guide({key.id: key.shown for key in KEYS_OF_SCREEN})
            if calls:
                it.hear(pop(call("c1", LIN)))
                it.hear(mine("c1"))
            past = tuple(Past(each, 0.0) for each in STEPS[:index])
            it.tour = msgspec.structs.replace(it.tour, to_come=STEPS[index:], past=past)
            assert str(index + 1) in it.hint()
            assert cell_len(it.hint()) <= LEAST.width - 2, (step.id, it.hint())


def test_the_times_of_the_summary_add_up_and_begin_with_the_open_desk() -> None:
    now = iter((0.0, 90.0, 100.9, 101.8, 131.9))
    it = Guide(
        {"answer": "F2", "save": "Ctrl+S"},
        lambda: next(now),
        stranger="",
        owner=LIN,
        digits="",
        surname="",
        word=SafeText(),
    )
    it.began()
    it.did(STEPS[0].deed)
    it.did(STEPS[1].deed)
    it.left()
    it.left()
    times = [line.partition("  ")[0] for line in it.summary()]
    assert times == ["Practice: 2 of 3 steps in 00:41.", "00:10", "00:01", "00:30"]


@pytest.mark.parametrize(("language", "last"), [("en", "take a call (not done)"), ("zh_TW", "接電話（未完成）")])
def test_the_step_that_was_not_done_has_its_time_too(language: str, last: str) -> None:
    now = iter((0.0, 10.0, 46.0))
    it = Guide({"answer": "t"}, lambda: next(now), stranger="", owner=LIN, digits="", surname="", word=SafeText())
    it.began()
    it.left()
    with spoken(language):
        assert it.summary()[1] == f"00:36  {last}"


@pytest.mark.parametrize("language", ["en", "zh_TW"])
def test_line_by_line_every_word_that_a_step_names_is_a_command(language: str) -> None:
    with spoken(language):
        keys = _keys({}, plain=True)
        for index, step in enumerate(STEPS):
            wanted = {"answer": "take", "quit": "quit", "": "note"}.get(step.key, step.key)
            typed = parse(str(say(NAMES[step.id])))
            assert typed.command is not None, step.id
            assert (typed.command.id, typed.rest) == (wanted, "")
            for calls in (False, True):
                it = guide(keys)
                if calls:
                    it.hear(pop(call("c1", LIN)))
                    it.hear(mine("c1"))
                it.tour = msgspec.structs.replace(it.tour, to_come=STEPS[index:])
                named = re.findall(r"(?<![A-Za-z/])[a-z](?![A-Za-z])", it.hint().replace(" a ", " "))
                assert named or step.key == "save", it.hint()
                for letter in named:
                    assert parse(letter).command is not None, it.hint()
                examples = re.findall(r"as in: ([^;]+)|「(.+)」", it.hint())
                for example in examples:
                    whole = parse("".join(example))
                    assert whole.command is not None
                    assert (whole.command.id, bool(whole.rest)) == (step.key, True)


def test_a_search_that_only_one_of_the_two_fits_is_not_the_one_that_was_asked_for() -> None:
    it = guide({"search": "s"})
    it.did(STEPS[1].deed)
    for code in ("tail_only", "name_only"):
        it.searched("林 678", [Match(LIN, Why(code), guess=True)])
        assert at(it) == "search"
    it.searched("林 678", [Match(LIN, Why("and"), guess=True)])
    assert it.tour.step is None


def test_a_desk_without_a_key_skips_its_step_and_the_summary_counts_what_was_done() -> None:
    it = guide({"answer": "F2", "quit": "Ctrl+Q"})
    it.hear(pop(call("c1", LIN)))
    it.hear(mine("c1"))
    assert it.summary()[0] == "Practice: 1 of 3 steps in 00:00."
    assert it.summary()[1].endswith("take a call  F2")


@pytest.mark.parametrize(
    ("language", "first", "later", "done"),
    [("en", "Practice 1 of 11: ", "Practice 4 of 11: ", "(done already: save the note)"),
     ("zh_TW", "練習 1/11：", "練習 4/11：", "（之前已完成：儲存備註）")],
)  # fmt: skip
def test_a_step_that_was_done_early_moves_no_number(language: str, first: str, later: str, done: str) -> None:
    with spoken(language):
        it = guide()
        it.hear(NoteNews(Note(id="n", author=ME), "pending"))
        assert it.hint().startswith(first)
        it.did(STEPS[0].deed)
        it.did(STEPS[1].deed)
        assert it.hint().startswith(later)
        assert it.hint().endswith(done), it.hint()
        screen = guide({key.id: key.shown for key in KEYS_OF_SCREEN})
        screen.tour = it.tour
        assert done not in screen.hint(), "the banner has no room for it"


@pytest.mark.parametrize(
    ("language", "says"), [("en", "save the note  Ctrl+S  (on the way)"), ("zh_TW", "途中順便完成")]
)
def test_what_was_done_before_its_turn_has_no_time_of_its_own(language: str, says: str) -> None:
    keys = {"answer": "F2", "save": "Ctrl+S"}
    now = iter((0.0, 0.0, 5.0, 10.0, 20.0))
    it = Guide(keys, lambda: next(now), stranger="", owner=LIN, digits="", surname="", word=SafeText())
    it.began()
    it.did(STEPS[2].deed)
    it.did(STEPS[0].deed)
    it.left()
    with spoken(language):
        summary = it.summary()
    assert not [line for line in summary if line.startswith("00:00")]
    assert [line for line in summary if says in line]


@pytest.mark.parametrize(
    ("language", "says"), [("en", "wrong member: Esc, / opens"), ("zh_TW", "綁錯會員了：Esc、/ 開啟 黃志強")]
)
def test_a_number_that_went_to_another_member_is_not_attached_yet(language: str, says: str) -> None:
    it = guide({key.id: key.shown for key in KEYS_OF_SCREEN})
    it.tour = msgspec.structs.replace(it.tour, to_come=STEPS[5:])
    it.hear(MemberNews(member("y", "林淑芬", "0987-000-123")))
    assert at(it) == "attach"
    with spoken(language):
        assert says in it.hint()
        assert "黃志強" in it.hint()
        assert cell_len(it.hint()) <= LEAST.width - 2
    it.hear(MemberNews(OWNER))
    assert at(it) == "answers"


def test_a_callback_that_the_note_made_claims_no_key_and_a_task_is_none() -> None:
    it = guide({"later": "F8"})
    it.did(STEPS[1].deed)
    it.hear(TaskNews(Task(id="todo", author=ME), "pending"))
    assert at(it) == "later", "a task is no callback"
    it.hear(TaskNews(Task(id="t", kind=TaskKind.CALLBACK, author=ME), "pending"))
    assert "F8" in it.summary()[-1]
    it.noted(["t"])
    assert it.summary()[-1].endswith("callback  (by the note)")
