"""What a fictional shop has to do today: a handful of open tasks, each with the contact in which it was promised."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from ringdesk.members import Member
from ringdesk.safetext import SafeText
from ringdesk.sample.contacts import STAFF, TAIPEI_TIME, about, moment
from ringdesk.sample.draws import Draws
from ringdesk.sample.english import Speak, as_written
from ringdesk.sample.goods import liked
from ringdesk.sample.people import member
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind

_PROMISES: Final = (
    ("主管回電處理客訴", ContactKind.CALL_IN, "抱怨宅配遲了兩天，要主管回電", -20.0),
    ("回電：{goods}到貨通知", ContactKind.CALL_IN, "訂的{goods}缺貨，答應一到就通知", 0.75),
    ("回電確認週六取貨", ContactKind.CALL_IN, "想改取貨時間到週六下午", 2.0),
    ("報價：{goods} {dozen} 份", ContactKind.EMAIL, "公司想訂{goods}，約 {dozen} 份，要正式報價", 3.5),
    ("寄送{goods}保固卡", ContactKind.MESSAGE, "{goods}的保固卡不見了，答應補寄", 24.0),
    ("確認退款 NT${amount:,} 是否入帳", ContactKind.VISIT, "退回{goods}，NT${amount:,}，退到信用卡", 48.0),
    ("詢問新款{goods}試用意願", ContactKind.VISIT, "想等新款{goods}，到貨時想先試", 96.0),
)
"""Title, in which contact and with what words it was promised, and hours until it is due; a day and more: on some day."""
_QUARTER: Final = 900
_OPENS, _CLOSES = 10, 21
_PROMISED: Final = 2
"""Days ago; what is late was promised for yesterday."""


def indexes(seed: int, count: int) -> tuple[int, ...]:
    """To whom of the first `count` members something is promised: to seven of them, to a fifth of a few."""
    draws = Draws(seed, "promised", count)
    wanted = max(1, min(len(_PROMISES), count // 5))
    found: dict[int, None] = {}
    while len(found) < wanted:
        found[draws.below(count)] = None
    return tuple(found)


def promised(seed: int, count: int, now: float, speak: Speak = as_written) -> tuple[tuple[Contact, Task], ...]:
    """The open tasks of a shop with `count` members: one late, three for later today (in the evening: for tomorrow morning),
    the others in the days after. `now` is seconds since 1970."""
    people = (member(seed, index, speak) for index in indexes(seed, count))
    return tuple(_promise(seed, one, place, now, speak) for place, one in enumerate(people))


def _promise(seed: int, one: Member, place: int, now: float, speak: Speak) -> tuple[Contact, Task]:
    title, kind, said, hours = _PROMISES[place]
    draws = Draws(seed, "promise", one.id)
    author, at = draws.pick(STAFF), moment(draws, now, -_PROMISED)
    shelf = liked(seed, one.id)
    same = f"promise/words/{one.id}"  # both speak of the same goods and the same sum
    contact = Contact(
        id=str(uuid5(UUID(one.id), "contact/promise")),
        member=one.id,
        kind=kind,
        at=at,
        text=about(Draws(seed, same, place), said, shelf, speak),
        who=author,
        state=SafeText(speak("處理中")) if kind is not ContactKind.VISIT else SafeText(""),
    )
    task = Task(
        id=str(uuid5(UUID(one.id), "task/promise")),
        member=one.id,
        title=about(Draws(seed, same, place), title, shelf, speak),
        due=SafeText(_due(now, hours)),
        author_name=author,
        at=at,
    )
    return contact, task


def _due(now: float, hours: float) -> str:
    """A quarter of an hour in opening hours, in UTC; whole days away: that day in Taipei."""
    due = datetime.fromtimestamp(now, TAIPEI_TIME) + timedelta(hours=hours)
    if hours >= 24:
        return due.date().isoformat()
    due = datetime.fromtimestamp((due.timestamp() // _QUARTER) * _QUARTER, TAIPEI_TIME)
    if hours < 0:
        return _utc(due.replace(hour=min(max(due.hour, _OPENS), _CLOSES - 1)))
    if due.hour >= _CLOSES:
        due = due.replace(hour=_OPENS + int(hours)) + timedelta(days=1)
    return _utc(due.replace(hour=_OPENS + int(hours)) if due.hour < _OPENS else due)


def _utc(due: datetime) -> str:
    return due.astimezone(UTC).isoformat().replace("+00:00", "Z")
