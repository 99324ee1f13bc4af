"""A FreeSWITCH that is not there, as its event socket tells of it: a call from outside rings two telephones."""

import json
from typing import Final, NamedTuple

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
        self._channels: dict[str, _Channel] = {}

    def opened(self, now: float) -> bytes:
        """FreeSWITCH asks for the password."""
        self._rest, self._listed = b"", False
        return b"Content-Type: auth/request\n\n"

    def received(self, data: bytes, now: float) -> bytes:
        """Commands, each up to its empty line."""
        self.hangs_up = False
        *commands, self._rest = (self._rest + data)[-_MOST:].split(b"\n\n")
        self._channels = {uuid: one for uuid, one in self._channels.items() if now < one.until}
        return b"".join(self._do(command.decode("utf-8", "replace").strip(), now) for command in commands)

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
            for uuid in (root, *phones.values()):
                self._lives(uuid, over)
            self._say(over, "CHANNEL_HANGUP_COMPLETE", root, **{"Hangup-Cause": gave_up}, **disposition)
            for uuid in phones.values():
                self._say(over, "CHANNEL_HANGUP_COMPLETE", uuid, **{"Hangup-Cause": gave_up})
            return over - now
        winner, end = phones[chosen], over + call.talk
        self._say(over, "CHANNEL_ANSWER", winner)
        for uuid in phones.values():
            if uuid != winner:
                self._lives(uuid, over)
                self._say(over, "CHANNEL_HANGUP_COMPLETE", uuid, **{"Hangup-Cause": "LOSE_RACE"})
        self._say(over, "CHANNEL_ANSWER", root)
        bridged = {"Bridge-A-Unique-ID": root, "Bridge-B-Unique-ID": winner}
        self._say(over, "CHANNEL_BRIDGE", root, **bridged)
        for uuid, other in ((winner, root), (root, winner)):
            self._lives(uuid, end, over, {"variable_bridge_uuid": other})
            self._say(end, "CHANNEL_HANGUP_COMPLETE", uuid, **{"Hangup-Cause": "NORMAL_CLEARING"})
        return end - now

    def _uuid(self, leg: int) -> str:
        return f"{self._run:08x}-{leg:04x}-42f7-8560-{self._calls:012x}"

    def _create(self, at: float, uuid: str, root: str, who: dict[str, str], dialled: str) -> None:
        facts = {**who, "Caller-Destination-Number": dialled, "Channel-Call-UUID": root}
        other = {"Other-Type": "originator", "Other-Leg-Unique-ID": root}
        facts |= {"Call-Direction": "inbound"} if uuid == root else {"Call-Direction": "outbound", **other}
        self._say(at, "CHANNEL_CREATE", uuid, **facts)
        self._channels[uuid] = _Channel(at, at, at, facts)

    def _lives(self, uuid: str, until: float, talks: float | None = None, more: dict[str, str] | None = None) -> None:
        before = self._channels[uuid]
        facts = before.facts | (more or {})
        self._channels[uuid] = before._replace(until=until, talks=until if talks is None else talks, facts=facts)

    def _say(self, at: float, event: str, uuid: str, **fields: str) -> None:
        body = json.dumps({"Event-Name": event, "Unique-ID": uuid, **fields}, ensure_ascii=False).encode()
        self._plan.add(at, _frame("text/event-json", body))

    def _do(self, command: str, now: float) -> bytes:
        word, _, rest = command.partition(" ")
        match word:
            case "auth" | "userauth":
                self.hangs_up = bool(self._password) and rest.rpartition(":")[2] != self._password
                return _reply("-ERR invalid") + _FAREWELL if self.hangs_up else _reply("+OK accepted")
            case "event" if rest.startswith("json"):
                return _reply("+OK event listener enabled json")
            case "api" if rest == "show channels as json":
                self._listed = True
                rows = [{"uuid": uuid, "callstate": one.state(now)} for uuid, one in self._on(now).items()]
                return _frame("api/response", json.dumps({"row_count": len(rows), "rows": rows}).encode())
            case "api" if rest.startswith("uuid_dump "):
                return _frame("api/response", self._dump(rest.split()[1], now))
            case "api" if rest == "uptime":
                return _frame("api/response", b"4711\n")
        return _reply("-ERR command not found")

    def _on(self, now: float) -> dict[str, "_Channel"]:
        return {uuid: one for uuid, one in self._channels.items() if one.since <= now < one.until}

    def _dump(self, uuid: str, now: float) -> bytes:
        one = self._on(now).get(uuid)
        if one is None:
            return b"-ERR No such channel!\n"
        facts = {"Event-Name": "CHANNEL_DATA", "Unique-ID": uuid, "Channel-Call-State": one.state(now)}
        return json.dumps({**facts, **one.facts}, ensure_ascii=False).encode()


class _Channel(NamedTuple):
    """A leg, from when until when there is one, and from when on it talks."""

    since: float
    until: float
    talks: float
    facts: dict[str, str]

    def state(self, now: float) -> str:
        """As FreeSWITCH names it."""
        return "ACTIVE" if now >= self.talks else "RINGING"


def _reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def _frame(kind: str, body: bytes) -> bytes:
    return f"Content-Length: {len(body)}\nContent-Type: {kind}\n\n".encode() + body


_FAREWELL: Final = _frame("text/disconnect-notice", b"Disconnected, goodbye.\n")
