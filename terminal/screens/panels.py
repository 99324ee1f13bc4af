"""Every panel of the desk screen, once and empty: what is mounted at the start is all that is ever mounted."""

from collections.abc import Iterator

from textual.widget import Widget

from ringdesk.safetext import SafeText
from terminal.widgets.banner import Announcement, Banner
from terminal.widgets.callbacks import Missed, Owed
from terminal.widgets.calls import Calls, Lines
from terminal.widgets.card import Card
from terminal.widgets.chooser import Choices, Chooser
from terminal.widgets.face import Face
from terminal.widgets.help import Help, Manual
from terminal.widgets.keybar import KeyBar, Keys, Strip, TabStrip
from terminal.widgets.menu import Menu
from terminal.widgets.note import NoteArea, NoteFrame, Owner
from terminal.widgets.notes import EarlierNotes, Written
from terminal.widgets.page import Detail, Leaf, Page
from terminal.widgets.person import Person
from terminal.widgets.statusline import Health, StatusLine
from terminal.widgets.tags import Tags
from terminal.widgets.tasks import Duties, Tasks
from terminal.widgets.team import Crew, Team
from terminal.widgets.timeline import Past, Timeline
from terminal.widgets.toosmall import TooSmall
from terminal.widgets.topbar import Top, TopBar
from terminal.widgets.when import Now


def panels(now: Now, agent: SafeText, site: SafeText, changed_keys: tuple[tuple[str, str], ...]) -> Iterator[Widget]:
    """The panels, the text field of the note, and what can lie over them. Their ids are those of `arrangement.plan`."""
    nobody = Person()
    past = Past(nobody, now)
    yield TopBar(Top(agent, site, now), id="topbar")
    yield Banner(Announcement(now), id="banner")
    yield Card(Face(nobody, now), id="card")
    yield Tags(past, id="tags")
    yield Timeline(past, id="timeline")
    yield Detail(Leaf(), id="detail")
    yield Tasks(Duties(nobody, now), id="tasks")
    yield Lines(Calls((), now), id="lines")
    yield Missed(Owed((), (), now), id="missed")
    yield Team(Crew((), now), id="team")
    yield EarlierNotes(Written(nobody, now), id="earlier")
    yield NoteFrame(Owner(nobody), id="noteframe")
    yield StatusLine(Health(now), id="status")
    yield TabStrip(Strip(), id="tabs")
    yield KeyBar(Keys(changed=changed_keys), id="keybar")
    yield NoteArea(
        id="note",
        read_only=True,
        show_cursor=False,
        soft_wrap=True,
        show_line_numbers=False,
        highlight_cursor_line=False,
    )
    yield TooSmall(None, id="toosmall")
    yield Chooser(id="chooser")
    yield Menu(Choices(), id="menu")
    yield Page(Leaf(), id="page")
    yield Help(Manual(changed_keys), id="help")
