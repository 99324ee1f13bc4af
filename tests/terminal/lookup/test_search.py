"""Finding members by number, tail, code, name, and digits with a name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ringdesk import numbers
from ringdesk.members import Member, MemberNumber
from ringdesk.ops import Row, RowKey
from ringdesk.safetext import SafeText
from ringdesk.timeline import Contact, ContactKind
from terminal.lookup import search
from terminal.lookup.search import MAX_QUERY, Lookup
from terminal.news import Match
from terminal.serverclock import ServerClock
from terminal.store.replica import Store
from tests.terminal.store.model import ORG, Ids, Server

DAY = 86_400.0
NOON = 20_000 * DAY


def member(row_id: str, name: str, *raws: str, code: str = "", usual: bool = False) -> Member:
    held = tuple(MemberNumber(SafeText(raw), numbers.read(raw, "TW", "2").e164, usual=usual) for raw in raws)
    return Member(id=row_id, name=SafeText(name), numbers=held, code=SafeText(code))


PEOPLE = (
    member("lin", "林美玲", "0912-345-678", "(02)2698-2989", code="A0012"),
    member("chen", "陳美玲", "0923-111-678"),
    member("old", "林大同", "0933-222-678"),
    member("pair1", "王家", "02-2345-6789"),
    member("pair2", "李媽媽", "02-2345-6789", usual=True),
    member("pair3", "李小妹", "02-2345-6789"),
    member("smith", "Anna Smith", "+81 3-1234-5678"),
    member("long", "鄂爾多斯騰格里"),
    member("digits", "7-Eleven 678"),
)
CONTACTS = {"lin": 3, "chen": 9, "old": 1, "pair1": 2, "pair3": 5}


@pytest.fixture
async def lookup(tmp_path: Path) -> AsyncIterator[Lookup]:
    store = await Store.open(tmp_path, ids=Ids(), clock=ServerClock(lambda: NOON))
    server = Server()
    rows: dict[RowKey, Row] = {("member", person.id): person for person in PEOPLE}
    rows |= {
        ("contact", f"c-{who}"): Contact(id=f"c-{who}", member=who, kind=ContactKind.CALL_IN, at=NOON + day * DAY)
        for who, day in CONTACTS.items()
    }
    rows["member", "alias"] = Member(id="alias", name=SafeText("林美玲"), merged_into="lin", numbers=PEOPLE[0].numbers)
    server.write(rows, None)
    await store.welcomed(server.welcome())
    for frame in server.frames(ORG, 0, 100):
        await store.apply(frame)  # type: ignore[arg-type]
    yield Lookup(store.reader, region="TW", area="2")
    await store.close()


def said(matches: list[Match]) -> list[tuple[str, str, bool]]:
    return [(match.member.id, match.why.code, match.guess) for match in matches]


async def test_an_exact_number(lookup: Lookup) -> None:
    assert said(await lookup.by_number(numbers.read("0912345678"))) == [("lin", "number_exact", False)]


async def test_a_shared_number_has_the_usual_caller_first_then_the_last_contact(lookup: Lookup) -> None:
    matches = await lookup.by_number(numbers.read("0223456789"))
    assert [match.member.id for match in matches] == ["pair2", "pair3", "pair1"]
    assert {match.why.english() for match in matches} == {"3 people share this number"}


@pytest.mark.parametrize(
    "raw", ["", "P", "O", "anonymous", "未顯示號碼", "0000000000", "110", "nonsense", "0999888777"]
)
async def test_what_is_no_number_of_theirs_matches_nobody(lookup: Lookup, raw: str) -> None:
    assert await lookup.by_number(numbers.read(raw)) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("0912345678", [("lin", "number_exact", False)]),
        ("+886 912 345 678", [("lin", "number_exact", False)]),
        ("０９１２－３４５－６７８", [("lin", "number_exact", False)]),
        ("2698-2989", [("lin", "number_exact", False)]),
        ("678", [(who, "tail_matches", True) for who in ("chen", "lin", "old", "smith")]),
        ("6789", [("pair3", "tail_matches", True), ("pair1", "tail_matches", True), ("pair2", "tail_matches", True)]),
        ("45678", [("lin", "tail_matches", True), ("smith", "tail_matches", True)]),
        ("345678", [("lin", "tail_matches", True), ("smith", "tail_matches", True)]),
        ("a0012", [("lin", "code_matches", False)]),
        ("美玲", [("chen", "name_matches", True), ("lin", "name_matches", True)]),
        ("林", [("lin", "name_starts", True), ("old", "name_starts", True)]),
        ("林小姐", [("lin", "name_starts", True), ("old", "name_starts", True)]),
        ("smi", [("smith", "name_matches", True)]),
        ("smith anna", [("smith", "name_matches", True)]),
        ("爾多斯騰格", [("long", "name_matches", True)]),
        ("鄂爾多斯騰", [("long", "name_starts", True)]),
        ("678 林", [("lin", "and", True), ("old", "and", True)]),
        ("林678", [("lin", "and", True), ("old", "and", True)]),
        ("陳 111-678", [("chen", "and", False)]),
        ("678 陳", [("chen", "and", False)]),
        ("陳小姐678", [("chen", "and", False)]),
        ("digits 7", []),
        ("7-eleven 678", [("digits", "name_matches", True)]),
        ("王 222-678", [("old", "tail_only", True), ("pair1", "name_only", True)]),
        ("999 林", [("lin", "name_only", True), ("old", "name_only", True)]),
        ("無此人 678", [(who, "tail_only", True) for who in ("chen", "lin", "old", "smith")]),
        ("林 0923111678", [("chen", "tail_only", True), ("lin", "name_only", True), ("old", "name_only", True)]),
        ("林 67", [("lin", "name_alone", True), ("old", "name_alone", True)]),
        ("無此人 999", []),
        ("0999888777", []),
        ("", []),
        ("   ", []),
        ("%_", []),
        ("無此人", []),
        ("'; drop table gram; --", []),
    ],
)
async def test_the_search_box(lookup: Lookup, query: str, found: list[tuple[str, str, bool]]) -> None:
    assert said(await lookup.search(query)) == found


async def test_two_reasons_are_said_together(lookup: Lookup) -> None:
    why = (await lookup.search("678 林"))[0].why
    assert why.english() == "the number ends in 678, and the name starts with 林"


async def test_where_nobody_has_both_each_row_says_what_it_has(lookup: Lookup) -> None:
    only_number, only_name = (match.why.english() for match in await lookup.search("王 222-678"))
    assert only_number == "nobody has both: only the number ends in 222678"
    assert only_name == "nobody has both: only the name has 王"
    assert (await lookup.search("林 67"))[0].why.english() == "the name has 林; 67 is too short to look for"


async def test_many_with_the_digits_leave_room_for_those_with_the_name(lookup: Lookup) -> None:
    codes = [match.why.code for match in await lookup.search("王 678", 4)]
    assert codes == ["tail_only", "tail_only", "name_only"]


async def test_what_comes_after_the_longest_query_is_not_read(lookup: Lookup) -> None:
    assert said(await lookup.search("林美玲".ljust(MAX_QUERY) + "王")) == said(await lookup.search("林美玲")) != []
    assert await lookup.search("王" * 1_000_000) == []


async def test_who_share_a_number_are_counted_all(lookup: Lookup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_MAX_SHARED", 2)
    found = await lookup.by_number(numbers.read("0223456789"))
    assert [match.why.english() for match in found] == ["3 people share this number"] * 2


async def test_the_limit(lookup: Lookup) -> None:
    assert [match.member.id for match in await lookup.search("678", 1)] == ["chen"]
    assert await lookup.search("678", 0) == []
    assert await lookup.search("x" * 100_000) == []


async def test_every_guess_is_labelled(lookup: Lookup) -> None:
    for query in ("678", "林", "a0012", "0912345678", "678 林", "678 陳", "smi"):
        matches = await lookup.search(query)
        for match in matches:
            alone_with_both = match.why.code == "and" and len(matches) == 1
            exact = match.why.code in ("number_exact", "number_shared", "code_matches")
            assert match.guess == (not exact and not alone_with_both)


async def test_one_of_two_is_a_guess_also_where_only_one_is_asked_for(lookup: Lookup) -> None:
    assert said(await lookup.search("678 林", 1)) == [("lin", "and", True)]


async def test_where_not_all_were_looked_at_nobody_is_sure(lookup: Lookup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_SCANNED", 1)
    assert said(await lookup.search("678 陳")) == [("chen", "and", True)]
