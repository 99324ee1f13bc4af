"""A dialect and the simulated gear that it listens to, in a time of their own."""

from ringdesk.calls import Call, CallEvent
from ringdesk.dialects import Notice, Step, StreamDialect
from ringdesk.simulators import Incoming, SimulatedPeer
from ringdesk.tracker import Tracker

T = 1795325880.0


class Bench:
    """Both ends of a wire without delay; datagrams carry the peer's address."""

    def __init__(self, dialect: StreamDialect, peer: SimulatedPeer, address: str | None = None, at: float = T) -> None:
        self.now = at
        self.dialect = dialect
        self.peer = peer
        self.address = address
        self.events: list[CallEvent] = []
        self.notices: list[Notice] = []
        self._tracker = Tracker()
        self._take(dialect.opened(self.now))
        self._hear(peer.opened(self.now))

    @property
    def calls(self) -> tuple[Call, ...]:
        """What the dialect has told of so far."""
        return self._tracker.calls

    def call(self, call: Incoming, silence: float = 0.0) -> Call:
        """A call to its end, and the silence behind it."""
        self.run(self.peer.call(call, self.now) + silence)
        return self._tracker.calls[-1]

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self._next()) is not None and due <= end:
            self.now = max(self.now, due)
            while said := self.peer.due(self.now):
                self._hear(said)
            if (wanted := self.dialect.next_due) is not None and wanted <= self.now:
                self._take(self.dialect.due(self.now))
        self.now = end

    def _next(self) -> float | None:
        times = (self.peer.next_due, self.dialect.next_due)
        return min((time for time in times if time is not None), default=None)

    def _hear(self, said: bytes) -> None:
        if said:
            self._take(self.dialect.received(said, self.now, self.address))

    def _take(self, step: Step) -> None:
        self.events += step.events
        self.notices += step.notices
        for event in step.events:
            self._tracker.received(event)
        for send in step.sends:
            self._hear(self.peer.received(send.data, self.now))
