"""Twilio Programmable Voice: status callbacks of numbers and of the legs of `<Dial>`, and requests of a Voice URL.

Signed with `X-Twilio-Signature` over the address and the form; over the address alone of a GET, and of JSON, whose hash is in
the address. Twilio signs no time: a replay is the same delivery again (`Verdict.once`). To a Voice URL Ringdesk has no TwiML
to give, and an empty `<Response/>` would end the call: it hands on to the address in `?then=`, else to the fallback URL.
"""

from typing import Final

from ringdesk.calls import CallEvent, EventKind
from ringdesk.codecs import callstatus, hooksigned, http, refusals, urlsigned
from ringdesk.codecs.http import Answer, Request
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.why import Why

HEADER: Final = "x-twilio-signature"
_TAKEN: Final = Answer(204)


class TwilioDialect:
    """A `WebhookDialect`. The secrets are auth tokens of the account."""

    def __init__(self, source_id: str, options: SourceOptions) -> None:
        self._source = source_id
        self._line = options.line

    def request(self, request: Request, now: float, secrets: tuple[str, ...]) -> Verdict:
        """One state of one leg."""
        if secrets and (why := _refusal(request, secrets)) is not None:
            return Verdict.refuse(why)
        given = _values(request)
        verified = True if secrets else None
        base = CallEvent(event=EventKind.RINGING, at=now, source=self._source, verified=verified)
        report = None if given is None else callstatus.read(given, base, self._line)
        if report is None:
            return Verdict.refuse(refusals.UNREADABLE)
        answer = hooksigned.onward(request) if report.asks else _TAKEN
        return Verdict(answer=answer, events=report.events, once=report.once if report.events else "")


def _refusal(request: Request, secrets: tuple[str, ...]) -> Why | None:
    signature = request.header(HEADER)
    if not signature:
        return hooksigned.UNSIGNED
    covered = urlsigned.values(request)
    if covered is None or not urlsigned.signed(request, signature, secrets, covered):
        return refusals.FORGED
    return None


def _values(request: Request) -> dict[str, str] | None:
    found = request.query if request.method == "GET" else request.form
    if found is not None:
        return dict(reversed(found))
    data = request.json
    return None if data is None else {name: http.text_of(data, name) for name in data}
