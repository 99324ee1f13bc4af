"""Vonage: its JSON Web Token and the vector, what it does not cover, legs and their call."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from ringdesk.calls import CallState, Direction, LegState, Outcome, Presentation
from ringdesk.codecs.http import Request
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.vonage import VonageDialect
from tests.ringdesk.dialects import hooks
from tests.ringdesk.dialects.hooks import AT, call_of, packed, reason

URL = "https://pop.example.tw/hook/vonage"
SECRET = "vonage-signature-secret-for-tests-only-0001"
CON = "CON-aaaaaaaa-bbbb-cccc-dddd-0123456789ab"
BODY = (
    b'{"from":"886912345678","to":"886227208889","uuid":"aaaaaaaa-bbbb-cccc-dddd-0123456789ab",'
    b'"conversation_uuid":"CON-aaaaaaaa-bbbb-cccc-dddd-0123456789ab","status":"ringing","direction":"inbound",'
    b'"timestamp":"2026-11-22T05:38:00.000Z"}'
)
HASH = "5c64cb9d8e855072db36affb2def48b022538417db9948b38008fb6a264ba238"
TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3OTUzMjU4ODAsImp0aSI6ImM1YmE4ZjI0LTAwMDAtNDAwMC04MDAwLTAwMDAwMDAw"
    "MDAwMSIsImlzcyI6IlZvbmFnZSIsInBheWxvYWRfaGFzaCI6IjVjNjRjYjlkOGU4NTUwNzJkYjM2YWZmYjJkZWY0OGIwMjI1Mzg0MTdkYjk5NDhiMzg"
    "wMDhmYjZhMjY0YmEyMzgiLCJhcGlfa2V5IjoiYTFiMmMzZDQifQ.tMah2EfOTI042DwkRzLNUTqdK804SURdvOTqJpJlxNM"
)
CLAIMS: dict[str, Any] = {"iat": int(AT), "jti": "j", "iss": "Vonage", "payload_hash": HASH, "api_key": "a1b2c3d4"}

VONAGE = VonageDialect("source", SourceOptions())


def part(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def token(claims: object, header: object = None, secret: str = SECRET, kind: str = "sha256") -> str:
    head = part(packed({"alg": "HS256", "typ": "JWT"} if header is None else header))
    whole = f"{head}.{part(packed(claims))}"
    return f"{whole}.{part(hmac.digest(secret.encode(), whole.encode(), kind))}"


def signed(given: str = TOKEN, body: bytes = BODY) -> Request:
    return hooks.post(URL, body, authorization=f"Bearer {given}")


def why(request: Request, *secrets: str, at: float = AT) -> str | None:
    return reason(VONAGE.request(request, at, secrets or (SECRET,)))


class TestTheToken:
    def test_vector(self) -> None:
        (event,) = VONAGE.request(signed(), AT, (SECRET,)).events
        assert (event.native_id, event.verified) == (CON, True)

    def test_ours_is_like_theirs(self) -> None:
        assert why(signed(token(CLAIMS))) is None

    @pytest.mark.parametrize("at", range(0, len(BODY), 5))
    def test_every_part_of_the_body(self, at: int) -> None:
        assert why(signed(body=BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :])) == "hook_forged"

    @pytest.mark.parametrize("at", [*range(0, len(TOKEN), 9), len(TOKEN) - 1])
    def test_every_part_of_the_token(self, at: int) -> None:
        other = "A" if TOKEN[at] != "A" else "B"
        assert why(signed(TOKEN[:at] + other + TOKEN[at + 1 :])) == "hook_forged"

    @pytest.mark.parametrize(
        ("header", "kind"),
        [
            ({"alg": "none"}, "sha256"),
            ({"alg": "NONE", "typ": "JWT"}, "sha256"),
            ({"alg": "hs256"}, "sha256"),
            ({"alg": "HS512"}, "sha512"),
            ({"alg": "HS384"}, "sha384"),
            ({"alg": "RS256"}, "sha256"),
            ({"alg": ["HS256"]}, "sha256"),
            ({"typ": "JWT"}, "sha256"),
            ({"alg": "HS256", "crit": ["b64"]}, "sha256"),
            (["HS256"], "sha256"),
        ],
    )
    def test_of_another_algorithm(self, header: object, kind: str) -> None:
        """RFC 8725, 3.1: the algorithm is ours to choose. `crit`: RFC 7515, 4.1.11."""
        assert why(signed(token(CLAIMS, header, kind=kind))) == "hook_forged"

    @pytest.mark.parametrize("signature", ["", "AAAA", TOKEN.rpartition(".")[2] + "=", TOKEN.rpartition(".")[2][:-1]])
    def test_of_another_signature(self, signature: str) -> None:
        assert why(signed(f"{TOKEN.rpartition('.')[0]}.{signature}")) == "hook_forged"
        nothing = f"{part(packed({'alg': 'none'}))}.{part(packed(CLAIMS))}.{signature}"
        assert why(signed(nothing)) == "hook_forged"

    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            ({**CLAIMS, "iss": "vonage"}, "hook_forged"),
            ({name: value for name, value in CLAIMS.items() if name != "iss"}, "hook_forged"),
            ({name: value for name, value in CLAIMS.items() if name != "jti"}, "hook_forged"),
            ({name: value for name, value in CLAIMS.items() if name != "payload_hash"}, "hook_forged"),
            ({**CLAIMS, "payload_hash": HASH[:-1]}, "hook_forged"),
            ({**CLAIMS, "payload_hash": 7}, "hook_forged"),
            ({**CLAIMS, "payload_hash": None}, "hook_forged"),
            ({name: value for name, value in CLAIMS.items() if name != "iat"}, "hook_stale"),
            ({**CLAIMS, "iat": str(int(AT))}, "hook_stale"),
            ({**CLAIMS, "iat": True}, "hook_stale"),
            ({**CLAIMS, "iat": 1e300}, "hook_stale"),
            ([CLAIMS], "hook_forged"),
            ("x", "hook_forged"),
        ],
    )
    def test_claims(self, claims: object, code: str) -> None:
        assert why(signed(token(claims))) == code

    @pytest.mark.parametrize(("late", "code"), [(300, None), (-300, None), (301, "hook_stale"), (-301, "hook_stale")])
    def test_is_believed_for_five_minutes(self, late: float, code: str | None) -> None:
        assert why(signed(), at=AT + late) == code

    @pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN])
    def test_missing(self, value: str) -> None:
        """Vonage says that this happens: after a 5xx it comes again."""
        verdict = VONAGE.request(hooks.post(URL, BODY, authorization=value), AT, (SECRET,))
        assert (reason(verdict), verdict.answer.status) == ("hook_unsigned", 503)
        assert why(hooks.post(URL, BODY)) == "hook_unsigned"

    @pytest.mark.parametrize("given", ["a", "a.b", "a.b.c.d", "..", "é.é.é", "." * 9000, "A" * 20000])
    def test_no_token(self, given: str) -> None:
        assert why(signed(given)) == "hook_forged"

    def test_secrets(self) -> None:
        assert why(signed(), "newer", SECRET) is None
        assert why(signed(), SECRET, "older") is None
        assert why(signed(), "newer", "older") == "hook_forged"

    def test_the_scheme_is_in_any_case(self) -> None:
        assert why(hooks.post(URL, BODY, authorization=f"bearer {TOKEN}")) is None


UNHASHED = {name: value for name, value in CLAIMS.items() if name != "payload_hash"}


class TestAnAnswerUrl:
    ASKED = f"{URL}?from=886912345678&to=886227208889&uuid=u&conversation_uuid=CON-1"

    def test_goes_on_with_the_fallback(self) -> None:
        """Vonage asks the fallback answer URL after a 503; an empty NCCO would end the call. The query is not signed."""
        request = hooks.get(self.ASKED, authorization=f"Bearer {token(UNHASHED)}")
        verdict = VONAGE.request(request, AT, (SECRET,))
        (event,) = verdict.events
        assert (verdict.answer.status, verdict.answer.body) == (503, b"")
        assert (event.native_id, event.verified) == ("CON-1", None)
        assert event.caller is not None
        assert event.caller.e164 == "+886912345678"

    def test_the_token_of_an_event_is_not_good_for_it(self) -> None:
        assert why(hooks.get(self.ASKED, authorization=f"Bearer {TOKEN}")) == "hook_forged"

    def test_what_is_refused_lets_the_call_go_on(self) -> None:
        assert VONAGE.request(hooks.get(self.ASKED), AT, (SECRET,)).answer.status == 503
        assert VONAGE.request(hooks.get(self.ASKED, authorization="Bearer a.b.c"), AT, (SECRET,)).answer.status == 503

    def test_one_token_is_good_once(self) -> None:
        names = {
            VONAGE.request(hooks.get(self.ASKED + more, authorization=f"Bearer {token(UNHASHED)}"), AT, (SECRET,)).once
            for more in ("", "&x=1")
        }
        assert len(names) == 1

    def test_by_post(self) -> None:
        body = packed({"from": "886912345678", "to": "886227208889", "uuid": "u", "conversation_uuid": "CON-1"})
        claims = {**CLAIMS, "payload_hash": hashlib.sha256(body).hexdigest()}
        verdict = VONAGE.request(signed(token(claims), body), AT, (SECRET,))
        assert (verdict.answer.status, verdict.events[0].verified) == (503, True)


def told(status: str, direction: str = "inbound", to: str = "886227208889", **more: Any) -> Request:
    facts = {"from": "886912345678", "to": to, "uuid": f"u{to}", "conversation_uuid": CON, "direction": direction}
    return hooks.post(URL, packed({**facts, "status": status, "timestamp": "2026-11-22T05:38:00.000Z", **more}))


def leg(status: str) -> Request:
    return told(status, "outbound", "886912000111")


class TestTheCall:
    def test_as_documented(self) -> None:
        """started, ringing, answered, completed of each leg, one conversation."""
        call = call_of(VONAGE, told("started"), told("ringing"), leg("started"), leg("ringing"), leg("answered"))
        assert (call.state, call.answered_by, call.called.raw) == (CallState.ANSWERED, "886912000111", "886227208889")
        call = call_of(VONAGE, told("ringing"), told("answered"), told("completed", duration="61"))
        assert (call.state, call.outcome, call.answered_by) == (CallState.ENDED, Outcome.ANSWERED, None)

    def test_a_telephone_that_does_not_answer_ends_no_call(self) -> None:
        call = call_of(VONAGE, told("ringing"), leg("ringing"), leg("unanswered"))
        assert (call.state, call.legs[0].state) == (CallState.RINGING, LegState.MISSED)

    @pytest.mark.parametrize(
        ("status", "outcome", "state"),
        [
            ("completed", Outcome.ANSWERED, LegState.ENDED),
            ("cancelled", Outcome.MISSED, LegState.CANCELLED),
            ("unanswered", Outcome.MISSED, LegState.MISSED),
            ("timeout", Outcome.MISSED, LegState.MISSED),
            ("busy", Outcome.BUSY, LegState.REJECTED),
            ("rejected", Outcome.REJECTED, LegState.REJECTED),
            ("failed", Outcome.FAILED, LegState.MISSED),
            ("disconnected", Outcome.UNKNOWN, LegState.ENDED),
        ],
    )
    def test_ends(self, status: str, outcome: Outcome, state: LegState) -> None:
        assert call_of(VONAGE, told("ringing"), told(status)).outcome is outcome
        assert call_of(VONAGE, told("ringing"), leg("ringing"), leg(status)).legs[0].state is state

    def test_goes_out(self) -> None:
        call = call_of(VONAGE, leg("started"), leg("answered"), leg("completed"))
        assert (call.direction, call.outcome, call.legs) == (Direction.OUT, Outcome.ANSWERED, ())

    def test_an_application_user_answers(self) -> None:
        rung = told("ringing", "outbound", "", to_user="anna")
        assert call_of(VONAGE, told("ringing"), rung).legs[0].agent == "anna"

    @pytest.mark.parametrize("number", ["anonymous", "Restricted", "private", "266696687"])
    def test_withheld(self, number: str) -> None:
        caller = call_of(VONAGE, told("ringing", **{"from": number})).caller
        assert (caller.raw, caller.presentation) == (None, Presentation.PRIVATE)

    @pytest.mark.parametrize("number", ["unknown", ""])
    def test_no_number(self, number: str) -> None:
        assert call_of(VONAGE, told("ringing", **{"from": number})).caller.presentation is Presentation.UNAVAILABLE

    def test_a_repetition_has_the_same_name(self) -> None:
        requests = (told("ringing"), told("ringing"), told("answered"), leg("ringing"))
        names = [VONAGE.request(one, AT, ()).once for one in requests]
        assert names[0] == names[1]
        assert len(set(names)) == 3

    def test_what_says_nothing_of_a_leg(self) -> None:
        for facts in ({"call_uuid": "u", "status": "human"}, {"conversation_uuid": CON, "status": "record"}):
            verdict = VONAGE.request(hooks.post(URL, packed(facts)), AT, ())
            assert (verdict.events, verdict.once, verdict.answer.status) == ((), "", 200)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"x", b'{"uuid":"\\u001b","status":"ringing"}'])
def test_what_is_of_no_call(body: bytes) -> None:
    assert reason(VONAGE.request(hooks.post(URL, body), AT, ())) == "hook_unreadable"
