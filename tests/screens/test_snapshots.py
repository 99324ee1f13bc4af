"""Every state of the desk as it stands on the screen, in both languages and at both sizes; and who is named where.

`pytest tests/screens/test_snapshots.py --snapshot-update` writes the pictures anew (CONTRIBUTING.md says when).
"""

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.screens.harness import PERSON_PANES, SMALL, WIDE, Running, running
from tests.screens.states import CAST, STATES, State

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh_Hant"])


class Screens(SingleFileSnapshotExtension):
    """A text file a screen."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture
def screens(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(Screens)


def size_name(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


def names_whom_it_must(run: Running, state: State, language: str) -> None:
    """Every panel about a person that is in sight has the one name in its title and no other anywhere."""
    about = state.about if isinstance(state.about, str) else state.about[language != "en"]
    seen = {name: text for name in PERSON_PANES if name not in state.apart and (text := run.in_sight(name))}
    assert "noteframe" in seen
    for name, text in seen.items():
        title = text.split("\n")[0]
        assert about in title, f"{name} does not name {about}:\n{text}"
        searched = text if about in CAST else title
        assert not [other for other in CAST if other in searched and other != about], f"{name} is of {about}:\n{text}"
    banner = run.in_sight("banner")
    assert {name for name in CAST if name in banner} == set(state.banner), banner
    for name, words in state.where.items():
        text = run.in_sight(name)
        assert words in text or (not text and run.screen.panes.tabbed), f"{name}:\n{text}"


@LANGUAGES
@pytest.mark.parametrize("name", STATES)
async def test_screen(name: str, language: str, screens: SnapshotAssertion, chinese: Path) -> None:
    state = STATES[name]
    catalogue = None if language == "en" else chinese
    async with running(state.desk(), state.sizes[0], catalogue=catalogue, **state.start) as run:
        await state.script(run)
        await run.still()
        for size in state.sizes:
            if size != state.sizes[0]:
                await run.resize(size)
                await run.still()
            assert run.picture() == screens(name=size_name(size))
            if state.named:
                names_whom_it_must(run, state, language)


@pytest.mark.parametrize(("first", "then"), [(WIDE, SMALL), (SMALL, WIDE)], ids=["smaller", "larger"])
@pytest.mark.parametrize("name", ["another_rings_while_one_is_on_hold", "home_in_the_morning"])
async def test_a_resized_screen_is_the_one_that_was_started_so(
    name: str, first: tuple[int, int], then: tuple[int, int], chinese: Path
) -> None:
    pictures = []
    for size in (first, then):
        async with running(STATES[name].desk(), size, catalogue=chinese, **STATES[name].start) as run:
            await STATES[name].script(run)
            await run.still()
            if size != then:
                await run.resize(then)
            pictures.append(run.picture())
    assert pictures[0].split("\n") == pictures[1].split("\n")
