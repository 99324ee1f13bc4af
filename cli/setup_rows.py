"""Setup, its menus: which row somebody means who types what the row is about, where its number was asked for. Pure."""

import ipaddress
import unicodedata
from typing import Final
from urllib.parse import urlsplit

from terminal.callerid.source import spelled_out
from terminal.plain.commands import plain

WEB: Final = ("http", "https")
KIND_NAMES: Final = {
    "asterisk": "ami",
    "freepbx": "ami",
    "issabel": "ami",
    "freeswitch": "esl",
    "fusionpbx": "esl",
    "webhook": "hook",
    "webhooks": "hook",
}
"""What people call a kind of exchange, beside the name of its dialect."""
PROVIDER_NAMES: Final = {"3cx": "threecx"}


def half_width(typed: str) -> str:
    """An address or a number as it is meant: an input method types `８７９１` for 8791."""
    return unicodedata.normalize("NFKC", typed).strip()


def scheme(typed: str) -> str:
    """What stands before `://` (or `replay:`, `sip:`), in small letters; "" where nothing does."""
    head, colon, rest = typed.strip().partition(":")
    known = rest.startswith("//") or head.lower() in ("replay", "sip")
    return head.lower() if colon and known and head.isascii() and head.isalnum() else ""


def is_line(typed: str) -> bool:
    """Whether it is a port (`COM3`, `/dev/ttyUSB0`) or the whole URL of a source; the address of a web page is none."""
    if spelled_out(typed) != typed.strip():
        return True
    head = scheme(typed)
    return bool(head) and head != "sip" and (head not in WEB or "dialect=" in typed)


def is_host(typed: str) -> bool:
    """Whether it is plainly the address of another machine: `pbx.shop`, `192.0.2.5:5038`, `localhost`. One word alone is not."""
    text = typed.strip()
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    whole = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None)
    if not whole or not text.isprintable() or " " in text:
        return False
    return _is_ip(host) or (("." in host.strip(".") or port is not None or host == "localhost") and _has_letter(host))


def is_web_address(typed: str) -> bool:
    """Whether it is the address of a page, with a host, and nothing behind its path."""
    try:
        parts = urlsplit(typed.strip())
    except ValueError:
        return False
    return parts.scheme in WEB and bool(parts.hostname) and not parts.query and not parts.fragment


def port_of(typed: str) -> int | None:
    """The port that stands behind a host."""
    return urlsplit(f"//{typed.strip()}").port if is_host(typed) else None


def is_telephone(typed: str) -> bool:
    """Whether it is a number as people write it, and not that of a row: at least three digits and nothing but what divides
    them."""
    text = plain(typed)
    return sum(char.isdecimal() for char in text) >= 3 and all(char.isdecimal() or char in " +-()#./" for char in text)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _has_letter(host: str) -> bool:
    return any(char.isalpha() for char in host)
