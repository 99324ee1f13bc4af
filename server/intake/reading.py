"""A request's bytes, no more of them than a webhook has, and no more in memory than there is room."""

from typing import Final

from starlette.requests import Request

from ringdesk.codecs.http import LARGEST_BODY, Fields

MOST_BYTES: Final = 64 * 1024 * 1024
"""Bytes of bodies that are being read at one moment: beyond it providers are asked to come again."""


class TooLarge(Exception):
    """The body has more than `LARGEST_BODY` bytes."""


class Reader:
    """Reads bodies, each as slowly as it comes: only the bytes that are there take room."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._held = 0

    async def body(self, request: Request) -> bytes | None:
        """The whole body; None where there is no room. Raises `TooLarge`, as early as that is known, and starlette's
        `ClientDisconnect`."""
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > LARGEST_BODY:
            raise TooLarge
        body = bytearray()
        try:
            async for chunk in request.stream():
                if len(body) + len(chunk) > LARGEST_BODY:
                    raise TooLarge
                if self._held + len(chunk) > self._most:
                    return None
                self._held += len(chunk)
                body += chunk
        finally:
            self._held -= len(body)
        return bytes(body)


def header_fields(request: Request) -> Fields:
    """Names in lower case and values, in their order (RFC 9110, 5.5: bytes beyond ASCII are opaque)."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.headers.raw)
