"""What outlives an error in a key, a click or a message of ours: it is said, and the desk goes on with the next."""

from traceback import walk_tb

from textual import events, messages
from textual.message import Message
from textual.message_pump import MessagePump

from terminal.messages import Trouble

Origin = tuple[type[BaseException], str, int]
"""The kind of an error, the file and the line."""


class Steadfast(MessagePump):
    """A screen, a panel or a field. An error while it is made, laid out or drawn ends the screen, as does one in saying so."""

    async def _dispatch_message(self, message: Message) -> None:
        """Textual ends the loop of whoever lets an error out of here, and the app with it."""
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            if not _ours(message):
                raise
            self.post_message(Trouble(error))


def _ours(message: Message) -> bool:
    """Whether a person or a widget sent it, and not Textual to draw with."""
    if isinstance(message, events.Event):
        return isinstance(message, events.InputEvent | events.Paste)
    return not isinstance(message, Trouble) and type(message).__module__ != messages.__name__


def origin(error: BaseException) -> Origin:
    """Where the error was raised."""
    frames = list(walk_tb(error.__traceback__))
    return (type(error), frames[-1][0].f_code.co_filename, frames[-1][1]) if frames else (type(error), "", 0)
