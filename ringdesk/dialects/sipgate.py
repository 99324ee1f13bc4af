"""sipgate.io's push API (developer.sipgate.io, push-api). It signs nothing: a secret stands in the address it was given.

It tells of the answer and of the end only where the answer to the beginning names addresses for that.
"""

from html import escape
from typing import Final

from ringdesk.codecs import ctipush, hookfacts, refusals, tokens
from ringdesk.codecs.http import Answer, Request
from ringdesk.dialects import SourceOptions, Verdict

_XML: Final = (("content-type", "application/xml"),)


class SipgateDialect:
    """A `WebhookDialect`."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One event of one call. The answer asks to hear the rest of it, and says nothing of what should become of it."""
        if not tokens.carried(request, secrets):
            return Verdict.refuse(refusals.FORGED)
        form = request.form
        push = None if form is None else ctipush.from_form(form)
        if push is None:
            return Verdict.refuse(refusals.UNREADABLE)
        caller = hookfacts.caller(push.number, international=True) if push.number else None
        events = ctipush.events(push, self._source, self._line, now, caller)
        return Verdict(
            answer=_answer(push.event, request.url), events=events, once=push.once if events else "", again=push.again
        )


def _answer(event: str, url: str) -> Answer:
    if event != "newCall":
        return Answer(200, b'<?xml version="1.0" encoding="UTF-8"?><Response/>', _XML)
    address = escape(url)
    text = f'<?xml version="1.0" encoding="UTF-8"?><Response onAnswer="{address}" onHangup="{address}"/>'
    return Answer(200, text.encode("utf-8", "xmlcharrefreplace"), _XML)
