"""Which rows are news, where the clock of the machine was fast until the server told its time."""

from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from terminal.desk.newsroom import Newsroom
from terminal.news import News, NoteNews
from terminal.store.edit import Happened
from terminal.store.rows import Change

NOON = 1_800_000_000.0


def test_a_session_began_no_later_than_the_server_says() -> None:
    now = [NOON + 3600.0]
    room = Newsroom(lambda: now[0])
    heard: list[News] = []
    room.subscribe(heard.append)
    note = Note(id="n", author="ann", author_name=SafeText("Ann"), text=SafeLines("x"), at=NOON + 1)
    come = Happened(changes=(Change(("note", "n"), None, note),))
    room.happened(come)
    assert heard == []
    now[0] = NOON
    room.connected()
    room.happened(come)
    assert [news.note.id for news in heard if isinstance(news, NoteNews)] == ["n"]
