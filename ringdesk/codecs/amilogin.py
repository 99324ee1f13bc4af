"""How a client of the Asterisk Manager Interface is let in: the secret itself does not cross the wire unless its owner says so.

MD5 challenge first (main/manager.c: `Key` is the hexadecimal MD5 of challenge and secret). Whoever refuses it may be a manager,
or a proxy before it, that knows none, or somebody who wants the secret: the plain login is only for where it is allowed.
"""

from enum import StrEnum
from hashlib import md5
from typing import Final

import msgspec

from ringdesk.codecs import amiframes
from ringdesk.codecs.amiframes import Message
from ringdesk.safetext import SafeText

CLASSES: Final = "call,agent,cdr"
"""Classes of events: calls, queues, how a call ended. All others together are four times as much."""
ANSWER_TIME: Final = 10.0
"""Seconds to wait for the banner or an answer; a refusal takes one second."""
BOOT_TIME: Final = 1.0
"""Seconds to wait for `FullyBooted`, which comes after the answer to the login, but not to every account."""


class Stage(StrEnum):
    """How far it is."""

    CLOSED = "closed"
    BANNER = "banner"
    CHALLENGE = "challenge"
    LOGIN = "login"
    BOOTING = "booting"
    IN = "in"
    REFUSED = "refused"
    UNPROVED = "unproved"
    """The manager does not let the secret be proved, and may not have it as it is."""


class Progress(msgspec.Struct, frozen=True):
    """`until`: when the wait is over; `send`: what to say now; `detail`: what the manager said of a refusal."""

    stage: Stage = Stage.CLOSED
    until: float | None = None
    send: bytes = b""
    detail: SafeText | None = None


class Account(msgspec.Struct, frozen=True):
    """Who logs in. Its text form is without the secret."""

    user: str
    secret: str

    def __repr__(self) -> str:
        return f"Account({self.user!r})"


def account(secret: str) -> Account | None:
    """The account that `user:password` names; None if it names none that could be sent."""
    user, colon, password = secret.strip().partition(":")
    usable = bool(user and colon and password) and (user + password).isprintable()
    return Account(user, password) if usable else None


def key(challenge: str, secret: str) -> str:
    """The answer to a challenge."""
    return md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()


def start(now: float) -> Progress:
    """The connection is open: the manager speaks first."""
    return Progress(Stage.BANNER, now + ANSWER_TIME)


def greeted(before: Progress, now: float) -> Progress:
    """The banner came."""
    if before.stage is not Stage.BANNER:
        return before
    ask = amiframes.action("Challenge", ActionID="challenge", AuthType="MD5")
    return Progress(Stage.CHALLENGE, now + ANSWER_TIME, ask)


def answered(before: Progress, message: Message, who: Account, now: float, *, plain: bool = False) -> Progress:
    """An answer of the manager; those of another stage change nothing. `plain`: it may have the secret as it is."""
    action, success = message.text("ActionID"), message.text("Response") == "Success"
    if before.stage is Stage.CHALLENGE and action in ("challenge", ""):
        return _challenged(message, who, now, plain=plain)
    if before.stage is Stage.LOGIN and action in ("login", ""):
        if success:
            return Progress(Stage.BOOTING, now + BOOT_TIME)
        return Progress(Stage.REFUSED, detail=message.shown("Message"))
    return before


def _challenged(message: Message, who: Account, now: float, *, plain: bool) -> Progress:
    challenge = message.text("Challenge")
    if message.text("Response") == "Success" and challenge:
        proof = {"AuthType": "MD5", "Username": who.user, "Key": key(challenge, who.secret)}
    elif plain:
        proof = {"Username": who.user, "Secret": who.secret}
    else:
        return Progress(Stage.UNPROVED, detail=message.shown("Message"))
    login = amiframes.action("Login", ActionID="login", **proof, Events=CLASSES)
    return Progress(Stage.LOGIN, now + ANSWER_TIME, login)
