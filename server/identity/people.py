"""People: their passwords, and signing in. Guessing is slowed down by account and by address; hashing has its own threads,
so that a flood of guesses costs the sync nothing."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ringdesk.errors import BadInput
from ringdesk.rules.permissions import ROLES
from ringdesk.safetext import SafeText
from ringdesk.wire.messages import Denied, Granted, Login
from ringdesk.wire.signing import GrantBody, ServerKey
from server.store.base import Register
from server.store.values import Entry, Person, folded

HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's argon2id parameters."""
MIN_PASSWORD: Final = 8
GRANT_SECONDS: Final = 7 * 86_400.0
"""How long a person may go on saving without the server."""
FREE_TRIES: Final = 3
FREE_TRIES_OF_ADDRESS: Final = 20
LONGEST_DELAY: Final = 60.0
MAX_WAITING: Final = 16
MAX_ADDRESSES: Final = 4096
BUSY_DELAY: Final = 2.0


def delay(failures: int, free: int) -> float:
    """Seconds until the next try after so many failures in a row: none at first, then 1, 2, 4 ... up to a minute."""
    return 0.0 if failures < free else min(2.0 ** min(failures - free, 16), LONGEST_DELAY)


async def add_person(
    register: Register, name: str, role: str, password: str, *, random_id: Callable[[], str], entry: Entry
) -> Person:
    """A new person. Raises `BadInput` for a role or password that cannot be, `Refused("exists")`."""
    clean = SafeText(name.strip())
    if not folded(clean):
        raise BadInput("a user needs a name")
    if role not in ROLES:
        raise BadInput(f"there is no role {role!r}; use {', '.join(ROLES)}")
    secret = await hashed(password)
    person = Person(id=random_id(), name=clean, folded=folded(clean), role=role, password=secret)
    await register.add_person(person, entry)
    return person


async def hashed(password: str) -> str:
    """What is kept of a password. Raises `BadInput` for one that is too short."""
    if len(password) < MIN_PASSWORD:
        raise BadInput(f"the password has under {MIN_PASSWORD} characters; choose a longer one")
    return await asyncio.to_thread(HASHER.hash, password)


class Logins:
    """Signs people in. Guesses at one account queue up, so that a burst of them counts one by one."""

    def __init__(self, register: Register, key: ServerKey) -> None:
        self._register = register
        self._key = key
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._waiting = 0
        self._accounts: dict[str, asyncio.Lock] = {}
        self._addresses: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._decoy: str | None = None

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=True)

    async def sign_in(self, login: Login, device: str, address: str, clock: Callable[[], float]) -> Granted | Denied:
        """A grant for this person on this device, or why not. Raises `Unavailable`."""
        if self._waiting >= MAX_WAITING:
            return _denied(login, "slow_down", "the server is busy; try again", BUSY_DELAY)
        self._waiting += 1
        account = folded(login.name)
        lock = self._accounts.setdefault(account, asyncio.Lock())
        try:
            async with lock:
                return await self._sign_in(login, account, device, address, clock)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._accounts.clear()

    async def _sign_in(
        self, login: Login, account: str, device: str, address: str, clock: Callable[[], float]
    ) -> Granted | Denied:
        person = await self._register.person_named(account)
        wait = self._wait(person, address, clock())
        if wait > 0:
            return _denied(login, "slow_down", f"too many wrong passwords; try again in {wait:.0f} s", wait)
        right = await self._matches(person, login.password)
        now = clock()
        if person is None or not right or person.revoked_at is not None:
            await self._failed(person, login, device, address, now)
            return _denied(login, "bad_login", "name or password is wrong", None)
        entry = Entry(at=now, actor=person.id, action="login", subject=device)
        await self._register.note_login(person.id, 0, 0.0, entry)
        self._addresses.pop(address, None)
        body = GrantBody(
            person=person.id,
            name=SafeText(person.name),
            device=device,
            roles=(person.role,),
            issued=now,
            expires=now + GRANT_SECONDS,
        )
        return Granted(
            ref=login.ref,
            grant=self._key.grant(body),
            person=person.id,
            name=body.name,
            roles=body.roles,
            expires=body.expires,
        )

    def _wait(self, person: Person | None, address: str, now: float) -> float:
        failures, at = self._addresses.get(address, (0, 0.0))
        waits = [at + delay(failures, FREE_TRIES_OF_ADDRESS) - now]
        if person is not None:
            waits.append(person.failed_at + delay(person.failures, FREE_TRIES) - now)
        return min(max(waits), LONGEST_DELAY)

    async def _failed(self, person: Person | None, login: Login, device: str, address: str, now: float) -> None:
        failures, _ = self._addresses.pop(address, (0, 0.0))
        self._addresses[address] = (failures + 1, now)
        while len(self._addresses) > MAX_ADDRESSES:
            self._addresses.popitem(last=False)
        if person is not None:
            entry = Entry(at=now, actor=person.id, action="login.failed", subject=device)
            await self._register.note_login(person.id, person.failures + 1, now, entry)
        else:
            # not the name that was typed: it may be a password in the wrong field, and the audit is kept for ever
            await self._register.note(Entry(at=now, actor="", action="login.unknown", subject=device))

    async def _matches(self, person: Person | None, password: str) -> bool:
        """Equal work whether the person exists or not, so that the time does not tell who does."""
        loop = asyncio.get_running_loop()
        if self._decoy is None:
            self._decoy = await loop.run_in_executor(self._pool, HASHER.hash, "nobody's password")
        hashed = self._decoy if person is None else person.password
        right = await loop.run_in_executor(self._pool, _verify, hashed, password)
        if right and person is not None and HASHER.check_needs_rehash(hashed):
            await self._register.set_password(person.id, await loop.run_in_executor(self._pool, HASHER.hash, password))
        return right


def _verify(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _denied(login: Login, code: str, message: str, retry_after: float | None) -> Denied:
    return Denied(ref=login.ref, code=code, message=SafeText(message), retry_after=retry_after)
