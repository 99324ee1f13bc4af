"""The calls of which a report should leave: of each source in turn, so that one that floods waits for itself alone."""


class Ripe:
    """Calls by their ids; of one source in the order in which they were added."""

    def __init__(self) -> None:
        self._calls: dict[str, dict[str, None]] = {}
        self._sources: dict[str, str] = {}

    def __contains__(self, call: str) -> bool:
        return call in self._sources

    def __len__(self) -> int:
        return len(self._sources)

    def add(self, call: str, source: str) -> None:
        """Its report should leave, if that is not so already."""
        if call not in self._sources:
            self._sources[call] = source
            self._calls.setdefault(source, {})[call] = None

    def discard(self, call: str) -> None:
        """Its report has left, or is another's: now it is the turn of the other sources."""
        source = self._sources.pop(call, None)
        if source is not None:
            calls = self._calls.pop(source)
            del calls[call]
            if calls:
                self._calls[source] = calls

    def next(self) -> str | None:
        """Whose report is to leave next."""
        return next((call for calls in self._calls.values() for call in calls), None)

    def oldest_of_most(self) -> str:
        """The one that has waited longest of the source of which most wait."""
        most = max(self._calls, key=lambda source: len(self._calls[source]))
        return next(iter(self._calls[most]))
