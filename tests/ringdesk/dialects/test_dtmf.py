"""DTMF detectors."""

import pytest
from hypothesis import given

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.codecs.announcements import RINGING_TIME
from ringdesk.codecs.dtmf import BARE, MAX_STRING
from ringdesk.dialects import Level, Notice, SourceOptions, Step
from ringdesk.dialects.dtmf import IDLE_TIME, DtmfDialect
from ringdesk.safetext import SafeText
from tests.ringdesk.dialects import chunking

T = 1795325880.0
PRIVATE = Caller(presentation=Presentation.PRIVATE)
UNAVAILABLE = Caller(presentation=Presentation.UNAVAILABLE)
UNREADABLE = Caller(presentation=Presentation.UNREADABLE)
PARTS = chunking.parts(
    b"D0227208889C", b"A0912345678D0225001111C", b"D1#", b"B10C", b"0912345678", b"A0912345678\r\n", b"C#"
)


def dialect() -> DtmfDialect:
    return DtmfDialect("s", SourceOptions(line="1"))


def heard(*parts: bytes, pause: float = 0.0) -> list[CallEvent]:
    return chunking.heard(dialect(), [(part, pause) for part in parts], at=T)


def kinds(events: list[CallEvent]) -> list[str]:
    return [event.event.value for event in events]


def callers(events: list[CallEvent]) -> list[Caller]:
    return [event.caller for event in events if event.caller is not None]


def shown(number: str) -> Caller:
    return Caller(raw=SafeText(number), presentation=Presentation.SHOWN)


@pytest.mark.parametrize(
    ("text", "caller"),
    [
        (b"D0227208889C", shown("0227208889")),
        (b"A0912345678C", shown("0912345678")),
        (b"A0912345678#", shown("0912345678")),
        (b"D0227208889#", shown("0227208889")),
        (b"D1#", PRIVATE),
        (b"D2#", UNAVAILABLE),
        (b"D3#", UNAVAILABLE),
        (b"B00C", UNAVAILABLE),
        (b"B10C", PRIVATE),
        (b"A0912345678B10C", PRIVATE),
        (b"B00A0912345678C", shown("0912345678")),
        (b"52A0912345678C", shown("0912345678")),
    ],
)
def test_what_a_string_says(text: bytes, caller: Caller) -> None:
    events = heard(text)
    assert kinds(events) == ["ringing", "caller", "ring_stopped"]
    assert callers(events) == [caller]
    assert (events[1].reason, events[1].at, events[2].at) == (None, T, T + RINGING_TIME)


@pytest.mark.parametrize("text", [b"A0912345678D0225001111C", b"D0225001111A0912345678C", b"A0912345678D0225001111#"])
def test_who_forwarded_it_in_any_order(text: bytes) -> None:
    (event,) = (event for event in heard(text) if event.caller)
    assert event.caller == shown("0912345678")
    assert event.via is not None
    assert event.via.raw == "0225001111"


@pytest.mark.parametrize(
    "text", [b"B77C", b"A091*345C", b"A0912345678A0227208889C", b"AC", b"A#", b"BC", b"D0227*8889C"]
)
def test_an_unknown_form_is_kept_and_shown_as_unreadable(text: bytes) -> None:
    refused, ringing, caller, _ = heard(text)
    assert (refused.event, refused.reason) == (EventKind.REJECTED, f"unknown form of caller ID: {text.decode()}")
    assert ringing.event is EventKind.RINGING
    assert caller.caller == Caller(raw=SafeText(text.decode()), presentation=Presentation.UNREADABLE)
    assert caller.reason == refused.reason


@pytest.mark.parametrize("text", [b"D022720", b"D022720\r\n", b"A0912345678"])
def test_a_string_without_its_end_is_no_number(text: bytes) -> None:
    events = heard(text)
    assert callers(events) == [UNREADABLE]
    assert events[0].reason == f"truncated: no stop code after {text.strip().decode()}"
    assert kinds(heard(text[:6], b"", pause=IDLE_TIME))[0] == "rejected"


def test_nor_is_one_without_its_beginning() -> None:
    events = heard(b"27208889C")
    assert callers(events) == [UNREADABLE]
    assert events[0].reason == "truncated: no start code before 27208889C"


class TestBareDigits:
    @pytest.mark.parametrize("text", [b"0912345678", b"0912345678\r\n", b"0912345678#"])
    def test_are_a_number_in_doubt(self, text: bytes) -> None:
        (event,) = (event for event in heard(text) if event.caller)
        assert (event.caller, event.reason) == (shown("0912345678"), BARE)

    def test_end_with_silence(self) -> None:
        one = dialect()
        assert one.received(b"09123", T).events == ()
        assert one.received(b"45678", T + 0.5).events == ()
        assert one.next_due == T + 0.5 + IDLE_TIME
        assert callers(list(one.due(T + 0.5 + IDLE_TIME).events)) == [shown("0912345678")]

    @pytest.mark.parametrize("text", [b"5", b"5#", b"55", b"A", b"A1", b"#", b"C", b"\r\n", b"hello\r\n"])
    def test_that_are_a_key_or_noise_are_nothing(self, text: bytes) -> None:
        assert heard(text) == []

    @pytest.mark.parametrize("text", [b"12*4#", b"*98765", b"123456789012345678901\r\n"])
    def test_that_are_no_number_are_refused(self, text: bytes) -> None:
        assert kinds(heard(text)) == ["rejected"]

    def test_are_what_somebody_dials_once_the_detector_has_passed_a_code(self) -> None:
        events = heard(b"D0227208889C", b"0912345678#", pause=60.0)
        assert kinds(events) == ["ringing", "caller", "ring_stopped", "rejected"]

    def test_are_told_to_a_person_once(self) -> None:
        one, notices = dialect(), list[Notice]()
        for at, text in enumerate((b"0912345678#", b"0933222111#", b"D0227208889C", b"A0912345678C")):
            notices += one.received(text, T + 60 * at).notices
        assert [(notice.level, notice.why.code) for notice in notices] == [
            (Level.WARNING, "dtmf_no_codes"),
            (Level.OK, "dtmf_codes"),
        ]


def test_a_string_again_is_the_same_call_and_later_a_new_one() -> None:
    assert kinds(heard(b"D1#", b"D1#", pause=2.0)) == ["ringing", "caller", "ring_stopped"]
    assert kinds(heard(b"D1#", b"D1#", pause=9.0)) == ["ringing", "caller", "ring_stopped"] * 2


def test_an_overlong_string_is_refused_in_one_word() -> None:
    (event,) = heard(b"A" + b"1" * 100_000 + b"C")
    assert (event.event, event.reason) == (EventKind.REJECTED, f"more than {MAX_STRING} digits")


def test_opening_again_forgets_and_a_detector_is_never_spoken_to() -> None:
    one = dialect()
    one.received(b"D0227", T)
    assert one.opened(T) == Step()
    assert one.received(b"208889C", T).sends == ()
    assert one.closed(T).events == ()


@chunking.EXAMPLES
@given(given_parts=PARTS)
def test_any_bytes_in_any_chunking(given_parts: chunking.Parts) -> None:
    whole, single = chunking.whole_and_in_bytes(dialect, given_parts)
    assert whole == single
