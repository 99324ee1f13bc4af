"""Where a call rings, in the transaction in which it is heard: the routes and number lists of the central settings, applied.

`ringdesk.routing` has the rule. A call that waits is routed when it is first heard, and anew when what is learnt of it (its
queue, the telephone that rings) makes another route fit.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from ringdesk import routing
from ringdesk.calls import Call
from ringdesk.ops import Row, RowKey
from ringdesk.routing import Route, Team
from server.accept.owing import Business
from server.store.head import Ground
from server.store.values import (
    MAIN_SITE,
    Central,
    LineRow,
    Roster,
    RouteRow,
    Rules,
    folded,
)


class Ringing:
    """The routes on one ground. `lines` are those of the source that is heard: they say how numbers are read."""

    def __init__(self, ground: Ground, business: Business, now: float, lines: Iterable[LineRow] = ()) -> None:
        self._rules = ground.rules or Rules()
        self._team = Team(ground.roster.doing, ground.roster.working)
        self._stores = ground.roster.stores
        self._business = business
        self._now = now
        self._lines = tuple(lines)
        self._routes = tuple(_route(each, ground.roster, self._lines) for each in self._rules.routes)
        self._to_store = {each.id: each.to_store for each in self._rules.routes if each.to_store}

    def after(
        self, before: Mapping[RowKey, Row], written: Mapping[RowKey, Row], *, fresh: bool, moves: bool = False
    ) -> dict[RowKey, Row]:
        """The rows that are `written`, with the calls among them routed and marked. What is not `fresh` rings nowhere anyway.
        `moves`: a new call may become another store's."""
        rows = dict(written)
        for key, row in written.items():
            if isinstance(row, Call) and row.merged_into is None:
                known = before.get(key)
                rows[key] = self._placed(row, moves=moves and known is None, fresh=fresh)
        return rows

    def _placed(self, call: Call, *, moves: bool, fresh: bool) -> Call:
        region = self._lines[0].region if self._lines else self._business.region
        if self._rules.marks and call.mark is None:
            call = msgspec.structs.replace(call, mark=routing.mark_of(call, self._rules.marks, region))
        if not (self._routes and fresh and routing.waits(call)):
            return call
        opened = self._business.is_open(call.site, self._rules, self._now)
        route = routing.route_of(call, self._routes, opened, region)
        if route is None:
            return call if call.routed is None else msgspec.structs.replace(call, routed=None)
        if moves:
            call = msgspec.structs.replace(call, site=self._to_store.get(route.id, call.site))
        if call.routed is None or call.routed.route != route.id:
            seen = self._seen(route, call)
            call = msgspec.structs.replace(call, routed=routing.begun(seen, self._team, self._now))
        return call

    def _seen(self, route: Route, call: Call) -> Route:
        return routing.seen_at(call.site or MAIN_SITE, route, self._stores)

    def next(self, call: Call) -> Call:
        """The call after a turn of its hunt: whoever is next rings; all desks of the store where its route is gone."""
        assert call.routed is not None
        route = next((each for each in self._routes if call.routed.route == each.id), None)
        routed = None
        if route is not None:
            routed = routing.stepped(call.routed, self._seen(route, call), self._team, self._now)
        return msgspec.structs.replace(call, routed=routed)


def deserted(
    central: Central, roster: Roster, sites: Collection[str], at_desks: Collection[str]
) -> Iterator[tuple[RouteRow, tuple[str, ...]]]:
    """The routes that name desks or people and none at any store whose calls they can be for, with those stores: there the calls
    ring at all desks. `sites` are the ids of all stores, `at_desks` those of the sources that a desk listens to: their calls are
    that desk's store's, whichever it is."""
    for row in central.rules.routes:
        route = _route(row, roster, central.lines)
        stores = tuple(sorted(_stores_of(row, central, sites, at_desks)))
        if route.targets and stores and not any(routing.seen_at(each, route, roster.stores).targets for each in stores):
            yield row, stores


def _stores_of(row: RouteRow, central: Central, sites: Collection[str], at_desks: Collection[str]) -> set[str]:
    if row.to_store is not None:
        return {row.to_store}
    of_source = [line for line in central.lines if row.source in (None, line.source)]
    lines = [line for line in of_source if row.line in (None, line.id, line.label)]
    stores = {line.site for line in lines}
    if row.source is not None and row.line is None and not of_source:
        stores = {MAIN_SITE} if any(source.id == row.source for source in central.sources) else set()
    unknown = (row.source is None and row.line is None) or any(line.source in at_desks for line in lines)
    if unknown or not stores or row.source in at_desks:
        stores = set(sites)
    return stores if row.store is None else stores & {row.store}


def _route(row: RouteRow, roster: Roster, lines: Iterable[LineRow]) -> Route:
    """A route with the ids of those whom it names; whoever was closed out is nobody."""
    names = {row.line} | {line.label for line in lines if line.id == row.line} if row.line else set()
    return Route(
        id=row.id,
        source=row.source,
        lines=tuple(sorted(name for name in names if name)),
        called=row.called,
        queue=row.queue,
        extension=row.extension,
        store=row.store,
        when=row.when,
        mode=row.mode,
        seconds=row.seconds,
        targets=tuple(dict.fromkeys((*_ids(row.desks, roster.desks), *_ids(row.people, roster.people)))),
    )


def _ids(named: Iterable[str], known: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    everybody = {each for ids in known.values() for each in ids}
    for name in named:
        yield from (name,) if name in everybody else known.get(folded(name), ())
