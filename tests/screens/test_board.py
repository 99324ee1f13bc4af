"""The rules without a screen."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import CallState
from ringdesk.safetext import SafeText
from terminal.desk import Card
from terminal.news import CallNews, MemberNews, NoteNews
from terminal.screens.board import Board
from terminal.screens.keeper import NOBODY
from terminal.screens.onshow import SHOWN_AFTER_TAKEN, Part
from tests.terminal.scripted_desk import NOW, call, member, plain_card, pop

PEOPLE = [member(f"m{index}", f"人{index}", f"0912-345-60{index}") for index in range(4)]
LIN, CHEN, *_ = PEOPLE


def card(index: int) -> Card:
    return plain_card(PEOPLE[index])


def test_the_first_who_rings_stays_on_an_idle_desk() -> None:
    board = Board()
    assert board.hear(pop(call("a", LIN), card(0)), NOW) & Part.PERSON
    assert not board.hear(pop(call("b", CHEN), card(1)), NOW) & Part.PERSON
    assert board.person.member == LIN
    assert board.banner is not None
    assert board.banner.call.id == "a"


def test_the_next_one_comes_when_the_first_was_taken_by_somebody() -> None:
    board = Board()
    board.hear(pop(call("a", LIN), card(0)), NOW)
    board.hear(pop(call("b", CHEN), card(1)), NOW)
    board.hear(CallNews(call("a", LIN), claimed_name=SafeText("怡君")), NOW)
    board.tick(NOW + SHOWN_AFTER_TAKEN)
    assert board.person.member == CHEN


def test_nobody_comes_under_hands_that_are_still_typing() -> None:
    board = Board()
    board.typing = lambda: True
    board.hear(pop(call("a", LIN), card(0)), NOW)
    assert board.banner is not None
    assert board.person.call is None, "what is typed now is not meant for who rings"
    board.typing = lambda: False
    assert board.tick(NOW + 1) & Part.PERSON
    assert board.person.key == ("m0", "a")


def test_kept_calls_come_back_in_turn() -> None:
    board = Board()
    for index, ident in enumerate("abc"):
        board.hear(pop(call(ident, PEOPLE[index]), card(index)), NOW)
        board.serve(ident)
    seen = []
    for _ in range(3):
        seen.append(board.person.key)
        board.release()
    assert seen == [("m2", "c"), ("m1", "b"), ("m0", "a")]
    assert board.person.key == NOBODY
    assert not board.busy


def test_a_card_opened_by_hand_comes_back_after_a_call() -> None:
    board = Board()
    board.opened(card(3))
    board.hear(pop(call("a", LIN), card(0)), NOW)
    assert board.person.member == PEOPLE[3]
    board.serve("a")
    assert board.person.member == LIN
    board.release()
    assert board.person.member == PEOPLE[3]


def test_news_about_other_people_changes_nothing_of_the_person() -> None:
    board = Board()
    board.hear(pop(call("a", LIN), card(0)), NOW)
    before = board.person
    board.hear(MemberNews(CHEN), NOW)
    board.hear(NoteNews(card(1).notes[0], "settled"), NOW)
    assert board.person == before
    board.hear(MemberNews(msgspec.structs.replace(LIN, points=5)), NOW)
    assert board.person.member is not None
    assert board.person.member.points == 5


def test_a_note_that_came_back_refused_says_so() -> None:
    board = Board()
    board.hear(pop(call("a", LIN), card(0)), NOW)
    note = msgspec.structs.replace(card(0).notes[0], id="op-1", at=NOW)
    board.hear(NoteNews(note, "pending"), NOW)
    board.hear(NoteNews(note, "refused"), NOW)
    assert [each.id for each in board.person.notes] == ["op-1", "n-m0"]
    assert board.person.states["op-1"] == "refused"


HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(["rings", "stops", "answered", "mine", "taken", "ends", "ticks"]), st.integers(0, 3)),
    max_size=40,
)


@given(HAPPENINGS)
def test_whatever_happens_to_calls_a_busy_desk_keeps_its_person(happenings: list[tuple[str, int]]) -> None:
    board = Board()
    board.hear(pop(call("mine", LIN), card(0)), NOW)
    board.serve("mine")
    owner = board.person.key
    now = NOW
    for what, index in happenings:
        ringing = call(f"c{index}", PEOPLE[index])
        states = {"stops": CallState.RING_STOPPED, "answered": CallState.ANSWERED, "ends": CallState.ENDED}
        now += 1
        if what == "rings":
            board.hear(pop(ringing, card(index)), now)
        elif what == "ticks":
            board.tick(now)
        else:
            changed = msgspec.structs.replace(ringing, state=states.get(what, CallState.RINGING))
            taken = SafeText("怡君") if what == "taken" else None
            board.hear(CallNews(changed, claimed_name=taken, mine=what == "mine"), now)
        assert board.person.key == owner


@given(HAPPENINGS)
def test_a_half_typed_note_keeps_its_person_on_an_idle_desk_too(happenings: list[tuple[str, int]]) -> None:
    board = Board()
    board.hear(pop(call("c0", LIN), card(0)), NOW)
    board.typed = True
    owner = board.person.key
    for what, index in happenings:
        ringing = call(f"c{index}", PEOPLE[index])
        if what == "rings":
            board.hear(pop(ringing, card(index)), NOW)
        elif what == "ticks":
            board.tick(NOW + 99)
        else:
            taken = SafeText("怡君") if what == "taken" else None
            state = CallState.ENDED if what == "ends" else CallState.ANSWERED
            board.hear(CallNews(msgspec.structs.replace(ringing, state=state), claimed_name=taken), NOW)
        assert board.person.key == owner


def test_a_restart_knows_who_had_which_call() -> None:
    board = Board()
    mine = msgspec.structs.replace(call("a", LIN), claimed_by="me", claimed_name=SafeText("雅婷"))
    theirs = msgspec.structs.replace(call("b", CHEN), claimed_by="her", claimed_name=SafeText("怡君"))
    board.begin([mine, theirs], "me")
    assert board.calls["a"].mine
    assert board.calls["b"].taken_by == "怡君"
    assert board.calling == []
