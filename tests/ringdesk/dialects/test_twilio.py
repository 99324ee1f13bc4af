"""Twilio: the signature's vectors and what they do not cover, legs and their call, what is answered."""

import hashlib
from base64 import b64decode, urlsafe_b64encode
from urllib.parse import urlencode

import pytest

from ringdesk.calls import CallState, Direction, LegState, Outcome, Presentation
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.twilio import TwilioDialect
from tests.ringdesk.dialects import hooks
from tests.ringdesk.dialects.hooks import AT, call_of, packed, reason

TOKEN = "tw0auth0token0for0tests0only0001"
URL = "https://pop.example.tw/hook/twilio?site=taipei"
SIGNATURE = "6Q+K5kEOxJrDCYu5MvAU7sZV2VI="
FORM = {
    "AccountSid": "AC00000000000000000000000000000001",
    "ApiVersion": "2010-04-01",
    "CallSid": "CA00000000000000000000000000000001",
    "CallStatus": "ringing",
    "CallerName": "陳小姐",
    "Direction": "inbound",
    "From": "+886912345678",
    "To": "+886227208889",
}
JSON = b'{"CallSid":"CA1","CallStatus":"ringing"}'
JSON_URL = (
    "https://pop.example.tw/hook/twilio?bodySHA256=6ed06a04b7c773434db391c2e22255cfb0eba6b6ddffa215724181129225ecf3"
)
JSON_SIGNATURE = "c/8ZqHzrIL/fUylyi2xcWcPL6zU="

TWILIO = TwilioDialect("source", SourceOptions(line="1"))
CALL = {"CallSid": "CA1", "From": "+886912345678", "To": "+886227208889", "Direction": "inbound"}
LEG = {"CallSid": "CA2", "ParentCallSid": "CA1", "From": "+886912345678", "Direction": "outbound-dial"}


def signed(url: str = URL, values: dict[str, str] = FORM, signature: str = SIGNATURE) -> Request:
    return hooks.form(url, values, x_twilio_signature=signature)


def why(request: Request, *secrets: str) -> str | None:
    return reason(TWILIO.request(request, AT, secrets or (TOKEN,)))


def told(values: dict[str, str], status: str, **more: str) -> Request:
    return hooks.form(URL, {**values, "CallStatus": status, "SequenceNumber": "1", **more})


class TestTheSignature:
    def test_of_a_form(self) -> None:
        (event,) = TWILIO.request(signed(), AT, (TOKEN,)).events
        assert event.caller is not None
        assert (event.verified, event.caller.raw, event.caller.name) == (True, "+886912345678", "陳小姐")

    def test_of_json(self) -> None:
        request = hooks.post(JSON_URL, JSON, x_twilio_signature=JSON_SIGNATURE, content_type="application/json")
        assert TWILIO.request(request, AT, (TOKEN,)).events[0].native_id == "CA1"

    @pytest.mark.parametrize(
        ("body", "url"),
        [
            pytest.param(JSON.replace(b"CA1", b"CA2"), JSON_URL, id="another body"),
            pytest.param(JSON, JSON_URL.replace("6ed0", "6ed1"), id="another hash"),
            pytest.param(
                b'{"CallSid":"CA2"}', JSON_URL.partition("=")[0] + "=" + hashlib.sha256(b"{}").hexdigest(), id="both"
            ),
            pytest.param(JSON, JSON_URL.partition("?")[0], id="no hash"),
        ],
    )
    def test_of_json_is_over_its_hash(self, body: bytes, url: str) -> None:
        request = hooks.post(url, body, x_twilio_signature=JSON_SIGNATURE, content_type="application/json")
        assert why(request) == "hook_forged"

    def test_of_a_body_of_another_kind(self) -> None:
        """What is no form is not covered, whatever it calls itself."""
        body = urlencode(FORM).encode()
        for kind in ("text/plain", "multipart/form-data", ""):
            assert why(hooks.post(URL, body, x_twilio_signature=SIGNATURE, content_type=kind)) == "hook_forged"

    @pytest.mark.parametrize("port", ["", ":443"])
    @pytest.mark.parametrize("scheme", ["https", "http"])
    def test_with_and_without_the_port(self, port: str, scheme: str) -> None:
        """Signed without a port; the port is the scheme's own."""
        assert why(signed(URL.replace("tw/", f"tw{port}/", 1))) is None
        assert why(signed(URL.replace("https", scheme, 1))) == (None if scheme == "https" else "hook_forged")

    def test_signed_with_the_port(self) -> None:
        """The vector's form, signed for `https://pop.example.tw:443/...` by the vendor's package."""
        assert why(signed(signature="IqQei/5VWe0f1LYihyVnqzQHkSo=")) is None

    @pytest.mark.parametrize("name", [*FORM])
    def test_every_field(self, name: str) -> None:
        assert why(signed(values={**FORM, name: FORM[name] + "0"})) == "hook_forged"
        assert why(signed(values={key: value for key, value in FORM.items() if key != name})) == "hook_forged"

    @pytest.mark.parametrize(
        "url", [URL + "&x=1", URL[:-1], URL.replace("pop", "pup"), URL.replace("hook/t", "hook/T")]
    )
    def test_the_address(self, url: str) -> None:
        assert why(signed(url)) == "hook_forged"

    def test_one_more_field(self) -> None:
        assert why(signed(values={**FORM, "X": "1"})) == "hook_forged"

    def test_a_field_twice_counts_once(self) -> None:
        """twilio-python: the values of one name are sorted, each once."""
        twice = urlencode([*FORM.items(), ("CallStatus", "ringing")]).encode()
        assert why(hooks.post(URL, twice, content_type=hooks.FORM, x_twilio_signature=SIGNATURE)) is None

    @pytest.mark.parametrize(
        "signature",
        [
            SIGNATURE[:-1],
            SIGNATURE + "=",
            SIGNATURE.lower(),
            urlsafe_b64encode(b64decode(SIGNATURE)).decode(),
            b64decode(SIGNATURE).hex(),
            f"{SIGNATURE},{SIGNATURE}",
        ],
    )
    def test_is_spelled_in_one_way(self, signature: str) -> None:
        assert why(signed(signature=signature)) == "hook_forged"

    def test_missing(self) -> None:
        assert why(hooks.form(URL, FORM)) == "hook_unsigned"
        assert why(signed(signature="")) == "hook_unsigned"

    def test_secrets(self) -> None:
        assert why(signed(), "newer", TOKEN) is None
        assert why(signed(), TOKEN, "older") is None
        assert why(signed(), "newer", "older") == "hook_forged"

    def test_without_a_secret_nothing_is_verified(self) -> None:
        (event,) = TWILIO.request(hooks.form(URL, FORM), AT, ()).events
        assert event.verified is None

    def test_a_signed_form_is_not_a_query(self) -> None:
        """The same text is signed; but of a GET only the query is read."""
        long = URL + "".join(f"{name}{FORM[name]}" for name in sorted(FORM))
        assert why(hooks.get(long, x_twilio_signature=SIGNATURE)) == "hook_unreadable"


class TestTheCall:
    def test_a_telephone_answers(self) -> None:
        phone = {**LEG, "To": "sip:801@pop.sip.example.tw"}
        call = call_of(TWILIO, told(CALL, "ringing"), told(phone, "initiated"), told(phone, "ringing"))
        assert (call.state, call.called.raw, call.called.line) == (CallState.RINGING, "+886227208889", "1")
        call = call_of(TWILIO, told(CALL, "ringing"), told(phone, "ringing"), told(phone, "in-progress"))
        assert (call.state, call.answered_by, call.legs[0].state) == (CallState.ANSWERED, "801", LegState.ANSWERED)
        call = call_of(
            TWILIO,
            told(phone, "ringing"),
            told(phone, "in-progress"),
            told(phone, "completed"),
            told(CALL, "completed"),
        )
        assert (call.state, call.outcome, call.caller.raw) == (CallState.ENDED, Outcome.ANSWERED, "+886912345678")

    def test_a_menu_is_no_person(self) -> None:
        call = call_of(TWILIO, told(CALL, "ringing"), told(CALL, "in-progress"))
        assert (call.state, call.answered, call.answered_by) == (CallState.QUEUED, None, None)
        call = call_of(TWILIO, told(CALL, "ringing"), told(CALL, "in-progress"), told(CALL, "completed"))
        assert call.outcome is Outcome.ABANDONED

    def test_nobody_answers(self) -> None:
        first, second = ({**LEG, "CallSid": f"CA{number}", "To": f"client:p{number}"} for number in (2, 3))
        call = call_of(
            TWILIO,
            told(first, "ringing"),
            told(second, "ringing"),
            told(first, "no-answer"),
            told(second, "busy"),
            told(CALL, "completed"),
        )
        assert call.outcome is Outcome.MISSED
        assert [(leg.agent, leg.state) for leg in call.legs] == [("p2", LegState.MISSED), ("p3", LegState.REJECTED)]

    @pytest.mark.parametrize(
        ("status", "state"),
        [("canceled", LegState.CANCELLED), ("failed", LegState.MISSED), ("completed", LegState.ENDED)],
    )
    def test_a_leg_ends_and_the_call_goes_on(self, status: str, state: LegState) -> None:
        phone = {**LEG, "To": "+886912000111"}
        call = call_of(TWILIO, told(phone, "ringing"), told(phone, status))
        assert (call.state, call.legs[0].agent, call.legs[0].state) == (CallState.RINGING, "+886912000111", state)

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            ("completed", Outcome.UNKNOWN),
            ("busy", Outcome.BUSY),
            ("failed", Outcome.FAILED),
            ("no-answer", Outcome.MISSED),
            ("canceled", Outcome.MISSED),
        ],
    )
    def test_ends(self, status: str, outcome: Outcome) -> None:
        assert call_of(TWILIO, told(CALL, "ringing"), told(CALL, status)).outcome is outcome

    def test_goes_out(self) -> None:
        out = {**CALL, "Direction": "outbound-api"}
        call = call_of(TWILIO, told(out, "initiated"), told(out, "ringing"), told(out, "in-progress"))
        assert (call.direction, call.state) == (Direction.OUT, CallState.ANSWERED)
        assert call_of(TWILIO, told(out, "ringing"), told(out, "completed")).outcome is Outcome.ANSWERED

    def test_the_end_comes_first(self) -> None:
        call = call_of(TWILIO, told(CALL, "no-answer"), told(CALL, "ringing"))
        assert (call.state, call.outcome) == (CallState.ENDED, Outcome.MISSED)

    @pytest.mark.parametrize(
        "number", ["+266696687", "266696687", "+7378742833", "+2562533", "anonymous", "Restricted"]
    )
    def test_withheld(self, number: str) -> None:
        caller = call_of(TWILIO, told({**CALL, "From": number, "CallerName": "+886912345678"}, "ringing")).caller
        assert (caller.raw, caller.name, caller.e164, caller.presentation) == (None, None, None, Presentation.PRIVATE)

    @pytest.mark.parametrize("number", ["+86282452253", "+8656696", "", "unknown"])
    def test_no_number(self, number: str) -> None:
        caller = call_of(TWILIO, told({**CALL, "From": number}, "ringing")).caller
        assert (caller.raw, caller.presentation) == (None, Presentation.UNAVAILABLE)

    def test_a_repetition_has_the_same_name(self) -> None:
        names = {
            TWILIO.request(told(CALL, status, SequenceNumber=number), AT + late, ()).once
            for status, number in (("ringing", "1"), ("in-progress", "2"), ("completed", "3"))
            for late in (0, 60)
        }
        assert len(names) == 3


class TestTheAnswer:
    def test_a_status_callback_needs_nothing(self) -> None:
        answer = TWILIO.request(told(CALL, "ringing"), AT, ()).answer
        assert (answer.status, answer.body) == (204, b"")

    def test_a_voice_url_goes_on_with_the_fallback(self) -> None:
        """An empty document would end the call; of an error Twilio asks the fallback URL. The call is told all the same."""
        verdict = TWILIO.request(signed(), AT, (TOKEN,))
        assert (verdict.answer.status, verdict.answer.body, len(verdict.events)) == (503, b"", 1)

    def test_a_voice_url_goes_on_where_the_address_says(self) -> None:
        query = urlencode({"then": 'https://shop.example.tw/x?a=1&b=<"2">'})
        answer = TWILIO.request(hooks.form(f"https://pop.example.tw/hook/twilio?{query}", FORM), AT, ()).answer
        assert answer.status == 200
        assert b'<Redirect>https://shop.example.tw/x?a=1&amp;b=&lt;"2"&gt;</Redirect>' in answer.body

    @pytest.mark.parametrize("target", ["", "javascript:1", "/x", "ftp://x"])
    def test_nor_anywhere_else(self, target: str) -> None:
        url = "https://pop.example.tw/hook/twilio?" + urlencode({"then": target})
        assert TWILIO.request(hooks.form(url, FORM), AT, ()).answer.status == 503

    def test_what_is_refused_is_not_redirected(self) -> None:
        url = "https://pop.example.tw/hook/twilio?then=https%3A%2F%2Fshop.example.tw%2F"
        assert TWILIO.request(signed(url), AT, (TOKEN,)).answer.status == 403


@pytest.mark.parametrize(
    "values", [{}, {"CallSid": "CA1"}, {"CallStatus": "ringing"}, {"CallSid": "\x1b", "CallStatus": "ringing"}]
)
def test_what_is_of_no_call(values: dict[str, str]) -> None:
    assert reason(TWILIO.request(hooks.form(URL, values), AT, ())) == "hook_unreadable"
    assert reason(TWILIO.request(hooks.post(URL, packed(values)), AT, ())) == "hook_unreadable"


def test_an_unknown_state_says_nothing() -> None:
    verdict = TWILIO.request(told(CALL, "teleported"), AT, ())
    assert (verdict.events, verdict.once, verdict.refused) == ((), "", None)
