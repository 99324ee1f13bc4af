"""What widgets and workers tell the screen: only messages change what is shown."""

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from terminal.desk import Desk
    from terminal.news import News


class Opened(Message):
    """The desk behind the screen is open."""

    def __init__(self, desk: "Desk") -> None:
        super().__init__()
        self.desk = desk


class Heard(Message):
    """The desk has news."""

    def __init__(self, news: "News") -> None:
        super().__init__()
        self.news = news


class Trouble(Message):
    """Something went wrong that a person should know; the work goes on."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Typed(Message):
    """The text of the note changed."""


class Declined(Message):
    """Text was typed that belongs to nobody: it was not taken."""


class Scribbled(Message):
    """Text was typed where a digit chooses somebody: it belongs into the note."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Cut(Message):
    """The note is full: the end of what was pasted or typed was not taken."""


class Left(Message):
    """The note lost the focus: what is in it should be kept now."""


class Asked(Message):
    """The query in the chooser changed."""

    def __init__(self, query: str) -> None:
        super().__init__()
        self.query = query


class Chosen(Message):
    """A row of a list was taken: `index` counts from 0, `pane` is the id of the list."""

    def __init__(self, pane: str, index: int) -> None:
        super().__init__()
        self.pane = pane
        self.index = index


class Moved(Message):
    """The selection of a list moved to `index`."""

    def __init__(self, pane: str, index: int) -> None:
        super().__init__()
        self.pane = pane
        self.index = index


class Dismissed(Message):
    """The person closed the chooser without taking anything."""


class Tried(Message):
    """Somebody typed a PIN or a password on the locked screen."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self.secret = secret
