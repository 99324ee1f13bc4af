"""What fictional people did: their timeline, and what was promised to them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from uuid import UUID, uuid5

import msgspec

from ringdesk.members import Member
from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.sample.draws import Draws, Weighted
from ringdesk.sample.english import Speak, as_written
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind

TAIPEI_TIME: Final = timezone(timedelta(hours=8))
_DAY: Final = 86_400
_OPENING: Final = 10
_HOURS: Final = 11
_BACK: Final = 3 * 365
"""The oldest entry, in days before now."""

STAFF: Final = tuple(map(SafeText, ("陳雅文", "林俊宏", "王思婷", "張志成", "吳美君", "許家豪", "蔡宜芳", "周怡如")))
_GOODS: Final = (
    "鳳梨酥禮盒",
    "生日蛋糕",
    "保溫瓶",
    "羊毛被",
    "手沖咖啡組",
    "除濕機濾網",
    "運動鞋",
    "精華液",
    "嬰兒推車",
    "無線耳機",
)

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
        "{goods} x{count}，NT${amount:,}，用點數折抵",
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
    ContactKind.MESSAGE: ("LINE 詢問{goods}還有沒有貨", "LINE 傳照片報修", "LINE 預約試穿"),
    ContactKind.MISSED: ("未接來電，未留言", "響鈴後掛斷"),
    ContactKind.NOTE: ("喜歡靠窗座位", "住家大樓管理員可代收", "習慣晚上七點後聯絡", "對香味敏感"),
    ContactKind.EMAIL: ("來信索取發票", "來信詢問企業採購折扣"),
    ContactKind.LETTER: ("寄出生日卡", "寄出週年感謝函"),
}
_STATES: Final = Weighted({SafeText("完成"): 85.0, SafeText("處理中"): 10, SafeText("待回覆"): 5})
_NOTES: Final = (
    "詢問{goods}團購，要 {count} 份，已報價。\n希望附提袋。",
    "{goods}收到有瑕疵，已請門市換新。",
    "改取貨門市，平日 18:00 後較方便。",
    "想加入家庭會員，已說明辦法。",
    "補寄電子發票，電子信箱已更新。",
)
_CORRECTIONS: Final = ("更正：改為宅配到公司。", "補充：先生代收。", "更正：數量加倍，金額另報。", "補充：要開統編。")
_PROMISES: Final = (
    "回電：{goods}到貨通知",
    "回電確認週六取貨",
    "寄送{goods}保固卡",
    "確認退款 NT${amount:,} 是否入帳",
    "準備生日禮",
    "詢問新款{goods}試用意願",
    "主管回電處理客訴",
)


def history(member: Member, seed: int, now: float, speak: Speak = as_written) -> tuple[Contact, ...]:
    """The timeline of a member, newest first, in opening hours (Taipei) before today. `now` is seconds since 1970."""
    draws = Draws(seed, "history", member.id)
    days = sorted(1 + draws.skewed(_BACK) for _ in range(draws.skewed(28)))
    times = sorted((_moment(draws, now, -day) for day in days), reverse=True)
    return tuple(_contact(draws, member, place, at, speak) for place, at in enumerate(times))


def tasks(member: Member, seed: int, now: float, speak: Speak = as_written) -> tuple[Task, ...]:
    """What is open for a member: nothing for most; some of it overdue. `now` is seconds since 1970."""
    draws = Draws(seed, "tasks", member.id)
    count = 1 + draws.chance(0.15) if draws.chance(0.12) else 0
    return tuple(_task(draws, member, place, now, speak) for place in range(count))


def notes(member: Member, seed: int, now: float, speak: Speak = as_written) -> tuple[Note, ...]:
    """What was written down: nothing for most; half of it was revised later, by its author. `now` is seconds since 1970."""
    draws = Draws(seed, "notes", member.id)
    if not draws.chance(0.35):
        return ()
    found: list[Note] = []
    for place in range(1 + draws.below(3)):
        author = draws.pick(STAFF)
        first = Note(
            id=str(uuid5(UUID(member.id), f"note/{place}")),
            member=member.id,
            text=SafeLines(_filled(draws, draws.pick(_NOTES), speak)),
            author=f"sample-{STAFF.index(author)}",
            author_name=author,
            at=_moment(draws, now, -3 - draws.skewed(400)),
        )
        found.append(first)
        if draws.chance(0.5):
            more = SafeLines(f"{first.text}\n{speak(draws.pick(_CORRECTIONS))}")
            row_id = str(uuid5(UUID(member.id), f"note/{place}/1"))
            found.append(msgspec.structs.replace(first, id=row_id, text=more, at=first.at + 86_400, parent=first.id))
    return tuple(found)


def _contact(draws: Draws, member: Member, place: int, at: float, speak: Speak) -> Contact:
    kind = draws.weighted(_KINDS)
    needs_answer = kind in (ContactKind.CALL_IN, ContactKind.MESSAGE, ContactKind.EMAIL)
    return Contact(
        id=str(uuid5(UUID(member.id), f"contact/{place}")),
        member=member.id,
        kind=kind,
        at=at,
        text=_filled(draws, draws.pick(_TEXTS[kind]), speak),
        who=SafeText("") if kind is ContactKind.MISSED else draws.pick(STAFF),
        state=SafeText(speak(draws.weighted(_STATES))) if needs_answer else SafeText(""),
    )


def _task(draws: Draws, member: Member, place: int, now: float, speak: Speak) -> Task:
    author = draws.pick(STAFF)
    due = datetime.fromtimestamp(_moment(draws, now, draws.below(14) - 4), UTC)
    return Task(
        id=str(uuid5(UUID(member.id), f"task/{place}")),
        member=member.id,
        title=_filled(draws, draws.pick(_PROMISES), speak),
        due=SafeText(due.astimezone(TAIPEI_TIME).date().isoformat()),
        author_name=author,
        at=_moment(draws, now, -5 - draws.below(10)),
    )


def _filled(draws: Draws, text: str, speak: Speak) -> SafeText:
    return SafeText(
        speak(text).format(
            goods=speak(draws.pick(_GOODS)), count=1 + draws.skewed(6), amount=50 + 10 * draws.skewed(1_200)
        )
    )


def _moment(draws: Draws, now: float, days: int) -> float:
    """A whole minute in opening hours, `days` after today in Taipei."""
    shift = 8 * 3600
    midnight = (int(now + shift) // _DAY + days) * _DAY - shift
    return float(midnight + _OPENING * 3600 + draws.below(_HOURS * 60) * 60)
