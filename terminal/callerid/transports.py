"""One open port: bytes in, bytes out, and what went wrong in words. Every call but `wake` belongs to one thread.

`serial` and `rfc2217` are pyserial's. `socket` is a plain TCP socket: pyserial's own class for it (3.5) throws away what
the peer sent at the opening, sleeps 0.3 s at the close, and leaks the socket after a reset.
"""

import errno
import os
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Protocol

import serial

from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register
from terminal.callerid.source import SourceSpec, Transport

if sys.platform == "win32":
    _FAILURES: Final = (OSError, ValueError)
else:
    import termios

    _FAILURES: Final = (OSError, ValueError, termios.error)

CHUNK: Final = 4096
"""Bytes of one read, at most: with one read at a time this bounds the memory that a flood can take."""

_CONNECT_SECONDS: Final = 5.0
_WRITE_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 0.25
"""How long a read lasts where `wake` cannot end it (serial ports of Windows, rfc2217)."""
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
"""A quiet line may say nothing for days; a device server that lost its power is noticed after two minutes."""

register(
    {
        "port_missing": "{port} does not exist; plug the device in, `ringdesk doctor` lists the ports that there are",
        "port_unplugged": "{port} was unplugged; plug it in again",
        "port_in_use": "{port} is in use by another program; close that program",
        "port_no_permission": "this user may not open {port}; ask the administrator for access to it",
        "port_no_permission_linux": (
            "this user may not open {port}; run `sudo usermod -aG dialout $USER` (add the user to group dialout),"
            " then log in again"
        ),
        "port_refused": "nothing listens at {port}; start the device server or correct the address",
        "port_unreachable": "{port} cannot be reached; check the address, the network and the device's power",
        "port_closed": "{port} closed the connection; check the device server",
        "port_stuck": "{port} takes no bytes; unplug the device and plug it in again",
        "port_no_serial": "{port} is no serial port; `ringdesk doctor` lists the ports that there are",
        "port_failed": "{port} cannot be used ({reason}); check the device and its settings",
    }
)


class PortError(RingdeskError):
    """A port cannot be opened, or is lost.

    Attributes:
        why: the reason, one of the `port_` codes.
        detail: what the operating system said.
    """

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(why.english())
        self.why = why
        self.detail = SafeText(detail) or None


class Port(Protocol):
    """An open port."""

    def read(self, timeout: float) -> bytes:
        """Wait up to `timeout` seconds for bytes; up to `CHUNK`, empty when none came or `wake` was called.

        Raises PortError: the port is lost.
        """

    def write(self, data: bytes) -> None:
        """Send all of it. Raises PortError: the port is lost, or takes no bytes for some seconds."""

    def wake(self) -> None:
        """End the read that waits, or the next one. From any thread."""

    def close(self) -> None:
        """Give the port back; never raises."""


def open_port(spec: SourceSpec) -> Port:
    """Open the port of a live source. Blocks for up to some seconds on a network. Raises PortError."""
    try:
        if spec.transport is Transport.SOCKET:
            return _SocketPort(spec)
        if spec.transport is Transport.SERIAL and os.name == "posix":
            return _SerialPort(spec)
        return _PolledPort(spec)
    except _FAILURES as error:
        raise _cannot_open(spec.address, error) from error


class _Bell:
    """Ends a select from another thread. A socket pair, because Windows selects sockets only."""

    def __init__(self) -> None:
        self._hears, self._rings = socket.socketpair()
        self._rings.settimeout(0)

    def wait(self, watched: int, timeout: float) -> bool:
        """Whether `watched` has something within `timeout` seconds; a rung bell stays rung."""
        ready, _, _ = select.select([watched, self._hears.fileno()], [], [], timeout)
        return watched in ready

    def ring(self) -> None:
        with suppress(OSError):
            self._rings.send(b"!")

    def close(self) -> None:
        self._hears.close()
        self._rings.close()


class _SocketPort:
    def __init__(self, spec: SourceSpec) -> None:
        self._address = spec.address
        self._socket = socket.create_connection((spec.host, spec.port), timeout=_CONNECT_SECONDS)
        self._socket.settimeout(_WRITE_SECONDS)
        with suppress(OSError):  # macOS: EINVAL when the peer has reset already; the first read says so better
            _keep_alive(self._socket)
        self._bell = _Bell()

    def read(self, timeout: float) -> bytes:
        try:
            if not self._bell.wait(self._socket.fileno(), timeout):
                return b""
            data = self._socket.recv(CHUNK)
        except _FAILURES as error:
            raise PortError(Why("port_closed", {"port": self._address}), str(error)) from error
        if not data:
            raise PortError(Why("port_closed", {"port": self._address}))
        return data

    def write(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise PortError(Why("port_stuck", {"port": self._address}), str(error)) from error
        except _FAILURES as error:
            raise PortError(Why("port_closed", {"port": self._address}), str(error)) from error

    def wake(self) -> None:
        self._bell.ring()

    def close(self) -> None:
        self._socket.close()
        self._bell.close()


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE:
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class _SerialPort:
    """A serial port that select can watch (POSIX)."""

    def __init__(self, spec: SourceSpec) -> None:
        self._address = spec.address
        self._serial = serial.Serial(
            spec.path, baudrate=spec.baud, timeout=0, write_timeout=_WRITE_SECONDS, exclusive=True
        )
        self._bell = _Bell()

    def read(self, timeout: float) -> bytes:
        try:
            if self._bell.wait(self._serial.fileno(), timeout):
                return self._serial.read(CHUNK)
        except _FAILURES as error:
            raise _lost_serial(self._address, error) from error
        return b""

    def write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except _FAILURES as error:
            raise _lost_serial(self._address, error) from error

    def wake(self) -> None:
        self._bell.ring()

    def close(self) -> None:
        with suppress(*_FAILURES):
            self._serial.close()
        self._bell.close()


class _PolledPort:
    """A port that pyserial reads in slices of time: serial on Windows, rfc2217 (its own thread fills a queue)."""

    def __init__(self, spec: SourceSpec) -> None:
        self._address = spec.address
        self._remote = spec.transport is Transport.RFC2217
        where = f"rfc2217://{spec.address}" if self._remote else spec.path
        # rfc2217 refuses a write time-out; Windows opens ports exclusively by itself
        write_timeout = None if self._remote else _WRITE_SECONDS
        self._serial = serial.serial_for_url(
            where, baudrate=spec.baud, timeout=_POLL_SECONDS, write_timeout=write_timeout
        )

    def read(self, timeout: float) -> bytes:
        """At least one slice: a new `timeout` would make pyserial configure the port anew."""
        try:
            data = self._serial.read(1)
            return data + self._serial.read(min(self._serial.in_waiting, CHUNK - 1)) if data else b""
        except _FAILURES as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except _FAILURES as error:
            raise self._lost(error) from error

    def wake(self) -> None:
        """Nothing to do: a read ends by itself within a quarter of a second."""

    def close(self) -> None:
        # after a reset pyserial's close leaves the socket open
        inner = getattr(self._serial, "_socket", None)
        with suppress(*_FAILURES):
            self._serial.close()
        if inner is not None:
            inner.close()

    def _lost(self, error: Exception) -> PortError:
        if self._remote:
            return PortError(Why("port_closed", {"port": self._address}), str(error))
        return _lost_serial(self._address, error)


def _lost_serial(address: str, error: Exception) -> PortError:
    """A write that timed out is a stuck device; anything else on an open serial port means that it went away."""
    code = "port_stuck" if isinstance(error, serial.SerialTimeoutException) else "port_unplugged"
    return PortError(Why(code, {"port": address}), str(error))


_OPENING: Final[dict[int, str]] = {
    errno.ENOENT: "port_missing",
    errno.ENODEV: "port_missing",
    errno.ENXIO: "port_missing",
    errno.EACCES: "port_no_permission",
    errno.EPERM: "port_no_permission",
    errno.EBUSY: "port_in_use",
    errno.EAGAIN: "port_in_use",
    errno.ECONNREFUSED: "port_refused",
    errno.ETIMEDOUT: "port_unreachable",
    errno.EHOSTUNREACH: "port_unreachable",
    errno.ENETUNREACH: "port_unreachable",
    errno.EISDIR: "port_no_serial",
    errno.ENOTTY: "port_no_serial",
}
_WINDOWS: Final = (("FileNotFoundError", "port_missing"), ("PermissionError", "port_in_use"))
"""pyserial on Windows hands on the text of the error only; access denied there means that somebody has the port."""


def _cannot_open(address: str, error: Exception) -> PortError:
    detail = str(error)
    code = next(filter(None, map(_code, _chain(error))), None)
    if code is None and os.name == "nt":
        code = next((code for text, code in _WINDOWS if text in detail), None)
    if code == "port_no_permission" and os.name == "posix" and os.uname().sysname == "Linux":
        code = "port_no_permission_linux"
    if code is None:
        return PortError(Why("port_failed", {"port": address, "reason": SafeText(detail)}), detail)
    return PortError(Why(code, {"port": address}), detail)


def _code(error: BaseException) -> str | None:
    if isinstance(error, TimeoutError | socket.gaierror):
        return "port_unreachable"
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    return None if number is None else _OPENING.get(number)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """pyserial wraps: the number of the operating system is in the error or in one behind it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
