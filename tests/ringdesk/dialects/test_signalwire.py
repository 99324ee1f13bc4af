"""SignalWire: both signatures, and calls in cXML's and RELAY's words."""

import hashlib
import hmac
from typing import Any

import pytest

from ringdesk.calls import CallState, Direction, LegState, Outcome, Presentation
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.signalwire import SignalWireDialect
from tests.ringdesk.dialects import hooks
from tests.ringdesk.dialects.hooks import AT, call_of, packed, reason

KEY = "tw0auth0token0for0tests0only0001"
URL = "https://pop.example.tw/hook/signalwire"
JSON = b'{"CallSid":"CA1","CallStatus":"ringing"}'
JSON_SIGNATURE = "028acf9c1337d84da1d95daf565cfcde8aebbfe2"
FORM = {"CallSid": "CA1", "CallStatus": "ringing", "From": "+886912345678", "To": "+886227208889"}
FORM_SIGNATURE = "K1AajwbTex3S0ouMfyml3rUyFE0="
"""Made by the vendor's package (build_signature_with_compatibility)."""

SIGNALWIRE = SignalWireDialect("source", SourceOptions())


def why(request: Request, *secrets: str) -> str | None:
    return reason(SIGNALWIRE.request(request, AT, secrets or (KEY,)))


def hexed(url: str, body: bytes, key: str = KEY) -> Request:
    signature = hmac.new(key.encode(), url.encode() + body, hashlib.sha1).hexdigest()
    return hooks.post(url, body, x_signalwire_signature=signature, content_type="application/json")


class TestTheSignatureOfJson:
    def signed(self, body: bytes = JSON, url: str = URL, signature: str = JSON_SIGNATURE) -> Request:
        return hooks.post(url, body, x_signalwire_signature=signature, content_type="application/json")

    def test_vector(self) -> None:
        assert SIGNALWIRE.request(self.signed(), AT, (KEY,)).events[0].verified is True

    def test_under_the_other_name(self) -> None:
        assert why(hooks.post(URL, JSON, x_twilio_signature=JSON_SIGNATURE)) is None
        both = {"x_signalwire_signature": "other", "x_twilio_signature": JSON_SIGNATURE}
        assert why(hooks.post(URL, JSON, **both)) is None
        assert why(hooks.post(URL, JSON, **dict.fromkeys(both, "other"))) == "hook_forged"

    def test_with_and_without_the_port(self) -> None:
        assert why(self.signed(url=URL.replace("tw/", "tw:443/", 1))) is None
        with_port = hexed(URL.replace("tw/", "tw:443/", 1), JSON)
        assert why(hooks.post(URL, JSON, x_signalwire_signature=with_port.header("x-signalwire-signature"))) is None

    @pytest.mark.parametrize(
        ("body", "url", "signature"),
        [
            (JSON.replace(b"CA1", b"CA2"), URL, JSON_SIGNATURE),
            (JSON.replace(b"ringing", b"Ringing"), URL, JSON_SIGNATURE),
            (JSON + b" ", URL, JSON_SIGNATURE),
            (JSON, URL + "?x=1", JSON_SIGNATURE),
            (JSON, URL.replace("hook", "hooks"), JSON_SIGNATURE),
            (JSON, URL, JSON_SIGNATURE.upper()),
            (JSON, URL, JSON_SIGNATURE[:-1]),
            (JSON, URL, "Ao+snBM32E2h2V2vVlz83ouu/+I="),
        ],
    )
    def test_everything(self, body: bytes, url: str, signature: str) -> None:
        assert why(self.signed(body, url, signature)) == "hook_forged"

    def test_secrets(self) -> None:
        assert why(self.signed(), "newer", KEY) is None
        assert why(self.signed(), "newer") == "hook_forged"

    def test_missing(self) -> None:
        assert why(hooks.post(URL, JSON)) == "hook_unsigned"


class TestTheSignatureOfForms:
    def signed(self, values: dict[str, str] = FORM, url: str = URL, signature: str = FORM_SIGNATURE) -> Request:
        return hooks.form(url, values, x_signalwire_signature=signature)

    def test_vector(self) -> None:
        (event,) = SIGNALWIRE.request(self.signed(), AT, (KEY,)).events
        assert (event.native_id, event.verified) == ("CA1", True)

    def test_of_json_that_is_like_a_form(self) -> None:
        """The vendor's validator takes it; of JSON with more in it than texts it would cover a part."""
        assert why(hooks.post(URL, packed(FORM), x_signalwire_signature=FORM_SIGNATURE)) is None
        more: dict[str, Any] = {**FORM, "more": {"a": 1}}
        assert why(hooks.post(URL, packed(more), x_signalwire_signature=FORM_SIGNATURE)) == "hook_forged"

    @pytest.mark.parametrize("name", [*FORM])
    def test_every_field(self, name: str) -> None:
        assert why(self.signed({**FORM, name: FORM[name] + "0"})) == "hook_forged"

    def test_the_address_and_the_spelling(self) -> None:
        assert why(self.signed(url=URL + "?a=b")) == "hook_forged"
        assert why(self.signed(signature=FORM_SIGNATURE.rstrip("="))) == "hook_forged"
        assert why(self.signed(signature="")) == "hook_unsigned"


def relay(state: str, direction: str = "inbound", number: str = "+886912345678", **more: Any) -> Request:
    device = {"type": "phone", "params": {"from_number": number, "to_number": "+886227208889"}}
    params = {"call_id": "c1", "call_state": state, "direction": direction, "device": device, **more}
    return hooks.post(URL, packed({"event_type": "calling.call.state", "params": params}))


def relay_leg(state: str, **more: Any) -> Request:
    device = {"type": "sip", "params": {"from": "sip:+886912345678@x", "to": "sip:801@pop.example.tw"}}
    return relay(state, "outbound", call_id="c2", parent={"call_id": "c1"}, device=device, **more)


class TestTheCall:
    def test_a_telephone_answers(self) -> None:
        call = call_of(SIGNALWIRE, relay("created"), relay_leg("ringing"), relay_leg("answered"))
        assert (call.state, call.answered_by, call.legs[0].state) == (CallState.ANSWERED, "801", LegState.ANSWERED)
        assert (call.direction, call.called.raw) == (Direction.IN, "+886227208889")

    def test_a_menu_is_no_person(self) -> None:
        call = call_of(SIGNALWIRE, relay("created"), relay("answered"), relay("ended", end_reason="hangup"))
        assert (call.outcome, call.answered) == (Outcome.ABANDONED, None)

    @pytest.mark.parametrize(
        ("why_it_ended", "outcome", "leg"),
        [
            ("cancel", Outcome.MISSED, LegState.CANCELLED),
            ("noAnswer", Outcome.MISSED, LegState.MISSED),
            ("busy", Outcome.BUSY, LegState.REJECTED),
            ("decline", Outcome.REJECTED, LegState.REJECTED),
            ("error", Outcome.FAILED, LegState.MISSED),
            ("hangup", Outcome.UNKNOWN, LegState.ENDED),
        ],
    )
    def test_ends(self, why_it_ended: str, outcome: Outcome, leg: LegState) -> None:
        assert call_of(SIGNALWIRE, relay("ringing"), relay("ended", end_reason=why_it_ended)).outcome is outcome
        call = call_of(SIGNALWIRE, relay("ringing"), relay_leg("ended", end_reason=why_it_ended))
        assert (call.state, call.legs[0].state) == (CallState.RINGING, leg)

    def test_goes_out(self) -> None:
        call = call_of(SIGNALWIRE, relay("created", "outbound"), relay("answered", "outbound"))
        assert (call.direction, call.state) == (Direction.OUT, CallState.ANSWERED)

    @pytest.mark.parametrize("number", ["anonymous", "sip:anonymous@anonymous.invalid", "+266696687"])
    def test_withheld(self, number: str) -> None:
        caller = call_of(SIGNALWIRE, relay("created", number=number)).caller
        assert (caller.raw, caller.presentation) == (None, Presentation.PRIVATE)


class TestTheAnswer:
    def test_events_need_nothing(self) -> None:
        assert SIGNALWIRE.request(relay("created"), AT, ()).answer.status == 204

    def test_swml_is_asked_of_the_fallback(self) -> None:
        asked = {"call": {"call_id": "c1", "direction": "inbound", "from": "+886912345678", "to": "+886227208889"}}
        verdict = SIGNALWIRE.request(hexed(URL, packed(asked)), AT, (KEY,))
        assert (verdict.answer.status, verdict.events[0].native_id) == (503, "c1")

    def test_cxml_goes_on_where_the_address_says(self) -> None:
        url = URL + "?then=https://shop.example.tw/cxml"
        answer = SIGNALWIRE.request(hooks.form(url, FORM), AT, ()).answer
        assert b"<Redirect>https://shop.example.tw/cxml</Redirect>" in answer.body


@pytest.mark.parametrize(
    "data",
    [{}, {"call": 1}, {"call": {"call_id": "\x1b"}}, {"event_type": "calling.call.play", "params": {"call_id": "c"}}],
)
def test_what_is_of_no_call(data: dict[str, Any]) -> None:
    assert reason(SIGNALWIRE.request(hooks.post(URL, packed(data)), AT, ())) == "hook_unreadable"
