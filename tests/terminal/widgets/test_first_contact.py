"""Whom nobody has met is called so only where nothing says that they were met before this database."""

from pathlib import Path

import msgspec
import pytest
from textual.geometry import Size

from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from terminal import words
from terminal.widgets.card import Card
from terminal.widgets.face import Face
from terminal.widgets.person import Person
from terminal.widgets.when import Now
from tests.screens.harness import compiled
from tests.terminal.scripted_desk import NOW, member, plain_card

LIN = member("m1", "林淑芬", "0912-345-678")


def said(since: str | None, *, noted: bool = False) -> str:
    who = msgspec.structs.replace(LIN, since=SafeText(since) if since is not None else None)
    notes = (Note(id="n", member=who.id, text=SafeLines("說過"), at=NOW),) if noted else ()
    face = Face(Person(member=who, notes=notes), Now(NOW), tags=False)
    rows = Card(face, id="card").picture(face, Size(80, 5)).rows
    return " ".join(piece.text for row in rows for piece in row.left)


@pytest.mark.parametrize(
    ("since", "first"),
    [
        (None, True),
        ("", True),
        ("2026-11-24", True),
        ("2026-11-21", True),
        ("2026-11-20", False),
        ("2016-03-05", False),
        ("2016-03-05T10:00:00Z", False),
        ("2016", False),
        ("long ago", False),
    ],
)
def test_only_who_is_new_is_met_for_the_first_time(since: str | None, first: bool) -> None:
    words.language("en", words.LOCALE)
    assert ("First contact" in said(since)) is first
    assert ("No contact recorded yet" in said(since)) is not first
    assert "First contact" not in said(since, noted=True)


def test_in_chinese(tmp_path: Path) -> None:
    words.language("zh_Hant", compiled(tmp_path))
    try:
        assert "第一次往來" in said("2026-11-24")
        assert "還沒有往來紀錄" in said("2016-03-05")
    finally:
        words.language("en", words.LOCALE)


def test_who_has_a_past_has_it_named() -> None:
    words.language("en", words.LOCALE)
    card = plain_card(msgspec.structs.replace(LIN, since=SafeText("2016-03-05")))
    face = Face(Person(member=card.member, timeline=card.timeline), Now(NOW), tags=False)
    rows = Card(face, id="card").picture(face, Size(80, 5)).rows
    assert "Last" in " ".join(piece.text for row in rows for piece in row.left)
