"""Fictional members. Six in a hundred share a number with others: households and companies."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final
from uuid import uuid5

import msgspec

from ringdesk.ids import RINGDESK_NAMESPACE
from ringdesk.members import Member, MemberNumber
from ringdesk.safetext import SafeText
from ringdesk.sample import telephones
from ringdesk.sample.called import SURNAMES, called
from ringdesk.sample.draws import Draws, Weighted
from ringdesk.sample.english import Speak, as_written
from ringdesk.sample.telephones import Area

BLOCK: Final = 50
"""Of every so many members in a row, two to four share a number."""

_HOME: Final = SafeText("家")
_COMPANY: Final = SafeText("公司")

_STORES: Final = Weighted(
    {
        (SafeText("信義店"), telephones.TAIPEI): 16.0,
        (SafeText("南京店"), telephones.TAIPEI): 12,
        (SafeText("板橋店"), telephones.TAIPEI): 16,
        (SafeText("中壢店"), telephones.TAOYUAN): 9,
        (SafeText("竹北店"), telephones.HSINCHU): 6,
        (SafeText("苗栗店"), telephones.MIAOLI): 1,
        (SafeText("公益店"), telephones.TAICHUNG): 12,
        (SafeText("彰化店"), telephones.CHANGHUA): 3,
        (SafeText("南投店"), telephones.NANTOU): 1,
        (SafeText("嘉義店"), telephones.CHIAYI): 3,
        (SafeText("台南店"), telephones.TAINAN): 8,
        (SafeText("左營店"), telephones.KAOHSIUNG): 10,
        (SafeText("屏東店"), telephones.PINGTUNG): 2,
        (SafeText("花蓮店"), telephones.HUALIEN): 0.7,
        (SafeText("台東店"), telephones.TAITUNG): 0.2,
        (SafeText("金門店"), telephones.KINMEN): 0.08,
        (SafeText("馬祖店"), telephones.MATSU): 0.02,
    }
)
_TIERS: Final = Weighted(
    {
        (SafeText("一般"), 600): 70.0,
        (SafeText("銀卡"), 3_000): 18,
        (SafeText("金卡"), 12_000): 9,
        (SafeText("白金"), 40_000): 3,
    }
)
"""Tier and the points that nobody in it exceeds."""
_TAGS: Final = tuple(
    map(
        SafeText,
        (
            "常客",
            "團購",
            "素食",
            "育兒",
            "寵物",
            "線上訂購",
            "企業客戶",
            "學生",
            "銀髮",
            "節慶禮盒",
            "喜歡試用",
            "轉介紹",
        ),
    )
)
_FLAGS: Final = tuple(
    map(
        SafeText,
        ("堅果過敏", "海鮮過敏", "乳糖不耐", "客訴處理中", "聽力不便，請說慢一點", "行動不便", "黑名單：多次未取貨"),
    )
)
_FACTS: Final = tuple(
    map(
        SafeText,
        (
            "左撇子",
            "養一隻柴犬",
            "靠窗座位",
            "喝無糖",
            "管理員可代收",
            "晚上七點後聯絡",
            "開統編",
            "不吃牛",
            "女兒在台中念書",
        ),
    )
)
_SUM: Final = " NT$"
_DO_NOT_SELL: Final = SafeText("勿推銷")
_FIRST_DAY: Final = date(2016, 1, 1).toordinal()
_LAST_DAY: Final = date(2026, 10, 31).toordinal()
_OLDEST: Final = date(1938, 1, 1).toordinal()
_YOUNGEST: Final = date(2009, 1, 1).toordinal()


class _Shared(msgspec.Struct, frozen=True):
    """Members `first` to `first + size - 1` share a number: colleagues or a household."""

    first: int
    size: int
    company: bool


def people(seed: int, count: int, speak: Speak = as_written) -> Iterator[Member]:
    """The first `count` members, one after the other."""
    return (member(seed, index, speak) for index in range(count))


def member(seed: int, index: int, speak: Speak = as_written) -> Member:
    """Member `index` of the people of `seed`; the others need not be made."""
    draws = Draws(seed, "member", index)
    surname, (store, area) = _origin(draws)
    shared = _shared(seed, index // BLOCK)
    within = index - shared.first
    if 0 < within < shared.size:
        surname_of_first, (store, area) = _origin(Draws(seed, "member", shared.first))
        if within > 1 and not shared.company:
            surname = surname_of_first
    who = called(draws, surname)
    tier, most = draws.weighted(_TIERS)
    flags = _flags(draws)
    made = Member(
        id=str(uuid5(RINGDESK_NAMESPACE, f"sample/{seed}/{index}")),
        code=SafeText(f"M{index + 1:07d}"),
        name=who.name,
        honorific=who.honorific,
        numbers=_numbers(draws, seed, index, shared, area, who.language),
        tier=tier,
        points=draws.skewed(most),
        tags=tuple(sorted({draws.pick(_TAGS) for _ in range(draws.below(4))})),
        flags=flags,
        home_store=store,
        language=SafeText("zh-TW" if who.language == "ami" else who.language),
        birthday=_day(draws, _OLDEST, _YOUNGEST) if draws.chance(0.9) else None,
        since=_day(draws, _FIRST_DAY, _LAST_DAY),
        facts=_facts(Draws(seed, "facts", index)),
        do_not_call=_DO_NOT_SELL in flags,
    )
    return made if speak is as_written else _spoken(made, speak)


def _spoken(member: Member, speak: Speak) -> Member:
    """The same in the language of `speak`: nobody's name is in any."""

    def all_of(texts: tuple[SafeText, ...]) -> tuple[SafeText, ...]:
        parts = (text.partition(_SUM) for text in texts)
        return tuple(SafeText(f"{speak(word)}{sign}{rest}") for word, sign, rest in parts)

    return msgspec.structs.replace(
        member,
        honorific=SafeText(speak(member.honorific)),
        numbers=tuple(msgspec.structs.replace(each, label=SafeText(speak(each.label))) for each in member.numbers),
        tier=SafeText(speak(member.tier)),
        tags=all_of(member.tags),
        flags=all_of(member.flags),
        home_store=SafeText(speak(member.home_store)),
        facts=all_of(member.facts),
    )


def _origin(draws: Draws) -> tuple[str, tuple[SafeText, Area]]:
    """Surname and home store: the first two choices about everybody, so that a household can ask for its first member's."""
    return draws.weighted(SURNAMES), draws.weighted(_STORES)


@lru_cache(maxsize=8)
def _shared(seed: int, block: int) -> _Shared:
    draws = Draws(seed, "shared", block)
    size = 2 + draws.below(3)
    return _Shared(block * BLOCK + draws.below(BLOCK - size + 1), size, draws.chance(0.35))


def _numbers(
    draws: Draws, seed: int, index: int, shared: _Shared, area: Area, language: str
) -> tuple[MemberNumber, ...]:
    """Own mobile, then the line of the household or company, or one's own fixed line."""
    own = telephones.abroad(language, seed + index) if draws.chance(0.3) else None
    numbers = [own or telephones.mobile(seed + index, draws.below(3))]
    if 0 <= index - shared.first < shared.size:
        label = _COMPANY if shared.company else _HOME
        numbers.append(telephones.fixed(area, seed + shared.first, label, usual=index == shared.first))
    elif draws.chance(0.3):
        numbers.append(telephones.fixed(area, seed + index, _HOME))
    return tuple(numbers)


def _flags(draws: Draws) -> tuple[SafeText, ...]:
    flags = [draws.pick(_FLAGS)] if draws.chance(0.05) else []
    if draws.chance(0.02):
        flags.append(SafeText(f"欠款{_SUM}{10 * (1 + draws.skewed(400)):,}"))
    if draws.chance(0.04):
        flags.append(_DO_NOT_SELL)
    return tuple(flags)


def _facts(draws: Draws) -> tuple[SafeText, ...]:
    if not draws.chance(0.3):
        return ()
    return tuple(dict.fromkeys(draws.pick(_FACTS) for _ in range(1 + draws.below(4))))


def _day(draws: Draws, first: int, last: int) -> SafeText:
    return SafeText(date.fromordinal(first + draws.below(last - first)).isoformat())
