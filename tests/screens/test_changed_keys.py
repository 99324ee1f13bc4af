"""Whoever remaps the keys reads the keys that work, everywhere on the screen."""

import re
from pathlib import Path
from typing import Final

import pytest

from terminal.bindings import KEYS, remapped, shown
from tests.screens.harness import LANGUAGES, WIDE, Running, running
from tests.screens.states import STATES, keys, rings, serves
from tests.screens.test_layout import CHEN, LIN
from tests.terminal.scripted_desk import call

FREE: Final = (*(f"f{number}" for number in range(13, 25)), *(f"alt+{letter}" for letter in "abcdefghijklmnopqrst"))
CHANGES: Final = {key.id: other for key, other in zip(KEYS, FREE, strict=False)}
USUAL: Final = re.compile(r"(?<![\w+])(F(?:1|2|4|5|8|9|12)|Ctrl\+[PSGOLRQ\\])(?!\w)|Esc [a-z0-9](?!\w)| / (?!共)|按 /")
"""How the usual keys stand on the screen. `Esc` by itself closes a box whatever is remapped."""
UNDER_THE_LOCK: Final = "Ctrl+Q"
"""Leaves the desk whatever is remapped."""


def test_every_key_of_the_table_is_remapped() -> None:
    assert remapped(CHANGES).refused == ()
    assert set(CHANGES) == {key.id for key in KEYS}


async def old_names(run: Running) -> list[str]:
    """The usual keys that are named on the screen."""
    await run.still()
    lines = run.rows() if not run.app.locked else [row.replace(UNDER_THE_LOCK, "") for row in run.rows()]
    return [line for line in lines if USUAL.search(line)]


@LANGUAGES
@pytest.mark.parametrize("name", STATES)
async def test_the_screen_names_the_keys_that_work(name: str, language: str, chinese: Path) -> None:
    there, catalogue = STATES[name], None if language == "en" else chinese
    async with running(there.desk(), there.sizes[0], catalogue=catalogue, keys=CHANGES, **there.start) as run:
        run.changed = {key.key: CHANGES[key.id] for key in KEYS}
        await there.script(run)
        assert await old_names(run) == []


@LANGUAGES
async def test_what_is_said_names_them_too(language: str, chinese: Path) -> None:
    """Two calls, one closed while the other waits; a note for nobody; a wrap-up of nothing; the palette."""
    catalogue = None if language == "en" else chinese
    async with running(STATES["a_member_rings"].desk(), WIDE, catalogue=catalogue, keys=CHANGES) as run:
        run.changed = {key.key: CHANGES[key.id] for key in KEYS}
        await keys(run, "f4")
        assert CHANGES["answer"].capitalize() in "\n".join(run.rows())
        assert await old_names(run) == []
        await serves(run, "半則備註")
        await rings(run, call("c2", CHEN))
        assert await old_names(run) == []
        await keys(run, "f2", "f4", "1")
        assert LIN.name in run.pane("banner")
        assert await old_names(run) == []
        await keys(run, "ctrl+p")
        await run.press(*"junk")
        assert await old_names(run) == []
        assert shown(CHANGES["junk"]) in "\n".join(run.rows())
