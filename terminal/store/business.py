"""What the business itself says: its agenda, articles, dispositions, its team, the numbers that it marked.

The entries are derived from the rows as they are shown, in the transaction that changes them (see `index`).
"""

from collections.abc import Iterable
from typing import Final

from ringdesk.articles import Article, ArticleKind
from ringdesk.dispositions import Disposition
from ringdesk.marks import MarkLabel, NumberMark
from ringdesk.ops import Row, RowKey
from ringdesk.presence import Presence
from ringdesk.tasks import Task, TaskState
from ringdesk.terms import asked, covered, terms
from terminal.store.connection import Transaction
from terminal.store.rows import shown, shown_rows

AGENDA: Final = 200
"""Open tasks that are listed; nobody does more in a day."""
ANSWERS: Final = 20
_CONSIDERED: Final = 100
_ENOUGH: Final = 0.5
"""The part of a question's terms that an answer must have."""
_NEVER: Final = "9"
"""Sorts behind every date."""


def reindex(tx: Transaction, key: RowKey, before: Row | None, after: Row | None) -> None:
    """Replace the entries of a task, an article or a mark."""
    kind = key[0]
    if kind == "task":
        _reindex_task(tx, key[1], before, after)
    elif kind == "article":
        tx.do("delete from answer where id = ?", key[1])
        _enter_article(tx, after)
    elif kind == "mark":
        tx.do("delete from marked where id = ?", key[1])
        _enter_mark(tx, after)


def rebuild(tx: Transaction) -> None:
    """Derive every entry anew."""
    for table in ("agenda", "answer", "marked"):
        tx.do(f"delete from {table}")  # noqa: S608 - names of ours
    for key, row in shown_rows(tx, "task"):
        _reindex_task(tx, key[1], None, row)
    for _, row in shown_rows(tx, "article"):
        _enter_article(tx, row)
    for _, row in shown_rows(tx, "mark"):
        _enter_mark(tx, row)


def _agenda_entry(row: Row | None) -> tuple[str, str, str] | None:
    if not isinstance(row, Task) or row.state is not TaskState.OPEN:
        return None
    return row.kind.value, row.assignee or "", row.due or _NEVER


def _reindex_task(tx: Transaction, row_id: str, before: Row | None, after: Row | None) -> None:
    old, new = _agenda_entry(before), _agenda_entry(after)
    if new is None:
        tx.do("delete from agenda where id = ?", row_id)
    elif new != old:
        tx.do("insert or replace into agenda (id, kind, assignee, due) values (?, ?, ?, ?)", row_id, *new)


def _enter_article(tx: Transaction, row: Row | None) -> None:
    if isinstance(row, Article) and not row.retired and row.kind is ArticleKind.ANSWER:
        title, body = terms(row.title), terms(f"{row.text} {' '.join(row.keywords)}")
        tx.do("insert into answer (id, title, body) values (?, ?, ?)", row.id, " ".join(title), " ".join(body))


def _enter_mark(tx: Transaction, row: Row | None) -> None:
    if isinstance(row, NumberMark) and row.label is not MarkLabel.NONE:
        tx.do("insert or replace into marked (number, id) values (?, ?)", row.e164 or row.raw, row.id)


# --- questions --------------------------------------------------------------------------------------------------------


def agenda(tx: Transaction, person: str | None = None) -> list[Task]:
    """Open tasks, the next due first: all, or those of a person and of nobody."""
    lines = tx.all(
        "select id from agenda where ?1 is null or assignee in ('', ?1) order by due, id limit ?2", person, AGENDA
    )
    rows = (shown(tx, ("task", row_id)) for (row_id,) in lines)
    return [row for row in rows if isinstance(row, Task)]


def answers(tx: Transaction, query: str) -> list[Article]:
    """The articles that answer a question, the best first; none where none has most of what was asked."""
    wanted = asked(query)
    if not wanted:
        return []
    spoken = " OR ".join(f'"{term}"' + ("*" if term.isascii() else "") for term in wanted)
    lines = tx.all(
        "select id from answer where answer match ? order by bm25(answer, 0, 4, 1) limit ?", spoken, _CONSIDERED
    )
    found = [row for (row_id,) in lines if isinstance(row := shown(tx, ("article", row_id)), Article)]
    judged = [(covered(wanted, f"{row.title} {row.text} {' '.join(row.keywords)}"), row) for row in found]
    fitting = sorted((pair for pair in judged if pair[0] >= _ENOUGH), key=lambda pair: -pair[0])
    return [row for _, row in fitting][:ANSWERS]


def articles(tx: Transaction, kinds: Iterable[ArticleKind]) -> list[Article]:
    """Articles of these kinds that are not retired, the newest first."""
    wanted = frozenset(kinds)
    rows = [row for _, row in shown_rows(tx, "article") if isinstance(row, Article)]
    return sorted((row for row in rows if row.kind in wanted and not row.retired), key=lambda row: -row.at)


def dispositions(tx: Transaction) -> list[Disposition]:
    """The codes that the business has made."""
    return [row for _, row in shown_rows(tx, "disposition") if isinstance(row, Disposition)]


def team(tx: Transaction) -> list[Presence]:
    """Everybody who has said what they do here, by name."""
    rows = [row for _, row in shown_rows(tx, "presence") if isinstance(row, Presence)]
    return sorted(rows, key=lambda row: (row.name, row.id))


def mark(tx: Transaction, number: str) -> NumberMark | None:
    """The mark on a number (E.164, or as it was given), the newest of several."""
    lines = tx.all("select id from marked where number = ?", number)
    rows = [row for (row_id,) in lines if isinstance(row := shown(tx, ("mark", row_id)), NumberMark)]
    return max(rows, key=lambda row: row.at, default=None)
