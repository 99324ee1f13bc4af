"""People who have signed in on this desk, and what they chose for themselves.

A password is kept as an argon2id verifier (OWASP parameters: 19 MiB, 2 passes), so that the same person opens the desk
while the server is away, until their grant expires.
"""

from typing import Final, NamedTuple

import argon2
import msgspec

from ringdesk import names
from ringdesk.errors import Refused
from ringdesk.ops import Actor
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Granted
from terminal.store import tries
from terminal.store.connection import Transaction

EXPIRED: Final = "expired"
"""The code of a refusal: the grant has lived its time, and the server is needed for another."""
HASHER: Final = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class SignedIn(NamedTuple):
    """A person at this desk, the token that their ops carry, and until when (seconds since 1970)."""

    actor: Actor
    grant: str
    expires: float


def remember(tx: Transaction, login: str, verifier: str, granted: Granted) -> None:
    """Keep an online sign-in for the time without a server."""
    tx.do(
        "insert or replace into person (login, person, name, roles, verifier, token, expires) values (?, ?, ?, ?, ?, ?, ?)",
        *(names.fold(login), granted.person, granted.name, msgspec.json.encode(granted.roles).decode(), verifier),
        *(granted.grant, granted.expires),
    )


def forget(tx: Transaction, login: str) -> None:
    """The server no longer lets this person in: neither does the desk."""
    tx.do("delete from person where login = ?", names.fold(login))
    tx.do("delete from pin where login = ?", names.fold(login))


class Known(NamedTuple):
    """A remembered sign-in."""

    verifier: str
    signed_in: SignedIn


def known(tx: Transaction, login: str, device: str) -> Known | None:
    """What is remembered of a person; None for one who never signed in here."""
    line = tx.one("select verifier, person, name, roles, token, expires from person where login = ?", names.fold(login))
    if line is None:
        return None
    roles = msgspec.json.decode(line[3], type=tuple[str, ...])
    actor = Actor(person=line[1], name=SafeText(line[2]), device=device, roles=roles)
    return Known(line[0], SignedIn(actor, line[4], line[5]))


def begin_try(tx: Transaction, login: str, device: str, now: float) -> Known:
    """What a password is judged by; the try counts as wrong until `pins.forgive`. Raises `Refused`: offline, wait."""
    found = known(tx, login, device)
    if found is None:
        raise Refused(
            "offline", "the server cannot be reached, and this person has not signed in here yet; connect first"
        )
    wrong, waits = tx.all("select wrong, waits from person where login = ?", names.fold(login))[0]
    tx.do(
        "update person set wrong = ?, waits = ? where login = ?", *tries.counted(wrong, waits, now), names.fold(login)
    )
    return found


def judge(found: Known, password: str) -> None:
    """Raises `Refused("not_allowed")` for a password that is not theirs. Takes about 0.1 s."""
    try:
        HASHER.verify(found.verifier, password)
    except argon2.exceptions.VerificationError as error:
        raise Refused("not_allowed", "the name or the password is wrong; type them again") from error


def arrived(tx: Transaction, person: str, now: float) -> float:
    """A person sits down; when they last sat here until (seconds since 1970; 0: never)."""
    line = tx.one("select began, ended from visit where person = ?", person)
    tx.do("insert or replace into visit (person, began, ended) values (?, ?, 0)", person, now)
    return 0.0 if line is None else max(line)


def left(tx: Transaction, person: str, now: float) -> None:
    """A person leaves the desk."""
    tx.do("update visit set ended = ? where person = ?", now, person)


def choose(tx: Transaction, person: str, name: str, value: str) -> None:
    """Keep what a person chose for themselves."""
    tx.do("insert or replace into choice (person, name, value) values (?, ?, ?)", person, name, value)


def choices(tx: Transaction, person: str) -> dict[str, str]:
    """What a person chose for themselves."""
    return dict(tx.all("select name, value from choice where person = ?", person))
