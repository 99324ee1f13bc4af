import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.bindings import KEYS, OWNED, TAKEN, bindings, remapped, shown
from terminal.screens.desk import DeskScreen


def test_no_key_that_terminals_or_browsers_take() -> None:
    assert not {binding.key for binding in bindings()} & TAKEN


def test_ids_and_keys_are_unique_and_every_action_exists() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    assert len({key.key for key in KEYS}) == len(KEYS)
    assert not [key.action for key in KEYS if not hasattr(DeskScreen, f"action_{key.action}")]


def codes(changes: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    found = remapped(changes)
    return found.keys, [message.format(**values) for message, values in found.refused]


def test_a_remap_that_can_be_is_kept() -> None:
    assert codes({"answer": "f10", "lock": "ctrl+b"}) == ({"answer": "f10", "lock": "ctrl+b"}, [])
    assert codes({"help": "f2", "answer": "f1"}) == ({"help": "f2", "answer": "f1"}, [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"nonsense": "f10"}, "there is no action nonsense"),
        ({"later": "f6"}, "f6 of later is taken by terminals"),
        ({"save": "ctrl+x"}, "ctrl+x of save belongs to text fields"),
        ({"save": "enter"}, "enter of save belongs to text fields"),
        ({"save": "w"}, "w of save belongs to text fields"),
        ({"save": "hyper+q"}, "hyper+q of save is no key"),
        ({"later": "f2"}, "f2 of later is the key of answer already"),
        ({"later": "f10", "save": "f10"}, "f10 of save is the key of later already"),
    ],
)
def test_a_remap_that_cannot_be_is_told(changes: dict[str, str], words: str) -> None:
    _, refused = codes(changes)
    assert len(refused) == 1
    assert words in refused[0]


def test_taking_back_one_change_may_cost_another() -> None:
    kept, refused = codes({"answer": "f4", "wrapup": "f6"})
    assert kept == {}
    assert len(refused) == 2


@given(st.dictionaries(st.sampled_from([key.id for key in KEYS]), st.sampled_from(["f1", "f2", "f4", "f10", "ctrl+b"])))
def test_whatever_is_asked_no_key_does_two_things(changes: dict[str, str]) -> None:
    kept, refused = codes(changes)
    held = [kept.get(key.id, key.key) for key in KEYS]
    assert len(set(held)) == len(held)
    assert len(kept) + len(refused) == len(changes)


@pytest.mark.parametrize(("key", "words"), [("f10", "F10"), ("ctrl+g", "Ctrl+G"), ("slash", "/"), ("ctrl+b", "Ctrl+B")])
def test_keys_as_people_write_them(key: str, words: str) -> None:
    assert shown(key) == words


def test_no_key_of_the_table_is_a_text_fields() -> None:
    assert not {key.key for key in KEYS} & OWNED
