"""Those whom a number or a name may mean: how many they are, how well each fits, the number that was asked for."""

from collections.abc import Iterable, Sequence
from typing import Final

from ringdesk.names import fold
from ringdesk.safetext import SafeText
from terminal.news import Match
from terminal.widgets.telephone import written

SHARED: Final = "number_shared"
"""The reason of those who have one number together."""


def sharing(matches: Sequence[Match]) -> int:
    """How many they are: of very many who share a number a list has only the first, and the reason says how many there are."""
    said = matches[0].why.args.get("count", "") if matches and matches[0].why.code == SHARED else ""
    return max(len(matches), int(said) if said.isdecimal() else 0)


_FIT: Final = {"and": 1, "name_starts": 2, "name_matches": 3, "tail_matches": 3, "tail_only": 4}


def by_fit(matches: Iterable[Match]) -> list[Match]:
    """Those who were looked up, by how well they fit, then by name and number. Those who are no guess stand first, in the order
    in which they were found: of several with one number the usual one leads."""

    def place(match: Match) -> tuple[int, bool, str, str]:
        if not match.guess:
            return (0, False, "", "")
        name = fold(match.member.name)
        whole = name == fold(match.why.args.get("text", ""))
        return (_FIT.get(match.why.code, 5), not whole, name, number_found(match))

    return sorted(matches, key=place)


def number_found(match: Match) -> SafeText:
    """The number of somebody who was looked up, as people write it here: the one that has the digits that were asked for."""
    wanted = match.why.args.get("digits", "")
    numbers = match.member.numbers
    ends = (each for each in numbers if wanted and (each.e164 or each.raw).endswith(wanted))
    found = next(ends, numbers[0] if numbers else None)
    return written(found.e164, found.raw) if found is not None else SafeText()
