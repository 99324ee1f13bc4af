"""Zammad's generic CTI, unchanged: what a telephone system already sends to Zammad it can send to Ringdesk (JSON or form).

Zammad has its token as the last part of the path; basic auth and a header do as well (`ringdesk.codecs.tokens`).
"""

from typing import Final

from ringdesk import numbers
from ringdesk.calls import Caller
from ringdesk.codecs import ctipush, hookfacts, refusals, tokens
from ringdesk.codecs.http import Answer, Request
from ringdesk.dialects import SourceOptions, Verdict

_INTERNATIONAL: Final = 10
"""Digits of a number with its country code, at least."""
_ANSWER: Final = Answer(200, b"{}", (("content-type", "application/json"),))


class GenericDialect:
    """A `WebhookDialect`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._options = options

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One event of one call. `{}` leaves the call to the telephone system."""
        if not tokens.carried(request, secrets):
            return Verdict.refuse(tokens.refusal(request, secrets))
        form, data = request.form, request.json
        push = ctipush.from_form(form) if form is not None else None if data is None else ctipush.from_object(data)
        if push is None:
            return Verdict.refuse(refusals.UNREADABLE)
        events = ctipush.events(push, self._source, self._options.line, now, self._caller(push.number))
        return Verdict(answer=_ANSWER, events=events, once=push.once if events else "", again=push.again)

    def _caller(self, number: str) -> Caller | None:
        """Zammad's numbers are international ones without the plus; whoever sends local ones is understood as well. What is
        short is a local one whose area code is not known: with a plus it could be somebody's on an island far away."""
        if not number:
            return None
        local = numbers.read(number, self._options.region, self._options.area)
        return hookfacts.caller(number, international=local.e164 is None and len(number) >= _INTERNATIONAL)
