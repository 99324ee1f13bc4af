"""How the links stand, as the log and the desks of their stores are told: once a look, the newest word alone."""

import logging
import re
from typing import Final

from ringdesk.dialects import Level, Notice
from ringdesk.safetext import SafeText
from ringdesk.why import Why
from ringdesk.wire.values import SourceStands
from server.hub.standings import Standings
from server.links.held import Settings
from server.links.line import called

STANDS: Final = "link.stands"
"""What the log says of a link that stands otherwise than before."""
MAX_TEXT: Final = 300
"""Characters of what an exchange said: it goes to every desk."""
_HIDDEN: Final = re.compile(r"[0-9A-Fa-f]{16,}|[0-9]{7,}")
"""Keys and numbers in the words of an exchange: they may be a proof of the secret, or a caller's."""
_ILL: Final = (Level.WARNING, Level.BROKEN)

log = logging.getLogger("ringdesk.server.links")


class Told:
    """What was said last of each link."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings
        self._notices: dict[str, Notice] = {}

    def tell(self, settings: Settings, notice: Notice | None) -> None:
        """It stands so now."""
        source, lines = settings
        before = self._notices.get(source.id)
        if notice is None or notice == before:
            return
        self._notices[source.id] = notice
        why = Why(notice.why.code, {name: _shown(text, source.active) for name, text in notice.why.args.items()})
        detail = None if notice.detail is None else SafeText(_shown(notice.detail, source.active))
        ill = notice.level in _ILL or (before is not None and before.level in _ILL)
        said = {"source": source.id, "dialect": source.dialect, "stands": notice.level.value}
        reason = {"why": why.english(), "code": why.code, "values": why.args, "detail": detail}
        log.log(logging.WARNING if ill else logging.INFO, STANDS, extra={**said, **reason})
        stands = SourceStands(
            id=source.id,
            dialect=source.dialect,
            label=SafeText(called(lines) or source.id),
            level=notice.level,
            why=why,
            words=SafeText(why.english()),
            detail=detail,
        )
        self._standings.stands(stands, frozenset(line.site for line in lines))

    def forget(self, source: str) -> None:
        """It is held no more."""
        self._notices.pop(source, None)
        self._standings.gone(source)


def _shown(text: str, secrets: tuple[str, ...]) -> str:
    """What a peer said, without what it knows from us."""
    for secret in secrets:
        for part in sorted({secret, secret.partition(":")[2], secret.rpartition(":")[2]}, key=len, reverse=True):
            text = text.replace(part, "***") if part else text
    return _HIDDEN.sub("***", text)[:MAX_TEXT]
