"""What every open port can do, and what goes wrong with one, in words."""

import errno
import os
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Protocol

from ringdesk.errors import RingdeskError
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

if sys.platform == "win32":
    FAILURES: Final = (OSError, ValueError)
else:
    import termios

    FAILURES: Final = (OSError, ValueError, termios.error)
"""What opening, reading and writing raise: the operating system's errors, pyserial's are among them."""

CHUNK: Final = 4096
"""Bytes of one read of a stream, at most: with one read at a time this bounds the memory that a flood can take."""

WRITE_SECONDS: Final = 2.0
"""Seconds that a peer may take no bytes."""

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
        "port_refused": "nothing listens at {port}; start the device server or the exchange, or correct the address",
        "port_unreachable": "{port} cannot be reached; check the address, the network and the device's power",
        "port_unknown_host": "the name in {port} leads nowhere; check its spelling, or write the IP address",
        "port_closed": "{port} closed the connection; check the device server or the exchange",
        "port_stuck": "{port} takes no bytes; unplug the device and plug it in again",
        "port_hangs": "{port} takes no bytes any more; the connection is made anew, check the program that listens there",
        "port_silent": "{port} fell silent: it confirms nothing any more; check the network and the device's power",
        "port_no_serial": "{port} is no serial port; `ringdesk doctor` lists the ports that there are",
        "port_not_allowed": "this user may not listen at {port}; choose a port above 1023",
        "port_not_here": "{port} is no address of this machine; leave the host out to hear at all addresses, as in `udp://:3520`",
        "port_untrusted": (
            "the certificate of {port} is not to be trusted ({reason}); correct the name or the clock, or name the authority"
            " that signed it with `ca=FILE`"
        ),
        "port_no_tls": "{port} does not speak TLS as asked for ({reason}); correct the port, or drop `tls=1`",
        "port_plain": "{port} speaks plain text, no TLS: name its TLS port, or drop `tls=1`",
        "port_ca_unread": "the certificates in {path} cannot be read; check that it is there, may be read and holds certificates",
        "port_empty": "{port} is there, but no device is behind it; choose another port, `ringdesk doctor` lists them",
        "port_failed": "{port} cannot be used; check the device, its cable and its settings",
    }
)


class PortError(RingdeskError):
    """A port cannot be opened, or is lost.

    Attributes:
        why: the reason, one of the `port_` codes.
        detail: what the operating system said.
    """

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(why)
        self.why: Why = why
        self.detail = SafeText(detail) or None


class Port(Protocol):
    """An open port. Every call but `wake` belongs to one thread."""

    @property
    def peer(self) -> str | None:
        """Who sent what was read last, as `host:port`; None where there is only one peer."""

    def read(self, timeout: float) -> bytes:
        """Wait up to `timeout` seconds for bytes: up to `CHUNK` of a stream, or one whole datagram; empty when none came or
        `wake` was called.

        Raises PortError: the port is lost.
        """

    def write(self, data: bytes, peer: str | None = None) -> None:
        """Send all of it, as one datagram to `peer` where there are several. A datagram may get lost, and one to nobody is.

        Raises PortError: the port is lost, or takes no bytes for some seconds.
        """

    def wake(self) -> None:
        """End the read that waits, or the next one. From any thread."""

    def close(self) -> None:
        """Give the port back; never raises."""


class Bell:
    """Ends a select from another thread. A socket pair, because Windows selects sockets only."""

    def __init__(self) -> None:
        self._hears, self._rings = socket.socketpair()
        self._rings.settimeout(0)

    def wait(self, watched: int, timeout: float) -> bool:
        """Whether `watched` has something within `timeout` seconds; a rung bell stays rung."""
        ready, _, _ = select.select([watched, self._hears.fileno()], [], [], timeout)
        return watched in ready

    def ring(self) -> None:
        """From any thread."""
        with suppress(OSError):
            self._rings.send(b"!")

    def close(self) -> None:
        """Give the sockets back."""
        self._hears.close()
        self._rings.close()


_OPENING: Final[dict[int, str]] = {
    errno.ENOENT: "port_missing",
    errno.ENODEV: "port_missing",
    errno.ENXIO: "port_missing",
    errno.EACCES: "port_no_permission",
    errno.EPERM: "port_no_permission",
    errno.EBUSY: "port_in_use",
    errno.EAGAIN: "port_in_use",
    errno.EADDRINUSE: "port_in_use",
    errno.EADDRNOTAVAIL: "port_not_here",
    errno.ECONNREFUSED: "port_refused",
    errno.ETIMEDOUT: "port_unreachable",
    errno.EHOSTUNREACH: "port_unreachable",
    errno.ENETUNREACH: "port_unreachable",
    errno.EIO: "port_empty",
    errno.EISDIR: "port_no_serial",
    errno.ENOTTY: "port_no_serial",
}
_WINDOWS: Final = (("FileNotFoundError", "port_missing"), ("PermissionError", "port_in_use"))
"""pyserial on Windows hands on the text of the error only; access denied there means that somebody has the port."""


def cannot_open(address: str, error: Exception, *, listens: bool = False) -> PortError:
    """The error of the operating system in words; `listens`: the port waits for others and asks no device."""
    detail = str(error)
    code = next(filter(None, map(_code, _chain(error))), None)
    if code is None and os.name == "nt":
        code = next((code for text, code in _WINDOWS if text in detail), None)
    if code == "port_no_permission":
        linux = os.name == "posix" and os.uname().sysname == "Linux"
        code = "port_not_allowed" if listens else "port_no_permission_linux" if linux else code
    if code is None or (code == "port_not_here" and not listens):
        return PortError(Why("port_failed", {"port": address}), detail)
    return PortError(Why(code, {"port": address}), detail)


def _code(error: BaseException) -> str | None:
    if isinstance(error, socket.gaierror | UnicodeError):  # UnicodeError: a name that no name service can be asked for
        return "port_unknown_host"
    if isinstance(error, TimeoutError):
        return "port_unreachable"
    number = error.args[0] if error.args and isinstance(error.args[0], int) else None
    return None if number is None else _OPENING.get(number)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """pyserial wraps: the number of the operating system is in the error or in one behind it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
