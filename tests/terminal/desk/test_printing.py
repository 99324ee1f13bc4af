"""What a program reads of a call."""

import msgspec

from terminal.desk.printing import call_row
from tests.terminal.scripted_desk import call


def test_a_call_that_turned_out_to_be_another_is_no_question_any_more() -> None:
    doubtful = call("b", perhaps="a")
    assert call_row(doubtful)["possibly_same"] == "a"
    told = call_row(msgspec.structs.replace(doubtful, merged_into="a"))
    assert (told["merged_into"], told["possibly_same"]) == ("a", None)
