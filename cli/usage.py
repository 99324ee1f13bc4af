"""Bad use of the command line, in words: from what argparse says, which is English whatever the person speaks.

The English sentences are argparse's own (CPython, Lib/argparse.py), so that they are found again in what it says.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from config.load import is_language
from ringdesk.errors import BadInput
from ringdesk.why import Why, register

SAID: Final = {
    "usage_unknown": "unrecognized arguments: {words}",
    "usage_one": "argument {flag}: expected one argument",
    "usage_some": "argument {flag}: expected at least one argument",
    "usage_value": "argument {flag}: ignored explicit argument {value}",
    "usage_choice": "argument {flag}: invalid choice: {value} (choose from {values})",
    "usage_whole": "argument {flag}: invalid int value: {value}",
    "usage_number": "argument {flag}: invalid float value: {value}",
    "usage_both": "argument {flag}: not allowed with argument {other}",
    "usage_missing": "the following arguments are required: {words}",
    "usage_one_of": "one of the arguments {words} is required",
    "usage_ambiguous": "ambiguous option: {flag} could match {words}",
}
register(SAID)
register(
    {
        "usage_else": "{message}",
        "usage_shows_how": "{what}; `{command} --help` shows how",
        "usage_no_command": "there is no command {name}; `ringdesk --help` lists them",
    }
)

_HINTS: Final = ("--language", "--config", "--headless", "--json")
"""Flags that say in which language to complain, also where the others make no sense."""
_SHORTEST: Final = 5
"""Characters by which argparse knows one of them among all of ours."""


def of_argparse(message: str, command: str) -> Why:
    """What argparse says, and how to find out more."""
    what = _recognised(message) or Why("usage_else", {"message": message})
    return Why("usage_shows_how", {"what": message, "what_code": what.code, **what.args, "command": command})


def to_the_person(why: Why, given: Sequence[str]) -> str:
    """The line, in the language of the person who typed the words that were `given`; a program reads English."""
    from cli import refusals

    return refusals.to_the_person(BadInput(why), hinted(given))


def hinted(given: Sequence[str]) -> argparse.Namespace:
    """What the words say of the language and of who reads it, as far as they can be understood."""
    found = dict(_hints(given))
    language = found.get("--language", "")
    return argparse.Namespace(
        language=language if is_language(language) else "",
        config=Path(found["--config"]) if found.get("--config") else None,
        headless="--headless" in found,
        json="--json" in found,
    )


def _hints(given: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, word in enumerate(given):
        flag, equals, value = word.partition("=")
        for hint in _HINTS:
            if len(flag) >= _SHORTEST and hint.startswith(flag):
                yield hint, value if equals else (*given, "")[place + 1]


def _recognised(message: str) -> Why | None:
    for code, sentence in SAID.items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(sentence))
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return Why(code, found.groupdict())
    return None
