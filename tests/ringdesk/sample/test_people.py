"""The fictional people: reproducible, plausible, with numbers that are valid."""

import itertools
from collections import Counter
from datetime import date

import pytest

from ringdesk.members import Member
from ringdesk.names import surname
from ringdesk.numbers import Kind, read, readable
from ringdesk.ops import decode_row, encode
from ringdesk.sample import member, people

COUNT = 3000


@pytest.fixture(scope="module")
def crowd() -> list[Member]:
    return list(people(7, COUNT))


def test_the_same_seed_gives_the_same_people_on_every_machine() -> None:
    first = member(7, 0)
    assert first.id == "f3682b46-54eb-581e-83af-b5f766155698"
    assert (first.code, first.name, first.honorific, first.home_store) == ("M0000001", "張振傑", "先生", "屏東店")
    assert [number.e164 for number in first.numbers] == ["+886938401041"]


def test_a_member_is_made_without_the_others(crowd: list[Member]) -> None:
    for index in (0, 1, 49, 50, 1234, COUNT - 1):
        assert member(7, index) == crowd[index]
    assert member(7, 4_999_999).code == "M5000000"
    assert list(itertools.islice(people(7, 5_000_000), 3)) == crowd[:3]
    assert list(people(7, 0)) == []


def test_another_seed_gives_other_people(crowd: list[Member]) -> None:
    others = list(people(8, COUNT))
    assert not {one.id for one in crowd} & {one.id for one in others}
    assert sum(one.name == other.name for one, other in zip(crowd, others, strict=True)) < COUNT / 20


def test_ids_and_codes_are_unique(crowd: list[Member]) -> None:
    assert len({one.id for one in crowd}) == len({one.code for one in crowd}) == COUNT


def test_every_number_is_valid_and_reads_as_it_was_typed(crowd: list[Member]) -> None:
    for number in itertools.chain.from_iterable(one.numbers for one in crowd):
        meaning = read(number.raw)
        assert number.e164 is not None
        assert meaning.e164 == number.e164
        assert meaning.kind in (Kind.MOBILE, Kind.FIXED, Kind.OTHER)
        assert read(readable(number.e164)).e164 == number.e164


def test_every_area_of_the_sample_has_valid_numbers() -> None:
    """Small islands have few people: enough members that each area comes up."""
    areas: Counter[str] = Counter()
    for index in range(40_000):
        for number in member(3, index).numbers:
            if number.raw.startswith("("):
                areas[number.raw[1:].partition(")")[0]] += 1
                if areas[number.raw[1:].partition(")")[0]] <= 20:
                    assert read(number.raw).e164 == number.e164
    assert set(areas) == {"02", "03", "037", "04", "049", "05", "06", "07", "08", "082", "089", "0836"}


def test_six_in_a_hundred_share_a_number(crowd: list[Member]) -> None:
    owners = Counter(number.e164 for one in crowd for number in one.numbers)
    sharing = [one for one in crowd if any(owners[number.e164] > 1 for number in one.numbers)]
    assert 0.04 <= len(sharing) / COUNT <= 0.08
    assert 2 <= max(owners.values()) <= 4
    for e164, count in owners.items():
        if count > 1:
            group = [(one, number) for one in crowd for number in one.numbers if number.e164 == e164]
            assert sum(number.usual for _, number in group) == 1
            assert len({one.home_store for one, _ in group}) == 1
            assert len({number.label for _, number in group}) == 1


def test_a_child_has_the_name_of_the_first_of_the_household() -> None:
    households = 0
    for start in range(0, 5_000, 50):
        block = [member(7, index) for index in range(start, start + 50)]
        lines = Counter(number.e164 for one in block for number in one.numbers if number.label == "家")
        shared = {e164 for e164, count in lines.items() if count >= 3}
        group = [one for one in block if any(number.e164 in shared for number in one.numbers)]
        if group and all(one.language == "zh-TW" and "·" not in one.name for one in group):
            households += 1
            assert {surname(one.name)[0] for one in group[2:]} == {surname(group[0].name)[0]}
    assert households > 10


def test_names_are_as_frequent_as_in_taiwan(crowd: list[Member]) -> None:
    initials = Counter(one.name[0] for one in crowd)
    assert [name for name, _ in initials.most_common(2)] == ["陳", "林"]
    assert 0.08 < initials["陳"] / COUNT < 0.14
    assert any(surname(one.name) == "歐陽" for one in people(7, 20_000))
    assert {"zh-TW", "en", "ja", "vi"} <= {one.language for one in crowd}
    assert any("·" in one.name for one in crowd)


def test_all_the_facts_of_a_card_occur(crowd: list[Member]) -> None:
    assert {one.tier for one in crowd} == {"一般", "銀卡", "金卡", "白金"}
    flags = {flag for one in crowd for flag in one.flags}
    assert {"堅果過敏", "勿推銷"} <= flags
    assert any(flag.startswith("欠款 NT$") for flag in flags)
    assert all(one.do_not_call == ("勿推銷" in one.flags) for one in crowd)
    assert 0 <= min(one.points for one in crowd) < 100 < max(one.points for one in crowd) < 40_000
    assert len({one.home_store for one in crowd}) > 12
    for one in crowd:
        assert one.since is not None
        assert date(2016, 1, 1) <= date.fromisoformat(one.since) < date(2026, 11, 1)
        assert one.birthday is None or date.fromisoformat(one.birthday) < date(2009, 1, 1)
        assert len(set(one.tags)) == len(one.tags) <= 3


def test_a_member_of_the_sample_is_a_row_like_any_other(crowd: list[Member]) -> None:
    for one in crowd[:300]:
        assert decode_row("member", encode(one)) == one
