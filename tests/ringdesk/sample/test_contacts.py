"""The history of fictional people."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from ringdesk.ops import decode_row, encode
from ringdesk.safetext import SafeText
from ringdesk.sample import history, member, notes
from ringdesk.sample.goods import GOODS
from ringdesk.timeline import ContactKind

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC).timestamp()
SOLD = re.compile(r"(\w+?)(?: x(\d+))?，NT\$([\d,]+)(?:，刷卡|，部分用點數折抵)?")
CROWD = [member(7, index) for index in range(400)]


def test_a_history_is_made_alone_and_again() -> None:
    assert history(CROWD[5], 7, NOW) == history(member(7, 5), 7, NOW)
    assert history(CROWD[5], 7, NOW) != history(CROWD[5], 8, NOW)


@pytest.mark.parametrize("now", [NOW, 0.0, NOW + 0.75, NOW + 14 * 3600])
def test_entries_are_past_newest_first_and_in_opening_hours(now: float) -> None:
    for one in CROWD[:50]:
        entries = history(one, 7, now)
        assert all(entry.member == one.id for entry in entries)
        times = [entry.at for entry in entries]
        assert times == sorted(times, reverse=True)
        for at in times:
            taipei = datetime.fromtimestamp(at, UTC) + timedelta(hours=8)
            assert at < now
            assert 10 <= taipei.hour < 21


def test_histories_are_short_for_most_and_mixed() -> None:
    entries = [entry for one in CROWD for entry in history(one, 7, NOW)]
    assert len({entry.id for entry in entries}) == len(entries)
    assert set(ContactKind) - {entry.kind for entry in entries} == {ContactKind.CONFLICT}
    assert 5 < len(entries) / len(CROWD) < 15
    assert min(len(history(one, 7, NOW)) for one in CROWD) == 0
    assert all(entry.text and "{" not in entry.text for entry in entries)
    assert all(bool(entry.who) == (entry.kind is not ContactKind.MISSED) for entry in entries)
    assert all(decode_row("contact", encode(entry)) == entry for entry in entries[:200])


def test_nothing_happened_before_they_were_members() -> None:
    for one in CROWD:
        assert one.since is not None
        for entry in history(one, 7, NOW):
            taipei = datetime.fromtimestamp(entry.at, UTC) + timedelta(hours=8)
            assert taipei.date() >= date.fromisoformat(one.since)


def test_a_price_is_that_of_the_goods() -> None:
    prices = {each.name: each.price for each in GOODS}
    bought = [entry.text for one in CROWD for entry in history(one, 7, NOW) if entry.kind is ContactKind.PURCHASE]
    for text in bought:
        name, count, total = SOLD.fullmatch(text).groups()  # type: ignore[union-attr]
        whole = int(total.replace(",", ""))
        assert whole % prices[name] == 0, text
        assert count is None or whole == prices[name] * int(count), text
        assert 400 <= whole <= 10_000, text
    assert {SOLD.match(text)[1] for text in bought} == set(prices)  # type: ignore[index]


def test_what_is_said_of_goods_suits_them() -> None:
    said = [entry.text for one in CROWD for entry in history(one, 7, NOW)]
    said += [SafeText(note.text) for one in CROWD for note in notes(one, 7, NOW)]
    fitted = [text for text in said if "試穿" in text]
    assert fitted
    assert all("運動鞋" in text for text in fitted)
    assert not any(name in text for text in said if "試用" in text or "報修" in text for name in ("蛋糕", "鳳梨酥"))


def test_nobody_is_told_the_same_twice_while_there_is_more_to_say() -> None:
    for one in CROWD:
        texts = [note.text for note in notes(one, 7, NOW) if note.parent is None]
        assert len(texts) == len(set(texts))
        calls = [entry.text for entry in history(one, 7, NOW) if entry.kind is ContactKind.VISIT]
        assert len(calls) > 4 or len(calls) == len(set(calls))


def test_what_is_long_ago_is_settled() -> None:
    states = [(entry.at, entry.state) for one in CROWD for entry in history(one, 7, NOW) if entry.state]
    assert {state for at, state in states if at < NOW - 7 * 86_400} == {"完成"}
    assert {state for _, state in states} == {"完成", "處理中", "待回覆"}
