"""What ends a command, in the language of the person: setup, and the desk that cannot be opened."""

import argparse
from typing import Final

from config.load import language_of
from ringdesk.errors import BadInput, Refused, RingdeskError
from ringdesk.safetext import SafeText
from terminal import words
from terminal.sync.socket import Unreachable
from terminal.widgets.speech import REFUSALS, because, mark, say

KNOWN_NOW: Final = "not_allowed_yet"
"""Code of a refusal: the password was wrong, but by then the server had made this desk known."""
WRONG: Final = mark("The name or the password is wrong.")
SPENT: Final = mark("The server does not take this code: it was used, or is too old. Ask for a new one.")
REFUSED: Final = {
    "not_allowed": WRONG,
    "bad_login": WRONG,
    KNOWN_NOW: mark(
        "The name or the password is wrong. The server knows this desk now: start it again with the right password,"
        " without a code."
    ),
    "expired": mark(
        "What this desk remembers of your sign-in has expired: start it again when the server can be reached."
    ),
    "bad_code": SPENT,
    "used_code": SPENT,
    "expired_code": SPENT,
    "wrong_server": mark("This is not the server that made the code: check the address, or ask for a new code."),
    "data_in_use": mark("The desk is open already: leave it first, then try again."),
    "slow_down": mark("Too many tries: wait a minute."),
    "wait": mark("Too many tries: wait a minute."),
}
"""What a refusal means here."""


def in_words(error: RingdeskError) -> SafeText:
    """What went wrong, in the language in force as far as there are words for it. A refusal whose cause is a line that is
    down says why that is; what somebody has put into words already stays so."""
    if error.said is not None:
        return SafeText(error.said)
    if isinstance(error, Unreachable):
        return say("The server cannot be reached: {reason}", reason=because(error.why))
    if isinstance(error, Refused):
        away = error.__cause__ if isinstance(error.__cause__, Unreachable) else None
        if away is not None and error.code == "offline":
            return say("The first sign-in at a desk needs the server: {reason}", reason=because(away.why))
        if known := REFUSED.get(error.code) or REFUSALS.get(error.code):
            return SafeText(f"{say(known)} ({because(away.why)})") if away else say(known)
    if error.why is not None:
        return because(error.why)
    return SafeText(str(error))


def is_wrong_login(refusal: Refused) -> bool:
    """Whether another name or password may do."""
    return refusal.code in ("not_allowed", "bad_login", KNOWN_NOW)


def once_more(refusal: Refused) -> Refused:
    """The same for somebody who is asked again at once: nothing has to be started for that."""
    return Refused("not_allowed", say(WRONG)) if refusal.code == KNOWN_NOW else refusal


def to_the_person(error: RingdeskError, options: argparse.Namespace) -> str:
    """What ends a command that a person started: in the language of its `--language`, else of the settings, also where these
    cannot be used otherwise, else of the environment. A program (`--json`, `--headless`) reads English."""
    if getattr(options, "headless", False) or getattr(options, "json", False):
        return str(error)
    words.language(getattr(options, "language", None) or language_of(getattr(options, "config", None)))
    return in_words(error)


def reworded(error: RingdeskError) -> RingdeskError:
    """The same in the language in force, of the same kind: with its code, and the exit code that it gives a command."""
    said = in_words(error)
    again: RingdeskError
    if isinstance(error, Refused):
        again = Refused(error.code, said)
    else:
        again = BadInput(said) if isinstance(error, BadInput) else RingdeskError(said)
    again.said = said
    return again
