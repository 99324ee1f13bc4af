"""A modem that is not there: speaks the dialect of a USR or Conexant modem with caller ID, and rings when told to.

Pure: commands go in, answers come out; a call is a plan of bytes that `due` hands out. A modem that has not been set up
rings without data, as real ones do.
"""

import re
from datetime import UTC, datetime
from typing import Final

import msgspec

from ringdesk.calls import Presentation
from ringdesk.codecs import callerid
from ringdesk.simulators import Incoming

_COMMAND: Final = re.compile(
    r"(?P<name>[+#*%$\-][A-Z]+\d*)(?P<rest>=\?|\?|=[^;+#*%$]*)?;?"
    r"|(?P<register>S\d+)(?P<value>=\d+|\?)"
    r"|(?P<basic>&?[A-Z]\d*)"
)
_LETTER: Final = {Presentation.PRIVATE: "P", Presentation.UNAVAILABLE: "O", Presentation.PAYPHONE: "C"}
_MAX_COMMAND: Final = 256


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of modem.

    `enable` are the extended commands that it knows; with one of `_SWITCHES` among them it has caller ID. `voice_only`: it
    reports in voice class (`+FCLASS=8`) alone. `forgets`: a reset switches caller ID off. `answers` False: it is dead.
    `before_ring`: data comes before the first ring (Europe). `spaced`: raw packets come 16 bytes a line after `+VCIDR:`.
    """

    enable: frozenset[str] = frozenset({"+VCID"})
    identity: str = "5601"
    firmware: str = "U.S. Robotics 56K FAX USB V1.2.23"
    voice_only: bool = False
    forgets: bool = True
    answers: bool = True
    before_ring: bool = False
    spaced: bool = False
    line_end: bytes = b"\r\n"
    encoding: str = "utf-8"


_SWITCHES: Final = {"+VCID": None, "#CID": None, "#CC1": 1, "*ID1": 1, "%CCID": None, "$JSCID": 1, "+CLIP": None}
"""Commands that switch caller ID: the mode they set, None for the one they are given."""


class _Planned(msgspec.Struct, frozen=True, order=True):
    """Bytes at a time; `caller` instead of bytes is told in the mode that holds then."""

    at: float
    order: int
    caller: "_Caller | None" = None


class _Caller(msgspec.Struct, frozen=True, order=True):
    number: str
    name: str


class SimulatedModem:
    """One modem on one line."""

    hears = True
    hangs_up = False

    def __init__(self, model: Model = Model()) -> None:  # noqa: B008 -- frozen
        self._model = model
        self._command = bytearray()
        self._plan: list[_Planned] = []
        self._made = 0
        self._mode = 0
        self._registers = {0: 0}
        self._voice = False
        self._echo = self._verbose = True
        self._quiet = False

    @property
    def mode(self) -> int:
        """Caller ID: 0 off, 1 formatted, 2 raw."""
        return self._mode

    @property
    def ready(self) -> bool:
        """Whether caller ID is switched on."""
        return self._mode > 0

    @property
    def auto_answer(self) -> int:
        """S0: after how many rings it would pick up; 0 is never."""
        return self._registers[0]

    @property
    def next_due(self) -> float | None:
        """When `due` has something to say."""
        return min(self._plan).at if self._plan else None

    def opened(self, now: float) -> bytes:
        """Nothing: a modem waits to be spoken to, and does not notice who opens its port."""
        return b""

    def received(self, data: bytes, now: float) -> bytes:
        """The echo and the answers to what the terminal sent."""
        if not self._model.answers:
            return b""
        said = bytearray()
        for byte in data:
            if self._echo:
                said.append(byte)
            if byte != 0x0D:
                self._command.append(byte)
                del self._command[:-_MAX_COMMAND]
                continue
            text = self._command.decode("ascii", "replace").strip().upper()
            self._command.clear()
            if text.startswith("AT"):
                said += self._run(text[2:].replace(" ", ""))
        return bytes(said)

    def ring(
        self,
        number: str | None,
        name: str | None = None,
        presentation: Presentation = Presentation.SHOWN,
        rings: int = 4,
        cadence: float = 6.0,
        *,
        now: float,
    ) -> None:
        """A call comes: `rings` rings every `cadence` seconds, the data between the first two (or before the first).

        A number that is not shown, or None, is told as its letter. No rings at all: only the data.
        """
        letter = _LETTER.get(presentation, "O")
        shown = number if number is not None and presentation is Presentation.SHOWN else letter
        caller = _Caller(shown, name if name is not None else "" if shown == number else letter)
        first = now + 1.0 if self._model.before_ring else now
        self._add(now if self._model.before_ring else now + min(2.0, cadence / 2), caller)
        for index in range(rings):
            self._add(first + index * cadence, None)

    def call(self, call: Incoming, now: float) -> float:
        """A call comes; the seconds to its last ring, and until it is told who calls where there is no second."""
        self.ring(call.number, call.name, call.presentation, rings=call.rings, cadence=call.cadence, now=now)
        return max((call.rings - 1) * call.cadence, call.told_after)

    def hang_up(self) -> None:
        """The caller gives up, or somebody picks up elsewhere: nothing more comes of the calls that ring."""
        self._plan.clear()

    def due(self, now: float) -> bytes:
        """What the line has done up to now."""
        said = bytearray()
        for planned in sorted(self._plan):
            if planned.at > now:
                break
            self._plan.remove(planned)
            said += self._line("RING") if planned.caller is None else self._data(planned.caller, planned.at)
        return bytes(said)

    def _add(self, at: float, caller: _Caller | None) -> None:
        self._made += 1
        self._plan.append(_Planned(at, self._made, caller))

    def _line(self, text: str | bytes) -> bytes:
        end = self._model.line_end
        return end + (text.encode("ascii") if isinstance(text, str) else text) + end

    def _data(self, caller: _Caller, at: float) -> bytes:
        name = caller.name.encode(self._model.encoding, "replace")
        when = datetime.fromtimestamp(at, UTC)
        if self._mode == 1:
            fields = [
                f"DATE = {when:%m%d}".encode(),
                f"TIME = {when:%H%M}".encode(),
                f"NMBR = {caller.number}".encode(),
            ]
            fields += [b"NAME = " + name] if name else []
            return self._line(self._model.line_end.join(fields))
        return self._packet(caller.number.encode(), name, f"{when:%m%d%H%M}".encode()) if self._mode == 2 else b""

    def _packet(self, number: bytes, name: bytes, when: bytes) -> bytes:
        absent = number.decode() in callerid.ABSENT
        parameters = [(0x01, when), (0x04 if absent else 0x02, number)]
        parameters += [(0x08 if absent else 0x07, name[:50])] if name else []
        packet = callerid.encode(callerid.MDMF_CALL, callerid.encode_parameters(tuple(parameters)))
        if not self._model.spaced:
            return self._line(packet.hex().upper())
        rows = [packet[at : at + 16].hex(" ").upper() for at in range(0, len(packet), 16)]
        return self._line("+VCIDR:" + "".join(self._model.line_end.decode() + row for row in rows))

    def _run(self, text: str) -> bytes:
        said = bytearray()
        while text:
            match = _COMMAND.match(text)
            if match is None:
                return bytes(said) + self._result(ok=False)
            text = text[match.end() :]
            answer = self._do(match)
            if answer is None:
                return bytes(said) + self._result(ok=False)
            said += self._line(answer) if answer else b""
        return bytes(said) + self._result(ok=True)

    def _result(self, *, ok: bool) -> bytes:
        if self._quiet:
            return b""
        return self._line("OK" if ok else "ERROR") if self._verbose else (b"0\r" if ok else b"4\r")

    def _do(self, command: re.Match[str]) -> str | None:
        """Run one command: what it prints, None if it is unknown."""
        if command["name"]:
            return self._extended(command["name"], command["rest"] or "")
        if command["basic"]:
            return self._basic(command["basic"])
        register, value = int(command["register"][1:]), command["value"]
        if value == "?":
            return f"{self._registers.get(register, 0):03}"
        self._registers[register] = int(value[1:])
        return ""

    def _basic(self, name: str) -> str | None:
        letter, value = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :] or "0"
        match letter:
            case "Z" | "&F":
                self._mode = 0 if self._model.forgets else self._mode
                self._registers, self._voice, self._quiet = {0: 0}, False, False
                self._echo = self._verbose = True
            case "E":
                self._echo = value == "1"
            case "V":
                self._verbose = value == "1"
            case "Q":
                self._quiet = value == "1"
            case "I":
                return self._model.identity if value == "0" else self._model.firmware
            case "&W" | "H" | "L" | "M" | "X":
                pass
            case _:
                return None
        return ""

    def _extended(self, name: str, rest: str) -> str | None:
        if name in ("+FCLASS", "#CLS"):
            self._voice = rest == "=8"
            return ""
        if name not in self._model.enable:
            return None
        if rest == "?":
            return str(self._mode)
        if rest == "=?":
            return "(0-2)"
        if name not in _SWITCHES:
            return ""
        if self._model.voice_only and not self._voice:
            return None
        mode = _SWITCHES[name]
        given = rest[1:].partition(",")[0]
        if mode is None and given not in ("0", "1", "2"):
            return None
        self._mode = int(given) if mode is None else mode
        return ""
