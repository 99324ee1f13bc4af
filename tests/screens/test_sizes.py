"""Every size from 80x24 to 240x70: no gaps, no overlaps, no title cut; and what is wide is used."""

import itertools
import time
from pathlib import Path

import pytest
from textual.geometry import Region, Size

from terminal.screens.arrangement import plan
from terminal.widgets.panel import Panel
from tests.screens.harness import SMALL, WIDE, running
from tests.screens.test_home import desk as home_desk
from tests.screens.test_layout import a_busy_desk, desk

WIDTHS = range(80, 241)
HEIGHTS = range(24, 71)
UNFRAMED = ("topbar", "banner", "status", "keybar", "tabs", "note")


@pytest.mark.parametrize("height", HEIGHTS)
def test_every_cell_belongs_to_one_panel(height: int) -> None:
    for width in WIDTHS:
        places = plan(Size(width, height))
        cells = [region for name, region in places.items() if name != "note"]
        assert sum(region.area for region in cells) == width * height, (width, height)
        assert all(Region(0, 0, width, height).contains_region(region) for region in places.values()), (width, height)
        for index, one in enumerate(cells):
            assert not any(one.overlaps(other) for other in cells[index + 1 :]), (width, height)


async def test_a_window_whose_size_changes_on_a_busy_machine_is_laid_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when other threads come in between any two looks at the clock."""
    late = itertools.count()

    def clock() -> float:
        return time.monotonic() + next(late) * 0.02

    async with running(desk(), WIDE) as run:
        monkeypatch.setattr("textual.timer._time.get_time", clock)
        for size in (SMALL, WIDE, SMALL):
            await run.resize(size)
            assert (run.screen.size.width, run.screen.size.height) == size


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("busy", [True, False], ids=["busy", "home"])
async def test_no_title_is_cut(language: str, busy: bool, chinese: Path) -> None:
    catalogue = chinese if language == "zh" else None
    async with running(desk() if busy else home_desk(), WIDE, catalogue=catalogue) as run:
        if busy:
            await a_busy_desk(run)
        panels = {panel.id: panel for panel in run.screen.query(Panel) if panel.id}
        cut = []
        for height in (24, 30, 38, 70):
            for width in (*range(80, 241, 8), 109, 110, 139, 140):
                for name, region in plan(Size(width, height)).items():
                    if name in UNFRAMED:
                        continue
                    picture = panels[name].picture(panels[name].value, Size(region.width - 4, region.height - 2))
                    words = sum(each.width for each in (*picture.title, *picture.corner))
                    if words + 8 > region.width:
                        cut.append((name, width, height))
        assert cut == []


@pytest.mark.parametrize("size", [(100, 30), (120, 40), (200, 60), (240, 70), SMALL], ids=str)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_keys_names_and_the_state_stand_at_every_size(
    size: tuple[int, int], language: str, chinese: Path
) -> None:
    async with running(desk(), size, catalogue=chinese if language == "zh" else None) as run:
        await a_busy_desk(run)
        rows = run.rows()
        assert len(rows) == size[1]
        for key in ("F1", "F2", "F4", "F8", "F9", "Ctrl+P"):
            assert key in rows[-1], rows[-1]
        assert rows[-1].split()[-1] != ">"
        for words in ("林淑芬", "陳冠宇", "堅果過敏", "0933-218-457"):
            assert words in "\n".join(rows)


@pytest.mark.parametrize(("width", "least"), [(160, 74), (200, 86), (240, 120)])
def test_a_wide_screen_gives_its_room_to_timeline_and_detail(width: int, least: int) -> None:
    places = plan(Size(width, 60))
    assert places["timeline"].width >= least
    assert places["detail"].width == places["timeline"].width
    assert places["detail"].height >= 11
