"""What must never be cut on any picture of the screen: a number, the name of a key, what stands in the frames and the key bar.

Half a number is nobody's, and half a key cannot be pressed. The pictures are those of `test_snapshots`, which holds them equal
to the screen.
"""

import re
from pathlib import Path
from typing import Final

import pytest

from terminal.bindings import KEYS
from tests.screens.cells import KEY
from tests.screens.states import STATES

PICTURES: Final = sorted((Path(__file__).parent / "__snapshots__" / "test_snapshots").glob("*.txt"))
NAMED: Final = {*(key.shown for key in KEYS), "Enter", "Esc", "Space", "Tab", "PageDown", "PageUp"}
STUMPS: Final = sorted({name[:end] for name in NAMED for end in range(1, len(name) + 1)} - {"/", "?"})
NUMBER: Final = re.compile(r"\d[\d,.:()/-]*>")
HINT: Final = re.compile(rf"(?<![\w+])(?:{'|'.join(map(re.escape, STUMPS))})>")
FRAME: Final = re.compile(r"[╶╺][^╴╸]*[╴╸]")
"""The upper or the lower line of a frame, with what stands in it."""
PROMISE: Final = re.compile(r"- .*> (?=Ctrl)")
"""A promise has as many words as somebody wrote; the key behind it is whole."""
CUT: Final = re.compile(r"[^\s╌╍]>")


def rows(picture: Path) -> list[str]:
    """The rows of the screen, without what their cells mean."""
    return picture.read_text("utf-8").partition(f"\n\n{KEY}")[0].split("\n")


def test_every_state_has_its_pictures() -> None:
    assert {picture.name[len("test_screen[") :].rpartition("-")[0] for picture in PICTURES} == set(STATES)


@pytest.mark.parametrize("what", [NUMBER, HINT], ids=["number", "key"])
def test_neither_a_number_nor_a_key_is_cut(what: re.Pattern[str]) -> None:
    cut = [f"{picture.name}: {row}" for picture in PICTURES for row in rows(picture) if what.search(row)]
    assert not cut, "\n".join(cut)


def test_what_stands_in_a_frame_or_in_the_key_bar_is_whole() -> None:
    cut = []
    for picture in PICTURES:
        *above, bar = rows(picture)
        edges = [PROMISE.sub("", edge) for row in above for edge in FRAME.findall(row)]
        cut += [f"{picture.name}: {text}" for text in (*edges, bar) if CUT.search(text)]
    assert not cut, "\n".join(cut)


def test_a_cut_is_seen() -> None:
    assert NUMBER.search("0977-00> 00:12")
    assert HINT.search("today 17:30 Ctrl+>")
    assert not NUMBER.search("╎ > 雅婷  0977-001-234 00:12")
    assert not HINT.search("> Ctrl+P Commands")
    assert any(CUT.search(edge) for edge in FRAME.findall("╌╴╺╍ Note  0965-118-402  li>╍  Ready to type  ╍╸"))
    assert not any(CUT.search(edge) for edge in FRAME.findall("╶╌ Member  林淑芬 ╌╌  > line 1 With you 00:00  ╌╴"))
