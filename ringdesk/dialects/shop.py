"""What bridges to telephone boxes in shops post (AD800 and its kin): one JSON object for each change of a line.

    {"date": "2026/11/22", "time": "13:38:05", "line": 1, "number": "0912345678", "status": "Ringing", "store": "S01"}

The names may begin with `call_`, and `num`, `store_id` are understood. A call has no id in it: what is told after its ringing
belongs to the call that rang last on the same line of the same store.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ringdesk.calls import CallEvent, EventKind, Outcome
from ringdesk.codecs import hookfacts, hooktimes, http, refusals, tokens
from ringdesk.codecs.http import Answer, Request
from ringdesk.codecs.lastrings import LastRings
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
        kind, outcome = meaning
        place = " ".join(each for each in (said.get("store", ""), said["line"]) if each)
        event = CallEvent(
            event=kind,
            at=hooktimes.at(f"{said['date']} {said['time']}", now),
            source=self._source,
            native_id=self._native_id(kind, place, said),
            called=hookfacts.called(line=" ".join(each for each in (self._line, place) if each)),
            outcome=outcome,
            line_time=SafeText(f"{said['date']} {said['time']}"),
        )
        if kind is not EventKind.ANSWERED:  # else a call of its own would pop
            event = msgspec.structs.replace(event, caller=hookfacts.caller(said.get("number", "")))
        once = hookfacts.delivery(*(said.get(name, "") for name in ("store", "line", "date", "time", "status")))
        again = not hooktimes.clock_was_set(f"{said['date']} {said['time']}")
        return Verdict(answer=Answer(200), events=(event,), once=once, again=again)

    def _native_id(self, kind: EventKind, place: str, said: Mapping[str, str]) -> str:
        new = hookfacts.native_id(f"{place} {said['date']} {said['time']}")
        if kind is EventKind.RINGING:
            self._rings.rang(place, new)
            return new
        return self._rings.last(place) or new


def _read(data: Mapping[str, Any]) -> dict[str, str]:
    """The values by our names: the names as bridges write them differ in signs and in a prefix."""
    found: dict[str, str] = {}
    for name in data:
        plain = "".join(char for char in name.lower().removeprefix("call_") if char.isalnum())
        found.setdefault(_OTHER_NAMES.get(plain, plain), http.text_of(data, name).strip())
    return found
