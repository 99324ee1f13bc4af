import pytest
from rich.cells import cell_len
from rich.style import Style

from ringdesk.safetext import SafeText
from terminal.widgets.row import Row, Tone, chip, chips, clipped, column, drawn, gap, piece, wrapped
from terminal.widgets.speech import say

STYLES = {tone: Style() for tone in Tone}
MIXED = SafeText("林淑芬 Lin Shu-fen 訂了 30 份")


def width(row: Row, cells: int) -> int:
    return sum(segment.cell_length for segment in drawn(row, cells, STYLES))


@pytest.mark.parametrize("make", [piece, chip, lambda text: column(text, 8), lambda text: wrapped(text, 8)])
def test_text_that_nobody_cleaned_is_not_shown(make: object) -> None:
    assert callable(make)
    with pytest.raises(TypeError, match="SafeText only"):
        make("plain")


def test_words_take_no_uncleaned_argument() -> None:
    with pytest.raises(TypeError, match="must be SafeText"):
        say("line {line}", line="2")  # type: ignore[arg-type]
    assert say("line {line}", line=SafeText("{2}")) == "line {2}"


@pytest.mark.parametrize("cells", range(1, 40))
def test_a_row_fills_its_cells_exactly(cells: int) -> None:
    row = Row((piece(MIXED), chip(SafeText("銀卡"))), (piece(SafeText("已結")), gap(), piece(SafeText("雅婷"))))
    assert width(row, cells) == cells
    assert width(Row((piece(MIXED),)), cells) == cells
    assert width(Row((), (piece(MIXED),)), cells) == cells


@pytest.mark.parametrize("cells", range(30))
def test_a_cut_says_that_it_cut(cells: int) -> None:
    cut = clipped(MIXED, cells)
    assert cell_len(cut) <= cells
    assert cut == MIXED or cells == 0 or cut.endswith(">")


@pytest.mark.parametrize("cells", [4, 7, 10, 25])
def test_wrapping_loses_nothing_and_starts_no_line_with_a_stop(cells: int) -> None:
    text = SafeText("公司年底要送客戶，問提袋能不能印上公司名。可以，滿 20 份免費。Supercalifragilistic ok")
    parts = wrapped(text, cells)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(part) <= cells for part in parts)
    if cells > 4:
        assert not [part for part in parts if part[:1] in "，。"]


@pytest.mark.parametrize("cells", [-4, 0, 1, 2])
def test_a_width_in_which_nothing_fits_ends_all_the_same(cells: int) -> None:
    """A panel out of sight has none; a desk that never came back from here would take no call any more."""
    assert "".join(wrapped(SafeText("週三到貨 ok"), cells)).replace(" ", "") == "週三到貨ok"


def test_a_wide_space_before_many_stops_ends_too() -> None:
    assert "".join(wrapped(SafeText("\u3000，，，，"), 2)).endswith("，")


def test_chips_that_do_not_fit_are_counted() -> None:
    flags = [chip(SafeText(f"旗標{index}")) for index in range(9)]
    text = "".join(each.text for each in chips(flags, 30, Tone.CHIP_BAD))
    assert "旗標2" in text
    assert "旗標3" not in text
    assert "+6" in text
    assert cell_len(text) <= 30


def test_the_right_end_of_a_row_is_kept_where_both_do_not_fit() -> None:
    segments = drawn(Row((piece(MIXED),), (piece(SafeText("NT$320")),)), 14, STYLES)
    assert "".join(segment.text for segment in segments).endswith("NT$320")
