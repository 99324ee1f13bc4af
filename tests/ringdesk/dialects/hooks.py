"""Requests to webhooks, and the calls that come of them."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ringdesk.calls import Call
from ringdesk.codecs.http import Request
from ringdesk.dialects import Verdict, WebhookDialect
from ringdesk.tracker import Tracker

AT = 1795325880.0
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def form(url: str, values: Mapping[str, str], **headers: str) -> Request:
    """A POST of a form; `x_twilio_signature` is the header of that name."""
    return post(url, urlencode(values).encode(), content_type=FORM, **headers)


def post(url: str, body: bytes, **headers: str) -> Request:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method="POST", url=url, headers=named, body=body)


def get(url: str, **headers: str) -> Request:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Request(method="GET", url=url, headers=named)


def packed(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def reason(verdict: Verdict) -> str | None:
    """The code of the refusal; one that is refused tells nothing."""
    if verdict.refused is None:
        return None
    assert not verdict.events
    assert not verdict.once
    return verdict.refused.code


def call_of(dialect: WebhookDialect, *requests: Request, at: float = AT) -> Call:
    """The one call that unsigned requests, a second apart, amount to."""
    tracker = Tracker()
    for seconds, request in enumerate(requests):
        verdict = dialect.request(request, at + seconds, ())
        assert verdict.refused is None
        for event in verdict.events:
            tracker.received(event)
    (call,) = tracker.calls
    return call
