"""Who rings: a call and the routes of the business, who is there, the time -> the desks and people that ring now. Pure.

The first route that fits counts. A call that no route fits, or whose route names nobody who is there, rings at all desks of
its store: no call may ring nowhere.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal

import msgspec

from ringdesk import numbers, why
from ringdesk.calls import WAITING, Call, CallState, Direction, Routed
from ringdesk.marks import MarkLabel
from ringdesk.presence import PresenceState
from ringdesk.reached import digits_of
from ringdesk.reached import numbers as numbers_of

why.register({"rings_elsewhere": "rings elsewhere now"})

_ENGAGED: Final = frozenset({PresenceState.BUSY, PresenceState.BREAK, PresenceState.AWAY})
"""A hunt passes these over: they could not take the call."""

When = Literal["always", "open", "closed"]
Mode = Literal["ring-all", "hunt"]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls ring where. What is None fits every call; of `lines`, the names of one line, any.

    `called` is a number or the beginning of one, as people write it or with a plus; `extension` a telephone of ours that is
    rung. `store` is the store whose hours count for `when`, and the call's own. `targets` are ids of devices and people, in the
    order of a hunt; each rings for `seconds`.
    """

    id: str
    source: str | None = None
    lines: tuple[str, ...] = ()
    called: str | None = None
    queue: str | None = None
    extension: str | None = None
    store: str | None = None
    when: When = "always"
    mode: Mode = "ring-all"
    seconds: float = 20.0
    targets: tuple[str, ...] = ()


class Team(msgspec.Struct, frozen=True):
    """Who is there: what each person (by id) does, as far as they said, and at each device (by id) whoever works there. People
    are there until they sign out, devices until they are closed out: the next person may not have said anything yet."""

    doing: Mapping[str, PresenceState] = {}
    desks: Mapping[str, PresenceState] = {}

    def turns(self, targets: Iterable[str]) -> tuple[str, ...]:
        """Who could take a call that rings at one after the other."""
        return tuple(each for each in targets if self._state(each) not in _ENGAGED)

    def at_once(self, targets: Iterable[str]) -> tuple[str, ...]:
        """Who rings together: whoever is there, and has no break unless nobody else is left."""
        there = tuple(each for each in targets if self.doing.get(each) is not PresenceState.AWAY)
        return tuple(each for each in there if self._state(each) is not PresenceState.BREAK) or there

    def _state(self, target: str) -> PresenceState | None:
        return self.doing.get(target, self.desks.get(target))


def waits(call: Call) -> bool:
    """Whether the call still asks who takes it."""
    came_in = call.direction is Direction.IN and call.merged_into is None
    return came_in and call.state in WAITING and call.claimed_by is None


def route_of(call: Call, routes: Iterable[Route], is_open: bool, region: str = "TW") -> Route | None:  # noqa: FBT001
    """The first route that fits. `is_open`: whether the store is open now; `region` of the line, to read what was called."""
    return next((route for route in routes if _fits(route, call, region) and _is_time(route, is_open=is_open)), None)


def _is_time(route: Route, *, is_open: bool) -> bool:
    return route.when == "always" or (route.when == "open") is is_open


def _fits(route: Route, call: Call, region: str) -> bool:
    queue, line = call.called.queue, call.called.line
    return (
        (route.source is None or any(key.source == route.source for key in call.sources))
        and (not route.lines or (line is not None and str(line) in route.lines))
        and (route.queue is None or (queue is not None and queue.casefold() == route.queue.casefold()))
        and (route.extension is None or any(leg.agent == route.extension for leg in call.legs))
        and (route.store is None or call.site == route.store)
        and (route.called is None or begins_with(call.called.raw, route.called, region))
    )


def begins_with(number: str | None, beginning: str, region: str = "TW") -> bool:
    """Whether a number is `beginning`, or begins with it; either may be written with its country code or as it is dialled."""
    wanted = "".join(char for char in beginning if char.isdecimal())
    if number is None or not wanted:
        return False
    read = numbers.read(number, region)
    forms = {"".join(char for char in number if char.isdecimal())} | digits_of(read.e164)
    if beginning.lstrip().startswith("+"):
        return read.e164 is not None and read.e164[1:].startswith(wanted)
    return any(form.startswith(wanted) for form in forms)


def seen_at(store: str, route: Route, stores: Mapping[str, str]) -> Route:
    """The route as it is for a call of `store`: without those who are in another one, for they do not see the call. `stores` is
    where each target is; of whom it has nothing, nobody can say that."""
    return msgspec.structs.replace(
        route, targets=tuple(each for each in route.targets if stores.get(each, store) == store)
    )


def begun(route: Route, team: Team, now: float) -> Routed | None:
    """Whom the route rings first; None where nobody of it is there."""
    turns = team.turns(route.targets) if route.mode == "hunt" else ()
    if turns and len(route.targets) > 1:
        return Routed(route=route.id, now=turns[:1], since=now, until=now + route.seconds)
    return _at_once(team.at_once(route.targets), route, now)


def _at_once(targets: tuple[str, ...], route: Route, now: float) -> Routed | None:
    return Routed(route=route.id, now=targets, since=now) if targets else None


def stepped(routed: Routed, route: Route, team: Team, now: float) -> Routed | None:
    """Whom it rings next, once a turn is over: the next in the order who is there and was not rung yet; after the last one all
    of them, until the call ends. None where nobody is there any more."""
    passed = (*routed.passed, *(target for target in routed.now if target not in routed.passed))
    left = [target for target in team.turns(route.targets) if target not in passed]
    if left:
        return Routed(route=route.id, now=(left[0],), passed=passed, since=now, until=now + route.seconds)
    return _at_once(team.at_once(route.targets), route, now)


def rings_elsewhere(call: Call, own: Collection[str]) -> bool:
    """Whether a call for which nobody has been found yet rings at other desks only: `own` are the ids of this one's device and of
    the person who works there."""
    free = call.live and call.claimed_by is None and (call.state in WAITING or call.state is CallState.RING_STOPPED)
    routed = call.routed.now if call.routed is not None else ()
    return free and bool(routed) and not any(target in own for target in routed)


class MarkedNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that are nobody's, by the business's own list: `number` is one, or with `*` behind it the beginning of many."""

    number: str
    label: MarkLabel = MarkLabel.JUNK


def mark_of(call: Call, listed: Iterable[MarkedNumbers], region: str = "TW") -> MarkLabel | None:
    """What the list says of the caller; nothing of one who hides."""
    raw = call.caller.e164 or call.caller.raw
    if raw is None or not numbers_of(call):
        return None
    return label_of(raw, listed, region)


def label_of(raw: str, listed: Iterable[MarkedNumbers], region: str = "TW") -> MarkLabel | None:
    """What the list says of a number, E.164 or as it was given."""
    return next((each.label for each in listed if _is_listed(raw, each.number, region)), None)


def _is_listed(raw: str, listed: str, region: str) -> bool:
    if listed.endswith("*"):
        return begins_with(raw, listed[:-1], region)
    return not (digits_of(raw) | digits_of(numbers.read(raw, region).e164)).isdisjoint(digits_of(listed))
