"""The words that people read: gettext over the catalogues under `locale/`; English is the source and the fallback.

One language is on screen at a time. Words are looked up when they are drawn, so a switch of the language is one refresh.
"""

import gettext
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Final

from ringdesk.why import ENGLISH, Why, register

DOMAIN: Final = "ringdesk"
LOCALE: Final = Path(__file__).parent / "locale"
ENGLISH_TAG: Final = "en"
TAGS: Final = (ENGLISH_TAG, "zh_Hant")
"""The languages that there are."""


register(
    {
        "op_parked": "the server keeps this apart, for what it belongs to is missing there; ask whoever looks after the server",
        "op_erased": "the member was erased, and with them what was written of them",
    }
)


class _Words:
    """The catalogue in force."""

    catalogue: gettext.NullTranslations = gettext.NullTranslations()
    places: Path = LOCALE
    tag: str = ENGLISH_TAG


def language(tag: str = "", places: Path | None = None) -> str:
    """Speak `tag` (`zh-Hant`, `zh_TW`) from now on; empty: as LANGUAGE, LC_ALL, LC_MESSAGES and LANG say. `places`: the
    folder of the catalogues, else that of the last time.

    Returns the language in force: `en` when there is no catalogue, or none that can be read.
    """
    wanted = _spellings(tag) if tag else [each for tag in _environment() for each in _spellings(tag)]
    _Words.places = _Words.places if places is None else places
    found = gettext.find(DOMAIN, str(_Words.places), wanted)
    _Words.catalogue, _Words.tag = gettext.NullTranslations(), ENGLISH_TAG
    if found is None:
        return ENGLISH_TAG
    try:
        with Path(found).open("rb") as stream:
            _Words.catalogue = gettext.GNUTranslations(stream)
    except (OSError, ValueError):
        return ENGLISH_TAG
    _Words.tag = Path(found).parent.parent.name
    return _Words.tag


def spoken() -> str:
    """The language in force, as `language` returned it."""
    return _Words.tag


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """The words of another language inside, whatever is on screen: for what is also found by its name in that. English where
    its catalogue cannot be read."""
    kept = _Words.catalogue
    found = None if tag == ENGLISH_TAG else gettext.find(DOMAIN, str(_Words.places), _spellings(tag))
    _Words.catalogue = gettext.NullTranslations() if found is None else _read(found)
    try:
        yield
    finally:
        _Words.catalogue = kept


@lru_cache(maxsize=4)
def _read(found: str) -> gettext.NullTranslations:
    """A catalogue beside the one in force, which is read once."""
    try:
        with Path(found).open("rb") as stream:
            return gettext.GNUTranslations(stream)
    except (OSError, ValueError):
        return gettext.NullTranslations()


def _environment() -> list[str]:
    """The tags of the environment, the best first, as gettext reads it; without encoding and modifier. English, which needs
    no catalogue, ends them."""
    said = next(
        (os.environ[name] for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    tags = [each.partition(".")[0].partition("@")[0] for each in said.split(":")]
    return list(
        itertools.takewhile(lambda tag: tag not in ("C", "POSIX") and not tag.startswith("en"), filter(None, tags))
    )


def _spellings(tag: str) -> list[str]:
    """A tag and its other spelling: Traditional Chinese goes by its script or by its region (BCP 47)."""
    plain = tag.replace("-", "_")
    small = plain.lower()
    traditional = small in ("zh_hant", "zh_tw", "zh_hk", "zh_mo") or small.startswith("zh_hant_")
    return [plain, "zh_Hant", "zh_TW"] if traditional else [plain]


def _(message: str) -> str:
    """`message` in the language in force."""
    return _Words.catalogue.gettext(message) if message else ""


_PLACE: Final = re.compile(r"\{(\w+)\}")


def filled(template: str, values: Mapping[str, object]) -> str:
    """`template` with its braces filled; where a Latin word or a figure comes to stand against a Chinese character, a space
    is between them. Raises KeyError, IndexError, ValueError as `str.format_map` does."""
    if template.isascii():
        return template.format_map(values)
    padded = dict(values)
    for place in _PLACE.finditer(template):
        text = str(values.get(place[1], ""))
        before = " " if _meet(text[:1], template[place.start() - 1 : place.start()]) else ""
        after = " " if _meet(text[-1:], template[place.end() : place.end() + 1]) else ""
        if before or after:
            padded[place[1]] = f"{before}{text}{after}"
    return template.format_map(padded)


def _meet(inner: str, outer: str) -> bool:
    return inner.isalnum() and not _is_han(inner) and _is_han(outer)


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def mark(message: str) -> str:
    """Mark for extraction what is looked up later."""
    return message


HONORIFICS: Final[Mapping[str, str]] = {
    "先生": mark("Mr"),
    "女士": mark("Ms"),
    "小姐": mark("Ms"),
    "太太": mark("Mrs"),
    "mr": mark("Mr"),
    "ms": mark("Ms"),
    "miss": mark("Miss"),
    "mrs": mark("Mrs"),
}
"""Common forms of address, as members have them. 小姐 says nothing of a marriage, as Ms does not."""


def address(honorific: str) -> str:
    """A common form of address in the language in force; one that is in it already, or that is not common, as it is."""
    from ringdesk.names import HAN  # with the first card, not with the shell

    known = HONORIFICS.get(honorific.strip().rstrip(".").casefold())
    said = _(known) if known else honorific
    return honorific if bool(HAN.search(said)) is bool(HAN.search(honorific)) else said


def hello(name: str, honorific: str) -> str:
    """How to greet somebody, all of it in the language in force: never kept, since the language may be switched."""
    from ringdesk.names import greeting_name  # with the first card, not with the shell

    called = greeting_name(name, address(honorific))
    return filled(_("Hello, {name}"), {"name": called}) if called else _("Hello")


def call_back(name: str) -> str:
    """What a callback is called, in the language in force: of whom, or of which number."""
    return filled(_("Call back {name}"), {"name": name})


def plural(one: str, many: str, count: int) -> str:
    """`one` or `many`, as the language counts."""
    return _Words.catalogue.ngettext(one, many, count)


def sentence(why: Why) -> str:
    """A reason in the language in force; in English where its translation is missing or does not fit the arguments."""
    template = ENGLISH.get(why.code)
    if template is None:
        return why.code
    inner = [key.removesuffix("_code") for key in why.args if key.endswith("_code")]
    if inner:
        why = Why(why.code, {**why.args, **{name: sentence(_part(why, name)) for name in inner}})
    try:
        return filled(_(template), why.args)
    except (KeyError, IndexError, ValueError):
        return why.english()


def refusal(result: str, message: str | None) -> str:
    """Why an op lies in the tray: the server's own words, else what its answer (`parked`, `erased`) means."""
    return message or sentence(Why(f"op_{result}"))


def _part(why: Why, name: str) -> Why:
    """A reason inside another: its code is the argument `<name>_code`. It shares the arguments, and has none inside itself."""
    shared = {key: value for key, value in why.args.items() if not key.endswith("_code")}
    return Why(why.args[f"{name}_code"], shared)
