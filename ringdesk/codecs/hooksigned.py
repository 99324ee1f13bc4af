"""What the providers that sign have in common: an unsigned request, callers in the carriers' words, and the answers that let
a call go on.
"""

from typing import Final
from xml.sax.saxutils import escape

import msgspec

from ringdesk.calls import Caller, Presentation
from ringdesk.codecs import hookfacts, http
from ringdesk.codecs.http import Answer, Request
from ringdesk.why import Why, register

register(
    {
        "hook_unsigned": "the request is not signed: switch signing on at the provider, and send its requests here directly",
    }
)

UNSIGNED: Final = Why("hook_unsigned")

ELSEWHERE: Final = Answer(503)
"""To a question what the call shall do: the provider goes on with its fallback address. An empty document would end the call."""

_KEYPAD: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_SPELLED: Final = {
    word.translate(_KEYPAD): word
    for word in ("ANONYMOUS", "RESTRICTED", "BLOCKED", "PRIVATE", "UNKNOWN", "UNAVAILABLE")
}
"""Twilio's numbers for callers without one: the word on a telephone's keys (+266696687). None is a number of any country."""
_HIDDEN: Final = frozenset({"anonymous", "private", "restricted", "withheld"})


def caller(given: str, name: str = "", *, international: bool = False) -> Caller:
    """Who calls, as `hookfacts.caller`. Who is withheld has neither number nor name, also where only the name says so."""
    if name.strip().casefold() in _HIDDEN:
        return Caller(presentation=Presentation.PRIVATE)
    said = hookfacts.caller(_SPELLED.get(given.removeprefix("+"), given), name, international=international)
    return msgspec.structs.replace(said, name=None) if said.name is not None and said.name == said.raw else said


def agent(given: str) -> str:
    """How a dialled telephone is named: the user of an address (`sip:801@...`, `client:anna`), else the number."""
    scheme, mark, rest = given.partition(":")
    if mark and scheme.lower() in ("sip", "sips", "client", "user", "app"):
        return rest.partition("@")[0].partition(";")[0] or given
    return given


def onward(request: Request) -> Answer:
    """To a question for TwiML, cXML, TeXML or Plivo XML: ask the address in our own query's `then`, else the fallback."""
    target = http.first(request.query, "then")
    if not target.startswith(("https://", "http://")):
        return ELSEWHERE
    body = f'<?xml version="1.0" encoding="UTF-8"?><Response><Redirect>{escape(target)}</Redirect></Response>'
    return Answer(200, body.encode(), (("content-type", "application/xml"),))
