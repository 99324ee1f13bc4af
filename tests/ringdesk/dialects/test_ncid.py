"""A client of NCID servers: captures of ncidd 1.6, and what later versions are documented to send."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringdesk import transcript
from ringdesk.calls import Call, CallEvent
from ringdesk.codecs import ncidlines
from ringdesk.dialects import Level, Notice, SourceOptions, Step
from ringdesk.dialects.ncid import NcidDialect
from ringdesk.tracker import Tracker
from tests.ringdesk.dialects import chunking

T = 1795325880.0
TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "ncid"
GREETINGS = Path(__file__).parent / "greetings"
CID = "CID: *DATE*11222026*TIME*1338*LINE*POTS*NMBR*{number}*MESG*NONE*NAME*{name}*\r\n"


def cid(number: str = "0912345678", name: str = "CHEN MEI LING") -> bytes:
    return CID.format(number=number, name=name).encode()


def ring(number: int, line: str = "POTS") -> bytes:
    return f"CIDINFO: *LINE*{line}*RING*{number}*TIME*13:38:06*\r\n".encode()


class Bench:
    def __init__(self) -> None:
        self.dialect = NcidDialect("s", SourceOptions())
        self.tracker = Tracker()
        self.now = T
        self.events: list[CallEvent] = []
        self.notices: list[Notice] = []
        self.sent = b""

    def take(self, step: Step) -> None:
        self.events += step.events
        self.notices += step.notices
        self.sent += b"".join(send.data for send in step.sends)
        for event in step.events:
            self.tracker.received(event)

    def hear(self, *parts: bytes) -> None:
        for part in parts:
            self.take(self.dialect.received(part, self.now))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.dialect.next_due) is not None and due <= end:
            self.now = max(self.now, due)
            self.take(self.dialect.due(self.now))
        self.now = end

    @property
    def calls(self) -> tuple[Call, ...]:
        return self.tracker.calls

    @property
    def codes(self) -> list[tuple[Level, str]]:
        return [(notice.level, notice.why.code) for notice in self.notices]

    @property
    def kinds(self) -> list[str]:
        return [event.event.value for event in self.events]


def heard(*parts: bytes, pause: float = 0.0) -> Bench:
    bench = Bench()
    for part in parts:
        bench.hear(part)
        bench.run(pause)
    return bench


SHOWN, PRIVATE, UNAVAILABLE = "shown", "private", "unavailable"
RECORDED: dict[str, list[tuple[str | None, str, str | None, str]]] = {
    "date-time-combined": [("2155551217", SHOWN, "COMBINED", "ring_stopped")],
    "gw-hup": [("4075551213", SHOWN, "GW HUP", "blocked")],
    "gw-in": [("4075551213", SHOWN, "GW CALLER", "answered")],
    "gw-missed": [("4075551214", SHOWN, "GW MISSED", "missed")],
    "gw-wid": [("4075551213", SHOWN, "GW WID", "ring_stopped")],
    "international": [("011442079460000", SHOWN, "LONDON UK", "ring_stopped")],
    "latin1-name": [("9085555002", SHOWN, "Vähälä", "ring_stopped")],
    "name-before-date": [("2155551222", SHOWN, "FIRST", "ring_stopped")],
    "no-cid-two-rings": [(None, UNAVAILABLE, None, "ring_stopped")],
    "no-spaces": [("2155551216", SHOWN, "NOSPACE INC", "ring_stopped")],
    "number-only": [("13800138000", SHOWN, None, "ring_stopped")],
    "split-bytes": [("2155551225", SHOWN, "SPLIT", "ring_stopped")],
    "stale-number-next-call": [
        ("2155550001", SHOWN, None, "ring_stopped"),
        ("2155550002", SHOWN, "SECOND CALL", "ring_stopped"),
    ],
    "tci-box": [
        ("4075551212", SHOWN, "WIRELESS CALL", "ring_stopped"),
        (None, PRIVATE, None, "ring_stopped"),
        (None, UNAVAILABLE, None, "ring_stopped"),
    ],
    "two-calls-back-to-back": [
        ("2155551223", SHOWN, "CALL ONE", "ring_stopped"),
        ("2155551224", SHOWN, "CALL TWO", "ring_stopped"),
    ],
    "uk-cid-before-ring": [("02079460000", SHOWN, "UK CALLER", "ring_stopped")],
    "unavailable-O": [(None, UNAVAILABLE, None, "ring_stopped")],
    "utf8-name": [("01087654321", SHOWN, "北京市王小明", "ring_stopped")],
    "withheld-P": [(None, PRIVATE, None, "ring_stopped")],
}


def told(calls: tuple[Call, ...]) -> list[tuple[str | None, str, str | None, str]]:
    return [
        (call.caller.raw, call.caller.presentation.value, call.caller.name, call.outcome or call.state.value)
        for call in calls
    ]


def test_every_recording_is_in_the_table() -> None:
    assert {path.stem for path in TRANSCRIPTS.glob("*.jsonl")} == set(RECORDED)


@pytest.mark.parametrize("stem", RECORDED)
def test_recorded(stem: str) -> None:
    bench = Bench()
    chunks = list(transcript.read((TRANSCRIPTS / f"{stem}.jsonl").read_bytes().splitlines()))
    for chunk in chunks:
        bench.run(T + chunk.at - bench.now)
        bench.hear(chunk.data)
    bench.run(40)
    assert told(bench.calls) == RECORDED[stem]
    at_once = heard(b"".join(chunk.data for chunk in chunks))
    at_once.run(40)
    assert told(at_once.calls) == RECORDED[stem]


def cut(bench: Bench, away: float) -> None:
    """The connection is lost for so many seconds."""
    bench.take(bench.dialect.closed(bench.now))
    bench.now += away
    bench.take(bench.dialect.opened(bench.now))
    bench.hear(b"200 Server: ncidd (NCID) 1.6\r\n", b"300 End of connection startup\r\n")


class TestTheGreeting:
    @pytest.mark.parametrize("stem", ["ncid-emptylog", "ncid-with-calllog", "ncid-req-yo"])
    def test_the_log_is_no_news(self, stem: str) -> None:
        bench = Bench()
        bench.take(bench.dialect.opened(T))
        bench.hear((GREETINGS / f"{stem}.raw").read_bytes())
        assert bench.events == []
        if stem != "ncid-req-yo":
            assert bench.codes == [(Level.STARTING, "ncid_starting"), (Level.OK, "ncid_ready")]
            assert bench.sent == b"HELLO: IDENT: client Ringdesk\r\nHELLO: CMD: no_log\r\n"

    def test_an_old_server_is_asked_nothing(self) -> None:
        bench = Bench()
        bench.take(bench.dialect.opened(T))
        bench.hear(b"200 Server: ncidd (NCID) 0.78\n", b"300 End of call log\n")
        bench.hear(cid())
        bench.run(70)
        assert bench.sent == b"\r\n"
        assert [call.caller.raw for call in bench.calls] == ["0912345678"]

    def test_a_live_line_among_the_log_is_a_call(self) -> None:
        bench = Bench()
        bench.take(bench.dialect.opened(T))
        bench.hear(b"200 Server: x\r\nCIDLOG: *DATE*1*TIME*2*LINE*POTS*NMBR*111*MESG*NONE*NAME*OLD*\r\n", cid())
        assert [call.caller.raw for call in bench.calls] == ["0912345678"]

    def test_an_empty_greeting_is_a_notice(self) -> None:
        bench = Bench()
        bench.take(bench.dialect.opened(T))
        bench.take(bench.dialect.closed(T + 1))
        assert bench.codes[-1] == (Level.BROKEN, "ncid_cut_off")

    def test_a_silent_server_is_a_notice(self) -> None:
        bench = Bench()
        bench.take(bench.dialect.opened(T))
        bench.run(30)
        assert bench.codes[-1] == (Level.BROKEN, "ncid_silent")
        bench.hear(b"300 End of connection startup\r\n")
        assert bench.codes[-1] == (Level.OK, "ncid_ready")

    def test_a_server_that_falls_silent_later(self) -> None:
        bench = Bench()
        bench.take(bench.dialect.opened(T))
        bench.hear((GREETINGS / "ncid-emptylog.raw").read_bytes())
        bench.run(61)
        assert bench.sent.endswith(b"REQ: YO\r\n")
        bench.run(15)
        assert bench.codes[-1] == (Level.BROKEN, "ncid_silent")
        bench.hear(b"ACK: REQ: YO\r\n")
        assert bench.codes[-1] == (Level.OK, "ncid_ready")


class TestCalls:
    @pytest.mark.parametrize(
        ("number", "outcome"), [(-1, "missed"), (-2, "answered"), (-3, "busy"), (-4, "blocked"), (-9, None)]
    )
    def test_the_ends_that_a_gateway_tells(self, number: int, outcome: str | None) -> None:
        assert heard(cid(), ring(number)).calls[0].outcome == outcome

    def test_the_end_of_a_call_that_began_an_hour_ago(self) -> None:
        bench = heard(cid())
        bench.run(3600)
        bench.hear(b"END: *HTYPE*BYE*DATE*11222026*CTYPE*IN*LINE*POTS*NMBR*0912345678*NAME*X*\r\n")
        assert bench.events[-1].outcome == "answered"
        assert {event.native_id for event in bench.events} == {bench.events[0].native_id}

    def test_an_end_without_a_call_opens_none(self) -> None:
        assert not heard(b"END: *HTYPE*BYE*LINE*POTS*NMBR*1*NAME*X*\r\n", ring(0), ring(-1), ring(-2)).events

    def test_two_calls_of_a_gateway_end_each_by_its_number(self) -> None:
        gateway = b"END: *HTYPE*CANCEL*CTYPE*IN*LINE*POTS*NMBR*%s*NAME*X*\r\n"
        bench = heard(gateway % b"9", cid("111", "A"), cid("222", "B"), ring(-1), gateway % b"222")
        assert [(call.caller.raw, call.outcome) for call in bench.calls] == [("111", None), ("222", "missed")]

    def test_a_gateway_that_hears_both_sides_tells_every_call_twice(self) -> None:
        end = b"END: *HTYPE*BYE*CTYPE*IN*LINE*POTS*NMBR*0912345678*NAME*X*\r\n"
        bench = heard(cid(), cid(), ring(-2), end, end)
        assert bench.kinds == ["ringing", "caller", "ended"]

    def test_rings_are_counted_and_stop(self) -> None:
        bench = heard(ring(1), cid(), ring(2), ring(2), ring(3), ring(0))
        assert bench.kinds == ["ringing", "caller", "ringing", "ringing", "ring_stopped"]
        assert bench.calls[0].ring_count == 3

    def test_a_counter_that_begins_again_is_another_call(self) -> None:
        assert heard(ring(4), ring(1)).kinds == ["ringing", "ring_stopped", "ringing"]

    def test_silence_ends_the_ringing(self) -> None:
        bench = heard(ring(1), ring(2), pause=6.0)
        bench.run(9)
        assert bench.kinds == ["ringing", "ringing", "ring_stopped"]

    @pytest.mark.parametrize(
        ("away", "count", "calls"),
        [
            pytest.param(5.0, 3, 1, id="it rang on"),
            pytest.param(30.0, 7, 1, id="it rang on for long"),
            pytest.param(30.0, 3, 2, id="too few rings for the time"),
            pytest.param(5.0, 1, 2, id="counted anew"),
        ],
    )
    def test_after_a_cut_the_count_says_whether_it_is_the_same_call(self, away: float, count: int, calls: int) -> None:
        bench = heard(ring(1), cid(), ring(2))
        cut(bench, away)
        bench.hear(ring(count))
        assert len(bench.calls) == calls
        bench.run(9)
        assert bench.kinds[-1] == "ring_stopped"

    def test_what_rings_no_more_after_a_cut_has_stopped(self) -> None:
        bench = heard(ring(1), cid(), ring(2))
        cut(bench, 5)
        bench.run(9)
        assert bench.kinds == ["ringing", "caller", "ringing", "ring_stopped"]

    def test_another_caller_after_a_long_cut_is_not_the_one_who_had_no_number(self) -> None:
        bench = heard(ring(1), ring(2))
        cut(bench, 60)
        bench.hear(cid())
        assert [call.caller.raw for call in bench.calls] == [None, "0912345678"]

    def test_a_line_that_tells_no_rings_is_believed_as_long_as_without_a_cut(self) -> None:
        bench = heard(cid())
        cut(bench, 20)
        bench.run(9)
        assert bench.kinds == ["ringing", "caller"]
        bench.run(2)
        assert bench.kinds[-1] == "ring_stopped"

    def test_a_number_that_was_held_back_is_the_call_befores(self) -> None:
        bench = heard(ring(1))
        bench.run(20)
        bench.hear(ring(2), cid("111", "OLD"))
        bench.run(1)
        bench.hear(cid("222", "NEW"), ring(3))
        assert [call.caller.raw for call in bench.calls] == ["111", "222"]

    def test_lines_of_a_server_are_told_apart_but_for_the_letter_of_a_ring(self) -> None:
        assert len(heard(ring(1, "POTS"), ring(1, "FAX")).calls) == 2
        assert len(heard(ring(1, "POTS"), ring(2, "AOTS")).calls) == 1
        assert [call.called.line for call in heard(ring(1, "FAX")).calls] == ["FAX"]

    @pytest.mark.parametrize("label", ["OUT", "PUT"])
    def test_calls_that_we_make(self, label: str) -> None:
        line = cid().replace(b"CID", label.encode())
        end = b"END: *HTYPE*BYE*CTYPE*OUT*LINE*POTS*NMBR*0912345678*NAME*X*\r\n"
        (call,) = heard(line, line, end).calls
        assert (call.direction, call.called.raw, call.outcome) == ("out", "0912345678", "answered")

    @pytest.mark.parametrize("label", ["BLK", "HUP"])
    def test_what_the_server_ends_itself(self, label: str) -> None:
        bench = heard(ring(1), cid().replace(b"CID", label.encode()))
        assert [(call.caller.raw, call.outcome) for call in bench.calls] == [("0912345678", "blocked")]

    @pytest.mark.parametrize(
        "line",
        [
            b"MSG: hello ***DATE*11222026*NMBR*123*\r\n",
            b"NOT: x ***NMBR*1*\r\n",
            b"OPT: hupmode\r\n",
            b"RID: *NMBR*1*\r\n",
        ],
    )
    def test_what_is_no_call(self, line: bytes) -> None:
        assert heard(line).events == []

    def test_a_lamp(self) -> None:
        assert heard(cid().replace(b"CID", b"MWI")).kinds == ["message_waiting"]


class TestFields:
    def test_a_name_with_asterisks_cannot_change_the_number(self) -> None:
        bench = heard(b"CID: *DATE*11222026*TIME*1425*LINE*POTS*NMBR*2155551219*MESG*NONE*NAME*A*B*NMBR*999**\r\n")
        (call,) = bench.calls
        assert (call.caller.raw, call.caller.name) == ("2155551219", "A*B*NMBR*999*")

    def test_any_order_and_keys_of_later_versions(self) -> None:
        (call,) = heard(
            b"CID: *NAME*A*B*NMBR*0912345678*FNMBR*0912-345-678*NTYPE*cell*XYZ*1*CTRY*TW*LOCA*-*CARI*-*LINE*POTS*TIME*1*\n"
        ).calls
        assert (call.caller.raw, call.caller.name, call.called.line) == ("0912345678", "A*B", "POTS")

    @pytest.mark.parametrize(
        ("number", "name", "presentation"),
        [
            ("PRIVATE", "PRIVATE", "private"),
            ("ANONYMOUS", "ANONYMOUS", "private"),
            ("anonymous", "x", "private"),
            ("OUT-OF-AREA", "NO NAME", "unavailable"),
            ("NO-NUMBER", "NO NAME", "unavailable"),
            ("RING", "No Caller ID", "unavailable"),
            ("-", "-", "unavailable"),
        ],
    )
    def test_words_are_no_numbers(self, number: str, name: str, presentation: str) -> None:
        (call,) = heard(cid(number, name)).calls
        assert (call.caller.raw, call.caller.presentation, call.caller.name) == (None, presentation, None)

    def test_a_name_without_a_number(self) -> None:
        (call,) = heard(cid("NO-NUMBER", "NO NUMBER CO")).calls
        assert (call.caller.raw, call.caller.name) == (None, "NO NUMBER CO")

    @pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
    def test_line_ends(self, end: bytes) -> None:
        assert len(heard(cid().replace(b"\r\n", end)).calls) == 1

    def test_a_line_that_is_too_long_is_left_out(self) -> None:
        long = cid(name="x" * 9000)
        assert len(heard(long + cid()).calls) == 1

    @pytest.mark.parametrize(
        "line", [b"", b"CID", b"CID:", b"CID: *", b"CID: ***", b"CIDINFO: *RING*x*", b"cid: *NMBR*1*"]
    )
    def test_what_is_cut_short(self, line: bytes) -> None:
        assert all(event.caller is None or event.caller.raw is None for event in heard(line + b"\r\n").events)


WORDS = st.sampled_from(
    [b"CID: ", b"CIDINFO: ", b"END: ", b"HUP: ", b"CIDLOG: ", b"300 x", b"210 API", b"*NMBR*", b"0912", b"*LINE*", b"POTS",
     b"AOTS", b"*NAME*", b"*RING*", b"1", b"2", b"0", b"-1", b"-2", b"*HTYPE*", b"BYE", b"*", b"\r\n", b"\n", b"PRIVATE"]
)  # fmt: skip


def check_disorder(words: list[bytes], pause: float) -> None:
    whole, cut = Bench(), Bench()
    for at in range(0, len(words), 7):
        data = b"".join(words[at : at + 7])
        whole.hear(data)
        cut.hear(*(data[index : index + 1] for index in range(len(data))))
        whole.run(pause)
        cut.run(pause)
    assert whole.events == cut.events
    whole.run(1000)
    assert whole.dialect.next_due is None
    native = [event.native_id for event in whole.events if event.event == "ended"]
    assert len(native) == len(set(native)), "a call ends once"


@chunking.EXAMPLES
@given(words=st.lists(WORDS, max_size=120), pause=st.floats(0, 40))
def test_any_disorder(words: list[bytes], pause: float) -> None:
    check_disorder(words, pause)


@given(st.binary(max_size=200))
def test_any_line_is_read(line: bytes) -> None:
    ncidlines.read(line)
