"""FreeSWITCH's event socket: the login, the snapshot, and what the channels' events make of a call."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import transcript
from ringdesk.calls import Call, CallEvent, CallState, EventKind, Outcome, Presentation, Via
from ringdesk.codecs import eslframes, keepalive
from ringdesk.codecs.eslframes import MAX_ANSWER, Frame, Malformed, Splitter
from ringdesk.codecs.esltable import CALLS, LEGS
from ringdesk.codecs.keepalive import ASK_AFTER
from ringdesk.dialects import Level, Notice, SourceOptions, Step
from ringdesk.dialects.esl import ANSWER_TIME, EVENTS, PARTIAL_TIME, EslDialect
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from tests.ringdesk.dialects import chunking

T = 1795325880.0
GREETING = b"Content-Type: auth/request\n\n"
TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "esl"


def reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def frame(kind: str, body: bytes) -> bytes:
    return f"Content-Length: {len(body)}\nContent-Type: {kind}\n\n".encode() + body


def event(name: str, **fields: str) -> bytes:
    named = {key if key.startswith("variable_") else key.replace("_", "-"): value for key, value in fields.items()}
    return frame("text/event-json", json.dumps({"Event-Name": name, **named}).encode())


def created(uuid: str, number: str = "0912345678", to: str = "0227001234", of: str = "", **fields: str) -> bytes:
    if of:
        fields = {"Other_Type": "originator", "Other_Leg_Unique_ID": of, **fields}
    given = {
        "Unique_ID": uuid,
        "Call_Direction": "outbound" if of else "inbound",
        "Channel_Call_UUID": of or uuid,
        "Caller_Caller_ID_Number": number,
        "Caller_Destination_Number": to,
    }
    return event("CHANNEL_CREATE", **(given | fields))


def hung_up(uuid: str, cause: str = "NORMAL_CLEARING") -> bytes:
    return event("CHANNEL_HANGUP_COMPLETE", Unique_ID=uuid, Hangup_Cause=cause)


def bridged(one: str, other: str) -> bytes:
    return event("CHANNEL_BRIDGE", Unique_ID=one, Bridge_A_Unique_ID=one, Bridge_B_Unique_ID=other)


class Bench:
    def __init__(self, *secrets: str) -> None:
        self.dialect = EslDialect("s", SourceOptions(line="main", secrets=secrets))
        self.now = T
        self.events: list[CallEvent] = []
        self.notices: list[Notice] = []
        self.tracker = Tracker()
        self.asked: list[str] = []

    def take(self, step: Step) -> list[str]:
        self.events += step.events
        self.notices += step.notices
        for one in step.events:
            self.tracker.received(one)
        return [send.data.decode() for send in step.sends]

    def open(self) -> list[str]:
        return self.take(self.dialect.opened(self.now))

    def hear(self, *parts: bytes) -> list[str]:
        return [said for part in parts for said in self.take(self.dialect.received(part, self.now))]

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.dialect.next_due) is not None and due <= end:
            self.asked += self.take(self.dialect.due(due))
        self.now = end

    @property
    def kinds(self) -> list[str]:
        return [one.event.value for one in self.events]

    @property
    def call(self) -> Call:
        (call,) = self.tracker.calls
        return call

    @property
    def codes(self) -> list[tuple[Level, str]]:
        return [(notice.level, notice.why.code) for notice in self.notices]


class TestLogin:
    def test_it_logs_in_subscribes_and_takes_a_snapshot(self) -> None:
        bench = Bench("freeswitch:ClueCon-tests")
        assert bench.open() == []
        assert bench.hear(GREETING) == ["auth ClueCon-tests\n\n"]
        assert bench.hear(reply("+OK accepted")) == [f"event json {EVENTS}\n\n"]
        assert bench.hear(reply("+OK event listener enabled json")) == ["api show channels as json\n\n"]
        assert bench.codes == [(Level.STARTING, "esl_starting"), (Level.OK, "esl_ready")]
        assert EVENTS.endswith("CUSTOM callcenter::info")

    @pytest.mark.parametrize(
        ("secret", "said"),
        [
            ("ClueCon-tests", "auth ClueCon-tests"),
            (":a:b", "auth a:b"),
            ("desk@pbx.example:s3cret", "userauth desk@pbx.example:s3cret"),
        ],
    )
    def test_forms_of_the_secret(self, secret: str, said: str) -> None:
        bench = Bench(secret)
        bench.open()
        assert bench.hear(GREETING) == [f"{said}\n\n"]

    @pytest.mark.parametrize("secrets", [(), ("",), ("a:b\napi shutdown",)])
    def test_without_a_usable_secret_nothing_is_sent(self, secrets: tuple[str, ...]) -> None:
        bench = Bench(*secrets)
        bench.open()
        assert bench.hear(GREETING) == []
        assert bench.codes[-1] == (Level.BROKEN, "esl_no_password")

    def test_where_json_is_refused_plain_is_asked_for(self) -> None:
        bench = Bench("x")
        bench.open()
        bench.hear(GREETING, reply("+OK accepted"))
        assert bench.hear(reply("-ERR no keywords supplied")) == [f"event plain {EVENTS}\n\n"]
        assert bench.hear(reply("+OK event listener enabled plain")) == ["api show channels as json\n\n"]

    def test_refusals_are_told_once(self) -> None:
        bye = frame("text/disconnect-notice", b"Disconnected, goodbye.\n")
        bench = Bench("x")
        bench.open()
        bench.hear(GREETING, reply("-ERR invalid"), bye)
        assert bench.codes[1:] == [(Level.BROKEN, "esl_wrong_password")]
        bench = Bench("x")
        bench.open()
        bench.hear(frame("text/rude-rejection", b"Access Denied, go away.\n"), bye)
        assert bench.codes[1:] == [(Level.BROKEN, "esl_not_allowed")]
        bench = Bench("x")
        bench.open()
        bench.hear(GREETING, reply("+OK accepted"), reply("-ERR"), reply("-ERR permission denied"))
        assert bench.codes[1:] == [(Level.BROKEN, "esl_no_events")]

    def test_silence(self) -> None:
        bench = Bench("x")
        bench.open()
        bench.run(ANSWER_TIME)
        assert bench.codes[-1] == (Level.BROKEN, "esl_silent")
        assert bench.dialect.next_due is None

    def test_silence_is_asked_about_and_then_complained_of(self) -> None:
        bench = Bench("x")
        bench.open()
        bench.hear(GREETING, reply("+OK accepted"), reply("+OK"), frame("api/response", b'{"row_count":0}'))
        bench.run(ASK_AFTER - 1)
        assert bench.asked == []
        bench.run(1)
        assert bench.asked == ["api uptime\n\n"]
        bench.hear(frame("api/response", b"4711\n"))
        bench.run(ASK_AFTER)
        assert bench.codes[-1] == (Level.OK, "esl_ready")
        bench.run(keepalive.ANSWER_TIME)
        assert bench.codes[-1] == (Level.BROKEN, "esl_silent")
        bench.run(60)
        assert bench.codes.count((Level.BROKEN, "esl_silent")) == 1, "told once, asked again"
        assert len(bench.asked) > 4
        bench.hear(frame("api/response", b"-ERR permission denied"))
        assert bench.codes[-1] == (Level.OK, "esl_ready")

    def test_a_farewell(self) -> None:
        bench = Bench("x")
        bench.hear(frame("text/disconnect-notice", b"Disconnected, goodbye.\n"))
        assert bench.codes == [(Level.BROKEN, "esl_disconnected")]


A_TABLE = [
    ("plain-gave-up", "in", "missed", "+886912345678", None, "801 cancelled"),
    ("two-devices", "in", "answered", "+886912345678", "801", "801 ended"),
    ("snapshot", "in", "answered", None, "801", "801 ended"),
    ("disconnected", "in", None, "+886912345678", None, "801 ringing"),
    ("group-answered", "in", "answered", "0912345678", "1002", "1001 cancelled, 1002 ended, 1003 cancelled"),
    ("group-missed", "in", "missed", "0912345678", None, "1001 missed, 1002 missed, 1003 rejected"),
    ("gave-up", "in", "missed", "0912345678", None, "1001 cancelled"),
    ("no-answer", "in", "missed", "0912345678", None, "1001 missed"),
    ("busy", "in", "busy", "0912345678", None, "1001 rejected"),
    ("declined", "in", "rejected", "0912345678", None, "1001 rejected"),
    ("withheld", "in", "answered", None, "1001", "1001 ended"),
    ("forwarded", "in", "answered", "0912345678", "1001", "1001 ended"),
    ("forward-302", "in", "answered", "0912345678", "1002", "1001 cancelled, 1002 ended"),
    ("menu-only", "in", "abandoned", "0912345678", None, ""),
    ("voicemail", "in", "voicemail", "0912345678", None, "1001 missed"),
    ("queue-answered", "in", "answered", "0912345678", "1002", "1001 missed, 1002 ended"),
    ("queue-abandoned", "in", "abandoned", "0912345678", None, "1001 missed, 1002 cancelled"),
    ("hold", "in", "answered", "0912345678", "1001", "1001 ended"),
    ("blind-transfer", "in", "answered", "0912345678", "1002", "1001 ended, 1002 ended"),
    ("attended-transfer", "in", "answered", "0912345678", "1002", "1001 ended, 1002 ended"),
    ("transferred-ringing", "in", "answered", "0912345678", "1002", "1001 ended, 1002 ended"),
    ("att-xfer", "in", "answered", "0912345678", "1002", "1001 ended, 1002 ended"),
    ("outbound", "out", "answered", "1001", "1001", ""),
    ("click-to-call", "out", "answered", "1001", "1001", ""),
    ("internal", "internal", "answered", "1001", "1002", "1002 ended"),
    ("loopback", "in", "answered", "0912345678", "1001", "1001 ended"),
    ("loopback-missed", "in", "missed", "0912345678", None, "1001 cancelled"),
    (
        "enterprise",
        "in",
        "answered",
        "0912345678",
        "1003",
        "1003 ended, 1001 cancelled, 1002 cancelled, 1004 cancelled",
    ),
    ("pick-up", "in", "answered", "0912345678", "1002", "1001 cancelled, 1002 ended"),
    ("valet", "in", "answered", "0912345678", "1002", "1001 ended, 1002 ended"),
    ("fifo", "in", "answered", "0912345678", "1001", "1001 ended"),
    ("login-outbound", "out", "answered", "1001", "1001", ""),
    ("login-loopback", "in", "answered", "0912345678", "1001", "1001 ended"),
    ("login-picked-up", "in", "answered", "0912345678", "1002", "1002 ended"),
    ("login-queue", "in", "abandoned", "0912345678", None, "1002 cancelled"),
    ("login-withheld", "in", "missed", None, None, "1001 cancelled"),
    ("park", "in", "answered", "0912345678", "1002", "1002 ended"),
]


def played(stem: str) -> Bench:
    bench = Bench()
    for chunk in transcript.read((TRANSCRIPTS / f"{stem}.jsonl").read_bytes().splitlines()):
        bench.run(chunk.at - bench.now)
        if chunk.dir == "in":
            bench.hear(chunk.data)
    return bench


@pytest.mark.parametrize(("stem", "direction", "outcome", "raw", "by", "legs"), A_TABLE)
def test_transcripts(
    stem: str, direction: str, outcome: str | None, raw: str | None, by: str | None, legs: str
) -> None:
    (call,) = (one for one in played(stem).tracker.calls if one.merged_into is None)
    assert (call.direction.value, None if call.outcome is None else call.outcome.value) == (direction, outcome)
    assert (call.caller.raw, call.answered_by) == (raw, by)
    assert ", ".join(f"{leg.agent} {leg.state.value}" for leg in call.legs) == legs
    assert call.caller.presentation is (Presentation.SHOWN if raw else Presentation.PRIVATE)
    assert call.caller.name == {"+886912345678": "陳小姐", "0912345678": "Chen"}.get(raw or "")
    assert call.via == (Via(SafeText("0225001111"), "no_answer") if stem == "forwarded" else None)
    assert call.called.queue == ("support" if "queue" in stem else None)
    assert call.called.line == "main"


def test_who_is_called_by_a_click_is_the_number_not_one_s_own_telephone() -> None:
    assert played("click-to-call").call.called.raw == "0912345678"


def test_a_caller_in_a_queue_before_the_login_waits_there() -> None:
    assert EventKind.QUEUED in [one.event for one in played("login-queue").events]


def test_a_telephone_that_waits_at_a_fifo_takes_one_caller_after_the_other() -> None:
    calls = [one for one in played("fifo-two").tracker.calls if one.merged_into is None]
    taken = [(one.caller.raw, one.direction.value, one.outcome, one.answered_by) for one in calls]
    assert taken == [(number, "in", "answered", "1001") for number in ("0912345678", "0933000111")]


def test_a_transfer_shows_while_nobody_has_taken_it() -> None:
    assert EventKind.TRANSFERRING in [one.event for one in played("blind-transfer").events]


def test_every_transcript_is_in_the_table() -> None:
    assert {row[0] for row in A_TABLE} | {"fifo-two"} == {path.stem for path in TRANSCRIPTS.iterdir()}


class TestCalls:
    def test_a_call_pops_once(self) -> None:
        bench = Bench()
        bench.hear(created("a"), created("a"), event("CHANNEL_PROGRESS", Unique_ID="a"), created("b", to="801", of="a"))
        assert bench.kinds == ["ringing", "caller", "leg"]

    def test_the_caller_s_leg_alone_being_answered_is_no_person(self) -> None:
        bench = Bench()
        bench.hear(created("a"), event("CHANNEL_ANSWER", Unique_ID="a"))
        assert bench.call.state is CallState.RINGING

    def test_hold_and_blind_transfer(self) -> None:
        bench = Bench()
        bench.hear(created("a"), created("b", to="801", of="a"), bridged("a", "b"))
        states = []
        for part in (
            event("CHANNEL_HOLD", Unique_ID="b"),
            event("CHANNEL_UNHOLD", Unique_ID="b"),
            hung_up("b", "BLIND_TRANSFER"),
            created("c", to="802", of="a"),
            bridged("a", "c"),
        ):
            bench.hear(part)
            states.append(bench.call.state.value)
        assert states == ["held", "answered", "transferring", "transferring", "answered"]
        assert bench.call.answered_by == "802"

    def test_the_caller_transfers(self) -> None:
        bench = Bench()
        bench.hear(created("a", "801", "802"), created("b", "801", "802", of="a"), bridged("a", "b"))
        bench.hear(hung_up("a", "BLIND_TRANSFER"))
        assert bench.call.live
        bench.hear(hung_up("b"))
        assert bench.call.outcome is Outcome.ANSWERED

    @pytest.mark.parametrize("cause", ["UNALLOCATED_NUMBER", "USER_NOT_REGISTERED", "NETWORK_OUT_OF_ORDER", ""])
    def test_what_failed(self, cause: str) -> None:
        bench = Bench()
        bench.hear(created("a"), hung_up("a", cause))
        assert bench.call.outcome is Outcome.FAILED

    def test_the_end_comes_without_the_other_leg_s(self) -> None:
        bench = Bench()
        bench.hear(created("a"), created("b", to="801", of="a"), bridged("a", "b"), hung_up("a"))
        assert (bench.call.outcome, bench.call.legs[0].state.value) == (Outcome.ANSWERED, "ended")
        count = len(bench.events)
        bench.hear(hung_up("b"), hung_up("a"), created("a"), created("c", of="a"), bridged("a", "b"))
        assert len(bench.events) == count, "what is over stays over"

    def test_a_stream_that_is_joined_in_the_middle(self) -> None:
        bench = Bench()
        bench.hear(hung_up("x"))
        assert bench.events == []
        bench.hear(
            event(
                "CHANNEL_BRIDGE",
                Unique_ID="a",
                Call_Direction="inbound",
                Caller_Caller_ID_Number="0912345678",
                Bridge_A_Unique_ID="a",
                Bridge_B_Unique_ID="b",
                Other_Leg_Direction="outbound",
                Other_Leg_Destination_Number="801",
            )
        )
        assert (bench.call.caller.raw, bench.call.answered_by) == ("0912345678", "801")
        bench.hear(hung_up("b"), hung_up("a"))
        assert bench.call.outcome is Outcome.ANSWERED

    def test_a_leg_before_the_one_that_made_it(self) -> None:
        bench = Bench()
        bench.hear(created("b", to="801", of="a", Other_Leg_Destination_Number="0227001234"), created("a"))
        assert (bench.call.called.raw, bench.kinds.count("ringing")) == ("0227001234", 1)

    def test_a_leg_that_gets_another_name(self) -> None:
        bench = Bench()
        bench.hear(created("a"), event("CHANNEL_UUID", Unique_ID="z", Old_Unique_ID="a"), hung_up("z", "NO_ANSWER"))
        assert bench.call.outcome is Outcome.MISSED

    def test_a_telephone_s_own_half_of_a_loop_is_nobody(self) -> None:
        bench = Bench()
        bench.hear(created("a"), created("b", to="801", of="a", Channel_Name="loopback/801-a"))
        assert bench.call.legs == ()

    @pytest.mark.parametrize(
        ("number", "presentation"),
        [("anonymous", "private"), ("0000000000", "unavailable"), ("unknown", "unavailable"), ("", "unavailable")],
    )
    def test_words_in_the_place_of_a_number(self, number: str, presentation: str) -> None:
        bench = Bench()
        bench.hear(created("a", number))
        assert (bench.call.caller.raw, bench.call.caller.presentation.value) == (None, presentation)

    def test_a_number_that_comes_later(self) -> None:
        bench = Bench()
        bench.hear(created("a", ""), event("CHANNEL_ANSWER", Unique_ID="a", Caller_Caller_ID_Number="0912345678"))
        assert bench.call.caller.raw == "0912345678"

    def test_tables_are_bounded(self) -> None:
        bench = Bench()
        for number in range(LEGS + 500):
            bench.dialect.received(created(f"leg{number}"), T)
        assert len(bench.dialect._calls._calls) <= CALLS
        assert len(bench.dialect._calls._legs) <= LEGS


class TestReconnect:
    def test_what_is_gone_ended_and_how_is_not_known(self) -> None:
        bench = Bench("x")
        bench.open()
        bench.hear(created("a"), created("b", "0922333444"))
        bench.take(bench.dialect.closed(bench.now))
        bench.open()
        bench.hear(GREETING, reply("+OK accepted"), reply("+OK"))
        rows = {"row_count": 2, "rows": [{"uuid": "a"}, {"uuid": "new"}]}
        assert bench.hear(frame("api/response", json.dumps(rows).encode())) == ["api uuid_dump new json\n\n"]
        ended = [(one.native_id, one.outcome) for one in bench.events if one.event is EventKind.ENDED]
        assert ended == [("b", Outcome.UNKNOWN)]

    def back(self, *heard: bytes, **callstates: str) -> tuple[Bench, list[str], list[CallEvent]]:
        """Events, a cut, and the list after it; what was asked for, what was told."""
        bench = Bench("x")
        bench.open()
        bench.hear(*heard)
        bench.take(bench.dialect.closed(bench.now))
        bench.open()
        bench.hear(GREETING, reply("+OK accepted"), reply("+OK"))
        before = len(bench.events)
        rows = [{"uuid": uuid, "callstate": state} for uuid, state in callstates.items()]
        asked = bench.hear(frame("api/response", json.dumps({"row_count": len(rows), "rows": rows}).encode()))
        return bench, asked, bench.events[before:]

    def test_what_still_rings_is_said_again(self) -> None:
        _, asked, told = self.back(created("a"), created("b", to="801", of="a"), a="RINGING", b="RINGING")
        assert (asked, [(one.event, one.native_id) for one in told]) == ([], [(EventKind.RINGING, "a")])

    def test_what_somebody_took_meanwhile_is_not_and_is_asked_for(self) -> None:
        bench, asked, told = self.back(created("a"), created("b", to="801", of="a"), a="ACTIVE", b="ACTIVE")
        assert (asked, told) == (["api uuid_dump a json\n\n", "api uuid_dump b json\n\n"], [])
        facts = {
            "Event-Name": "CHANNEL_DATA",
            "Unique-ID": "b",
            "Channel-Call-State": "ACTIVE",
            "Other-Leg-Unique-ID": "a",
        }
        bench.hear(frame("api/response", json.dumps(facts).encode()))
        assert (bench.call.state, bench.call.answered_by) == (CallState.ANSWERED, "801")

    def test_what_was_answered_before_is_not_said_again(self) -> None:
        heard = created("a"), created("b", to="801", of="a"), bridged("a", "b")
        assert self.back(*heard, a="ACTIVE", b="ACTIVE")[1:] == ([], [])

    def test_who_began_a_call_is_asked_for_first(self) -> None:
        rows = [{"uuid": "z"}, {"uuid": "b"}]
        asked = Bench().hear(frame("api/response", json.dumps({"row_count": 2, "rows": rows}).encode()))
        assert asked == ["api uuid_dump z json\n\n", "api uuid_dump b json\n\n"]

    def test_no_channels_at_all(self) -> None:
        bench = Bench()
        bench.hear(created("a"))
        bench.take(bench.dialect.closed(bench.now))
        bench.hear(frame("api/response", b'{"row_count":0}\n'))
        assert bench.call.outcome is Outcome.UNKNOWN

    @pytest.mark.parametrize(
        "body", [b"-ERR no reply\n", b"", b"[]", b'{"row_count":"x"}', b'{"row_count":1,"rows":7}']
    )
    def test_what_is_no_snapshot_ends_nothing(self, body: bytes) -> None:
        bench = Bench()
        bench.hear(created("a"))
        bench.take(bench.dialect.closed(bench.now))
        bench.hear(frame("api/response", body))
        assert bench.call.live

    def test_a_name_that_cannot_stand_in_a_command_is_not_asked_for(self) -> None:
        rows = {"row_count": 1, "rows": [{"uuid": "x\n\napi shutdown"}]}
        assert Bench().hear(frame("api/response", json.dumps(rows).encode())) == []

    def test_a_dump_in_plain_text(self) -> None:
        body = b"Event-Name: CHANNEL_DATA\nUnique-ID: a\nCall-Direction: inbound\nCaller-Caller-ID-Number: %2B886912345678\n\n"
        bench = Bench()
        bench.hear(frame("api/response", body))
        assert bench.call.caller.raw == "+886912345678"


class TestFrames:
    def test_values_of_a_plain_event_are_decoded(self) -> None:
        body = b"Event-Name: X\nCaller-Caller-ID-Name: %E9%99%B3%E5%B0%8F%E5%A7%90\nA: b%3A%20c\nA: second\n\nbody: x\n"
        (found,) = Splitter().feed(frame("text/event-plain", body))
        assert isinstance(found, Frame)
        assert eslframes.fields(found) == {"Event-Name": "X", "Caller-Caller-ID-Name": "陳小姐", "A": "b: c"}

    def test_names_in_big5_are_read(self) -> None:
        plain = Frame("text/event-plain", {}, b"N: %B3%AF%A4p%A9j\n\n")
        raw = Frame("text/event-json", {}, b'{"N":"\xb3\xaf\xa4p\xa9j"}')
        assert eslframes.fields(plain) == eslframes.fields(raw) == {"N": "陳小姐"}

    @pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"[" * 100_000, b'{"a":"\xff'])
    def test_what_is_no_json_object_is_refused(self, body: bytes) -> None:
        bench = Bench()
        bench.hear(frame("text/event-json", body or b" "))
        assert [(one.event, one.reason) for one in bench.events] == [(EventKind.REJECTED, "an event is no JSON object")]

    def test_a_stream_joined_within_a_json_body(self) -> None:
        data = created("x") + created("a")
        for start in range(1, len(created("x"))):
            bench = Bench()
            bench.hear(data[start:])
            assert bench.kinds[-2:] == ["ringing", "caller"], data[start:]

    @pytest.mark.parametrize(
        ("length", "reason"),
        [("-1", "a Content-Length of '-1' cannot be"), ("999999", "a frame of 999999 bytes is too long")],
    )
    def test_lengths_that_cannot_be(self, length: str, reason: str) -> None:
        found = Splitter().feed(f"Content-Type: text/event-json\nContent-Length: {length}\n\n".encode())
        assert found == [Malformed(reason)]

    def test_a_frame_that_is_too_long_is_not_kept(self) -> None:
        splitter = Splitter()
        splitter.feed(f"Content-Type: api/response\nContent-Length: {MAX_ANSWER + 1}\n\n".encode())
        splitter.feed(b"x" * (MAX_ANSWER + 1))
        assert len(splitter._buffer) == 0
        assert isinstance(splitter.feed(GREETING)[0], Frame)

    def test_a_frame_that_lacks_its_rest_is_given_up(self) -> None:
        bench = Bench()
        bench.hear(frame("text/event-json", b"x" * 50)[:-20])
        bench.run(PARTIAL_TIME)
        assert [one.reason for one in bench.events] == ["truncated: need 50 bytes, have 30"]
        bench.hear(created("a"))
        assert bench.kinds[1:] == ["ringing", "caller"]


UUIDS = st.sampled_from(["a", "b", "c", ""])
CAUSES = st.sampled_from(["NORMAL_CLEARING", "LOSE_RACE", "BLIND_TRANSFER", "ATTENDED_TRANSFER", "USER_BUSY", ""])
PARTS = st.one_of(
    st.builds(created, UUIDS, st.sampled_from(["0912345678", "801", ""]), st.sampled_from(["801", "802"]), UUIDS),
    st.builds(
        lambda one, other: created(one, Channel_Name="loopback/801-b", variable_other_loopback_leg_uuid=other),
        UUIDS,
        UUIDS,
    ),
    st.builds(
        lambda one, other: created(one, Call_Direction="outbound", variable_ent_originate_aleg_uuid=other), UUIDS, UUIDS
    ),
    st.builds(bridged, UUIDS, UUIDS),
    st.builds(hung_up, UUIDS, CAUSES),
    st.builds(lambda one, other: event("CHANNEL_UUID", Unique_ID=one, Old_Unique_ID=other), UUIDS, UUIDS),
    st.builds(
        lambda name, one: event(name, Unique_ID=one),
        st.sampled_from(["CHANNEL_ANSWER", "CHANNEL_HOLD", "CHANNEL_UNHOLD", "CHANNEL_PROGRESS", "X"]),
        UUIDS,
    ),
    st.builds(
        lambda action, one: event(
            "CUSTOM", Event_Subclass="callcenter::info", CC_Action=action, CC_Member_Session_UUID=one, CC_Agent="801@x"
        ),
        st.sampled_from(["member-queue-start", "agent-offering", "bridge-agent-start", "bridge-agent-fail"]),
        UUIDS,
    ),
    st.builds(
        lambda live: frame(
            "api/response", json.dumps({"row_count": len(live), "rows": [{"uuid": one} for one in live]}).encode()
        ),
        st.lists(UUIDS, max_size=3),
    ),
    st.binary(max_size=40),
    st.just(b""),
)


def bear(parts: list[bytes]) -> None:
    """Whatever comes in whatever order: nothing is raised, and the tables agree with each other."""
    bench = Bench()
    for part in parts:
        if part:
            bench.hear(part)
        else:
            bench.take(bench.dialect.closed(bench.now))
        table = bench.dialect._calls
        for name, leg in table._legs.items():
            assert name in table._calls[leg.call].legs
        assert sum(len(call.legs) for call in table._calls.values()) == len(table._legs)
        assert all(call.legs for call in table._calls.values())


@chunking.EXAMPLES
@given(st.lists(PARTS, max_size=20))
def test_any_order_is_borne(parts: list[bytes]) -> None:
    bear(parts)


HIDDEN = {"Caller_Privacy_Hide_Number": "true", "Caller_Caller_ID_Name": "Chen"}


def test_of_a_caller_who_is_hidden_no_later_event_tells_a_name() -> None:
    bench = Bench()
    bench.hear(created("a", **HIDDEN), created("b", to="1001", of="a"))
    for uuid, more in (("a", {}), ("b", {"Other_Leg_Unique_ID": "a"})):
        shown = {"Caller_Caller_ID_Number": "0912345678", "Caller_Caller_ID_Name": "Chen"}
        bench.hear(event("CHANNEL_ANSWER", Unique_ID=uuid, Call_Direction="inbound", **(shown | more)))
    bench.hear(bridged("a", "b"), hung_up("b"), hung_up("a"))
    assert bench.call.caller.presentation is Presentation.PRIVATE
    assert not any(one.caller and (one.caller.raw or one.caller.name) for one in bench.events)


@pytest.mark.parametrize("hidden", [True, False])
def test_two_callers_who_are_put_through_to_each_other_stay_two_calls(*, hidden: bool) -> None:
    bench = Bench()
    for uuid, number, more in (("a", "0912345678", HIDDEN if hidden else {}), ("c", "0922333444", {})):
        bench.hear(created(uuid, number, **more), created(f"{uuid}2", to="1001", of=uuid), bridged(uuid, f"{uuid}2"))
    bench.hear(bridged("a", "c"), hung_up("a2"), hung_up("c2"), hung_up("a"), hung_up("c"))
    ended = [(call.caller.raw, call.caller.name, call.outcome) for call in bench.tracker.calls]
    assert ended == [(None if hidden else "0912345678", None, "answered"), ("0922333444", None, "answered")]


@pytest.mark.parametrize(("privacy", "number"), [("full", None), ("off", "0955000999")])
def test_who_forwarded_and_wishes_to_stay_hidden_is_not_told(privacy: str, number: str | None) -> None:
    bench = Bench()
    bench.hear(created("a", variable_sip_h_Diversion=f"<sip:0955000999@x>;reason=no-answer;privacy={privacy}"))
    assert (bench.call.via.raw if bench.call.via else None) == number
