from collections.abc import Iterable

from ringdesk.calls import Caller, CallEvent, EventKind, Presentation
from ringdesk.dialects import Level, Notice
from ringdesk.safetext import SafeText
from ringdesk.why import ENGLISH, Why
from terminal.callerid.health import SILENT_AFTER, Fact, Health, Lost, Opened, Passed, Reported, Said

T0 = 1_795_325_880.0


def after(*facts: Fact, health: Health | None = None) -> Health:
    health = health or Health.start("/dev/ttyACM0", T0)
    for fact in facts:
        health = health.step(fact, health.stepped_at + 60)
    return health


def lost(code: str) -> Lost:
    return Lost(Notice(Level.BROKEN, Why(code, {"port": "/dev/ttyACM0"})))


def event(kind: EventKind, call: str, caller: Caller | None = None) -> Reported:
    return Reported(CallEvent(event=kind, at=T0, source="s", native_id=call, caller=caller))


def bare(calls: Iterable[int]) -> list[Fact]:
    return [event(kind, str(n)) for n in calls for kind in (EventKind.RINGING, EventKind.RING_STOPPED)]


def code(health: Health) -> str:
    return health.notice.why.code


def test_a_line_starts_opens_and_is_well_when_quiet() -> None:
    start = Health.start("/dev/ttyACM0", T0)
    assert (start.notice.level, code(start)) == (Level.STARTING, "line_starting")
    quiet = after(Opened(), *[Passed(shop_open=False)] * 10_000)
    assert (quiet.notice.level, code(quiet)) == (Level.OK, "line_ok")
    assert quiet.notice.why.english() == "/dev/ttyACM0 is open and listening"


def test_trouble_of_the_port_hides_what_the_peer_said_and_ends_with_the_next_opening() -> None:
    peer = Said(Notice(Level.WARNING, Why("modem_deaf")))
    assert code(after(Opened(), peer)) == "modem_deaf"
    assert code(after(Opened(), peer, lost("port_in_use"))) == "port_in_use"
    assert code(after(Opened(), peer, lost("port_in_use"), Opened())) == "line_ok"


REFUSED = Said(Notice(Level.BROKEN, Why("ami_refused"), SafeText("Authentication failed")))
ASKED = Said(Notice(Level.STARTING, Why("ami_starting")))
WELL = Said(Notice(Level.OK, Why("ami_ready")))
HUNG_UP = (Opened(), ASKED, REFUSED, lost("port_closed"))


def test_a_peer_that_gave_its_reason_and_hung_up_is_told_of_by_its_reason() -> None:
    assert after(*HUNG_UP).notice == REFUSED.notice
    assert code(after(Opened(), ASKED, WELL, lost("port_closed"))) == "port_closed"
    assert code(after(*HUNG_UP[:-1], lost("port_failed"))) == "port_failed"


def test_the_reason_stays_while_it_is_tried_again_and_does_not_flap() -> None:
    health = after(*HUNG_UP)
    told = set()
    for fact in (*HUNG_UP, *HUNG_UP, Opened(), ASKED, Passed(shop_open=True), lost("port_closed"), Opened()):
        health = after(fact, health=health)
        told.add(code(health))
    assert told == {"ami_refused"}


def test_the_reason_ends_with_what_the_peer_says_next_or_with_another_trouble() -> None:
    assert code(after(*HUNG_UP, Opened(), ASKED, WELL)) == "ami_ready"
    assert code(after(*HUNG_UP, Opened(), ASKED, WELL, lost("port_closed"))) == "port_closed"
    assert code(after(*HUNG_UP, Opened(), event(EventKind.RINGING, "1"))) == "line_ok"
    cut_off = Said(Notice(Level.BROKEN, Why("ami_cut_off")))
    assert code(after(*HUNG_UP, Opened(), ASKED, cut_off, lost("port_closed"))) == "ami_cut_off"
    assert code(after(*HUNG_UP, lost("port_refused"))) == "port_refused"
    assert code(after(*HUNG_UP, lost("port_refused"), lost("port_closed"))) == "port_closed"
    assert code(after(*HUNG_UP, lost("port_refused"), Opened(), ASKED)) == "ami_starting"


def test_a_peer_that_waits_for_tls_is_told_of_by_that() -> None:
    wants = Notice(Level.BROKEN, Why("line_wants_tls", {"port": "pbx"}))
    assert code(after(*HUNG_UP, Opened(), ASKED, Lost(wants))) == "line_wants_tls"
    silent = after(Opened(), ASKED, Said(wants), Lost(wants))
    assert code(after(Opened(), ASKED, health=silent)) == "line_wants_tls"


def test_an_unplugged_device_stays_unplugged_until_it_opens() -> None:
    assert code(after(Opened(), lost("port_unplugged"), lost("port_missing"))) == "port_unplugged"
    assert code(after(lost("port_missing"))) == "port_missing"
    assert code(after(Opened(), lost("port_unplugged"), lost("port_in_use"))) == "port_in_use"


def test_a_well_peer_is_named() -> None:
    well = Notice(Level.OK, Why("modem_ready"), SafeText("5601"))
    assert after(Opened(), Said(well)).notice == well


def test_three_calls_in_a_row_without_a_number_are_a_complaint() -> None:
    assert code(after(Opened(), *bare(range(2)))) == "line_ok"
    complaint = after(Opened(), *bare(range(3)))
    assert (complaint.notice.level, code(complaint)) == (Level.WARNING, "line_without_numbers")
    assert "last 3 calls" in complaint.notice.why.english()


def test_calls_that_follow_each_other_without_an_end_count_as_well() -> None:
    assert code(after(Opened(), *[event(EventKind.RINGING, str(n)) for n in (1, 1, 2, 2, 3, 3)])) == "line_ok"
    assert code(after(Opened(), *[event(EventKind.RINGING, str(n)) for n in (1, 2, 3, 4)])) == "line_without_numbers"


def test_whatever_the_line_tells_of_a_caller_ends_the_complaint() -> None:
    for caller in (Caller(raw=SafeText("0912345678")), Caller(presentation=Presentation.PRIVATE), Caller()):
        told = event(EventKind.CALLER, "9", caller)
        assert code(after(Opened(), *bare(range(3)), event(EventKind.RINGING, "9"), told)) == "line_ok"
        assert code(after(Opened(), *bare(range(2)), told, *bare(range(2)))) == "line_ok"


def test_a_source_that_says_who_rings_with_the_ring_is_well() -> None:
    caller = Caller(SafeText("0912345678"), None, Presentation.SHOWN)
    told = [event(EventKind.RINGING, str(n), caller) for n in range(5)]
    assert code(after(Opened(), *told)) == "line_ok"


def test_silence_counts_in_opening_time_only() -> None:
    hours = int(SILENT_AFTER // 60)
    open_all_along = after(Opened(), *[Passed(shop_open=True)] * hours)
    assert (open_all_along.notice.level, code(open_all_along)) == (Level.WARNING, "line_silent")
    assert code(after(Opened(), *[Passed(shop_open=True)] * (hours - 1))) == "line_ok"
    assert code(after(Opened(), *[Passed(shop_open=False), Passed(shop_open=True)] * (hours - 1))) == "line_ok"


def test_a_call_ends_the_silence_and_a_sleeping_machine_is_not_silence() -> None:
    silent = after(Opened(), *[Passed(shop_open=True)] * 480)
    assert code(after(event(EventKind.RINGING, "1"), health=silent)) == "line_ok"
    slept = after(Opened()).step(Passed(shop_open=True), T0 + 7 * 86_400)
    assert code(slept) == "line_ok"
    assert code(after(Opened()).step(Passed(shop_open=True), T0 - 86_400)) == "line_ok"


def test_every_code_has_a_sentence_with_the_arguments_it_is_given() -> None:
    for health in (after(), after(Opened()), after(Opened(), *bare(range(3))), after(*[Passed(shop_open=True)] * 500)):
        assert health.notice.why.code in ENGLISH
        assert "{" not in health.notice.why.english()
