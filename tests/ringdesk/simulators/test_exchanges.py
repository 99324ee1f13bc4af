"""Simulated servers and exchanges, each with the dialect that listens to it."""

import pytest

from ringdesk.calls import Call, EventKind, Presentation
from ringdesk.dialects import SourceOptions, StreamDialect
from ringdesk.dialects.ami import AmiDialect
from ringdesk.dialects.esl import EslDialect
from ringdesk.dialects.ncid import NcidDialect
from ringdesk.dialects.sip import SipDialect
from ringdesk.simulators import Incoming, SimulatedPeer
from ringdesk.simulators.ami import SimulatedAsterisk
from ringdesk.simulators.esl import SimulatedFreeSwitch
from ringdesk.simulators.ncid import SimulatedNcid
from ringdesk.simulators.sip import GIVE_UP, SimulatedTrunk
from tests.ringdesk.simulators.bench import Bench

SECRET = "ringdesk:a-secret"
LOGIN = SourceOptions(secrets=(SECRET,), trusted=("*",))
SHOWN = Incoming(number="0227208889", name="CHEN MEI LING", rings=2)
WITHHELD = Incoming(number="0912345678", name="CHEN", presentation=Presentation.PRIVATE)


def bench(name: str, secret: str = SECRET) -> Bench:
    parts: dict[str, tuple[StreamDialect, SimulatedPeer]] = {
        "ami": (AmiDialect("s", LOGIN), SimulatedAsterisk(secret)),
        "esl": (EslDialect("s", LOGIN), SimulatedFreeSwitch(secret)),
        "ncid": (NcidDialect("s", LOGIN), SimulatedNcid()),
        "sip": (SipDialect("s", LOGIN), SimulatedTrunk()),
    }
    it = Bench(*parts[name], "192.0.2.9:5060" if name == "sip" else None)
    it.run(2.0)
    return it


def told(call: Call) -> tuple[str | None, ...]:
    return (call.caller.raw, call.caller.name, call.caller.presentation, call.outcome, call.answered_by)


@pytest.mark.parametrize("name", ["ami", "esl", "ncid", "sip"])
def test_a_listener_is_waited_for_and_hears_a_call_that_nobody_answers(name: str) -> None:
    it = bench(name)
    assert it.peer.ready
    assert told(it.call(SHOWN)) == ("0227208889", "CHEN MEI LING", "shown", "missed", None)
    assert not any(event.event is EventKind.REJECTED for event in it.events)


@pytest.mark.parametrize("name", ["ami", "esl", "ncid", "sip"])
def test_who_withholds_the_number_is_nobody(name: str) -> None:
    assert told(bench(name).call(WITHHELD)) == (None, None, "private", "missed", None)


@pytest.mark.parametrize("name", ["ami", "esl"])
@pytest.mark.parametrize("number", ["0912345678", None])
def test_a_number_that_is_not_to_be_had_is_not_withheld(name: str, number: str | None) -> None:
    absent = Incoming(number=number, presentation=Presentation.UNAVAILABLE)
    assert told(bench(name).call(absent)) == (None, None, "unavailable", "missed", None)


@pytest.mark.parametrize(
    ("call", "value"), [(SHOWN, b"allowed_"), (WITHHELD, b"prohib_"), (Incoming(), b"unavailable\r\n")]
)
def test_an_asterisk_says_of_a_caller_what_may_be_shown(call: Incoming, value: bytes) -> None:
    exchange = SimulatedAsterisk()
    exchange.call(call, 0.0)
    channel = exchange.due(0.0).partition(b"Channel: ")[2].partition(b"\r\n")[0]
    asked = b"Action: Getvar\r\nChannel: " + channel + b"\r\nVariable: CALLERID(pres)\r\n\r\n"
    assert b"Value: " + value in exchange.received(asked, 0.0)


def test_an_asterisk_no_longer_knows_a_channel_that_is_gone() -> None:
    exchange = SimulatedAsterisk()
    lasts = exchange.call(SHOWN, 0.0)
    channel = exchange.due(0.0).partition(b"Channel: ")[2].partition(b"\r\n")[0]
    asked = b"Action: Getvar\r\nChannel: " + channel + b"\r\nVariable: CALLERID(pres)\r\n\r\n"
    assert exchange.received(asked, lasts) == b"Response: Error\r\nMessage: No such channel\r\n\r\n"
    assert b"Value: 7\r\n" in exchange.received(b"Action: Getvar\r\nVariable: EPOCH\r\n\r\n", 7.0)


@pytest.mark.parametrize("name", ["ami", "esl"])
@pytest.mark.parametrize(("answer", "by"), [("1001", "1001"), ("1002", "1002"), ("", "1001")])
def test_one_of_two_telephones_answers(name: str, answer: str, by: str) -> None:
    it = bench(name)
    call = it.call(Incoming(number="0227208889", answer=answer, talk=3.0))
    assert (call.state, call.outcome, call.answered_by) == ("ended", "answered", by)
    assert {str(leg.agent) for leg in call.legs} == {"1001", "1002"}
    assert call.answered is not None
    assert call.ended is not None
    assert call.ended - call.answered == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("name", ["ami", "esl"])
@pytest.mark.parametrize(("seconds", "states"), [(2.0, ["ringing"]), (9.0, ["answered"]), (20.0, [])])
def test_who_comes_later_is_told_which_calls_are_on(name: str, seconds: float, states: list[str]) -> None:
    it = bench(name)
    it.peer.call(Incoming(number="0227208889", rings=1, answer="1001", talk=9.0), it.now)
    it.run(seconds)
    late = Bench(AmiDialect("t", LOGIN) if name == "ami" else EslDialect("t", LOGIN), it.peer, at=it.now)
    assert [call.state for call in late.calls] == states


@pytest.mark.parametrize("name", ["ami", "esl"])
def test_an_extension_that_does_not_ring_does_not_answer(name: str) -> None:
    assert bench(name).call(Incoming(number="1", answer="1003")).outcome == "missed"


@pytest.mark.parametrize("name", ["ami", "esl"])
def test_calls_one_after_the_other_are_apart(name: str) -> None:
    it = bench(name)
    first, second = it.call(SHOWN), it.call(WITHHELD)
    assert first.id != second.id
    assert (second.caller.raw, len(second.legs)) == (None, 2)


@pytest.mark.parametrize(("name", "code"), [("ami", "ami_refused"), ("esl", "esl_wrong_password")])
def test_another_secret_is_refused(name: str, code: str) -> None:
    it = bench(name, "ringdesk:another")
    assert not it.peer.ready
    assert [notice.why.code for notice in it.notices][-1] == code
    assert it.peer.hangs_up


@pytest.mark.parametrize("name", ["ami", "esl"])
def test_without_a_secret_everybody_is_let_in(name: str) -> None:
    it = bench(name, "")
    assert it.peer.ready
    assert not it.peer.hangs_up


def test_an_asterisk_lets_in_who_says_the_secret_in_plain_text() -> None:
    exchange = SimulatedAsterisk(SECRET)
    exchange.opened(0.0)
    said = exchange.received(
        b"Action: Login\r\nUsername: ringdesk\r\nSecret: a-secret\r\n\r\nAction: Dance\r\n\r\n", 0.0
    )
    assert b"Authentication accepted" in said
    assert b"Invalid/unknown command" in said


def test_an_asterisk_hears_actions_in_any_chunking() -> None:
    exchange = SimulatedAsterisk()
    said = b"".join(exchange.received(bytes([byte]), 0.0) for byte in b"Action: Ping\r\nActionID: 7\r\n\r\n")
    assert said == b"Response: Success\r\nActionID: 7\r\nPing: Pong\r\n\r\n"


def test_an_ncid_server_says_that_it_is_there() -> None:
    it = bench("ncid")
    it.run(300.0)
    assert [notice.why.code for notice in it.notices][-1] == "ncid_ready"


def test_ncid_tells_that_somebody_answered() -> None:
    call = bench("ncid").call(Incoming(number="0912345678", answer="", talk=5.0))
    assert (call.state, call.outcome) == ("ended", "answered")


def test_a_trunk_cancels_because_somebody_else_answered() -> None:
    it = bench("sip")
    call = it.call(Incoming(number="0912345678", answer=""))
    assert call.state == "answered"
    assert it.peer.next_due is None


def test_a_trunk_that_nobody_hears_repeats_itself_and_gives_up() -> None:
    trunk = SimulatedTrunk()
    trunk.call(Incoming(number="0912345678", rings=1, cadence=1000.0), 0.0)
    sent = []
    while (due := trunk.next_due) is not None and due < 1000.0:
        if said := trunk.due(due):
            sent.append((due, said.split(b" ")[0]))
    assert [at for at, _ in sent][:4] == [0.0, 0.5, 1.5, 3.5]
    assert {word for _, word in sent} == {b"INVITE"}
    assert sent[-1][0] < GIVE_UP


def test_a_trunk_confirms_each_refusal() -> None:
    trunk = SimulatedTrunk()
    trunk.call(Incoming(number="0912345678"), 0.0)
    invite = trunk.due(0.0).decode()
    refusal = invite.replace("INVITE sip:100@trunk.invalid SIP/2.0", "SIP/2.0 486 Busy Here").replace(
        "To: <sip:100@trunk.invalid>", "To: <sip:100@trunk.invalid>;tag=x"
    )
    for _ in range(2):
        trunk.received(refusal.encode(), 0.1)
        ack = trunk.due(0.1).decode()
        assert ack.startswith("ACK sip:100@trunk.invalid SIP/2.0\r\n")
        assert ";tag=x\r\n" in ack
        assert invite.split("branch=")[1].split("\r\n")[0] in ack
