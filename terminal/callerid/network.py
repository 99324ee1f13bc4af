"""Ports of the network: TCP connections, also inside TLS, and UDP sockets on which anybody may send.

A TCP connection is our own few lines: pyserial's class for it (3.5) throws away what the peer sent at the opening, sleeps
0.3 s at the close, and leaks the socket after a reset.
"""

import errno
import re
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any, Final

from ringdesk.safetext import SafeText
from ringdesk.why import Why
from terminal.callerid.ports import CHUNK, FAILURES, WRITE_SECONDS, Bell, PortError
from terminal.callerid.source import SourceSpec

LONGEST_DATAGRAM: Final = 65_536
"""Bytes: more than any UDP datagram can carry (65,507 over IPv4), so that none is cut off unseen."""

_CONNECT_SECONDS: Final = 5.0
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4), ("TCP_USER_TIMEOUT", 60_000))
"""A quiet line may say nothing for days; a device server that lost its power is noticed after two minutes, and one that
confirms nothing of what is sent to it (RFC 5482) after one."""
_PLAIN: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
"""What OpenSSL makes of bytes that are no TLS record."""
_RECEIVE_BUFFER: Final = 262_144
"""Bytes of datagrams that may wait; what comes beyond them is lost, as a flood should be."""
_PORT: Final = re.compile(r"[0-9]{1,5}")
_MOST_LOOKUPS: Final = 2
"""Names that are asked for at once; a name service that is down must not pile up threads."""


class TcpPort:
    """A connection to `host:port`."""

    peer: str | None = None

    def __init__(self, spec: SourceSpec) -> None:
        self._address = spec.address
        self._socket = socket.create_connection((spec.host, spec.port), timeout=_CONNECT_SECONDS)
        try:
            with suppress(OSError):  # macOS: EINVAL when the peer has reset already; the first read says so better
                _keep_alive(self._socket)
            if spec.tls:
                self._socket = _encrypted(self._socket, spec)
            self._socket.settimeout(WRITE_SECONDS)
            self._bell = Bell()
        except BaseException:
            self._socket.close()
            raise

    def read(self, timeout: float) -> bytes:
        """Up to `CHUNK` bytes."""
        try:
            if not self._pending and not self._bell.wait(self._socket.fileno(), timeout):
                return b""
            data = self._socket.recv(CHUNK)
        except TimeoutError as error:
            if _confirms_nothing(error):
                raise PortError(Why("port_silent", {"port": self._address}), str(error)) from error
            return b""  # a part of a TLS record: its rest is still on the way
        except FAILURES as error:
            raise PortError(Why("port_closed", {"port": self._address}), str(error)) from error
        if not data:
            raise PortError(Why("port_closed", {"port": self._address}))
        return data

    @property
    def _pending(self) -> bool:
        """Whether bytes are there that the socket has given already: a TLS record is larger than a read."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def write(self, data: bytes, peer: str | None = None) -> None:
        """All of it, to the one peer."""
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            code = "port_silent" if _confirms_nothing(error) else "port_hangs"
            raise PortError(Why(code, {"port": self._address}), str(error)) from error
        except FAILURES as error:
            raise PortError(Why("port_closed", {"port": self._address}), str(error)) from error

    def wake(self) -> None:
        """End the read."""
        self._bell.ring()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
        self._bell.close()


def _confirms_nothing(error: TimeoutError) -> bool:
    """The operating system gave the connection up; our own time-outs have no number."""
    return error.errno == errno.ETIMEDOUT


def _encrypted(connection: socket.socket, spec: SourceSpec) -> ssl.SSLSocket:
    """TLS of 1.2 or newer with a peer whose certificate bears the name that was asked for."""
    try:
        context = ssl.create_default_context(cafile=spec.ca)
    except (OSError, ssl.SSLError) as error:
        raise PortError(Why("port_ca_unread", {"path": spec.ca or ""}), str(error)) from error
    try:
        return context.wrap_socket(connection, server_hostname=spec.host)
    except ssl.SSLCertVerificationError as error:
        args = {"port": spec.address, "reason": SafeText(error.verify_message)}
        raise PortError(Why("port_untrusted", args), str(error)) from error
    except (ssl.SSLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or str(error)
        code = "port_plain" if reason in _PLAIN else "port_no_tls"
        raise PortError(Why(code, {"port": spec.address, "reason": SafeText(reason)}), str(error)) from error


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class UdpPort:
    """A bound socket that hears whoever sends to it, and answers from the same port.

    Without a host it hears at all IPv4 addresses, broadcasts on every network card among them; `[::]` is all of IPv6.
    """

    def __init__(self, spec: SourceSpec) -> None:
        self.peer: str | None = None
        kinds = socket.getaddrinfo(spec.host or "0.0.0.0", spec.port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)  # noqa: S104
        self._family, address = kinds[0][0], kinds[0][4]
        self._socket = socket.socket(self._family, socket.SOCK_DGRAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            if self._family == socket.AF_INET6:
                self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self._socket.bind(address)
            self._socket.settimeout(0)
            self._bell = Bell()
        except BaseException:
            self._socket.close()
            raise
        self._address = spec.address
        self._lookups = threading.Semaphore(_MOST_LOOKUPS)

    def read(self, timeout: float) -> bytes:
        """One datagram, whole; an empty one is nothing."""
        try:
            if not self._bell.wait(self._socket.fileno(), timeout):
                return b""
            data, sender = self._socket.recvfrom(LONGEST_DATAGRAM)
        except (BlockingIOError, ConnectionError):
            # a wrong checksum; what an earlier answer met at a peer that is gone (ICMP)
            return b""
        except FAILURES as error:
            raise PortError(Why("port_failed", {"port": self._address}), str(error)) from error
        self.peer = f"[{sender[0]}]:{sender[1]}" if ":" in sender[0] else f"{sender[0]}:{sender[1]}"
        return data

    def write(self, data: bytes, peer: str | None = None) -> None:
        """One datagram to `peer` (`host:port`, `[v6]:port`). A name is asked for aside, so that a slow name service makes no
        caller wait; where there is none the datagram is lost, and its dialect repeats it."""
        host, colon, port = (peer or "").rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not _PORT.fullmatch(port) or int(port) > 65_535:
            return
        try:
            found = socket.getaddrinfo(
                host, int(port), self._family, socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
            )
        except (OSError, UnicodeError):
            if self._lookups.acquire(blocking=False):
                threading.Thread(target=self._look_up, args=(data, host, int(port)), daemon=True).start()
            return
        self._send(data, found[0][4])

    def _look_up(self, data: bytes, host: str, port: int) -> None:
        try:
            with suppress(OSError, UnicodeError):
                found = socket.getaddrinfo(host, port, self._family, socket.SOCK_DGRAM)
                self._send(data, found[0][4])
        finally:
            self._lookups.release()

    def _send(self, data: bytes, address: tuple[Any, ...]) -> None:
        """Whatever hinders it (no way there, nobody at home, too large), the next datagram may get through."""
        with suppress(OSError, OverflowError):
            self._socket.sendto(data, address)

    def wake(self) -> None:
        """End the read."""
        self._bell.ring()

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()
        self._bell.close()
