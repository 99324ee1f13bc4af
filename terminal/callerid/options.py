"""The options of a source's URL: what stands behind the `?`, checked one by one."""

import ipaddress
import math
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from ringdesk import numbers
from ringdesk.dialects import SourceOptions
from ringdesk.errors import BadInput
from ringdesk.why import Why, register

register(
    {
        "option_unknown": "the source '{url}' has an unknown option '{name}'; {scheme} knows {known}",
        "option_twice": "the source '{url}' has the option '{name}' twice; keep one",
        "option_empty": "the option '{name}' of the source '{url}' has no usable value; write {name}=VALUE or drop it",
        "source_switch": "the option '{name}' of the source '{url}' must be 1 or 0",
        "option_baud": "the option '{name}' of the source '{url}' must be bits per second, as in 9600",
        "option_area": "the option '{name}' of the source '{url}' must be digits, as in 2",
        "option_number": "the option '{name}' of the source '{url}' must be a number above 0, up to {most}",
        "option_region": "the option 'region' of the source '{url}' must be two letters that have telephones, as in TW",
        "option_pattern": (
            "the option '{name}' of the source '{url}' is no regular expression ({reason}); write `[0-9][0-9]` or the like"
        ),
        "option_device": (
            "the option '{name}' of the source '{url}' must be the name of the device alone: of PJSIP/pstn-0000002a write pstn"
        ),
        "option_costly": (
            "the option '{name}' of the source '{url}' {reason}, which can take hours to match; write it simpler, as in"
            " `8[0-9]+|front`"
        ),
        "option_registrar": "the option 'registrar' of the source '{url}' must be a host or host:port, as in pbx.example:5060",
        "option_trusted": (
            "the option 'trusted' of the source '{url}' must be IP addresses with commas between them, or *; '{text}' is none"
        ),
        "option_trusted_many": "the option 'trusted' of the source '{url}' names more than {most} addresses; write *",
    }
)

FOR_ALL: Final = frozenset(
    {
        "dialect",
        "id",
        "line",
        "store",
        "region",
        "area",
        "ring-gap",
        "secret-file",
        "extensions",
        "withheld",
        "plain-login",
        "registrar",
        "trusted",
    }
)
"""Options that every transport knows."""

_SWITCH: Final = {"1": True, "0": False}
_LONGEST_PATTERN: Final = 200
_MOST_ENDLESS: Final = 3
"""Endless repeats in one pattern: each multiplies the time that a long name takes by its length."""
_MOST_OPTIONAL: Final = 8
"""Pieces that may be left out in one pattern: each doubles the time."""
_MOST_TRUSTED: Final = 64
_NAME: Final = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.?"
_REGISTRAR: Final = re.compile(rf"(?P<host>{_NAME}|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?")
_PIECE: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<open>\()|(?P<close>\))|(?P<choice>\|)"
    r"|(?P<repeat>[*+?]|\{(?P<least>[0-9]*)(?P<comma>,?)(?P<most>[0-9]*)\})[?+]?|.",
    re.DOTALL,
)


def pairs(url: str, query: str, allowed: frozenset[str], transport: str) -> dict[str, str]:
    """The options as given; `%XX` in values is decoded. Raises BadInput: unknown, twice, or without a value."""
    given: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        value = unquote(value)
        if name not in allowed:
            known = ", ".join(sorted(allowed))
            raise BadInput(Why("option_unknown", {"url": url, "name": name, "scheme": transport, "known": known}))
        if name in given:
            raise BadInput(Why("option_twice", {"url": url, "name": name}))
        if not value or not value.isprintable():
            raise BadInput(Why("option_empty", {"url": url, "name": name}))
        given[name] = value
    return given


def for_dialect(url: str, given: Mapping[str, str], region: str, area: str) -> SourceOptions:
    """What the dialect is told. `region` and `area` are those of the settings. Raises BadInput."""
    return SourceOptions(
        line=given.get("line", ""),
        store=given.get("store", ""),
        region=_region(url, given.get("region", region).upper()),
        area=matching(url, "area", given.get("area", area), "[0-9]{0,6}", "option_area"),
        ring_gap=positive(url, "ring-gap", given.get("ring-gap", "8"), 120),
        extensions=_pattern(url, "extensions", given.get("extensions", SourceOptions().extensions)),
        withheld=_device(url, "withheld", given.get("withheld", "")),
        plain_login=switch(url, given, "plain-login"),
        registrar=_registrar(url, given["registrar"]) if "registrar" in given else "",
        trusted=_trusted(url, given["trusted"]) if "trusted" in given else (),
    )


def matching(url: str, name: str, value: str, pattern: str, code: str) -> str:
    """The value if all of it matches. Raises BadInput with the `code` that says what it must be."""
    if re.fullmatch(pattern, value) is None:
        raise BadInput(Why(code, {"url": url, "name": name}))
    return value


def switch(url: str, given: Mapping[str, str], name: str) -> bool:
    """Whether it is `1`; `0`, or not there, is no. Raises BadInput."""
    if (asked := given.get(name, "0")) not in _SWITCH:
        raise BadInput(Why("source_switch", {"url": url, "name": name}))
    return _SWITCH[asked]


def positive(url: str, name: str, value: str, limit: float) -> float:
    """The value as a number above 0. Raises BadInput."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= limit:
        raise BadInput(Why("option_number", {"url": url, "name": name, "most": f"{limit:g}"}))
    return number


def _region(url: str, region: str) -> str:
    if not numbers.known_region(region):
        raise BadInput(Why("option_region", {"url": url}))
    return region


def _pattern(url: str, name: str, value: str) -> str:
    try:
        re.compile(value)
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        raise BadInput(Why("option_pattern", {"url": url, "name": name, "reason": str(error)})) from error
    if (costly := costly_in(value)) is not None:
        raise BadInput(Why("option_costly", {"url": url, "name": name, "reason": costly}))
    return value


def _device(url: str, name: str, value: str) -> str:
    """A pattern for the name of a device, which has no technology before it."""
    if "/" in value:
        raise BadInput(Why("option_device", {"url": url, "name": name}))
    return _pattern(url, name, value)


def costly_in(pattern: str) -> str | None:
    """What makes a regular expression (one that compiles) too slow for names that come from outside, None if nothing does.

    Matching tries all ways to cut a name into repeats: their number doubles with each character where what is repeated
    repeats or chooses itself, as in `([0-9]+)*` or `(a|aa)+`, and is a power of the name's length where many stand in a row.
    """
    if len(pattern) > _LONGEST_PATTERN:
        return f"is longer than {_LONGEST_PATTERN} characters"
    groups: list[bool] = []
    varies = closed = False
    endless = optional = 0
    for piece in _PIECE.finditer(pattern):
        was_closed, closed = closed, False
        if piece["open"]:
            groups.append(varies)
            varies = False
        elif piece["close"] and groups:
            closed, closed_varies = True, varies
            varies = groups.pop() or varies
        elif piece["choice"]:
            varies = True
        elif piece["repeat"] and not _is_question(piece, pattern):
            if was_closed and closed_varies and _most(piece) > 1:
                return f"repeats what repeats or chooses itself ({piece['repeat']} behind a bracket)"
            endless += _most(piece) > 1 and not _is_fixed(piece)
            optional += _most(piece) <= 1
            varies = True
    if optional > _MOST_OPTIONAL:
        return f"has more than {_MOST_OPTIONAL} pieces that may be left out"
    return f"has more than {_MOST_ENDLESS} repeats of no fixed number" if endless > _MOST_ENDLESS else None


def _is_fixed(piece: re.Match[str]) -> bool:
    """`{3}` or `{3,3}` repeats as often as it says."""
    return bool(piece["least"]) and (not piece["comma"] or piece["least"] == piece["most"])


def _is_question(piece: re.Match[str], pattern: str) -> bool:
    """The `?` of `(?:`, `(?=` and the like repeats nothing."""
    return piece["repeat"] == "?" and piece.start() > 0 and pattern[piece.start() - 1] == "("


def _most(piece: re.Match[str]) -> float:
    """How often at most; as many as a pattern may have is as good as endless."""
    if piece["repeat"] in ("*", "+"):
        return math.inf
    if piece["repeat"] == "?":
        return 1
    if not piece["least"] and not piece["comma"]:
        return 1  # {} is no repeat
    most = piece["most"] if piece["comma"] else piece["least"]
    most = most.lstrip("0") or most[:1]
    return math.inf if not most or len(most) > 9 else int(most)


def _registrar(url: str, value: str) -> str:
    matched = _REGISTRAR.fullmatch(value)
    if matched is None or (matched["port"] is not None and not 0 < int(matched["port"]) < 65_536):
        raise BadInput(Why("option_registrar", {"url": url}))
    return value


def _trusted(url: str, value: str) -> tuple[str, ...]:
    """Addresses as a peer's is written, so that they can be compared; names are refused, for peers have none."""
    found: list[str] = []
    for one in value.split(","):
        text = one.strip().removeprefix("[").removesuffix("]")
        try:
            found.append("*" if text == "*" else str(ipaddress.ip_address(text)))
        except ValueError as error:
            raise BadInput(Why("option_trusted", {"url": url, "text": one.strip()})) from error
    if len(found) > _MOST_TRUSTED:
        raise BadInput(Why("option_trusted_many", {"url": url, "most": str(_MOST_TRUSTED)}))
    return tuple(dict.fromkeys(found))
