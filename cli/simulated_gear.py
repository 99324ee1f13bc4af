"""What `ringdesk simulate` can be, and on which wires."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from ringdesk.errors import BadInput
from ringdesk.simulators import SimulatedPeer, boxes
from ringdesk.simulators.ami import SimulatedAsterisk
from ringdesk.simulators.boxes import SimulatedBox
from ringdesk.simulators.esl import SimulatedFreeSwitch
from ringdesk.simulators.modem import Model, SimulatedModem
from ringdesk.simulators.ncid import SimulatedNcid
from ringdesk.simulators.sip import SimulatedTrunk

_LINE: Final = frozenset({"pty", "listen"})
_SERVER: Final = frozenset({"listen"})


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which gear. `raw` and `deaf` are a modem's, `account` is what an exchange lets in (`user:password`, empty: everybody),
    `called` the number that is called there (empty: one of its own); `datagrams`: it sends packets; `run`: 32 random bits, for
    ids that no run before gave."""

    what: str
    raw: bool = False
    deaf: bool = False
    account: str = ""
    called: str = ""
    datagrams: bool = False
    run: int = 0


class Gear(msgspec.Struct, frozen=True):
    """A kind of gear: how it is made, its `wires` (`pty`, `listen`, `send`), the scheme of its source on a socket, whether it
    can be called at a number that is given."""

    make: Callable[[Wish], SimulatedPeer]
    wires: frozenset[str]
    scheme: str = "socket"
    called: bool = False


class _RawModem(SimulatedModem):
    """Reports raw packets though it was asked for text, as modems do whose stored profile says so."""

    def received(self, data: bytes, now: float) -> bytes:
        said = super().received(data, now)
        if self.mode == 1:
            super().received(b"AT+VCID=2\r", now)
        return said


def _modem(wish: Wish) -> SimulatedPeer:
    model = Model(enable=frozenset()) if wish.deaf else Model()
    return _RawModem(model) if wish.raw else SimulatedModem(model)


def _whozz(wish: Wish) -> SimulatedPeer:
    return SimulatedBox(boxes.whozz_packets if wish.datagrams else boxes.whozz)


GEAR: Final[dict[str, Gear]] = {
    "modem": Gear(_modem, _LINE),
    "dtmf": Gear(lambda _: SimulatedBox(boxes.dtmf), _LINE),
    "mdmf": Gear(lambda _: SimulatedBox(boxes.mdmf), _LINE),
    "tci": Gear(lambda _: SimulatedBox(boxes.tci), _LINE),
    "netcallerid": Gear(lambda _: SimulatedBox(boxes.netcallerid), _LINE),
    "whozz": Gear(_whozz, _LINE | {"send"}),
    "ncid": Gear(lambda _: SimulatedNcid(), _SERVER, "tcp"),
    "ami": Gear(lambda wish: SimulatedAsterisk(wish.account, wish.called), _SERVER, "tcp", called=True),
    "esl": Gear(lambda wish: SimulatedFreeSwitch(wish.account, wish.called, wish.run), _SERVER, "tcp", called=True),
    "sip": Gear(lambda _: SimulatedTrunk(), frozenset({"send"})),
}
"""By the name of the dialect."""

_CALLED: Final = [name for name, gear in GEAR.items() if gear.called]
_FLAGS: Final = {"pty": "--pty", "listen": "--listen HOST:PORT", "send": "--send HOST:PORT"}


def made(wish: Wish, wire: str) -> SimulatedPeer:
    """The gear. Raises BadInput: it has no such wire, or no number that it is called at."""
    gear = GEAR[wish.what]
    if wire not in gear.wires:
        raise BadInput(
            f"{wish.what} has no {_FLAGS[wire]}; use {' or '.join(_FLAGS[one] for one in sorted(gear.wires))}"
        )
    if wish.called and not gear.called:
        raise BadInput(f"{wish.what} is called at no number here; leave out --to ({', '.join(_CALLED)} have it)")
    return gear.make(wish)


def account(path: Path | None) -> str:
    """The newest secret of a file, `user:password`; empty without a file. Raises BadInput: it cannot be read."""
    if path is None:
        return ""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise BadInput(f"cannot read the secret file {path}: {reason}; it needs user:password") from error
    return lines[0].strip()
