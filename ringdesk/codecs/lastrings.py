"""Which call rang last on a line, for bridges that send single requests and give a call no id: its requests overtake each
other, and what rings may have ended already."""

from typing import Final

import msgspec

_MOST: Final = 1000
"""Lines; beyond it the one that has been silent longest is forgotten."""


class LastCall(msgspec.Struct):
    """The call of which was heard last on a line. `rang`: when it began, None while only what follows a ring was heard of it;
    `told`: when the newest of that was; `over`: when its end was. All by one clock, the source's or ours. `uuid`: what the source
    calls it since it was answered. `silent`: nothing was told of it yet, for it may be a call that goes out."""

    native_id: str
    rang: float | None = None
    told: float | None = None
    over: float | None = None
    uuid: str = ""
    silent: bool = False


class LastRings:
    """What is not known any more (after a restart, or in another server process) makes a call of its own; so nothing may
    depend on it that would be worse than that."""

    def __init__(self) -> None:
        self._calls: dict[str, LastCall] = {}

    def rang(self, line: str, native_id: str, at: float, late: tuple[float, float]) -> str:
        """A call rings on the line: its id. That of the call of which only an answer or end is known, if the newest of that lies
        between the times `late`: it overtook this ring."""
        last = self._calls.get(line)
        if last is not None and last.rang is None and last.told is not None and late[0] <= last.told <= late[1]:
            last.rang = at
        if last is None or last.rang != at:
            last = LastCall(native_id, rang=at)
            self.begins(line, last)
        return last.native_id

    def follows(self, line: str, native_id: str, at: float, *, over: bool, uuid: str = "", own: bool = True) -> str:
        """What comes after a ring, for it an answer or (`over`) the end: the id of the call. `own`: it may be of the last one."""
        last = self._calls.get(line)
        if last is None or not own:
            last = LastCall(native_id)
            self.begins(line, last)
        last.told = at if last.told is None else max(last.told, at)
        last.uuid = last.uuid or uuid
        if over and last.over is None:
            last.over = at
        return last.native_id

    def begins(self, line: str, call: LastCall) -> None:
        """What is heard next on the line is of this call."""
        self._calls.pop(line, None)
        self._calls[line] = call
        if len(self._calls) > _MOST:
            del self._calls[next(iter(self._calls))]

    def last(self, line: str) -> LastCall | None:
        """The call of which was heard last on the line."""
        return self._calls.get(line)
