"""merge: how much one row may hold."""

from typing import Any

import pytest

from ringdesk.articles import ArticleKind
from ringdesk.calls import Call, Caller, CallEvent, EventKind, Leg, LegState, Via
from ringdesk.members import Member, MemberNumber
from ringdesk.merge import bounds
from ringdesk.ops import ArticleSave, CallReport, MemberAdd, MemberFields, MemberUpdate, NumberAttach
from ringdesk.ops.calls import MAX_ALSO
from ringdesk.ops.touched import touches
from ringdesk.safetext import SafeText
from tests.ringdesk.merge.test_apply import CHEN, done, refused


def numbers(count: int) -> tuple[MemberNumber, ...]:
    return tuple(MemberNumber(SafeText(f"091200{each:04d}"), f"+88691200{each:04d}") for each in range(count))


def test_a_member_has_so_many_numbers_and_no_more() -> None:
    full = Member(id="m1", name=SafeText("A"), numbers=numbers(bounds.MAX_NUMBERS))
    more = MemberNumber(SafeText("0999"), None)
    assert refused(NumberAttach(member="m1", number=more), full) == "too_many"
    assert done(NumberAttach(member="m1", number=full.numbers[0]), full).rows == {}
    crowd = MemberFields(numbers=numbers(bounds.MAX_NUMBERS + 1))
    assert refused(MemberAdd(fields=crowd)) == refused(MemberUpdate(member="m1", fields=crowd), CHEN) == "too_many"


@pytest.mark.parametrize("name", ["tags", "flags", "facts"])
def test_a_member_has_so_many_words(name: str) -> None:
    words = tuple(SafeText(f"w{each}") for each in range(bounds.MAX_WORDS + 1))
    few: dict[str, Any] = {name: words[1:]}
    many: dict[str, Any] = {name: words}
    assert done(MemberUpdate(member="m1", fields=MemberFields(**few)), CHEN).rows
    assert refused(MemberUpdate(member="m1", fields=MemberFields(**many)), CHEN) == "too_many"


@pytest.mark.parametrize("name", ["keywords", "codes", "tags", "stores"])
def test_so_has_an_article(name: str) -> None:
    many: dict[str, Any] = {name: tuple(SafeText(f"w{each}") for each in range(bounds.MAX_WORDS + 1))}
    assert refused(ArticleSave(kind=ArticleKind.ANSWER, title=SafeText("t"), **many)) == "too_many"


def test_what_a_line_says_is_cut_and_never_refused() -> None:
    long = "z" * 5000
    said = CallEvent(
        event=EventKind.RINGING,
        at=1.0,
        source=long,
        native_id=long,
        linked_id=long,
        caller=Caller(raw=SafeText("1"), e164="+88" + long),
        via=Via(SafeText("2"), long),
        leg=Leg(SafeText(long), LegState.RINGING),
    )
    row = done(CallReport(call="c1", events=(said,))).rows["call", "c1"]
    assert isinstance(row, Call)
    assert (len(row.sources[0].source), len(row.sources[0].native_id)) == (bounds.MAX_PART, bounds.MAX_PART)
    assert row.via is not None
    assert (len(row.via.reason), len(row.legs[0].agent), row.caller.e164) == (bounds.MAX_PART, bounds.MAX_PART, None)


def test_the_calls_that_one_report_joins_are_counted_too() -> None:
    others = tuple(f"o{each}" for each in range(MAX_ALSO + 5))
    rows = [Call(id=each, started=2.0) for each in others]
    joined = done(CallReport(call="c1", events=(), also=others), Call(id="c1", started=1.0), *rows).rows
    assert len(joined) == MAX_ALSO
    assert len(touches("op", CallReport(call="c1", events=(), also=others), "me")) == 1 + MAX_ALSO, (
        "no more is looked up"
    )
