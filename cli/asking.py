"""What a desk asks on the terminal before its screen: who signs in, the password, the code."""

import argparse
import contextlib
import sys
from typing import TYPE_CHECKING

from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText
from ringdesk.why import Why, register

if TYPE_CHECKING:
    from collections.abc import Callable

register(
    {
        "asked_missing": "{flag} is missing; give it, or set it in the settings file",
        "asked_nothing": "nothing was typed; give {flag}",
        "asked_no_password": "nothing was typed; type the password, or give --password-file FILE",
        "asked_no_code": (
            "this desk is new to the server: make a code there with `ringdesk admin enrol --store main --output code.txt`"
            " and give it with --enrol-file code.txt (or --enrol CODE)"
        ),
    }
)


def user_asked(language: str, options: argparse.Namespace) -> str:
    """Who signs in, asked in `language`. Raises `BadInput`."""
    return _asked(language, options, _user, Why("asked_missing", {"flag": "--user NAME"}))


def code_asked(language: str, options: argparse.Namespace) -> str:
    """The enrolment code, asked in `language`. Raises `BadInput`."""
    return _asked(language, options, _code, Why("asked_no_code"))


def asked_secretly(user: str, language: str, options: argparse.Namespace) -> str:
    """The password of `user`, asked in `language`. Raises `BadInput` where nobody can type it."""
    return _asked(language, options, lambda: _password(user), Why("asked_missing", {"flag": "--password-file FILE"}))


def _asked(language: str, options: argparse.Namespace, ask: "Callable[[], str]", otherwise: Why) -> str:
    """What the person types. Raises `BadInput`: `otherwise` where there is none."""
    if options.headless or not sys.stdin.isatty():
        raise BadInput(otherwise)
    from terminal import words

    words.language(language)
    return ask()


def _typed(prompt: str, flag: str) -> str:
    from terminal.widgets.speech import say

    answer = ""
    with contextlib.suppress(EOFError):
        answer = input(f"{say(prompt)} ").strip()
    if not answer:
        raise BadInput(Why("asked_nothing", {"flag": flag}))
    return answer


def _user() -> str:
    from terminal.widgets.speech import mark

    return _typed(mark("User:"), "--user NAME")


def _code() -> str:
    """Typed until it has no typing error: only the server knows more of it."""
    from ringdesk.wire.signing import read_code
    from terminal.widgets.speech import because, mark, say

    new = say("This desk is new to the server. Its code comes from `ringdesk admin enrol` there.")
    sys.stdout.write(f"{new}\n")
    while True:
        code = _typed(mark("Enrolment code:"), "--enrol-file FILE")
        try:
            read_code(code)
        except BadInput as error:
            if error.why is None:
                raise
            sys.stdout.write(f"{because(error.why)}\n")
            continue
        return code


def _password(user: str) -> str:
    from getpass import getpass

    from terminal.widgets.speech import say

    question = say("Password of {name} (it is not shown while you type):", name=SafeText(user))
    try:
        return getpass(f"{question} ")
    except EOFError as error:
        raise BadInput(Why("asked_no_password")) from error
