"""Caller ID in DTMF digits (ETS 300 659-1, which Taiwan's DGT 0003-0 takes over), as a detector writes them: `0`-`9`,
`A`-`D`, `*`, `#`. The forms are those that Asterisk reads (main/callerid.c), and ETSI's codes A, B, D.

    D0223456789C  A0912345678C  A0912345678#     the caller's number: A or D starts it, C or # ends the string
    A0912345678D0225001111C                      the caller's, then (D beside A) whose number was called first
    D1#                                          withheld; D2# and D3#: not available
    B10C  B00C                                   withheld; not available

The order of the codes is free. Detectors that pass no letters write bare digits: they are taken for a number, in doubt,
since nothing says where it begins and ends, and the same digits come when somebody dials on the line. From a detector that
has passed a code they are just that.
"""

import re
from typing import Final

from ringdesk.calls import Caller, Presentation, Via
from ringdesk.codecs.announcements import Announcement, Refusal, Said
from ringdesk.safetext import SafeText

MAX_STRING: Final = 64
"""Digits of one string: two numbers of 20 (E.164 has 15) with their codes have 43."""
BARE: Final = SafeText("low confidence: digits without start code, some may be missing")
"""The doubt about a number that came without its codes."""

_SHORTEST: Final = 3
"""Digits without a code that are worth a word: fewer are a key that somebody pressed."""
_TOKENS: Final = re.compile(rb"([0-9ABD*]+)|([C#])|[^0-9A-D*#]+")
_CODED: Final = re.compile(r"(?:[ABD][0-9]*)+")
_PART: Final = re.compile(r"([ABD])([0-9]*)")
_REASONS: Final = {"1": Presentation.PRIVATE, "2": Presentation.UNAVAILABLE, "3": Presentation.UNAVAILABLE}
_INFORMATION: Final = {"00": Presentation.UNAVAILABLE, "10": Presentation.PRIVATE}


class Strings:
    """A `Decoder` of such strings. A stop code, another byte or silence ends one; an overlong one is dropped."""

    def __init__(self) -> None:
        self._string = bytearray()
        self._passes_codes = False

    @property
    def pending(self) -> bool:
        """Whether digits are held."""
        return bool(self._string)

    def feed(self, data: bytes) -> list[Said]:
        """What the strings say that `data` completes."""
        said: list[Said] = []
        for token in _TOKENS.finditer(data):
            if token[1]:
                self._string += token[1][: MAX_STRING + 1 - len(self._string)]
            else:
                said += self._end((token[2] or b"").decode("ascii"))
        return said

    def flush(self) -> list[Said]:
        """Silence: bare digits are over; a string that began with a code was cut short."""
        return self._end("")

    def _end(self, stop: str) -> list[Said]:
        text = self._string.decode("ascii")
        self._string.clear()
        if len(text) > MAX_STRING:
            return [Refusal(f"more than {MAX_STRING} digits")]
        said = read(text, stop)
        if any(isinstance(one, Announcement) and one.doubt is None for one in said):
            self._passes_codes = True
        if self._passes_codes and any(isinstance(one, Announcement) and one.doubt == BARE for one in said):
            return [Refusal(f"digits without start code, though this detector passes it: {text}{stop}")]
        return said


def read(text: str, stop: str) -> list[Said]:
    """What one string says; `stop` is the code behind it, empty if it was ended by something else."""
    start = re.search("[ABD]", text)
    if start is None:
        return _bare(text, stop)
    coded = text[start.start() :]
    if not stop:
        # What is missing is a part of the number, and half a number is a wrong number.
        return _unreadable(f"truncated: no stop code after {coded}", None) if len(coded) >= _SHORTEST else []
    said = _announcement(coded, stop)
    return [said] if said else _unreadable(f"unknown form of caller ID: {coded}{stop}", coded + stop)


def _bare(text: str, stop: str) -> list[Said]:
    """No start code. A detector that passes the C passes the A too: then the beginning was lost."""
    if len(text) < _SHORTEST:
        return []
    if stop == "C":
        return _unreadable(f"truncated: no start code before {text}{stop}", None)
    if "*" in text or len(text) > 20:
        return [Refusal(f"no caller ID: {text}{stop}")]
    return [Announcement(caller=_shown(text), doubt=BARE)]


def _announcement(coded: str, stop: str) -> Announcement | None:
    if stop == "#" and coded[0] == "D" and coded[1:] in _REASONS:
        return Announcement(caller=Caller(presentation=_REASONS[coded[1:]]))
    parts = dict(_PART.findall(coded))
    if not _CODED.fullmatch(coded) or len(parts) != len(_PART.findall(coded)):
        return None
    number, other, information = (parts.get(code) for code in "ADB")
    if information is not None and information not in _INFORMATION:
        return None
    if number is None and information is None:
        number, other = other, None
    if number == "" or other == "":
        return None
    via = Via(raw=SafeText(other)) if other else None
    withheld = information is not None and _INFORMATION[information] is Presentation.PRIVATE
    if number is None or withheld:
        return Announcement(caller=Caller(presentation=_INFORMATION[information or "00"]), via=via)
    return Announcement(caller=_shown(number), via=via)


def _shown(digits: str) -> Caller:
    return Caller(raw=SafeText(digits), presentation=Presentation.SHOWN)


def _unreadable(reason: str, raw: str | None) -> list[Said]:
    """Somebody calls, and why nobody can say who. `raw` is given where nothing of the string is missing."""
    caller = Caller(raw=SafeText(raw) if raw else None, presentation=Presentation.UNREADABLE)
    return [Refusal(reason), Announcement(caller=caller, doubt=SafeText(reason))]
