"""What an account of an Asterisk's manager may do, as far as its holder can see.

A login is accepted whatever the account may read, and there is no question for that. An event names its class (`Privilege`);
where none of the class `call` ever comes, the list of the channels shows whether there was anything to tell of: a channel that
began after the login has been told of to everybody who may read it. To ask for that list is refused to who may not.
"""

import re
from typing import Final

from ringdesk.codecs.amiframes import Message

CALL: Final = "call"
_LATE: Final = 5.0
"""Seconds that an event may take behind the list in which its channel stands."""
_DURATION: Final = re.compile(r"([0-9]{1,5}):([0-9]{2}):([0-9]{2})")


class Rights:
    """Of one connection.

    Attributes:
        told: an event of a call came.
        may_list: the list of the channels was given.
    """

    def __init__(self) -> None:
        self.told = False
        self.may_list = False
        self._since: float | None = None

    def logged_in(self, now: float) -> None:
        """From now on it is told of what begins."""
        self._since = now

    def heard(self, message: Message) -> None:
        """An event that nobody asked for: those of an answer bear its `ActionID`."""
        if CALL in message.text("Privilege").split(",") and not message.text("ActionID"):
            self.told = True

    @property
    def looks(self) -> bool:
        """Whether the list of the channels could say something that is not known yet."""
        return self.may_list and not self.told

    def untold(self, row: Message, now: float) -> bool:
        """Whether a channel of the list should have been told of, and was not."""
        lasts = _DURATION.fullmatch(row.text("Duration"))
        if lasts is None or self.told or self._since is None:
            return False
        hours, minutes, seconds = map(int, lasts.groups())
        return _LATE <= hours * 3600 + minutes * 60 + seconds < now - self._since - _LATE
