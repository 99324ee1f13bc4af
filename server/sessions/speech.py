"""The line of one session: what may be said on it when, in messages."""

import asyncio

from starlette.websockets import WebSocket, WebSocketDisconnect

from ringdesk.errors import BadInput, WireError
from ringdesk.wire.codec import decode_from_terminal, encode
from ringdesk.wire.messages import FromTerminal, Message
from ringdesk.wire.session import End, Session
from server.hub.outlet import outlet_of


class Speech:
    """An accepted websocket, and the table of phases over it.

    Attributes:
        outlet: where frames leave.
        session: which message has a place now.
    """

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self.session = Session(End.SERVER)
        self.outlet = outlet_of(websocket)

    async def hear(self) -> FromTerminal:
        """The next message. Raises `WireError` for what is none, or has no place here; `WebSocketDisconnect` at the end."""
        event = await self._websocket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        text: str | None = event.get("text")
        if text is None:
            raise WireError("binary frames have no meaning here; send text frames of JSON", 1003)
        try:
            message = decode_from_terminal(text)
        except WireError:
            raise
        except BadInput as error:
            raise WireError(str(error)) from error
        self.session.received(message)
        return message

    def say(self, message: Message) -> None:
        """Send it, without waiting."""
        self.session.sent(message)
        self.outlet.offer(encode(message))

    async def ready(self) -> None:
        """Until the line takes more."""
        await self.outlet.ready()

    def over(self) -> None:
        """From now on nothing has a place here."""
        self.session.closed()

    async def close(self, code: int, reason: str) -> None:
        """The closing frame; a peer that does not read gets none."""
        try:
            async with asyncio.timeout(1.0):
                await self._websocket.close(code, reason)
        except (TimeoutError, RuntimeError):
            self.outlet.abort()
