"""One websocket to the server: verified against the CA of the enrolment, with our own eye on whether bytes move.

The library's keepalive never fires while its own buffer is full, and a time-out on whole frames would cut slow lines. So
here the bytes are watched: received ones, and whether the ones to send become fewer.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidStatus, InvalidURI

from ringdesk.errors import BadInput, RingdeskError, WireError
from ringdesk.why import Why, register
from ringdesk.wire import codec, limits
from ringdesk.wire.messages import SUBPROTOCOL, FromServer, FromTerminal
from ringdesk.wire.session import End, Session
from terminal.sync.address import addressed, is_loopback

SEND_BUFFER: Final = 16 * limits.KIB
"""Bytes that the kernel holds: two seconds at 64 kbit/s, so that `unsent` tells what has not left. With the megabytes that
it would take, everything looks sent at once."""
OPEN_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 2.0
PROBE_SECONDS: Final = 3.0
SYSTEM: Final = b"# the certificates that this system trusts\n"
"""What stands in place of a CA certificate where the code named none. A line of its own, so that a file that was lost or
emptied does not widen what is trusted."""


register(
    {
        "server_clear": "ws:// is only for this machine; write wss://{where}",
        "server_unproved": "{file} is missing or damaged; enrol this device anew with a code",
        "uplink_closed": "the server closed the line: {said}",
        "uplink_down": "the line to the server is down",
        "uplink_silent": "the server does not answer",
        "uplink_mute": "the server is silent",
        "uplink_stuck": "the line takes nothing any more",
        "uplink_stranger": "{host} is not the server of the enrolment ({said}); ask who runs it",
        "uplink_plain": "{where} speaks without encryption, as a server on loopback does: use ws://",
        "uplink_tls": "{where} speaks TLS: use wss://",
        "uplink_other": "what answers at {where} is no server of ringdesk; correct the address",
        "uplink_http": "{where} answers with HTTP {status}; the address ends in /sync",
        "uplink_refused": "nothing answers at {where}; start the server there (`ringdesk server`), or correct the address",
        "uplink_no_host": "there is no host {host}; correct the address, or check the network",
        "uplink_late": "{where} does not answer; check that the server runs, its address and the network",
        "uplink_broken": "{where}: {said}; check the address and the network",
        "uplink_foreign": "{where} does not speak as a server of ringdesk ({said}); check the address",
    }
)


class Unreachable(RingdeskError):
    """The line could not be opened or is down. `why` says it for people, the text in English for the log."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class _Connection(ClientConnection):
    """Counts the bytes as they come, long before a frame is complete."""

    received: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The buffer of the kernel stays small."""
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """More bytes of some frame."""
        self.received += len(data)
        super().data_received(data)


class Socket:
    """A line to the server that carries messages; a frame that breaks the protocol raises `WireError`."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._session = Session(End.TERMINAL)

    @property
    def received(self) -> int:
        """Bytes that have come so far."""
        return self._connection.received

    @property
    def unsent(self) -> int:
        """Bytes that wait to be taken by the network."""
        return self._connection.transport.get_write_buffer_size()

    @property
    def certificate(self) -> bytes | None:
        """The certificate (DER) that the server showed, whoever made it; None without encryption."""
        tls: ssl.SSLObject | None = self._connection.transport.get_extra_info("ssl_object")
        return None if tls is None else tls.getpeercert(binary_form=True)

    async def receive(self) -> FromServer:
        """The next message. Raises `Unreachable` when the line is down, `WireError` for what is no message here."""
        try:
            frame = await self._connection.recv()
        except ConnectionClosed as error:
            raise Unreachable(_closed(error)) from error
        message = codec.decode_from_server(frame)
        self._session.received(message)
        return message

    async def send(self, message: FromTerminal) -> None:
        """Send one message. Raises `Unreachable` when the line is down."""
        self._session.sent(message)
        try:
            await self._connection.send(codec.encode(message), text=True)
        except ConnectionClosed as error:
            raise Unreachable(_closed(error)) from error

    def abort(self) -> None:
        """Cut the line at once: whoever waits for it is told."""
        self._connection.transport.abort()

    async def refuse(self, error: WireError) -> None:
        """Close with the code that answers a frame which breaks the protocol."""
        await self._connection.close(error.close_code, str(error)[:100])


def _closed(error: ConnectionClosed) -> Why:
    if error.rcvd is not None and error.rcvd.reason:
        return Why("uplink_closed", {"said": error.rcvd.reason})
    return Why("uplink_down")


def trust(url: str, directory_ca: Path) -> ssl.SSLContext | None:
    """How the server proves itself: by what the enrolment left in `directory_ca`; None for a server on this machine.

    Raises `BadInput` for an address that would send everything in the clear over a network, or is none.
    """
    parts = addressed(url)
    if parts.scheme == "ws" and parts.hostname:
        if is_loopback(parts.hostname):
            return None
        raise BadInput(Why("server_clear", {"where": f"{parts.netloc}{parts.path}"}))
    try:
        return anchored(directory_ca.read_bytes())
    except (OSError, ValueError) as error:
        raise RingdeskError(Why("server_unproved", {"file": str(directory_ca)})) from error


def anchored(anchor: bytes) -> ssl.SSLContext:
    """Trusts one certificate (PEM) that the enrolment code named, the server's own or one above it; or, if `anchor` is
    `SYSTEM`, what the system trusts. The host name counts either way. Raises `ValueError`, `ssl.SSLError` (an `OSError`)."""
    if anchor == SYSTEM:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # the named one need not be the root
    context.load_verify_locations(cadata=anchor.decode("ascii"))
    return context


def strangers() -> ssl.SSLContext:
    """Trusts nobody in particular: for the one look at the CA certificate that the enrolment code then judges."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@asynccontextmanager
async def opened(url: str, context: ssl.SSLContext | None) -> AsyncIterator[Socket]:
    """A line to the server, closed at the end. Raises `Unreachable`."""
    opening = connect(
        url,
        ssl=context,
        subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
        compression=None,
        ping_interval=None,
        open_timeout=OPEN_SECONDS,
        close_timeout=CLOSE_SECONDS,
        max_size=limits.FRAME_CAP,
        proxy=None,
        create_connection=_Connection,
    )
    try:
        connection = await opening
    except (OSError, InvalidHandshake, InvalidURI, EOFError, TimeoutError) as error:
        raise Unreachable(await reason(error, url)) from error
    if not isinstance(connection, _Connection):
        raise TypeError("the library made another connection than the one it was told to")
    try:
        yield Socket(connection)
    finally:
        await asyncio.shield(asyncio.ensure_future(connection.close()))


async def expect_reachable(url: str) -> None:
    """Raises `Unreachable` where nothing answers at a server's whole address; who answers is not asked."""
    parts = addressed(url)
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            _reader, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError) as error:
        raise Unreachable(await reason(error, url)) from error
    writer.close()


async def reason(error: Exception, url: str) -> Why:
    """What to do about a line that could not be opened."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Why("uplink_stranger", {"host": urlsplit(url).hostname or "", "said": error.verify_message})
    return await _reason(error, url)


async def _reason(error: Exception, url: str) -> Why:
    parts = urlsplit(url)
    where = parts.netloc
    broken = isinstance(error, (ConnectionResetError, EOFError))
    if parts.scheme == "wss" and (broken or getattr(error, "reason", "") == "WRONG_VERSION_NUMBER"):
        return Why("uplink_plain", {"where": where})
    if parts.scheme == "ws" and isinstance(error, (InvalidMessage, EOFError, ConnectionResetError)):
        if await _speaks_tls(parts):
            return Why("uplink_tls", {"where": where})
        return Why("uplink_other", {"where": where})
    if isinstance(error, InvalidStatus) and error.response.status_code in (403, 404):
        return Why("uplink_http", {"where": where, "status": str(error.response.status_code)})
    if isinstance(error, ConnectionRefusedError) or _all_refused(error):
        return Why("uplink_refused", {"where": where})
    if isinstance(error, socket.gaierror):
        return Why("uplink_no_host", {"host": parts.hostname or ""})
    if isinstance(error, TimeoutError):
        return Why("uplink_late", {"where": where})
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ssl.SSLError):
        return Why("uplink_broken", {"where": where, "said": error.strerror})
    said = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return Why("uplink_foreign", {"where": where, "said": said})


def _all_refused(error: Exception) -> bool:
    """Several addresses of one host: asyncio puts their errors into one without a number."""
    return isinstance(error, OSError) and error.errno is None and "Connect call failed" in str(error)


async def _speaks_tls(parts: SplitResult) -> bool:
    """Whether TLS would have been right: a server answers nothing in the clear."""
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 80, ssl=strangers())
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
