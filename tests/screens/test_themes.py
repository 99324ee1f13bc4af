"""The themes: the same tokens in each, letters that can be read on what lies under them, and one without any colour."""

import itertools

import pytest
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.color import Color

from terminal.screens.themes import TABLES, themes
from terminal.widgets.row import Tone
from tests.screens.harness import WIDE, running
from tests.screens.test_layout import a_busy_desk, desk
from tests.terminal.scripted_desk import ScriptedDesk

XTERM = dict(
    zip(
        ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"),
        ("#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5"),
        strict=True,
    )
)
BRIGHT = dict(
    zip(XTERM, ("#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff"), strict=True)
)
"""The palette of xterm, XTerm-col.ad."""

WORDS = ("foreground", "dim", "bright", "good", "warn", "bad", "link", "trade", "mail")
PAIRS = [
    *itertools.product(WORDS, ("background", "bar", "selected")),
    ("bright", "chip"),
    ("on-pale", "pale"),
    *(("on-loud", loud) for loud in ("good", "warn", "bad", "link")),
    ("on-brand", "brand"),
    ("on-ring", "ring"),
    ("on-ring", "ring-light"),
    ("ring-light", "ring-dark"),
]
"""Letters and what can lie under them (desk.tcss, `row.drawn`)."""


def luminance(text: str) -> float:
    """WCAG 2.2, relative luminance."""
    if text.startswith("ansi_bright_"):
        text = BRIGHT[text.removeprefix("ansi_bright_")]
    elif text.startswith("ansi_"):
        text = XTERM[text.removeprefix("ansi_")]
    parts = [part / 255 for part in Color.parse(text).rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_the_standards() -> None:
    assert ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize(("name", "least"), [("dark", 4.5), ("light", 4.5), ("contrast", 7.0), ("ansi", 4.5)])
def test_letters_can_be_read(name: str, least: float) -> None:
    table = TABLES[name]
    found = {(letters, ground): ratio(table[letters], table[ground]) for letters, ground in PAIRS}
    assert {pair: round(value, 2) for pair, value in found.items() if value < least} == {}


def test_every_theme_has_the_same_tokens() -> None:
    assert {frozenset(table) for table in TABLES.values()} == {frozenset(TABLES["dark"])}
    assert [theme.name for theme in themes()] == list(TABLES)


async def styles_of(theme: str, monkeypatch: pytest.MonkeyPatch) -> list[Style]:
    """Every style that a busy desk, its help and its palette write to the terminal."""
    seen: list[Style] = []

    def display(_self: object, _screen: object, update: object) -> None:
        lines = update.strips if isinstance(update, LayoutUpdate) else []
        strips = [strip for line in lines for strip in line]
        if isinstance(update, ChopsUpdate):
            strips = [strip for chop in update.chops for strip in chop.values() if strip is not None]
        seen.extend(segment.style for strip in strips for segment in strip if segment.style is not None)

    monkeypatch.setattr(App, "_display", display)
    async with running(desk(), theme=theme) as run:
        await a_busy_desk(run)
        await run.press("f1")
        await run.press("escape", "ctrl+p")
    return seen


async def test_without_colours_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = await styles_of("none", monkeypatch)
    assert len(seen) > 100
    assert [style for style in seen if style.color is not None or style.bgcolor is not None] == []
    assert any(style.reverse for style in seen)
    assert any(style.bold for style in seen)


async def test_sixteen_colours_are_the_terminals_own(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = await styles_of("ansi", monkeypatch)
    colours = [colour for style in seen for colour in (style.color, style.bgcolor) if colour is not None]
    assert len(colours) > 100
    assert [colour for colour in colours if colour.triplet is not None or (colour.number or 0) > 15] == []


async def test_what_colour_did_the_letters_do() -> None:
    """Without colours a chip, the selected row, a ringing call and what is bad differ from plain text by themselves."""
    async with running(ScriptedDesk(), theme="none") as run:
        tones = run.screen.painter.panel("card").tones

        def look(tone: Tone) -> tuple[bool, bool, bool]:
            style = tones[tone]
            return bool(style.bold), bool(style.reverse), bool(style.underline)

        assert look(Tone.TEXT) == (False, False, False)
        for tone in (Tone.CHIP, Tone.SELECTED, Tone.RING, Tone.BAD, Tone.STRONG, Tone.BRAND):
            assert look(tone) != look(Tone.TEXT), tone
        assert look(Tone.RING_CHIP) != look(Tone.RING)
        assert look(Tone.BAD) != look(Tone.STRONG)


async def test_the_palette_switches_the_theme_and_it_is_kept_for_the_person() -> None:
    one = ScriptedDesk()
    async with running(one) as run:
        for name, words in (("light", "light"), ("contrast", "high"), ("none", "no"), ("dark", "dark")):
            await run.press("ctrl+p")
            run.screen.panes.chooser.field.value = f"theme: {words}"
            await run.settle()
            await run.press("enter")
            assert run.app.theme == name
            assert one.chosen == {one.person.person: {"theme": name}}
    one.chosen = {one.person.person: {"theme": "contrast"}}
    async with running(one) as run:
        assert run.app.theme == "contrast"


async def test_a_kept_theme_that_no_longer_exists_is_the_usual_one() -> None:
    one = ScriptedDesk()
    one.chosen = {one.person.person: {"theme": "mauve", "language": "xx"}}
    async with running(one, WIDE, theme="light") as run:
        assert run.app.theme == "light"
        assert "Home" in run.title("card")
