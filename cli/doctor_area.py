"""The doctor, the area code: local numbers come without it, and are nobody's until the settings name that of the line's place.

A wrong code of a place where numbers are as long (Taipei's and Taichung's both have eight digits) shows in no number: it is
found only where the numbers that came are none there.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from cli.findings import Finding
from ringdesk import numbers
from ringdesk.calls import Direction, Presentation
from ringdesk.dialects import Level
from ringdesk.why import Why, register

register(
    {
        "line_area_missing": (
            "numbers came without an area code ({count}), and none is set, so nobody is found by them: write area=CODE behind the"
            " source, or `area` under [general], as in 02 for Taipei"
        ),
        "line_area_wrong": (
            "numbers came without an area code ({count}), and with {area} they are none: is the line in another place? Correct"
            " `area` of the source or under [general]; {fits} would fit"
        ),
        "line_area_unlike": (
            "numbers came without an area code ({count}), and with {area} they are none: is the line in another place? Correct"
            " `area` of the source or under [general]"
        ),
    }
)

DAYS: Final = 14.0
LOOKED_AT: Final = 500
"""Calls of a replica, the newest; a wrong code shows in every local one of them."""
_TRIED: Final = 20
"""Numbers with which other area codes are tried."""
_MOST_FITTING: Final = 6
"""Codes that are named; more help nobody."""
_LONGEST_CODE: Final = 1000


class Place(NamedTuple):
    """How numbers are read on a line: the country's two letters, and the area code ("" for none)."""

    region: str
    area: str


def misread(raws: Iterable[str], places: Sequence[Place]) -> Why | None:
    """What to do where numbers, as they came, lack an area code and at none of the `places` (at least one) that of the place
    makes a number of them."""
    local = [raw for raw in dict.fromkeys(raws) if all(_is_local(raw, place) for place in places)]
    if not local:
        return None
    count, area = str(len(local)), " / ".join(dict.fromkeys(map(_said, (place for place in places if place.area))))
    if not area:
        return Why("line_area_missing", {"count": count})
    fits = _fitting(local[:_TRIED], places[0].region)
    if fits:
        return Why("line_area_wrong", {"count": count, "area": area, "fits": ", ".join(fits)})
    return Why("line_area_unlike", {"count": count, "area": area})


def of_calls(replica: Path, now: float, places: Sequence[Place]) -> Iterator[Finding]:
    """What the calls of the last days show; `places` are those of the settings and of their lines. A replica that cannot be read
    is told of elsewhere."""
    from terminal.store import cards
    from terminal.store.connection import Transaction, open_reader

    try:
        with closing(open_reader(replica)) as connection:
            calls = cards.recent_calls(Transaction(connection), now - DAYS * 86_400)[-LOOKED_AT:]
    except sqlite3.Error:
        return
    unread = (call.caller for call in calls if call.direction is Direction.IN and call.caller.e164 is None)
    shown = (str(one.raw) for one in unread if one.raw and one.presentation is Presentation.SHOWN)
    why = misread(shown, places)
    if why is not None:
        yield Finding(check="area code", ok=False, level=Level.WARNING, why=why)


def _is_local(raw: str, place: Place) -> bool:
    return numbers.read(raw, place.region, place.area).why.code in ("number_no_area", "number_not_in_area")


def _said(place: Place) -> str:
    return numbers.area_as_dialled(place.area, place.region)


def _fitting(raws: Sequence[str], region: str) -> tuple[str, ...]:
    """Area codes with which all of the numbers are some; none where there are too many to help."""
    codes = (str(code) for code in range(1, _LONGEST_CODE))
    fits = tuple(code for code in codes if all(numbers.read(raw, region, code).e164 is not None for raw in raws))
    return tuple(_said(Place(region, code)) for code in fits) if len(fits) <= _MOST_FITTING else ()
