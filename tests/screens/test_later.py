"""Once, a moment later: however short the moment, and whatever comes in between."""

import asyncio
import time

import pytest
from textual.app import App

from terminal.screens.later import once


async def test_it_comes_although_the_time_is_over_before_anybody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that runs on between two looks, as when another thread comes in between."""
    ticks = iter(range(10**9))
    monkeypatch.setattr("textual.timer._time.get_time", lambda: time.monotonic() + 0.01 * next(ticks))
    heard: list[str] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        app.set_timer(0.001, lambda: heard.append("Textual's"))
        once(app, 0.001, lambda: heard.append("ours"))
        async with asyncio.timeout(10):
            while "ours" not in heard:
                await pilot.pause(0.01)
    assert heard == ["ours"], "Textual calls it now: `once` can go"
