"""The palette finds a command by its name in the language of the desk, and by its English one."""

import pytest

from terminal import words
from terminal.screens.commands import commands, found
from terminal.screens.looks import look_commands
from tests.terminal.plain.talking import spoken


@pytest.mark.parametrize(
    ("query", "action"),
    [("hold", "hold"), ("Wrap up", "wrapup"), ("take break", "presence('break')"), ("high contrast", "wear('contrast')"),
     ("稍後", "later"), ("高對比", "wear('contrast')"), ("set pin", "pin")],
)  # fmt: skip
def test_both_names_find_it_on_a_chinese_desk(query: str, action: str) -> None:
    with spoken("zh_TW"):
        names = {each.action: each.name for each in found(query, lambda: [*commands([], []), *look_commands()])}
        assert action in names
        assert not names[action].isascii(), "and it is shown in the language of the desk"
        assert words.spoken() == "zh_Hant"


def test_what_fits_neither_name_is_not_found() -> None:
    with spoken("zh_TW"):
        assert found("hold zzz", lambda: commands([], [])) == []
    assert found("稍後", lambda: commands([], [])) == []
