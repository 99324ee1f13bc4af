import pytest
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, InlineUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from terminal.widgets.gate import clean, gate, gated
from tests.hostile import CASES, HARMLESS, is_forbidden


@pytest.mark.parametrize("name", CASES)
def test_nothing_forbidden_passes_and_the_width_stays(name: str) -> None:
    strip = Strip([Segment(CASES[name])])
    out = gated(strip)
    assert not [char for char in out.text if is_forbidden(char) and not char.isprintable()]
    assert out.cell_length == strip.cell_length


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_passes_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_a_clean_strip_is_not_copied() -> None:
    strip = Strip([Segment("林淑芬", Style(bold=True))])
    assert gated(strip) is strip


def test_hyperlinks_do_not_pass() -> None:
    (segment,) = gated(Strip([Segment("here", Style(link="http://x\x1b\\evil"))]))
    assert segment.style is not None
    assert segment.style.link is None


def test_every_kind_of_frame_is_gated() -> None:
    bad = Strip([Segment("a\x1b]52;c;QQ==\x07b")])
    layout = gate(LayoutUpdate([[bad]], Region(0, 0, 9, 1)))
    inline = gate(InlineUpdate([bad]))
    chops = gate(ChopsUpdate([{0: bad, 5: None}, {0: bad}], [(0, 0, 9)], [[9, 9], [9]]))
    assert isinstance(layout, LayoutUpdate)
    assert isinstance(inline, InlineUpdate)
    assert isinstance(chops, ChopsUpdate)
    drawn = chops.chops[0][0]
    assert drawn is not None
    for strip in (*layout.strips[0], *inline.strips, drawn):
        assert "\x1b" not in strip.text
    assert chops.chops[0][5] is None


def test_what_is_no_frame_is_not_drawn() -> None:
    assert gate("a string\x1b[2J") is None
    assert gate(None) is None
