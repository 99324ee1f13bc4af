"""What bridges to telephone boxes in shops post (AD800 and its kin): one JSON object for each change of a line.

    {"date": "2026/11/22", "time": "13:38:05", "line": 1, "number": "0912345678", "status": "Ringing", "store": "S01"}

The names may begin with `call_`, and `num`, `store_id` are understood. A call has no id in it: what is told after its ringing
belongs to the call that rang last on the same line of the same store. Where the end overtakes the ring, the times of the box
say so.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ringdesk.calls import CallEvent, EventKind, Outcome
from ringdesk.codecs import hookfacts, hooktimes, http, refusals, tokens
from ringdesk.codecs.http import Answer, Request
from ringdesk.codecs.lastrings import LastCall, LastRings
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.safetext import SafeText

_OTHER_NAMES: Final = {"num": "number", "storeid": "store"}
_MEANINGS: Final = {
    "ringing": (EventKind.RINGING, None),
    "hookoff": (EventKind.ANSWERED, None),
    "hookon": (EventKind.ENDED, Outcome.ANSWERED),
    "missed": (EventKind.ENDED, Outcome.MISSED),
}
"""A bridge tells `HookOn` only of a call that was picked up, `Missed` of one that was not."""
_LATE: Final = 3600.0
"""Seconds by which a ring may be older than what came before it here: what is older yet has a clock that was set between."""


class ShopDialect:
    """A `WebhookDialect`. It remembers of each line the call that rang last; without that memory the end of a call is told of
    a call of its own, which never pops."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line
        self._rings = LastRings()

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One change of one line."""
        if not tokens.carried(request, secrets):
            return Verdict.refuse(refusals.FORGED)
        said = _read(request.json or {})
        meaning = _MEANINGS.get(said.get("status", "").lower())
        if meaning is None or not all(said.get(name) for name in ("date", "time", "line")):
            return Verdict.refuse(refusals.UNREADABLE)
        place = " ".join(each for each in (said.get("store", ""), said["line"]) if each)
        call = self._call(*meaning, place, said, now)
        rung, (kind, outcome) = meaning[0] is EventKind.RINGING, meaning
        if rung and call.silent:
            kind, outcome = (EventKind.ANSWERED, None) if call.over is None else (EventKind.ENDED, Outcome.ANSWERED)
            call.silent = False
        event = CallEvent(
            event=kind,
            at=hooktimes.at(f"{said['date']} {said['time']}", now),
            source=self._source,
            native_id=call.native_id,
            called=hookfacts.called(line=" ".join(each for each in (self._line, place) if each)),
            outcome=outcome,
            line_time=SafeText(f"{said['date']} {said['time']}"),
        )
        if rung or kind is not EventKind.ANSWERED:  # else a call of its own would pop
            event = msgspec.structs.replace(event, caller=hookfacts.caller(said.get("number", "")))
        once = hookfacts.delivery(*(said.get(name, "") for name in ("store", "line", "date", "time", "status")))
        again = not hooktimes.clock_was_set(f"{said['date']} {said['time']}")
        return Verdict(answer=Answer(200), events=() if call.silent else (event,), once=once, again=again)

    def _call(
        self, kind: EventKind, outcome: Outcome | None, place: str, said: Mapping[str, str], now: float
    ) -> LastCall:
        """By the times of the box, for a ring may come after what followed it. What follows a call that is over is of the next
        one; as long as that has not rung, nothing is told of it but that it was missed."""
        when = f"{said['date']} {said['time']}"
        new, at = hookfacts.native_id(f"{place} {when}"), hooktimes.seconds(when) or now
        last = self._rings.last(place)
        over = None if last is None else last.over
        own = over is None or at <= over
        if kind is EventKind.RINGING:
            self._rings.rang(place, new, at, (at, at + _LATE))
        else:
            self._rings.follows(place, new, at, over=kind is EventKind.ENDED, own=own)
        call = self._rings.last(place)
        assert call is not None
        if not own and kind is not EventKind.RINGING:
            call.silent = outcome is not Outcome.MISSED
        return call


def _read(data: Mapping[str, Any]) -> dict[str, str]:
    """The values by our names: the names as bridges write them differ in signs and in a prefix."""
    found: dict[str, str] = {}
    for name in data:
        plain = "".join(char for char in name.lower().removeprefix("call_") if char.isalnum())
        found.setdefault(_OTHER_NAMES.get(plain, plain), http.text_of(data, name).strip())
    return found
