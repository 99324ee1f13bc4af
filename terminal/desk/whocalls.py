"""Who calls: looked up by the number, with their card and how to greet them. What cannot be read leaves the call to be shown
without it."""

from collections.abc import Awaitable, Callable

import structlog

from ringdesk import numbers
from ringdesk.calls import Call, Presentation
from ringdesk.errors import RingdeskError
from ringdesk.marks import MarkLabel
from ringdesk.safetext import SafeText
from terminal import words
from terminal.desk.ports import Lookup
from terminal.desk.values import Card
from terminal.news import Match, News, NoticeNews, ScreenPop
from terminal.store import cards

_log = structlog.get_logger(__name__)


class WhoCalls:
    """Looks callers up."""

    def __init__(
        self, lookup: Lookup, card: Callable[[str], Awaitable[cards.Card]], publish: Callable[[News], None]
    ) -> None:
        self._lookup = lookup
        self._card = card
        self._publish = publish

    async def pop(self, call: Call) -> ScreenPop:
        """The call, with all that a screen shows of whoever makes it."""
        matches = await self.matches(call)
        card = await self._first(matches)
        return ScreenPop(
            call=call,
            matches=matches,
            timeline=card.timeline if card else (),
            tasks=card.tasks if card else (),
            notes=card.notes if card else (),
            greeting=greeting(call, matches),
            mark=None if matches else await self._mark(call),
        )

    async def matches(self, call: Call) -> tuple[Match, ...]:
        """Who it may be; a look-up that fails leaves nobody, and the call is shown all the same."""
        if call.caller.e164 is None or call.caller.presentation is not Presentation.SHOWN:
            return ()
        try:
            return tuple(await self._lookup.by_number(numbers.read(call.caller.e164)))
        except RingdeskError as error:
            _log.error("the caller could not be looked up", call=call.id, error=str(error))
            self._publish(NoticeNews("lookup_failed", SafeText(str(error))))
            return ()

    async def _mark(self, call: Call) -> MarkLabel | None:
        """Whether the number is marked, by the business's list or by somebody here; a caller who hides has none."""
        if call.mark is not None:
            return call.mark
        number = call.caller.e164 or call.caller.raw
        if number is None or call.caller.presentation is not Presentation.SHOWN:
            return None
        try:
            found = await self._lookup.mark(number)
        except RingdeskError as error:
            _log.error("a mark could not be looked up", call=call.id, error=str(error))
            return None
        return found.label if found is not None else None

    async def _first(self, matches: tuple[Match, ...]) -> cards.Card | None:
        if not matches or matches[0].guess:
            return None
        try:
            return await self._card(matches[0].member.id)
        except RingdeskError as error:
            _log.error("a card could not be read", member=matches[0].member.id, error=str(error))
            return None


def greeting(call: Call, matches: tuple[Match, ...]) -> SafeText:
    """How to answer the call: by name only where it is plain who calls."""
    certain = [match for match in matches if not match.guess]
    usual = [each for each in certain if _usual(each, call.caller.e164)]
    if len(certain) == 1 or (usual and usual[0] is certain[0]):
        return address(certain[0])
    return SafeText(words._("Hello"))


def address(match: Match | Card | cards.Card) -> SafeText:
    """How to greet a member."""
    return SafeText(words.hello(match.member.name, match.member.honorific))


def _usual(match: Match, e164: str | None) -> bool:
    return any((number.usual or number.chosen_at) and number.e164 == e164 for number in match.member.numbers)
