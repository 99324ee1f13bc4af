"""Twilio Programmable Voice: status callbacks of numbers and of the legs of `<Dial>`, and requests of a Voice URL.

Signed with `X-Twilio-Signature` over the address and the form; over the address alone of a GET, and of JSON, whose hash is in
the address. Twilio signs no time: a replay is the same delivery again (`Verdict.once`). To a Voice URL Ringdesk has no TwiML
to give, and an empty `<Response/>` would end the call: it hands on to the address in `?then=`, else to the fallback URL.
"""

import re
from typing import Final

from ringdesk.calls import CallEvent
from ringdesk.codecs import callstatus, hooksigned, http, refusals, urlsigned
from ringdesk.codecs.http import Answer, Request
from ringdesk.dialects import SignedHook, Verdict
from ringdesk.why import Why, register

register(
    {
        "twilio_no_token": "a secret is the SID of an account or of an API key; copy the auth token from the Twilio console, "
        "Account, API keys & tokens",
    }
)

HEADER: Final = "x-twilio-signature"
_TAKEN: Final = Answer(204)
_SID: Final = re.compile("(?:AC|SK)[0-9a-f]{32}")
"""Names of accounts and API keys (twilio.com, glossary: String Identifier), which stand beside the token."""


class TwilioDialect(SignedHook):
    """A `WebhookDialect`. The secrets are auth tokens of the account."""

    signs_address = True

    @staticmethod
    def secret_fault(secret: str) -> Why | None:
        """See `Choosy`."""
        return Why("twilio_no_token") if _SID.fullmatch(secret) else None

    def refusal(self, request: Request, now: float, secrets: tuple[str, ...]) -> Why | None:
        """Over the address and the form."""
        signature = request.header(HEADER)
        if not signature:
            return hooksigned.UNSIGNED
        covered = urlsigned.values(request)
        if covered is None or not urlsigned.signed(request, signature, secrets, covered):
            return refusals.FORGED
        return None

    def told(self, request: Request, base: CallEvent) -> Verdict:
        """One state of one leg."""
        given = _values(request)
        report = None if given is None else callstatus.read(given, base, self._line)
        if report is None:
            return Verdict.refuse(refusals.UNREADABLE)
        answer = hooksigned.onward(request) if report.asks else _TAKEN
        return Verdict(answer=answer, events=report.events, once=report.once if report.events else "")


def _values(request: Request) -> dict[str, str] | None:
    found = request.query if request.method == "GET" else request.form
    if found is not None:
        return dict(reversed(found))
    data = request.json
    return None if data is None else {name: http.text_of(data, name) for name in data}
