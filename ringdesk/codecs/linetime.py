"""What a line or a box claims as its own date and time: shown as `MM-DD HH:MM`, never trusted.

A form that nobody knows is kept as it is; nothing gives None.
"""

import re
from typing import Final

from ringdesk.codecs import eightbit
from ringdesk.safetext import SafeText

_TWELVE_HOURS: Final = re.compile(r"(\d?\d)/ ?(\d?\d) +(\d?\d):(\d\d) ?([AP])M", re.ASCII)


def eight_digits(data: bytes) -> SafeText | None:
    """`MMDDHHMM`, as the exchange sends it (GR-30-CORE; EN 300 659-3, 5.4.1)."""
    text = eightbit.read(data)
    if len(text) == 8 and text.isascii() and text.isdigit():
        return SafeText(f"{text[:2]}-{text[2:4]} {text[4:6]}:{text[6:]}")
    return text or None


def twelve_hours(data: bytes) -> SafeText | None:
    """`MM/DD HH:MM AM`, as American boxes write it; zeros in front may be blanks."""
    text = eightbit.read(data)
    match = _TWELVE_HOURS.fullmatch(text)
    if match is None:
        return text or None
    month, day, hour, minute = (int(part) for part in match.groups()[:4])
    hour = hour % 12 + (12 if match[5] == "P" else 0)
    return SafeText(f"{month:02}-{day:02} {hour:02}:{minute:02}")
