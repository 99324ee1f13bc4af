"""How the sources stand that this server listens to itself, told to the desks of their stores: an exchange that cannot be
reached must not look like a quiet day.
"""

from collections.abc import Callable

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import SOURCES, ServerNotice
from ringdesk.wire.values import SourceStands


class Standings:
    """The newest word on each source. `tell` says something to everybody of a store who is connected."""

    def __init__(self, tell: Callable[[ServerNotice, str], None]) -> None:
        self._tell = tell
        self._known: dict[str, tuple[SourceStands, frozenset[str]]] = {}

    def stands(self, source: SourceStands, sites: frozenset[str]) -> None:
        """A source stands so. `sites` are the stores of its lines."""
        _, before = self._known.get(source.id, (source, frozenset()))
        self._known[source.id] = source, sites
        self._told(sites | before)

    def gone(self, source: str) -> None:
        """A source is listened to no more."""
        _, sites = self._known.pop(source, (None, frozenset()))
        self._told(sites)

    def of(self, site: str) -> ServerNotice:
        """All sources of a store."""
        sources = tuple(source for source, sites in self._known.values() if site in sites)
        ill = (f"{each.label}: {each.words}" for each in sources if each.level in (Level.WARNING, Level.BROKEN))
        return ServerNotice(code=SOURCES, message=SafeText("; ".join(ill)), sources=sources)

    def _told(self, sites: frozenset[str]) -> None:
        for site in sites:
            self._tell(self.of(site), site)
