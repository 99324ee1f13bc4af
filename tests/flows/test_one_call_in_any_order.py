"""Three sources saw one call: a line of desk A, a line of desk B, a provider's webhook at the server. In whatever order events,
reports and rows arrive, each desk shows the call once, and in the end everybody has one call, under one id.

The desks' books and reports and the server's folding are the real ones; between them there are queues.
"""

from collections import deque
from collections.abc import Callable, Sized
from functools import partial
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from ringdesk.calls import Call, Caller, CallEvent, CallState, EventKind, Presentation
from ringdesk.channels import channel_of
from ringdesk.ids import call_id
from ringdesk.merge import apply, leads, retarget
from ringdesk.merge.case import Effect
from ringdesk.ops import Actor, CallReport, Row, RowKey
from ringdesk.ops.touched import touches
from ringdesk.safetext import SafeText
from ringdesk.tracker import Tracker
from server.accept import joining
from server.callroom.heard import _Fold
from terminal.desk.callbook import CallBook
from terminal.desk.reports import Reports

AT: Final = 1_700_000_000.0
MEI: Final = Caller(SafeText("0912345678"), "+886912345678", Presentation.SHOWN)
ACTOR: Final = Actor("", SafeText(""), "d")


def life(source: str, *, tells_at_ring: bool) -> list[CallEvent]:
    """What a source says of the call."""

    def said(kind: EventKind, after: float, caller: Caller | None = None) -> CallEvent:
        return CallEvent(event=kind, at=AT + after, source=source, native_id="1", caller=caller)

    ring = (
        [said(EventKind.RINGING, 0, MEI)]
        if tells_at_ring
        else [said(EventKind.RINGING, 0), said(EventKind.CALLER, 1, MEI)]
    )
    over = EventKind.ENDED if tells_at_ring else EventKind.RING_STOPPED
    return [*ring, said(EventKind.RINGING, 3), said(over, 9)]


class Server:
    """Its calls, and the rows that go to every desk."""

    def __init__(self, desks: "list[Desk]") -> None:
        self.rows: dict[RowKey, Row] = {}
        self._desks = desks

    def hook(self, event: CallEvent) -> None:
        before = {row.id: row for row in self.rows.values() if isinstance(row, Call)}
        folded = _Fold(before)
        folded.take(event, "main")
        self._write({("call", call.id): call for call in folded.calls.values() if before.get(call.id) != call})

    def report(self, report: CallReport) -> None:
        args = retarget(report, leads(self.rows.values()))
        rows = {key: row for key in touches("op", args) if (row := self.rows.get(key)) is not None}
        effect = apply("op", args, actor=ACTOR, at=AT + 10, base={}, rows=rows, fact=False, site="main")
        assert isinstance(effect, Effect)
        self._write(joining.reported(args, effect.rows, self.rows, AT + 10))

    def _write(self, rows: dict[RowKey, Row]) -> None:
        self.rows |= rows
        for row in rows.values():
            assert isinstance(row, Call)
            assert channel_of("call", row) == "store:main"
            for desk in self._desks:
                desk.down.append(row)


class Desk:
    """A desk with a line (or none), what waits for it, and what it shows."""

    def __init__(self, events: list[CallEvent]) -> None:
        self.line = deque(events)
        self.down: deque[Call] = deque()
        self.up: deque[CallReport] = deque()
        self.book = CallBook(Tracker())
        self.reports = Reports()
        self.pops = 0

    def hears(self) -> None:
        event = self.line.popleft()
        self.pops += sum(turn.pop for turn in self.book.heard(event, "main"))
        call = next(call for call in map(self.book.resolve, [call_id(event.source, event.native_id)]))
        self.reports.joined(call, self.book.aliases(call))
        self.reports.heard(call, event, popped=self.book.popped(call))
        while (report := self.reports.take()) is not None:
            self.up.append(report)

    def learns(self) -> None:
        self.pops += sum(turn.pop for turn in self.book.row(self.down.popleft(), AT + 5))


def reports(server: Server, desk: Desk) -> None:
    server.report(desk.up.popleft())


@given(st.lists(st.integers(0, 6), max_size=60), st.booleans(), st.booleans())
def test_each_desk_shows_it_once_and_all_agree_in_the_end(order: list[int], two_lines: bool, told: bool) -> None:
    a = Desk(life("modem", tells_at_ring=False))
    b = Desk(life("ami", tells_at_ring=told) if two_lines else [])
    server = Server([a, b])
    provider = deque(life("hook", tells_at_ring=True))
    steps: list[tuple[Sized, Callable[[], None]]] = [(provider, lambda: server.hook(provider.popleft()))]
    for desk in (a, b):
        steps += [(desk.line, desk.hears), (desk.up, partial(reports, server, desk)), (desk.down, desk.learns)]
    for number in [*order, *(each for _ in range(80) for each in range(len(steps)))]:
        waiting, step = steps[number]
        if len(waiting):
            step()
    (call,) = [row for row in server.rows.values() if isinstance(row, Call) and row.merged_into is None]
    assert call.state in (CallState.ENDED, CallState.RING_STOPPED)
    for desk in (a, b):
        assert not any((desk.line, desk.up, desk.down))
        assert desk.pops <= 1
        shown = [each.id for each in desk.book.calls(AT + 10)]
        assert shown == [call.id]
    assert a.book.resolve(call_id("modem", "1")) == call.id
