"""Plivo: signature version 3 and its vectors, legs and their call, what is answered."""

from base64 import b64decode, urlsafe_b64encode
from urllib.parse import urlencode

import pytest

from ringdesk.calls import CallState, Direction, LegState, Outcome, Presentation
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.plivo import PlivoDialect, text
from tests.ringdesk.dialects import hooks
from tests.ringdesk.dialects.hooks import AT, call_of, reason

TOKEN = "pl0auth0token0for0tests0only0001"
NONCE = "05429567804466091622"
URL = "https://pop.example.tw/hook/plivo"
CALL = "97ceeb52-58b6-11e1-86da-77300b68f8bb"
FORM = {
    "CallStatus": "ringing",
    "CallUUID": CALL,
    "Direction": "inbound",
    "Event": "StartApp",
    "From": "886912345678",
    "To": "886227208889",
}
SIGNATURE = "tZdTOG5aEVx3gxHZSxqUHmFB4/D3SSVLwPFhM5li0t8="
WITH_QUERY = "9DSSwbC//dsTvHsl4A8KLjk1/lG7+HRCsJrgvf07YZQ="
BY_GET = "QuxNdezi9rByRV42h2HKHZ3matvdhcpp2/hIj68f1Gg="
OTHER = "c29tZWJvZHkgZWxzZSdzIHNpZ25hdHVyZQ=="

PLIVO = PlivoDialect("source", SourceOptions())


def signed(values: dict[str, str] = FORM, url: str = URL, signature: str = SIGNATURE, nonce: str = NONCE) -> Request:
    return hooks.form(url, values, x_plivo_signature_v3=signature, x_plivo_signature_v3_nonce=nonce)


def asked(url: str, signature: str = BY_GET) -> Request:
    return hooks.get(url, x_plivo_signature_v3=signature, x_plivo_signature_v3_nonce=NONCE)


def why(request: Request, *secrets: str) -> str | None:
    return reason(PLIVO.request(request, AT, secrets or (TOKEN,)))


class TestTheSignature:
    def test_of_a_form(self) -> None:
        whole = (
            f"{URL}?CallStatusringingCallUUID{CALL}DirectioninboundEventStartAppFrom886912345678To886227208889.{NONCE}"
        )
        assert text(signed(), NONCE) == whole.encode()
        (event,) = PLIVO.request(signed(), AT, (TOKEN,)).events
        assert (event.native_id, event.verified) == (CALL, True)

    def test_of_a_form_and_a_query(self) -> None:
        assert (text(signed(url=URL + "?site=taipei"), NONCE) or b"").startswith(
            f"{URL}?site=taipei.CallStatus".encode()
        )
        assert why(signed(url=URL + "?site=taipei", signature=WITH_QUERY)) is None

    def test_of_a_query(self) -> None:
        """The fields are sorted; what is in it must still be a call."""
        url = f"{URL}?site=taipei&From=886912345678"
        assert text(asked(url), NONCE) == f"{URL}?From=886912345678&site=taipei.{NONCE}".encode()
        assert why(asked(url)) == "hook_unreadable"
        assert why(asked(url + "9")) == "hook_forged"

    def test_of_neither(self) -> None:
        assert text(hooks.post(URL, b""), NONCE) == f"{URL}.{NONCE}".encode()

    def test_several(self) -> None:
        """One of them is for the account, one for the subaccount."""
        assert why(signed(signature=f"{OTHER},{SIGNATURE}")) is None
        assert why(signed(signature=f"{SIGNATURE}, {OTHER}")) is None
        assert why(signed(signature=f"{OTHER},{OTHER}")) == "hook_forged"
        assert why(signed(signature=",")) == "hook_forged"

    @pytest.mark.parametrize("name", [*FORM])
    def test_every_field(self, name: str) -> None:
        assert why(signed({**FORM, name: FORM[name] + "0"})) == "hook_forged"
        assert why(signed({key: value for key, value in FORM.items() if key != name})) == "hook_forged"

    def test_the_nonce_and_the_address(self) -> None:
        assert why(signed(nonce=NONCE[:-1] + "3")) == "hook_forged"
        assert why(signed(url=URL + "?site=taipei")) == "hook_forged"
        assert why(signed(url=URL + "?site=tainan", signature=WITH_QUERY)) == "hook_forged"
        assert why(signed(url=URL.replace("hook", "hooks"))) == "hook_forged"

    def test_missing(self) -> None:
        assert why(hooks.form(URL, FORM, x_plivo_signature_v3=SIGNATURE)) == "hook_unsigned"
        assert why(hooks.form(URL, FORM, x_plivo_signature_v3_nonce=NONCE)) == "hook_unsigned"
        assert (
            why(hooks.form(URL, FORM, x_plivo_signature_v2=SIGNATURE, x_plivo_signature_v2_nonce=NONCE))
            == "hook_unsigned"
        )

    @pytest.mark.parametrize(
        "signature",
        [SIGNATURE[:-1], SIGNATURE + "=", urlsafe_b64encode(b64decode(SIGNATURE)).decode(), b64decode(SIGNATURE).hex()],
    )
    def test_is_spelled_in_one_way(self, signature: str) -> None:
        assert why(signed(signature=signature)) == "hook_forged"

    def test_secrets(self) -> None:
        assert why(signed(), "newer", TOKEN) is None
        assert why(signed(), "newer", "older") == "hook_forged"

    def test_of_a_body_of_another_kind(self) -> None:
        headers = {"x_plivo_signature_v3": SIGNATURE, "x_plivo_signature_v3_nonce": NONCE, "content_type": "text/plain"}
        assert why(hooks.post(URL, urlencode(FORM).encode(), **headers)) == "hook_forged"


def told(status: str, event: str = "Hangup", **more: str) -> Request:
    return hooks.form(URL, {**FORM, "CallStatus": status, "Event": event, **more})


def dial(action: str, status: str = "", agent: str = "sip:801@phone.plivo.com") -> Request:
    values = {"CallUUID": CALL, "DialALegUUID": CALL, "DialBLegUUID": "b", "DialBLegTo": agent, "DialAction": action}
    return hooks.form(URL, {**values, "DialBLegStatus": status, "Event": "Dial"})


class TestTheCall:
    def test_a_telephone_answers(self) -> None:
        call = call_of(PLIVO, told("ringing", "StartApp"), dial("answer"), dial("connected"))
        assert (call.state, call.answered_by, call.caller.e164) == (CallState.ANSWERED, "801", "+886912345678")
        call = call_of(PLIVO, told("ringing", "StartApp"), dial("answer"), dial("hangup"), told("completed"))
        assert (call.outcome, call.legs[0].state) == (Outcome.ANSWERED, LegState.ENDED)

    def test_xml_is_no_person(self) -> None:
        call = call_of(PLIVO, told("ringing", "StartApp"), told("in-progress", "Redirect"), told("completed"))
        assert (call.outcome, call.answered) == (Outcome.ABANDONED, None)

    @pytest.mark.parametrize(
        ("status", "state"),
        [("no-answer", LegState.MISSED), ("busy", LegState.REJECTED), ("cancel", LegState.CANCELLED)],
    )
    def test_a_leg_ends_and_the_call_goes_on(self, status: str, state: LegState) -> None:
        call = call_of(PLIVO, told("ringing", "StartApp"), dial("hangup", status))
        assert (call.state, call.legs[0].state) == (CallState.RINGING, state)
        call = call_of(PLIVO, told("ringing", "StartApp"), dial("hangup", status), told("completed"))
        assert call.outcome is Outcome.MISSED

    def test_digits_are_no_answer(self) -> None:
        """The state of the call, which XML answered, is not the state of the telephone."""
        values = dict(dial("digits").form or ())
        verdict = PLIVO.request(hooks.form(URL, {**values, "CallStatus": "in-progress"}), AT, ())
        assert (verdict.events, verdict.once, verdict.answer.status) == ((), "", 200)

    def test_a_leg_of_its_own_report(self) -> None:
        """A callback of the B leg itself, which names the A leg."""
        leg = told("ringing", "Ring", CallUUID="b", ALegUUID=CALL, To="886912000111")
        call = call_of(PLIVO, told("ringing", "StartApp"), leg)
        assert [leg.agent for leg in call.legs] == ["886912000111"]

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            ("completed", Outcome.UNKNOWN),
            ("busy", Outcome.BUSY),
            ("failed", Outcome.FAILED),
            ("timeout", Outcome.MISSED),
            ("no-answer", Outcome.MISSED),
        ],
    )
    def test_ends(self, status: str, outcome: Outcome) -> None:
        assert call_of(PLIVO, told("ringing", "StartApp"), told(status)).outcome is outcome

    def test_goes_out(self) -> None:
        out = {"Direction": "outbound", "From": "886227208889", "To": "886912345678"}
        call = call_of(PLIVO, told("ringing", "Ring", **out), told("in-progress", "StartApp", **out))
        assert (call.direction, call.state) == (Direction.OUT, CallState.ANSWERED)

    @pytest.mark.parametrize("number", ["anonymous", "Restricted", "266696687"])
    def test_withheld(self, number: str) -> None:
        caller = call_of(PLIVO, told("ringing", "StartApp", From=number, CallerName="CHEN")).caller
        assert (caller.raw, caller.name, caller.presentation) == (None, None, Presentation.PRIVATE)


class TestTheAnswer:
    def test_a_callback_needs_nothing(self) -> None:
        assert PLIVO.request(told("completed"), AT, ()).answer.status == 200
        assert PLIVO.request(dial("answer"), AT, ()).answer.status == 200

    def test_an_answer_url_goes_on(self) -> None:
        assert PLIVO.request(signed(), AT, (TOKEN,)).answer.status == 503
        url = URL + "?then=https://shop.example.tw/xml"
        answer = PLIVO.request(hooks.form(url, FORM), AT, ()).answer
        assert b"<Redirect>https://shop.example.tw/xml</Redirect>" in answer.body


@pytest.mark.parametrize("values", [{}, {"CallUUID": ""}, {"CallUUID": "\x1b"}, {"From": "886912345678"}])
def test_what_is_of_no_call(values: dict[str, str]) -> None:
    assert reason(PLIVO.request(hooks.form(URL, values), AT, ())) == "hook_unreadable"
