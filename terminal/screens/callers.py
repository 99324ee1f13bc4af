"""Who called in vain, one row for each caller: somebody who tries again and again must not push the others out of sight."""

from collections.abc import Iterable

import msgspec

from ringdesk.reached import numbers
from terminal.widgets.callrow import CallRow


def by_caller(rows: Iterable[CallRow]) -> list[CallRow]:
    """Of the `rows` of missed calls, the newest first, the newest of each number, with the ids of the others in `also`, and
    whose number it is if one of them knows. A call whose number was withheld stands for itself, as does the same number at
    another store."""
    kept: list[CallRow] = []
    places: dict[tuple[str, str], int] = {}
    for row in rows:
        forms = [(row.call.site, digits) for digits in numbers(row.call)]
        place = next((places[form] for form in forms if form in places), None)
        if place is None:
            place = len(kept)
            kept.append(row)
        else:
            newest = kept[place]
            kept[place] = msgspec.structs.replace(
                newest, also=(*newest.also, row.call.id), matches=newest.matches or row.matches
            )
        places |= {form: place for form in forms if form not in places}
    return kept
