"""newCall, answer, hangup: the requests of sipgate.io, which Zammad's generic CTI took over (zammad-documentation,
api/generic-cti; developer.sipgate.io, push-api).

A forwarded or transferred call comes as a new call with the first one's id as `origCallId`; by that id it stays one call.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ringdesk import numbers
from ringdesk.calls import Caller, CallEvent, Direction, EventKind, LegState, Outcome, Via
from ringdesk.codecs import hookfacts, hooktimes, http
from ringdesk.codecs.http import Fields
from ringdesk.safetext import SafeText

_CAUSES: Final = {
    "normalClearing": Outcome.ANSWERED,
    "busy": Outcome.BUSY,
    "cancel": Outcome.MISSED,
    "noAnswer": Outcome.MISSED,
    "congestion": Outcome.FAILED,
    "notFound": Outcome.FAILED,
    "rejected": Outcome.REJECTED,
}
"""`cancel`: the caller gave up; of one who waited in a queue that is `abandoned`."""
MOST_USERS: Final = 100
"""Of whom it is told that their telephones ring."""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `group` is the id under which the call stays one."""

    event: str
    number: str
    to: str
    group: str
    once: str
    direction: Direction
    users: tuple[SafeText, ...] = ()
    answering: str = ""
    queue: str = ""
    cause: str = ""
    diversion: str = ""
    follows: bool = False

    @property
    def again(self) -> bool:
        """Whether its names may be another call's one day (`Verdict.again`)."""
        return hooktimes.counted(self.group)


def from_form(values: Fields) -> Push | None:
    """A form; None if it is no such request."""
    users = tuple(value for name, value in values if name in ("user", "user[]"))
    return _push(dict(reversed(values)), users)


def from_object(values: Mapping[str, Any]) -> Push | None:
    """A JSON object; None if it is no such request."""
    users = values.get("user", values.get("user[]"))
    listed = users if isinstance(users, list) else [users]
    return _push(
        {name: http.text_of(values, name) for name in values}, tuple(each for each in listed if isinstance(each, str))
    )


def _push(values: Mapping[str, str], users: tuple[str, ...]) -> Push | None:
    event, call = values.get("event", ""), hookfacts.native_id(values.get("callId", "") or values.get("call_id", ""))
    if not event or not call or values.get("direction", "in") not in ("in", "out"):
        return None
    if event == "newCall" and "from" not in values:
        return None
    original = hookfacts.native_id(values.get("origCallId", ""))
    return Push(
        event=event,
        number=values.get("from", ""),
        to=values.get("to", ""),
        group=original or call,
        once=hookfacts.delivery(call, event, *users),
        direction=Direction(values.get("direction", "in")),
        users=tuple(SafeText(each) for each in users[:MOST_USERS] if each),
        answering=values.get("answeringNumber", ""),
        queue=values.get("queue", ""),
        cause=values.get("cause", ""),
        diversion=values.get("diversion", ""),
        follows=bool(original),
    )


def events(push: Push, source: str, line: str, now: float, caller: Caller | None) -> tuple[CallEvent, ...]:
    """What it tells; nothing for an event that has no meaning for a call (`dtmf`)."""
    forwarder = push.diversion and hookfacts.caller(push.diversion).raw
    base = CallEvent(
        event=EventKind.RINGING,
        at=hooktimes.at_by_id(push.group, now) if push.event == "newCall" and not push.follows else now,
        source=source,
        native_id=push.group,
        direction=push.direction,
        caller=caller,
        called=hookfacts.called(push.to, line, push.queue),
        via=Via(forwarder) if forwarder else None,
    )
    if push.event == "newCall":
        return base, *(
            hookfacts.leg(base, user, LegState.RINGING) for user in push.users if push.direction is Direction.IN
        )
    if push.event == "answer":
        return _answer(base, push)
    return (_hangup(base, push),) if push.event == "hangup" else ()


def _answer(base: CallEvent, push: Push) -> tuple[CallEvent, ...]:
    answering = SafeText(push.answering) if numbers.read(push.answering).national else None
    return hookfacts.answered(base, push.users[0] if push.users else answering)


def _hangup(base: CallEvent, push: Push) -> CallEvent:
    if push.cause == "forwarded" and push.follows:
        return msgspec.structs.replace(base, event=EventKind.TRANSFERRING)
    outcome = _CAUSES.get(push.cause)
    if push.cause == "cancel" and push.queue:
        outcome = Outcome.ABANDONED
    return msgspec.structs.replace(base, event=EventKind.ENDED, outcome=outcome)
