"""How the screen looks and speaks: theme and language, switched by the palette, kept for the person who switched them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from ringdesk.safetext import SafeText
from terminal.screens.commands import Command
from terminal.screens.painter import Painter
from terminal.screens.themes import TABLES
from terminal.widgets.speech import mark, say
from terminal.words import language, spoken

if TYPE_CHECKING:
    from textual.app import App

    from terminal.desk import Desk

THEME: Final = "theme"
LANGUAGE: Final = "language"
THEMES: Final[Mapping[str, str]] = {
    "dark": mark("dark"),
    "light": mark("light"),
    "contrast": mark("high contrast"),
    "ansi": mark("16 colours"),
    "none": mark("no colours"),
}
LANGUAGES: Final[Mapping[str, SafeText]] = {"en": SafeText("English"), "zh_Hant": SafeText("繁體中文")}
"""Each in its own words, so that who cannot read the present one finds the other."""


def look_commands(theme: str = "") -> list[Command]:
    """The commands of the palette; the language and the `theme` in force are marked."""
    themes = [
        Command(say("Theme: {name}", name=say(THEMES[name])), _mark(is_on=name == theme), f"wear('{name}')")
        for name in TABLES
    ]
    tongues = [
        Command(_also_in_english(say("Language: {name}", name=name)), _mark(is_on=tag == spoken()), f"speak('{tag}')")
        for tag, name in LANGUAGES.items()
    ]
    return [*tongues, *themes, Command(say("Set a PIN"), SafeText(), "pin")]


def _mark(*, is_on: bool) -> SafeText:
    """What stands where other commands have their key."""
    return SafeText("\N{CHECK MARK} " + say("in use")) if is_on else SafeText()


def _also_in_english(label: SafeText) -> SafeText:
    """Who cannot read the present language still finds the word."""
    return label if say("Language") == "Language" else SafeText(f"{label} / Language")


class Looks:
    """Theme and language of `app`. `usual` is what holds for whoever chose nothing; what is `fixed` no memory changes."""

    def __init__(self, app: "App[None]", painter: Painter, usual: Mapping[str, str], fixed: Iterable[str] = ()) -> None:
        self._app = app
        self._painter = painter
        self._usual = dict(usual)
        self._fixed = frozenset(fixed)

    def commands(self) -> list[Command]:
        """The commands of the palette, as things stand."""
        return look_commands(self._app.theme)

    async def welcome(self, desk: "Desk") -> None:
        """Somebody sits down: everything as they chose it."""
        chosen = await desk.choices()
        for name in (THEME, LANGUAGE):
            value = chosen.get(name, "")
            known = value in TABLES if name == THEME else value in LANGUAGES
            self._apply(name, value if known and name not in self._fixed else self._usual[name])
        self._painter.anew()

    async def choose(self, desk: "Desk | None", name: str, value: str) -> SafeText:
        """Switch, and keep it for the person who works here."""
        self._apply(name, value)
        self._painter.anew()
        if desk is not None:
            await desk.choose(name, value)
        if name == THEME:
            return say("Theme: {name}", name=say(THEMES[value]))
        return say("Language: {name}", name=LANGUAGES[value])

    def _apply(self, name: str, value: str) -> None:
        if name == THEME:
            self._app.theme = value
        else:
            language(value)
