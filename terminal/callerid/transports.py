"""Opens the port of a source. `serial` and `rfc2217` are pyserial's, the rest is in `network`."""

import os
from contextlib import suppress
from typing import Final

import serial

from ringdesk.why import Why
from terminal.callerid.network import TcpPort, UdpPort
from terminal.callerid.ports import CHUNK, FAILURES, WRITE_SECONDS, Bell, Port, PortError, cannot_open
from terminal.callerid.source import SourceSpec, Transport

_POLL_SECONDS: Final = 0.25
"""How long a read lasts where `wake` cannot end it (serial ports of Windows, rfc2217)."""


def open_port(spec: SourceSpec) -> Port:
    """Open the port of a live source. Blocks for up to some seconds on a network. Raises PortError."""
    try:
        match spec.transport:
            case Transport.SOCKET | Transport.TCP:
                return TcpPort(spec)
            case Transport.UDP:
                return UdpPort(spec)
            case Transport.SERIAL if os.name == "posix":
                return _SerialPort(spec)
        return _PolledPort(spec)
    except FAILURES as error:
        raise cannot_open(spec.address, error, listens=spec.transport is Transport.UDP) from error


class _SerialPort:
    """A serial port that select can watch (POSIX)."""

    peer: str | None = None

    def __init__(self, spec: SourceSpec) -> None:
        self._address = spec.address
        self._serial = serial.Serial(
            spec.path, baudrate=spec.baud, timeout=0, write_timeout=WRITE_SECONDS, exclusive=True
        )
        self._bell = Bell()

    def read(self, timeout: float) -> bytes:
        try:
            if self._bell.wait(self._serial.fileno(), timeout):
                return self._serial.read(CHUNK)
        except FAILURES as error:
            raise _lost_serial(self._address, error) from error
        return b""

    def write(self, data: bytes, peer: str | None = None) -> None:
        try:
            self._serial.write(data)
        except FAILURES as error:
            raise _lost_serial(self._address, error) from error

    def wake(self) -> None:
        self._bell.ring()

    def close(self) -> None:
        with suppress(*FAILURES):
            self._serial.close()
        self._bell.close()


class _PolledPort:
    """A port that pyserial reads in slices of time: serial on Windows, rfc2217 (its own thread fills a queue)."""

    peer: str | None = None

    def __init__(self, spec: SourceSpec) -> None:
        self._address = spec.address
        self._remote = spec.transport is Transport.RFC2217
        where = f"rfc2217://{spec.address}" if self._remote else spec.path
        # rfc2217 refuses a write time-out; Windows opens ports exclusively by itself
        write_timeout = None if self._remote else WRITE_SECONDS
        self._serial = serial.serial_for_url(
            where, baudrate=spec.baud, timeout=_POLL_SECONDS, write_timeout=write_timeout
        )

    def read(self, timeout: float) -> bytes:
        """At least one slice: a new `timeout` would make pyserial configure the port anew."""
        try:
            data = self._serial.read(1)
            return data + self._serial.read(min(self._serial.in_waiting, CHUNK - 1)) if data else b""
        except FAILURES as error:
            raise self._lost(error) from error

    def write(self, data: bytes, peer: str | None = None) -> None:
        try:
            self._serial.write(data)
        except FAILURES as error:
            raise self._lost(error) from error

    def wake(self) -> None:
        """Nothing to do: a read ends by itself within a quarter of a second."""

    def close(self) -> None:
        # after a reset pyserial's close leaves the socket open
        inner = getattr(self._serial, "_socket", None)
        with suppress(*FAILURES):
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
