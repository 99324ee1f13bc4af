"""UUIDv7 that sort as they were made, and ids on which several agree."""

import re
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.ids import RINGDESK_NAMESPACE, Uuid7Source, call_id, callback_id, goes_on, is_agreed, is_uuid, source_id


def zeros(count: int) -> bytes:
    return bytes(count)


def ones(count: int) -> bytes:
    return b"\xff" * count


def test_the_parts_of_an_id() -> None:
    """RFC 9562, section 5.7: 48 bits of time, version 7, variant 10."""
    made = UUID(Uuid7Source(lambda: 0x017F22E279B0, ones)())
    assert made.int >> 80 == 0x017F22E279B0
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 64 & 0xFFF == 0
    assert made.int & (1 << 62) - 1 == (1 << 62) - 1


@given(st.lists(st.integers(0, 2**40), min_size=2, max_size=40))
def test_ids_sort_in_the_order_of_making_whatever_the_clock_does(clock: list[int]) -> None:
    ticks = iter(clock)
    source = Uuid7Source(lambda: next(ticks), zeros)
    made = [source() for _ in clock]
    assert made == sorted(set(made))


def test_more_ids_in_a_millisecond_than_the_counter_holds() -> None:
    source = Uuid7Source(lambda: 1000, zeros)
    made = [source() for _ in range(0x1000 * 2 + 5)]
    assert made == sorted(set(made))
    assert UUID(made[0xFFF]).int >> 80 == 1000
    assert UUID(made[0x1000]).int >> 80 == 1001
    assert UUID(made[-1]).int >> 80 == 1002


def test_a_clock_that_steps_back_goes_on_from_the_last_millisecond() -> None:
    ticks = iter([2000, 1000, 2001])
    source = Uuid7Source(lambda: next(ticks), zeros)
    first, second, third = (UUID(source()).int for _ in range(3))
    assert (first >> 80, second >> 80, third >> 80) == (2000, 2000, 2001)
    assert second >> 64 & 0xFFF == 1


def test_the_same_source_has_the_same_id_everywhere() -> None:
    assert source_id("desk-1", "tcp://pbx:5038") == source_id("desk-1", "tcp://pbx:5038")
    assert source_id("desk-1", "tcp://pbx:5038") != source_id("desk-2", "tcp://pbx:5038")
    assert UUID(source_id("desk-1", "x")).version == 5


def test_a_call_id_is_uuid5_of_source_and_native_id() -> None:
    source = source_id("desk-1", "tcp://pbx:5038")
    assert call_id(source, "1763789886.12") == str(uuid5(UUID(source), "1763789886.12"))
    assert call_id(source.upper(), "1") == call_id(source, "1")


@given(st.text(max_size=31), st.text())
def test_a_source_whose_name_is_no_uuid_gives_call_ids_too(source: str, native: str) -> None:
    assert call_id(source, native) == str(uuid5(uuid5(RINGDESK_NAMESPACE, source), native))


def test_what_a_terminal_makes_is_told_from_what_follows_from_a_call() -> None:
    made, agreed = Uuid7Source(lambda: 1000, zeros)(), callback_id(call_id("line", "1"))
    assert (is_uuid(made), is_agreed(made)) == (True, False)
    assert (is_uuid(agreed), is_agreed(agreed)) == (True, True)


@given(st.text(max_size=40))
def test_only_the_usual_form_is_a_uuid(text: str) -> None:
    assert is_uuid(text) == bool(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text, re.ASCII))


@pytest.mark.parametrize("shape", ["{%s}", "urn:uuid:%s", " %s", "%s\n"])
def test_another_form_is_none(shape: str) -> None:
    assert not is_uuid(shape % callback_id("c"))


ROADS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef"))


@given(ROADS, st.sampled_from("abcdef"))
def test_ids_that_lead_round_in_a_circle_go_on_as_one_of_it_wherever_it_begins(
    roads: dict[str, str], begin: str
) -> None:
    end = goes_on(begin, roads.get)
    if end not in roads:
        return
    circle, each = {end}, roads[end]
    while each != end:
        circle.add(each)
        each = roads[each]
    assert end == min(circle)
    assert {goes_on(each, roads.get) for each in circle} == {end}
