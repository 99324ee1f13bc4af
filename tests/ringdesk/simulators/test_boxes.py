from collections.abc import Callable

import pytest

from ringdesk.calls import EventKind, Presentation
from ringdesk.dialects import SourceOptions, StreamDialect
from ringdesk.dialects.dtmf import DtmfDialect
from ringdesk.dialects.mdmf import MdmfDialect
from ringdesk.dialects.netcallerid import NetCallerIdDialect
from ringdesk.dialects.tci import TciDialect
from ringdesk.dialects.whozz import WhozzDialect
from ringdesk.simulators import Incoming, Plan, boxes
from ringdesk.simulators.boxes import Record, SimulatedBox
from tests.ringdesk.simulators.bench import Bench

BOXES: dict[str, tuple[Callable[[str, SourceOptions], StreamDialect], Callable[[Incoming, float], list[Record]]]] = {
    "dtmf": (DtmfDialect, boxes.dtmf),
    "mdmf": (MdmfDialect, boxes.mdmf),
    "tci": (TciDialect, boxes.tci),
    "netcallerid": (NetCallerIdDialect, boxes.netcallerid),
    "whozz": (WhozzDialect, boxes.whozz),
    "whozz_packets": (WhozzDialect, boxes.whozz_packets),
}


def bench(name: str) -> Bench:
    dialect, records = BOXES[name]
    return Bench(
        dialect("s", SourceOptions()), SimulatedBox(records), "192.0.2.10:3520" if name == "whozz_packets" else None
    )


@pytest.mark.parametrize("name", BOXES)
def test_who_calls(name: str) -> None:
    caller = bench(name).call(Incoming(number="0227208889", name="CHEN MEI LING")).caller
    assert (caller.raw, caller.presentation) == ("0227208889", Presentation.SHOWN)
    assert caller.name == (None if name == "dtmf" else "CHEN MEI LING")


@pytest.mark.parametrize("presentation", [Presentation.PRIVATE, Presentation.UNAVAILABLE])
@pytest.mark.parametrize("name", BOXES)
def test_who_is_not_shown_has_neither_number_nor_name(name: str, presentation: Presentation) -> None:
    it = bench(name)
    caller = it.call(Incoming(number="0912345678", name="CHEN", presentation=presentation)).caller
    assert (caller.raw, caller.name, caller.presentation) == (None, None, presentation)
    assert not any(event.event is EventKind.REJECTED for event in it.events)


@pytest.mark.parametrize("name", ["mdmf", "tci", "netcallerid", "whozz"])
def test_a_long_name_is_cut_at_a_character(name: str) -> None:
    it = bench(name)
    told = it.call(Incoming(number="0912345678", name="陳" * 40)).caller.name
    assert told
    assert set(told) == {"陳"}
    assert not any(event.event is EventKind.REJECTED for event in it.events)


@pytest.mark.parametrize(("answer", "outcome"), [(None, "missed"), ("", "answered"), ("1001", "answered")])
@pytest.mark.parametrize("name", ["whozz", "whozz_packets"])
def test_whozz_knows_how_a_call_ends(name: str, answer: str | None, outcome: str) -> None:
    call = bench(name).call(Incoming(number="0912345678", rings=3, answer=answer, talk=5), silence=1)
    assert (call.state, call.outcome) == ("ended", outcome)
    assert (call.answered is None) == (answer is None)


def test_messages_come_in_the_order_of_their_times() -> None:
    plan = Plan()
    for at, data in [(2.0, b"c"), (1.0, b"a"), (1.0, b"b")]:
        plan.add(at, data)
    assert plan.take(0.5) == b""
    assert [plan.take(2.0) for _ in range(4)] == [b"a", b"b", b"c", b""]
    plan.add(3.0, b"d")
    plan.clear()
    assert plan.next_due is None
