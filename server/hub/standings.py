"""How the sources stand that this server listens to itself, told to the desks of their stores: an exchange that cannot be
reached must not look like a quiet day.
"""

from collections.abc import Callable
from typing import Final

from ringdesk.dialects import Level
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import SOURCES, ServerNotice
from ringdesk.wire.values import SourceStands

MOST: Final = 50
"""Sources of one store in a notice, the worst first: it has to pass a slow line."""
_ORDER: Final = (Level.BROKEN, Level.WARNING, Level.STARTING, Level.OK)
_ILL: Final = _ORDER[:2]


class Standings:
    """The newest word on each source. `tell_site` says something to everybody of a store who is connected."""

    def __init__(self, tell_site: Callable[[ServerNotice, str], None]) -> None:
        self._tell_site = tell_site
        self._known: dict[str, tuple[SourceStands, frozenset[str]]] = {}
        self._news: set[str] = set()

    def stands(self, source: SourceStands, sites: frozenset[str]) -> None:
        """A source stands so. `sites` are the stores of its lines."""
        _, before = self._known.get(source.id, (source, frozenset()))
        self._known[source.id] = source, sites
        self._news |= sites | before

    def gone(self, source: str) -> None:
        """A source is listened to no more."""
        _, sites = self._known.pop(source, (None, frozenset()))
        self._news |= sites

    def tell(self) -> None:
        """Tell the stores of which something changed since the last time."""
        news, self._news = self._news, set()
        for site in sorted(news):
            self._tell_site(self.of(site), site)

    def of(self, site: str) -> ServerNotice:
        """The sources of a store, `MOST` of them."""
        known = (source for source, sites in self._known.values() if site in sites)
        sources = tuple(sorted(known, key=lambda source: _ORDER.index(source.level)))[:MOST]
        ill = (f"{each.label}: {each.words}" for each in sources if each.level in _ILL)
        return ServerNotice(code=SOURCES, message=SafeText("; ".join(ill)[:500]), sources=sources)
