"""A FreeSWITCH that is not there, as its event socket tells of it: a call from outside rings two telephones."""

import json
from typing import Final

from ringdesk.simulators import Incoming
from ringdesk.simulators.exchange import SimulatedExchange

TELEPHONES: Final = ("1001", "1002")
LINE: Final = "0227001234"

_MOST: Final = 65_536


class SimulatedFreeSwitch(SimulatedExchange):
    """One event socket; an empty password lets everybody in. `called` is the number that is rung from outside; `run` (32 bits)
    tells its calls from those of another one."""

    def __init__(self, password: str = "", called: str = "", run: int = 0) -> None:
        super().__init__()
        self._run = run
        self._password = password.rpartition(":")[2]
        self._called = called or LINE

    def opened(self, now: float) -> bytes:
        """FreeSWITCH asks for the password."""
        self._rest, self._listed = b"", False
        return b"Content-Type: auth/request\n\n"

    def received(self, data: bytes, now: float) -> bytes:
        """Commands, each up to its empty line."""
        self.hangs_up = False
        *commands, self._rest = (self._rest + data)[-_MOST:].split(b"\n\n")
        return b"".join(self._do(command.decode("utf-8", "replace").strip()) for command in commands)

    def call(self, call: Incoming, now: float) -> float:
        """A call comes in and rings both telephones; one may answer."""
        self._calls += 1
        root = self._uuid(0)
        hide = "true" if call.private else "false"
        number = call.number if call.private else call.shown
        who = {"Caller-Caller-ID-Name": call.name or number or "", "Caller-Caller-ID-Number": number or ""}
        who |= {"Caller-Privacy-Hide-Name": hide, "Caller-Privacy-Hide-Number": hide}
        self._create(now, root, root, who, self._called)
        phones = {phone: self._uuid(index) for index, phone in enumerate(TELEPHONES, 1)}
        for phone, uuid in phones.items():
            self._create(now, uuid, root, who, phone)
            self._say(now, "CHANNEL_PROGRESS", uuid)
        over = now + call.rings_for
        chosen = None if call.answer is None else call.answer or TELEPHONES[0]
        if chosen not in phones:
            gave_up = "ORIGINATOR_CANCEL"
            disposition = {"variable_originate_disposition": gave_up}
            self._say(over, "CHANNEL_HANGUP_COMPLETE", root, **{"Hangup-Cause": gave_up}, **disposition)
            for uuid in phones.values():
                self._say(over, "CHANNEL_HANGUP_COMPLETE", uuid, **{"Hangup-Cause": gave_up})
            return over - now
        winner, end = phones[chosen], over + call.talk
        self._say(over, "CHANNEL_ANSWER", winner)
        for uuid in phones.values():
            if uuid != winner:
                self._say(over, "CHANNEL_HANGUP_COMPLETE", uuid, **{"Hangup-Cause": "LOSE_RACE"})
        self._say(over, "CHANNEL_ANSWER", root)
        bridged = {"Bridge-A-Unique-ID": root, "Bridge-B-Unique-ID": winner}
        self._say(over, "CHANNEL_BRIDGE", root, **bridged)
        for uuid in (winner, root):
            self._say(end, "CHANNEL_HANGUP_COMPLETE", uuid, **{"Hangup-Cause": "NORMAL_CLEARING"})
        return end - now

    def _uuid(self, leg: int) -> str:
        return f"{self._run:08x}-{leg:04x}-42f7-8560-{self._calls:012x}"

    def _create(self, at: float, uuid: str, root: str, who: dict[str, str], dialled: str) -> None:
        facts = {**who, "Caller-Destination-Number": dialled, "Channel-Call-UUID": root}
        other = {"Other-Type": "originator", "Other-Leg-Unique-ID": root}
        facts |= {"Call-Direction": "inbound"} if uuid == root else {"Call-Direction": "outbound", **other}
        self._say(at, "CHANNEL_CREATE", uuid, **facts)

    def _say(self, at: float, event: str, uuid: str, **fields: str) -> None:
        body = json.dumps({"Event-Name": event, "Unique-ID": uuid, **fields}, ensure_ascii=False).encode()
        self._plan.add(at, _frame("text/event-json", body))

    def _do(self, command: str) -> bytes:
        word, _, rest = command.partition(" ")
        match word:
            case "auth" | "userauth":
                self.hangs_up = bool(self._password) and rest.rpartition(":")[2] != self._password
                return _reply("-ERR invalid") + _FAREWELL if self.hangs_up else _reply("+OK accepted")
            case "event" if rest.startswith("json"):
                return _reply("+OK event listener enabled json")
            case "api" if rest == "show channels as json":
                self._listed = True
                return _frame("api/response", b'{"row_count":0}\n')
            case "api" if rest == "uptime":
                return _frame("api/response", b"4711\n")
        return _reply("-ERR command not found")


def _reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def _frame(kind: str, body: bytes) -> bytes:
    return f"Content-Length: {len(body)}\nContent-Type: {kind}\n\n".encode() + body


_FAREWELL: Final = _frame("text/disconnect-notice", b"Disconnected, goodbye.\n")
