"""The rows of missed calls and callbacks: what says when is there at every width, in both languages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from textual.geometry import Size

from ringdesk.calls import CallState, Outcome
from ringdesk.safetext import SafeText
from ringdesk.tasks import Attempt, AttemptResult, Task, TaskKind, TaskState
from terminal import words
from terminal.widgets.callbacks import ENDS, Missed, Owed, pair
from terminal.widgets.callrow import CallRow
from terminal.widgets.row import Piece, Tone, drawn
from terminal.widgets.speech import RESULTS, say
from terminal.widgets.when import Now, age, clock
from tests.screens.harness import compiled
from tests.terminal.scripted_desk import NOW, call

HERE = Now(NOW, ZoneInfo("Asia/Taipei"))
STYLES = dict.fromkeys(Tone, Style())
DAY = 86400
LANGUAGES = ("en", "zh-Hant")
NAMES = ("", "林淑芬", "歐陽正豪先生的秘書", "Maximiliane von Hohenlohe-Bartenstein")
NUMBERS = ("+886912345678", "+886229624417", "0912-345-678 分機 123", "+4930901820")
WIDTHS = st.integers(20, 60)
moments = st.integers(-2 * DAY, 60 * DAY).map(lambda passed: NOW + passed)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("locale"))


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.language("en")


def iso(at: float) -> SafeText:
    return SafeText(datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def text(entry: Task | CallRow, owed: Owed, cells: int) -> str:
    rows = pair(entry, owed, cells)
    lines = ["".join(segment.text for segment in drawn(row, cells, STYLES)) for row in rows]
    assert [line for line in lines if "..>" in line[:6]] == []
    return "\n".join(lines)


@st.composite
def callbacks(draw: st.DrawFn) -> Task:
    """Callbacks of every kind: with a window, a point in time, a beginning, an end, a day, or nothing; open or done; tried,
    called again, or neither."""
    opens, length = draw(moments), draw(st.integers(60, 6 * 3600))
    shape = draw(st.sampled_from(["window", "point", "from", "end", "day", "none"]))
    ends = {
        "window": iso(opens + length),
        "from": f"{HERE.local(opens):%Y-%m-%d}",
        "day": iso(opens)[:10],
        "none": None,
    }
    due = ends.get(shape, iso(opens))
    called = draw(st.integers(0, 12))
    attempts = draw(st.lists(st.sampled_from(AttemptResult), max_size=2))
    done = draw(st.booleans())
    return Task(
        id="t",
        kind=TaskKind.CALLBACK,
        title=SafeText("Call back"),
        number=SafeText(draw(st.sampled_from(NUMBERS))),
        opens=iso(opens) if shape in ("window", "point", "from") else None,
        due=SafeText(due) if due is not None else None,
        state=TaskState.DONE if done else TaskState.OPEN,
        at=NOW - draw(st.integers(0, DAY)),
        assignee_name=SafeText(draw(st.sampled_from(["", "美惠", "Bartholomew"]))),
        attempts=tuple(Attempt(NOW - 60, each) for each in attempts),
        called=called,
        called_at=NOW - draw(st.integers(0, 3600)) if called else None,
        done_at=NOW - 30 if done else None,
    )


def times(task: Task) -> list[str]:
    """What a row must say, worked out apart from the widget: each end of the window, its day, how late it is, when it was
    done, when they called first and last; with attempts their count stands instead of the calls."""
    ends = datetime.fromisoformat(task.due).timestamp() if task.due and len(task.due) > 10 else None
    exact = [end for end in (task.opens, task.due) if end and len(end) > 10]
    said: list[str] = [clock(datetime.fromisoformat(end).timestamp(), HERE, seconds=False) for end in exact]
    first = datetime.fromisoformat(task.opens).timestamp() if task.opens else ends
    late = ends is not None and ends + (300 if task.opens == task.due else 0) < NOW
    if first is not None and HERE.local(first).date() != HERE.today and not (late and not task.opens):
        said.append(f"{HERE.local(first):%m/%d}")
    if late and task.state is TaskState.OPEN and ends is not None:
        said.append(age(NOW - ends))
    if task.due and len(task.due) == 10 and task.due > HERE.today.isoformat():
        said.append(task.due[5:].replace("-", "/"))
    if task.done_at is not None:
        said.append(clock(task.done_at, HERE, seconds=False))
    again = task.called_at if task.called_at is not None and not task.attempts else None
    said.append(clock(task.at if again is None else again, HERE, seconds=False))
    return said


@given(task=callbacks(), name=st.sampled_from(NAMES), language=st.sampled_from(LANGUAGES), rang=st.booleans())
def test_what_says_when_never_falls_off(task: Task, name: str, language: str, rang: bool, chinese: Path) -> None:
    words.language(language, chinese)
    owed = Owed(((task, SafeText(name)),), (), HERE, {"t": 24} if rang else {})
    for cells in range(20, 61):
        found = text(task, owed, cells)
        assert not [each for each in times(task) if each not in found], (cells, found)


@given(cells=WIDTHS, language=st.sampled_from(LANGUAGES), also=st.integers(0, 9), name=st.sampled_from(NAMES))
def test_a_missed_call_keeps_its_time(cells: int, language: str, also: int, name: str, chinese: Path) -> None:
    words.language(language, chinese)
    missed = call("c1", state=CallState.RING_STOPPED)
    missed = msgspec.structs.replace(missed, caller=msgspec.structs.replace(missed.caller, name=SafeText(name)))
    row = CallRow(call=missed, also=tuple(f"c{index}" for index in range(also)))
    found = text(row, Owed((), (row,), HERE), cells)
    assert found.startswith(clock(missed.started, HERE, seconds=False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_window_stays_after_the_caller_got_a_name(language: str, chinese: Path) -> None:
    words.language(language, chinese)
    task = Task(
        id="t",
        kind=TaskKind.CALLBACK,
        title=SafeText("x"),
        number=SafeText("+886229624417"),
        opens=SafeText("2026-11-25T01:00:00Z"),
        due=SafeText("2026-11-25T04:00:00Z"),
        at=NOW,
    )
    for cells in (34, 35, 36):
        found = text(task, Owed(((task, SafeText("林淑芬")),), (), HERE), cells)
        assert re.search(r"\(02\)2962-4417 +11/25 09:00-12:00", found), (cells, found)


def test_what_is_told_goes_before_the_window_does() -> None:
    task = Task(
        id="t",
        kind=TaskKind.CALLBACK,
        number=SafeText("+886912345678"),
        opens=SafeText("2026-11-25T01:00:00Z"),
        due=SafeText("2026-11-25T04:00:00Z"),
        at=NOW,
        attempts=(Attempt(NOW, AttemptResult.NO_ANSWER),),
    )
    tried = say("{count}x {result}", count=1, result=say(RESULTS[AttemptResult.NO_ANSWER]))
    owed = Owed(((task, SafeText("歐陽正豪的秘書")),), (), HERE)
    assert tried in text(task, owed, 60)
    narrow = text(task, owed, 34)
    assert tried not in narrow
    assert "11/25 09:00-12:00" in narrow
    assert "0912-345-678" in narrow


def test_half_a_number_is_nobodys() -> None:
    fields: dict[str, object] = {
        "number": SafeText("+886912345678"),
        "state": TaskState.DONE,
        "done_at": NOW,
        "at": NOW,
    }
    task = Task(id="t", kind=TaskKind.CALLBACK, **fields)  # type: ignore[arg-type]
    for cells in range(27, 61):
        assert "0912-345-678" in text(task, Owed(((task, SafeText()),), (), HERE), cells)
    assert "called back 16:43" in text(task, Owed(((task, SafeText()),), (), HERE), 60)


def panel(*tasks: Task, calls: tuple[CallRow, ...] = (), now: Now = HERE) -> Missed:
    made = Missed(Owed((), (), HERE), id="missed")
    made.value = Owed(tuple((task, SafeText("林淑芬")) for task in tasks), calls, now)
    return made


def words_of(pieces: tuple[Piece, ...]) -> str:
    return "".join(str(each.text) for each in pieces)


CALLBACK = Task(id="t", kind=TaskKind.CALLBACK, number=SafeText("+886229624417"), at=NOW - 90)
LOST = CallRow(call=call("c1", state=CallState.RING_STOPPED))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_foot_names_the_keys_of_the_selected_row(language: str, chinese: Path) -> None:
    words.language(language, chinese)
    of_call, of_callback = ("m missed", "a tried") if language == "en" else ("m 未接", "a 回電結果")
    listed = panel(CALLBACK, calls=(LOST,))
    assert of_call in words_of(listed.picture(listed.value, Size(76, 8)).under), "nobody is in the list yet"
    listed.set_reactive(Missed.has_focus, True)
    for selected, said, unsaid in ((0, of_callback, of_call), (1, of_call, of_callback)):
        listed.selected = selected
        foot = words_of(listed.picture(listed.value, Size(76, 8)).under)
        assert said in foot
        assert unsaid not in foot
    made = msgspec.structs.replace(CALLBACK, state=TaskState.DONE, done_at=NOW - 9)
    done = panel(made)
    done.set_reactive(Missed.has_focus, True)
    assert done.picture(done.value, Size(76, 8)).under == ()


def test_a_window_is_open_from_the_minute_that_it_names() -> None:
    begins = NOW - NOW % 60 + 60
    task = msgspec.structs.replace(CALLBACK, opens=iso(begins + 25), due=iso(begins + 1800))
    before, at = (Now(begins + passed, HERE.zone).minute for passed in (-1, 0))
    assert "waits" in text(task, Owed(((task, SafeText("x")),), (), before), 40)
    assert "to call" in text(task, Owed(((task, SafeText("x")),), (), at), 40)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cells", range(30, 61, 3))
def test_the_name_of_the_panel_is_never_cut(cells: int, language: str, chinese: Path) -> None:
    words.language(language, chinese)
    sure = [CallRow(call=call(f"c{index}", state=CallState.ENDED, outcome=Outcome.MISSED)) for index in range(12)]
    listed = panel(
        *[msgspec.structs.replace(CALLBACK, id=f"t{index}") for index in range(9)], calls=(*sure, LOST, LOST)
    )
    picture = listed.picture(listed.value, Size(cells, 5))
    assert sum(each.width for each in (*picture.title, *picture.corner)) + ENDS <= cells
    assert cells < 40 or words_of(picture.title) == say("Missed and callbacks")
