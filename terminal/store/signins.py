"""Who may work on this desk, and what it keeps of them: sign-ins for when the server is away, PINs, when they were here, their
choices."""

import asyncio
from collections.abc import Callable
from typing import Any

from ringdesk.errors import Refused
from ringdesk.ops import Actor
from ringdesk.wire.messages import Granted
from terminal.store import people, pins, regrant
from terminal.store.connection import Transaction
from terminal.store.edit import Happened
from terminal.store.held import Held
from terminal.store.people import EXPIRED, SignedIn


class SignIns(Held):
    """The people of a replica. A grant that was got or unlocked in this sitting lives as long as it was given for, whatever is
    done to a clock meanwhile: nobody's work is stopped by a step of it, and the server flags what is late (sync.md 2)."""

    def __init__(self, *parts: Any, **values: Any) -> None:
        super().__init__(*parts, **values)
        self._lives: dict[str, Callable[[], bool]] = {}

    async def remember(self, login: str, password: str, granted: Granted) -> SignedIn:
        """Keep an online sign-in, so that the same person opens this desk while the server is away."""
        verifier = await asyncio.to_thread(people.HASHER.hash, password)
        device = (await self.standing()).device

        def work(tx: Transaction) -> Happened:
            people.remember(tx, login, verifier, granted)
            regrant.give(tx, granted, device)
            return Happened()

        await self._write(work)
        return self._unlocked(
            SignedIn(Actor(granted.person, granted.name, device, granted.roles), granted.grant, granted.expires)
        )

    def _unlocked(self, signed_in: SignedIn) -> SignedIn:
        self._lives = {grant: lives for grant, lives in self._lives.items() if lives()}
        self._lives.setdefault(signed_in.grant, self._clock.lasting(signed_in.expires))
        return signed_in

    def lives(self, signed_in: SignedIn) -> bool:
        """Whether what the server granted still holds here."""
        lives = self._lives.get(signed_in.grant)
        return signed_in.expires > self._clock() or (lives is not None and lives())

    async def sign_in(self, login: str, password: str) -> SignedIn:
        """Sign in without the server. Raises `Refused`: not_allowed, expired, offline for somebody who never signed in
        here, wait after a wrong password."""
        device = (await self.standing()).device
        found = await self._writer.run(lambda tx: people.begin_try(tx, login, device, self._clock()))
        await asyncio.to_thread(people.judge, found, password)
        await self.forgive(login)
        if not self.lives(found.signed_in):
            raise Refused(EXPIRED, "this sign-in has expired; connect to the server and sign in again")
        return self._unlocked(found.signed_in)

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
        lives = known is not None and self.lives(known.signed_in)
        await asyncio.to_thread(pins.judge, verifier, pin, lives=lives)
        assert known is not None
        await self.forgive(login)
        return self._unlocked(known.signed_in)

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
