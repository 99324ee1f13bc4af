"""Signatures that the vendors' own packages accepted, made again: tokens, keys and numbers are fictional."""

from base64 import b64encode
from urllib.parse import urlencode

import pytest

from ringdesk.codecs.http import Request
from ringdesk.simulators.hooks import FORM, Part, Stamp, signing

STAMP = Stamp(1795325880.0, "05429567804466091622")
TWILIO = {
    "AccountSid": "AC00000000000000000000000000000001",
    "ApiVersion": "2010-04-01",
    "CallSid": "CA00000000000000000000000000000001",
    "CallStatus": "ringing",
    "CallerName": "陳小姐",
    "Direction": "inbound",
    "From": "+886912345678",
    "To": "+886227208889",
}
PLIVO = {
    "CallStatus": "ringing",
    "CallUUID": "97ceeb52-58b6-11e1-86da-77300b68f8bb",
    "Direction": "inbound",
    "Event": "StartApp",
    "From": "886912345678",
    "To": "886227208889",
}
TELNYX = (
    '{"data":{"event_type":"call.initiated","id":"0ccc7b54-0000-4000-8000-000000000001",'
    '"occurred_at":"2026-11-22T05:38:00.000000Z","payload":{"call_control_id":"v3:abc","call_leg_id":"leg-1",'
    '"call_session_id":"ses-1","from":"+886912345678","to":"+886227208889","direction":"incoming","state":"parked"},'
    '"record_type":"event"}}'
)
ZOOM = (
    '{"event":"phone.callee_ringing","event_ts":1795325880000,"payload":{"account_id":"A1","object":'
    '{"call_id":"7000000000000000001","caller":{"phone_number":"+886912345678"},"callee":{"phone_number":"+886227208889",'
    '"user_id":"u1","extension_number":801},"ringing_start_time":"2026-11-22T05:38:00Z"}}}'
)


def form(url: str, values: dict[str, str]) -> Request:
    return Request(method="POST", url=url, headers=(("content-type", FORM),), body=urlencode(values).encode())


def test_twilio() -> None:
    made = signing.by_twilio(
        form("https://pop.example.tw/hook/twilio?site=taipei", TWILIO), "tw0auth0token0for0tests0only0001", STAMP
    )
    assert made.header("x-twilio-signature") == "6Q+K5kEOxJrDCYu5MvAU7sZV2VI="


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ("", "tZdTOG5aEVx3gxHZSxqUHmFB4/D3SSVLwPFhM5li0t8="),
        ("?site=taipei", "9DSSwbC//dsTvHsl4A8KLjk1/lG7+HRCsJrgvf07YZQ="),
    ],
)
def test_plivo(query: str, signature: str) -> None:
    request = form(f"https://pop.example.tw/hook/plivo{query}", PLIVO)
    made = signing.by_plivo(request, "pl0auth0token0for0tests0only0001", STAMP)
    assert made.header("x-plivo-signature-v3") == signature
    assert made.header("x-plivo-signature-v3-nonce") == STAMP.nonce


def test_telnyx() -> None:
    seed = b64encode(bytes(range(32))).decode()
    made = signing.by_telnyx(Request(method="POST", url="https://x/", body=TELNYX.encode()), seed, STAMP)
    assert made.header("telnyx-signature-ed25519") == (
        "91wpq6nDB4DXzpJmqnkq8Vdkd3KNp3rGw8UMp7jkyjaXbziZs6hodn2xulrC7Z54vn3yM6RrkzaSnDI4l30dDg=="
    )
    assert signing.public_key(seed) == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="


def test_zoom() -> None:
    made = signing.by_zoom(
        Request(method="POST", url="https://x/", body=ZOOM.encode()), "zoom-secret-token-tests", STAMP
    )
    assert made.header("x-zm-signature") == "v0=e0f4602acb9142117b7c6b192610e8f34ed7b11477d7391ffda7d32c63c9db13"


def test_placetel_as_published() -> None:
    """The example of Placetel's own documentation."""
    body = (
        b"call_id=4a4cbb39578170aed9a2761a7bec8c7e704a541f52291ef603d6f5f152980c3c&event=CallAccepted&from=0123456789"
        b"&to=0987654321"
    )
    made = signing.by_placetel(Request(method="POST", url="https://x/", body=body), "12345", STAMP)
    assert made.header("x-placetel-signature") == "c4f823c5b8806432fe2b83b1fc2ee714422e0cdfb4b5129152a7d0bbcd7792d0"


def test_a_secret_in_the_path_stands_before_the_query() -> None:
    request = Request(method="GET", url="https://x/hook/a?then=b")
    assert signing.in_path(request, "a/b", STAMP).url == "https://x/hook/a/a%2Fb?then=b"
    assert (
        signing.in_path(request, "pbx:s3cret-tests", STAMP).header("authorization") == "Basic cGJ4OnMzY3JldC10ZXN0cw=="
    )


def test_a_question_is_asked_behind_the_query_that_is_there() -> None:
    part = Part(after=0.0, tells="x", query=(("a", "1"),))
    assert signing.unsigned(part, "https://x/h").url == "https://x/h?a=1"
    assert signing.unsigned(part, "https://x/h?b=2").url == "https://x/h?b=2&a=1"
