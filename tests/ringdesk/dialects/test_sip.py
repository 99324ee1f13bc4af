"""The telephone that is never picked up: what it says to whom, and what it makes of a call."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import transcript
from ringdesk.calls import Call, Caller, CallEvent, CallState, EventKind, Outcome, Presentation, Via
from ringdesk.codecs import digest, sipmessage, sipreply
from ringdesk.codecs.sipinvites import CAPACITY, RING_LIMIT
from ringdesk.codecs.sipmessage import Malformed, Message, Splitter
from ringdesk.codecs.sipregister import RETRY, RETRY_REFUSED
from ringdesk.dialects import Level, Notice, Send, SourceOptions, Step
from ringdesk.dialects.sip import PARTIAL_TIME, SipDialect
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from tests.ringdesk.dialects import chunking

T = 1795325880.0
PBX = "192.0.2.1:5060"
CHEN = Caller(raw=SafeText("+886912345678"), presentation=Presentation.SHOWN, name=SafeText("陳小姐"))


def request(
    method: str = "INVITE", *more: str, branch: str = "1", to: str = "", number: int = 1, call: str = "c1"
) -> bytes:
    lines = [
        f"{method} sip:desk@192.0.2.9:5062 SIP/2.0",
        f"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK{branch};rport",
        "Via: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKfar",
        "Max-Forwards: 70",
        'From: "陳小姐" <sip:+886912345678@pbx.example>;tag=a',
        f"To: <sip:0227001234@pbx.example>{to}",
        f"Call-ID: {call}",
        f"CSeq: {number} {method}",
        *more,
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Bench:
    """A dialect whose bytes are read back."""

    def __init__(self, options: SourceOptions | None = None) -> None:
        self.dialect = SipDialect("s", options or SourceOptions())
        self.now = T
        self.events: list[CallEvent] = []
        self.sends: list[Send] = []
        self.notices: list[Notice] = []
        self.tracker = Tracker()

    def take(self, step: Step) -> list[Message]:
        self.events += step.events
        self.sends += step.sends
        self.notices += step.notices
        for event in step.events:
            self.tracker.received(event)
        return [read(send.data) for send in step.sends]

    def hear(self, data: bytes, peer: str | None = PBX) -> list[Message]:
        return self.take(self.dialect.received(data, self.now, peer))

    def answers(self, data: bytes) -> list[int]:
        return [message.status for message in self.hear(data)]

    def run(self, seconds: float) -> list[Message]:
        end, said = self.now + seconds, []
        while (due := self.dialect.next_due) is not None and due <= end:
            self.now = due
            said += self.take(self.dialect.due(due))
        self.now = end
        return said

    @property
    def kinds(self) -> list[str]:
        return [event.event.value for event in self.events]

    @property
    def call(self) -> Call:
        (call,) = self.tracker.calls
        return call

    @property
    def codes(self) -> list[tuple[Level, str]]:
        return [(notice.level, notice.why.code) for notice in self.notices]


def read(data: bytes) -> Message:
    (message,) = Splitter().feed(data)
    assert isinstance(message, Message)
    return message


def tag(message: Message) -> str:
    return sipmessage.parameters(message.first("to"))["tag"]


class TestRinging:
    def test_an_invite_rings_and_is_never_accepted(self) -> None:
        bench = Bench()
        trying, ringing = bench.hear(request())
        assert (trying.status, ringing.status) == (100, 180)
        assert bench.kinds == ["ringing", "caller"]
        assert bench.events[1].caller == CHEN
        assert bench.events[1].native_id == "c1"
        assert bench.call.called.raw == "0227001234"
        said = bench.run(RING_LIMIT + 60)
        assert {message.status for message in said} == {180, 480}
        assert bench.kinds[-1] == "ring_stopped"
        assert bench.dialect.next_due is None

    def test_an_answer_carries_what_it_must(self) -> None:
        bench = Bench()
        _, ringing = bench.hear(request("INVITE", "Record-Route: <sip:192.0.2.1;lr>"))
        assert ringing.all("via") == [
            "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport=5060;received=192.0.2.1",
            "SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKfar",
        ]
        assert ringing.first("from").encode("latin-1").decode() == '"陳小姐" <sip:+886912345678@pbx.example>;tag=a'
        assert (ringing.first("cseq"), ringing.call_id) == ("1 INVITE", "c1")
        assert ringing.first("record-route") == "<sip:192.0.2.1;lr>"
        assert ringing.first("contact") == "<sip:desk@192.0.2.9:5062>"
        assert tag(ringing)
        assert not ringing.first("require")
        assert not ringing.first("rseq")

    def test_answers_go_to_the_port_that_asked_else_to_the_one_in_via(self) -> None:
        bench = Bench()
        bench.hear(request(), "192.0.2.1:40000")
        assert {send.peer for send in bench.sends} == {"192.0.2.1:40000"}
        bench = Bench()
        bench.hear(request().replace(b";rport", b"").replace(b"192.0.2.1:5060;", b"10.0.0.1;"), "192.0.2.1:40000")
        assert {send.peer for send in bench.sends} == {"192.0.2.1:5060"}
        assert read(bench.sends[0].data).all("via")[0].endswith(";received=192.0.2.1")

    def test_an_invite_again_gets_the_same_answer_and_is_no_new_call(self) -> None:
        bench = Bench()
        first = bench.hear(request())
        assert bench.hear(request()) == first[1:]
        assert bench.kinds == ["ringing", "caller"]

    def test_the_same_call_on_another_way_is_refused(self) -> None:
        bench = Bench()
        bench.hear(request())
        assert bench.answers(request(branch="2")) == [482]
        assert bench.kinds == ["ringing", "caller"]

    def test_whoever_hears_of_that_refusal_has_not_answered(self) -> None:
        """As a proxy acknowledges it that forks a call to two names of this listener."""
        bench = Bench()
        bench.hear(request())
        (refusal,) = bench.hear(request(branch="2"))
        assert bench.answers(request("ACK", branch="2", to=f";tag={tag(refusal)}")) == []
        assert bench.call.state is CallState.RINGING
        assert bench.answers(request("CANCEL")) == [200, 487]
        assert bench.call.outcome is Outcome.MISSED

    def test_a_sender_who_must_have_extensions_goes_on_without_us(self) -> None:
        bench = Bench()
        (refusal,) = bench.hear(request("INVITE", "Require: 100rel"))
        assert (refusal.status, refusal.first("unsupported")) == (420, "100rel")
        assert bench.kinds == ["ringing", "caller", "ring_stopped"]
        assert bench.hear(request("ACK", to=f";tag={tag(refusal)}")) == []

    def test_who_is_trusted_is_an_option(self) -> None:
        asserted = request("INVITE", "P-Asserted-Identity: <sip:0227208889@carrier.example>")
        for trusted, raw in (((), "+886912345678"), (("192.0.2.1",), "0227208889"), (("*",), "0227208889")):
            bench = Bench(SourceOptions(trusted=trusted))
            bench.hear(asserted)
            assert bench.call.caller.raw == raw
        bench = Bench(SourceOptions(trusted=("192.0.2.1",)))
        bench.hear(asserted, "203.0.113.5:5060")
        assert bench.call.caller.raw == "+886912345678"

    def test_many_at_once_are_bounded(self) -> None:
        bench = Bench()
        for number in range(3 * CAPACITY):
            bench.hear(request(branch=str(number), call=f"c{number}"))
        assert len(bench.dialect._invites._open) == CAPACITY
        assert len(bench.dialect._calls) <= 256


class TestEnd:
    def test_a_cancel_ends_it_and_487_is_repeated_until_its_ack(self) -> None:
        bench = Bench()
        _, ringing = bench.hear(request())
        bench.now += 10
        ok, final = bench.hear(request("CANCEL"))
        assert (ok.status, ok.first("cseq")) == (200, "1 CANCEL")
        assert (final.status, final.first("cseq")) == (487, "1 INVITE")
        assert tag(ok) == tag(final) == tag(ringing)
        assert (bench.call.state, bench.call.outcome) == (CallState.ENDED, Outcome.MISSED)
        assert [message.status for message in bench.run(3.6)] == [487] * 3
        assert bench.answers(request("ACK", to=f";tag={tag(final)}")) == []
        assert bench.run(60) == []
        assert bench.dialect.next_due is None

    def test_who_gives_up_after_the_port_was_opened_anew_is_heard(self) -> None:
        bench = Bench()
        bench.hear(request())
        bench.take(bench.dialect.closed(bench.now))
        bench.take(bench.dialect.opened(bench.now + 3))
        assert bench.answers(request("CANCEL")) == [200, 487]
        assert bench.kinds == ["ringing", "caller", "ended"]

    def test_without_an_ack_it_is_given_up(self) -> None:
        bench = Bench()
        bench.hear(request())
        bench.hear(request("CANCEL"))
        assert {message.status for message in bench.run(100)} == {487}
        assert bench.dialect.next_due is None

    def test_a_cancel_again_is_answered_again_and_tells_nothing_new(self) -> None:
        bench = Bench()
        bench.hear(request())
        bench.hear(request("CANCEL"))
        assert bench.answers(request("CANCEL")) == [200]
        assert bench.answers(request()) == [487]
        assert bench.kinds == ["ringing", "caller", "ended"]

    def test_answered_elsewhere_is_not_missed(self) -> None:
        bench = Bench()
        bench.hear(request())
        assert bench.answers(request("CANCEL", 'Reason: SIP;cause=200;text="Call completed elsewhere"')) == [200, 487]
        assert bench.kinds == ["ringing", "caller", "answered"]
        assert (bench.call.state, bench.call.outcome) == (CallState.ANSWERED, None)

    @pytest.mark.parametrize(
        ("reason", "outcome"), [("SIP;cause=603", Outcome.REJECTED), ("SIP;cause=600", Outcome.BUSY)]
    )
    def test_refused_elsewhere(self, reason: str, outcome: Outcome) -> None:
        bench = Bench()
        bench.hear(request())
        bench.hear(request("CANCEL", f"Reason: {reason}"))
        assert bench.call.outcome is outcome

    def test_a_bye_in_the_early_dialog(self) -> None:
        bench = Bench()
        _, ringing = bench.hear(request())
        assert bench.answers(request("BYE", to=f";tag={tag(ringing)}", branch="9", number=2)) == [200, 487]
        assert bench.call.outcome is Outcome.MISSED

    def test_what_is_none_of_our_dialogs(self) -> None:
        bench = Bench()
        assert bench.answers(request("CANCEL")) == [481]
        assert bench.answers(request("BYE", to=";tag=x")) == [481]
        assert bench.answers(request("INVITE", to=";tag=x")) == [481]
        assert bench.answers(request("ACK", to=";tag=x")) == []
        assert bench.events == []

    def test_an_offer_within_the_early_dialog_is_put_off(self) -> None:
        bench = Bench()
        _, ringing = bench.hear(request())
        (refusal,) = bench.hear(request("INVITE", to=f";tag={tag(ringing)}", branch="2", number=2))
        assert (refusal.status, refusal.first("retry-after")) == (500, "5")
        assert bench.kinds == ["ringing", "caller"]


class TestOtherRequests:
    def test_options(self) -> None:
        (answer,) = Bench().hear(request("OPTIONS"))
        assert (answer.status, answer.first("allow")) == (200, "INVITE, ACK, CANCEL, BYE, OPTIONS")
        assert "PRACK" not in answer.first("allow")
        assert not answer.first("supported")

    @pytest.mark.parametrize(
        ("method", "status"), [("PRACK", 405), ("UPDATE", 405), ("REFER", 405), ("FOO", 405), ("NOTIFY", 481)]
    )
    def test_others_are_refused(self, method: str, status: int) -> None:
        bench = Bench()
        assert bench.answers(request(method)) == [status]
        assert bench.events == []


class TestRecording:
    """What another telephone did, where both directions are heard."""

    def answer(self, status: int) -> bytes:
        data = sipreply.response(read(request()), status, "X", None, "other")
        return data.decode("latin-1").encode("latin-1")

    def test_answered_and_ended(self) -> None:
        bench = Bench()
        bench.hear(request() + self.answer(180) + self.answer(200) + request("ACK", to=";tag=other", branch="2"))
        assert bench.call.state is CallState.ANSWERED
        bench.hear(request("BYE", to=";tag=other", branch="3", number=2))
        assert (bench.call.state, bench.call.outcome) == (CallState.ENDED, Outcome.ANSWERED)
        assert bench.kinds == ["ringing", "caller", "answered", "ended"]

    def test_the_ack_of_an_acceptance_is_enough(self) -> None:
        bench = Bench()
        bench.hear(request())
        bench.hear(request("ACK", to=";tag=other", branch="2"))
        assert bench.kinds == ["ringing", "caller", "answered"]

    def test_the_ack_of_a_refusal_says_that_it_stopped(self) -> None:
        bench = Bench()
        bench.hear(request())
        bench.hear(request("ACK", to=";tag=other"))
        assert bench.kinds == ["ringing", "caller", "ring_stopped"]

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [(486, Outcome.BUSY), (603, Outcome.REJECTED), (487, Outcome.MISSED), (404, Outcome.FAILED)],
    )
    def test_refusals(self, status: int, outcome: Outcome) -> None:
        bench = Bench()
        bench.hear(request())
        bench.hear(self.answer(status))
        assert bench.call.outcome is outcome

    def test_a_question_for_the_password_is_no_end(self) -> None:
        bench = Bench()
        bench.hear(request())
        bench.hear(self.answer(401))
        assert bench.kinds == ["ringing", "caller"]


TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "sip"
NOBODY = (None, "private", None)


@pytest.mark.parametrize(
    ("stem", "caller", "state", "outcome"),
    [
        ("baresip-utf8", ("+8613800138000", "shown", "张三（销售部）"), "ring_stopped", None),
        ("sipp-bare-addr-spec", ("5551000", "shown", None), "answered", None),
        ("sipp-comma-in-name", ("1007", "shown", "Smith, John"), "answered", None),
        ("sipp-long-utf8", ("1006", "shown", "很长的名字" * 8), "answered", None),
        ("sipp-pai-utf8", ("+861087654321", "shown", "李四"), "answered", None),
        ("sipp-privacy-id-no-pai", NOBODY, "answered", None),
        ("sipp-privacy-id-with-pai", NOBODY, "answered", None),
        ("sipp-privacy-none", ("+861087654321", "shown", "李四"), "answered", None),
        ("sipp-privacy-user-from-intact", NOBODY, "answered", None),
        ("sipp-rfc2047-name", ("1004", "shown", "张三"), "answered", None),
        ("sipp-rpid-privacy-full", NOBODY, "answered", None),
        ("sipp-tel-uri", ("+12155551212", "shown", "Tel Caller"), "answered", None),
        ("sipp-token-name", ("1002", "shown", "Bob Smith"), "answered", None),
        ("sipp-user-phone", ("+12155551212", "shown", "Phone"), "answered", None),
        ("sipp-cancelled-elsewhere", ("+886912345678", "shown", "陳小姐"), "answered", None),
        ("cancelled", ("+886912345678", "shown", "陳小姐"), "ended", "missed"),
        ("answered-elsewhere", ("+886912345678", "shown", "陳小姐"), "answered", None),
        ("declined-elsewhere", ("+886912345678", "shown", "陳小姐"), "ended", "rejected"),
        ("answered-by-another", ("+886912345678", "shown", "陳小姐"), "ended", "answered"),
        ("forwarded", ("0933222111", "shown", None), "ringing", None),
        ("withheld-two-identities", NOBODY, "ringing", None),
        ("compact", ("+886912345678", "shown", None), "ringing", None),
        ("cut-off", ("+886912345678", "shown", "陳小姐"), "ringing", None),
    ],
)
def test_transcripts(stem: str, caller: tuple[str | None, str, str | None], state: str, outcome: str | None) -> None:
    bench = Bench(SourceOptions(trusted=("*",)))
    for chunk in transcript.read((TRANSCRIPTS / f"{stem}.jsonl").read_bytes().splitlines()):
        bench.run(T + chunk.at - bench.now)
        if chunk.dir == "in":
            bench.hear(chunk.data, chunk.peer)
    call = bench.call
    assert (call.caller.raw, call.caller.presentation.value, call.caller.name) == caller
    assert (call.state.value, None if call.outcome is None else call.outcome.value) == (state, outcome)
    assert call.via == (Via(SafeText("0225001111"), "no_answer") if stem == "forwarded" else None)


def test_every_transcript_is_in_the_table() -> None:
    (mark,) = [mark for mark in test_transcripts.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {row[0] for row in mark.args[1]} == {path.stem for path in TRANSCRIPTS.iterdir()}


class TestBytes:
    def test_compact_headers_folding_and_bare_line_feeds(self) -> None:
        data = (
            b"INVITE sip:desk@h SIP/2.0\nv: SIP/2.0/UDP h;branch=z9hG4bK1\nf: <sip:0912345678@h>\n ;tag=1\n"
            b"t: <sip:801@h>\ni: x\nCSEQ : 1 INVITE\nl: 3\n\nabc"
        )
        bench = Bench()
        bench.hear(data)
        assert (bench.call.caller.raw, bench.call.called.raw) == ("0912345678", "801")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ((b"Call-ID: c1\r\n", b""), "no call-id header"),
            ((b"CSeq: 1 INVITE", b"CSeq: 1 BYE"), "CSeq is of 'BYE', the request is 'INVITE'"),
            ((b"CSeq: 1", b"CSeq: x"), "the CSeq header cannot be read"),
            ((b"Length: 0", b"Length: -1"), "a Content-Length of '-1' cannot be"),
            ((b"Length: 0", b"Length: 99999999"), "a Content-Length of '99999999' cannot be"),
            ((b"Max-Forwards: 70\r\n", b"X: y\r\n" * 300), "more than 200 headers"),
            ((b"Max-Forwards: 70", b"X: " + b"y" * 20_000), "the headers have more than 16384 bytes"),
        ],
    )
    def test_what_is_refused_says_why(self, change: tuple[bytes, bytes], reason: str) -> None:
        bench = Bench()
        assert bench.hear(request().replace(*change)) == []
        (event,) = bench.events
        assert (event.event, event.reason) == (EventKind.REJECTED, reason)

    def test_a_datagram_that_was_cut_off_is_refused_after_silence(self) -> None:
        bench = Bench()
        bench.hear(request().replace(b"Length: 0", b"Length: 9") + b"v=0\r\n")
        assert bench.events == []
        bench.run(PARTIAL_TIME)
        assert [event.reason for event in bench.events] == ["truncated: need 9 bytes of body, have 5"]
        bench.hear(request()[:100])
        bench.run(PARTIAL_TIME)
        assert bench.events[-1].reason == "truncated: no end of the headers in 100 bytes"

    def test_the_message_behind_one_that_was_cut_off_is_heard(self) -> None:
        for half in (request()[:180].rpartition(b"\n")[0] + b"\n", request().replace(b"Length: 0", b"Length: 99")):
            bench = Bench()
            bench.hear(half)
            bench.hear(request())
            assert bench.kinds == ["rejected", "ringing", "caller"]

    def test_halves_of_different_senders_are_kept_apart(self) -> None:
        bench = Bench()
        one, other = request(call="c1"), request(call="c2", branch="2")
        bench.hear(one[:150], "192.0.2.1:5060")
        bench.hear(other, "192.0.2.2:5060")
        bench.hear(one[150:], "192.0.2.1:5060")
        assert {event.native_id for event in bench.events} == {"c1", "c2"}

    def test_a_body_may_hold_anything_that_is_no_call(self) -> None:
        body = b"SIP/2.0 200 OK\r\n\r\nFrom: x\r\n"
        bench = Bench()
        bench.hear(request().replace(b"Length: 0", b"Length: %d" % len(body)) + body + b"\r\n\r\n" + request("OPTIONS"))
        assert bench.kinds == ["ringing", "caller"]
        assert [read(send.data).status for send in bench.sends] == [100, 180, 200]

    def test_a_splitter_says_what_it_refused(self) -> None:
        assert Splitter().feed(b"INVITE sip:x SIP/2.0\r\n\r\n") == [Malformed("no via header")]


class Registrar:
    """The server's side of a registration."""

    def __init__(self, secret: str = "desk:p:w", algorithm: str = "SHA-256") -> None:
        self.secret, self.algorithm, self.nonce = secret, algorithm, "n1"
        self.seen: list[Message] = []

    def answer(self, asked: Message) -> bytes:
        self.seen.append(asked)
        if self.authorized(asked):
            contact = asked.first("contact")
            return self.reply(asked, 200, *([("Contact", f"{contact};expires=120")] if contact else []))
        challenge = f'Digest realm="pbx", nonce="{self.nonce}", algorithm={self.algorithm}, qop="auth"'
        return self.reply(asked, 401, ("WWW-Authenticate", challenge))

    def reply(self, asked: Message, status: int, *more: tuple[str, str]) -> bytes:
        return sipreply.response(asked, status, "X", "203.0.113.9:40123", "srv", *more)

    def authorized(self, asked: Message) -> bool:
        given = asked.first("authorization")
        count, cnonce = re.search(r"nc=([0-9a-f]{8})", given), re.search(r'cnonce="([^"]*)"', given)
        if count is None or cnonce is None:
            return False
        challenge = digest.Challenge("pbx", self.nonce, self.algorithm, qop=True)
        return given == digest.answer(
            challenge, "REGISTER", "sip:pbx.example", self.secret, count=int(count[1], 16), cnonce=cnonce[1]
        )


class TestRegistration:
    OPTIONS = SourceOptions(registrar="pbx.example", secrets=("desk:p:w",))

    def open(self, server: Registrar | None, options: SourceOptions | None = None) -> Bench:
        bench = Bench(options or self.OPTIONS)
        self.talk(bench, bench.take(bench.dialect.opened(bench.now)), server)
        return bench

    def talk(self, bench: Bench, said: list[Message], server: Registrar | None) -> None:
        for _ in range(20):
            asked = [message for message in said if message.method == "REGISTER"]
            if server is None or not asked:
                return
            said = bench.hear(server.answer(asked[-1]), "192.0.2.1:5060")

    @pytest.mark.parametrize("algorithm", ["SHA-256", "SHA-512-256", "MD5"])
    def test_it_registers_what_the_server_sees(self, algorithm: str) -> None:
        server = Registrar(algorithm=algorithm)
        bench = self.open(server)
        assert bench.codes == [(Level.STARTING, "sip_registering"), (Level.OK, "sip_registered")]
        first, last = server.seen[0], server.seen[-1]
        assert (first.first("contact"), first.uri) == ("", "sip:pbx.example")
        assert last.first("contact") == "<sip:desk@203.0.113.9:40123>"
        assert {send.peer for send in bench.sends} == {"pbx.example:5060"}
        assert len({message.call_id for message in server.seen}) == 1
        assert [message.sequence[0] for message in server.seen] == [1, 2]
        assert not any(b"p:w" in send.data for send in bench.sends)

    def test_it_refreshes_with_the_same_nonce_before_the_server_forgets(self) -> None:
        server = Registrar()
        bench = self.open(server)
        said = bench.run(90)
        assert len(said) == 1
        self.talk(bench, said, server)
        assert "nc=00000002" in server.seen[-1].first("authorization")
        assert len(server.seen) == 3
        assert bench.codes[-1] == (Level.OK, "sip_registered")
        server.nonce = "n2"
        self.talk(bench, bench.run(90), server)
        assert len(server.seen) == 5
        assert len(bench.codes) == 2

    def test_a_wrong_password_is_said_and_not_tried_often(self) -> None:
        server = Registrar(secret="desk:other")
        bench = self.open(server)
        assert bench.codes[-1] == (Level.BROKEN, "sip_wrong_secret")
        assert len(server.seen) == 2
        assert bench.run(RETRY_REFUSED - 1) == []
        assert len(bench.run(1)) == 1

    def test_while_the_password_is_changed_the_older_is_tried_too(self) -> None:
        server = Registrar()
        options = SourceOptions(registrar="pbx.example", secrets=("desk:new", "desk:p:w"))
        assert self.open(server, options).codes[-1] == (Level.OK, "sip_registered")
        assert "p:w" not in repr(options)

    @pytest.mark.parametrize("secret", ["desk", ":p:w"])
    def test_a_secret_that_names_no_account_is_said_at_the_start(self, secret: str) -> None:
        server = Registrar()
        bench = self.open(server, SourceOptions(registrar="pbx.example", secrets=(secret,)))
        assert (bench.codes, server.seen) == ([(Level.BROKEN, "sip_no_account")], [])
        options = SourceOptions(registrar="pbx.example", secrets=(secret, "desk:p:w"))
        assert self.open(server, options).codes[-1] == (Level.OK, "sip_registered")

    def test_a_server_that_does_not_answer_is_tried_again(self) -> None:
        bench = self.open(None)
        said = bench.run(32)
        assert len(said) == 10, "at 0.5, 1.5, 3.5 s, then every 4 s (RFC 3261, 17.1.2.2)"
        assert bench.codes[-1] == (Level.BROKEN, "sip_silent")
        server = Registrar()
        self.talk(bench, bench.run(RETRY), server)
        assert bench.codes[-1] == (Level.OK, "sip_registered")

    def test_a_longer_time_is_granted_where_the_server_wants_one(self) -> None:
        class Slow(Registrar):
            def answer(self, asked: Message) -> bytes:
                if self.authorized(asked) and asked.first("expires") == "120":
                    self.seen.append(asked)
                    return self.reply(asked, 423, ("Min-Expires", "1800"))
                return super().answer(asked)

        server = Slow()
        self.open(server)
        assert server.seen[-1].first("expires") == "1800"

    @pytest.mark.parametrize(
        ("status", "code"), [(403, "sip_refused"), (404, "sip_refused"), (503, "sip_refused"), (401, "sip_no_method")]
    )
    def test_refusals(self, status: int, code: str) -> None:
        class Refusing(Registrar):
            def answer(self, asked: Message) -> bytes:
                return self.reply(asked, status)

        bench = self.open(Refusing())
        assert bench.codes[-1] == (Level.BROKEN, code)

    def test_calls_come_while_registered_and_answers_of_strangers_do_not_count(self) -> None:
        bench = self.open(None)
        stranger = sipreply.response(read(request("REGISTER")), 200, "OK", PBX)
        bench.hear(stranger)
        assert bench.codes == [(Level.STARTING, "sip_registering")]
        assert bench.answers(request()) == [100, 180]

    def test_nothing_is_sent_when_the_transport_is_gone(self) -> None:
        bench = self.open(None)
        assert bench.dialect.closed(bench.now).sends == ()
        assert bench.dialect.next_due is None

    def test_without_a_registrar_nothing_is_said(self) -> None:
        assert SipDialect("s", SourceOptions()).opened(T) == Step()


METHODS = st.sampled_from(["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO"])
REQUESTS = st.builds(
    lambda method, branch, to, number: request(method, branch=branch, to=to, number=number),
    METHODS,
    st.sampled_from("12"),
    st.sampled_from(["", ";tag=x"]),
    st.integers(1, 2),
)
PARTS = st.lists(st.tuples(st.one_of(REQUESTS, st.binary(max_size=40)), st.floats(0, 40)), max_size=12)


def bear(parts: list[tuple[bytes, float]]) -> None:
    """Whatever comes in whatever order: nothing is accepted, one call pops once, and all ends."""
    bench = Bench()
    for data, pause in parts:
        bench.hear(data)
        bench.run(pause)
    bench.run(RING_LIMIT + 60)
    assert bench.dialect.next_due is None
    accepted = [read(send.data) for send in bench.sends]
    assert not [answer for answer in accepted if answer.status // 100 == 2 and answer.sequence[1] == "INVITE"]
    assert not [answer for answer in accepted if answer.status >= 600]
    assert bench.kinds.count("caller") <= 1


@chunking.EXAMPLES
@given(PARTS)
def test_any_order_is_borne(parts: list[tuple[bytes, float]]) -> None:
    bear(parts)
