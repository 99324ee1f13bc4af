"""The facts that every webhook tells in its own names: who calls, the id of the call, which delivery it is."""

import hashlib
from typing import Final

import msgspec

from ringdesk import numbers
from ringdesk.calls import Called, Caller, CallEvent, Direction, EventKind, Leg, LegState, Presentation
from ringdesk.safetext import SafeText

LONGEST_ID: Final = 250
"""Characters of a call's id (Zammad allows as many; nobody sends more than 64)."""

_HIDDEN: Final = (Presentation.PRIVATE, Presentation.UNAVAILABLE, Presentation.PAYPHONE)


def caller(given: str, name: str = "", *, international: bool = False) -> Caller:
    """Who calls. `international`: the provider gives E.164 without the plus. A word in the place of the number (`anonymous`)
    says that there is none to show; then there is no name either, for networks put the number there too."""
    presentation = numbers.presented(given)
    if presentation in _HIDDEN:
        return Caller(presentation=presentation)
    whole = f"+{given}" if international and given[:1].isdigit() else given
    return Caller(
        raw=SafeText(given),
        e164=numbers.read(whole).e164 if international or given.startswith("+") else None,
        presentation=presentation,
        name=known_name(name),
    )


def called(raw: str = "", line: str = "", queue: str = "") -> Called | None:
    """What was called; None where nothing is said of it."""
    said = Called(raw=SafeText(raw) or None, line=SafeText(line) or None, queue=SafeText(queue) or None)
    return None if said == Called() else said


def known_name(given: str) -> SafeText | None:
    """The name, None for nothing and for words such as `unknown`."""
    return None if numbers.presented(given) in _HIDDEN else SafeText(given)


def leg(event: CallEvent, agent: SafeText, state: LegState) -> CallEvent:
    """The state of one of our telephones, said together with another event of the call."""
    return CallEvent(
        event=EventKind.LEG,
        at=event.at,
        source=event.source,
        native_id=event.native_id,
        direction=event.direction,
        leg=Leg(agent, state),
        verified=event.verified,
    )


def answered(event: CallEvent, agent: SafeText | None) -> tuple[CallEvent, ...]:
    """Somebody of ours has the call: its facts, and of an incoming one the leg of whoever has it."""
    it_is = msgspec.structs.replace(event, event=EventKind.ANSWERED, answered_by=agent or None)
    if not agent or event.direction is not Direction.IN:
        return (it_is,)
    return leg(event, agent, LegState.ANSWERED), it_is


def native_id(given: str) -> str:
    """The provider's id of a call, harmless and short."""
    return str(SafeText(given))[:LONGEST_ID]


def made_id(*parts: str) -> str:
    """An id for a call that has none of its own, from what tells it from others. Of a hash, because ids go where numbers may
    not: to tills."""
    return delivery(*parts)[:32]


def delivery(*parts: str) -> str:
    """The name of a delivery, made of what tells it from every other of its source: 64 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
