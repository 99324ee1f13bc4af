"""An NCID server that is not there (NCID API 1.5): greets, answers whether it is there, and tells of a gateway's calls."""

from datetime import UTC, datetime
from typing import Final

from ringdesk.simulators import Incoming, Plan

_GREETING: Final = (
    b"200 Server: Ringdesk (simulated)\r\n210 API: 1.5 Feature Set 1 2 3 4 5\r\n"
    b"252 Call log empty\r\n300 End of connection startup\r\n"
)
_THERE: Final = b"ACK: REQ: YO\r\n403 Start of data defining permitted requests\r\n411 End of response\r\n"
_LINE: Final = "VOIP"
_LONGEST: Final = 4096


class SimulatedNcid:
    """One server."""

    hears = True
    hangs_up = False

    def __init__(self) -> None:
        self._plan = Plan()
        self._rest = b""
        self._greeted = False

    @property
    def ready(self) -> bool:
        """Whether somebody was greeted."""
        return self._greeted

    @property
    def next_due(self) -> float | None:
        """When the next line is written."""
        return self._plan.next_due

    def opened(self, now: float) -> bytes:
        """The greeting, up to its end."""
        self._rest, self._greeted = b"", True
        return _GREETING

    def received(self, data: bytes, now: float) -> bytes:
        """Lines of the client, of which one asks for an answer."""
        *lines, self._rest = (self._rest + data)[-_LONGEST:].split(b"\n")
        return _THERE * sum(line.strip() == b"REQ: YO" for line in lines)

    def due(self, now: float) -> bytes:
        """One line."""
        return self._plan.take(now)

    def call(self, call: Incoming, now: float) -> float:
        """A call of a gateway: its caller at once, at the end how it ended."""
        number = call.shown or ("PRIVATE" if call.private else "OUT-OF-AREA")
        name = (call.name or "NO NAME") if call.shown else number
        ended = now + call.rings_for + (0 if call.answer is None else call.talk)
        kind, rings = ("CANCEL", -1) if call.answer is None else ("BYE", -2)
        who = f"LINE*{_LINE}*NMBR*{number}*"
        self._say(now, f"CID: *DATE*{_day(now):%m%d%Y}*TIME*{_day(now):%H%M}*{who}MESG*NONE*NAME*{name}*")
        self._say(ended, f"CIDINFO: *LINE*{_LINE}*RING*{rings}*TIME*{_day(ended):%H:%M:%S}*")
        times = f"SCALL*{_day(now):%m/%d/%Y %H:%M:%S}*ECALL*{_day(ended):%m/%d/%Y %H:%M:%S}"
        day = f"DATE*{_day(ended):%m%d%Y}*TIME*{_day(ended):%H%M}"
        self._say(ended, f"END: *HTYPE*{kind}*{day}*{times}*CTYPE*IN*{who}NAME*{name}*")
        return ended - now

    def _say(self, at: float, line: str) -> None:
        self._plan.add(at, f"{line}\r\n".encode())


def _day(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
