"""Hostile text from end to end: a line that names its callers so, members and notes that came so by sync, a real terminal."""

import asyncio
import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from ringdesk.members import Member, MemberNumber
from ringdesk.notes import Note
from ringdesk.ops import Row
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.tasks import Task
from ringdesk.timeline import Contact, ContactKind
from terminal.screens.arrangement import plan
from tests.cli.processes import child
from tests.flows.members import filled
from tests.flows.screen import SIZE, Person
from tests.screens.strict import escaped

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pty is needed, which this system lacks")

NAMES: Final = {
    "紅\x1b[31m色\x1b[0m": "紅[31m色[0m",
    "\x1b]52;c;Y3VybCBldmls\x07剪": "]52;c;Y3VybCBldmls剪",
    "\x1b[2J\x1b[H清": "[2J[H清",
    "A[/]Z": "A[/]Z",
    "[@click=app.quit]x[/]": "[@click=app.quit]x[/]",
    "[red]R": "[red]R",
    "\x9b2J\x9d0;t\x9c控": "2J0;t控",
    "林\x00志\x7f明": "林志明",
    "應收\u202e023$TN": "應收023$TN",
    "林\u2066美\u2069\u200b玲": "林美玲",
}
"""What the line says of a caller, and what a person may read of it."""
PLAYED: Final = "末\r\nNMBR = 0911000111\r\nRING"
"""A name that plays the modem: in text mode nobody can tell. It can lie about a number, and no more."""
MEMBER: Final = "\x1b[2J王\x1b]0;owned\x07[@click=app.quit]小[/]\u202e明\x9b31m\x00"
READ: Final = "[2J王]0;owned[@click=app.quit]小[/]明31m"


def _dirty(text: str) -> SafeText:
    """As a program would send it that is not ours."""
    return str.__new__(SafeText, text)


def rows() -> list[tuple[str, Row]]:
    """A member with hostile text wherever there is text, and all that hangs on one."""
    bad = _dirty(MEMBER)
    member = Member(
        id="m1",
        code=SafeText("HOSTILE1"),
        name=bad,
        honorific=bad,
        numbers=(MemberNumber(bad, "+886912345678", bad),),
        tier=_dirty("\x1b[5m金\x9b0m"),
        tags=(bad, _dirty("A[/]Z")),
        flags=(_dirty("\x1b[8m過敏\u202e"),),
        home_store=bad,
        language=bad,
        birthday=bad,
        since=bad,
    )
    contact = Contact(id="k1", member="m1", kind=ContactKind.VISIT, at=1e9, text=bad, who=bad, state=bad)
    task = Task(id="t1", member="m1", title=bad, due=bad, author_name=bad)
    note = Note(id="n1", member="m1", text=str.__new__(SafeLines, f"{MEMBER}\n\x1bc二"), author_name=bad, at=1e9)
    return [("member", member), ("contact", contact), ("task", task), ("note", note)]


def said_by_the_line(room: Path, names: Sequence[str]) -> Path:
    """The calls of the line: no number, so that the name stands for the caller."""
    path = room / "names.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(("O", name) for name in names)
    return path


def test_nothing_that_a_peer_says_reaches_the_terminal_but_as_text(tmp_path: Path) -> None:
    data = tmp_path / "data"
    asyncio.run(filled(data, rows()))
    calls = str(said_by_the_line(tmp_path, [*NAMES, PLAYED]))
    pace = ["--rings", "2", "--cadence", "0.2", "--every", "1.2"]
    with child(tmp_path, "simulate", "modem", "--listen", "127.0.0.1:0", "--from", calls, *pace) as modem:
        source = modem.until(lambda line: "listening" in line)["listening"]
        words = ["desk", "--data", str(data), "--language", "zh-Hant", "--source", f"{source}?line=1&ring-gap=0.5"]
        with Person(tmp_path, words) as person:
            read: set[str] = set()

            def all_read() -> bool:
                read.update(text for text in NAMES.values() if text in person.pane("lines"))
                return len(read) == len(NAMES)

            person.see(all_read)
            person.see(lambda: "0911-000-111" in person.pane("lines"))
            click_on_every_row(person, "lines")

            person.type("\x1b")
            person.see(lambda: not person.in_the_note)
            person.type("/")
            person.see(lambda: "焦點在 輸入框" in person.pane("keybar"))
            person.type("HOSTILE1")
            person.see(lambda: READ[:12] in "\n".join(person.rows()))
            person.type("\r")
            person.see(lambda: "HOSTILE1" in person.title("card"))
            person.see(lambda: "! [8m過敏" in person.pane("card") and READ[:12] in person.pane("timeline"))
            person.see(lambda: "c二" in person.pane("earlier"))
            click_on_every_row(person, "card")
            person.settle()
            assert person.leave() == 0
            assert escaped(person.stream.decode("utf-8", "surrogateescape")) == []


def click_on_every_row(person: Person, pane: str) -> None:
    """What looks like markup must not be something to click on."""
    place = plan(SIZE)[pane]
    for y in range(place.y, place.bottom):
        for button in ("M", "m"):
            person.write(f"\x1b[<0;{place.x + 24};{y + 1}{button}".encode())
        person.read(0.02)
