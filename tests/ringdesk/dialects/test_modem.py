"""The modem, against the simulated one and against lines that real ones wrote."""

import pytest
from hypothesis import given

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.codecs import callerid, modeminit
from ringdesk.dialects import Level, Notice, SourceOptions, Step
from ringdesk.dialects.modem import BURST_TIME, ModemDialect
from ringdesk.safetext import SafeText
from ringdesk.simulators.modem import Model, SimulatedModem
from tests.ringdesk.dialects import chunking

T = 1795325880.0
FRAME = bytes.fromhex("802501083131323231333431020A30393132333435363738070D4348454E204D4549204C494E4733")
CHEN = Caller(raw=SafeText("0912345678"), presentation=Presentation.SHOWN)
MEI = Caller(raw=SafeText("0912345678"), presentation=Presentation.SHOWN, name=SafeText("CHEN MEI LING"))
PRIVATE = Caller(presentation=Presentation.PRIVATE)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)


class Bench:
    """A dialect and a simulated modem on one clock."""

    def __init__(self, model: Model | None = None) -> None:
        self.modem = SimulatedModem(model or Model())
        self.dialect = ModemDialect("s", SourceOptions(line="main"))
        self.now = T
        self.sent = b""
        self.events: list[CallEvent] = []
        self.notices: list[Notice] = []

    def open(self) -> None:
        self.take(self.dialect.opened(self.now))

    def take(self, step: Step) -> None:
        self.events += step.events
        self.notices += step.notices
        for send in step.sends:
            self.sent += send.data
            self.take(self.dialect.received(self.modem.received(send.data, self.now), self.now))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            times = [time for time in (self.dialect.next_due, self.modem.next_due) if time is not None]
            if not times or min(times) > end:
                break
            self.now = max(self.now, min(times))
            self.take(self.dialect.received(self.modem.due(self.now), self.now))
            self.take(self.dialect.due(self.now))
        self.now = end

    @property
    def codes(self) -> list[tuple[Level, str]]:
        return [(notice.level, notice.why.code) for notice in self.notices]

    @property
    def callers(self) -> list[Caller]:
        return callers(self.events)


def callers(events: list[CallEvent]) -> list[Caller]:
    return [event.caller for event in events if event.caller is not None]


def kinds(events: list[CallEvent]) -> list[str]:
    return [event.event.value for event in events]


def heard(*parts: bytes, pause: float = 0.0) -> list[CallEvent]:
    """What a dialect that joins makes of bytes, `pause` seconds apart, and of the silence after them."""
    dialect = ModemDialect("s", SourceOptions())
    events: list[CallEvent] = []
    now = T
    for part in parts:
        events += dialect.received(part, now).events
        now += pause
    while (due := dialect.next_due) is not None:
        events += dialect.due(due).events
    return events


class TestSetUp:
    def test_a_modem_is_made_ready_and_its_call_heard(self) -> None:
        bench = Bench()
        bench.open()
        bench.run(5)
        assert bench.codes == [(Level.STARTING, "modem_starting"), (Level.OK, "modem_ready")]
        assert bench.notices[-1].why.args == {"command": "AT+VCID=1"}
        assert (bench.modem.mode, bench.modem.auto_answer) == (1, 0)
        bench.modem.ring("0912345678", "CHEN MEI LING", rings=2, now=bench.now)
        bench.run(30)
        assert kinds(bench.events) == ["ringing", "caller", "caller", "ringing", "ring_stopped"]
        assert bench.callers == [CHEN, MEI]
        assert {event.native_id for event in bench.events} == {str(round((T + 5) * 1000))}
        assert {event.called.line for event in bench.events if event.called} == {"main"}

    @pytest.mark.parametrize(
        ("model", "command"),
        [
            (Model(enable=frozenset({"#CID"})), "AT#CID=1"),
            (Model(voice_only=True), "AT+FCLASS=8;+VCID=1"),
            (Model(enable=frozenset({"#CC1"})), "AT#CC1"),
            (Model(enable=frozenset({"$JSCID"})), "AT$JSCID=4,1"),
        ],
    )
    def test_the_rarer_ways_to_switch_caller_id_on(self, model: Model, command: str) -> None:
        bench = Bench(model)
        bench.open()
        bench.run(60)
        assert bench.notices[-1].why.args == {"command": command}
        bench.modem.ring("0912345678", rings=1, now=bench.now)
        bench.run(20)
        assert bench.callers == [CHEN]

    def test_a_modem_without_caller_id_is_listened_to_all_the_same(self) -> None:
        bench = Bench(Model(enable=frozenset()))
        bench.open()
        bench.run(60)
        assert bench.codes[-1] == (Level.WARNING, "modem_no_caller_id")
        assert bench.notices[-1].detail == "ERROR"
        bench.take(bench.dialect.received(b"NMBR = 0912345678\r\n", bench.now))
        assert bench.callers == [CHEN]

    def test_a_dead_modem_is_told_once_and_tried_again(self) -> None:
        bench = Bench(Model(answers=False))
        bench.open()
        bench.run(100)
        assert bench.codes == [(Level.STARTING, "modem_starting"), (Level.BROKEN, "modem_silent")]
        assert "{" not in bench.notices[-1].why.english()
        assert bench.sent.count(b"ATZ") > 3
        bench.modem = SimulatedModem()
        bench.run(60)
        assert bench.codes[-1] == (Level.OK, "modem_ready")

    def test_every_opening_sets_it_up_again(self) -> None:
        bench = Bench()
        for _ in range(2):
            bench.open()
            bench.run(5)
            assert bench.modem.mode == 1
            bench.modem = SimulatedModem()
            bench.take(bench.dialect.closed(bench.now))
        assert bench.codes.count((Level.OK, "modem_ready")) == 2

    def test_it_never_picks_up_by_itself(self) -> None:
        bench = Bench()
        bench.open()
        bench.run(60)
        assert b"ATS0=0\r" in bench.sent
        assert b"ATA" not in bench.sent

    def test_one_that_does_not_confirm_this_is_a_warning(self) -> None:
        dialect = ModemDialect("s", SourceOptions())
        step, notices, now = dialect.opened(T), [], T
        for _ in range(10):
            notices += [notice.why.code for notice in step.notices]
            if step.sends:
                refused = step.sends[0].data == b"ATS0=0\r"
                step = dialect.received(b"ERROR\r\n" if refused else b"OK\r\n", now)
            elif dialect.next_due is not None:
                now = dialect.next_due
                step = dialect.due(now)
            else:
                step = Step()
        assert notices == ["modem_starting", "modem_picks_up"]

    def test_a_stream_that_is_joined_sends_nothing(self) -> None:
        dialect = ModemDialect("s", SourceOptions())
        assert dialect.received(b"OK\r\nERROR\r\n", T) == Step()
        assert dialect.next_due is None


class TestNoData:
    def test_two_rings_without_data_say_what_may_be_wrong_and_set_it_up_again(self) -> None:
        bench = Bench()
        bench.open()
        bench.run(5)
        bench.modem.received(b"ATZ\r", bench.now)  # what a glitch of the supply does
        bench.modem.ring("0912345678", rings=3, now=bench.now)
        bench.run(9)
        assert bench.codes[-1] == (Level.WARNING, "modem_no_data")
        assert bench.modem.mode == 0
        bench.run(30)
        assert kinds(bench.events) == ["ringing", "ringing", "ringing", "ring_stopped"]
        assert bench.modem.mode == 1
        assert bench.codes[-1] == (Level.WARNING, "modem_no_data"), "that it answers proves nothing yet"
        bench.modem.ring("0912345678", rings=2, now=bench.now)
        bench.run(30)
        assert bench.codes[-1] == (Level.OK, "modem_data_again")

    def test_one_ring_is_not_enough_to_say_so(self) -> None:
        step = ModemDialect("s", SourceOptions()).received(b"RING\r\n", T)
        assert step.notices == ()


class TestFormattedLines:
    @pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
    def test_line_ends(self, end: bytes) -> None:
        lines = (b"RING", b"DATE = 1122", b"TIME = 1338", b"NMBR = 0912345678", b"NAME = CHEN MEI LING", b"")
        events = heard(end.join(lines))
        assert kinds(events) == ["ringing", "caller", "caller", "ring_stopped"]
        assert events[1].line_time == "11-22 13:38"
        assert callers(events) == [CHEN, MEI]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            (b"NMBR = P\r\nNAME = P\r\n", [PRIVATE]),
            (b"NMBR = O\r\nNAME = O\r\n", [UNAVAILABLE]),
            (b"NMBR = 0912345678\r\nNMBR = O\r\n", [CHEN]),
            (b"NMBR = 0912345678\r\nNMBR = 0227208889\r\n", [CHEN]),
            (b"NMBR = O\r\nNMBR = 0912345678\r\n", [UNAVAILABLE, CHEN]),
            (b"NMBR = P\r\nNMBR = 0912345678\r\n", [PRIVATE]),
            (b"NMBR = 0912345678\r\nNAME = CHEN MEI LING\r\nNAME = OTHER\r\n", [CHEN, MEI]),
            (b"NAME = CHEN MEI LING\r\nNMBR = 0912345678\r\nDATE = 1122\r\n", [MEI]),
            (b"RING RING DATE=0224 NAME=ONMBR=0912345678\r\n", [CHEN]),
            (b"\x10R\x10X\r\nNMBR = 0912345678\r\n\x10.\x10XNAME = CHEN MEI LING\r\n", [CHEN, MEI]),
            (b"NMBR = 0912345678\r\nMESG = 070D4348454E204D4549204C494E47\r\n", [CHEN, MEI]),
            (b"MESG = 020A30393132333435363738\r\n", [CHEN]),
            (b"MESG = 040150\r\n", [PRIVATE]),
            (b"MESG = 110101\r\n", [UNAVAILABLE]),
            (b"MESG = CALID_202\r\n", [Caller(presentation=Presentation.UNREADABLE)]),
            (b"DATE = 1122\r\nTIME = 1338\r\n", [UNAVAILABLE]),
            (b"NAME = P\r\n", [PRIVATE]),
            (b'+CLIP: "0912345678",129\r\n', [CHEN]),
            (b"DATE =\r\nTIME =\r\nNMBR =\r\nNAME =\r\n", []),
        ],
    )
    def test_what_they_say(self, text: bytes, found: list[Caller]) -> None:
        assert callers(heard(text)) == found

    @pytest.mark.parametrize(
        "name", ["SPRINGFIELD MA", "RING", "PRIME TIME", "UPDATE INC", "MESG", "A = B", "OK", "80030401"]
    )
    def test_names_that_look_like_something_else(self, name: str) -> None:
        events = heard(b"RING\r\nNMBR = 0912345678\r\nNAME = " + name.encode() + b"\r\n")
        assert [caller.name for caller in callers(events)] == [None, name]
        assert kinds(events).count("ringing") == 1

    def test_a_name_alone_is_told_when_nothing_follows(self) -> None:
        events = heard(b"NAME = CHEN MEI LING\r\n")
        assert [(event.event, event.at) for event in events] == [
            (EventKind.RINGING, T + BURST_TIME),
            (EventKind.CALLER, T + BURST_TIME),
            (EventKind.RING_STOPPED, T + BURST_TIME + 8),
        ]
        assert events[0].native_id == str(round(T * 1000))
        assert callers(events) == [Caller(name=SafeText("CHEN MEI LING"))]

    def test_a_number_that_comes_late_still_counts(self) -> None:
        events = heard(b"NAME = CHEN MEI LING\r\n", b"NMBR = 0912345678\r\n", pause=1.5)
        assert callers(events)[-1] == MEI
        assert len({event.native_id for event in events}) == 1

    def test_forwarding_and_a_called_number(self) -> None:
        events = heard(b"Diverting number: 0225001111\r\nNMBR = 0912345678\r\n")
        assert [event.via.raw for event in events if event.via] == ["0225001111"]
        events = heard(b"FM:0912345678 TO:81\r\n")
        assert [event.called.raw for event in events if event.called] == ["81"]

    @pytest.mark.parametrize("text", [b"DATE = 1122\r\nTIME = 1338\r\nMESG = 0B01FF\r\n", b"82030B01FF70\r\n"])
    def test_a_message_waiting_is_no_call(self, text: bytes) -> None:
        assert [(event.event, event.reason) for event in heard(text)] == [(EventKind.MESSAGE_WAITING, "on")]


class TestRinging:
    def test_each_ring_is_told_and_silence_ends_it(self) -> None:
        events = heard(b"RING\r\n", b"RING\r\n", pause=6.0)
        assert [(event.event, event.at) for event in events] == [
            (EventKind.RINGING, T),
            (EventKind.RINGING, T + 6),
            (EventKind.RING_STOPPED, T + 14),
        ]

    def test_a_ring_after_the_gap_is_a_new_call_though_nobody_looked_at_the_clock(self) -> None:
        dialect = ModemDialect("s", SourceOptions(ring_gap=4.0))
        first = dialect.received(b"RING\r\nNMBR = 0912345678\r\n", T).events
        second = dialect.received(b"RING\r\n", T + 4.0).events
        assert kinds(list(second)) == ["ring_stopped", "ringing"]
        assert second[1].native_id != first[0].native_id

    def test_another_number_within_the_gap_is_another_caller(self) -> None:
        record = b"DATE = 1122\r\nTIME = 1429\r\nNMBR = %s\r\nNAME = %s\r\n"
        events = heard(record % (b"1111111", b"ONE") + record % (b"2222222", b"TWO"))
        assert kinds(events) == ["ringing", "caller", "caller", "ring_stopped"] * 2
        assert [(caller.raw, caller.name) for caller in callers(events)][1::2] == [
            ("1111111", "ONE"),
            ("2222222", "TWO"),
        ]

    def test_the_name_of_the_next_caller_is_not_given_to_the_one_before(self) -> None:
        events = heard(b"NMBR = 1111111\r\nDATE = 1122\r\nNAME = TWO\r\nNMBR = 2222222\r\n")
        assert [(caller.raw, caller.name) for caller in callers(events)] == [("1111111", None), ("2222222", "TWO")]

    def test_a_cadence_report_and_its_ring_are_one(self) -> None:
        events = heard(b"DRON=20\r\nDROF=40\r\nRING\r\n", b"DRON=20\r\nRING\r\n", pause=6.0)
        assert kinds(events) == ["ringing", "ringing", "ring_stopped"]

    def test_a_port_that_closes_ends_nothing(self) -> None:
        dialect = ModemDialect("s", SourceOptions())
        dialect.received(b"RING\r\nNAME = HALF\r\n", T)
        assert dialect.closed(T + 1) == Step()


class TestRawPackets:
    @pytest.mark.parametrize(
        "text",
        [
            FRAME.hex().upper().encode(),
            FRAME.hex(" ").encode(),
            b"+VCIDR:\r\n" + b"\r\n".join(FRAME[at : at + 16].hex(" ").encode() for at in (0, 16, 32)),
            b"+VCIDR: " + FRAME.hex().encode(),
        ],
    )
    def test_are_read(self, text: bytes) -> None:
        events = heard(b"RING\r\n" + text + b"\r\n")
        assert callers(events) == [MEI]
        assert kinds(events) == ["ringing", "caller", "ring_stopped"]

    def test_two_modes_of_the_simulated_modem(self) -> None:
        for spaced in (False, True):
            bench = Bench(Model(spaced=spaced, encoding="big5"))
            bench.modem.received(b"AT+VCID=2\r", bench.now)
            bench.modem.ring("0912000111", "陳小姐", rings=2, now=bench.now)
            bench.run(30)
            assert [(caller.raw, caller.name) for caller in bench.callers] == [("0912000111", "陳小姐")]

    def test_a_wrong_checksum_is_a_refusal(self) -> None:
        bad = FRAME[:-1] + bytes([FRAME[-1] ^ 1])
        assert [(event.event, event.reason) for event in heard(bad.hex().encode() + b"\r\n")] == [
            (EventKind.REJECTED, "checksum should be 33, is 32")
        ]

    def test_one_cut_short_is_a_refusal_after_a_while(self) -> None:
        (event,) = heard(FRAME[:34].hex().encode() + b"\r\n")
        assert (event.event, event.at, event.reason) == (
            EventKind.REJECTED,
            T + BURST_TIME,
            "truncated: need 40 bytes, have 34",
        )

    def test_charges_are_nothing(self) -> None:
        frame = callerid.encode(callerid.ADVICE_OF_CHARGE, b"\x01\x0811221338")
        assert heard(frame.hex().encode() + b"\r\n") == []


def test_the_time_outs_are_the_set_ups() -> None:
    dialect = ModemDialect("s", SourceOptions())
    dialect.opened(T)
    assert dialect.next_due == T + modeminit.WAKE_TIME


LINES = (
    b"\r\nRING\r\n",
    b"DATE = 1122\r\nTIME = 1341\r\nNMBR = 0912345678\r\nNAME = CHEN MEI LING\r\n",
    b"NMBR=P\r\n",
    b"MESG=" + FRAME.hex().encode() + b"\r\n",
    b"OK\r\n",
    b"ERROR\r\n",
    FRAME,
)


@chunking.EXAMPLES
@given(given_parts=chunking.parts(*LINES))
def test_any_bytes_in_any_chunking(given_parts: chunking.Parts) -> None:
    whole, single = chunking.whole_and_in_bytes(lambda: ModemDialect("s", SourceOptions(line="main")), given_parts)
    assert whole == single
