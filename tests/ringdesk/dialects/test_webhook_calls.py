"""What requests of one call after another become: calls."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from config import registry
from ringdesk.calls import Call, CallState, EventKind, LegState, Outcome, Presentation
from ringdesk.codecs import refusals
from ringdesk.codecs.http import Fields, Request
from ringdesk.dialects import SourceOptions, Verdict
from ringdesk.dialects.threecx import ThreecxDialect
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker, pop_due

FORM: Fields = (("content-type", "application/x-www-form-urlencoded"),)
URL = "https://pop.example.tw/hook/one"
NOW = 1795325880.0

JOURNAL = {
    "type": "Inbound",
    "number": "+886912345678",
    "agent": "101",
    "start": "2026-11-22T05:36:00Z",
    "end": "2026-11-22T05:37:30Z",
}


class Bench:
    """A dialect and a tracker; `pops` are the calls that were due to pop, in order, each once."""

    def __init__(self, name: str, secrets: tuple[str, ...] = ()) -> None:
        self.dialect = registry.webhook(name)("source", SourceOptions())
        self.secrets = secrets
        self.tracker = Tracker()
        self.now = NOW
        self.pops: list[str] = []

    def form(self, **values: str) -> Verdict:
        fields = {name.rstrip("_"): value for name, value in values.items()}
        return self.take(Request(method="POST", url=URL, headers=FORM, body=urlencode(fields).encode()))

    def json(self, values: Mapping[str, Any], *headers: tuple[str, str]) -> Verdict:
        return self.take(Request(method="POST", url=URL, headers=headers, body=json.dumps(values).encode()))

    def get(self, **values: str) -> Verdict:
        return self.take(Request(method="GET", url=f"{URL}?{urlencode(values)}"))

    def take(self, request: Request) -> Verdict:
        self.now += 5.0
        verdict = self.dialect.request(request, self.now, self.secrets)
        for event in verdict.events:
            for call in self.tracker.received(event):
                if pop_due(call) and call.id not in self.pops:
                    self.pops.append(call.id)
        return verdict

    @property
    def call(self) -> Call:
        (call,) = self.tracker.calls
        return call


@pytest.mark.parametrize(
    ("given", "e164"),
    [("4930609854180", "+4930609854180"), ("+4930609854180", "+4930609854180"), ("29023456", None), ("12", None)],
)
def test_numbers_of_zammad_with_and_without_a_country(given: str, e164: str | None) -> None:
    """+290 23456 would be somebody's on Saint Helena."""
    verdict = Bench("generic").json({"event": "newCall", "callId": "1", "from": given, "to": "1", "direction": "in"})
    (event,) = verdict.events
    assert event.caller is not None
    assert event.caller.e164 == e164


@pytest.mark.parametrize("call", ["", "\x1b\x07", "\u202e"])
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("generic", {"event": "hangup", "callId": "ID", "direction": "in"}),
        ("generic", {"event": "hangup", "call_id": "ID", "direction": "in"}),
        ("aircall", {"event": "call.created", "data": {"id": "ID"}}),
    ],
)
def test_a_call_needs_an_id(name: str, values: dict[str, Any], call: str) -> None:
    def sent(text: str) -> Verdict:
        return Bench(name).json(json.loads(json.dumps(values).replace('"ID"', json.dumps(text))))

    assert sent("7").refused is None
    assert sent(call).refused == refusals.UNREADABLE


class TestShop:
    def post(self, bench: Bench, status: str, time: str, number: str = "0912345678", line: int = 1) -> Verdict:
        return bench.json(
            {"date": "2026/11/22", "time": time, "line": line, "number": number, "status": status, "store": "S01"},
            ("x-ringdesk-secret", "s" if bench.secrets else ""),
        )

    def test_a_call_from_ringing_to_its_end(self) -> None:
        bench = Bench("shop", ("s",))
        self.post(bench, "Ringing", "13:38:05")
        self.post(bench, "HookOff", "13:38:12")
        assert bench.call.state is CallState.ANSWERED
        self.post(bench, "HookOn", "13:41:00")
        assert (bench.call.state, bench.call.outcome, bench.call.caller.raw) == ("ended", "answered", "0912345678")
        assert bench.pops == [bench.call.id]

    def test_who_rings_again_pops_again(self) -> None:
        bench = Bench("shop")
        self.post(bench, "Ringing", "13:38:05")
        self.post(bench, "Missed", "13:38:40")
        self.post(bench, "Ringing", "13:39:05")
        self.post(bench, "HookOff", "13:39:10")
        first, second = bench.tracker.calls
        assert (first.outcome, second.state) == (Outcome.MISSED, CallState.ANSWERED)
        assert bench.pops == [first.id, second.id]

    def test_two_lines_are_two_calls(self) -> None:
        bench = Bench("shop")
        self.post(bench, "Ringing", "13:38:05", line=1)
        self.post(bench, "Ringing", "13:38:05", line=2)
        self.post(bench, "HookOff", "13:38:12", line=1)
        assert [call.state for call in bench.tracker.calls] == [CallState.ANSWERED, CallState.RINGING]

    def test_what_is_told_after_a_restart_never_pops(self) -> None:
        bench = Bench("shop")
        for status in ("HookOff", "HookOn", "Missed"):
            self.post(bench, status, f"13:4{len(status)}:00")
        assert bench.pops == []

    def test_a_forged_ring_is_not_remembered(self) -> None:
        bench = Bench("shop", ("s",))
        self.post(bench, "Ringing", "13:38:05")
        forged = bench.json({"date": "x", "time": "y", "line": 1, "status": "Ringing", "store": "S01"})
        assert forged.refused == refusals.FORGED
        self.post(bench, "HookOff", "13:38:12")
        assert bench.call.state is CallState.ANSWERED


class TestCloudtalk:
    UUID = "0b6d7c1e-0000-4000-8000-000000000001"

    def test_a_call_gets_its_uuid_when_it_is_answered(self) -> None:
        bench = Bench("cloudtalk")
        bench.form(event="ringing", number="+886912345678", uuid="null")
        bench.form(event="answered", number="+886912345678", uuid=self.UUID, agent="201")
        bench.form(event="ended", uuid=self.UUID)
        assert (bench.call.outcome, bench.call.answered_by, len(bench.pops)) == ("answered", "201", 1)
        assert all("912345678" not in key.native_id for key in bench.call.sources), "an id goes where numbers may not"

    def test_a_ringing_that_comes_again_is_of_the_same_call(self) -> None:
        """The repetition itself is dropped by its name; the answer must find the call that is there."""
        bench = Bench("cloudtalk")
        first = bench.form(event="ringing", number="+886912345678", uuid="null")
        again = bench.form(event="ringing", number="+886912345678", uuid="null")
        assert first.once == again.once
        assert first.events[0].native_id == again.events[0].native_id

    def test_withheld_callers_are_not_taken_for_each_other(self) -> None:
        bench = Bench("cloudtalk")
        for _ in range(2):
            bench.form(event="ringing", number="anonymous")
        bench.form(event="missed", number="anonymous")
        assert [call.state for call in bench.tracker.calls] == ["ringing", "ringing", "ended"]


class TestSipgate:
    def push(self, bench: Bench, event: str, call: str, **more: str) -> Verdict:
        facts = {"from_": "886912345678", "to": "886227208889", "direction": "in", "origCallId": "1"}
        return bench.form(event=event, callId=call, **{**facts, **more})

    def test_a_transferred_call_is_one_call(self) -> None:
        bench = Bench("sipgate")
        self.push(bench, "newCall", "1", user="Alice")
        self.push(bench, "answer", "1", user="Alice")
        self.push(bench, "hangup", "1", cause="forwarded")
        assert bench.call.state is CallState.TRANSFERRING
        self.push(bench, "newCall", "2", user="Bob", diversion="886225001111")
        self.push(bench, "answer", "2", user="Bob")
        self.push(bench, "hangup", "2", cause="normalClearing")
        call = bench.call
        assert (call.outcome, call.answered_by, len(bench.pops)) == ("answered", "Bob", 1)
        assert call.via is not None
        assert call.via.raw == "886225001111"

    def test_the_answer_names_the_address_that_was_called(self) -> None:
        bench = Bench("sipgate")
        body = urlencode({"event": "newCall", "callId": "1", "from": "1"}).encode()
        found = bench.take(Request(method="POST", url="https://pop.tw/a?b=1&c=\"<'", headers=FORM, body=body))
        assert found.answer.headers == (("content-type", "application/xml"),)
        assert found.answer.body.count(b'"https://pop.tw/a?b=1&amp;c=&quot;&lt;&#x27;"') == 2

    @pytest.mark.parametrize("name", ["sipgate", "generic"])
    def test_basic_auth(self, name: str) -> None:
        """user pbx, password s3cret-tests."""
        headers: Fields = (*FORM, ("authorization", "Basic cGJ4OnMzY3JldC10ZXN0cw=="))
        body = urlencode({"event": "newCall", "callId": "1", "from": "anonymous"}).encode()
        request = Request(method="POST", url=URL, headers=headers, body=body)
        bench = Bench(name, ("pbx:s3cret-tests",))
        (event,) = bench.take(request).events
        assert event.caller is not None
        assert (event.caller.raw, event.caller.presentation, event.verified) == (None, Presentation.PRIVATE, None)
        assert Bench(name, ("pbx:other",)).take(request).refused == refusals.FORGED


def test_placetel_as_published() -> None:
    """The example of Placetel's own documentation."""
    body = (
        b"call_id=4a4cbb39578170aed9a2761a7bec8c7e704a541f52291ef603d6f5f152980c3c&event=CallAccepted&from=0123456789"
        b"&to=0987654321"
    )
    signature = "c4f823c5b8806432fe2b83b1fc2ee714422e0cdfb4b5129152a7d0bbcd7792d0"
    request = Request(method="POST", url=URL, headers=(*FORM, ("x-placetel-signature", signature)), body=body)
    (event,) = Bench("placetel", ("12345",)).take(request).events
    assert (event.event, event.verified) == (EventKind.ANSWERED, True)
    assert Bench("placetel", ("12346",)).take(request).refused == refusals.FORGED


class TestExotel:
    def popup(self, bench: Bench, status: str, agent: str) -> Verdict:
        return bench.get(CallSid="8", CallFrom="0912345678", Direction="incoming", Status=status, DialWhomNumber=agent)

    def test_a_call_that_moves_on_is_one_call(self) -> None:
        bench = Bench("exotel")
        for agent in ("101", "102"):
            self.popup(bench, "busy", agent)
            self.popup(bench, "free", agent)
        self.popup(bench, "busy", "101")
        assert [(leg.agent, leg.state) for leg in bench.call.legs] == [
            ("101", LegState.RINGING),
            ("102", LegState.CANCELLED),
        ]
        bench.form(CallSid="8", Status="completed", CallType="completed")
        assert (bench.call.outcome, len(bench.pops)) == (Outcome.ANSWERED, 1)


class TestRingcentral:
    def notify(self, bench: Bench, session: str, code: str, **status: Any) -> Verdict:
        to = {"phoneNumber": "+886227208889", "extensionId": "4", "extensionNumber": "102"}
        party = {
            "direction": "Inbound",
            "from": {"phoneNumber": "+886912345678"},
            "to": to,
            "status": {"code": code, **status},
        }
        number = str(len(bench.tracker.calls)) + code
        return bench.json({"uuid": number, "event": "x", "body": {"telephonySessionId": session, "parties": [party]}})

    def test_a_transferred_call_is_one_call(self) -> None:
        bench = Bench("ringcentral")
        self.notify(bench, "s-1", "Proceeding")
        self.notify(bench, "s-1", "Answered")
        self.notify(bench, "s-1", "Gone", peerId={"telephonySessionId": "s-2"})
        self.notify(bench, "s-2", "Proceeding")
        self.notify(bench, "s-2", "Answered")
        self.notify(bench, "s-2", "Disconnected")
        assert (bench.call.state, bench.call.outcome, len(bench.pops)) == ("ended", "answered", 1)

    @pytest.mark.parametrize(
        ("token", "good"), [("6b2c-x", True), ("a\r\nb: c", False), ("é", False), ("x" * 999, False)]
    )
    def test_the_handshake_is_echoed(self, token: str, good: bool) -> None:
        request = Request(method="POST", url=URL, headers=(("validation-token", token),))
        verdict = Bench("ringcentral", ("secret",)).take(request)
        assert verdict.answer.headers == ((("validation-token", token),) if good else ())
        assert (verdict.refused is None) is good
        assert not verdict.events


class TestThreecx:
    def test_a_journal_is_a_call_that_was(self) -> None:
        bench = Bench("threecx")
        bench.json(JOURNAL)
        call = bench.call
        assert (call.started, call.answered, call.ended) == (NOW - 120.0, NOW - 120.0, NOW - 30.0)
        assert (call.outcome, call.answered_by, bench.pops) == (Outcome.ANSWERED, "101", [])

    @pytest.mark.parametrize("start", ["soon", "2036-11-22T05:36:00Z", "2020-11-22T05:36:00Z", "0001-01-01T00:00:00"])
    def test_a_time_that_cannot_be_is_the_time_of_receipt(self, start: str) -> None:
        bench = Bench("threecx")
        bench.json({**JOURNAL, "type": "Missed", "start": start, "end": ""})
        assert (bench.call.started, bench.call.ended, bench.call.outcome) == (NOW + 5, NOW + 5, Outcome.MISSED)

    def test_the_names_of_its_own_variables(self) -> None:
        bench = Bench("threecx")
        bench.form(CallType="Missed", Number="0912345678", Agent="", CallStartTimeUTC="2026-11-22T05:36:00Z")
        assert (bench.call.outcome, bench.call.caller.raw) == (Outcome.MISSED, "0912345678")

    def test_a_look_up(self) -> None:
        bench = Bench("threecx")
        assert bench.get(number="+886912345678").asks == "+886912345678"
        assert bench.get(number="anonymous").asks is None
        assert bench.get(other="1").refused == refusals.UNREADABLE
        assert not bench.tracker.calls

    def test_what_is_told(self) -> None:
        one = ThreecxDialect("source", SourceOptions())
        number, name = SafeText("+886912345678"), SafeText("陳美玲")
        told = one.told(number, name, None, "https://desk.tw/m/1")
        assert json.loads(told.body) == {
            "contacts": [{"number": number, "name": name, "company": "", "url": "https://desk.tw/m/1"}]
        }
        nobody = one.told(number, None, None, "")
        assert (json.loads(nobody.body), nobody.status) == ({"contacts": []}, 200)
