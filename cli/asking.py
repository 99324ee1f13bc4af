"""What a desk asks on the terminal before its screen: who signs in, the password, the code."""

import argparse
import contextlib
import sys

from ringdesk.errors import BadInput
from ringdesk.safetext import SafeText


def asked(prompt: str, flag: str, options: argparse.Namespace) -> str:
    """Ask the person. Raises `BadInput` where there is none, or nothing is typed."""
    if options.headless or not sys.stdin.isatty():
        raise BadInput(f"{flag} is missing; give it, or set it in the settings file")
    answer = ""
    with contextlib.suppress(EOFError):
        answer = input(prompt).strip()
    if not answer:
        raise BadInput(f"nothing was typed; give {flag}")
    return answer


def code_asked(options: argparse.Namespace) -> str:
    """The enrolment code. Raises `BadInput`."""
    if not options.headless and sys.stdin.isatty():
        sys.stdout.write("This desk is new to the server. Its code comes from `ringdesk admin enrol` there.\n")
        return asked("enrolment code: ", "--enrol-file FILE", options)
    raise BadInput(
        "this desk is new to the server: make a code there with `ringdesk admin enrol --store main --output code.txt`"
        " and give it with --enrol-file code.txt (or --enrol CODE)"
    )


def asked_secretly(user: str, language: str, options: argparse.Namespace) -> str:
    """The password of `user`, asked in `language`. Raises `BadInput` where nobody can type it."""
    from getpass import getpass

    from terminal import words
    from terminal.widgets.speech import say

    if options.headless or not sys.stdin.isatty():
        raise BadInput("--password-file FILE is missing; give it, or set it in the settings file")
    words.language(language)
    question = say("Password of {name} (it is not shown while you type):", name=SafeText(user))
    try:
        return getpass(f"{question} ")
    except EOFError as error:
        raise BadInput("nothing was typed; type the password, or give --password-file FILE") from error
