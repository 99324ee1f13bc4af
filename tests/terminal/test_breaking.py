"""Where lines are broken."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from terminal.breaking import broken


def test_lines_break_between_words_and_between_wide_letters() -> None:
    assert broken("`back` and `quit` work at every question.", 20, within_words=False) == [
        "`back` and `quit`",
        "work at every",
        "question.",
    ]
    assert broken("請確認電源、連接埠。", 10, within_words=False) == ["請確認電", "源、連接", "埠。"]
    assert broken("", 10, within_words=False) == [""]


def test_what_is_to_be_copied_stays_whole() -> None:
    assert broken("type AT+VCID=1 now", 4, within_words=False) == ["type", "AT+VCID=1", "now"]
    assert broken("AT+VCID=1", 4, within_words=True) == ["AT+V", "CID=", "1"]


@given(st.text("ab 電話。、", max_size=60), st.integers(2, 20))
def test_nothing_is_lost_and_no_line_is_longer(text: str, cells: int) -> None:
    lines = broken(text, cells, within_words=True)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
