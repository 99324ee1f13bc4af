"""What fictional people did and what was written down about them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Final
from uuid import UUID, uuid5

import msgspec

from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.sample.draws import Draws, Weighted
from ringdesk.sample.english import Speak, as_written
from ringdesk.sample.goods import Goods, filled, liked, suiting
from ringdesk.timeline import Contact, ContactKind

TAIPEI_TIME: Final = timezone(timedelta(hours=8))
_DAY: Final = 86_400
_OPENING: Final = 10
_HOURS: Final = 11
_BACK: Final = 3 * 365
"""The oldest entry, in days before now."""

STAFF: Final = tuple(map(SafeText, ("陳雅文", "林俊宏", "王思婷", "張志成", "吳美君", "許家豪", "蔡宜芳", "周怡如")))

_KINDS: Final = Weighted(
    {
        ContactKind.PURCHASE: 34.0,
        ContactKind.CALL_IN: 26,
        ContactKind.VISIT: 10,
        ContactKind.CALL_OUT: 9,
        ContactKind.MESSAGE: 8,
        ContactKind.MISSED: 6,
        ContactKind.NOTE: 4,
        ContactKind.EMAIL: 2,
        ContactKind.LETTER: 1,
    }
)
_TEXTS: Final[dict[ContactKind, tuple[str, ...]]] = {
    ContactKind.PURCHASE: (
        "{goods} x{count}，NT${amount:,}",
        "{goods}，NT${amount:,}，刷卡",
        "{goods} x{count}，NT${amount:,}，部分用點數折抵",
    ),
    ContactKind.CALL_IN: (
        "詢問{goods}到貨時間",
        "想改取貨時間到週六下午",
        "查詢點數與到期日",
        "{goods}有瑕疵，要求換貨",
        "問週末營業時間與停車",
        "訂購{goods} x{count}，門市自取",
        "抱怨上次等太久，已道歉並記錄",
    ),
    ContactKind.CALL_OUT: ("通知{goods}已到店", "回電說明保固範圍", "關懷電話：使用滿意", "回電未接，改傳簡訊"),
    ContactKind.VISIT: ("到店試用{goods}，考慮中", "領取{goods}", "補辦會員卡", "陪家人來挑{goods}"),
    ContactKind.MESSAGE: ("LINE 詢問{goods}還有沒有貨", "LINE 傳照片報修{goods}", "LINE 預約試穿{goods}"),
    ContactKind.MISSED: ("未接來電，未留言", "響鈴後掛斷"),
    ContactKind.NOTE: ("喜歡靠窗座位", "住家大樓管理員可代收", "習慣晚上七點後聯絡", "對香味敏感"),
    ContactKind.EMAIL: ("來信索取發票", "來信詢問企業採購折扣"),
    ContactKind.LETTER: ("寄出生日卡", "寄出週年感謝函"),
}
_SETTLED: Final = SafeText("完成")
_STATES: Final = Weighted({_SETTLED: 85.0, SafeText("處理中"): 10, SafeText("待回覆"): 5})
_NOTES: Final = (
    "公司要訂{goods}，{dozen} 份，已報價。\n希望附提袋。",
    "{goods}收到有瑕疵，已請門市換新。",
    "改取貨門市，平日 18:00 後較方便。",
    "想加入家庭會員，已說明辦法。",
    "補寄電子發票，電子信箱已更新。",
)
_CORRECTIONS: Final = ("更正：改為宅配到公司。", "補充：先生代收。", "補充：要開統編。")
_UNSAID: Final = 7
"""Days after which everything is settled."""


def history(member: Member, seed: int, now: float, speak: Speak = as_written) -> tuple[Contact, ...]:
    """The timeline of a member, newest first, in opening hours (Taipei), since they are one and before today. `now` is
    seconds since 1970."""
    draws = Draws(seed, "history", member.id)
    longest = max(1, min(_BACK, _days_since(member, now)))
    days = sorted(1 + draws.skewed(longest) for _ in range(draws.skewed(28)))
    times = sorted((moment(draws, now, -day) for day in days), reverse=True)
    shelf = liked(seed, member.id)
    said: set[str] = set()
    return tuple(_contact(draws, member, _Past(shelf, said, now), place, at, speak) for place, at in enumerate(times))


def _days_since(member: Member, now: float) -> int:
    if member.since is None:
        return _BACK
    return (datetime.fromtimestamp(now, TAIPEI_TIME).date() - date.fromisoformat(member.since)).days


def notes(member: Member, seed: int, now: float, speak: Speak = as_written) -> tuple[Note, ...]:
    """What was written down: nothing for most; half of it was revised later, by its author. `now` is seconds since 1970."""
    draws = Draws(seed, "notes", member.id)
    if not draws.chance(0.35):
        return ()
    found: list[Note] = []
    shelf, longest = liked(seed, member.id), max(1, min(400, _days_since(member, now) - 3))
    phrases = list(_NOTES)
    for place in range(1 + draws.below(3)):
        author = draws.pick(STAFF)
        first = Note(
            id=str(uuid5(UUID(member.id), f"note/{place}")),
            member=member.id,
            text=SafeLines(about(draws, phrases.pop(draws.below(len(phrases))), shelf, speak)),
            author=f"sample-{STAFF.index(author)}",
            author_name=author,
            at=moment(draws, now, -3 - draws.skewed(longest)),
        )
        found.append(first)
        if draws.chance(0.5):
            more = SafeLines(f"{first.text}\n{speak(draws.pick(_CORRECTIONS))}")
            row_id = str(uuid5(UUID(member.id), f"note/{place}/1"))
            found.append(msgspec.structs.replace(first, id=row_id, text=more, at=first.at + 86_400, parent=first.id))
    return tuple(found)


class _Past(msgspec.Struct, frozen=True):
    """What a member buys, and what was said about them already: only purchases come again in the same words, while there are
    others."""

    shelf: Sequence[Goods]
    said: set[str]
    now: float

    def text(self, draws: Draws, kind: ContactKind) -> str:
        """A phrase for a contact."""
        fresh = [text for text in _TEXTS[kind] if text not in self.said]
        text = draws.pick(fresh or _TEXTS[kind])
        if kind not in (ContactKind.PURCHASE, ContactKind.MISSED):
            self.said.add(text)
        return text


def _contact(draws: Draws, member: Member, past: _Past, place: int, at: float, speak: Speak) -> Contact:
    kind = draws.weighted(_KINDS)
    state = draws.weighted(_STATES)
    needs_answer = kind in (ContactKind.CALL_IN, ContactKind.MESSAGE, ContactKind.EMAIL)
    if at < past.now - _UNSAID * _DAY:
        state = _SETTLED
    return Contact(
        id=str(uuid5(UUID(member.id), f"contact/{place}")),
        member=member.id,
        kind=kind,
        at=at,
        text=about(draws, past.text(draws, kind), past.shelf, speak),
        who=SafeText("") if kind is ContactKind.MISSED else draws.pick(STAFF),
        state=SafeText(speak(state)) if needs_answer else SafeText(""),
    )


def about(draws: Draws, text: str, shelf: Sequence[Goods], speak: Speak) -> SafeText:
    """A phrase with one of the goods of a member in it, or with one that it can be about."""
    goods = draws.pick(suiting(text, shelf))
    return SafeText(filled(draws, speak(text), goods, speak(goods.name)))


def moment(draws: Draws, now: float, days: int) -> float:
    """A whole minute in opening hours, `days` after today in Taipei."""
    shift = 8 * 3600
    midnight = (int(now + shift) // _DAY + days) * _DAY - shift
    return float(midnight + _OPENING * 3600 + draws.below(_HOURS * 60) * 60)
