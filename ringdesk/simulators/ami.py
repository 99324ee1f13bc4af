"""An Asterisk that is not there, as its manager interface tells of it: one trunk, a ring group of two telephones.

It asks for a login (by challenge or in plain text), answers what a listener asks, and writes the events of a call as
Asterisk 22 does; those that no listener reads are left out.
"""

from hashlib import md5
from typing import Final, NamedTuple

from ringdesk.calls import Presentation
from ringdesk.simulators import Incoming
from ringdesk.simulators.exchange import SimulatedExchange

TELEPHONES: Final = ("1001", "1002")
"""The ring group."""
LINE: Final = "4000"

_PRESENTATIONS: Final = {
    Presentation.SHOWN: "allowed_passed_screen",
    Presentation.PRIVATE: "prohib_passed_screen",
    Presentation.UNAVAILABLE: "unavailable",
}
"""What `CALLERID(pres)` is of a caller."""

_BANNER: Final = b"Asterisk Call Manager/11.0.0\r\n"
_CHALLENGE: Final = "840415273"
_MOST: Final = 65_536


class SimulatedAsterisk(SimulatedExchange):
    """One exchange with one manager account, `user:password`; empty lets everybody in. `called` is the number of its trunk."""

    def __init__(self, account: str = "", called: str = "") -> None:
        super().__init__()
        self._user, _, self._secret = account.partition(":")
        self._called = called or LINE
        self._presented: dict[str, str] = {}
        self._lives: list[_Life] = []

    def opened(self, now: float) -> bytes:
        """The manager speaks first."""
        self._rest, self._listed = b"", False
        return _BANNER

    def received(self, data: bytes, now: float) -> bytes:
        """Actions, each up to its blank line."""
        self.hangs_up = False
        *actions, self._rest = (self._rest + data)[-_MOST:].split(b"\r\n\r\n")
        self._lives = [life for life in self._lives if now < life.until]
        return b"".join(self._act(action, now) for action in actions)

    def call(self, call: Incoming, now: float) -> float:
        """A call comes in at the trunk and rings both telephones; one may answer."""
        self._calls += 1
        uid = f"{now:.0f}.{3 * self._calls}"
        number = call.number or "anonymous" if call.private else call.shown or ""
        trunk = _Channel("trunk", uid, caller=number, name=call.name or "", exten=self._called)
        phones = [
            _Channel(phone, f"{now:.0f}.{3 * self._calls + index}", link=trunk.uid, caller=phone, name="", exten="s")
            for index, phone in enumerate(TELEPHONES, 1)
        ]
        presentation = call.presentation if call.private or call.shown is not None else Presentation.UNAVAILABLE
        self._presented[trunk.channel] = _PRESENTATIONS[presentation]
        over = now + call.rings_for
        self._say(now, "Newchannel", **trunk.facts("4"))
        self._lives += [_Life(now, over, trunk, "4"), *(_Life(now, over, phone, "5") for phone in phones)]
        for phone in phones:
            self._say(now, "Newchannel", **phone.facts("0"))
            self._say(now, "DialBegin", **trunk.facts("4"), **phone.facts("5", "Dest"))
        who = next((phone for phone in phones if phone.exten_of(call.answer)), None)
        if who is None:
            for phone in phones:
                self._say(over, "DialEnd", **trunk.facts("4"), **phone.facts("5", "Dest"), DialStatus="CANCEL")
                self._say(over, "Hangup", **phone.facts("5"), Cause="26")
            self._say(over, "Hangup", **trunk.facts("4"), Cause="0")
            return over - now
        return self._answered(trunk, phones, who, over, over + call.talk) - now

    def _answered(self, trunk: "_Channel", phones: list["_Channel"], who: "_Channel", at: float, end: float) -> float:
        self._lives += [_Life(at, end, one, "6", f"bridge-{trunk.uid}") for one in (trunk, who)]
        for phone in phones:
            if phone is not who:
                self._say(at, "Hangup", **phone.facts("5"), Cause="26")
        self._say(at, "Newstate", **who.facts("6"))
        self._say(at, "DialEnd", **trunk.facts("4"), **who.facts("6", "Dest"), DialStatus="ANSWER")
        self._say(at, "Newstate", **trunk.facts("6"))
        for one in (who, trunk):
            self._say(at, "BridgeEnter", **one.facts("6"), BridgeUniqueid=f"bridge-{trunk.uid}")
        for one in (trunk, who):
            self._say(end, "BridgeLeave", **one.facts("6"), BridgeUniqueid=f"bridge-{trunk.uid}")
            self._say(end, "Hangup", **one.facts("6"), Cause="16")
        return end

    def _say(self, at: float, event: str, **fields: str) -> None:
        self._plan.add(at, _message("Event", event, Privilege="call,all", **fields))

    def _listed_now(self, now: float, known: dict[str, str]) -> bytes:
        live = [life for life in self._lives if life.since <= now < life.until]
        rows = (
            _message("Event", "CoreShowChannel", **known, **one.who.facts(one.state), **one.facts(now)) for one in live
        )
        count = str(len(live))
        done = _message("Event", "CoreShowChannelsComplete", **known, EventList="Complete", ListItems=count)
        return b"".join(rows) + done

    def _act(self, text: bytes, now: float) -> bytes:
        fields = {
            key.decode("ascii", "replace").lower(): value.decode("utf-8", "replace").strip()
            for key, _, value in (line.partition(b":") for line in text.split(b"\r\n"))
        }
        known = {"ActionID": action} if (action := fields.get("actionid", "")) else {}
        match fields.get("action", "").lower():
            case "challenge":
                return _message("Response", "Success", **known, Challenge=_CHALLENGE)
            case "login":
                return self._log_in(fields, known)
            case "coreshowchannels":
                self._listed = True
                return _message("Response", "Success", **known, EventList="start") + self._listed_now(now, known)
            case "getvar":
                return self._value(fields, known, now)
            case "ping":
                return _message("Response", "Success", **known, Ping="Pong")
        return _message("Response", "Error", **known, Message="Invalid/unknown command")

    def _log_in(self, fields: dict[str, str], known: dict[str, str]) -> bytes:
        key = md5((_CHALLENGE + self._secret).encode(), usedforsecurity=False).hexdigest()
        proved = fields.get("key") == key or fields.get("secret") == self._secret
        if self._user and not (fields.get("username") == self._user and proved):
            self.hangs_up = True
            return _message("Response", "Error", **known, Message="Authentication failed")
        welcome = _message("Response", "Success", **known, Message="Authentication accepted")
        return welcome + _message("Event", "FullyBooted", Privilege="system,all", Status="Fully Booted")

    def _value(self, fields: dict[str, str], known: dict[str, str], now: float) -> bytes:
        channel, variable = fields.get("channel", ""), fields.get("variable", "")
        live = any(life.who.channel == channel and now < life.until for life in self._lives)
        if channel in self._presented and not live:
            return _message("Response", "Error", **known, Message="No such channel")
        shown = _PRESENTATIONS[Presentation.SHOWN]
        values = {"EPOCH": f"{now:.0f}", "CALLERID(pres)": self._presented.get(channel, shown)}
        return _message("Response", "Success", **known, Variable=variable, Value=values.get(variable, ""))


class _Channel:
    """A channel; `link` is the call that it belongs to."""

    def __init__(self, device: str, uid: str, *, caller: str, name: str, exten: str, link: str = "") -> None:
        self.uid = uid
        self.channel = f"PJSIP/{device}-{int(uid.partition('.')[2]):08x}"
        self._device = device
        self._fields = {
            "CallerIDNum": caller or "<unknown>",
            "CallerIDName": name or "<unknown>",
            "Exten": exten,
            "Uniqueid": uid,
            "Linkedid": link or uid,
        }

    def exten_of(self, answer: str | None) -> bool:
        """Whether it is the telephone that answers; any does if none is named."""
        return answer is not None and answer in ("", self._device)

    def facts(self, state: str, prefix: str = "") -> dict[str, str]:
        """The fields of an event, `Dest` before those of the called one."""
        fields = {"Channel": self.channel, "ChannelState": state, **self._fields}
        return {prefix + key: value for key, value in fields.items()}


class _Life(NamedTuple):
    """A channel in one state, from when until when."""

    since: float
    until: float
    who: _Channel
    state: str
    bridge: str = ""

    def facts(self, now: float) -> dict[str, str]:
        """The fields of a list that are no event's."""
        lasts = int(now - self.since)
        return {"BridgeId": self.bridge, "Duration": f"{lasts // 3600:02}:{lasts // 60 % 60:02}:{lasts % 60:02}"}


def _message(kind: str, name: str, **fields: str) -> bytes:
    lines = [f"{kind}: {name}", *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
