"""A source of calls as the settings and flags name it: one URL.

serial:///dev/ttyACM0?baud=115200   serial://COM3   socket://host:port   rfc2217://host:port
tcp://host:port?tls=1   udp://:port   udp://host:port   replay:FILE
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from itertools import combinations
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from ringdesk import ids
from ringdesk.dialects import SourceOptions
from ringdesk.errors import BadInput
from ringdesk.why import Why, register
from terminal.callerid import options

register(
    {
        "source_control": "the source '{url}' has control characters in it; type it again",
        "source_believes": "the source '{url}' would believe anybody; add secret-file=FILE, or open=1 if that is meant",
        "source_https": "the source '{url}' would need a certificate here; write http, and a proxy with one before it",
        "source_kind": "the source '{url}' is of no kind that there is; use {known}",
        "source_no_file": "the source '{url}' names no file; write replay:FILE?dialect=NAME",
        "source_slashes": "the source '{url}' lacks the two slashes after {scheme}:; write {example}",
        "source_no_device": "the source '{url}' names no device; write serial:///dev/ttyACM0 (three slashes) or serial://COM3",
        "source_needs_port": "the source '{url}' needs a port of 1 to 65535; write {example}",
        "source_needs_host": "the source '{url}' needs a host and a port of 1 to 65535; write {example}",
        "source_no_dialect": "the source '{url}' does not say what it speaks; add ?dialect={likely} or another dialect",
        "source_other_way": "the source '{url}' cannot work: {dialect} is not spoken over {scheme}; write {known}",
        "source_public": (
            "the option 'public' of the source '{url}' must be the address that is called, as in https://HOST/"
        ),
        "source_same_port": (
            "the sources '{one}' and '{other}' would both listen at port {port} of this machine; give one of them another port"
        ),
        "source_ca": "the option 'ca' of the source '{url}' needs TLS; add tls=1",
    }
)


class Transport(StrEnum):
    """What moves the bytes: the scheme of the URL."""

    SERIAL = "serial"
    SOCKET = "socket"
    RFC2217 = "rfc2217"
    TCP = "tcp"
    UDP = "udp"
    HTTP = "http"
    REPLAY = "replay"


class SourceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed source.

    `path` is the device of `serial` and the file of `replay`; `host` and `port` are the others', of `udp` where it listens
    (without a host at all IPv4 addresses). `baud` is bits per second, always 8 data bits, no parity, 1 stop bit. `speed` is
    how many times faster than recorded a replay runs. `tls`: the connection is encrypted; `ca` is a file of the authorities
    that may have signed the peer's certificate, instead of the system's. Of `http`: `public` is the address that the
    provider calls where it is another than ours (a proxy, a tunnel), `is_open` that whatever comes is believed. `lease` is how
    many seconds the link may be down before what rang there is taken to have stopped.
    """

    id: str
    url: str
    transport: Transport
    dialect: str
    options: SourceOptions
    path: str = ""
    host: str = ""
    port: int = 0
    baud: int = 115_200
    speed: float = 1.0
    tls: bool = False
    ca: str | None = None
    secret_file: str | None = None
    public: str = ""
    is_open: bool = False
    lease: float = 60.0

    @property
    def address(self) -> str:
        """What a person calls the port: the device, the file, or `host:port`."""
        return self.path or _host_port(self.host, self.port)

    @property
    def has_times(self) -> bool:
        """Whether bytes come with their time: all but the raw bytes of a recording that is no transcript (`.jsonl`)."""
        return self.transport is not Transport.REPLAY or self.path.endswith(".jsonl")


_FOR_ONE: Final[dict[Transport, frozenset[str]]] = {
    Transport.SERIAL: frozenset({"baud", "lease"}),
    Transport.SOCKET: frozenset({"lease"}),
    Transport.RFC2217: frozenset({"baud", "lease"}),
    Transport.TCP: frozenset({"tls", "ca", "lease"}),
    Transport.UDP: frozenset({"lease"}),
    Transport.HTTP: frozenset({"public", "open"}),
    Transport.REPLAY: frozenset({"speed"}),
}
_DEFAULT_DIALECT: Final = "modem"
_LISTENING: Final = (Transport.UDP, Transport.HTTP)
"""Here the address is ours: a peer comes to it."""
_HAS_DEFAULT: Final = (Transport.SERIAL, Transport.SOCKET, Transport.RFC2217)
_ANY: Final = (("", "0.0.0.0"), ("::",))  # noqa: S104 - compared, not bound
"""How one writes that all addresses of a family are meant."""
_BYTES: Final = (Transport.SERIAL, Transport.SOCKET, Transport.RFC2217, Transport.TCP)
"""What carries the bytes of a serial device, the last inside TLS, too."""
_UNASKED: Final = (*_BYTES, Transport.UDP)
"""What carries the words of a box that waits for no answer."""
_STREAMS: Final = (Transport.TCP, Transport.SOCKET)
_SPOKEN_OVER: Final[dict[str, tuple[Transport, ...]]] = {
    "modem": _BYTES,
    "mdmf": _UNASKED,
    "dtmf": _UNASKED,
    "tci": _UNASKED,
    "netcallerid": _UNASKED,
    "whozz": _UNASKED,
    "ami": _STREAMS,
    "esl": _STREAMS,
    "ncid": _STREAMS,
    "sip": (Transport.UDP,),
}
"""Of our own dialects of a line; what another package's speak over is their author's to say."""
_HOST_PORT: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[^\[\]:/@]+):(?P<port>[0-9]{1,5})")
_PORT: Final = re.compile(r":(?P<port>[0-9]{1,5})")


_BARE_PORT: Final = re.compile(r"(?i)com[0-9]+(\?.*)?|/.*", re.DOTALL)


def spelled_out(text: str) -> str:
    """The URL of a source as people name it, by the one rule of setup, settings and flags: a bare port (`COM3`,
    `/dev/ttyACM0`), with or without options, is the modem of line 1 there. Everything else stays as it is."""
    text = text.strip()
    if _BARE_PORT.fullmatch(text) is None:
        return text
    path, _, query = text.partition("?")
    named = any(pair.startswith("line=") for pair in query.split("&"))
    given = "&".join(filter(None, (query, "" if named else "line=1")))
    return f"serial://{path}?{given}"


def parse(url: str, device: str, *, region: str = "TW", area: str = "") -> SourceSpec:
    """The source that a URL names.

    Args:
        url: as typed, or a bare port (`spelled_out`); `%XX` in path and option values is decoded, `+` is a plus.
        device: what this machine is called: the default id is made of it and the URL.
        region: two letters, for a URL that has no `region`.
        area: the trunk area code for a URL that has no `area`.

    Raises:
        BadInput: the URL cannot be used; one line that says what to write instead.
    """
    url = spelled_out(url)
    if not url.isprintable():
        raise BadInput(Why("source_control", {"url": ascii(url)[1:-1]}))
    transport, rest = _transport(url)
    where, _, query = rest.partition("?")
    given = options.pairs(url, query, options.FOR_ALL | _FOR_ONE[transport], transport)
    path, host, port = _address(url, transport, where)
    dialect = _dialect(url, transport, given.get("dialect"))
    is_open = options.switch(url, given, "open")
    if transport is Transport.HTTP and not is_open and "secret-file" not in given:
        raise BadInput(Why("source_believes", {"url": url}))
    return SourceSpec(
        id=given.get("id") or ids.source_id(device, url),
        url=url,
        transport=transport,
        dialect=dialect,
        options=options.for_dialect(url, given, region, area),
        path=path,
        host=host,
        port=port,
        baud=int(options.matching(url, "baud", given.get("baud", "115200"), "[1-9][0-9]{1,6}", "option_baud")),
        speed=options.positive(url, "speed", given.get("speed", "1"), 1_000_000),
        tls=_tls(url, given),
        ca=given.get("ca"),
        secret_file=given.get("secret-file"),
        public=_public(url, given.get("public", "")),
        is_open=is_open,
        lease=options.positive(url, "lease", given.get("lease", "60"), 3600),
    )


def at_one_port(specs: Iterable[SourceSpec]) -> tuple[SourceSpec, SourceSpec] | None:
    """Two that would listen at the same port of this machine, of which only one can; None where there are none."""
    return next((pair for pair in combinations(specs, 2) if _clash(*pair)), None)


def expect_apart(specs: Iterable[SourceSpec]) -> None:
    """Raises `BadInput` for two that would listen at the same port."""
    if (pair := at_one_port(specs)) is not None:
        one, other = pair
        raise BadInput(Why("source_same_port", {"one": one.url, "other": other.url, "port": str(one.port)}))


def _clash(one: SourceSpec, other: SourceSpec) -> bool:
    if one.transport not in _LISTENING or (one.transport, one.port) != (other.transport, other.port):
        return False
    hosts = {one.host, other.host}
    if len(hosts) == 1:
        return True
    return any(hosts & set(family) and all((":" in host) == (":" in family[0]) for host in hosts) for family in _ANY)


def _transport(url: str) -> tuple[Transport, str]:
    scheme, colon, rest = url.partition(":")
    scheme = scheme.lower()
    if scheme == "https" and colon:
        raise BadInput(Why("source_https", {"url": url}))
    if not colon or scheme not in Transport.__members__.values():
        raise BadInput(Why("source_kind", {"url": url, "known": _known()}))
    return Transport(scheme), rest


def _known() -> str:
    network = "socket://host:port, rfc2217://host:port, tcp://host:port, udp://:port, http://:port"
    return f"serial:///dev/..., serial://COM3, {network}, replay:FILE"


def _address(url: str, transport: Transport, where: str) -> tuple[str, str, int]:
    if transport is Transport.REPLAY:
        path = unquote(where)
        if not path or not path.isprintable():
            raise BadInput(Why("source_no_file", {"url": url}))
        return path, "", 0
    if not where.startswith("//"):
        raise BadInput(Why("source_slashes", {"url": url, "scheme": transport, "example": _example(transport)}))
    where = where[2:]
    if transport is Transport.SERIAL:
        return _device(url, unquote(where)), "", 0
    host, port = _host(url, transport, where.rstrip("/"))
    return "", host, port


def _device(url: str, device: str) -> str:
    """An absolute path, or a bare name such as COM3; `dev/ttyACM0` is a path that lost its slash."""
    if not device or not device.isprintable() or ("/" in device and not device.startswith("/")):
        raise BadInput(Why("source_no_device", {"url": url}))
    return device


def _host(url: str, transport: Transport, where: str) -> tuple[str, int]:
    """`:port` alone is enough where one listens."""
    listens = transport in _LISTENING
    matched = (_PORT if listens and where.startswith(":") else _HOST_PORT).fullmatch(where)
    if matched is None or not 0 < int(matched["port"]) < 65_536:
        code = "source_needs_port" if listens else "source_needs_host"
        raise BadInput(Why(code, {"url": url, "example": _example(transport)}))
    return (matched.groupdict().get("host") or "").strip("[]"), int(matched["port"])


def _dialect(url: str, transport: Transport, given: str | None) -> str:
    if given is None and transport not in _HAS_DEFAULT:
        likely = {Transport.TCP: "ami", Transport.UDP: "sip", Transport.HTTP: "generic"}.get(transport, "modem")
        raise BadInput(Why("source_no_dialect", {"url": url, "likely": likely}))
    dialect = given or _DEFAULT_DIALECT
    over = _SPOKEN_OVER.get(dialect, (transport,))
    if transport not in (*over, Transport.REPLAY):
        known = ", ".join(map(_example, over))
        raise BadInput(Why("source_other_way", {"url": url, "dialect": dialect, "scheme": transport, "known": known}))
    return dialect


def _tls(url: str, given: dict[str, str]) -> bool:
    tls = options.switch(url, given, "tls")
    if "ca" in given and not tls:
        raise BadInput(Why("source_ca", {"url": url}))
    return tls


def _public(url: str, address: str) -> str:
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise BadInput(Why("source_public", {"url": url}))
    return address


def _example(transport: Transport) -> str:
    examples = {
        Transport.SERIAL: "serial:///dev/ttyACM0",
        Transport.UDP: "udp://:port",
        Transport.HTTP: "http://:port",
    }
    return examples.get(transport, f"{transport}://host:port")


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
