"""The facts that every webhook tells in its own names: who calls, the id of the call, which delivery it is."""

import hashlib
from typing import Final

from ringdesk import numbers
from ringdesk.calls import Caller, Presentation
from ringdesk.safetext import SafeText

LONGEST_ID: Final = 250
"""Characters of a call's id (Zammad allows as many; nobody sends more than 64)."""

_HIDDEN: Final = (Presentation.PRIVATE, Presentation.UNAVAILABLE, Presentation.PAYPHONE)


def caller(given: str, name: str = "", *, international: bool = False) -> Caller:
    """Who calls. `international`: the provider gives E.164 without the plus. A word in the place of the number (`anonymous`)
    says that there is none to show; then there is no name either, for networks put the number there too."""
    number = numbers.read(f"+{given}" if international and given[:1].isdigit() else given)
    presentation = numbers.read(given).presentation
    if presentation in _HIDDEN:
        return Caller(presentation=presentation)
    return Caller(
        raw=SafeText(given),
        e164=number.e164 if international or given.startswith("+") else None,
        presentation=presentation,
        name=known_name(name),
    )


def known_name(given: str) -> SafeText | None:
    """The name, None for nothing and for words such as `unknown`."""
    return None if numbers.read(given).presentation in _HIDDEN else SafeText(given)


def native_id(given: str) -> str:
    """The provider's id of a call, harmless and short."""
    return str(SafeText(given))[:LONGEST_ID]


def delivery(*parts: str) -> str:
    """The name of a delivery, made of what tells it from every other of its source: 64 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
