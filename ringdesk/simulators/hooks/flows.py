"""What the owner or a program in the shop lets be sent: a shop's bridge, Exotel, CloudTalk, 3CX."""

from datetime import UTC, datetime, timedelta
from typing import Final

from ringdesk.simulators.hooks import Part, Told, form, json, query
from ringdesk.times import iso

_TAIPEI: Final = timedelta(hours=8)
"""A bridge tells the time of the wall; nothing goes by it."""


def shop(told: Told) -> list[Part]:
    """Each change of line 1. A number that is withheld is `P`, one that is not known `O`, as the boxes have them."""
    number = told.call.shown or ("P" if told.call.private else "O")
    steps = [(0.0, "Ringing")]
    steps += [(told.answered_after, "HookOff"), (told.ended_after, "HookOn")] if told.taken else []
    steps += [] if told.taken else [(told.answered_after, "Missed")]
    return [_change(told, after, status, number) for after, status in steps]


def _change(told: Told, after: float, status: str, number: str) -> Part:
    when = datetime.fromtimestamp(told.at + after, UTC) + _TAIPEI
    said = {"date": f"{when:%Y/%m/%d}", "time": f"{when:%H:%M:%S}", "line": 1, "number": number, "status": status}
    return json(after, status, {**said, "store": "S01"})


def exotel(told: Told) -> list[Part]:
    """The popup URL (GET) while somebody is rung and when that is over, the status callback (POST) for what became of it."""
    facts = {"CallSid": told.id, "CallFrom": told.as_given, "CallTo": told.called, "Direction": "incoming"}
    rung = {"DialWhomNumber": told.rung}
    found = [query(0.0, "busy", {**facts, **_clock(told, 0.0), "Status": "busy", **rung})]
    if told.taken:
        step = {"EventType": "answered", "Status": "in-progress", **_clock(told, told.answered_after)}
        found.append(form(told.answered_after, "answered", {**facts, **step, **rung}))
    found.append(query(told.ended_after, "free", {**facts, **_clock(told, told.ended_after), "Status": "free", **rung}))
    kind = (
        {"CallType": "completed", "Status": "completed"}
        if told.taken
        else {"CallType": "incomplete", "Status": "no-answer"}
    )
    over = {"EventType": "terminal", **_clock(told, told.ended_after), **kind}
    return [*found, form(told.ended_after, "terminal", {**facts, **over})]


def _clock(told: Told, after: float) -> dict[str, str]:
    return {"CurrentTime": f"{datetime.fromtimestamp(told.at + after, UTC):%Y-%m-%d %H:%M:%S}"}


def cloudtalk(told: Told) -> list[Part]:
    """The steps of docs/reference/webhooks.md; there is no uuid before somebody answers."""
    facts = {"number": told.caller, "name": told.call.shown_name or ""}
    found = [form(0.0, "ringing", {"event": "ringing", **facts, "uuid": "null"})]
    if not told.taken:
        return [*found, form(told.answered_after, "missed", {"event": "missed", **facts, "uuid": "null"})]
    known = {**facts, "uuid": told.uuid}
    return [
        *found,
        form(told.answered_after, "answered", {"event": "answered", **known, "agent": told.rung}),
        form(told.ended_after, "ended", {"event": "ended", **known}),
    ]


def threecx(told: Told) -> list[Part]:
    """The look-up while it rings, and the journal of the call, which makes one that is over."""
    journal = {
        "type": "Inbound" if told.taken else "Missed",
        "number": told.as_given,
        "name": told.call.shown_name or "",
        "agent": told.rung,
        "queue": "",
        "start": iso(told.at),
        "end": iso(told.at + told.ended_after),
    }
    asked = [query(0.0, "look-up", {"number": told.as_given})] if told.call.shown else []
    return [*asked, json(told.ended_after, "journal", journal)]
