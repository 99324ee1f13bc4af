"""Telnyx: Ed25519 over time and body, its vector, legs and their call, TeXML."""

from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ringdesk.calls import CallState, Direction, LegState, Outcome, Presentation
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.telnyx import TelnyxDialect
from ringdesk.tracker import pop_due
from tests.ringdesk.dialects import hooks
from tests.ringdesk.dialects.hooks import AT, call_of, packed, reason

URL = "https://pop.example.tw/hook/telnyx"
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
OTHER = b64encode(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()).decode()
STAMP = "1795325880"
BODY = (
    b'{"data":{"event_type":"call.initiated","id":"0ccc7b54-0000-4000-8000-000000000001",'
    b'"occurred_at":"2026-11-22T05:38:00.000000Z","payload":{"call_control_id":"v3:abc","call_leg_id":"leg-1",'
    b'"call_session_id":"ses-1","from":"+886912345678","to":"+886227208889","direction":"incoming","state":"parked"},'
    b'"record_type":"event"}}'
)
SIGNATURE = "91wpq6nDB4DXzpJmqnkq8Vdkd3KNp3rGw8UMp7jkyjaXbziZs6hodn2xulrC7Z54vn3yM6RrkzaSnDI4l30dDg=="

TELNYX = TelnyxDialect("source", SourceOptions())


def signed(body: bytes = BODY, signature: str = SIGNATURE, stamp: str = STAMP, url: str = URL) -> Request:
    return hooks.post(url, body, telnyx_signature_ed25519=signature, telnyx_timestamp=stamp)


def sign(body: bytes, stamp: str = STAMP) -> str:
    return b64encode(PRIVATE_KEY.sign(f"{stamp}|".encode() + body)).decode()


def why(request: Request, *secrets: str, at: float = AT) -> str | None:
    return reason(TELNYX.request(request, at, secrets or (PUBLIC,)))


class TestTheSignature:
    def test_vector(self) -> None:
        (event,) = TELNYX.request(signed(), AT, (PUBLIC,)).events
        assert (event.native_id, event.verified) == ("ses-1", True)

    @pytest.mark.parametrize("at", range(0, len(BODY), 7))
    def test_every_part_of_the_body(self, at: int) -> None:
        assert why(signed(BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :])) == "hook_forged"

    @pytest.mark.parametrize("stamp", ["1795325881", "01795325880", "1795325880 ", "x"])
    def test_the_time_is_signed(self, stamp: str) -> None:
        assert why(signed(stamp=stamp)) == "hook_forged"

    @pytest.mark.parametrize(("late", "code"), [(300, None), (-300, None), (301, "hook_stale"), (-301, "hook_stale")])
    def test_is_believed_for_five_minutes(self, late: float, code: str | None) -> None:
        assert why(signed(), at=AT + late) == code

    @pytest.mark.parametrize("stamp", ["-5", "1e9", "1795325880.0", "", "９", "9" * 400])
    def test_a_signed_time_that_is_none(self, stamp: str) -> None:
        signature = sign(BODY, stamp)
        assert why(signed(signature=signature, stamp=stamp)) == ("hook_stale" if stamp else "hook_unsigned")

    @pytest.mark.parametrize(
        "signature",
        [
            SIGNATURE[:-1],
            SIGNATURE.rstrip("="),
            SIGNATURE + "=",
            SIGNATURE.replace("Dg==", "Dh=="),
            SIGNATURE[:9] + "\n" + SIGNATURE[9:],
            "!" + SIGNATURE,
            b64decode(SIGNATURE).hex(),
            urlsafe_b64encode(b64decode(SIGNATURE)).decode().rstrip("="),
            f"{SIGNATURE},{SIGNATURE}",
        ],
    )
    def test_is_spelled_in_one_way(self, signature: str) -> None:
        assert why(signed(signature=signature)) == "hook_forged"

    def test_missing(self) -> None:
        assert why(hooks.post(URL, BODY, telnyx_timestamp=STAMP)) == "hook_unsigned"
        assert why(hooks.post(URL, BODY, telnyx_signature_ed25519=SIGNATURE)) == "hook_unsigned"

    def test_secrets(self) -> None:
        assert why(signed(), OTHER, PUBLIC) is None
        assert why(signed(), PUBLIC, OTHER) is None
        assert why(signed(), OTHER) == "hook_forged"
        assert why(signed(), "no key at all") == "hook_forged"

    def test_a_query_is_no_event(self) -> None:
        """The address is not signed."""
        request = hooks.get(
            URL + "?CallSid=1&CallStatus=ringing", telnyx_signature_ed25519=sign(b""), telnyx_timestamp=STAMP
        )
        assert why(request) == "hook_unreadable"


def told(kind: str, to: str = "+886227208889", **payload: Any) -> Request:
    facts = {"call_session_id": "s", "call_leg_id": "l", "from": "+886912345678", "to": to, **payload}
    return hooks.post(
        URL, packed({"data": {"id": f"{kind}{to}{payload}", "event_type": f"call.{kind}", "payload": facts}})
    )


INCOMING = told("initiated", direction="incoming", state="parked", caller_id_name="CHEN MEI LING")
RUNG = told("initiated", "sip:801@sip.telnyx.com", direction="outgoing")


class TestTheCall:
    def test_as_documented(self) -> None:
        """initiated (parked), answered, bridged, hangup; the legs of a session are one call."""
        call = call_of(
            TELNYX, INCOMING, told("answered"), RUNG, told("bridged"), told("bridged", "sip:801@sip.telnyx.com")
        )
        assert (call.state, call.direction, call.answered_by) == (CallState.ANSWERED, Direction.IN, "801")
        assert (call.caller.name, call.called.raw) == ("CHEN MEI LING", "+886227208889")
        call = call_of(TELNYX, INCOMING, told("answered"), told("hangup", hangup_cause="normal_clearing"))
        assert (call.state, call.outcome, call.legs, call.answered_by) == (CallState.ENDED, Outcome.ANSWERED, (), None)

    def test_a_telephone_that_does_not_answer_ends_no_call(self) -> None:
        call = call_of(TELNYX, INCOMING, RUNG, told("hangup", "sip:801@sip.telnyx.com", hangup_cause="timeout"))
        assert (call.state, call.legs[0].state) == (CallState.RINGING, LegState.MISSED)

    @pytest.mark.parametrize(
        ("cause", "outcome", "leg"),
        [
            ("normal_clearing", Outcome.ANSWERED, LegState.ENDED),
            ("time_limit", Outcome.ANSWERED, LegState.ENDED),
            ("originator_cancel", Outcome.MISSED, LegState.CANCELLED),
            ("timeout", Outcome.MISSED, LegState.MISSED),
            ("no_answer", Outcome.MISSED, LegState.MISSED),
            ("user_busy", Outcome.BUSY, LegState.REJECTED),
            ("call_rejected", Outcome.REJECTED, LegState.REJECTED),
            ("not_found", Outcome.FAILED, LegState.MISSED),
            ("unspecified", Outcome.UNKNOWN, LegState.ENDED),
        ],
    )
    def test_ends(self, cause: str, outcome: Outcome, leg: LegState) -> None:
        assert call_of(TELNYX, INCOMING, told("hangup", hangup_cause=cause)).outcome is outcome
        call = call_of(TELNYX, INCOMING, RUNG, told("hangup", "sip:801@sip.telnyx.com", hangup_cause=cause))
        assert call.legs[0].state is leg

    def test_goes_out(self) -> None:
        out = told("initiated", "+886912000111", direction="outgoing")
        call = call_of(TELNYX, out, told("answered", "+886912000111"))
        assert (call.direction, call.state, call.answered_by, call.legs) == (
            Direction.OUT,
            CallState.ANSWERED,
            None,
            (),
        )
        call = call_of(TELNYX, out, told("hangup", "+886912000111", hangup_cause="user_busy"))
        assert call.outcome is Outcome.BUSY

    def test_in_any_order(self) -> None:
        call = call_of(TELNYX, told("hangup", hangup_cause="originator_cancel"), INCOMING)
        assert (call.state, call.outcome) == (CallState.ENDED, Outcome.MISSED)

    def test_the_telephone_is_heard_of_before_the_caller(self) -> None:
        rings = call_of(TELNYX, RUNG, INCOMING)
        expected = call_of(TELNYX, INCOMING, RUNG)
        assert (rings.direction, rings.state) == (Direction.IN, CallState.RINGING)
        assert (rings.caller, rings.called, rings.legs) == (expected.caller, expected.called, expected.legs)
        assert pop_due(rings)
        answered = call_of(TELNYX, RUNG, told("answered", "sip:801@sip.telnyx.com"), INCOMING)
        assert (answered.direction, answered.answered_by) == (Direction.IN, "801")

    @pytest.mark.parametrize("number", ["anonymous", "Anonymous", "+anonymous", "Restricted", "+266696687", "+7748283"])
    def test_withheld(self, number: str) -> None:
        request = told("initiated", direction="incoming", **{"from": number, "caller_id_name": "+886912345678"})
        caller = call_of(TELNYX, request).caller
        assert (caller.raw, caller.name, caller.presentation) == (None, None, Presentation.PRIVATE)

    @pytest.mark.parametrize(
        "more",
        [
            {"caller_id_name": "Anonymous"},
            {"sip_headers": [{"name": "Privacy", "value": "id"}]},
            {"custom_headers": [{"name": "privacy", "value": "user; critical"}]},
        ],
    )
    def test_withheld_though_the_number_is_there(self, more: dict[str, Any]) -> None:
        caller = call_of(TELNYX, told("initiated", direction="incoming", **more)).caller
        assert (caller.raw, caller.name, caller.presentation) == (None, None, Presentation.PRIVATE)

    def test_forwarded(self) -> None:
        header = {"name": "Diversion", "value": "<sip:+886225001111@x>;reason=no-answer"}
        call = call_of(TELNYX, told("initiated", direction="incoming", sip_headers=[header]))
        assert call.via is not None
        assert call.via.raw == "+886225001111"

    def test_a_repetition_has_the_same_name(self) -> None:
        again = BODY.replace(b'"record_type"', b'"x":1,"record_type"')
        first, second = (TELNYX.request(hooks.post(URL, body), AT, ()).once for body in (BODY, again))
        assert first == second != ""


TEXML = {
    "CallSid": "v3:1",
    "CallSidLegacy": "v3:1",
    "CallStatus": "ringing",
    "From": "+886912345678",
    "To": "+886227208889",
}


class TestTeXml:
    def signed(self, values: dict[str, str], url: str = URL, signature: str = "") -> Request:
        body = urlencode(values).encode()
        headers = {
            "telnyx_signature_ed25519": signature or sign(body),
            "telnyx_timestamp": STAMP,
            "content_type": hooks.FORM,
        }
        return hooks.post(url, body, **headers)

    def test_a_form_is_signed_alike(self) -> None:
        (event,) = TELNYX.request(self.signed(TEXML), AT, (PUBLIC,)).events
        assert (event.native_id, event.verified) == ("v3:1", True)

    @pytest.mark.parametrize("name", [*TEXML])
    def test_every_field(self, name: str) -> None:
        signature = sign(urlencode(TEXML).encode())
        changed = self.signed({**TEXML, name: TEXML[name] + "0"}, signature=signature)
        assert why(changed) == "hook_forged"

    def test_a_telephone_answers(self) -> None:
        leg = {**TEXML, "CallSid": "v3:2", "ParentCallSid": "v3:1", "To": "+886912000111"}
        call = call_of(TELNYX, self.signed(TEXML), self.signed({**leg, "CallStatus": "in-progress"}))
        assert (call.state, call.answered_by) == (CallState.ANSWERED, "+886912000111")

    def test_the_answer(self) -> None:
        assert TELNYX.request(self.signed(TEXML), AT, (PUBLIC,)).answer.status == 503
        answer = TELNYX.request(self.signed(TEXML, URL + "?then=https://shop.example.tw/x"), AT, (PUBLIC,)).answer
        assert b"<Redirect>https://shop.example.tw/x</Redirect>" in answer.body
        callback = self.signed({**TEXML, "CallbackSource": "call-progress-events"})
        assert TELNYX.request(callback, AT, (PUBLIC,)).answer.status == 200


@pytest.mark.parametrize("data", [{}, {"data": 1}, {"data": {}}, {"event": "x"}])
def test_what_is_no_event(data: dict[str, Any]) -> None:
    assert reason(TELNYX.request(hooks.post(URL, packed(data)), AT, ())) == "hook_unreadable"


@pytest.mark.parametrize("data", [{"event_type": "call.dtmf.received", "id": "1", "payload": {}}, {"event_type": "x"}])
def test_what_says_nothing_of_a_call(data: dict[str, Any]) -> None:
    verdict = TELNYX.request(hooks.post(URL, packed({"data": data})), AT, ())
    assert (verdict.events, verdict.once, verdict.answer.status) == ((), "", 200)
