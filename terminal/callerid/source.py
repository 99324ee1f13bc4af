"""A source of calls as the settings and flags name it: one URL.

serial:///dev/ttyACM0?baud=115200   serial://COM3   socket://host:port   rfc2217://host:port   replay:FILE
"""

import math
import re
from enum import StrEnum
from typing import Final
from urllib.parse import unquote

import msgspec

from ringdesk import ids, numbers
from ringdesk.dialects import SourceOptions
from ringdesk.errors import BadInput


class Transport(StrEnum):
    """What moves the bytes: the scheme of the URL."""

    SERIAL = "serial"
    SOCKET = "socket"
    RFC2217 = "rfc2217"
    REPLAY = "replay"


class SourceSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed source.

    `path` is the device of `serial` and the file of `replay`; `host` and `port` are the others'. `baud` is bits per
    second, always 8 data bits, no parity, 1 stop bit. `speed` is how many times faster than recorded a replay runs.
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
    secret_file: str | None = None

    @property
    def address(self) -> str:
        """What a person calls the port: the device, the file, or `host:port`."""
        return self.path or _host_port(self.host, self.port)

    @property
    def has_times(self) -> bool:
        """Whether bytes come with their time: all but the raw bytes of a recording that is no transcript (`.jsonl`)."""
        return self.transport is not Transport.REPLAY or self.path.endswith(".jsonl")


_LATER: Final = ("tcp", "udp", "http", "https")
_FOR_ALL: Final = frozenset(
    {"dialect", "id", "line", "store", "region", "area", "ring-gap", "secret-file", "extensions"}
)
_FOR_ONE: Final[dict[Transport, frozenset[str]]] = {
    Transport.SERIAL: frozenset({"baud"}),
    Transport.SOCKET: frozenset(),
    Transport.RFC2217: frozenset({"baud"}),
    Transport.REPLAY: frozenset({"speed"}),
}
_DEFAULT_DIALECT: Final = "modem"
_HOST_PORT: Final = re.compile(r"(\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[^\[\]:/@]+):([0-9]{1,5})")


def parse(url: str, device: str, *, region: str = "TW", area: str = "") -> SourceSpec:
    """The source that a URL names.

    Args:
        url: as typed; `%XX` in path and option values is decoded, `+` is a plus.
        device: what this machine is called: the default id is made of it and the URL.
        region: two letters, for a URL that has no `region`.
        area: the trunk area code for a URL that has no `area`.

    Raises:
        BadInput: the URL cannot be used; one line that says what to write instead.
    """
    url = url.strip()
    if not url.isprintable():
        raise BadInput(f"the source {url!r} has control characters in it; type it again")
    transport, rest = _transport(url)
    where, _, query = rest.partition("?")
    given = _options(url, transport, query)
    path, host, port = _address(url, transport, where)
    return SourceSpec(
        id=given.get("id") or ids.source_id(device, url),
        url=url,
        transport=transport,
        dialect=_dialect(url, transport, given.get("dialect")),
        options=SourceOptions(
            line=given.get("line", ""),
            store=given.get("store", ""),
            region=_region(url, given.get("region", region).upper()),
            area=_matching(url, "area", given.get("area", area), "[0-9]{0,6}", "digits, as in 2"),
            ring_gap=_positive(url, "ring-gap", given.get("ring-gap", "8"), 120),
            extensions=_pattern(url, "extensions", given.get("extensions", "[0-9]{2,6}")),
        ),
        path=path,
        host=host,
        port=port,
        baud=int(_matching(url, "baud", given.get("baud", "115200"), "[1-9][0-9]{1,6}", "bits per second, as in 9600")),
        speed=_positive(url, "speed", given.get("speed", "1"), 1_000_000),
        secret_file=given.get("secret-file"),
    )


def _transport(url: str) -> tuple[Transport, str]:
    scheme, colon, rest = url.partition(":")
    scheme = scheme.lower()
    if scheme in _LATER and colon:
        raise BadInput(f"the source {url!r} is not in this version: {scheme} sources come later; use {_known()}")
    if not colon or scheme not in Transport.__members__.values():
        raise BadInput(f"the source {url!r} is of no kind that there is; use {_known()}")
    return Transport(scheme), rest


def _known() -> str:
    return "serial:///dev/..., serial://COM3, socket://host:port, rfc2217://host:port or replay:FILE"


def _options(url: str, transport: Transport, query: str) -> dict[str, str]:
    allowed = _FOR_ALL | _FOR_ONE[transport]
    given: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        value = unquote(value)
        if name not in allowed:
            raise BadInput(f"the source {url!r} has an unknown option {name!r}; {transport} knows {_listed(allowed)}")
        if name in given:
            raise BadInput(f"the source {url!r} has the option {name!r} twice; keep one")
        if not value or not value.isprintable():
            raise BadInput(
                f"the option {name!r} of the source {url!r} has no usable value; write {name}=VALUE or drop it"
            )
        given[name] = value
    return given


def _address(url: str, transport: Transport, where: str) -> tuple[str, str, int]:
    if transport is Transport.REPLAY:
        path = unquote(where)
        if not path or not path.isprintable():
            raise BadInput(f"the source {url!r} names no file; write replay:FILE?dialect=NAME")
        return path, "", 0
    if not where.startswith("//"):
        raise BadInput(f"the source {url!r} lacks the two slashes after {transport}:; write {_example(transport)}")
    where = where[2:]
    if transport is Transport.SERIAL:
        return _device(url, unquote(where)), "", 0
    host, port = _host(url, transport, where.rstrip("/"))
    return "", host, port


def _device(url: str, device: str) -> str:
    """An absolute path, or a bare name such as COM3; `dev/ttyACM0` is a path that lost its slash."""
    if not device or not device.isprintable() or ("/" in device and not device.startswith("/")):
        raise BadInput(
            f"the source {url!r} names no device; write {_example(Transport.SERIAL)} (three slashes) or serial://COM3"
        )
    return device


def _host(url: str, transport: Transport, where: str) -> tuple[str, int]:
    matched = _HOST_PORT.fullmatch(where)
    if matched is None or not 0 < int(matched[2]) < 65_536:
        raise BadInput(f"the source {url!r} needs a host and a port of 1 to 65535; write {_example(transport)}")
    return matched[1].strip("[]"), int(matched[2])


def _dialect(url: str, transport: Transport, given: str | None) -> str:
    if given is None and transport is Transport.REPLAY:
        raise BadInput(f"the source {url!r} does not say what it speaks; add ?dialect=modem or another dialect")
    return given or _DEFAULT_DIALECT


def _matching(url: str, name: str, value: str, pattern: str, meaning: str) -> str:
    if re.fullmatch(pattern, value) is None:
        raise BadInput(f"the option {name!r} of the source {url!r} must be {meaning}")
    return value


def _pattern(url: str, name: str, value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise BadInput(
            f"the option {name!r} of the source {url!r} is no regular expression ({error}); write [0-9]{{3}} or the like"
        ) from error
    return value


def _region(url: str, region: str) -> str:
    if not numbers.known_region(region):
        raise BadInput(f"the option 'region' of the source {url!r} must be two letters that have telephones, as in TW")
    return region


def _positive(url: str, name: str, value: str, limit: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= limit:
        raise BadInput(f"the option {name!r} of the source {url!r} must be a number above 0, up to {limit:g}")
    return number


def _example(transport: Transport) -> str:
    return {Transport.SERIAL: "serial:///dev/ttyACM0"}.get(transport, f"{transport}://host:port")


def _host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
