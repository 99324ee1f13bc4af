"""Zoom Phone: its signature and the vectors, the challenge, queues whose members all ring."""

import hashlib
import hmac
from typing import Any

import msgspec
import pytest

from ringdesk.calls import CallState, Direction, LegState, Outcome, Presentation
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.zoom import ZoomDialect
from ringdesk.tracker import give_up
from tests.ringdesk.dialects import hooks
from tests.ringdesk.dialects.hooks import AT, call_of, packed, reason

URL = "https://pop.example.tw/hook/zoom"
SECRET = "zoom-secret-token-tests"
STAMP = "1795325880"
BODY = (
    b'{"event":"phone.callee_ringing","event_ts":1795325880000,"payload":{"account_id":"A1","object":{'
    b'"call_id":"7000000000000000001","caller":{"phone_number":"+886912345678"},"callee":{'
    b'"phone_number":"+886227208889","user_id":"u1","extension_number":801},"ringing_start_time":"2026-11-22T05:38:00Z"}}}'
)
SIGNATURE = "v0=e0f4602acb9142117b7c6b192610e8f34ed7b11477d7391ffda7d32c63c9db13"
PLAIN = "qgg8vlvZRS6UYooatFL8Aw"
PROOF = "7c82843c619b0df8baab2a5c58061fd6d9ec0959f9b3f18ef47e358f0ba33cff"

ZOOM = ZoomDialect("source", SourceOptions())


def sign(body: bytes, stamp: str = STAMP, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


def signed(body: bytes = BODY, signature: str = SIGNATURE, stamp: str = STAMP) -> Request:
    return hooks.post(URL, body, x_zm_signature=signature, x_zm_request_timestamp=stamp)


def why(request: Request, *secrets: str, at: float = AT) -> str | None:
    return reason(ZOOM.request(request, at, secrets or (SECRET,)))


class TestTheSignature:
    def test_vector(self) -> None:
        event = ZOOM.request(signed(), AT, (SECRET,)).events[0]
        assert (event.native_id, event.verified) == ("7000000000000000001", True)

    @pytest.mark.parametrize("at", range(0, len(BODY), 7))
    def test_every_part_of_the_body(self, at: int) -> None:
        assert why(signed(BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :])) == "hook_forged"

    def test_the_time_is_signed(self) -> None:
        assert why(signed(stamp="1795325881")) == "hook_forged"
        assert why(signed(signature=sign(BODY, "soon"), stamp="soon")) == "hook_stale"

    @pytest.mark.parametrize(("late", "code"), [(300, None), (-300, None), (301, "hook_stale"), (-301, "hook_stale")])
    def test_is_believed_for_five_minutes(self, late: float, code: str | None) -> None:
        assert why(signed(), at=AT + late) == code

    @pytest.mark.parametrize(
        "signature", [SIGNATURE[3:], SIGNATURE.upper(), "v1" + SIGNATURE[2:], SIGNATURE + " ", "v0="]
    )
    def test_is_spelled_in_one_way(self, signature: str) -> None:
        assert why(signed(signature=signature)) == "hook_forged"

    def test_missing(self) -> None:
        assert why(hooks.post(URL, BODY, x_zm_request_timestamp=STAMP)) == "hook_unsigned"
        assert why(hooks.post(URL, BODY, x_zm_signature=SIGNATURE)) == "hook_unsigned"

    def test_secrets(self) -> None:
        assert why(signed(), "newer", SECRET) is None
        assert why(signed(), "newer", "older") == "hook_forged"


def challenge(plain: Any = PLAIN) -> bytes:
    return packed({"event": "endpoint.url_validation", "payload": {"plainToken": plain}, "event_ts": 1795325880000})


class TestTheChallenge:
    def answer(self, request: Request, *secrets: str) -> bytes:
        verdict = ZOOM.request(request, AT, secrets or (SECRET,))
        assert (verdict.refused, verdict.events, verdict.once, verdict.answer.status) == (None, (), "", 200)
        return verdict.answer.body

    def test_is_answered(self) -> None:
        expected = f'{{"plainToken":"{PLAIN}","encryptedToken":"{PROOF}"}}'.encode()
        assert self.answer(hooks.post(URL, challenge())) == expected
        assert self.answer(signed(challenge(), sign(challenge()))) == expected

    def test_with_the_secret_that_asks(self) -> None:
        assert PROOF.encode() in self.answer(signed(challenge(), sign(challenge())), "newer", SECRET)
        assert PROOF.encode() not in self.answer(hooks.post(URL, challenge()), "newer", SECRET)

    def test_with_a_wrong_signature(self) -> None:
        assert why(signed(challenge(), SIGNATURE)) == "hook_forged"

    @pytest.mark.parametrize("plain", [f"v0:{STAMP}:{{}}", "a:b", "", "a b", "a" * 201, "é", None, {}])
    def test_gives_no_signature_away(self, plain: Any) -> None:
        """The proof is what signs requests: of a text that begins like one nobody is told it."""
        assert why(hooks.post(URL, challenge(plain))) == "hook_unreadable"
        assert why(signed(challenge(plain), sign(challenge(plain)))) == "hook_unreadable"

    def test_without_a_secret(self) -> None:
        assert reason(ZOOM.request(hooks.post(URL, challenge()), AT, ())) == "zoom_no_secret"


def told(event: str, agent: int = 801, **more: Any) -> Request:
    facts = {
        "call_id": "7",
        "caller": {"phone_number": "+886912345678", "name": "CHEN"},
        "callee": {"phone_number": "+886227208889", "user_id": f"u{agent}", "extension_number": agent},
        **more,
    }
    data = {"event": f"phone.{event}", "event_ts": 1795325880000, "payload": {"account_id": "A1", "object": facts}}
    return hooks.post(URL, packed(data))


class TestTheCall:
    def test_a_queue_rings_and_one_answers(self) -> None:
        call = call_of(
            ZOOM,
            told("callee_ringing", 801),
            told("callee_ringing", 802),
            told("callee_answered", 802),
            told("callee_missed"),
        )
        assert (call.state, call.answered_by) == (CallState.ANSWERED, "802")
        assert [(leg.agent, leg.state) for leg in call.legs] == [("801", LegState.MISSED), ("802", LegState.ANSWERED)]
        over = call_of(ZOOM, told("callee_ringing", 802), told("callee_answered", 802), told("callee_ended", 802))
        assert (over.state, over.outcome, over.caller.name) == (CallState.ENDED, Outcome.ANSWERED, "CHEN")

    def test_one_misses_it_and_it_rings_on(self) -> None:
        for gone in ("callee_missed", "callee_rejected"):
            call = call_of(ZOOM, told("callee_ringing", 801), told("callee_ringing", 802), told(gone, 801))
            assert call.state is CallState.RINGING

    def test_missed_when_nobody_answered(self) -> None:
        call = call_of(ZOOM, told("callee_ringing", 801), told("callee_ringing", 802), told("callee_missed"))
        assert give_up(call, AT + 200).outcome is Outcome.UNKNOWN
        call = call_of(
            ZOOM,
            told("callee_ringing", 801),
            told("callee_ringing", 802),
            told("callee_missed"),
            told("callee_rejected", 802),
        )
        assert give_up(call, AT + 200).outcome is Outcome.MISSED

    def test_goes_out(self) -> None:
        me, you = {"phone_number": "+886227208889", "extension_number": 801}, {"phone_number": "+886912345678"}
        call = call_of(
            ZOOM, told("caller_ringing", caller=me, callee=you), told("caller_connected", caller=me, callee=you)
        )
        assert (call.direction, call.state, call.called.raw) == (Direction.OUT, CallState.ANSWERED, "+886912345678")
        call = call_of(ZOOM, told("caller_ringing", caller=me, callee=you), told("caller_ended", caller=me, callee=you))
        assert (call.direction, call.outcome) == (Direction.OUT, Outcome.UNKNOWN)

    def test_inside(self) -> None:
        call = call_of(ZOOM, told("callee_ringing", caller={"extension_number": 802, "name": "Wang"}))
        assert (call.direction, call.caller.raw) == (Direction.INTERNAL, "802")

    def test_held(self) -> None:
        call = call_of(ZOOM, told("callee_ringing"), told("callee_answered"), told("callee_hold"))
        assert call.state is CallState.HELD
        call = call_of(
            ZOOM, told("callee_ringing"), told("callee_answered"), told("callee_hold"), told("callee_unhold")
        )
        assert call.state is CallState.ANSWERED

    def test_forwarded(self) -> None:
        call = call_of(ZOOM, told("callee_ringing", forwarded_by={"name": "Sales", "extension_number": "700"}))
        assert call.via is not None
        assert call.via.raw == "700"

    @pytest.mark.parametrize("number", ["anonymous", "Restricted", "Private"])
    def test_withheld(self, number: str) -> None:
        caller = call_of(ZOOM, told("callee_ringing", caller={"phone_number": number, "name": "CHEN"})).caller
        assert (caller.raw, caller.name, caller.presentation) == (None, None, Presentation.PRIVATE)

    def test_the_id_is_whole(self) -> None:
        """Zoom's ids are texts of 19 digits; a number of that length is kept too."""
        call = call_of(ZOOM, told("callee_ringing", call_id=7000000000000000001))
        assert call.sources[0].native_id == "7000000000000000001"

    def test_each_telephone_has_its_own_delivery(self) -> None:
        requests = [told("callee_ringing", agent) for agent in (801, 801, 802)]
        names = [ZOOM.request(one, AT, ()).once for one in requests]
        assert names[0] == names[1] != names[2]

    def test_a_telephone_that_rings_again_is_no_repetition(self) -> None:
        """A queue rings again whom it rang in vain; what Zoom repeats has the time of the first."""
        later = msgspec.structs.replace(
            told("callee_ringing"), body=told("callee_ringing").body.replace(b"880000", b"890000")
        )
        assert ZOOM.request(told("callee_ringing"), AT, ()).once != ZOOM.request(later, AT, ()).once


@pytest.mark.parametrize("data", [{}, {"event": ""}, {"event": 1.5}])
def test_what_is_no_event(data: dict[str, Any]) -> None:
    assert reason(ZOOM.request(hooks.post(URL, packed(data)), AT, ())) == "hook_unreadable"


@pytest.mark.parametrize("name", ["phone.recording_completed", "phone.callee_teleported", "meeting.started"])
def test_what_says_nothing_of_a_call(name: str) -> None:
    request = hooks.post(URL, packed({"event": name, "payload": {"object": {"call_id": "7"}}}))
    verdict = ZOOM.request(request, AT, ())
    assert (verdict.events, verdict.once, verdict.answer.status) == ((), "", 200)
