"""Finding a member: by the number that calls, and as you type.

Every question is one hop on a connection of its own, so that a pop never waits for a page that is being applied. Every
answer is a range of one index, ranked as it lies there: the last contact first.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from ringdesk import names, numbers
from ringdesk.calls import Presentation
from ringdesk.marks import NumberMark
from ringdesk.members import Member
from ringdesk.numbers import Number
from ringdesk.safetext import SafeText
from ringdesk.tracker import again
from ringdesk.why import Why
from terminal.news import Match
from terminal.store import business, cards
from terminal.store.connection import Database, Transaction
from terminal.store.index import code_gram, tail_gram
from terminal.store.rows import shown

LIMIT: Final = 20
MAX_RESULTS: Final = 1000
"""More than anybody reads."""
MAX_QUERY: Final = 100
SHORTEST_TAIL: Final = 3
"""Digits at least to look for a number by its end."""
_SCANNED: Final = 500
"""Entries of the index that are looked at where one has to be read to be judged."""
_MAX_SHARED: Final = 50

_DIGITS: Final = re.compile(r"[0-9][0-9\s()-]*")


class Lookup:
    """Questions to a replica. `region` and `area` are where a number without them is dialled from."""

    def __init__(self, reader: Database, *, region: str = "TW", area: str = "") -> None:
        self._reader = reader
        self._region = region
        self._area = area

    async def by_number(self, number: Number) -> list[Match]:
        """Whose number it is: the usual caller first, then the last contact. A withheld or absent number is nobody's."""
        if number.e164 is None or number.presentation is not Presentation.SHOWN:
            return []
        e164 = number.e164
        return await self._reader.run(lambda tx: owners(tx, e164))

    async def mark(self, number: str) -> NumberMark | None:
        """The mark on a number that is nobody's: E.164, or as it was given."""
        return await self._reader.run(lambda tx: business.mark(tx, number))

    async def ended(self, calls: Sequence[str]) -> dict[str, float]:
        """When the calls of these ids ended, those that there are; `again.LIVES` of one that has not."""
        return await self._reader.run(lambda tx: _ended(tx, calls))

    async def search(self, query: str, limit: int = LIMIT) -> list[Match]:
        """The search box: a full number, its last 3 or 4 digits, a member code, a name, or digits and a name together."""
        text = SafeText(query[:MAX_QUERY]).strip()
        if not text or limit < 1:
            return []
        limit = min(limit, MAX_RESULTS)
        wanted = _read(text, self._region, self._area)
        return await self._reader.run(lambda tx: _answer(tx, wanted, limit))


class Wanted(NamedTuple):
    """A query as it was understood."""

    text: str
    e164: str | None
    tail: str
    name: str
    short: str = ""
    """Digits beside a name that are too few to be a tail; `bare` is the name without them."""
    bare: str = ""


def _ended(tx: Transaction, calls: Iterable[str]) -> dict[str, float]:
    found = ((call_id, cards.find_call(tx, call_id)) for call_id in calls)
    return {call_id: again.LIVES if call.ended is None else call.ended for call_id, call in found if call is not None}


def _read(text: str, region: str, area: str) -> Wanted:
    """A number is only read where the whole query is one; else the digits in it are a tail, the rest is a name."""
    folded = names.fold(text)
    if not re.search(r"[^\W\d_]", folded):
        digits = "".join(re.findall(r"[0-9]", folded))
        return Wanted(text, numbers.read(text, region, area).e164, digits if len(digits) >= SHORTEST_TAIL else "", "")
    groups = [group for group in _DIGITS.findall(folded) if len(re.sub(r"\D", "", group)) >= SHORTEST_TAIL]
    tail = re.sub(r"\D", "", groups[0]) if len(groups) == 1 else ""
    name = folded.replace(groups[0], " ") if tail else folded
    few = [] if tail else [group for group in re.findall(r"[0-9]+", folded) if len(group) < SHORTEST_TAIL]
    bare = re.sub(r"[0-9]+", " ", folded).strip() if few else ""
    return Wanted(text, None, tail, name.strip(), " ".join(few), bare)


def _answer(tx: Transaction, wanted: Wanted, limit: int) -> list[Match]:
    found = [*_by_code(tx, wanted.text)]
    if wanted.e164 is not None:
        found += owners(tx, wanted.e164)
    if wanted.tail and wanted.name:
        found += _by_tail_and_name(tx, wanted, limit)
        found = found or _by_name(tx, wanted.text, limit, wanted.tail) or _by_either(tx, wanted, limit)
    elif wanted.tail and wanted.e164 is None:
        found += _by_tail(tx, wanted.tail, limit)
    if not found or not wanted.tail:
        found += _by_name(tx, wanted.name or wanted.text, limit)
    if not found and wanted.bare:
        found = _because(
            Why("name_alone", {"text": wanted.bare, "digits": wanted.short}), _by_name(tx, wanted.bare, limit)
        )
    return list({match.member.id: match for match in reversed(found)}.values())[::-1][:limit]


def owners(tx: Transaction, e164: str) -> list[Match]:
    """Everybody with this number, at most `_MAX_SHARED`; the reason says how many there are."""
    found = tx.all(
        "select member_number.member, count(*) over () from member_number"
        " left join recency on recency.member = member_number.member"
        " where e164 = ? order by usual desc, coalesce(day, 0), member_number.member limit ?",
        *(e164, _MAX_SHARED),
    )
    members = _members(tx, (row_id for row_id, _count in found))
    count = found[0][1] if len(found) == _MAX_SHARED else len(members)
    why = Why("number_exact") if len(members) == 1 else Why("number_shared", {"count": str(count)})
    return [Match(member, why) for member in members]


def _members(tx: Transaction, ids: Iterable[str]) -> list[Member]:
    rows = (shown(tx, ("member", row_id)) for row_id in ids)
    return [row for row in rows if isinstance(row, Member)]


def _by_code(tx: Transaction, text: str) -> list[Match]:
    ids = tx.all("select member from gram where gram = ? order by day, member limit ?", code_gram(text), LIMIT)
    found = _members(tx, (row_id for (row_id,) in ids))
    return [Match(member, Why("code_matches", {"code": str(member.code)})) for member in found]


def _by_tail(tx: Transaction, tail: str, limit: int) -> list[Match]:
    found = _with_tail(tx, tail, limit)
    return [Match(member, _tail_why(tail), guess=True) for member in found]


def _with_tail(tx: Transaction, tail: str, limit: int) -> list[Member]:
    """Members with a number that ends so. Of longer tails the last four digits are in the index."""
    ids = tx.all(
        "select member from gram where gram = ? order by day, member limit ?",
        *(tail_gram(tail[-4:]), limit if len(tail) <= 4 else _SCANNED),
    )
    found = _members(tx, (row_id for (row_id,) in ids))
    return [member for member in found if _ends(member, tail)][:limit]


def _ends(member: Member, tail: str) -> bool:
    """Whether a number ends so; the index has answered already for tails of 3 and 4."""
    if len(tail) <= 4:
        return True
    national = tail.removeprefix("0")
    return any(number.e164 is not None and number.e164.endswith(national) for number in member.numbers)


def _by_name(tx: Transaction, name: str, limit: int, rare: str = "") -> list[Match]:
    """Whose name has all of it; `rare` is a part of it that few names have."""
    key = rare or names.key(name)
    if not key:
        return []
    gram = _gram(key)
    scanned = limit if names.fold(name) == gram else _SCANNED
    ids = tx.all("select member from gram where gram = ? order by day, member limit ?", gram, scanned)
    matches: list[Match] = []
    for (row_id,) in ids:
        matches += [
            Match(member, _name_why(member, key), guess=True)
            for member in _members(tx, [row_id])
            if names.contains(member.name, name)
        ]
        if len(matches) == limit:
            break
    return matches


def _gram(key: str) -> str:
    """The longest beginning of a key that is in the index; what is found by it still has to be judged by the whole."""
    word = key[: names.MAX_WORD_GRAM]
    return word if names.is_gram(word) else key[: names.MAX_HAN_GRAM]


def _by_tail_and_name(tx: Transaction, wanted: Wanted, limit: int) -> list[Match]:
    """Of those whose number ends so, those with the name: tails are rarer than surnames, and the name is one more look-up. The
    one who is alone with both is no guess; that is only known where all who might have both were looked at."""
    key = names.key(wanted.name)
    ids = tx.all(
        "select tail.member from gram as tail where tail.gram = ? and exists (select 1 from gram as name"
        " where name.gram = ? and name.day = tail.day and name.member = tail.member) order by tail.day, tail.member limit ?",
        *(tail_gram(wanted.tail[-4:]), _gram(key), _SCANNED),
    )
    found = _members(tx, (row_id for (row_id,) in ids))
    fitting = [member for member in found if names.contains(member.name, wanted.name) and _ends(member, wanted.tail)]
    guess = len(fitting) != 1 or len(ids) == _SCANNED
    return [
        Match(member, _both(_tail_why(wanted.tail), _name_why(member, key)), guess=guess) for member in fitting[:limit]
    ]


def _by_either(tx: Transaction, wanted: Wanted, limit: int) -> list[Match]:
    """Where nobody has both: who has the digits, for they are the rarer; then who has the name."""
    asked = {"digits": wanted.tail, "text": wanted.name}
    ending = [Match(member, Why("tail_only", asked), guess=True) for member in _with_tail(tx, wanted.tail, limit // 2)]
    return [*ending, *_because(Why("name_only", asked), _by_name(tx, wanted.name, limit))]


def _because(why: Why, matches: list[Match]) -> list[Match]:
    return [msgspec.structs.replace(match, why=why) for match in matches]


def _tail_why(tail: str) -> Why:
    return Why("tail_matches", {"digits": tail})


def _name_why(member: Member, key: str) -> Why:
    starts = names.fold(member.name).startswith(key)
    return Why("name_starts" if starts else "name_matches", {"text": key})


def _both(first: Why, second: Why) -> Why:
    """Two reasons. Their codes and arguments go along, for a front end that says them in another language."""
    said = {"first": first.english(), "second": second.english(), "first_code": first.code, "second_code": second.code}
    return Why("and", said | first.args | second.args)
