"""The palette finds a command by its name in the language of the desk, and by its English one."""

from pathlib import Path

import pytest

from ringdesk.safetext import SafeText
from terminal import words
from terminal.bindings import KEYS
from terminal.screens.board import Board
from terminal.screens.commands import commands, found
from terminal.screens.looks import look_commands
from terminal.screens.views import announcement
from terminal.widgets.keynames import key_named
from terminal.widgets.speech import say
from terminal.widgets.when import Now
from tests.screens.harness import running
from tests.terminal.plain.talking import spoken
from tests.terminal.scripted_desk import NOW, ScriptedDesk


@pytest.mark.parametrize(
    ("query", "action"),
    [("hold", "hold"), ("Wrap up", "wrapup"), ("take break", "presence('break')"), ("high contrast", "wear('contrast')"),
     ("約定回電", "later"), ("callback at", "later"), ("語言", "speak('en')"),
     ("高對比", "wear('contrast')"), ("set pin", "pin"), ("F8", "later"), ("ctrl+g", "lock"),
     ("tasks", "go('tasks')"), ("待辦", "go('tasks')"), ("older texts", "go('earlier')"), ("timeline", "go('timeline')")],
)  # fmt: skip
def test_both_names_find_it_on_a_chinese_desk(query: str, action: str) -> None:
    with spoken("zh_TW"):
        names = {each.action: each.name for each in found(query, lambda: [*commands([], []), *look_commands()])}
        assert action in names
        assert not names[action].isascii(), "and it is shown in the language of the desk"
        assert words.spoken() == "zh_Hant"


@pytest.mark.parametrize("tongue", ["en", "zh_TW"])
def test_no_command_says_its_name_twice(tongue: str) -> None:
    with spoken(tongue):
        names = [each.name.replace("：", ": ").casefold() for each in commands([], [])]
        halves = [name.partition(": ") for name in names]
        assert sum(bool(rest) for _, _, rest in halves) > 5
        assert [(head, rest) for head, _, rest in halves if head in rest] == []


def test_what_fits_neither_name_is_not_found() -> None:
    with spoken("zh_TW"):
        assert found("hold zzz", lambda: commands([], [])) == []
    assert found("約定 zzz", lambda: commands([], [])) == []


@pytest.mark.parametrize(
    ("query", "action"),
    [("語言", "speak('zh_Hant')"), ("language", "speak('zh_Hant')"), ("配色", "wear('light')"), ("約定回電", "later")],
)
def test_both_names_find_it_on_an_english_desk(query: str, action: str, chinese: Path) -> None:
    words.language("en", chinese)
    names = {each.action: each.name for each in found(query, lambda: [*commands([], []), *look_commands()])}
    assert action in names
    assert "Language" in names[action] or names[action].isascii(), "and it is shown in the language of the desk"


@pytest.mark.parametrize("tongue", ["en", "zh_Hant"])
async def test_the_language_and_the_theme_in_use_are_marked(tongue: str, chinese: Path) -> None:
    mark, wanted = ("✓ in use", "English") if tongue == "en" else ("✓ 使用中", "繁體中文")
    async with running(ScriptedDesk(), catalogue=None if tongue == "en" else chinese, theme="light") as run:
        await run.press("ctrl+p", *"language")
        marked = [line for line in run.pane("choices").split("\n") if mark in line]
        assert len(marked) == 1
        assert wanted in marked[0]
        await run.press("escape", "ctrl+p", *"theme")
        marked = [line for line in run.pane("choices").split("\n") if mark in line]
        assert len(marked) == 1
        assert ("light" if tongue == "en" else "淺色") in marked[0]


@pytest.mark.parametrize(("count", "said"), [(1, "1 draft is kept: Ctrl+P lists it"), (2, "2 drafts are kept")])
def test_drafts_are_counted(count: int, said: str) -> None:
    board = Board()
    board.key = lambda name: key_named(name, ())
    assert said in announcement(board, Now(NOW), SafeText(), bad=False, drafts=count).message


@pytest.mark.parametrize("tongue", ["en", "zh_TW"])
def test_every_key_is_found_by_itself_and_by_its_words_in_both_languages(tongue: str) -> None:
    labels: dict[str, list[str]] = {}
    for language in ("en", "zh_TW"):
        with spoken(language):
            for key in KEYS:
                labels.setdefault(key.id, []).append(say(key.label))
    with spoken(tongue):
        for key in KEYS:
            if key.action in ("palette", "help"):
                continue
            for query in (*labels[key.id], key.shown):
                hits = [each.action for each in found(query, lambda: commands([], []))]
                assert key.action in hits, (key.id, query)


@pytest.mark.parametrize("query", ["範本", "template", "script"])
@pytest.mark.parametrize("tongue", ["en", "zh_TW"])
async def test_a_reason_is_found_by_its_template(tongue: str, query: str) -> None:
    async with running(ScriptedDesk()) as run:
        with spoken(tongue):
            actions = [each.action for each in found(query, run.screen.casework.reasons.commands)]
        assert actions[0] == "reason('0')"
