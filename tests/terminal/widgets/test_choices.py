"""The list of a box: a row that is too long takes the free lines before a word of it is cut."""

from textual.geometry import Size

from ringdesk.safetext import SafeText
from terminal.widgets.chooser import Choice, ChoiceList, Choices
from terminal.widgets.row import piece

TITLES = ("Where can I park?", "What is to be done with a cake that was bought yesterday and is broken?", "Points")
INSIDE = 40


def lines(height: int) -> tuple[ChoiceList, list[str]]:
    """The list, and its lines under the field and the heading."""
    made = ChoiceList(Choices(rows=tuple(Choice((piece(SafeText(each)),)) for each in TITLES)), id="choices")
    rows = made.picture(made.value, Size(INSIDE, height + made.heading)).rows
    return made, ["".join(each.text for each in row.left) for row in rows[made.heading :]]


def test_a_long_title_is_whole_where_lines_are_free() -> None:
    made, said = lines(8)
    assert [len(each) <= INSIDE for each in said] == [True] * 4
    assert " ".join(said) == " ".join(TITLES)
    assert [made.entry_at(line) for line in range(4)] == [0, 1, 1, 2], "a click on any of its lines is one on it"


def test_where_no_line_is_free_every_row_is_one() -> None:
    made, said = lines(3)
    assert said == list(TITLES)
    assert [made.entry_at(line) for line in range(3)] == [0, 1, 2]
