import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.bindings import KEYS, OWNED, TAKEN, Where, bindings, remapped, shown, spelled_out
from terminal.screens.desk import DeskScreen
from terminal.widgets.timeline import LENSES


def test_no_key_that_terminals_or_browsers_take() -> None:
    assert not {binding.key for binding in bindings()} & TAKEN


def test_ids_and_keys_are_unique_and_every_action_exists() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    assert len({key.key for key in KEYS}) == len(KEYS)
    assert not [key.action for key in KEYS if not hasattr(DeskScreen, f"action_{key.action}")]


def codes(changes: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    found = remapped(changes)
    return found.keys, [why.english() for why in found.refused]


def test_a_remap_that_can_be_is_kept() -> None:
    assert codes({"answer": "f10", "lock": "ctrl+b"}) == ({"answer": "f10", "lock": "ctrl+b"}, [])
    assert codes({"help": "f2", "answer": "f1"}) == ({"help": "f2", "answer": "f1"}, [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nonsense": "f10"}, "there is no action nonsense"),
        ({"later": "f6"}, "f6 is taken by terminals or browsers; later keeps F8"),
        ({"later": "shift+f3"}, "shift+f3 is taken by terminals or browsers; later keeps F8"),
        ({"save": "ctrl+x"}, "ctrl+x belongs to text fields and lists; save keeps Ctrl+S"),
        ({"save": "enter"}, "enter belongs to text fields"),
        ({"save": "w"}, "w belongs to text fields"),
        ({"save": "?"}, "? belongs to text fields"),
        ({"save": "ctrl+alt+i"}, "ctrl+alt+i belongs to text fields"),
        ({"save": "hyper+q"}, "'hyper+q' is no key"),
        ({"save": "shift+q"}, "'shift+q' is no key"),
        ({"junk": "1"}, "'1' is no key that can be given away; junk keeps x"),
        ({"later": ""}, "'' is no key"),
        ({"later": "f2"}, "F2 is the key of answer and stays with it; later keeps F8"),
        ({"save": "Ctrl+Q"}, "Ctrl+Q is the key of quit and stays with it; save keeps Ctrl+S"),
        ({"later": "f10", "save": "F10"}, "F10 is the key of later and stays with it; save keeps Ctrl+S"),
        ({"save": "f10", "later": "f10"}, "F10 is the key of save and stays with it; later keeps F8"),
        ({"later": "ctrl+shift+f2", "save": "shift+ctrl+f2"}, "Ctrl+Shift+F2 is the key of later"),
        ({"junk": "q", "wrong": "Q"}, "q is the key of junk and stays with it; wrong keeps w"),
    ],
)
def test_a_remap_that_cannot_be_is_told(changes: dict[str, str], words: str) -> None:
    _, refused = codes(changes)
    assert len(refused) == 1
    assert words in refused[0]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("F10", "f10"),
        (" Ctrl+B ", "ctrl+b"),
        ("Ｃｔｒｌ＋Ｂ", "ctrl+b"),
        ("Control+Backslash", "ctrl+backslash"),
        ("Ctrl+\\", "ctrl+backslash"),
        ("shift+ctrl+F5", "ctrl+shift+f5"),
        ("Esc", "escape"),
        ("/", "slash"),
        ("?", "question_mark"),
        ("+", "+"),
        ("ctrl++", "ctrl++"),
        ("", ""),
    ],
)
def test_a_key_is_written_as_people_write_it(written: str, key: str) -> None:
    assert spelled_out(written) == key


def test_every_key_of_the_table_can_be_written_as_it_is_shown() -> None:
    assert [spelled_out(key.shown) for key in KEYS] == [key.key for key in KEYS]


def test_taking_back_one_change_may_cost_another() -> None:
    kept, refused = codes({"answer": "f4", "wrapup": "f6"})
    assert kept == {}
    assert len(refused) == 2


@given(
    st.dictionaries(
        st.sampled_from([key.id for key in KEYS]), st.sampled_from(["f1", "F2", "f4", "f10", "F10", "ctrl+b"])
    )
)
def test_whatever_is_asked_no_key_does_two_things(changes: dict[str, str]) -> None:
    kept, refused = codes(changes)
    held = [kept.get(key.id, key.key) for key in KEYS]
    assert len(set(held)) == len(held)
    assert len(kept) + len(refused) == len(changes)


@pytest.mark.parametrize(
    ("key", "words"), [("f10", "F10"), ("ctrl+g", "Ctrl+G"), ("slash", "/"), ("q", "q"), ("ctrl+b", "Ctrl+B")]
)
def test_keys_as_people_write_them(key: str, words: str) -> None:
    assert shown(key) == words


def test_no_key_of_the_table_is_a_text_fields() -> None:
    assert not {key.key for key in KEYS} & OWNED


def test_no_letter_of_a_pane_is_a_key_that_works_in_every_pane() -> None:
    """A pane takes its own letters first; those of the missed list mean only that list."""
    of_lists = {"missed", "elsewhere", "ignore", "attempt"}
    everywhere = {key.key for key in KEYS if key.where is Where.OUTSIDE_TEXT and key.id not in of_lists}
    assert everywhere.isdisjoint({*"jko", *(lens.key for lens in LENSES)})
