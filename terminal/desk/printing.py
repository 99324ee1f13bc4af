"""News, cards and rows as the JSON objects of contracts.md 6: the same object for a row wherever it is printed."""

from typing import Any, Final

import msgspec

from ringdesk.calls import Call
from ringdesk.members import Member
from ringdesk.ops import ROW_TYPES
from ringdesk.printed import call_object
from ringdesk.safetext import encode_hook
from ringdesk.why import Why
from terminal.desk.values import Card
from terminal.news import (
    CallNews,
    HealthNews,
    Match,
    MemberNews,
    News,
    NoteNews,
    NoticeNews,
    RowNews,
    ScreenPop,
    SyncNews,
    TaskNews,
)
from terminal.store.dumps import note_object, row_object, task_object
from terminal.store.outbox import STATES

_EVENTS: Final = {shape: kind for kind, shape in ROW_TYPES.items()}
SETTLED: Final = STATES["settled"]


def match_object(match: Match) -> dict[str, Any]:
    """`{"member", "name", "why", "why_code", "guess"}`."""
    return {
        "member": match.member.id,
        "name": str(match.member.name),
        "why": match.why.english(),
        "why_code": match.why.code,
        "guess": match.guess,
    }


def member_object(member: Member) -> dict[str, Any]:
    """All fields of a member."""
    plain: dict[str, Any] = msgspec.to_builtins(member, enc_hook=encode_hook)
    return plain


def call_row(call: Call) -> dict[str, Any]:
    """A call as it is printed, with what only a desk knows: the disposition, the call that it turned out to be, and the one that
    it may be."""
    disposition = None if call.disposition is None else str(call.disposition)
    perhaps = None if call.merged_into else call.perhaps
    told = {"disposition": disposition, "merged_into": call.merged_into, "possibly_same": perhaps}
    return {**call_object(call), **told}


def card_object(card: Card) -> dict[str, Any]:
    """`{"member", "timeline", "tasks", "notes", "greeting"}`."""
    return {
        "member": member_object(card.member),
        "timeline": [row_object(each) for each in card.timeline],
        "tasks": [task_object(each, SETTLED) for each in card.tasks],
        "notes": [note_object(each, SETTLED) for each in card.notes],
        "greeting": str(card.greeting),
    }


def news_object(news: News) -> dict[str, Any]:
    """One event, flattened; `event` says what it is, `call` is the id of a call wherever it stands."""
    match news:
        case ScreenPop():
            return {"event": "screen_pop", **_pop(news)}
        case CallNews():
            return {"event": "call", **_call(news)}
        case MemberNews():
            return {"event": "member", **member_object(news.member)}
        case NoteNews():
            return {"event": "note", **note_object(news.note, news.state)}
        case TaskNews():
            return {"event": "task", **task_object(news.task, news.state)}
        case RowNews():
            return {"event": _EVENTS[type(news.row)], **row_object(news.row)}
        case SyncNews():
            return {"event": "sync", **_sync(news)}
        case HealthNews():
            return {"event": "health", **_health(news)}
        case NoticeNews():
            return {"event": "notice", "code": news.code, "message": str(news.message)}


def _pop(pop: ScreenPop) -> dict[str, Any]:
    return {
        **call_object(pop.call),
        "matches": [match_object(match) for match in pop.matches],
        "timeline": [row_object(each) for each in pop.timeline],
        "tasks": [task_object(each, SETTLED) for each in pop.tasks],
        "notes": [note_object(each, SETTLED) for each in pop.notes],
        "greeting": str(pop.greeting),
        "mark": None if pop.mark is None else pop.mark.value,
    }


def _call(news: CallNews) -> dict[str, Any]:
    matches = {} if news.matches is None else {"matches": [match_object(match) for match in news.matches]}
    name = None if news.claimed_name is None else str(news.claimed_name)
    return {**call_row(news.call), "claimed_name": name, "mine": news.mine, **_elsewhere(news), **matches}


def _elsewhere(news: CallNews) -> dict[str, Any]:
    """Why a call that was shown is withdrawn although nobody has it."""
    why = Why("rings_elsewhere")
    return {"elsewhere": True, "why": why.english(), "why_code": why.code} if news.elsewhere else {"elsewhere": False}


def _sync(news: SyncNews) -> dict[str, Any]:
    return {
        "connected": news.connected,
        "outbox": news.outbox,
        "cursor": news.cursor,
        "refused": news.refused,
        "why": None if news.why is None else news.why.english(),
        "why_code": None if news.why is None else news.why.code,
    }


def _health(news: HealthNews) -> dict[str, Any]:
    return {
        "source": news.source,
        "label": str(news.label),
        "level": news.level.value,
        "why": news.why.english(),
        "why_code": news.why.code,
        "detail": None if news.detail is None else str(news.detail),
        "served": news.served,
        "gone": news.gone,
    }
