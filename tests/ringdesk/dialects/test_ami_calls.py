"""Calls of an Asterisk: captures of a real one, and what its documents say of the rest."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import EventKind
from ringdesk.codecs.amitable import MOST_LEGS
from ringdesk.dialects import SourceOptions
from ringdesk.dialects.ami import AmiDialect
from tests.ringdesk.dialects import chunking
from tests.ringdesk.dialects.asterisk import Channel, heard, recorded, said

SMITH = "12155551212"
MISSED, CANCELLED, ANSWERED, REJECTED, ENDED = "missed", "cancelled", "answered", "rejected", "ended"

RECORDED = {
    "answered-caller-hangs-up": ("in", "answered", SMITH, "1001", None, "1001", {"1001": ANSWERED}),
    "missed-dial-timeout": ("in", "missed", SMITH, "1001short", None, None, {"1001": MISSED}),
    "missed-caller-abandons": ("in", "missed", SMITH, "1001", None, None, {"1001": MISSED}),
    "busy-486": ("in", "busy", SMITH, "1001", None, None, {"1001": REJECTED}),
    "queue-answered": ("in", "answered", SMITH, "2000", "support", "1002", {"1002": ANSWERED, "1001": CANCELLED}),
    "queue-abandoned": ("in", "abandoned", SMITH, "2000", "support", None, {"1002": MISSED, "1001": MISSED}),
    "ring-group": ("in", "answered", SMITH, "4000", None, "1002", {"1001": CANCELLED, "1002": ANSWERED}),
    "blind-transfer-refer": ("in", "answered", SMITH, "1001", None, "1002", {"1001": ENDED, "1002": ANSWERED}),
    "withheld-anonymous-privacy-pai": ("in", "answered", "+12155551212", "1001", None, "1001", {"1001": ANSWERED}),
    "international-utf8-name": (
        "in", "answered", "+8613800138000", "02112345678", None, "1001", {"1001": ANSWERED},
    ),
    "diversion-in": ("in", "answered", SMITH, "1001", None, "1001", {"1001": ANSWERED}),
    "outbound": ("out", "answered", "1001", "915551230000", None, None, {"1001": ANSWERED}),
    "internal": ("internal", "answered", "1001", "1002", None, "1002", {"1002": ANSWERED}),
    "ivr-only": ("in", "abandoned", SMITH, "3000", None, None, {}),
    "sipp-inbound": ("in", "answered", "+861087654321", "1001", None, "1001", {"1001": ANSWERED}),
}  # fmt: skip


@pytest.mark.parametrize("stem", RECORDED)
def test_recorded(stem: str) -> None:
    bench = heard(recorded(stem))
    call = bench.call
    told = (
        call.direction,
        call.outcome,
        call.caller.raw,
        call.called.raw,
        call.called.queue,
        call.answered_by,
        bench.legs,
    )
    assert told == RECORDED[stem]
    assert call.state == "ended"
    assert (call.via.raw if call.via else None) == ("4000" if stem == "diversion-in" else None)


@pytest.mark.parametrize("stem", RECORDED)
def test_an_asterisk_13_that_has_no_linkedid_yet(stem: str) -> None:
    without = [re.sub(rb"[A-Za-z]*Linkedid: [^\r]*\r\n", b"", message) for message in recorded(stem)]
    call = heard(without).call
    assert (call.direction, call.outcome, call.caller.raw, call.answered_by) == (
        *RECORDED[stem][:3],
        RECORDED[stem][5],
    )


def test_two_calls_at_once_stay_two() -> None:
    calls = heard(recorded("two-simultaneous")).tracker.calls
    assert [(call.caller.raw, call.answered_by, call.outcome) for call in calls] == [
        ("12155551212", "1001", "answered"),
        ("12155550000", "1002", "answered"),
    ]


@pytest.mark.parametrize("stem", RECORDED)
def test_every_message_twice_changes_nothing(stem: str) -> None:
    messages = [message for message in recorded(stem) for _ in range(2)]
    bench = heard(messages)
    assert (bench.call.outcome, bench.call.answered_by, bench.legs) == (
        RECORDED[stem][1],
        RECORDED[stem][5],
        RECORDED[stem][6],
    )


def trunk(uid: str = "1.1", num: str = "0912345678", exten: str = "1001") -> Channel:
    return Channel("PJSIP/trunk-00000001", uid, num=num, who="Chen", exten=exten)


def phone(number: str, uid: str, link: str | None = "1.1", exten: str = "s") -> Channel:
    return Channel(f"PJSIP/{number}-0000{uid[-2:]}", uid, link, num=number, who=f"Agent {number}", exten=exten)


def test_an_attended_transfer_makes_one_call_of_two() -> None:
    caller, first = trunk("1.1"), phone("1001", "1.2")
    asks, second = phone("1001", "1.3", None, exten="1002"), phone("1002", "1.4", "1.3")
    bench = heard(
        [
            caller.new(), first.new(), caller.dials(first), first.up(), caller.dialled(first, "ANSWER"), caller.up(),
            first.enters("a"), caller.enters("a"), said("Hold", **first.keys()),
        ]
    )  # fmt: skip
    bench.hear(
        *[
            asks.new(), second.new(), asks.dials(second), second.up(), asks.dialled(second, "ANSWER"), asks.up(),
            second.enters("b"), asks.enters("b"),
        ]
    )  # fmt: skip
    talked = [(call.direction, call.state, call.answered_by) for call in bench.tracker.calls]
    assert talked == [("in", "held", "1001"), ("internal", "answered", "1002")]
    transfer = {
        **first.keys("OrigTransferer"), **asks.keys("SecondTransferer"), **caller.keys("Transferee"),
        **second.keys("TransferTarget"),
    }  # fmt: skip
    bench.hear(said("AttendedTransfer", Result="Success", DestType="Bridge", **transfer))
    second.link = asks.link = "1.1"
    bench.hear(asks.leaves("b"), caller.enters("b"), asks.gone(), first.gone())
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1002")
    bench.hear(second.gone(), caller.gone())
    bench.run(1)
    assert (bench.call.outcome, bench.call.answered_by, bench.call.caller.raw) == ("answered", "1002", "0912345678")
    assert bench.legs == {"1001": "ended", "1002": "answered"}


def test_a_transfer_of_which_only_the_bridge_is_seen() -> None:
    caller, first = trunk("1.1"), phone("1001", "1.2")
    asks, second = phone("1001", "1.3", None, exten="1002"), phone("1002", "1.4", "1.3")
    bench = heard(
        [
            caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"),
            asks.new(), second.new(), asks.dials(second), asks.dialled(second, "ANSWER"),
            second.enters("b"), asks.enters("b"), first.gone(),
        ]
    )  # fmt: skip
    second.link = asks.link = "1.1"
    bench.hear(asks.leaves("b"), caller.enters("b"), second.enters("b"), asks.gone())
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1002")


def test_a_caller_is_handed_to_a_colleague_who_had_rung_before() -> None:
    colleague, asked = phone("1003", "1.1", None, exten="1001"), phone("1001", "1.2", "1.1")
    caller, first = trunk("1.3"), phone("1001", "1.4", "1.3")
    bench = heard(
        [
            colleague.new(), asked.new(), colleague.dials(asked), asked.enters("b"), colleague.enters("b"),
            caller.new(), first.new(), caller.dials(first), first.enters("a"), caller.enters("a"), caller.leaves("a"),
        ]
    )  # fmt: skip
    transfer = {
        **first.keys("OrigTransferer"), **asked.keys("SecondTransferer"), **caller.keys("Transferee"),
        **colleague.keys("TransferTarget"),
    }  # fmt: skip
    caller.link = first.link = "1.1"
    bench.hear(caller.enters("b"), said("AttendedTransfer", Result="Success", DestType="Bridge", **transfer))
    bench.hear(asked.gone(), first.gone(), caller.gone(), colleague.gone())
    bench.run(1)
    assert (bench.call.direction, bench.call.caller.raw, bench.call.answered_by) == ("in", "0912345678", "1003")


def test_local_channels_are_nobody() -> None:
    caller, real = trunk(exten="4100"), phone("1001", "1.4")
    one = Channel("Local/4100@internal-00000001;1", "1.2", "1.1")
    two = Channel("Local/4100@internal-00000001;2", "1.3", "1.1", num="4100", exten="4100")
    bench = heard(
        [
            caller.new(), one.new(), two.new(), caller.dials(one), real.new(), two.dials(real), real.up(),
            two.dialled(real, "ANSWER"), two.up(), one.up(), caller.dialled(one, "ANSWER"), caller.up(),
            real.enters("b"), two.enters("b"), one.enters("a"), caller.enters("a"),
            caller.gone(), one.gone(), two.gone(), real.gone(),
        ]
    )  # fmt: skip
    assert (bench.call.outcome, bench.call.answered_by, bench.legs) == ("answered", "1001", {"1001": "answered"})
    assert bench.call.called.raw == "4100"


@pytest.mark.parametrize(
    ("status", "cause", "outcome", "leg"),
    [
        ("NOANSWER", "21", "rejected", "rejected"),
        ("BUSY", "17", "busy", "rejected"),
        ("NOANSWER", "19", "missed", "missed"),
        ("CANCEL", "127", "missed", "missed"),
        ("CHANUNAVAIL", "20", "failed", "cancelled"),
        ("CONGESTION", "34", "failed", "cancelled"),
        ("GOTO:x", "0", "missed", "missed"),
    ],
)
def test_how_a_telephone_that_does_not_answer_ends(status: str, cause: str, outcome: str, leg: str) -> None:
    caller, agent = trunk(), phone("1001", "1.2")
    ringing = [caller.new(), agent.new(), caller.dials(agent)]
    bench = heard([*ringing, caller.dialled(agent, status), agent.gone(cause), caller.gone(cause)])
    assert (bench.call.outcome, bench.legs) == (outcome, {"1001": leg})
    lost = heard([*ringing, agent.gone(cause), caller.gone(cause)])
    assert lost.call.outcome == (outcome if cause in ("17", "21", "19", "127", "0") else "missed")


def test_a_telephone_that_is_not_registered_is_a_failure() -> None:
    caller = trunk()
    assert heard([caller.new(), caller.gone("3")]).call.outcome == "failed"


def test_a_queue_that_times_out_is_abandoned_and_nobody_is_told_twice() -> None:
    caller, agent = trunk(exten="2000"), phone("1001", "1.2")
    bench = heard(
        [
            caller.new(), caller.up(), said("QueueCallerJoin", **caller.keys(), Queue="support", Position="1"),
            agent.new(), caller.dials(agent), caller.dialled(agent, "NOANSWER"), caller.dialled(agent, "CANCEL"),
            agent.gone("0"), said("QueueCallerAbandon", **caller.keys(), Queue="support"), caller.gone("16"),
        ]
    )  # fmt: skip
    assert (bench.call.outcome, bench.call.called.queue, bench.legs) == ("abandoned", "support", {"1001": "missed"})
    assert len([event for event in bench.events if event.leg is not None]) == 2


def test_two_devices_of_one_extension_are_one_telephone() -> None:
    caller, desk, mobile = trunk(), phone("1001", "1.2"), phone("1001", "1.3")
    ringing = [caller.new(), desk.new(), mobile.new(), caller.dials(desk), caller.dials(mobile)]
    bench = heard([*ringing, caller.dialled(desk, "BUSY"), desk.gone("17")])
    assert bench.legs == {"1001": "ringing"}
    bench.hear(mobile.up(), caller.dialled(mobile, "ANSWER"), caller.up())
    assert (bench.legs, bench.call.answered_by) == ({"1001": "answered"}, "1001")
    other = heard([*ringing, caller.dialled(mobile, "ANSWER"), caller.dialled(desk, "CANCEL"), desk.gone("26")])
    assert other.legs == {"1001": "answered"}


def test_a_call_that_is_placed_by_a_program() -> None:
    own, out = phone("1001", "1.1", None), Channel("PJSIP/trunk-00000002", "1.2", "1.1")
    bench = heard([own.new(), said("DialBegin", **own.keys("Dest"), DialString="1001")])
    assert not bench.tracker.calls
    bench.hear(own.up(), said("DialEnd", **own.keys("Dest"), DialStatus="ANSWER"))
    own.exten = "0223456789"
    bench.hear(out.new(), own.dials(out), own.dialled(out, "ANSWER"), out.gone(), own.gone())
    assert (bench.call.direction, bench.call.called.raw, bench.call.outcome) == ("out", "0223456789", "answered")


def test_parked_and_fetched_by_another() -> None:
    caller, first, other = trunk(), phone("1001", "1.2"), phone("1003", "1.5", None, exten="701")
    bench = heard([caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"), caller.up()])
    bench.hear(said("ParkedCall", **caller.keys("Parkee"), ParkingSpace="701"), first.gone())
    assert bench.call.state == "held"
    bench.hear(
        other.new(), said("UnParkedCall", **caller.keys("Parkee"), **other.keys("Retriever"), ParkingSpace="701")
    )
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1003")
    assert bench.legs == {"1001": "ended", "1003": "answered"}


def test_a_call_that_another_picks_up() -> None:
    caller, rung, taker = trunk(), phone("1001", "1.2"), phone("1003", "1.5", None, exten="*81001")
    bench = heard([caller.new(), rung.new(), caller.dials(rung), taker.new()])
    bench.hear(said("Pickup", **taker.keys(), **rung.keys("Target")))
    bench.hear(caller.dialled(rung, "CANCEL"), rung.gone("26"))
    assert (bench.call.answered_by, bench.legs) == ("1003", {"1001": "cancelled", "1003": "answered"})


def test_whoever_had_the_call_did_not_miss_it_though_it_rings_there_again() -> None:
    caller, first, again = trunk(), phone("1001", "1.2"), phone("1001", "1.3")
    bench = heard([caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"), caller.up()])
    transfer = {**first.keys("Transferer"), **caller.keys("Transferee"), "Result": "Success"}
    bench.hear(said("BlindTransfer", **transfer), first.gone(), again.new(), caller.dials(again))
    bench.hear(caller.dialled(again, "NOANSWER"), again.gone("19"), caller.gone())
    assert (bench.call.outcome, bench.call.answered_by, bench.legs) == ("answered", "1001", {"1001": "ended"})


def test_whom_our_telephones_call_after_the_caller_hung_up_did_not_answer_the_caller() -> None:
    caller, first, second = trunk(), phone("1001", "1.2"), phone("1002", "1.3")
    bench = heard([caller.new(), first.new(), caller.dials(first), caller.dialled(first, "ANSWER"), caller.gone()])
    bench.hear(second.new(), first.dials(second), first.dialled(second, "ANSWER"), second.gone(), first.gone())
    assert (bench.call.outcome, bench.call.answered_by) == ("answered", "1001")


@pytest.mark.parametrize("first_there", [True, False])
def test_a_conference(first_there: bool) -> None:
    caller, agent = trunk(exten="6000"), phone("1001", "2.2", None, exten="6000")
    rest = phone("1002", "3.2", None, exten="6000")
    both = [caller.enters("c"), agent.enters("c")]
    bench = heard([caller.new(), agent.new(), *(both if first_there else reversed(both)), rest.new(), rest.enters("c")])
    assert (bench.call.state, bench.call.answered_by) == ("answered", "1001")
    bench.hear(agent.gone(), rest.gone(), caller.gone())
    assert (bench.call.outcome, bench.legs) == ("answered", {"1001": "answered"})


@pytest.mark.parametrize(
    ("exten", "direction"), [("1005", "internal"), ("0223456789", "out"), ("+886223456789", "out")]
)
def test_what_our_telephone_dials_in_vain(exten: str, direction: str) -> None:
    own = phone("1001", "1.1", None, exten=exten)
    call = heard([own.new(), own.gone("3")]).call
    assert (call.direction, call.called.raw, call.outcome) == (direction, exten, "failed")


@pytest.mark.parametrize("exten", ["*8", "#1", "s"])
def test_a_wish_to_the_exchange_is_no_call(exten: str) -> None:
    own = phone("1001", "1.1", None, exten=exten)
    assert not heard([own.new(), own.gone("3")]).tracker.calls


def test_a_menu_that_our_telephone_dials_is_no_call() -> None:
    own = phone("1001", "1.1", None, exten="3000")
    assert not heard([own.new(), own.up(), own.gone()]).tracker.calls


def test_the_stream_is_joined_when_the_caller_comes_to_the_telephone_that_answered() -> None:
    caller = trunk()
    facts = {**caller.keys(), "BridgeUniqueid": "b", "BridgeType": "basic", "BridgeNumChannels": "2"}
    bench = heard([said("BridgeEnter", **facts, ConnectedLineNum="1001"), caller.gone()])
    assert (bench.call.outcome, bench.call.caller.raw, bench.call.answered_by) == ("answered", "0912345678", "1001")


def test_a_line_that_the_exchange_rings_is_called_out() -> None:
    out = Channel("PJSIP/trunk-00000001", "1.1", "1.1")
    bench = heard([out.new(), said("DialBegin", **out.keys("Dest"), DialString="0223456789@trunk"), out.gone("17")])
    assert (bench.call.direction, bench.call.called.raw, bench.call.outcome) == ("out", "0223456789", "busy")
    told = heard(
        [out.new(), said("DialBegin", **out.keys("Dest"), DialString="trunk/0223456789"), out.up(), out.gone()]
    )
    assert (told.call.called.raw, told.call.outcome, told.call.absent) == ("0223456789", "answered", False)


def test_the_name_of_a_line_that_the_exchange_rings_is_whom_it_calls() -> None:
    out, rung = Channel("PJSIP/trunk-00000001", "1.1", "1.1"), phone("1001", "1.2")
    ringing = [out.new(), said("DialBegin", **out.keys("Dest"), DialString="0223456789@trunk")]
    out.num = "90223456789"
    bench = heard([*ringing, out.up(), rung.new(), out.dials(rung), out.dialled(rung, "ANSWER"), out.gone()])
    assert (bench.call.caller.raw, bench.call.called.raw) == ("1001", "0223456789")


def test_a_line_without_a_state_of_ringing_that_names_a_number_comes_in() -> None:
    line = Channel("CAPI/ISDN1-1", "1.1", "1.1", num="0912345678", exten="1001")
    assert heard([line.new(), line.gone("17")]).call.direction == "in"


def test_a_line_that_hung_up_says_how_though_the_dial_is_never_told_to_have_ended() -> None:
    own, out = phone("1001", "1.1", None, exten="90223456789"), Channel("PJSIP/trunk-00000002", "1.2", "1.1")
    bench = heard([own.new(), own.up(), out.new(), own.dials(out), out.gone("17"), own.gone()])
    assert (bench.call.direction, bench.call.outcome) == ("out", "busy")


@pytest.mark.parametrize("name", ["Snoop/1.1-00000001", "CBAnn/6000-00000001;1", "OutgoingSpoolFailed"])
def test_a_channel_with_nobody_at_its_end_is_no_call(name: str) -> None:
    channel = Channel(name, "1.1", exten="failed")
    assert not heard([channel.new(), channel.up(), channel.gone()]).tracker.calls


def test_two_callers_who_are_put_through_to_each_other_stay_two_calls() -> None:
    one, first = trunk("1.1"), phone("1001", "1.2")
    other, second = trunk("2.1", num="0922000111"), phone("1002", "2.2", "2.1")
    bench = heard(
        [
            one.new(), first.new(), one.dials(first), one.dialled(first, "ANSWER"), one.enters("a"), first.enters("a"),
            other.new(), second.new(), other.dials(second), other.dialled(second, "ANSWER"), other.enters("b"),
            second.enters("b"),
        ]
    )  # fmt: skip
    other.link = second.link = "1.1"
    bench.hear(one.enters("b"), other.gone(), second.gone(), first.gone(), one.gone())
    bench.run(1)
    assert [(call.caller.raw, call.answered_by, call.outcome) for call in bench.tracker.calls] == [
        ("0912345678", "1001", "answered"),
        ("0922000111", "1002", "answered"),
    ]


def test_held_and_fetched_back() -> None:
    caller, agent = trunk(), phone("1001", "1.2")
    bench = heard([caller.new(), agent.new(), caller.dials(agent), caller.dialled(agent, "ANSWER")])
    bench.hear(said("Hold", **agent.keys()))
    assert bench.call.state == "held"
    bench.hear(said("Unhold", **agent.keys()), said("Unhold", **agent.keys()))
    assert bench.call.state == "answered"


def test_the_number_of_an_analogue_line_comes_later() -> None:
    caller = Channel("DAHDI/i1-1", "1.1", exten="s")
    bench = heard([caller.new()])
    caller.num = "0223456789"
    bench.hear(said("NewCallerid", **caller.keys(), **{"CID-CallingPres": "0 (Presentation Allowed, Not Screened)"}))
    assert (bench.call.caller.raw, bench.call.called.raw) == ("0223456789", None)


@pytest.mark.parametrize("late", [False, True])
def test_voice_mail(late: bool) -> None:
    caller, agent = trunk(), phone("1001", "1.2")
    record = said("Cdr", UniqueID="1.1", LastApplication="VoiceMail", Disposition="ANSWERED")
    end = [caller.gone(), record] if late else [record, caller.gone()]
    ringing = [caller.new(), agent.new(), caller.dials(agent), caller.dialled(agent, "NOANSWER"), agent.gone("0")]
    bench = heard([*ringing, caller.up(), *end])
    assert (bench.call.outcome, bench.legs) == ("voicemail", {"1001": "missed"})


def test_which_channels_are_ours_is_a_setting() -> None:
    caller, agent = trunk(), Channel("PJSIP/alice-00000002", "1.2", "1.1", num="alice")
    messages = [caller.new(), agent.new(), caller.dials(agent), caller.dialled(agent, "ANSWER")]
    assert heard(messages).call.answered_by is None
    assert heard(messages, extensions="[a-z]+(?<!trunk)").call.answered_by == "alice"
    assert heard([Channel("SIP/12345678-0001", "1.1", num="0912345678").new()]).call.direction == "in"


def test_what_comes_after_the_end_opens_nothing() -> None:
    messages = recorded("answered-caller-hangs-up")
    bench = heard([*messages, *messages])
    assert bench.call.outcome == "answered"
    assert [event.event for event in bench.events].count(EventKind.ENDED) == 1


def test_a_hangup_before_its_channel_leaves_no_ghost() -> None:
    caller = trunk()
    assert not heard([caller.gone(), caller.new()]).tracker.calls


def test_a_stream_joined_while_it_rings() -> None:
    caller, agent = trunk(), phone("1001", "1.2")
    bench = heard([agent.up(), caller.dialled(agent, "ANSWER")])
    assert (bench.call.answered_by, bench.call.caller.raw) == ("1001", "0912345678")


def test_however_many_channels_come_few_are_kept() -> None:
    one = AmiDialect("s", SourceOptions())
    for number in range(MOST_LEGS + 500):
        one.received(trunk(f"{number}.1").new() + phone("1001", f"{number}.2", f"{number}.1").new(), 0.0)
    assert len(one._exchange._legs) == MOST_LEGS
    assert len(one._exchange._records) <= MOST_LEGS


NAMES = ("Newchannel", "Newstate", "DialBegin", "DialEnd", "BridgeEnter", "BridgeLeave", "QueueCallerJoin", "AgentConnect",
         "BlindTransfer", "AttendedTransfer", "ParkedCall", "UnParkedCall", "Pickup", "Hold", "Unhold", "NewCallerid", "CEL",
         "Cdr", "HangupRequest", "Hangup", "CoreShowChannel", "CoreShowChannelsComplete", "FullyBooted")  # fmt: skip
PREFIXES = ("", "Dest", "Transferee", "Transferer", "TransferTarget", "OrigTransferer", "Parkee", "Retriever", "Target")
DEVICES = ("PJSIP/trunk-1", "PJSIP/1001-1", "PJSIP/1002-1", "Local/1@x-1;1", "Local/1@x-1;2", "odd")


def anything(rng: random.Random) -> bytes:
    fields: dict[str, str] = {}
    for prefix in PREFIXES:
        if rng.random() < (0.9 if prefix in ("", "Dest") else 0.3):
            one = Channel(
                rng.choice(DEVICES), str(rng.randrange(8)), str(rng.randrange(4)), num=rng.choice(["0912", "<unknown>"])
            )
            one.state = rng.choice("0456")
            fields |= one.keys(prefix)
    extra = {"DialStatus": ["ANSWER", "CANCEL", "NOANSWER"], "BridgeUniqueid": ["a", "b"], "Result": ["Success", "Fail"],
             "Queue": ["q", ""], "Cause": ["16", "21", "26"], "CallerIDrdnis": ["", "4000"], "UniqueID": ["1", "2"]}  # fmt: skip
    fields |= {key: rng.choice(values) for key, values in extra.items() if rng.random() < 0.9}
    return said(rng.choice(NAMES), **fields)


def check_disorder(rng: random.Random, size: int, cuts: list[int]) -> None:
    """Any events in any order: nothing is raised, chunks do not matter, and when all channels are gone no call is kept."""
    data = b"".join(anything(rng) for _ in range(size))
    whole, cut = AmiDialect("s", SourceOptions()), AmiDialect("s", SourceOptions())
    events = whole.received(data, 0.0).events
    pieces = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert events == tuple(event for piece in pieces for event in cut.received(piece, 0.0).events)
    whole.received(b"".join(said("Hangup", Uniqueid=str(number)) for number in range(8)), 0.0)
    whole.due(1000.0)
    assert not whole._exchange._legs
    assert not whole._exchange._records
    assert whole.next_due is None


@chunking.EXAMPLES
@given(seed=st.integers(0, 2**32), size=st.integers(0, 80), cuts=st.lists(st.integers(0, 9000), max_size=9).map(sorted))
def test_any_disorder(seed: int, size: int, cuts: list[int]) -> None:
    check_disorder(random.Random(seed), size, cuts)
