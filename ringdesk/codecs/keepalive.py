"""A peer that says nothing: when to ask whether it is there, and when to say that it is not."""

from typing import Final

ASK_AFTER: Final = 30.0
"""Seconds of silence after which a peer is asked. Exchanges may say nothing for hours, and so does a cut line."""
ANSWER_TIME: Final = 10.0
"""Seconds that the answer may take."""


class Keepalive:
    """Counts from `heard` on; before that nobody is expected to speak. `after` are the seconds of silence before it is asked.

    Attributes:
        unanswered: whether the peer was asked and has not answered yet.
    """

    def __init__(self, after: float = ASK_AFTER) -> None:
        self._after = after
        self._since: float | None = None
        self.unanswered = False

    @property
    def ends(self) -> float | None:
        """When to ask (again)."""
        if self._since is None:
            return None
        return self._since + (ANSWER_TIME if self.unanswered else self._after)

    def is_over(self, now: float) -> bool:
        """Whether to ask now."""
        return self.ends is not None and now >= self.ends

    def heard(self, now: float) -> None:
        """The peer spoke."""
        self._since, self.unanswered = now, False

    def asked(self, now: float) -> None:
        """The peer was asked."""
        self._since, self.unanswered = now, True
