"""Setup, where the lines are: country and area code, and a number read aloud as the check."""

from collections.abc import Callable
from typing import Final

from cli.setup_console import Console, Wrong
from cli.setup_rows import is_telephone
from ringdesk import numbers
from ringdesk.numbers import Kind
from ringdesk.safetext import SafeText
from terminal.plain.commands import plain
from terminal.widgets.speech import because, mark, say
from terminal.widgets.telephone import home, written

EXAMPLES: Final = {"2": "02-2345-6789", "4": "04-2345-6789"}
"""Numbers of a fixed line by the area code; elsewhere they have seven digits."""
KINDS: Final = {
    Kind.MOBILE: mark("a mobile telephone"),
    Kind.FIXED: mark("a fixed line"),
    Kind.TOLL_FREE: mark("a toll-free number"),
    Kind.PREMIUM: mark("a premium-rate number"),
    Kind.VOIP: mark("an internet telephone number"),
    Kind.OTHER: mark("a number of another kind"),
}

NO_TRUNK: Final = "19"
"""First digits that no area code of Taiwan has: they are those of short codes and mobile telephones (NCC, telecommunications
numbering plan)."""

COUNTRIES: Final = {
    "台灣": "TW",
    "臺灣": "TW",
    "taiwan": "TW",
    "香港": "HK",
    "hong kong": "HK",
    "澳門": "MO",
    "macau": "MO",
}
NO_COUNTRY: Final = mark("{country} is no country with telephones; write two letters, as in `TW`")
NO_AREA: Final = mark("{area} is no area code; write it as in 02, or - for none")


def ask(console: Console, known: tuple[str, str], region: str | None, given_area: str | None) -> tuple[str, str]:
    """Country and area code: what a flag gives, else what is typed over what is `known`."""
    country_asked = say("Country of the lines, as in `TW`:")
    country = _right(console, region, lambda: console.ask(country_asked, known[0], name="region.country"), _country)
    question = say("Area code of the lines, as in 02 for Taipei (- for none):")
    proposal = numbers.area_as_dialled(known[1], country)
    area = _right(
        console,
        given_area,
        lambda: console.ask(question, proposal, name="region.area"),
        lambda text: _area(text, country),
    )
    home(country)
    return country, area


def check(console: Console, country: str, area: str, *, asks: bool) -> bool:
    """A number read aloud: one that is typed (`asks`), or an example. False where country and area code are to be changed."""
    example = ""
    if country == "TW":
        example = EXAMPLES.get(area, f"0{area}-345-6789" if area else EXAMPLES["2"])
    if not asks or console.yes:
        if example:
            console.say(aloud(example, country, area))
        return True
    ways = say("another number"), say("change country and area code"), say("go on")
    another, place = "", console.place
    while True:
        typed = another or console.ask(say("A check: type a number as your customers say it:"), example)
        if not typed:
            return True
        if another:
            console.instead(place, another)
        console.say(aloud(typed, country, area))
        if numbers.read(typed, country, area).e164 is not None:
            return True
        question = say("That is no number on these lines. And now?")
        way, another = console.choose_or_type(question, ways, meant=lambda text: 0 if is_telephone(text) else None)
        console.instead(place, *([typed] if way == 2 else []))
        if way > 0:
            return way == 2


def _right(console: Console, given: str | None, ask: Callable[[], str], read: Callable[[str], str]) -> str:
    """What was given, or typed until it is right. Raises `Wrong` where nobody can be asked again."""
    while True:
        try:
            return read(ask() if given is None else given)
        except Wrong as error:
            if given is not None:
                raise
            console.wrong(error)


def _country(text: str) -> str:
    """The two letters of a country; ours go by their names too."""
    plain_text = plain(text)
    country = COUNTRIES.get(plain_text, plain_text.upper())
    if not numbers.known_region(country):
        raise Wrong(NO_COUNTRY, country=SafeText(text))
    return country


def _area(text: str, country: str) -> str:
    """An area code as the settings have it, without the 0 that is dialled before it."""
    area = plain(text)
    if area in ("", "-"):
        return ""
    area = area.lstrip("0")
    if not (area.isascii() and area.isdecimal() and len(area) <= 5) or (country == "TW" and area[0] in NO_TRUNK):
        raise Wrong(NO_AREA, area=SafeText(text))
    return area


def aloud(raw: str, country: str, area: str) -> SafeText:
    """What a number means on these lines."""
    number = numbers.read(raw, country, area)
    shown = SafeText(raw)
    if number.e164 is None:
        return say("{number}: {text}", number=shown, text=because(number.why))
    kind = say(KINDS[number.kind]) if number.kind in KINDS else SafeText(number.kind)
    return say(
        "{number} is {read}, {kind}.",
        number=shown,
        read=SafeText(f"{written(number.e164, shown)} ({number.e164})"),
        kind=kind,
    )
