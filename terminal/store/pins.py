"""PINs: with one its person unlocks, on this desk, the grant that they got online; nothing else (sync.md 2).

After `tries.TRIES` wrong ones only the password helps.
"""

from typing import NamedTuple

import argon2

from ringdesk import names
from ringdesk.errors import Refused
from ringdesk.safetext import SafeText
from terminal.store import tries
from terminal.store.connection import Transaction
from terminal.store.people import EXPIRED, HASHER

SHORTEST, LONGEST = 4, 8
"""Digits."""


class Login(NamedTuple):
    """Somebody who has signed in on this desk: their login, what they are called, whether a PIN opens it for them, and whether
    they can know a password that does."""

    login: str
    name: SafeText
    pin: bool
    password: bool = True


def logins(tx: Transaction) -> list[Login]:
    """Everybody who has signed in here, by name."""
    lines = tx.all(
        "select person.login, name, pin.login is not null from person left join pin on pin.login = person.login order by name"
    )
    return [Login(login, SafeText(name or login), bool(pin)) for login, name, pin in lines]


def is_pin(text: str) -> bool:
    """Whether a text can be a PIN."""
    return SHORTEST <= len(text) <= LONGEST and text.isascii() and text.isdigit()


def keep(tx: Transaction, login: str, verifier: str) -> None:
    """A new PIN."""
    tx.do("insert or replace into pin (login, verifier, wrong, waits) values (?, ?, 0, 0)", names.fold(login), verifier)


def forgive(tx: Transaction, login: str) -> None:
    """The right PIN, or the password: the wrong tries count no more."""
    tx.do("update pin set wrong = 0, waits = 0 where login = ?", names.fold(login))
    tx.do("update person set wrong = 0, waits = 0 where login = ?", names.fold(login))


def begin_try(tx: Transaction, login: str, now: float) -> str:
    """The verifier to judge a try by; the try counts as wrong until `forgive`. Raises `Refused`: no_pin, pin_spent, wait."""
    line = tx.one("select verifier, wrong, waits from pin where login = ?", names.fold(login))
    if line is None:
        raise Refused("no_pin", "there is no PIN here; type the password")
    verifier, wrong, waits = line
    if wrong >= tries.TRIES:
        raise Refused("pin_spent", "too many wrong tries; type the password")
    tx.do("update pin set wrong = ?, waits = ? where login = ?", *tries.counted(wrong, waits, now), names.fold(login))
    return str(verifier)


def judge(verifier: str, pin: str, *, lives: bool) -> None:
    """Whether the PIN is right and what it unlocks still holds (`lives`). Takes about 0.1 s. Raises `Refused`."""
    try:
        HASHER.verify(verifier, pin)
    except argon2.exceptions.VerificationError as error:
        raise Refused("wrong_pin", "this is not the PIN; type it again") from error
    if not lives:
        raise Refused(EXPIRED, "this sign-in has expired; type the password")
