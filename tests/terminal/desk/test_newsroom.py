"""Which rows are news, where the clock of the machine was fast until the server told its time."""

from ringdesk.notes import Note
from ringdesk.safetext import SafeLines, SafeText
from ringdesk.wire.values import Answer
from terminal.desk.newsroom import Newsroom
from terminal.news import News, NoteNews, NoticeNews
from terminal.store.edit import Happened, Moved
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


def test_what_the_server_keeps_apart_is_said_in_words() -> None:
    room = Newsroom(lambda: NOON)
    heard: list[News] = []
    room.subscribe(heard.append)
    parked = Answer(op_id="o", dev_seq=1, result="parked", code="unknown_task")
    room.happened(Happened(ops=(Moved("o", "tray", parked),)))
    (notice,) = heard
    assert isinstance(notice, NoticeNews)
    assert notice.code == "unknown_task"
    assert notice.message.startswith("the server keeps this apart")
