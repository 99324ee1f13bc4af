from terminal.bindings import KEYS, TAKEN, bindings, remapped
from terminal.screens.desk import DeskScreen


def test_no_key_that_terminals_or_browsers_take() -> None:
    assert not {binding.key for binding in bindings()} & TAKEN


def test_ids_and_keys_are_unique_and_every_action_exists() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    assert len({key.key for key in KEYS}) == len(KEYS)
    assert not [key.action for key in KEYS if not hasattr(DeskScreen, f"action_{key.action}")]


def test_a_remap_of_nothing_or_to_a_taken_key_is_dropped() -> None:
    assert remapped({"answer": "f10", "later": "f6", "nonsense": "f12"}) == {"answer": "f10"}
