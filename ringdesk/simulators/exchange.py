"""What simulated exchanges have in common: one listener, whom they tell of calls at their times."""

from ringdesk.simulators import Plan


class SimulatedExchange:
    """An exchange with a login: it rings for whoever has asked for its channels."""

    hears = True
    hangs_up = False
    """True behind a login that it refused, as real ones do: whoever guesses at secrets must come back for each."""

    def __init__(self) -> None:
        self._plan = Plan()
        self._rest = b""
        self._calls = 0
        self._listed = False

    @property
    def ready(self) -> bool:
        """Whether the listener is logged in and has asked for the channels."""
        return self._listed

    @property
    def next_due(self) -> float | None:
        """When the next event is written."""
        return self._plan.next_due

    def due(self, now: float) -> bytes:
        """One event."""
        return self._plan.take(now)
