"""Several calls, handed calls, merged calls and marked numbers, without a screen."""

import msgspec

from ringdesk.calls import Caller, CallState, Presentation
from ringdesk.marks import MarkLabel
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.news import CallNews, Match, MemberNews, ScreenPop
from terminal.screens.board import KEPT, Board
from tests.screens.test_board import CHEN, LIN, card
from tests.terminal.scripted_desk import ME, NOW, call, pop

MEI = SafeText("美惠")


def board_with(*served: str) -> Board:
    """A board of ours that serves these calls: a is Lin's, b is Chen's."""
    board = Board()
    board.begin([], ME)
    for ident in served:
        who, index = (LIN, 0) if ident == "a" else (CHEN, 1)
        board.hear(pop(call(ident, who), card(index)), NOW)
        board.serve(ident)
    return board


def test_a_call_handed_away_is_no_longer_mine_and_moves_nobody_on_the_card() -> None:
    board = board_with("a", "b")
    owner = board.person.key
    away = call("b", CHEN, claimed_by="p-mei", claimed_name=MEI, handed_by=ME)
    board.hear(CallNews(away, MEI), NOW)
    assert not board.calls["b"].mine
    assert board.calls["b"].taken_by == MEI
    assert board.served == ["a"]
    assert board.current is None
    assert board.person.key == owner
    assert board.banner is None


def test_a_caller_whose_number_was_put_on_a_card_is_no_guess_any_more() -> None:
    board = board_with("b", "a")
    guess = Match(LIN, Why("name_starts", {"text": "林"}))
    board.calls["b"] = msgspec.structs.replace(board.calls["b"], matches=(guess,))
    shown = board.person.key
    board.known("b", Match(LIN, Why("number_exact")))
    assert board.calls["b"].sure == LIN
    assert board.person.key == shown, "the card on show stays"
    board.known("b")
    assert board.calls["b"].matches == ()
    board.known("gone")


def test_who_gets_the_number_of_a_call_is_named_in_the_lines() -> None:
    board = board_with()
    number = CHEN.numbers[0].e164
    assert number is not None
    shown, hidden = (
        msgspec.structs.replace(
            call(ident, None, state=CallState.ENDED), caller=Caller(SafeText(number), number, presentation)
        )
        for ident, presentation in (("a", Presentation.SHOWN), ("b", Presentation.PRIVATE))
    )
    for each in (shown, hidden):
        board.hear(CallNews(each), NOW)
    board.hear(MemberNews(CHEN), NOW)
    assert (board.calls["a"].sure, board.calls["b"].sure) == (CHEN, None), "who withholds the number is nobody"


def test_a_member_who_changes_is_named_so_by_their_calls_and_a_guess_stays_one() -> None:
    board = board_with()
    why = Why("number_shared")
    board.hear(ScreenPop(call("a", LIN), (Match(CHEN, why), Match(LIN, why, guess=True)), (), (), (), SafeText()), NOW)
    renamed = msgspec.structs.replace(LIN, name=SafeText("林太太"), numbers=())
    board.hear(MemberNews(renamed), NOW)
    assert board.calls["a"].matches == (Match(CHEN, why), Match(renamed, why, guess=True))


def test_a_call_handed_to_me_is_mine_and_waits_in_the_banner() -> None:
    board = board_with("a")
    given = call("b", CHEN, state=CallState.ANSWERED, claimed_by=ME, handed_by="p-mei", handed_name=MEI)
    board.hear(CallNews(given, SafeText("雅婷"), mine=True), NOW)
    assert board.calls["b"].mine
    assert [row.call.id for row in (board.banner,) if row] == ["b"]
    assert board.person.key == ("m0", "a")
    board.serve("b")
    assert not board.banner
    assert [board.person.key[1]] == ["b"]


def test_on_an_idle_desk_a_handed_call_opens_and_the_banner_says_so_until_somebody_turns_to_it() -> None:
    board = board_with()
    given = call("b", CHEN, state=CallState.ANSWERED, claimed_by=ME, handed_by="p-mei", handed_name=MEI)
    board.hear(CallNews(given, SafeText("雅婷"), mine=True, matches=pop(given, card(1)).matches), NOW)
    assert board.person.member == CHEN
    assert board.calls["b"].handed
    board.tick(NOW + 3600)
    assert board.calls["b"].handed
    board.serve("b")
    assert not board.calls["b"].handed


def test_news_older_than_my_claim_does_not_take_the_call_from_me() -> None:
    board = board_with("a")
    board.hear(CallNews(call("a", LIN, ring_count=2)), NOW)
    assert board.calls["a"].mine
    assert board.current is board.calls["a"]


def test_a_call_that_turned_out_to_be_another_goes_on_with_its_person_and_owner() -> None:
    board = board_with("a")
    owner = board.person.key
    board.hear(CallNews(call("z", LIN, line="9", claimed_by=ME), mine=True), NOW)
    board.hear(CallNews(call("a", LIN, state=CallState.ENDED, merged_into="z")), NOW)
    assert "a" not in board.calls
    assert board.served == ["z"]
    assert board.current is board.calls["z"]
    assert board.person.key == owner
    board.hear(CallNews(call("z", LIN, state=CallState.HELD, claimed_by=ME), mine=True), NOW)
    assert board.person.call is not None
    assert board.person.call.held
    assert board.person.key == owner
    board.release()
    assert not board.busy


def test_each_call_comes_back_with_the_person_that_was_chosen_for_it() -> None:
    board = board_with()
    board.hear(pop(call("a", LIN), card(0), CHEN), NOW)
    board.serve("a")
    board.choose(1)
    board.hear(pop(call("c", LIN), card(0)), NOW)
    board.serve("c")
    assert board.person.member == LIN
    board.serve("a")
    assert board.person.member == CHEN


def test_a_closed_call_that_is_not_on_the_card_leaves_the_card_alone() -> None:
    board = board_with("a", "b")
    board.leave("a")
    assert board.person.key == ("m1", "b")
    board.leave("b")
    assert not board.busy


def test_a_marked_number_never_rings_and_is_never_missed() -> None:
    board = board_with()
    board.hear(msgspec.structs.replace(pop(call("a")), mark=MarkLabel.JUNK), NOW)
    assert (board.ringing, board.calling, board.banner) == ([], [], None)
    assert board.person.call is None
    assert board.calls["a"].free
    board.hear(CallNews(call("a", state=CallState.ENDED)), NOW)
    assert board.missed == []


def test_a_hold_begins_a_new_time() -> None:
    board = board_with("a")
    board.hear(CallNews(call("a", LIN, claimed_by=ME, on_hold=True), mine=True), NOW + 60)
    assert board.calls["a"].since == NOW + 60
    board.hear(CallNews(call("a", LIN, claimed_by=ME, on_hold=True, ring_count=3), mine=True), NOW + 90)
    assert board.calls["a"].since == NOW + 60


def test_an_answer_that_the_line_sees_late_begins_no_new_time() -> None:
    board = board_with("a")
    board.hear(CallNews(call("a", LIN, claimed_by=ME), mine=True), NOW + 2)
    since = board.calls["a"].since
    board.hear(CallNews(call("a", LIN, state=CallState.ANSWERED, claimed_by=ME), mine=True), NOW + 9)
    assert board.calls["a"].since == since
    board.hear(CallNews(call("a", LIN, state=CallState.ENDED, claimed_by=ME), mine=True), NOW + 30)
    assert board.calls["a"].since == NOW + 30


def test_however_many_calls_come_the_one_that_is_served_stays_and_so_does_one_that_waits() -> None:
    board = board_with("a")
    board.hear(pop(call("b", CHEN), card(1)), NOW)
    for index in range(2 * KEPT):
        over = call(f"over {index}", CHEN, state=CallState.ENDED)
        board.hear(pop(over, card(1)), NOW)
    assert board.serving is not None
    assert board.serving.call.id == "a"
    assert [row.call.id for row in board.ringing] == ["b"]
    assert len(board.calls) == KEPT
    assert list(board.calls)[-1] == f"over {2 * KEPT - 1}"
