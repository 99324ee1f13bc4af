"""Who may work on this desk, and what it keeps of them: sign-ins for when the server is away, PINs, when they were here, their
choices."""

import asyncio

from ringdesk.errors import Refused
from ringdesk.ops import Actor
from ringdesk.wire.messages import Granted
from terminal.store import people, pins, regrant
from terminal.store.connection import Transaction
from terminal.store.edit import Happened
from terminal.store.held import Held
from terminal.store.people import SignedIn


class SignIns(Held):
    """The people of a replica."""

    async def remember(self, login: str, password: str, granted: Granted) -> SignedIn:
        """Keep an online sign-in, so that the same person opens this desk while the server is away."""
        verifier = await asyncio.to_thread(people.HASHER.hash, password)
        device = (await self.standing()).device

        def work(tx: Transaction) -> Happened:
            people.remember(tx, login, verifier, granted)
            regrant.give(tx, granted, device)
            return Happened()

        await self._write(work)
        return SignedIn(Actor(granted.person, granted.name, device, granted.roles), granted.grant, granted.expires)

    async def sign_in(self, login: str, password: str) -> SignedIn:
        """Sign in without the server. Raises `Refused`: not_allowed, offline for somebody who never signed in here, wait
        after a wrong password."""
        device = (await self.standing()).device
        found = await self._writer.run(lambda tx: people.begin_try(tx, login, device, self._clock()))
        await asyncio.to_thread(people.judge, found, password)
        await self.forgive(login)
        if found.signed_in.expires <= self._clock():
            raise Refused("not_allowed", "this sign-in has expired; connect to the server and sign in again")
        return found.signed_in

    async def logins(self) -> list[pins.Login]:
        """Everybody who has signed in on this desk."""
        return await self.reader.run(pins.logins)

    async def set_pin(self, login: str, pin: str) -> None:
        """A new PIN for somebody who is signed in by their password. Raises `Refused("bad_pin")`."""
        if not pins.is_pin(pin):
            raise Refused("bad_pin", f"a PIN has {pins.SHORTEST} to {pins.LONGEST} digits; type another")
        verifier = await asyncio.to_thread(people.HASHER.hash, pin)
        await self._writer.run(lambda tx: pins.keep(tx, login, verifier))

    async def forgive(self, login: str) -> None:
        """The PIN or the password was right: wrong ones count no more."""
        await self._writer.run(lambda tx: pins.forgive(tx, login))

    async def unlock(self, login: str, pin: str) -> SignedIn:
        """The sign-in of somebody who got it online here. Raises `Refused`: no_pin, wait, pin_spent, wrong_pin, expired."""
        device = (await self.standing()).device
        verifier = await self._writer.run(lambda tx: pins.begin_try(tx, login, self._clock()))
        known = await self.reader.run(lambda tx: people.known(tx, login, device))
        await asyncio.to_thread(pins.judge, verifier, pin, known, self._clock())
        assert known is not None
        await self.forgive(login)
        return known.signed_in

    async def forget(self, login: str) -> None:
        """The server no longer lets this person in."""
        await self._writer.run(lambda tx: people.forget(tx, login))

    async def arrived(self, person: str) -> float:
        """A person sits down here; until when they last did (0: never)."""
        return await self._writer.run(lambda tx: people.arrived(tx, person, self._clock()))

    async def left(self, person: str) -> None:
        """A person leaves."""
        await self._writer.run(lambda tx: people.left(tx, person, self._clock()))

    async def choose(self, person: str, name: str, value: str) -> None:
        """Keep what a person chose for themselves (theme, language)."""
        await self._writer.run(lambda tx: people.choose(tx, person, name, value))

    async def choices(self, person: str) -> dict[str, str]:
        """What a person chose for themselves."""
        return await self.reader.run(lambda tx: people.choices(tx, person))
