"""The door of a desk: who has signed in here, and how the next person takes over: by a PIN, or by the password.

A password is kept in memory for as long as its person may have to be signed in again (a fresh grant); a PIN never opens
more than a grant that was got online.
"""

from typing import NamedTuple, Protocol

from ringdesk import names
from ringdesk.errors import Refused
from terminal.store.people import SignedIn
from terminal.store.pins import Login, is_pin
from terminal.store.replica import Store


class SignIn(Protocol):
    """The way to the server, or to what this desk remembers of an earlier time."""

    async def sign_in(self, name: str, password: str) -> SignedIn:
        """Raises `Refused`: not_allowed, offline."""


class Entered(NamedTuple):
    """Who sits here, and under which login."""

    login: str
    signed_in: SignedIn


class Door:
    """The door of the desk on `store`. `chosen`: its people chose their passwords; a desk with a server of its own made one that
    nobody knows."""

    def __init__(self, store: Store, link: SignIn, *, chosen: bool = True) -> None:
        self._store = store
        self._link = link
        self._chosen = chosen
        self._passwords: dict[str, str] = {}

    def remember(self, login: str, password: str) -> None:
        """Somebody has signed in by a password already."""
        self._passwords[names.fold(login)] = password

    async def people(self) -> list[Login]:
        """Everybody who has signed in here, by name."""
        return [each._replace(password=self._chosen) for each in await self._store.logins()]

    async def enter(self, login: str, secret: str) -> Entered:
        """Sign in. What can be a PIN is one, where there is one. Raises `Refused`."""
        with_pin = {each.login for each in await self._store.logins() if each.pin}
        if is_pin(secret) and names.fold(login) in with_pin:
            try:
                return Entered(login, await self._store.unlock(login, secret))
            except Refused as refusal:
                if refusal.code != "pin_spent":  # then it can only be a password of digits
                    raise
        signed_in = await self._link.sign_in(login, secret)
        self.remember(login, secret)
        await self._store.forgive(login)
        return Entered(login, signed_in)

    async def set_pin(self, login: str, pin: str) -> None:
        """A PIN for somebody whose password was given in this sitting. Raises `Refused`: bad_pin, no_password."""
        if names.fold(login) not in self._passwords:
            raise Refused("no_password", "sign in with the password first, then set the PIN")
        await self._store.set_pin(login, pin)

    async def renew(self, login: str) -> SignedIn | None:
        """A fresh grant for somebody whose password is known; None for others. Raises what the server says."""
        password = self._passwords.get(names.fold(login))
        return None if password is None else await self._link.sign_in(login, password)
