"""The colours: tables of the same tokens. Meaning never hangs on them alone: words and shapes carry it.

A token is a colour, or (those that end in `-style`) what is done to a letter: bold, underline, reverse. Where there is no
colour at all, that is what is left to tell a chip, a selected row or a ringing call from the rest.
"""

from collections.abc import Mapping
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

COLOURED: Final = {
    "strong-style": "bold",
    "state-style": "bold",
    "loud-style": "bold",
    "chip-style": "bold",
    "ring-style": "none",
    "ring-strong-style": "bold",
    "ring-chip-style": "bold",
    "selected-style": "none",
    "cursor-style": "none",
}
"""What is done to letters where colours do the rest."""

PLAIN: Final = {
    "strong-style": "bold",
    "state-style": "bold",
    "loud-style": "bold underline",
    "chip-style": "bold reverse",
    "ring-style": "reverse",
    "ring-strong-style": "bold reverse",
    "ring-chip-style": "bold underline",
    "selected-style": "reverse",
    "cursor-style": "reverse",
}
"""Where there are none."""

DARK: Final = {
    "background": "#0f161e",
    "foreground": "#d3dae2",
    "dim": "#8f9ba8",
    "bright": "#f2f5f8",
    "good": "#5fd08f",
    "warn": "#f6b957",
    "bad": "#f58a8c",
    "link": "#7cb7f5",
    "trade": "#b49be8",
    "mail": "#6fd1c0",
    "edge": "#3c4c5c",
    "chip": "#34465a",
    "pale": "#c9d3de",
    "on-pale": "#16202a",
    "on-loud": "#10161c",
    "brand": "#2866a8",
    "on-brand": "#ffffff",
    "bar": "#17212b",
    "ring": "#f3b64f",
    "on-ring": "#1d1505",
    "ring-dark": "#4a3206",
    "ring-light": "#fbe3b0",
    "selected": "#1b3349",
}

LIGHT: Final = {
    "background": "#fbfaf7",
    "foreground": "#24303c",
    "dim": "#545f6b",
    "bright": "#0c141c",
    "good": "#125c33",
    "warn": "#744a04",
    "bad": "#9c1f24",
    "link": "#174f90",
    "trade": "#5b37a6",
    "mail": "#0b5850",
    "edge": "#b5bcc4",
    "chip": "#d5dbe2",
    "pale": "#dde3ea",
    "on-pale": "#16202a",
    "on-loud": "#ffffff",
    "brand": "#1f5fa8",
    "on-brand": "#ffffff",
    "bar": "#eceae4",
    "ring": "#f3b64f",
    "on-ring": "#1d1505",
    "ring-dark": "#4a3206",
    "ring-light": "#fdebc6",
    "selected": "#cfe2f6",
}

CONTRAST: Final = {
    "background": "#000000",
    "foreground": "#ffffff",
    "dim": "#d0d6dc",
    "bright": "#ffffff",
    "good": "#7dffab",
    "warn": "#ffd75f",
    "bad": "#ffb3b3",
    "link": "#a8d4ff",
    "trade": "#d9c6ff",
    "mail": "#93f5e4",
    "edge": "#9aa7b4",
    "chip": "#26323f",
    "pale": "#ffffff",
    "on-pale": "#000000",
    "on-loud": "#000000",
    "brand": "#ffffff",
    "on-brand": "#000000",
    "bar": "#000000",
    "ring": "#ffd75f",
    "on-ring": "#000000",
    "ring-dark": "#000000",
    "ring-light": "#fff3cf",
    "selected": "#0a2c4d",
}

ANSI: Final = {
    "background": "ansi_black",
    "foreground": "ansi_white",
    "dim": "ansi_white",
    "bright": "ansi_bright_white",
    "good": "ansi_bright_green",
    "warn": "ansi_bright_yellow",
    "bad": "ansi_bright_red",
    "link": "ansi_bright_cyan",
    "trade": "ansi_bright_magenta",
    "mail": "ansi_cyan",
    "edge": "ansi_bright_black",
    "chip": "ansi_blue",
    "pale": "ansi_white",
    "on-pale": "ansi_black",
    "on-loud": "ansi_black",
    "brand": "ansi_blue",
    "on-brand": "ansi_bright_white",
    "bar": "ansi_black",
    "ring": "ansi_yellow",
    "on-ring": "ansi_black",
    "ring-dark": "ansi_black",
    "ring-light": "ansi_bright_yellow",
    "selected": "ansi_black",
}
"""The sixteen of every terminal. A selected row is reversed: no background of the eight bears all of the others."""

NONE: Final = dict.fromkeys(DARK, "ansi_default")
"""No colour at all; the last gate takes away what is left of it."""

TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "dark": DARK | COLOURED,
    "light": LIGHT | COLOURED,
    "contrast": CONTRAST | COLOURED,
    "ansi": ANSI | COLOURED | {"selected-style": "reverse"},
    "none": NONE | PLAIN,
}
"""The name of a theme, as settings and palette give it -> its tokens."""


def themes() -> list[Theme]:
    """Every theme, for Textual."""
    return [_theme(name, tokens) for name, tokens in TABLES.items()]


def _theme(name: str, tokens: Mapping[str, str]) -> Theme:
    ground = tokens["background"]
    few = name in ("ansi", "none")
    stock = BUILTIN_THEMES["ansi-dark"].variables if few else {}  # Textual's own widgets ask for them
    own = {token: value for token, value in tokens.items() if token not in ("background", "foreground")}
    return Theme(
        name=name,
        primary=tokens["brand"],
        background=ground,
        surface=ground,
        panel=tokens["bar"],
        foreground=tokens["foreground"],
        dark=name != "light",
        ansi=few,
        variables=stock | own,
    )
