import msgspec
import pytest

from ringdesk.calls import (
    Call,
    Called,
    Caller,
    CallEvent,
    CallState,
    EventKind,
    Outcome,
    Presentation,
    Routed,
    SourceKey,
)
from ringdesk.ids import call_id
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from ringdesk.tracker.merging import joined_by_person, parted
from terminal.desk.callbook import KEPT, YOUNG, CallBook

AT = 1_700_000_000.0
MEI = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)


def event(kind: EventKind, after: float = 0.0, caller: Caller | None = None, native: str = "1") -> CallEvent:
    return CallEvent(event=kind, at=AT + after, source="line", native_id=native, caller=caller)


def pops(book: CallBook, *events: CallEvent) -> list[tuple[EventKind, float]]:
    """The events at which something popped."""
    return [(each.event, each.at - AT) for each in events if any(turn.pop for turn in book.heard(each, "main"))]


def row(state: CallState = CallState.RINGING, **more: object) -> Call:
    fields: dict[str, object] = {"id": "other", "state": state, "caller": MEI, "started": AT} | more
    return Call(**fields)  # type: ignore[arg-type]


def test_a_call_pops_once_at_its_number() -> None:
    book = CallBook(Tracker())
    ring, number = event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI)
    again, stopped = event(EventKind.RINGING, 6), event(EventKind.RING_STOPPED, 14)
    assert pops(book, ring, number, again, number, stopped) == [(EventKind.CALLER, 1.0)]


def test_without_a_number_it_pops_at_the_second_ring() -> None:
    book = CallBook(Tracker())
    rings = [event(EventKind.RINGING, 6.0 * n) for n in range(4)]
    assert pops(book, *rings) == [(EventKind.RINGING, 6.0)]


def test_a_stated_absence_pops_at_once() -> None:
    book = CallBook(Tracker())
    absent = event(EventKind.CALLER, 1, Caller(presentation=Presentation.PRIVATE))
    assert pops(book, event(EventKind.RINGING), absent, event(EventKind.RINGING, 6)) == [(EventKind.CALLER, 1.0)]


def test_what_a_line_heard_long_ago_pops_only_once_the_line_rings_on() -> None:
    book = CallBook(Tracker())
    ring, number = event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI)
    assert not any(turn.pop for each in (ring, number) for turn in book.heard(each, "main", AT + 2 * YOUNG))
    turns = book.row(row(id=call_id("line", "1"), last_ring=AT), AT + 2 * YOUNG)
    assert not any(turn.pop for turn in turns), "nor when the server has it, too"
    on = event(EventKind.RINGING, 2 * YOUNG)
    assert [turn.pop for turn in book.heard(on, "main", on.at + YOUNG - 1)] == [True]


def test_a_late_number_is_news_to_identify_and_a_mere_ring_is_none() -> None:
    book = CallBook(Tracker())
    for after in (0.0, 6.0):
        book.heard(event(EventKind.RINGING, after), "main")
    assert book.heard(event(EventKind.RINGING, 12), "main") == []
    (turn,) = book.heard(event(EventKind.CALLER, 13, MEI), "main")
    assert (turn.pop, turn.identify, turn.call.caller.e164) == (False, True, "+886912345678")
    (turn,) = book.heard(event(EventKind.CALLER, 14, Caller(name=SafeText("CHEN"))), "main")
    assert (turn.pop, turn.identify, turn.call.caller.name) == (False, False, "CHEN")


def test_half_data_is_told_when_it_stops() -> None:
    book = CallBook(Tracker())
    assert book.heard(event(EventKind.RINGING), "main") == []
    (turn,) = book.heard(event(EventKind.RING_STOPPED, 8), "main")
    assert (turn.pop, turn.call.state) == (False, CallState.RING_STOPPED)


def test_a_call_of_another_desk_pops_while_it_is_young() -> None:
    book = CallBook(Tracker())
    (turn,) = book.row(row(), AT + YOUNG - 1)
    assert turn.pop
    assert book.row(row(), AT + YOUNG - 1) == []
    old = CallBook(Tracker())
    assert old.row(row(), AT + YOUNG) == []
    assert old.calls(AT + YOUNG) == [row()]


def test_a_call_that_somebody_has_does_not_pop_and_its_end_is_news() -> None:
    book = CallBook(Tracker())
    (turn,) = book.row(row(claimed_by="ann"), AT)
    assert not turn.pop
    (turn,) = book.row(row(CallState.ENDED, claimed_by="ann", ended=AT + 60), AT + 60)
    assert not turn.pop
    assert book.row(row(CallState.ENDED, claimed_by="ann", ended=AT + 60), AT + 61) == []


def test_a_call_of_another_desk_that_was_another_is_withdrawn_and_does_not_pop_twice() -> None:
    book = CallBook(Tracker())
    (turn,) = book.row(row(), AT)
    assert turn.pop
    (turn,) = book.row(row(CallState.ENDED, ended=AT + 2, merged_into="kept"), AT + 2)
    assert (turn.pop, turn.call.state) == (False, CallState.ENDED)
    assert book.calls(AT + 2) == []
    kept = row(id="kept")
    assert [turn.pop for turn in book.row(kept, AT + 3)] == [False]
    assert (book.resolve("other"), book.find("other"), book.calls(AT + 3)) == ("kept", kept, [kept])


def test_one_that_was_another_before_this_desk_saw_it_is_no_news() -> None:
    book = CallBook(Tracker())
    assert book.row(row(CallState.ENDED, ended=AT + 2, merged_into="kept"), AT + 2) == []
    assert book.calls(AT + 2) == []


def test_history_is_no_news() -> None:
    book = CallBook(Tracker())
    assert book.row(row(CallState.ENDED, ended=AT + 10), AT + 10 + KEPT + 1) == []


def test_an_image_of_an_own_call_never_moves_it_back() -> None:
    book = CallBook(Tracker())
    for each in (event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI), event(EventKind.RING_STOPPED, 8)):
        turns = book.heard(each, "main")
    own = turns[-1].call
    late = Call(id=own.id, state=CallState.RINGING, caller=MEI, started=AT, claimed_by="ann")
    (turn,) = book.row(late, AT + 9)
    assert turn.call.rank >= own.rank
    assert turn.call.claimed_by == "ann"
    assert book.of(SourceKey("line", "1")) == own.id


def test_an_own_call_was_claimed_when_its_row_says_so_not_when_the_row_came() -> None:
    book = CallBook(Tracker())
    for each in (event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI), event(EventKind.RING_STOPPED, 8)):
        turns = book.heard(each, "main")
    own = turns[-1].call
    claimed = Call(id=own.id, state=CallState.RINGING, caller=MEI, started=AT, claimed_by="ann", claimed_at=AT + 9)
    (turn,) = book.row(claimed, AT + 20)
    assert (turn.call.claimed_at, turn.call.picked_up) == (AT + 9, AT + 9)


def test_a_call_that_nobody_took_ends_and_a_claimed_one_does_not() -> None:
    for claimed in (False, True):
        book = CallBook(Tracker())
        for each in (event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI)):
            turns = book.heard(each, "main")
        call = turns[-1].call
        if claimed:
            book.row(Call(id=call.id, state=CallState.RINGING, caller=MEI, started=AT, claimed_by="me"), AT + 2)
        book.heard(event(EventKind.RING_STOPPED, 8), "main")
        ended, turns = book.due(AT + 8 + 61)
        assert bool(ended) is not claimed
        assert bool(turns) is not claimed


def test_a_call_of_a_desk_that_fell_silent_is_given_up() -> None:
    book = CallBook(Tracker())
    book.row(row(), AT)
    assert book.due(AT + 100) == ((), [])
    ended, (turn,) = book.due(AT + 181)
    assert ended == ()  # it is not ours to report
    assert (turn.pop, turn.call.state) == (False, CallState.ENDED)
    assert book.due(AT + 182 + KEPT) == ((), [])
    assert book.calls(AT + 182 + KEPT) == []


def test_what_was_ringing_when_the_desk_was_switched_off_rings_no_more_at_its_start() -> None:
    book = CallBook(Tracker())
    assert book.row(row(), AT + 400) == []
    book.due(AT + 400)
    assert [call.live for call in book.calls(AT + 400)] == [False]


class TestWhatAnotherSourceSaw:
    """A webhook at the server, or a line of another desk, saw the same call as a line of this desk."""

    def ringing(self, book: CallBook, after: float = 0.0, native: str = "1") -> list[tuple[str, bool]]:
        turns = book.heard(event(EventKind.RINGING, after, native=native), "main")
        turns += book.heard(event(EventKind.CALLER, after, MEI, native), "main")
        return [(turn.call.id, turn.pop) for turn in turns]

    def seen(self, state: CallState = CallState.RINGING, **more: object) -> Call:
        return row(state, site="main", sources=(SourceKey("hook", "CA1"),), **more)

    def test_a_line_that_rings_after_its_row_came_goes_on_with_it_and_pops_no_second_time(self) -> None:
        book = CallBook(Tracker())
        (turn,) = book.row(self.seen(), AT)
        assert turn.pop
        told = self.ringing(book, 1)
        assert [pop for _, pop in told] == [False] * len(told)
        (call,) = book.calls(AT + 1)
        assert (call.id, {key.source for key in call.sources}) == ("other", {"hook", "line"})
        (turn,) = book.heard(event(EventKind.RING_STOPPED, 9), "main")
        assert (turn.call.id, turn.call.state) == ("other", CallState.RING_STOPPED)

    def test_a_row_that_comes_after_the_line_rang_does_not_pop(self) -> None:
        book = CallBook(Tracker())
        ((own, pop),) = self.ringing(book)
        assert pop
        assert [turn.pop for turn in book.row(self.seen(), AT + 1)] in ([], [False])
        assert not book.popped("other") or book.popped(own)

    @pytest.mark.parametrize("first", ["gone", "into"])
    def test_the_server_decides_which_of_the_two_goes_on_and_the_line_follows(self, first: str) -> None:
        book = CallBook(Tracker())
        ((own, _),) = self.ringing(book)
        gone = Call(id=own, state=CallState.ENDED, caller=MEI, started=AT, ended=AT + 1, merged_into="other")
        both = SourceKey("hook", "CA1"), SourceKey("line", "1")
        into = msgspec.structs.replace(self.seen(), sources=both)
        rows = [gone, into] if first == "gone" else [into, gone]
        assert not any(turn.pop for each in rows for turn in book.row(each, AT + 1))
        assert [call.id for call in book.calls(AT + 1)] == ["other"]
        assert (book.resolve(own), book.popped("other")) == ("other", True)
        (turn,) = book.heard(event(EventKind.RING_STOPPED, 9), "main")
        assert (turn.call.id, turn.call.state) == ("other", CallState.RING_STOPPED)
        assert book.of(SourceKey("line", "1")) == "other"

    def test_another_caller_or_a_later_call_or_another_line_is_a_call_of_its_own(self) -> None:
        for other in (
            self.seen(caller=Caller(SafeText("0911"), "+886911000000", Presentation.SHOWN)),
            self.seen(started=AT - 20),
            msgspec.structs.replace(self.seen(), site="west"),
        ):
            book = CallBook(Tracker())
            book.row(other, AT)
            assert any(pop for _, pop in self.ringing(book))
            assert len(book.calls(AT)) == 2


def test_a_call_that_went_on_under_another_id_is_forgotten_with_the_others() -> None:
    book = CallBook(Tracker())
    for number in range(50):
        gone = row(CallState.ENDED, id=f"g{number}", ended=AT, merged_into="kept")
        assert book.row(gone, AT) == []
    assert len(book._rows) == 50
    book.due(AT + KEPT + 1)
    assert book._rows == {}


def test_ids_that_lead_to_each_other_lead_to_the_last() -> None:
    book = CallBook(Tracker())
    book.row(row(), AT)
    book.row(row(CallState.ENDED, ended=AT, merged_into="b"), AT)
    book.row(row(CallState.ENDED, id="b", ended=AT, merged_into="c"), AT)
    book.row(row(id="c"), AT)
    assert book.resolve("other") == "c"


@pytest.mark.parametrize("own", [False, True], ids=["of others", "of a line here"])
def test_a_call_that_a_person_parted_again_is_looked_up_anew(own: bool) -> None:
    """Whoever shows it has forgotten whose it was: its number is the same as before."""
    book = CallBook(Tracker())
    kept = row(id="kept", started=AT - 3, caller=Caller(SafeText("0911"), "+886911000000", Presentation.SHOWN))
    book.row(kept, AT)
    if own:
        book.heard(event(EventKind.RINGING, 0, MEI), "main")
        call = next(call for call in book.calls(AT) if call.id != "kept")
    else:
        call = row()
        book.row(call, AT)
    one, gone = joined_by_person(kept, call, AT + 5)
    for each in (one, gone):
        book.row(each, AT + 5)
    assert [each.id for each in book.calls(AT + 5)] == ["kept"]
    assert gone.joined is not None
    turns = [turn for each in parted(one, gone, gone.joined) for turn in book.row(each, AT + 9)]
    again = next(turn for turn in turns if turn.call.id == call.id)
    assert (again.call.caller.e164, again.identify, again.pop) == (MEI.e164, True, False)
    assert not any(turn.identify for turn in book.row(msgspec.structs.replace(call, ring_count=9), AT + 10))


def test_calls_that_lead_to_each_other_are_one_of_them() -> None:
    book = CallBook(Tracker())
    for gone, into in (("w", "z"), ("z", "w")):
        book.row(row(CallState.ENDED, id=gone, ended=AT, merged_into=into), AT)
    assert (book.resolve("w"), book.resolve("z")) == ("w", "w")


class TestRingsOnAsItIsGivenUp:
    """What rang when the desk was left is given up 60 s after it began; its own line says that it rings, just then."""

    @pytest.mark.parametrize("after", [-1.0, 0.0, 1.0, 30.0])
    @pytest.mark.parametrize("word", [None, "before", "behind"])
    @pytest.mark.parametrize("ended", [False, True], ids=["ring stopped", "ended"])
    def test_it_rings_and_pops(self, after: float, word: str | None, ended: bool) -> None:
        """The server's word that it was given up comes `before` the ring or `behind` it, or not at all."""
        book = CallBook(Tracker())
        kept = call_id("line", "1")
        began = row(id=kept, sources=(SourceKey("line", "1"),), last_ring=AT)
        assert book.row(began, AT + 60) == [], "too old to pop by itself"
        (stopped,) = book.unheard([began], "line", {"line"}, AT + 60, listed=False)
        book.heard(stopped, "main")
        told = msgspec.structs.replace(began, state=CallState.RING_STOPPED, last_ring=AT + 60, lapsed=True)
        if ended:
            told = msgspec.structs.replace(told, state=CallState.ENDED, outcome=Outcome.UNKNOWN, ended=AT + 60)
        turns = book.row(told, AT + 60) if word == "before" else []
        turns += book.heard(event(EventKind.RINGING, 60 + after, MEI), "main", AT + 61)
        turns += book.row(told, AT + 61) if word == "behind" else []
        assert [turn.pop for turn in turns].count(True) == 1
        found = book.find(kept)
        assert found is not None
        assert (found.state, found.outcome) == (CallState.RINGING, None)

    def test_one_that_somebody_has_or_was_heard_to_stop_does_not(self) -> None:
        for more in ({"claimed_by": "p"}, {"lapsed": False}):
            book = CallBook(Tracker())
            kept = call_id("line", "1")
            fields = {"id": kept, "sources": (SourceKey("line", "1"),), "last_ring": AT + 60, "lapsed": True} | more
            told = row(CallState.RING_STOPPED, **fields)
            book.row(told, AT + 60)
            turns = book.heard(event(EventKind.RINGING, 61, MEI), "main")
            assert not any(turn.pop for turn in turns)


class TestRouted:
    """A call that a route gives to some desks."""

    ONE = Routed(route="r", now=("d1",), since=AT)

    def book(self, *own: str) -> CallBook:
        book = CallBook(Tracker())
        book.own = frozenset(own)
        return book

    def test_it_pops_where_the_route_names_the_device_or_the_person(self) -> None:
        for own in (("d1", "p9"), ("d9", "p1")):
            routed = msgspec.structs.replace(self.ONE, now=("d1", "p1"))
            (turn,) = self.book(*own).row(row(routed=routed), AT + 1)
            assert turn.pop

    def test_elsewhere_it_is_nobodys_news_until_somebody_has_it(self) -> None:
        book = self.book("d9", "p9")
        assert book.row(row(routed=self.ONE), AT + 1) == []
        assert book.calls(AT + 2) == []
        assert book.row(row(routed=self.ONE, state=CallState.RING_STOPPED), AT + 2) == []
        (turn,) = book.row(row(routed=self.ONE, claimed_by="p1"), AT + 3)
        assert not turn.pop
        assert [call.id for call in book.calls(AT + 4)] == ["other"]

    def test_a_turn_comes_goes_and_comes_again_with_one_pop(self) -> None:
        book = self.book("d2")
        hunt = [("d1",), ("d2",), ("d3",), ("d1", "d2", "d3")]
        seen = []
        for n, now in enumerate(hunt):
            at = AT + 20.0 * n
            routed = Routed(route="r", now=now, since=at)
            turns = book.row(row(routed=routed), at + 1)
            seen += [(n, turn.pop, book.elsewhere(turn.call)) for turn in turns]
        assert seen == [(1, True, False), (2, False, True), (3, False, False)]

    def test_the_turn_may_come_when_the_call_is_old_but_not_when_the_turn_is(self) -> None:
        for age, pops in ((1.0, True), (YOUNG + 1, False)):
            routed = Routed(route="r", now=("d1",), since=AT + 100)
            turns = self.book("d1").row(row(routed=routed), AT + 100 + age)
            assert any(turn.pop for turn in turns) is pops

    def test_an_own_line_pops_at_once_whatever_the_route_says(self) -> None:
        book = self.book("d1")
        assert pops(book, event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI)) == [(EventKind.CALLER, 1.0)]

    def test_whoever_comes_to_the_desk_is_shown_what_rings_for_them(self) -> None:
        routed = Routed(route="r", now=("p1",), since=AT)
        book = self.book("d1", "p2")
        assert book.row(row(routed=routed), AT + 1) == []
        (turn,) = book.rings_for(frozenset({"d1", "p1"}), AT + 2)
        assert turn.pop
        (turn,) = book.rings_for(frozenset({"d1", "p2"}), AT + 3)
        assert (turn.pop, book.elsewhere(turn.call)) == (False, True)
        assert book.rings_for(frozenset({"d1", "p2"}), AT + 4) == []


class TestWhatMayBeTheSameCall:
    """Two reports of which nothing proves that they are of one call: one pop, and the second says so."""

    def withheld(self, name: str, **more: object) -> Call:
        hides = Caller(presentation=Presentation.PRIVATE)
        fields = {"id": name, "caller": hides, "absent": True, "sources": (SourceKey(name, "1"),)} | more
        return row(**fields)  # type: ignore[arg-type]

    def test_by_the_servers_word(self) -> None:
        book = CallBook(Tracker())
        (first,) = book.row(row(), AT)
        (second,) = book.row(row(id="second", perhaps="other", called=Called(line=SafeText("2"))), AT + 1)
        assert (first.pop, second.pop, second.call.perhaps) == (True, False, "other")
        assert [call.perhaps for call in book.calls(AT + 1)] == [None, "other"]
        assert (book.told("second"), book.popped("second")) == (True, False)

    def test_by_what_this_desk_hears_before_the_server_speaks(self) -> None:
        book = CallBook(Tracker())
        (first,) = book.row(self.withheld("a"), AT)
        (second,) = book.row(self.withheld("b", started=AT + 2), AT + 2)
        assert (first.pop, second.pop, second.call.perhaps) == (True, False, "a")
        turns = book.row(self.withheld("a", perhaps="b"), AT + 3)
        assert [turn.call.perhaps for turn in turns] in ([], [None]), "the one on show is not in doubt"

    def test_the_second_pops_where_the_first_is_not_on_show(self) -> None:
        book = CallBook(Tracker())
        (turn,) = book.row(row(id="second", perhaps="other"), AT + 1)
        assert (turn.pop, turn.call.perhaps) == (True, None)

    def test_it_pops_once_it_is_known_that_it_is_another(self) -> None:
        book = CallBook(Tracker())
        book.row(self.withheld("a"), AT)
        (held,) = book.row(self.withheld("b"), AT + 1)
        (turn,) = book.row(self.withheld("b", caller=MEI, absent=False), AT + 2)
        assert (held.pop, turn.pop, turn.call.perhaps) == (False, True, None)

    def test_it_pops_when_it_rings_on_after_the_first_is_over(self) -> None:
        book = CallBook(Tracker())
        book.row(self.withheld("a"), AT)
        book.row(self.withheld("b"), AT + 1)
        book.row(self.withheld("a", state=CallState.ENDED, ended=AT + 8), AT + 8)
        (turn,) = book.row(self.withheld("b", last_ring=AT + 12), AT + 12)
        assert (turn.pop, turn.call.perhaps) == (True, None)

    def test_when_it_ends_it_still_says_so(self) -> None:
        book = CallBook(Tracker())
        book.row(self.withheld("a"), AT)
        book.row(self.withheld("b"), AT + 1)
        (turn,) = book.row(self.withheld("b", state=CallState.ENDED, ended=AT + 8), AT + 8)
        assert (turn.pop, turn.call.perhaps, turn.call.live) == (False, "a", False)

    def test_a_person_says_that_it_is_another_and_it_pops_and_is_not_asked_of_again(self) -> None:
        book = CallBook(Tracker())
        book.row(self.withheld("a"), AT)
        book.row(self.withheld("b", perhaps="a"), AT + 1)
        (turn,) = book.row(self.withheld("b", apart=("a",)), AT + 2)
        assert (turn.pop, turn.call.perhaps) == (True, None)
        turns = book.row(self.withheld("b", apart=("a",), state=CallState.ENDED, ended=AT + 8), AT + 8)
        assert [turn.call.perhaps for turn in turns] == [None]
        (turn,) = book.row(self.withheld("b", perhaps="a", state=CallState.ENDED, ended=AT + 8), AT + 9)
        assert turn.call.perhaps == "a", "taken back"

    def test_it_is_not_asked_whether_a_call_is_the_one_that_turned_out_to_be_it(self) -> None:
        """The exchange at the server named the caller after a line of this desk had; then the server made one call of both."""
        book = CallBook(Tracker())
        assert pops(book, event(EventKind.RINGING), event(EventKind.CALLER, 0, MEI)) == [(EventKind.CALLER, 0.0)]
        own = call_id("line", "1")
        named = row(id="pbx", site="main", sources=(SourceKey("pbx", "7"),))
        book.row(msgspec.structs.replace(named, caller=Caller()), AT)
        book.row(named, AT)
        over = row(id=own, state=CallState.ENDED, ended=AT, merged_into="pbx", sources=(SourceKey("line", "1"),))
        both = msgspec.structs.replace(named, state=CallState.ANSWERED, sources=(*named.sources, *over.sources))
        turns = [*book.row(over, AT), *book.row(both, AT + 1)]
        assert [(turn.call.id, turn.pop, turn.call.perhaps) for turn in turns if turn.call.id == "pbx"][-1:] == [
            ("pbx", False, None)
        ]
        assert [(call.id, call.perhaps) for call in book.calls(AT + 1)] == [("pbx", None)]

    def test_what_a_person_made_one_and_two_again_holds_for_an_own_line(self) -> None:
        book = CallBook(Tracker())
        other = row(sources=(SourceKey("cloud", "x"),), called=Called(line=SafeText("2")))
        book.row(other, AT)
        ring = event(EventKind.RINGING, 1, MEI)
        ring = msgspec.structs.replace(ring, called=Called(line=SafeText("1")))
        book.heard(ring, "")
        own = book.of(SourceKey("line", "1"))
        assert own is not None
        (mine,) = [call for call in book.calls(AT + 1) if call.id == own]
        assert mine.perhaps == "other"
        kept, gone = joined_by_person(other, mine, AT + 2)
        for each in (kept, gone):
            book.row(each, AT + 2)
        assert (book.resolve(own), [call.id for call in book.calls(AT + 2)]) == ("other", ["other"])
        assert gone.joined is not None
        for each in parted(kept, gone, gone.joined):
            book.row(each, AT + 3)
        assert (book.resolve(own), {call.id for call in book.calls(AT + 3)}) == (own, {own, "other"})
        assert {call.id: call.state for call in book.calls(AT + 3)}[own] is CallState.RING_STOPPED


@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.MISSED])
def test_how_a_call_ended_stays_when_this_desks_own_half_of_it_is_given_up(outcome: Outcome) -> None:
    book = CallBook(Tracker())
    pops(book, event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI))
    own = call_id("line", "1")
    book.row(row(), AT + 2)
    book.row(row(id=own, merged_into="other", sources=(SourceKey("line", "1"),)), AT + 2)
    book.heard(event(EventKind.RING_STOPPED, 14), "main")
    over = row(CallState.ENDED, ended=AT + 20, outcome=outcome, sources=(SourceKey("pbx", "7"), SourceKey("line", "1")))
    book.row(over, AT + 20)
    assert (found := book.find("other")) is not None
    assert found.outcome is outcome
    _, turns = book.due(AT + 90)
    assert (found := book.find("other")) is not None
    assert found.outcome is outcome
    assert not [turn for turn in turns if turn.call.outcome is not outcome]


class TestWhatOthersKnowOfACallThatThisDesksLineHeard:
    """A passive line hears that it stopped ringing and nothing more; an exchange or a webhook says who answered."""

    OWN = call_id("line", "1")
    BOTH = SourceKey("line", "1"), SourceKey("pbx", "7")

    def silent(self) -> CallBook:
        book = CallBook(Tracker())
        pops(book, event(EventKind.RINGING), event(EventKind.CALLER, 1, MEI), event(EventKind.RING_STOPPED, 8))
        return book

    def known(self, state: CallState, **more: object) -> Call:
        return row(state, id=self.OWN, sources=self.BOTH, last_ring=AT + 8, **more)

    @pytest.mark.parametrize("state", [CallState.ANSWERED, CallState.HELD, CallState.TRANSFERRING])
    def test_it_is_not_given_up_while_people_talk_and_ends_when_that_is_said(self, state: CallState) -> None:
        book = self.silent()
        book.row(self.known(state, answered=AT + 9), AT + 9)
        assert book.due(AT + 3600) == ((), [])
        assert (book.due_in(AT + 3600) or 0) > 3600, "nor asked about again and again"
        over = self.known(CallState.ENDED, answered=AT + 9, ended=AT + 3601, outcome=Outcome.ANSWERED)
        (turn,) = book.row(over, AT + 3601)
        assert (turn.call.state, turn.call.outcome) == (CallState.ENDED, Outcome.ANSWERED)
        assert book.due_in(AT + 3601) is None
        assert book.due(AT + 50_000) == ((), [])

    def test_what_was_handed_on_or_let_wait_is_not_given_up_either(self) -> None:
        book = self.silent()
        handed = {"claimed_by": "ann", "claimed_at": AT + 9, "handed_by": "mei", "on_hold": True}
        book.row(self.known(CallState.RING_STOPPED, **handed), AT + 9)
        assert book.due(AT + 3600) == ((), [])

    def test_a_queue_that_took_the_call_is_not_over_with_the_ringing(self) -> None:
        book = self.silent()
        book.row(self.known(CallState.QUEUED), AT + 9)
        assert (found := book.find(self.OWN)) is not None
        assert found.state is CallState.QUEUED
        assert book.due(AT + 3600) == ((), [])
        (call,), _ = book.due(AT + 3608)
        assert not call.live

    def test_a_queue_to_which_the_link_of_this_desk_is_lost_rings_no_more(self) -> None:
        book = CallBook(Tracker())
        book.heard(event(EventKind.QUEUED, caller=MEI), "main")
        book.row(self.known(CallState.QUEUED), AT + 1)
        lost = msgspec.structs.replace(event(EventKind.RING_STOPPED, 600), lapsed=True)
        (turn,) = book.heard(lost, "main")
        assert turn.call.state is CallState.RING_STOPPED

    def test_it_is_given_up_where_nobody_says_anything_for_a_working_day(self) -> None:
        book = self.silent()
        book.row(self.known(CallState.ANSWERED, answered=AT + 9), AT + 9)
        (call,), _ = book.due(AT + 10 + 12 * 3600)
        assert (call.id, call.live) == (self.OWN, False)

    def test_a_row_that_says_only_that_it_rings_keeps_nobody_waiting(self) -> None:
        book = self.silent()
        book.row(self.known(CallState.RINGING), AT + 9)
        (call,), _ = book.due(AT + 69)
        assert (call.live, call.outcome) == (False, Outcome.UNKNOWN)

    def test_an_answer_that_comes_after_it_was_given_up_here_is_shown(self) -> None:
        book = self.silent()
        book.due(AT + 69)
        (turn,) = book.row(self.known(CallState.ANSWERED, answered=AT + 9), AT + 70)
        assert (turn.pop, turn.call.state, turn.call.outcome) == (False, CallState.ANSWERED, None)

    def test_what_others_gave_up_rings_on_when_they_say_so(self) -> None:
        book = self.silent()
        book.row(
            self.known(CallState.ENDED, ended=AT + 68, outcome=Outcome.UNKNOWN, lapsed=True, inferred=True), AT + 68
        )
        (turn,) = book.row(msgspec.structs.replace(self.known(CallState.RINGING), last_ring=AT + 80), AT + 80)
        assert (turn.pop, turn.call.state) == (False, CallState.RINGING)
