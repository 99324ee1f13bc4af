"""How a client of the Asterisk Manager Interface is let in: the secret itself never crosses the wire if it can be helped.

MD5 challenge first (main/manager.c: `Key` is the hexadecimal MD5 of challenge and secret), the plain login where a manager
or a proxy before it knows no challenge.
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


def answered(before: Progress, message: Message, who: Account, now: float) -> Progress:
    """An answer of the manager; those of another stage change nothing."""
    action, success = message.text("ActionID"), message.text("Response") == "Success"
    if before.stage is Stage.CHALLENGE and action in ("challenge", ""):
        return _challenged(message, who, now)
    if before.stage is Stage.LOGIN and action in ("login", ""):
        if success:
            return Progress(Stage.BOOTING, now + BOOT_TIME)
        return Progress(Stage.REFUSED, detail=message.shown("Message"))
    return before


def _challenged(message: Message, who: Account, now: float) -> Progress:
    challenge = message.text("Challenge")
    if message.text("Response") == "Success" and challenge:
        proof = {"AuthType": "MD5", "Username": who.user, "Key": key(challenge, who.secret)}
    else:
        proof = {"Username": who.user, "Secret": who.secret}
    login = amiframes.action("Login", ActionID="login", **proof, Events=CLASSES)
    return Progress(Stage.LOGIN, now + ANSWER_TIME, login)
