"""Setup, a line that is no modem: asks what the URL of an exchange or of a provider's webhooks needs, and keeps the secret in
a file that only its person may read."""

import contextlib
import ipaddress
import secrets
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from cli import setup_rows
from cli.setup_console import EMPTY, NO_ROW, Console, Wrong
from cli.setup_rows import KIND_NAMES, PROVIDER_NAMES, half_width, is_web_address
from config import registry, save
from config.load import places
from ringdesk.safetext import SafeText
from terminal.plain.commands import plain
from terminal.widgets.speech import mark, say

PORTS: Final = {"ami": 5038, "esl": 8021, "sip": 5060, "ncid": 3333}
"""Where each listens unless it was told otherwise."""
HOOK_PORT: Final = 8791
ELSEWHERE: Final = "192.0.2.1"
"""An address that nobody has (RFC 5737): the way there is the way to everybody outside."""
KINDS: Final = {
    "ami": mark("Asterisk, also inside FreePBX and Issabel"),
    "esl": mark("FreeSWITCH, also inside FusionPBX"),
    "sip": mark("a telephone account (SIP) that rings with the others"),
    "ncid": mark("an NCID server"),
    "hook": mark("an exchange or Internet telephone service that sends webhooks to this PC"),
}
PROVIDERS: Final = {
    "aircall": mark("telephone service on the Internet"),
    "cloudtalk": mark("telephone service on the Internet"),
    "exotel": mark("telephone service in India and South-East Asia"),
    "generic": mark("exchanges that can tell Zammad of calls; when in doubt, this one"),
    "placetel": mark("telephone service in Germany"),
    "plivo": mark("numbers for programmers"),
    "ringcentral": mark("telephone service on the Internet"),
    "shop": mark("a program beside a caller-ID box in the shop passes the calls on"),
    "signalwire": mark("numbers for programmers"),
    "sipgate": mark("telephone service in Germany and Britain"),
    "telnyx": mark("numbers for programmers"),
    "threecx": mark("the exchange 3CX"),
    "twilio": mark("numbers for programmers"),
    "vonage": mark("numbers for programmers"),
    "zoom": mark("Zoom Phone, the telephone of Zoom"),
}
"""What each of our webhooks is for; one of another package has only its name."""
_BASIC: Final = ("generic", "threecx")
"""Those that may send the secret as basic auth: then it is user and password."""
BOTH: Final = mark(
    "The secret has a colon in it, so it is `user:password`: the provider must send both, as basic auth or whole in the header"
)
NO_HOST: Final = mark(
    "{address} is no address; write it as in `192.0.2.5` or `pbx.shop`, with `:port` if it is another than {port}"
)
NO_PORT: Final = mark("{port} is no port; write a number from 1024 to 65535")
NO_PUBLIC: Final = mark("{address} is no address that could be called; write it as in `https://pop.shop/`")


WHICH: Final = mark("{address} is taken down as its address. Which of these is it?")


class Said:
    """What was answered the last time, also in a setup that was broken off (`begun`); the next time it is proposed. The secret
    is not kept here."""

    def __init__(self, begun: Mapping[str, str] = {}) -> None:
        kind, provider = begun.get("line.kind", ""), begun.get("line.provider", "")
        self.kind = kind if kind in KINDS else next(iter(KINDS))
        self.address = begun.get("line.address", "")
        self.user = begun.get("line.user", "")
        self.provider = provider if provider in registry.webhook_names() else "generic"
        self.public = begun.get("line.public", "-")
        self.typed = ""

    def is_about(self, kind: str) -> None:
        """Another kind has another address and user; an address that was `typed` before the kind is that of any."""
        if kind != self.kind or not self.user:
            self.user = "ringdesk" if kind == "ami" else ""
        if kind != self.kind:
            self.kind, self.address = kind, ""
        self.address, self.typed = self.typed or self.address, ""

    def hears(self, typed: str) -> str:
        """Take down what was typed where the kind was asked: a name, an address. The kind; "" where it does not say which."""
        name = plain(typed)
        name = PROVIDER_NAMES.get(name, KIND_NAMES.get(name, name))
        if name in registry.webhook_names():
            self.provider = name
            return "hook"
        if name in KINDS:
            return name
        head = setup_rows.scheme(typed)
        if head in setup_rows.WEB:
            self.public = typed.strip() if is_web_address(typed) else self.public
            return "hook"
        if head == "sip" and setup_rows.is_host(address := typed.partition(":")[2].strip("/").rpartition("@")[2]):
            self.typed = address
            return "sip"
        if setup_rows.is_host(typed):
            self.typed = typed.strip()
            return {port: kind for kind, port in PORTS.items()}.get(setup_rows.port_of(typed) or 0, "")
        return ""


def is_meant(typed: str) -> bool:
    """Whether it is plainly an exchange, a provider, or the address of one."""
    said = Said()
    return bool(said.hears(typed) or said.typed)


def ask(console: Console, said: Said, typed: str = "") -> str:
    """The URL of the line; what `said` has is proposed, and brought up to date. `typed` is what was typed of it already.
    Raises Skipped, Back, Quit."""
    kind = said.hears(typed) if typed else ""
    kind = kind or _kind(console, said)
    said.is_about(kind)
    for name, answer in (("kind", said.kind), ("address", said.address), ("user", said.user)):
        console.remember(f"line.{name}", answer)
    return _webhook(console, said) if kind == "hook" else _exchange(console, kind, said)


def _kind(console: Console, said: Said) -> str:
    """What the line is: a row, or what is typed of it."""
    kinds = list(KINDS)

    def meant(typed: str) -> int | None:
        kind = said.hears(typed)
        return kinds.index(kind) if kind else None

    def refused(typed: SafeText) -> list[SafeText]:
        if said.typed:
            return [say(WHICH, address=SafeText(said.typed))]
        return [say(NO_ROW, number=typed, count=len(kinds))]

    title = say(WHICH, address=SafeText(said.typed)) if said.typed else say("What is it?")
    entries = [say(text) for text in KINDS.values()]
    return kinds[console.choose(title, entries, 1 + kinds.index(said.kind), meant=meant, refused=refused)]


def _exchange(console: Console, kind: str, said: Said) -> str:
    host, port = _host(console, PORTS[kind], said)
    if kind == "ncid":
        return f"tcp://{_joined(host, port)}?dialect=ncid"
    user = said.user = console.ask(say("User:"), said.user, name="line.user") if kind != "esl" else ""
    password = console.ask(say("Password:"), secret=True)
    file = quote(str(_kept(f"{kind}-{host}", [f"{user}:{password}" if user else password])))
    if kind == "sip":
        return f"udp://:{PORTS['sip']}?dialect=sip&registrar={_joined(host, port)}&secret-file={file}"
    return f"tcp://{_joined(host, port)}?dialect={kind}&secret-file={file}"


def _webhook(console: Console, said: Said) -> str:
    provider = said.provider = _provider(console, said.provider)
    console.remember("line.provider", provider)
    port = _port(console)
    public = _public(console, said.public)
    said.public = public or "-"
    made = secrets.token_urlsafe(24)
    question = say("The secret: what the provider shows as its signing key or token, or Enter for a new one:")
    secret = console.ask(question, secret=True) or made
    file = _kept(f"hook-{provider}", [secret])
    console.say(*_told(public, port))
    if secret == made:
        console.say(say("and this secret: {secret}", secret=SafeText(made)))
    elif ":" in secret and provider in _BASIC:
        console.say(say(BOTH))
    console.say(say("What each provider needs is in `docs/reference/webhooks.md`."))
    option = f"&public={quote(public, safe='')}" if public else ""
    return f"http://:{port}?dialect={provider}&secret-file={quote(str(file))}{option}"


def _provider(console: Console, proposal: str) -> str:
    names = registry.webhook_names()

    def meant(typed: str) -> int | None:
        name = PROVIDER_NAMES.get(plain(typed), plain(typed))
        return names.index(name) if name in names else None

    row = console.choose(say("Who sends them?"), list(map(_described, names)), 1 + names.index(proposal), meant=meant)
    return names[row]


def _described(name: str) -> SafeText:
    known = PROVIDERS.get(name)
    return say("{name}: {text}", name=SafeText(name), text=say(known)) if known else SafeText(name)


def _told(public: str, port: int) -> list[SafeText]:
    """What the provider is to be given: the address that it calls, or those that this PC has in its own network."""
    if public:
        return [say("Give the provider this address: {address}", address=SafeText(public))]
    known = [SafeText(f"http://{_joined(host, port)}/") for host in here()]
    if not known:
        this = say("THIS-PC")
        placeholder = SafeText(f"http://{this}:{port}/")
        return [
            say("Give the provider this address: {address}", address=placeholder),
            say("Write the address of this PC in its network for THIS-PC; it seems to have none now."),
        ]
    return [
        *(say("Give the provider this address: {address}", address=each) for each in known[:1]),
        *(say("or this one, if it is in that network: {address}", address=each) for each in known[1:]),
        say(
            "It is the address of this PC in its own network. A provider on the Internet needs a proxy or tunnel before it."
        ),
    ]


def here() -> list[str]:
    """The addresses of this machine in its networks, the one on the way to the Internet first. Nothing is sent."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect((ELSEWHERE, 9))
        found.append(asking.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [each for each in dict.fromkeys(found) if not ipaddress.ip_address(each).is_loopback]


def _host(console: Console, port: int, said: Said) -> tuple[str, int]:
    """Host and port of an exchange, as people name it."""
    while True:
        question = say("Address of the exchange, as in `192.0.2.5` or `pbx.shop`:")
        typed = half_width(console.ask(question, said.address, name="line.address"))
        if not typed:
            console.wrong(Wrong(EMPTY))
            continue
        try:
            parts = urlsplit(f"//{typed}")
            found = parts.port or port
        except ValueError:
            parts, found = urlsplit(""), port
        if parts.hostname and not parts.path.strip("/") and " " not in typed and parts.username is None:
            said.address = typed
            return parts.hostname, found
        console.wrong(Wrong(NO_HOST, address=SafeText(typed), port=SafeText(str(port))))


def _port(console: Console) -> int:
    while True:
        question = say("Port of this PC to which they come:")
        typed = half_width(console.ask(question, str(HOOK_PORT), name="line.hook_port"))
        if typed.isascii() and typed.isdecimal() and len(typed) <= 5 and 1024 <= int(typed) <= 65535:
            return int(typed)
        console.wrong(Wrong(NO_PORT, port=SafeText(typed)))


def _public(console: Console, proposal: str = "-") -> str:
    question = say("The address that the provider calls, if a proxy or tunnel stands before this PC (- for none):")
    while True:
        typed = half_width(console.ask(question, proposal, name="line.public"))
        if typed == "-":
            return ""
        if is_web_address(typed):
            return typed
        console.wrong(Wrong(NO_PUBLIC, address=SafeText(typed)))


def _kept(name: str, lines: Sequence[str]) -> Path:
    """Write the secret, for its person alone; the file. Raises `BadInput` where that cannot be."""
    file = (
        places().settings.parent / "secrets" / "".join(char if char.isalnum() or char in "-." else "_" for char in name)
    )
    save.write(file, "".join(f"{line}\n" for line in lines), mode=0o600)
    return file


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
