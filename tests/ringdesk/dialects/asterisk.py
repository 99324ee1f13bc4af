"""What an Asterisk says, for tests: channels, events, a dialect with a tracker behind it."""

from collections.abc import Iterable
from pathlib import Path

from ringdesk import transcript
from ringdesk.calls import Call, CallEvent
from ringdesk.dialects import Notice, SourceOptions, Step
from ringdesk.dialects.ami import AmiDialect
from ringdesk.tracker import Tracker

T = 1795325880.0
TRANSCRIPTS = Path(__file__).parents[2] / "transcripts" / "ami"


def said(name: str, **fields: str) -> bytes:
    """An event, of the class of calls unless `Privilege` says another."""
    lines = [
        f"Event: {name}",
        f"Privilege: {fields.pop('Privilege', 'call,all')}",
        *(f"{key}: {value}" for key, value in fields.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def reply(action: str, response: str = "Success", **fields: str) -> bytes:
    lines = [f"Response: {response}", f"ActionID: {action}", *(f"{key}: {value}" for key, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Channel:
    """A channel; `link` is the call that it belongs to."""

    def __init__(
        self,
        name: str,
        uid: str,
        link: str | None = None,
        *,
        num: str = "<unknown>",
        who: str = "<unknown>",
        exten: str = "s",
    ) -> None:
        self.name, self.uid, self.link, self.num, self.who, self.exten = name, uid, link or uid, num, who, exten
        self.state = "4" if link is None else "0"

    def keys(self, prefix: str = "") -> dict[str, str]:
        fields = {
            "Channel": self.name,
            "ChannelState": self.state,
            "CallerIDNum": self.num,
            "CallerIDName": self.who,
            "Exten": self.exten,
            "Uniqueid": self.uid,
            "Linkedid": self.link,
        }
        return {prefix + key: value for key, value in fields.items()}

    def new(self) -> bytes:
        return said("Newchannel", **self.keys())

    def up(self) -> bytes:
        self.state = "6"
        return said("Newstate", **self.keys())

    def dials(self, other: "Channel") -> bytes:
        return said("DialBegin", **self.keys(), **other.keys("Dest"))

    def dialled(self, other: "Channel", status: str) -> bytes:
        return said("DialEnd", **self.keys(), **other.keys("Dest"), DialStatus=status)

    def enters(self, bridge: str) -> bytes:
        self.state = "6"
        return said("BridgeEnter", **self.keys(), BridgeUniqueid=bridge)

    def leaves(self, bridge: str) -> bytes:
        return said("BridgeLeave", **self.keys(), BridgeUniqueid=bridge)

    def gone(self, cause: str = "16") -> bytes:
        return said("Hangup", **self.keys(), Cause=cause)


def trunk(uid: str = "1.1", num: str = "0912345678", exten: str = "1001") -> Channel:
    return Channel("PJSIP/trunk-00000001", uid, num=num, who="Chen", exten=exten)


def phone(number: str, uid: str, link: str | None = "1.1", exten: str = "s") -> Channel:
    return Channel(f"PJSIP/{number}-0000{uid[-2:]}", uid, link, num=number, who=f"Agent {number}", exten=exten)


class Bench:
    """A dialect that joins a stream, or logs in, and what comes of it."""

    def __init__(self, *secrets: str, **options: str) -> None:
        self.dialect = AmiDialect("s", SourceOptions(secrets=secrets, **options))  # type: ignore[arg-type]
        self.tracker = Tracker()
        self.now = T
        self.events: list[CallEvent] = []
        self.notices: list[Notice] = []
        self.sent: list[bytes] = []

    def take(self, step: Step) -> list[bytes]:
        self.events += step.events
        self.notices += step.notices
        for event in step.events:
            self.tracker.received(event)
        sent = [send.data for send in step.sends]
        self.sent += sent
        return sent

    def open(self) -> None:
        self.take(self.dialect.opened(self.now))

    def hear(self, *parts: bytes) -> list[bytes]:
        return self.take(self.dialect.received(b"".join(parts), self.now))

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.dialect.next_due) is not None and due <= end:
            self.now = max(self.now, due)
            self.take(self.dialect.due(self.now))
        self.now = end

    def login(self) -> None:
        self.open()
        self.hear(b"Asterisk Call Manager/11.0.0\r\n")
        self.hear(reply("challenge", Challenge="840415273"))
        self.hear(reply("login", Message="Authentication accepted"))
        self.hear(said("FullyBooted", Privilege="system,all", Status="Fully Booted"))
        self.hear(said("CoreShowChannelsComplete", ActionID="list", EventList="Complete", ListItems="0"))

    @property
    def codes(self) -> list[str]:
        return [notice.why.code for notice in self.notices]

    @property
    def call(self) -> Call:
        (call,) = self.tracker.calls
        return call

    @property
    def legs(self) -> dict[str, str]:
        return {str(leg.agent): leg.state.value for leg in self.call.legs}


def recorded(stem: str) -> list[bytes]:
    lines = (TRANSCRIPTS / f"{stem}.jsonl").read_bytes().splitlines()
    return [chunk.data for chunk in transcript.read(lines)]


def heard(parts: Iterable[bytes], **options: str) -> Bench:
    """What a dialect that joins makes of messages, and of the silence after them."""
    bench = Bench(**options)
    for part in parts:
        bench.hear(part)
    bench.run(60)
    return bench
